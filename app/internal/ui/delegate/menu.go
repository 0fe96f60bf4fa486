package delegate

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/shared/access"
	"llavero/shared/es"
)

// Menu is a delegate's first screen: three cards. UI goroutine only.
type Menu struct {
	widget.BaseWidget

	// OnEnroll opens «Solicitar llave (Inscripción Token)».
	OnEnroll func()
	// OnRenew opens «Cambiar llave (Resolicitud Token)».
	OnRenew func()
	// OnKeys opens «Mis llaves (Consultar Token)».
	OnKeys func()
	// OnActivity opens «Actividad».
	OnActivity func()

	page     *kit.Page
	noRole   *kit.Banner
	enroll   *kit.MenuCard
	renew    *kit.MenuCard
	keys     *kit.MenuCard
	activity *kit.Button
}

// NewMenu makes the menu.
func NewMenu() *Menu {
	m := &Menu{noRole: kit.NewBanner()}
	m.enroll = kit.NewMenuCard(look.IconKeyNew, es.EnrollTitle, es.EnrollManual,
		"Pida por primera vez las llaves de un prestador, para los dos ambientes.", func() { kit.Call0(m.OnEnroll) })
	m.renew = kit.NewMenuCard(look.IconKeyChange, es.RenewTitle, es.RenewManual,
		"Pida un secreto nuevo por seguridad, cambio de proveedor o vencimiento.", func() { kit.Call0(m.OnRenew) })
	m.keys = kit.NewMenuCard(look.IconKey, es.KeysTitle, es.KeysManual,
		"Consulte y copie las llaves de sus prestadores y sus parámetros de conexión.", func() { kit.Call0(m.OnKeys) })
	m.activity = kit.NewQuiet(es.ActivityTitle, look.IconEye, func() { kit.Call0(m.OnActivity) })
	also := kit.NewStack(kit.NewFlush(kit.NewNote("También puede ver quién consultó, copió o exportó sus llaves, y lo que se hizo con su usuario.")), kit.NewRow(m.activity))
	m.page = kit.NewFormPage("¿Qué necesita hacer?", "Elija una opción. Puede volver aquí en cualquier momento.",
		kit.NewGroups(m.noRole, kit.NewCards(m.enroll, m.renew, m.keys), also), nil)
	m.ExtendBaseWidget(m)
	return m
}

// CreateRenderer implements fyne.Widget.
func (m *Menu) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(m.page)
}

// Focus gives the keyboard to the first card.
func (m *Menu) Focus() { kit.Focus(m.enroll) }

// Render shows a snapshot.
func (m *Menu) Render(s state.Menu) {
	if s.Role == access.RoleDelegate {
		m.noRole.Clear()
		m.enroll.SetOff("")
		m.renew.SetOff("")
		m.keys.SetOff("")
		m.activity.SetEnabled(true)
		return
	}
	text := es.NoDelegation
	m.noRole.Set(kit.Message{Level: look.Warning, Text: text})
	m.enroll.SetOff(text)
	m.renew.SetOff(text)
	m.keys.SetOff(text)
	m.activity.SetEnabled(false)
}
