package account

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/app/internal/ui/tell"
	"llavero/shared/es"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// Mine is «Mi cuenta»: who is signed in, and «Cambiar contraseña». UI goroutine
// only.
type Mine struct {
	widget.BaseWidget

	// OnChange sets another password.
	OnChange func(current, password, again secret.Text)
	// OnTyped says that a field is being written anew.
	OnTyped func(field string)
	// OnBack goes back to the menu; OnSecurity opens «Seguridad».
	OnBack, OnSecurity func()
	// OnCopyText copies words for the help desk.
	OnCopyText func(string)

	page     *kit.Page
	banner   *kit.Banner
	facts    *kit.Facts
	current  *kit.Entry
	currentF *kit.Field
	words    *newPassword
	note     *kit.Text
	submit   *kit.Button
	last     state.Account
	asked    bool
}

// NewMine makes the screen.
func NewMine() *Mine {
	m := &Mine{banner: kit.NewBanner(), facts: kit.NewFacts(), current: kit.NewPasswordEntry(), note: kit.NewNote("").Natural()}
	m.banner.OnCopy = func(s string) { kit.Call(m.OnCopyText, s) }
	m.currentF = kit.NewField(es.FieldLabel("current"), true, m.current, "")
	typed := func(field string) { kit.Call(m.OnTyped, field) }
	m.current.OnText(func(string) { typed("current") })
	m.current.OnSubmitted = func(string) { kit.Focus(m.words.first) }
	own := func() []string {
		who := m.last.Session
		return []string{who.Login, who.Person.Name, who.Person.Document.Number}
	}
	m.words = newNewPassword(own, typed, m.Submit)
	form := append([]fyne.CanvasObject{m.banner, m.currentF}, m.words.parts...)
	m.submit = kit.NewPrimary(es.ChangeOwnWord, m.Submit)
	back := kit.NewQuiet(es.BackToMenu, nil, func() { kit.Call0(m.OnBack) })
	security := kit.NewIconButton(es.SecurityTitle+": segundo factor y sesiones", look.IconShield, func() { kit.Call0(m.OnSecurity) })
	m.page = kit.NewFormPage(es.AccountTitle, "", kit.NewColumn(
		kit.NewSection("Sus datos", "Para corregirlos, actualícelos en MiSeguridadSocial.", m.facts),
		kit.NewSection(es.ChangeOwnWord, "Al cambiarla se cierran sus sesiones en otros computadores. "+es.RequiredLine+".", form...)),
		kit.NewFooter([]fyne.CanvasObject{back, security}, m.note, m.submit))
	m.ExtendBaseWidget(m)
	return m
}

// FollowFocus brings what has the keyboard into sight.
func (m *Mine) FollowFocus(o fyne.CanvasObject) { m.page.FollowFocus(o) }

// CreateRenderer implements fyne.Widget.
func (m *Mine) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(m.page) }

// Submit is «Cambiar contraseña», by button, Intro or Ctrl+Intro.
func (m *Mine) Submit() {
	if m.submit.Disabled() || m.OnChange == nil {
		return
	}
	m.asked = true
	password, again := m.words.read()
	m.OnChange(secret.New(m.current.Text), password, again)
}

// Focus gives the keyboard to the first field.
func (m *Mine) Focus() { kit.Focus(m.current) }

// Close forgets what was typed.
func (m *Mine) Close() {
	m.current.Put("")
	m.words.clear()
}

// Render shows a snapshot.
func (m *Mine) Render(s state.Account) {
	before := m.last
	m.last = s
	m.facts.Set(sessionFacts(s.Session))
	errs := messages(s.Fields)
	m.currentF.SetError(errs["current"])
	m.currentF.SetEnabled(!s.Sending)
	m.words.complain(errs)
	m.words.setEnabled(!s.Sending)
	if s.DoneAt.IsZero() {
		m.banner.Set(tell.Trouble(s.Trouble, tell.Retry(m.Submit)))
	} else {
		m.banner.Set(kit.Message{Level: look.Success, Text: "Contraseña cambiada a las " + es.Clock(s.DoneAt) + ". Cerramos sus sesiones en otros computadores."})
	}
	m.submit.SetBusy(s.Sending, "Cambiando…")
	m.submit.SetEnabled(s.Link.IsOnline())
	note := ""
	if !s.Link.IsOnline() {
		note = es.NeedsLink
	}
	kit.Put(m.note, note)
	if !s.DoneAt.IsZero() && before.DoneAt != s.DoneAt {
		m.Close()
		m.asked = false
	}
	if m.asked && !s.Sending && (len(s.Fields) > 0 || s.Trouble != nil) {
		m.asked = false
		kit.FocusFirst(m.currentF, m.words.firstF, m.words.againF)
	}
}

// sessionFacts say who is signed in.
func sessionFacts(s wire.Session) []kit.Fact {
	facts := []kit.Fact{
		{Label: "Login", Value: s.Login, IsCode: true},
		{Label: "Usuario", Value: s.Person.Name},
		{Label: "Documento", Value: string(s.Person.Document.Type) + " " + s.Person.Document.Number, IsCode: true},
	}
	if s.EntityName != "" {
		facts = append(facts, kit.Fact{Label: "Entidad", Value: s.EntityName})
	}
	role := string(s.Role)
	if role == "" {
		role = "Ninguno todavía"
	}
	facts = append(facts, kit.Fact{Label: "Rol", Value: role})
	mail := s.MaskedEmail
	if mail == "" {
		mail = "No hay correo registrado; agréguelo en MiSeguridadSocial"
	}
	return append(facts, kit.Fact{Label: "Correo registrado", Value: mail})
}
