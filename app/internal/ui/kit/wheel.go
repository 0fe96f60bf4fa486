package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

// wheel lies over a form and takes nothing but the mouse wheel, for the form to
// scroll wherever the pointer is: the toolkit's entries would swallow it. An open
// picker under the pointer scrolls instead.
type wheel struct {
	widget.BaseWidget
	scroll *container.Scroll
}

func newWheel(scroll *container.Scroll) *wheel {
	w := &wheel{scroll: scroll}
	w.ExtendBaseWidget(w)
	return w
}

// CreateRenderer implements fyne.Widget.
func (w *wheel) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.NewWithoutLayout())
}

// Scrolled implements fyne.Scrollable.
func (w *wheel) Scrolled(e *fyne.ScrollEvent) {
	tellUse(w)
	if c := CanvasOf(w); c != nil {
		if entry, ok := c.Focused().(*Entry); ok && entry.onWheel != nil && entry.onWheel(e) {
			return
		}
	}
	w.scroll.Scrolled(e)
}

// wheeled scrolls the open rows when the pointer is over them.
func (p *Picker) wheeled(e *fyne.ScrollEvent) bool {
	if !p.isOpen {
		return false
	}
	at, size := absoluteOf(p.list), p.list.Size()
	in := e.AbsolutePosition.Subtract(at)
	if in.X < 0 || in.Y < 0 || in.X > size.Width || in.Y > size.Height {
		return false
	}
	p.list.ScrollToOffset(max(0, p.list.GetScrollOffset()-e.Scrolled.DY))
	return true
}
