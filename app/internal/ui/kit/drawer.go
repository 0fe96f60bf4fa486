package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/ui/look"
)

// Drawer is content that is folded away below its title until it is asked for.
type Drawer struct {
	widget.BaseWidget

	// OnOpen tells that it was opened: what it shows may have to be read.
	OnOpen func()

	toggle *Button
	inside *fyne.Container
	box    *fyne.Container
}

// NewDrawer makes one that is closed.
func NewDrawer(title string, content fyne.CanvasObject) *Drawer {
	d := &Drawer{inside: container.NewStack(content)}
	d.toggle = NewQuiet(title, look.IconChevron, func() { d.SetOpen(!d.IsOpen()) })
	d.inside.Hide()
	d.box = NewTight(container.NewHBox(d.toggle), d.inside)
	d.ExtendBaseWidget(d)
	return d
}

// IsOpen reports whether its content is in sight.
func (d *Drawer) IsOpen() bool { return d.inside.Visible() }

// SetOpen opens or closes it.
func (d *Drawer) SetOpen(open bool) {
	if open == d.IsOpen() {
		return
	}
	icon := look.IconChevron
	if open {
		icon = look.IconChevronDown
	}
	d.toggle.SetIcon(icon)
	SetVisible(d.inside, open)
	d.Refresh()
	if open {
		Call0(d.OnOpen)
	}
}

// CreateRenderer implements fyne.Widget.
func (d *Drawer) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(d.box) }

// Title is what stands beside its chevron.
func (d *Drawer) Title() string { return d.toggle.Text }
