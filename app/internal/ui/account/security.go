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
)

// Security is «Seguridad»: one's second factor, open sessions, and after how long
// without use the session is locked. An act on the second factor takes the whole
// screen until it is done or given up. UI goroutine only.
type Security struct {
	widget.BaseWidget

	// OnAct begins an act on the second factor; OnCancel gives it up.
	OnAct    func(state.FactorAct)
	OnCancel func()
	// OnProve proves that it is the person; OnCode presents the new
	// authenticator's first code; OnKept says that the codes were put away.
	OnProve func(state.FactorProof)
	OnCode  func(string)
	OnKept  func()
	// OnTyped says that a field is being written anew.
	OnTyped func(field string)
	// OnEnd ends a session; OnEndOthers all but this one.
	OnEnd       func(id string)
	OnEndOthers func()
	// OnMinutes keeps after how long without use the session is locked.
	OnMinutes func(int)
	// OnSight tells that a seed or codes came in sight, or went out of it.
	OnSight func(bool)
	// OnCopySecret puts a seed or codes into the clipboard; OnSave codes in a file.
	OnCopySecret func(what string, value secret.Text)
	OnSave       func(secret.Text)
	// OnCopyText copies words for the help desk.
	OnCopyText func(string)
	// OnRetry loads again what failed; OnBack goes back to «Mi cuenta».
	OnRetry, OnBack func()

	page     *kit.Page
	factor   *factorBlock
	prove    *proveBlock
	enrol    *enrolment
	codes    *recoveryCodes
	banner   *kit.Banner
	sessions *sessionList
	lock     *lockBlock
	next     *kit.Button
	cancel   *kit.Button
	note     *kit.Text
	last     state.Security
	asked    bool
}

// NewSecurity makes the screen.
func NewSecurity() *Security {
	v := &Security{banner: kit.NewBanner(), note: kit.NewNote("").Natural()}
	v.banner.OnCopy = func(s string) { kit.Call(v.OnCopyText, s) }
	typed := func(field string) { kit.Call(v.OnTyped, field) }
	copySecret := func(what string) func(secret.Text) {
		return func(value secret.Text) {
			if v.OnCopySecret != nil {
				v.OnCopySecret(what, value)
			}
		}
	}
	v.factor = newFactorBlock(func(a state.FactorAct) { kit.Call(v.OnAct, a) })
	v.prove = newProveBlock(typed, v.Submit)
	v.enrol = newEnrolment(func() { typed("code") }, v.Submit, func(s string) { copySecret("Clave copiada")(secret.New(s)) })
	v.codes = newRecoveryCodes(v.gate, copySecret("Códigos copiados"), func(text secret.Text) { kit.Call(v.OnSave, text) })
	v.sessions = newSessionList(func(id string) { kit.Call(v.OnEnd, id) }, func() { kit.Call0(v.OnEndOthers) }, func() { kit.Call0(v.OnRetry) })
	v.lock = newLockBlock(func(n int) { kit.Call(v.OnMinutes, n) })
	v.next = kit.NewPrimary("", v.Submit)
	v.cancel = kit.NewButton(es.Cancel, func() { kit.Call0(v.OnCancel) })
	back := kit.NewQuiet("← Volver a "+es.AccountTitle, nil, func() { kit.Call0(v.OnBack) })
	v.page = kit.NewFormPage(es.SecurityTitle, "Las horas son de Colombia.",
		kit.NewColumn(v.banner, v.factor.content, v.prove.content, v.enrol.content, v.codes.content, v.sessions.content, v.lock.content),
		kit.NewFooter([]fyne.CanvasObject{back}, v.note, v.cancel, v.next))
	v.ExtendBaseWidget(v)
	return v
}

// FollowFocus brings what has the keyboard into sight.
func (v *Security) FollowFocus(o fyne.CanvasObject) { v.page.FollowFocus(o) }

// CreateRenderer implements fyne.Widget.
func (v *Security) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(v.page) }

// Submit is what comes next, by button, Intro or Ctrl+Intro.
func (v *Security) Submit() {
	if v.next.Disabled() || v.last.Sending {
		return
	}
	v.asked = true
	switch v.last.Phase {
	case state.FactorProve:
		kit.Call(v.OnProve, v.prove.read())
	case state.FactorEnrol:
		kit.Call(v.OnCode, v.enrol.code.Text())
	case state.FactorShow:
		kit.Call0(v.OnKept)
	}
}

