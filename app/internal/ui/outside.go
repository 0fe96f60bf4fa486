package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// outside is the frame of the screens that need no session, but for the sign-in
// itself: the product's bar, whether the data is invented, the way back.
type outside struct {
	crumbs *crumbs
	strip  *strip
	stage  *fyne.Container
	help   *kit.Button
	box    fyne.CanvasObject
}

func newOutside(onHelp func()) *outside {
	o := &outside{crumbs: newCrumbs(), strip: newStrip(), stage: container.NewStack()}
	mark := canvas.NewImageFromResource(look.Mark)
	mark.FillMode = canvas.ImageFillContain
	mark.SetMinSize(fyne.NewSquareSize(34))
	name := kit.NewSubheading("Llavero IHCE").SetColor(look.ColorOnDeep).Natural()
	o.help = kit.NewIconButton(es.HelpLink, look.IconHelp, onHelp).Fixed()
	bar := container.NewBorder(nil, nil, kit.NewRow(container.NewCenter(mark), container.NewCenter(name)), container.NewCenter(o.help))
	top := container.NewStack(kit.NewFill(look.ColorDeep, "", 0), container.New(layout.NewCustomPaddedLayout(4, 4, 20, 20), bar))
	o.box = container.NewBorder(kit.NewTight(top, o.strip, o.crumbs), nil, nil, nil, o.stage)
	return o
}

func (o *outside) render(about *wire.About) {
	h := state.Header{Demo: about != nil && about.Demo, Link: state.Link{Phase: state.LinkOnline}}
	o.strip.render(h, h.Link.DataAt)
}

// Outside is the frame of a screen without a session, without anything behind its
// buttons: for pictures. Title is the screen's name in the breadcrumb.
func Outside(about *wire.About, title string, body fyne.CanvasObject) fyne.CanvasObject {
	o := newOutside(func() {})
	o.render(about)
	for _, r := range routesFrom(routeSignIn) {
		if r.title() == title {
			o.crumbs.render(r)
		}
	}
	o.stage.Objects = []fyne.CanvasObject{body}
	return o.box
}
