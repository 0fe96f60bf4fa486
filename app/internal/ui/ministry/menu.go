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

// Menu is an officer's first screen (figure 24): three cards, and what is needed
// less often below them. UI goroutine only.
type Menu struct {
	widget.BaseWidget

	// OnQueue opens «Solicitudes pendientes (Asignar Token)».
	OnQueue func()
	// OnAssigned opens «Llaves asignadas (Actualizar Token)».
	OnAssigned func()
	// OnGrants opens «Permisos de producción (Asignar Roles a Token)».
	OnGrants func()
	// OnValidity opens «Vigencia de las llaves».
	OnValidity func()
	// OnDrift opens «Diferencias con Entra».
	OnDrift func()
	// OnTrail opens «Bitácora».
	OnTrail func()
	// OnStaff opens «Funcionarios», for administrators.
	OnStaff func()

	page     *kit.Page
	noRole   *kit.Banner
	queue    *kit.MenuCard
	assigned *kit.MenuCard
	grants   *kit.MenuCard
	validity *kit.Button
	drift    *kit.Button
	trail    *kit.Button
	staff    *kit.Button
}

// NewMenu makes the menu.
func NewMenu() *Menu {
	m := &Menu{noRole: kit.NewBanner()}
	m.queue = kit.NewMenuCard(look.IconInbox, es.QueueTitle, es.QueueManual,
		"Atienda las solicitudes cuya llave no se pudo crear automáticamente.", func() { kit.Call0(m.OnQueue) })
	m.assigned = kit.NewMenuCard(look.IconKeyChange, es.AmendTitle, es.AmendManual,
		"Corrija los datos de una llave asignada.", func() { kit.Call0(m.OnAssigned) })
	m.grants = kit.NewMenuCard(look.IconRoles, es.GrantTitle, es.GrantManual,
		"Asigne o retire roles en producción.", func() { kit.Call0(m.OnGrants) })
	m.validity = kit.NewQuiet(es.ValidityTitle, look.IconClock, func() { kit.Call0(m.OnValidity) })
	m.drift = kit.NewQuiet(es.DriftTitle, look.IconSearch, func() { kit.Call0(m.OnDrift) })
	m.trail = kit.NewQuiet(es.TrailTitle, look.IconEye, func() { kit.Call0(m.OnTrail) })
	m.staff = kit.NewQuiet(es.StaffTitle, look.IconUser, func() { kit.Call0(m.OnStaff) })
	m.staff.Hide()
	also := kit.NewStack(kit.NewFlush(kit.NewNote("También puede fijar cuánto vive un secreto nuevo, revisar lo que Microsoft Entra tiene distinto, y consultar quién hizo qué.")),
		kit.NewRow(m.validity, m.drift, m.trail, m.staff))
	m.page = kit.NewFormPage("¿Qué necesita hacer?", "Elija una opción. Puede volver aquí en cualquier momento.",
		kit.NewGroups(m.noRole, kit.NewCards(m.queue, m.assigned, m.grants), also), nil)
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
	why := ""
	if s.Role != access.RoleOfficer {
		why = es.ErrorText(access.CodeForbidden, access.HintNoRole, nil)
	}
	m.noRole.Set(kit.Message{Level: look.Warning, Text: why})
	for _, c := range []*kit.MenuCard{m.queue, m.assigned, m.grants} {
		c.SetOff(why)
	}
	m.validity.SetEnabled(why == "")
	m.drift.SetEnabled(why == "")
	m.trail.SetEnabled(why == "")
	kit.SetVisible(m.staff, s.Administrator)
	if why != "" {
		m.queue.SetBadge(kit.Chip{})
		m.assigned.SetBadge(kit.Chip{})
		return
	}
	if s.Pending == 0 {
		m.queue.SetBadge(kit.Chip{Word: "Sin pendientes", Level: look.Success})
	} else {
		m.queue.SetBadge(kit.Chip{Word: es.Count(s.Pending, "pendiente", "pendientes"), Level: look.Warning})
	}
	m.assigned.SetBadge(kit.Chip{})
	if s.Assigned > 0 {
		m.assigned.SetBadge(kit.Chip{Word: es.Count(s.Assigned, "entidad", "entidades"), Level: look.Info})
	}
}
