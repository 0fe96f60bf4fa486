package kit

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/ui/look"
)

// Track shows the few steps of something that comes about by itself, in one
// line: «Creada → Propagándose → Lista». The one it has got to is bold; each has
// its icon.
type Track struct {
	widget.BaseWidget
	shown []StepLine
	box   *fyne.Container
}

// NewTrack makes an empty line.
func NewTrack() *Track {
	t := &Track{box: container.New(layout.NewCustomPaddedHBoxLayout(0))}
	t.ExtendBaseWidget(t)
	return t
}

// Set shows these steps; none hides the line.
func (t *Track) Set(steps []StepLine) {
	SetVisible(t, len(steps) > 0)
	if slices.Equal(t.shown, steps) {
		return
	}
	t.shown = slices.Clone(steps)
	t.box.Objects = nil
	for i, s := range steps {
		if i > 0 {
			t.box.Add(container.NewCenter(smallIcon(look.IconChevron, look.ColorMuted, 18)))
		}
		icon, ink, style := stepLook(s.State)
		word := newText(s.Text, look.SizeText, ink, style).Natural()
		t.box.Add(container.NewHBox(container.NewCenter(smallIcon(icon, ink, 18)), word))
	}
	t.Refresh()
}

// stepLook is how a step looks.
func stepLook(s StepState) (icon fyne.Resource, ink fyne.ThemeColorName, style fyne.TextStyle) {
	switch s {
	case StepRunning:
		return look.IconDots, look.Ink(look.Info), fyne.TextStyle{Bold: true}
	case StepDone:
		return look.IconCheck, look.Ink(look.Success), fyne.TextStyle{}
	case StepFailed:
		return look.IconStop, look.Ink(look.Danger), fyne.TextStyle{}
	default:
		return look.IconCircle, look.ColorMuted, fyne.TextStyle{}
	}
}

func smallIcon(r fyne.Resource, ink fyne.ThemeColorName, size float32) *canvas.Image {
	img := canvas.NewImageFromResource(look.Coloured(r, ink))
	img.FillMode = canvas.ImageFillContain
	img.SetMinSize(fyne.NewSquareSize(size))
	return img
}

// CreateRenderer implements fyne.Widget.
func (t *Track) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(t.box) }

// AccessibilityLabel implements fyne.Accessible.
func (t *Track) AccessibilityLabel() string {
	var words []string
	for _, s := range t.shown {
		words = append(words, s.Text)
	}
	return strings.Join(words, ", ")
}

// AccessibilityRole implements fyne.Accessible.
func (t *Track) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }
