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

// Unlock is «Tengo un código de registro»: the code of a mail, then the password,
// then, for some, the authenticator. UI goroutine only.
type Unlock struct {
	widget.BaseWidget

	// OnLink hands over the pasted code.
	OnLink func(string)
	// OnPassword sets the password, typed twice.
	OnPassword func(password, again secret.Text)
	// OnCode presents the authenticator's first code.
	OnCode func(string)
	// OnTyped says that a field is being written anew.
	OnTyped func(field string)
	// OnBack goes back to the sign-in; OnDone too, when all is done.
	OnBack, OnDone func()
	// OnSight tells that the authenticator's seed came in sight, or went out of it.
	OnSight func(bool)
	// OnCopySecret puts the authenticator's seed into the clipboard.
	OnCopySecret func(string)
	// OnKept says that the recovery codes were put away. OnCopyCodes puts them into
	// the clipboard, OnSave in a file.
	OnKept      func()
	OnCopyCodes func(secret.Text)
	OnSave      func(secret.Text)
	// OnCopyText copies words for the help desk.
	OnCopyText func(string)

	page    *kit.Page
	banner  *kit.Banner
	token   *kit.Entry
	tokenF  *kit.Field
	facts   *kit.Facts
	words   *newPassword
	enrol   *enrolment
	codes   *recoveryCodes
	done    *kit.Banner
	code    fyne.CanvasObject
	setting fyne.CanvasObject
	desk    *desk
	next    *kit.Button
	last    state.Unlock
	asked   bool
}

// NewUnlock makes the screen.
func NewUnlock() *Unlock {
	u := &Unlock{banner: kit.NewBanner(), token: kit.NewCodeLine("Pegue aquí el código"), facts: kit.NewFacts(), done: kit.NewBanner(), desk: newDesk()}
	u.banner.OnCopy = func(s string) { kit.Call(u.OnCopyText, s) }
	typed := func(field string) { kit.Call(u.OnTyped, field) }
	u.token.OnText(func(string) { typed(state.FieldToken) })
	u.token.OnSubmitted = func(string) { u.Submit() }
	u.tokenF = kit.NewField("Código del correo", true, u.token, "También sirve el enlace completo. Los espacios no importan.")
	u.code = kit.NewSection("Código", "Está en el correo que enviamos a su dirección registrada en MiSeguridadSocial.", u.tokenF)
	u.words = newNewPassword(func() []string { return []string{u.last.Info.Login} }, typed, u.Submit)
	u.setting = kit.NewSection("Contraseña", "Con ella y su usuario ingresa desde ahora.", append([]fyne.CanvasObject{u.facts}, u.words.parts...)...)
	u.enrol = newEnrolment(func() { typed("code") }, u.Submit, func(s string) { kit.Call(u.OnCopySecret, s) })
	u.codes = newRecoveryCodes(u.gate, func(t secret.Text) { kit.Call(u.OnCopyCodes, t) }, func(t secret.Text) { kit.Call(u.OnSave, t) })
	u.next = kit.NewPrimary("", u.Submit)
	back := kit.NewQuiet("← Volver al ingreso", nil, func() { kit.Call0(u.OnBack) })
	u.page = kit.NewFormPage(es.HaveCodeLink, "Para terminar el registro o crear otra contraseña.",
		kit.NewColumn(u.banner, u.done, u.code, u.setting, u.enrol.content, u.codes.content, u.desk), kit.NewFooter([]fyne.CanvasObject{back}, u.next))
	u.ExtendBaseWidget(u)
	return u
}

// Try shows a password typed, for pictures.
func (u *Unlock) Try(password string) {
	u.words.first.Put(password)
	u.words.measure()
}

// FollowFocus brings what has the keyboard into sight.
func (u *Unlock) FollowFocus(o fyne.CanvasObject) { u.page.FollowFocus(o) }

// CreateRenderer implements fyne.Widget.
func (u *Unlock) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(u.page) }

// Submit is what comes next, by button, Intro or Ctrl+Intro.
func (u *Unlock) Submit() {
	if u.next.Disabled() {
		return
	}
	u.asked = true
	switch u.last.Phase {
	case state.UnlockPassword:
		if u.OnPassword != nil {
			u.OnPassword(u.words.read())
		}
	case state.UnlockEnrol:
		if u.enrol.code.IsWhole() {
			kit.Call(u.OnCode, u.enrol.code.Text())
		}
	case state.UnlockCodes:
		kit.Call0(u.OnKept)
	case state.UnlockDone:
		kit.Call0(u.OnDone)
	default:
		kit.Call(u.OnLink, u.token.Text)
	}
}

// Focus gives the keyboard to what comes next.
func (u *Unlock) Focus() {
	switch u.last.Phase {
	case state.UnlockPassword:
		kit.Focus(u.words.first)
	case state.UnlockEnrol:
		u.enrol.code.Focus()
	case state.UnlockCodes:
		kit.Focus(u.codes.kept)
	case state.UnlockDone:
		kit.Focus(u.next)
	default:
		kit.Focus(u.token)
	}
}

// Close forgets what was typed: codes and passwords.
func (u *Unlock) Close() {
	if isSecretStep(u.last.Phase) {
		u.last.Phase = ""
		kit.Call(u.OnSight, false)
	}
	u.token.Put("")
	u.words.clear()
	u.enrol.clear()
	u.codes.render(nil)
}

// isSecretStep reports that a seed or codes are in sight.
func isSecretStep(p state.UnlockPhase) bool { return p == state.UnlockEnrol || p == state.UnlockCodes }

// gate turns what leads on, on when it can be pressed.
func (u *Unlock) gate() {
	u.next.SetEnabled(u.last.Phase != state.UnlockCodes || u.codes.isKept())
}

// Render shows a snapshot.
func (u *Unlock) Render(s state.Unlock) {
	before := u.last.Phase
	u.last = s
	errs := messages(s.Fields)
	kit.SetVisible(u.code, s.Phase == state.UnlockCode)
	kit.SetVisible(u.setting, s.Phase == state.UnlockPassword)
	kit.SetVisible(u.enrol.content, s.Phase == state.UnlockEnrol)
	kit.SetVisible(u.codes.content, s.Phase == state.UnlockCodes)
	u.codes.render(s.Codes)
	u.tokenF.SetError(errs[state.FieldToken])
	u.tokenF.SetEnabled(!s.Sending)
	u.facts.Set(linkFacts(s.Info))
	u.words.complain(errs)
	u.words.setEnabled(!s.Sending)
	u.enrol.render(s.Enrolment, u.enrol.complaint(s.Fields), !s.Sending)
	u.banner.Set(tell.Trouble(s.Trouble, tell.Retry(u.Submit)))
	u.page.Title.SetText(es.HaveCodeLink)
	if s.IsSignIn {
		u.page.Title.SetText(es.FactorTitle)
	}
	done := kit.Message{}
	switch {
	case s.IsSignIn && s.Phase == state.UnlockEnrol:
		done = kit.Message{Level: look.Info, Title: "Falta el segundo factor", Text: "Su rol lo exige: actívelo para ingresar. Se hace una vez."}
	case s.Phase == state.UnlockDone && !s.IsSignIn:
		done = doneMessage(s.Info)
	}
	u.done.Set(done)
	u.desk.render(s.About)
	u.next.SetText(nextWords(s.Phase))
	u.next.SetBusy(s.Sending, "Enviando…")
	u.gate()
	if isSecret := isSecretStep(s.Phase); isSecret != isSecretStep(before) {
		kit.Call(u.OnSight, isSecret)
	}
	if before != s.Phase && before != "" {
		u.asked = false
		if s.Phase == state.UnlockDone || isSecretStep(s.Phase) {
			u.token.Put("")
			u.words.clear()
		}
		u.page.ScrollTop()
		u.Focus()
	}
	if u.asked && !s.Sending && (len(s.Fields) > 0 || s.Trouble != nil) {
		u.asked = false
		if s.Phase == state.UnlockEnrol {
			u.enrol.code.SetText("")
		}
		if !kit.FocusFirst(u.tokenF, u.words.firstF, u.words.againF) {
			u.Focus()
		}
	}
}

// nextWords is the verb of a phase.
func nextWords(p state.UnlockPhase) string {
	switch p {
	case state.UnlockPassword:
		return "Guardar contraseña"
	case state.UnlockEnrol:
		return "Activar autenticador"
	case state.UnlockCodes:
		return "Continuar"
	case state.UnlockDone:
		return "Ir al ingreso"
	default:
		return "Continuar"
	}
}

// linkFacts say whose code it is and what for.
func linkFacts(i wire.AccountLinkInfo) []kit.Fact {
	what := "Terminar el registro"
	if i.Purpose == wire.LinkRecover {
		what = "Crear otra contraseña; se cierran las sesiones abiertas"
	}
	facts := []kit.Fact{{Label: es.FieldLabel("login"), Value: i.Login, IsCode: true}, {Label: "Para", Value: what}, {Label: "Sirve hasta", Value: es.DateTimeZone(i.ExpiresAt)}}
	if i.NeedsSecondFactor {
		facts = append(facts, kit.Fact{Label: "Después", Value: "Activar el autenticador (segundo factor)"})
	}
	return facts
}

func doneMessage(i wire.AccountLinkInfo) kit.Message {
	m := kit.Message{Level: look.Success, Title: "Contraseña guardada", Text: "Ingrese con el usuario " + i.Login + " y su contraseña nueva."}
	if i.Purpose == wire.LinkRecover {
		m.Text += " Cerramos las sesiones que estaban abiertas."
	}
	return m
}
