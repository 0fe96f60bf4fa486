package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"

	"llavero/app/internal/ui/look"
)

// CanvasOf returns the canvas an object is shown on, nil when it is on none.
func CanvasOf(o fyne.CanvasObject) fyne.Canvas {
	return fyne.CurrentApp().Driver().CanvasForObject(o) //nolint:forbidigo // the toolkit offers no other way from an object to its canvas
}

// absoluteOf returns an object's place on its canvas.
func absoluteOf(o fyne.CanvasObject) fyne.Position {
	return fyne.CurrentApp().Driver().AbsolutePositionForObject(o) //nolint:forbidigo // as CanvasOf
}

// Focus gives the keyboard to an object that is on screen; else it does nothing.
func Focus(f fyne.Focusable) {
	o, ok := f.(fyne.CanvasObject)
	if !ok {
		return
	}
	if c := CanvasOf(o); c != nil {
		c.Focus(f)
	}
}

// passOn hands a key that an object has no use for to the window; Escape to what
// lies over it, if something does.
func passOn(o fyne.CanvasObject, e *fyne.KeyEvent) {
	if c := CanvasOf(o); c != nil {
		if shade, ok := c.Overlays().Top().(*dialogShade); ok && e.Name == fyne.KeyEscape && shade.escape != nil {
			shade.escape()
			return
		}
		if typed := c.OnTypedKey(); typed != nil {
			typed(e)
		}
	}
}

// isFunctionKey reports F1 to F12, which no field has a use for.
func isFunctionKey(k fyne.KeyName) bool {
	return len(k) >= 2 && k[0] == 'F' && k[1] >= '1' && k[1] <= '9'
}

// FocusFirst gives the keyboard to the first field that shows an error. It
// reports whether there was one.
func FocusFirst(fields ...*Field) bool {
	for _, f := range fields {
		if f != nil && f.HasError() && f.Visible() {
			f.Focus()
			return true
		}
	}
	return false
}

// ringed draws a focus ring around a renderer's widget.
type ringed struct {
	fyne.WidgetRenderer
	of      fyne.Widget
	ring    *canvas.Rectangle
	focused func() bool
	objects []fyne.CanvasObject
}

func newRinged(of fyne.Widget, inner fyne.WidgetRenderer, focused func() bool) *ringed {
	ring := canvas.NewRectangle(nil)
	ring.StrokeWidth = 2
	ring.CornerRadius = 5
	r := &ringed{WidgetRenderer: inner, of: of, ring: ring, focused: focused}
	r.update()
	return r
}

// Layout implements fyne.WidgetRenderer.
func (r *ringed) Layout(s fyne.Size) {
	r.WidgetRenderer.Layout(s)
	r.ring.Move(fyne.NewPos(0, 0))
	r.ring.Resize(s)
}

// Refresh implements fyne.WidgetRenderer.
func (r *ringed) Refresh() {
	r.update()
	r.WidgetRenderer.Refresh()
}

func (r *ringed) update() {
	r.ring.StrokeColor = theme.ColorForWidget(look.ColorRing, r.of)
	r.ring.Hidden = !r.focused()
	r.ring.Refresh()
}

// Objects implements fyne.WidgetRenderer.
func (r *ringed) Objects() []fyne.CanvasObject {
	inner := r.WidgetRenderer.Objects()
	r.objects = append(append(r.objects[:0:0], inner...), r.ring)
	return r.objects
}
