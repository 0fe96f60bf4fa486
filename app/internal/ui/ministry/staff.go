package ministry

import (
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// Staff («Funcionarios») lists who has the officer's role, or had it, for
// administrators. UI goroutine only.
type Staff struct {
	widget.BaseWidget

	// OnOpen shows an officer and what can be done.
	OnOpen func(access.AccountID)
	// OnGrant is «Dar rol de funcionario…».
	OnGrant func()

	listView[wire.Officer]
	grant *kit.Button
}

// NewStaff makes the list.
func NewStaff() *Staff {
	v := &Staff{}
	v.grant = kit.NewPrimary(es.StaffGrant, func() { kit.Call0(v.OnGrant) })
	v.init(staffSheet(), listWords{
		title:   es.StaffTitle,
		help:    "Quién atiende solicitudes en el Ministerio. Lo que haga aquí queda en la bitácora con su nombre.",
		heading: "Personas con el rol, o que lo tuvieron", example: "Nombre, documento, usuario, situación...",
	}, v.grant)
	v.open = func(o *wire.Officer) { kit.Call(v.OnOpen, o.ID) }
	v.none = func() (string, kit.Action) {
		return "Aún no hay funcionarios en la lista.", kit.Action{Text: es.StaffGrant, Do: func() { kit.Call0(v.OnGrant) }}
	}
	v.ExtendBaseWidget(v)
	return v
}

// Render shows a snapshot.
func (v *Staff) Render(s state.Staff) {
	v.draw(listed[wire.Officer]{link: s.Link, rows: s.Rows, index: s.Search, loading: s.Loading, trouble: s.Trouble, now: s.Now})
	if m := staffDone(s); s.Trouble == nil && !m.IsEmpty() {
		v.banner.Set(m)
	}
	v.grant.SetEnabled(s.Link.IsOnline())
}

// staffDone says what was just done.
func staffDone(s state.Staff) kit.Message {
	text := ""
	switch s.Done {
	case state.StaffGrant:
		text = "Dio el rol de funcionario al documento " + s.DoneName + "."
		if s.Mail != "" {
			text += " Enviamos a " + s.Mail + " el enlace para crear la contraseña y activar el autenticador; sirve hasta el " + es.DateTimeZone(s.ExpiresAt) + "."
		} else {
			text += " Ya tenía contraseña y autenticador: puede ingresar."
		}
	case state.StaffWithdraw:
		text = "Retiró el rol de " + s.DoneName + ". Sus sesiones quedaron cerradas."
	case state.StaffReinstate:
		text = "Devolvió el rol a " + s.DoneName + "."
	case state.StaffAppoint:
		text = s.DoneName + " es administrador. Debe ingresar de nuevo."
	case state.StaffDemote:
		text = s.DoneName + " ya no es administrador. Debe ingresar de nuevo."
	case state.StaffReset:
		text = "Restableció el segundo factor de " + s.DoneName + ". Enviamos a " + s.Mail + " el enlace para activar otro; sirve hasta el " + es.DateTimeZone(s.ExpiresAt) + "."
	default:
		return kit.Message{}
	}
	return kit.Message{Level: look.Success, Text: text}
}
