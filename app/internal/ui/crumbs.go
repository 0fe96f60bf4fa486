package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
)

// crumbs is the breadcrumb: each step but the last goes back, keeping what was
// written.
type crumbs struct {
	widget.BaseWidget
	onGo func(route)
	row  *fyne.Container
	box  fyne.CanvasObject
}

func newCrumbs() *crumbs {
	c := &crumbs{row: container.New(layout.NewCustomPaddedHBoxLayout(0))}
	c.box = container.New(layout.NewCustomPaddedLayout(6, 0, look.GapPage-look.Gap, look.GapPage), c.row)
	c.ExtendBaseWidget(c)
	return c
}

// CreateRenderer implements fyne.Widget.
func (c *crumbs) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(c.box) }

func (c *crumbs) render(at route) {
	c.row.Objects = nil
	for _, r := range at.trail() {
		if len(c.row.Objects) > 0 {
			arrow := canvas.NewImageFromResource(look.Coloured(look.IconChevron, look.ColorMuted))
			arrow.FillMode = canvas.ImageFillContain
			arrow.SetMinSize(fyne.NewSquareSize(14))
			c.row.Add(container.NewCenter(arrow))
		}
		if r == at {
			c.row.Add(container.NewCenter(kit.NewNote(r.title()).Natural()))
			continue
		}
		c.row.Add(kit.NewQuiet(r.title(), nil, func() { c.onGo(r) }).Fixed())
	}
	c.Refresh()
}
