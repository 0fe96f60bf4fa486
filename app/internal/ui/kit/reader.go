package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

// Reader is a text longer than its place, read by wheel, by scroll bar or, once
// it has the keyboard, by the arrows and the page keys. What it has no use for
// goes to OnKey.
type Reader struct {
	widget.BaseWidget

	// OnKey sees the keys that do not scroll; nil hands them to the window.
	OnKey func(*fyne.KeyEvent)
	// Name is said by screen readers.
	Name string

	scroll    *container.Scroll
	isFocused bool
}

// NewReader shows content.
func NewReader(name string, content fyne.CanvasObject) *Reader {
	r := &Reader{Name: name, scroll: container.NewVScroll(content)}
	r.ExtendBaseWidget(r)
	return r
}

// SetContent shows another text, from its top.
func (r *Reader) SetContent(content fyne.CanvasObject) {
	r.scroll.Content = content
	r.scroll.Offset = fyne.NewPos(0, 0)
	r.scroll.Refresh()
}

// Offset is how far down it was read, in pixels at scale 1.
func (r *Reader) Offset() float32 { return r.scroll.Offset.Y }

// TypedKey implements fyne.Focusable.
func (r *Reader) TypedKey(e *fyne.KeyEvent) {
	tellUse(r)
	const line = 48
	page := r.scroll.Size().Height - line
	end := max(0, r.scroll.Content.MinSize().Height-r.scroll.Size().Height)
	to := r.scroll.Offset.Y
	switch e.Name {
	case fyne.KeyDown:
		to += line
	case fyne.KeyUp:
		to -= line
	case fyne.KeyPageDown, fyne.KeySpace:
		to += page
	case fyne.KeyPageUp:
		to -= page
	case fyne.KeyHome:
		to = 0
	case fyne.KeyEnd:
		to = end
	default:
		if r.OnKey != nil {
			r.OnKey(e)
		} else {
			passOn(r, e)
		}
		return
	}
	r.scroll.ScrollToOffset(fyne.NewPos(0, min(max(0, to), end)))
}

// TypedRune implements fyne.Focusable.
func (r *Reader) TypedRune(rune) {}

// FocusGained implements fyne.Focusable.
func (r *Reader) FocusGained() { r.isFocused = true; r.Refresh() }

// FocusLost implements fyne.Focusable.
func (r *Reader) FocusLost() { r.isFocused = false; r.Refresh() }

// Tapped implements fyne.Tappable.
func (r *Reader) Tapped(*fyne.PointEvent) { Focus(r) }

// CreateRenderer implements fyne.Widget.
func (r *Reader) CreateRenderer() fyne.WidgetRenderer {
	return newRinged(r, widget.NewSimpleRenderer(r.scroll), func() bool { return r.isFocused })
}

// AccessibilityLabel implements fyne.Accessible.
func (r *Reader) AccessibilityLabel() string { return r.Name }

// AccessibilityRole implements fyne.Accessible.
func (r *Reader) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleContainer }
