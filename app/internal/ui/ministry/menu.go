package ministry

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/shared/access"
	"llavero/shared/es"
)

// Menu is an officer's first screen: three cards. UI goroutine only.
type Menu struct {
	widget.BaseWidget

	// OnQueue opens «Solicitudes pendientes (Asignar Token)».
	OnQueue func()

	page   *kit.Page
	noRole *kit.Banner
	queue  *kit.MenuCard
}

// NewMenu makes the menu.
func NewMenu() *Menu {
	m := &Menu{noRole: kit.NewBanner()}
	m.queue = kit.NewMenuCard(look.IconInbox, es.QueueTitle, es.QueueManual,
		"Atienda las solicitudes cuya llave no se pudo crear automáticamente.", func() { kit.Call0(m.OnQueue) })
	amend := kit.NewMenuCard(look.IconKeyChange, es.AmendTitle, es.AmendManual, "", nil)
	amend.SetOff("Corrija los datos de una llave asignada. Estará disponible en una próxima versión.")
	grant := kit.NewMenuCard(look.IconRoles, es.GrantTitle, es.GrantManual, "", nil)
	grant.SetOff("Otorgue o retire permisos en producción. Estará disponible en una próxima versión.")
	m.page = kit.NewFormPage("¿Qué necesita hacer?", "Elija una opción. Puede volver aquí en cualquier momento.",
		kit.NewStack(m.noRole, kit.NewCards(m.queue, amend, grant)), nil)
	m.ExtendBaseWidget(m)
	return m
}

// CreateRenderer implements fyne.Widget.
func (m *Menu) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(m.page)
}

// Focus gives the keyboard to the first card.
func (m *Menu) Focus() { kit.Focus(m.queue) }

// Render shows a snapshot.
func (m *Menu) Render(s state.Menu) {
	if s.Role != access.RoleOfficer {
		text := es.ErrorText(access.CodeForbidden, access.HintNoRole, nil)
		m.noRole.Set(kit.Message{Level: look.Warning, Text: text})
		m.queue.SetOff(text)
		m.queue.SetBadge(kit.Chip{})
		return
	}
	m.noRole.Clear()
	m.queue.SetOff("")
	if s.Pending == 0 {
		m.queue.SetBadge(kit.Chip{Word: "Sin pendientes", Level: look.Success})
		return
	}
	m.queue.SetBadge(kit.Chip{Word: es.Count(s.Pending, "pendiente", "pendientes"), Level: look.Warning})
}
