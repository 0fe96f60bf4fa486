package account

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/app/internal/ui/tell"
	"llavero/shared/access"
	"llavero/shared/es"
)

// Choose is the beginning of «Registro de usuarios»: the system (F01) and then,
// nothing before, the type of user (F02, F05, F08). UI goroutine only.
type Choose struct {
	widget.BaseWidget

	// OnSystem chooses the system.
	OnSystem func()
	// OnKind opens the form of a type of user.
	OnKind func(access.UserKind)
	// OnBack goes back to the sign-in.
	OnBack func()
	// OnRetry asks the server again.
	OnRetry func()
	// OnCopyText copies words for the help desk.
	OnCopyText func(string)

	page   *kit.Page
	banner *kit.Banner
	system *kit.MenuCard
	kinds  []*kit.MenuCard
	users  *fyne.Container
	desk   *desk
	last   state.Register
}

// NewChoose makes the screen.
func NewChoose() *Choose {
	c := &Choose{banner: kit.NewBanner(), desk: newDesk()}
	c.banner.OnCopy = func(s string) { kit.Call(c.OnCopyText, s) }
	c.system = kit.NewMenuCard(look.Mark, es.SystemMark, "Interoperabilidad de Historia Clínica Electrónica",
		"Gestión de las llaves de acceso.", func() { kit.Call0(c.OnSystem) })
	icons := map[access.UserKind]fyne.Resource{
		access.UserDelegate: look.IconHospital, access.UserProfessional: look.IconUser, access.UserOther: look.IconRoles,
	}
	var cards []fyne.CanvasObject
	for _, k := range access.UserKinds() {
		card := kit.NewMenuCard(icons[k], es.UserKind(k), "", es.UserKindFor(k), func() { kit.Call(c.OnKind, k) })
		c.kinds = append(c.kinds, card)
		cards = append(cards, card)
	}
	c.users = kit.NewStack(kit.NewHead(kit.NewHeading("Tipo de usuario"), kit.NewNote("Elija el que le corresponde.")), kit.NewCards(cards...))
	back := kit.NewQuiet("← Volver al ingreso", nil, func() { kit.Call0(c.OnBack) })
	c.page = kit.NewFormPage(es.RegisterLink, "Elija el sistema y luego su tipo de usuario.",
		kit.NewStack(c.banner, kit.NewHead(kit.NewHeading("Sistema"), kit.NewNote("Seleccione el sistema en el que registra su usuario.")),
			kit.NewCards(c.system), c.users, c.desk),
		kit.NewFooter([]fyne.CanvasObject{back}))
	c.ExtendBaseWidget(c)
	return c
}

// FollowFocus brings what has the keyboard into sight.
func (c *Choose) FollowFocus(o fyne.CanvasObject) { c.page.FollowFocus(o) }

// CreateRenderer implements fyne.Widget.
func (c *Choose) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(c.page) }

// Focus gives the keyboard to what is to be chosen.
func (c *Choose) Focus() {
	if !c.last.IsChosen {
		kit.Focus(c.system)
		return
	}
	for i, k := range access.UserKinds() {
		if k == c.last.Kind {
			kit.Focus(c.kinds[i])
			return
		}
	}
	kit.Focus(c.kinds[0])
}

// Render shows a snapshot.
func (c *Choose) Render(s state.Register) {
	was := c.last.IsChosen
	c.last = s
	c.banner.Set(tell.Trouble(s.Trouble, tell.Retry(c.OnRetry)))
	kit.SetVisible(c.users, s.IsChosen)
	badge := kit.Chip{}
	if s.IsChosen {
		badge = kit.Chip{Word: "Elegido", Level: look.Success}
	}
	c.system.SetBadge(badge)
	c.desk.render(s.About)
	if s.IsChosen && !was {
		c.page.Refresh()
		kit.Focus(c.kinds[0])
	}
}
