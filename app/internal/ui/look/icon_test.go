package look

import (
	"image/color"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
)

// The toolkit's SVG reader leaves out what it does not understand without a
// word: the key must be in the picture, at the size of a title bar too.
func TestAppIcon_isDrawnWhole(t *testing.T) {
	test.NewTempApp(t)
	parts := map[string]color.NRGBA{
		"ground": {0x00, 0x48, 0x84, 0xff}, "ring": {0xff, 0xff, 0xff, 0xff}, "key": {0xff, 0xab, 0x00, 0xff},
	}
	for _, size := range []float32{16, 64} {
		icon := canvas.NewImageFromResource(AppIcon)
		w := test.NewTempWindow(t, icon)
		w.SetPadded(false)
		w.Resize(fyne.NewSquareSize(size))
		shot, found := w.Canvas().Capture(), map[string]bool{}
		for y := range shot.Bounds().Dy() {
			for x := range shot.Bounds().Dx() {
				for what, c := range parts {
					found[what] = found[what] || isNear(shot.At(x, y), c)
				}
			}
		}
		for what := range parts {
			if !found[what] {
				t.Errorf("at %v px the icon has no %s", size, what)
			}
		}
	}
}

// isNear reports colours that look alike: thin lines are blended with the ground.
func isNear(a, b color.Color) bool {
	r1, g1, b1, _ := a.RGBA()
	r2, g2, b2, _ := b.RGBA()
	const most = 0x5000
	return max(r1, r2)-min(r1, r2) < most && max(g1, g2)-min(g1, g2) < most && max(b1, b2)-min(b1, b2) < most
}
