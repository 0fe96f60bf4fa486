package ui

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/shared/es"
)

// header is the deep-blue bar of every signed-in screen: mark, «Login»,
// «Usuario», «Rol», connection state, sign-out. It never scrolls.
type header struct {
	widget.BaseWidget
	onSignOut func()
	onHelp    func()
	onAccount func()
	onLock    func()
	renew     func()

	login, user, role *kit.Text
	link              *kit.StatusChip
	box               fyne.CanvasObject
}

func newHeader() *header {
	h := &header{link: kit.NewStatusChip(kit.Chip{})}
	h.login, h.user, h.role = value(), value(), value()
	mark := canvas.NewImageFromResource(look.Mark)
	mark.FillMode = canvas.ImageFillContain
	mark.SetMinSize(fyne.NewSquareSize(34))
	name := kit.NewSubheading("Llavero IHCE").SetColor(look.ColorOnDeep).Natural()
	who := container.New(layout.NewCustomPaddedHBoxLayout(20), named("Login", h.login), named("Usuario", h.user), named("Rol", h.role))
	help := kit.NewIconButton("", look.IconHelp, func() { h.onHelp() }).Fixed()
	help.Name = es.HelpTitle
	mine := kit.NewIconButton("", look.IconUser, func() { h.onAccount() }).Fixed()
	mine.Name = es.AccountTitle // in words it would leave no room for a long name
	lock := kit.NewIconButton("", look.IconLock, func() { h.onLock() }).Fixed()
	lock.Name = es.Lock
	out := kit.NewButton(es.SignOut, func() { h.onSignOut() }).Fixed()
	left := kit.NewRow(container.NewCenter(mark), container.NewCenter(name))
	right := container.NewCenter(kit.NewRow(container.NewCenter(h.link), help, mine, lock, out))
	bar := container.NewBorder(nil, nil, left, right, container.NewHBox(layout.NewSpacer(), who, layout.NewSpacer()))
	h.box = container.NewStack(kit.NewFill(look.ColorDeep, "", 0), container.New(layout.NewCustomPaddedLayout(4, 4, 20, 20), bar))
	h.ExtendBaseWidget(h)
	return h
}

func value() *kit.Text { return kit.NewStrong("").SetColor(look.ColorOnDeep).Natural() }

// named sets a small name above a value.
func named(name string, v *kit.Text) fyne.CanvasObject {
	n := kit.NewNote(name).SetColor(look.ColorOnDeepMuted).Natural()
	return container.New(layout.NewCustomPaddedVBoxLayout(-16), n, v)
}

// CreateRenderer implements fyne.Widget.
func (h *header) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(h.box) }

func (h *header) render(v state.Header) {
	h.login.SetText(v.Session.Login)
	room := mostLetters - len(v.Session.Login) - len(v.Session.Role)
	h.user.SetText(shorten(v.Session.Person.Name, min(34, room)))
	h.role.SetText(string(v.Session.Role))
	h.link.Set(linkChip(v.Link.Phase))
	h.Refresh()
}

// mostLetters is what login, name and role may have together beside the buttons,
// in a window of the usual width.
const mostLetters = 67

// shorten keeps a long name within the bar.
func shorten(s string, most int) string {
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	return string(r[:most-1]) + "…"
}

func linkChip(p state.LinkPhase) kit.Chip {
	switch p {
	case state.LinkOnline:
		return kit.Chip{Word: "En línea", Level: look.Success, Icon: look.IconOnline}
	case state.LinkCatchingUp:
		return kit.Chip{Word: "Poniéndose al día", Level: look.Info, Icon: look.IconDots}
	case state.LinkConnecting:
		return kit.Chip{Word: "Conectando", Level: look.Info, Icon: look.IconDots}
	default:
		return kit.Chip{Word: "Sin conexión", Level: look.Warning, Icon: look.IconOffline}
	}
}

// strip stands under the header: demonstration data, and the age of what is
// shown while there is no connection.
type strip struct {
	widget.BaseWidget
	demo    *kit.Text
	offline *kit.Text
	demoBar *fyne.Container
	offBar  *fyne.Container
	box     *fyne.Container
}

func newStrip() *strip {
	s := &strip{
		demo:    kit.NewNote(es.DemoData).SetColor(look.Ink(look.Preproduction)).Centered(),
		offline: kit.NewStrong("").SetColor(look.Ink(look.Warning)).Centered(),
	}
	s.demoBar = container.New(thin{}, kit.NewFill(look.Tint(look.Preproduction), "", 0), s.demo)
	s.offBar = container.NewStack(kit.NewFill(look.Tint(look.Warning), look.Ink(look.Warning), 0), s.offline)
	s.demoBar.Hide()
	s.offBar.Hide()
	s.box = kit.NewTight(s.demoBar, s.offBar)
	s.ExtendBaseWidget(s)
	return s
}

// CreateRenderer implements fyne.Widget.
func (s *strip) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(s.box) }

func (s *strip) render(v state.Header, now time.Time) {
	isOff := v.Link.Phase == state.LinkOffline || (v.Link.Phase == state.LinkConnecting && v.Link.HasData())
	if isOff {
		s.offline.SetText(es.Offline(v.Link.DataAt, now))
	}
	if s.demoBar.Hidden != !v.Demo || s.offBar.Hidden != !isOff {
		s.demoBar.Hidden, s.offBar.Hidden = !v.Demo, !isOff
		s.Refresh()
	}
}

// thin is a band with little air above and below its words.
type thin struct{}

func (thin) MinSize(o []fyne.CanvasObject) fyne.Size {
	m := o[1].MinSize()
	return fyne.NewSize(m.Width, m.Height-10)
}

func (thin) Layout(o []fyne.CanvasObject, s fyne.Size) {
	o[0].Resize(s)
	o[1].Move(fyne.NewPos(0, -5))
	o[1].Resize(fyne.NewSize(s.Width, s.Height+10))
}
