package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Root is what a window shows: one object, and a word whenever the keyboard
// moves to another control of it, so that whoever moves by Tab never types out
// of sight. The toolkit itself scrolls nothing.
type Root struct {
	widget.BaseWidget

	// OnUse tells that somebody is there: a key, a letter, the pointer moved.
	OnUse func()

	content fyne.CanvasObject
	onFocus func(fyne.CanvasObject)
}

// NewRoot shows content; onFocus is told of each control that gets the keyboard.
func NewRoot(content fyne.CanvasObject, onFocus func(fyne.CanvasObject)) *Root {
	r := &Root{content: content, onFocus: onFocus}
	r.ExtendBaseWidget(r)
	return r
}

// CreateRenderer implements fyne.Widget.
func (r *Root) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(r.content) }

// Cursor implements desktop.Cursorable. The toolkit asks each object under the
// pointer for it at each movement: it is the one way to hear of all of them.
func (r *Root) Cursor() desktop.Cursor {
	Call0(r.OnUse)
	return desktop.DefaultCursor
}

// tellUse tells the window's root, if it has one, that somebody used o.
func tellUse(o fyne.CanvasObject) {
	if c := CanvasOf(o); c != nil {
		if r, ok := c.Content().(*Root); ok {
			Call0(r.OnUse)
		}
	}
}

// tellFocus tells the window's root, if it has one, that o has the keyboard; what
// lies over it when something does.
func tellFocus(o fyne.CanvasObject) {
	c := CanvasOf(o)
	if c == nil {
		return
	}
	tellUse(o)
	if top := c.Overlays().Top(); top != nil {
		if shade, ok := top.(*dialogShade); ok && shade.follow != nil {
			shade.follow(o)
		}
		return
	}
	if r, ok := c.Content().(*Root); ok && r.onFocus != nil {
		r.onFocus(o)
	}
}
