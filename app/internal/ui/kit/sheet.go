package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"llavero/app/internal/ui/look"
)

// Sheet is something to read above the screen, nearly as large as the window.
// Closing it returns the keyboard to where it was.
type Sheet struct {
	canvas fyne.Canvas
	shade  *dialogShade
	before fyne.Focusable
	isOpen bool
}

// ShowSheet puts content over a canvas; first gets the keyboard.
func ShowSheet(c fyne.Canvas, content fyne.CanvasObject, first fyne.Focusable) *Sheet {
	s := &Sheet{canvas: c, before: c.Focused(), isOpen: true}
	panel := container.NewStack(NewFill(look.ColorCard, look.ColorBorder, 8), NewPadded(look.GapPage, content))
	s.shade = newDialogShade(container.New(sheetLayout{}, panel))
	c.Overlays().Add(s.shade)
	s.shade.Resize(c.Size())
	if first != nil {
		c.Focus(first)
	}
	return s
}

// IsOpen reports whether it is in sight.
func (s *Sheet) IsOpen() bool { return s != nil && s.isOpen }

// Close takes it away.
func (s *Sheet) Close() {
	if !s.IsOpen() {
		return
	}
	s.isOpen = false
	s.canvas.Overlays().Remove(s.shade)
	if s.before != nil {
		s.canvas.Focus(s.before)
	}
}

// sheetLayout leaves a margin around its panel, 1040 wide at most.
type sheetLayout struct{}

func (sheetLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(480, 320) }

func (sheetLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	w := min(1040, s.Width-2*look.GapPage)
	h := s.Height - 2*look.GapPage
	for _, x := range o {
		x.Move(fyne.NewPos((s.Width-w)/2, look.GapPage))
		x.Resize(fyne.NewSize(w, h))
	}
}
