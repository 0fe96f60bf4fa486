package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"llavero/app/internal/ui/look"
)

// Overlay is a form above a screen: a title with its ×, a body that scrolls when it
// has to, and a bar of buttons. × and Escape close it; closing returns the
// keyboard to where it was.
type Overlay struct {
	// OnClose tells that the person closed it.
	OnClose func()

	title  *Text
	shade  *dialogShade
	scroll *container.Scroll
	canvas fyne.Canvas
	before fyne.Focusable
}

// overlayWidth is how wide a sheet is when there is room.
const overlayWidth float32 = 720

// NewOverlay makes one that is not shown yet. Of the buttons at its right the last
// one is the primary.
func NewOverlay(title string, body fyne.CanvasObject, left []fyne.CanvasObject, right ...fyne.CanvasObject) *Overlay {
	s := &Overlay{title: NewHeading(title)}
	cross := NewQuiet("", look.IconClose, s.Close)
	cross.Name = "Cerrar"
	head := container.NewBorder(nil, nil, nil, container.NewCenter(cross), s.title)
	row := append(append([]fyne.CanvasObject{}, left...), layout.NewSpacer())
	foot := NewRow(append(row, right...)...)
	body = NewPadded(2, body) // the scroll would cut borders off
	s.scroll = container.NewVScroll(body)
	inside := container.New(overlayBody{body}, head, container.NewStack(s.scroll, newWheel(s.scroll)), foot)
	panel := container.NewStack(NewFill(look.ColorCard, look.ColorBorder, 8), NewPadded(look.GapPage, inside))
	s.shade = newDialogShade(container.New(overlayLayout{}, panel))
	s.shade.escape = s.Close
	s.shade.follow = s.follow
	return s
}

// SetTitle changes what it is called.
func (s *Overlay) SetTitle(title string) { s.title.SetText(title) }

// Object is the sheet with what dims the screen behind it, for pictures.
func (s *Overlay) Object() fyne.CanvasObject { return s.shade }

// Show puts it over a canvas; the keyboard goes to first.
func (s *Overlay) Show(c fyne.Canvas, first fyne.Focusable) {
	if c == nil || s.canvas != nil {
		return
	}
	s.canvas, s.before = c, c.Focused()
	c.Overlays().Add(s.shade)
	s.shade.Resize(c.Size())
	if first != nil {
		c.Focus(first)
	}
}

// IsOpen reports that it is shown.
func (s *Overlay) IsOpen() bool { return s.canvas != nil }

// Close takes it away, as × does, and tells.
func (s *Overlay) Close() {
	if s.Hide() {
		Call0(s.OnClose)
	}
}

// Hide takes it away without telling. It reports whether it was shown.
func (s *Overlay) Hide() bool {
	if s.canvas == nil {
		return false
	}
	c := s.canvas
	s.canvas = nil
	c.Overlays().Remove(s.shade)
	if s.before != nil {
		c.Focus(s.before)
	}
	return true
}

// Refresh sets its parts anew: what it says grew or shrank.
func (s *Overlay) Refresh() { s.shade.Refresh() }

// follow brings a control that has the keyboard into sight.
func (s *Overlay) follow(o fyne.CanvasObject) {
	top := absoluteOf(o).Y - absoluteOf(s.scroll.Content).Y
	if top < 0 || top > s.scroll.Content.Size().Height {
		return // in the head or the bar
	}
	offset, height := s.scroll.Offset.Y, s.scroll.Size().Height
	if top >= offset && top+o.Size().Height <= offset+height {
		return
	}
	room := max(0, s.scroll.Content.Size().Height-height)
	s.scroll.ScrollToOffset(fyne.NewPos(0, min(max(0, top-look.GapPage), room)))
}

// overlayBody sets head and buttons around a body that is as high as it wants to
// be, where there is room.
type overlayBody struct{ body fyne.CanvasObject }

func (l overlayBody) MinSize(o []fyne.CanvasObject) fyne.Size {
	head, foot := o[0].MinSize(), o[2].MinSize()
	return fyne.NewSize(320, head.Height+foot.Height+l.body.MinSize().Height+2*look.Gap)
}

func (l overlayBody) Layout(o []fyne.CanvasObject, s fyne.Size) {
	head := heightAt(o[0], s.Width)
	foot := o[2].MinSize().Height
	o[0].Resize(fyne.NewSize(s.Width, head))
	o[1].Move(fyne.NewPos(0, head+look.Gap))
	o[1].Resize(fyne.NewSize(s.Width, max(0, s.Height-head-foot-2*look.Gap)))
	o[2].Move(fyne.NewPos(0, s.Height-foot))
	o[2].Resize(fyne.NewSize(s.Width, foot))
}

// overlayLayout centres its panel, overlayWidth wide and as high as the canvas at
// most.
type overlayLayout struct{}

func (overlayLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(320, 120) }

func (overlayLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	w, most := min(overlayWidth, s.Width-2*look.GapPage), s.Height-2*look.GapWide
	for _, x := range o {
		// Words that wrap know how high they are once they have their width.
		x.Resize(fyne.NewSize(w, most))
		h := min(x.MinSize().Height, most)
		x.Resize(fyne.NewSize(w, h))
		x.Move(fyne.NewPos((s.Width-w)/2, (s.Height-h)/2))
	}
}