// Focus gives the keyboard to what comes next.
func (v *Security) Focus() {
	switch v.last.Phase {
	case state.FactorProve:
		kit.Focus(v.prove.password)
	case state.FactorEnrol:
		v.enrol.code.Focus()
	case state.FactorShow:
		kit.Focus(v.codes.kept)
	default:
		v.factor.focus()
	}
}

// SetMinutes shows after how long the session is locked.
func (v *Security) SetMinutes(n int) { v.lock.set(n) }

// Forget takes the passwords away that were typed.
func (v *Security) Forget() { v.prove.clear() }

// Close forgets what was typed and shown.
func (v *Security) Close() {
	v.prove.clear()
	v.enrol.clear()
	v.codes.render(nil)
	if isSecretPhase(v.last.Phase) {
		kit.Call(v.OnSight, false)
	}
	v.last.Phase = state.FactorIdle
}

func isSecretPhase(p state.FactorPhase) bool { return p == state.FactorEnrol || p == state.FactorShow }

// Render shows a snapshot.
func (v *Security) Render(s state.Security) {
	before := v.last.Phase
	v.last = s
	isIdle := s.Phase == state.FactorIdle
	for o, on := range map[fyne.CanvasObject]bool{
		v.factor.content: isIdle, v.prove.content: s.Phase == state.FactorProve, v.enrol.content: s.Phase == state.FactorEnrol,
		v.codes.content: s.Phase == state.FactorShow, v.sessions.content: isIdle, v.lock.content: isIdle,
		v.cancel: s.Phase == state.FactorProve || s.Phase == state.FactorEnrol, v.next: !isIdle,
	} {
		kit.SetVisible(o, on)
	}
	v.factor.render(s)
	v.prove.render(s)
	v.enrol.render(s.Enrolment, v.enrol.complaint(s.Fields), !s.Sending)
	v.codes.render(s.Codes)
	v.sessions.render(s)
	v.banner.Set(v.message(s))
	v.gate()
	if isSecretPhase(s.Phase) != isSecretPhase(before) {
		kit.Call(v.OnSight, isSecretPhase(s.Phase))
	}
	if before != s.Phase {
		v.asked = false
		if s.Phase != state.FactorProve {
			v.prove.clear()
		}
		v.page.ScrollTop()
		v.Focus()
	}
	if v.asked && !s.Sending && (len(s.Fields) > 0 || s.Trouble != nil) {
		v.asked = false
		if s.Phase == state.FactorEnrol {
			v.enrol.code.SetText("")
		}
		if !kit.FocusFirst(v.prove.passF, v.prove.codeF, v.prove.recoveryF) {
			v.Focus()
		}
	}
}

// gate turns what leads on, on when it can be pressed.
func (v *Security) gate() {
	s := v.last
	words := map[state.FactorPhase]string{state.FactorProve: "Continuar", state.FactorEnrol: "Activar autenticador", state.FactorShow: "Listo"}
	v.next.SetText(words[s.Phase])
	v.next.SetBusy(s.Sending, "Enviando…")
	v.next.SetEnabled(s.Phase == state.FactorShow && v.codes.isKept() || s.Phase != state.FactorShow && s.Link.IsOnline())
	note := tell.LinkNote(s.Link)
	if s.Phase == state.FactorShow {
		note = ""
		if !v.codes.isKept() {
			note = "Guárdelos y márquelo para seguir."
		}
	}
	kit.Put(v.note, note)
}

// message is what the top of the screen says.
func (v *Security) message(s state.Security) kit.Message {
	if s.Trouble != nil {
		return tell.Trouble(s.Trouble, tell.Retry(v.Submit))
	}
	text := map[state.FactorAct]string{
		state.FactorBegin:   "Segundo factor activo. Desde el próximo ingreso le pedimos un código. Cerramos sus sesiones en otros computadores.",
		state.FactorReplace: "Autenticador cambiado: el anterior ya no sirve. Cerramos sus sesiones en otros computadores.",
		state.FactorCodes:   "Códigos nuevos activos: los anteriores ya no sirven.",
		state.FactorRemove:  "Segundo factor quitado. Cerramos sus sesiones en otros computadores.",
	}[s.Done]
	if text == "" || s.Phase != state.FactorIdle {
		return kit.Message{}
	}
	return kit.Message{Level: look.Success, Text: text}
}
