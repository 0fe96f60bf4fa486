// Package login draws the sign-in screen: server, user, password, the check «No
// soy un robot», and the second factor. Render takes one immutable snapshot;
// callbacks say what the person wants. UI goroutine only.
package login

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/secret"
)

// SignIn (ingreso) is the first screen. UI goroutine only.
type SignIn struct {
	widget.BaseWidget

	// OnServer takes another server's address.
	OnServer func(address string)
	// OnSolve starts the check «No soy un robot».
	OnSolve func()
	// OnSubmit is «Ingresar».
	OnSubmit func(login string, password secret.Text)
	// OnCode completes a sign-in with the code of the authenticator; OnRecovery
	// with a recovery code.
	OnCode     func(code string)
	OnRecovery func(code secret.Text)
	// OnCancel goes back from the code to user and password.
	OnCancel func()
	// OnRegister opens «Registro de usuarios»; OnRecover «Olvidé mi contraseña»;
	// OnHaveCode «Tengo un código de registro»; OnHelp the help.
	OnRegister, OnRecover, OnHaveCode, OnHelp func()
	// OnCopyText copies words for the help desk: never a secret.
	OnCopyText func(string)

	shown state.SignIn
	began bool
	asked bool // «Ingresar» was pressed: the next complaints get the keyboard

	banner   *kit.Banner
	demo     *kit.StatusChip
	server   *kit.Entry
	login    *kit.Entry
	password *kit.Entry
	serverF  *kit.Field
	loginF   *kit.Field
	passF    *kit.Field
	robot    *robot
	enter    *kit.Button
	first    *fyne.Container

	code   *kit.CodeEntry
	codeF  *kit.Field
	verify *kit.Button
	// In place of the authenticator's code, once it is asked for.
	recovery  *kit.Entry
	recoveryF *kit.Field
	other     *kit.Button
	back      *kit.Button
	second    *fyne.Container

	help *kit.Text
	box  fyne.CanvasObject
}

// NewSignIn makes the screen.
func NewSignIn() *SignIn {
	s := &SignIn{banner: kit.NewBanner(), demo: kit.NewStatusChip(kit.Chip{}), help: kit.NewNote("")}
	s.banner.OnCopy = func(t string) {
		if s.OnCopyText != nil {
			s.OnCopyText(t)
		}
	}
	s.buildFirst()
	s.buildSecond()
	s.box = s.frame()
	s.ExtendBaseWidget(s)
	return s
}

func (s *SignIn) buildFirst() {
	s.server = kit.NewEntry("https://servidor.example:8443")
	s.login = kit.NewEntry("ADMIHCEIPS999100005")
	s.password = kit.NewPasswordEntry()
	s.serverF = kit.NewField(es.FieldLabel("server"), true, s.server, "")
	s.loginF = kit.NewField(es.FieldLabel("login"), true, s.login, "Delegado: ADMIHCEIPS y el NIT. Otros: tipo y número de documento.")
	s.passF = kit.NewField(es.FieldLabel("password"), true, s.password, "")
	s.robot = newRobot(func() {
		if s.OnSolve != nil {
			s.OnSolve()
		}
	})
	s.enter = kit.NewPrimary(es.SignIn, s.submit)
	s.server.OnSubmitted = func(string) { s.tellServer() }
	s.server.OnBlur = s.tellServer
	s.login.OnSubmitted = func(string) { kit.Focus(s.password) }
	s.password.OnSubmitted = func(string) { s.submit() }
	s.login.OnText(func(string) { s.loginF.SetError("") })
	s.password.OnText(func(string) { s.passF.SetError("") })
	s.first = kit.NewStack(s.serverF, s.loginF, s.passF, s.robot, kit.NewHeight(40, s.enter), s.links())
}

// links lead to what needs no session.
func (s *SignIn) links() fyne.CanvasObject {
	link := func(words string, icon fyne.Resource, open func()) fyne.CanvasObject {
		b := kit.NewQuiet(words, icon, open)
		b.Alignment = widget.ButtonAlignLeading
		return b
	}
	return kit.NewPairs(
		link(es.RegisterLink, look.IconUser, func() { kit.Call0(s.OnRegister) }),
		link(es.RecoverLink, look.IconLock, func() { kit.Call0(s.OnRecover) }),
		link(es.HaveCodeLink, look.IconKey, func() { kit.Call0(s.OnHaveCode) }),
		link(es.HelpLink, look.IconHelp, func() { kit.Call0(s.OnHelp) }))
}

func (s *SignIn) buildSecond() {
	s.code = kit.NewCodeEntry(6)
	s.codeF = kit.NewField("Código del autenticador", true, s.code, "Los 6 dígitos que muestra su aplicación de autenticación.")
	s.verify = kit.NewPrimary("Verificar", s.sendSecond)
	s.recovery = kit.NewCodeLine("ABCD-EFGH-JKLM-NPQR")
	s.recoveryF = kit.NewField("Código de recuperación", true, s.recovery, "Los espacios, los guiones y las mayúsculas no importan. Sirve una vez.")
	s.recovery.OnText(func(string) { s.recoveryF.SetError(""); s.gate() })
	s.recovery.OnSubmitted = func(string) { s.sendSecond() }
	s.recovery.OnEscape = s.cancel
	s.recoveryF.Hide()
	s.other = kit.NewQuiet(es.UseRecoveryCode, nil, func() { s.UseRecovery(!s.recoveryF.Visible()) })
	s.code.OnSubmitted = s.sendCode
	s.code.OnChanged = func(string) { s.codeF.SetError(""); s.gate() }
	s.code.Entry().OnEscape = s.cancel
	s.back = kit.NewQuiet(es.Back, look.IconBack, s.cancel)
	s.second = kit.NewStack(
		kit.NewFlush(kit.NewText("Su usuario pide un segundo factor.")),
		s.codeF, s.recoveryF, kit.NewHeight(40, s.verify), kit.NewRow(s.back, layout.NewSpacer(), s.other))
	s.second.Hide()
}

// frame sets the form beside a deep-blue panel with the mark.
func (s *SignIn) frame() fyne.CanvasObject {
	title := kit.NewTitle(es.SignIn)
	form := kit.NewStack(container.NewHBox(s.demo), kit.NewHead(title, kit.NewNote("Use el usuario y la contraseña que creó al registrarse.")),
		s.banner, s.first, s.second, kit.NewFlush(s.help))
	column := container.NewVScroll(container.New(layout.NewCustomPaddedLayout(24, 24, 48, 48), container.New(middle{460}, form)))
	return container.NewBorder(nil, nil, kit.NewWidth(400, sidePanel()), nil, column)
}

// sidePanel is the product's mark and what it is for, in deep blue.
func sidePanel() fyne.CanvasObject {
	mark := canvas.NewImageFromResource(look.Mark)
	mark.FillMode = canvas.ImageFillContain
	mark.SetMinSize(fyne.NewSquareSize(72))
	name := kit.NewTitle("Llavero IHCE").SetColor(look.ColorOnDeep)
	about := kit.NewText("Llaves de acceso a la Historia Clínica Electrónica Interoperable: solicitarlas, firmarlas, consultarlas y cuidarlas.").SetColor(look.ColorOnDeepMuted)
	return container.NewStack(kit.NewFill(look.ColorDeep, "", 0),
		kit.NewPadded(32, container.NewVBox(layout.NewSpacer(), container.NewHBox(mark), name, about, layout.NewSpacer())))
}

// CreateRenderer implements fyne.Widget.
func (s *SignIn) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(s.box) }

// Render shows a snapshot.
func (s *SignIn) Render(v state.SignIn) {
	was, before := s.shown.Phase, s.shown.Login
	s.shown = v
	if !s.began || !s.server.IsFocused() {
		s.server.Put(v.Server)
	}
	if !s.began || v.Login != before {
		s.login.Put(v.Login)
	}
	s.began = true
	isSecond := v.Phase == state.SignInSecondFactor || (v.Phase == state.SignInSending && s.second.Visible())
	if isSecond != s.second.Visible() {
		s.first.Hidden, s.second.Hidden = isSecond, !isSecond
		s.code.SetText("")
		s.UseRecovery(false)
		if isSecond {
			s.password.Put("")
			s.code.Focus()
		}
		s.Refresh()
	}
	if was == state.SignInSecondFactor && v.Phase == state.SignInIdle {
		kit.Focus(s.password)
	}
	if v.Phase == state.SignInDone {
		s.password.Put("")
	}
	s.robot.render(v)
	s.renderTrouble(v.Trouble)
	s.renderAbout(v)
	s.gate()
}

func (s *SignIn) renderTrouble(t *state.Trouble) {
	s.serverF.SetError("")
	s.codeF.SetError("")
	s.recoveryF.SetError("")
	if t == nil || t.Err == nil {
		s.banner.Clear()
		return
	}
	fields := map[string]*kit.Field{"server": s.serverF, "login": s.loginF, "password": s.passF, "code": s.codeF, "recoveryCode": s.recoveryF}
	isPlaced := false
	for _, f := range t.Err.Fields {
		if w, ok := fields[f.Field]; ok {
			words := es.FieldMessage(f.Field, f.Hint)
			if w == s.codeF && f.Hint != access.HintSecondFactor {
				words = s.code.Wanted()
			}
			w.SetError(words)
			isPlaced = true
		}
	}
	if isPlaced {
		s.banner.Clear()
		if s.asked && s.shown.Phase != state.SignInSending {
			s.asked = false
			kit.FocusFirst(s.serverF, s.loginF, s.passF, s.codeF, s.recoveryF)
		}
		return
	}
	err := *t.Err
	err.Fields = nil // none of them stands here
	level := look.Danger
	if t.Err.Code == access.CodeUnavailable || t.Err.Code == access.CodeThrottled {
		level = look.Warning
	}
	m := kit.Message{
		Level: level, Text: es.Error(&err), Note: es.Reference(t.RequestID, t.At),
		Detail: es.Detail(t.Err, t.RequestID, t.At),
	}
	if t.Err.Hint == access.HintNoRole {
		m.Text = es.NoRole(s.login.Text)
	}
	if t.Err.Code == access.CodeUnavailable && t.Err.Hint != access.HintCertificate {
		m.Actions = []kit.Action{{Text: es.Retry, Do: func() {
			if s.OnServer != nil {
				s.OnServer(s.server.Text)
			}
		}}}
	}
	s.banner.Set(m)
}

func (s *SignIn) renderAbout(v state.SignIn) {
	s.demo.Set(kit.Chip{})
	help := "Sin respuesta del servidor todavía."
	if v.About != nil {
		if v.About.Demo {
			s.demo.Set(kit.Chip{Word: es.DemoData, Level: look.Warning})
		}
		help = ""
		if h := v.About.Help; h.Phones != "" || h.Mail != "" {
			help = "Mesa de ayuda: " + es.HelpLine(h.Phones, h.Mail, h.Hours)
		}
	}
	s.help.SetText(help)
}

// gate turns the buttons on when they can be pressed.
func (s *SignIn) gate() {
	isSending := s.shown.Phase == state.SignInSending
	s.enter.SetBusy(isSending, "Ingresando…")
	s.enter.SetEnabled(s.shown.Solved)
	s.verify.SetBusy(isSending, "Verificando…")
	s.verify.SetEnabled(s.code.IsWhole() || s.recoveryF.Visible() && s.recovery.Text != "")
}

func (s *SignIn) submit() {
	if s.shown.Phase == state.SignInSending {
		return
	}
	if !s.shown.Solved {
		s.robot.focus()
		return
	}
	s.asked = true
	if s.OnSubmit != nil {
		s.OnSubmit(s.login.Text, secret.New(s.password.Text))
	}
}

func (s *SignIn) sendCode(code string) {
	if s.shown.Phase != state.SignInSending && s.OnCode != nil {
		s.asked = true
		s.OnCode(code)
	}
}

// UseRecovery asks for a recovery code in place of the authenticator's, or back.
func (s *SignIn) UseRecovery(on bool) {
	s.code.SetText("")
	s.recovery.Put("")
	kit.SetVisible(s.codeF, !on)
	kit.SetVisible(s.recoveryF, on)
	s.other.SetText(es.UseRecoveryCode)
	if on {
		s.other.SetText(es.UseCode)
	}
	s.gate()
	s.second.Refresh()
	switch {
	case !s.second.Visible():
	case on:
		kit.Focus(s.recovery)
	default:
		s.code.Focus()
	}
}

// sendSecond is «Verificar».
func (s *SignIn) sendSecond() {
	if !s.recoveryF.Visible() {
		s.sendCode(s.code.Text())
		return
	}
	if s.shown.Phase != state.SignInSending {
		s.asked = true
		kit.Call(s.OnRecovery, secret.New(s.recovery.Text))
	}
}

func (s *SignIn) cancel() {
	if s.OnCancel != nil {
		s.OnCancel()
	}
}

func (s *SignIn) tellServer() {
	if s.server.Text != s.shown.Server && s.OnServer != nil {
		s.OnServer(s.server.Text)
	}
}

// Focus gives the keyboard to the first empty field.
func (s *SignIn) Focus() {
	switch {
	case s.recoveryF.Visible() && s.second.Visible():
		kit.Focus(s.recovery)
	case s.second.Visible():
		s.code.Focus()
	case s.server.Text == "":
		kit.Focus(s.server)
	case s.login.Text == "":
		kit.Focus(s.login)
	default:
		kit.Focus(s.password)
	}
}

// middle keeps its object at most so wide, in the middle across.
type middle struct{ width float32 }

func (m middle) MinSize(o []fyne.CanvasObject) fyne.Size {
	s := o[0].MinSize()
	return fyne.NewSize(min(m.width, max(s.Width, 320)), s.Height)
}

func (m middle) Layout(o []fyne.CanvasObject, s fyne.Size) {
	w := min(m.width, s.Width)
	o[0].Resize(fyne.NewSize(w, s.Height))
	h := max(o[0].MinSize().Height, 0)
	o[0].Move(fyne.NewPos((s.Width-w)/2, max(0, (s.Height-h)/2)))
	o[0].Resize(fyne.NewSize(w, min(h, max(s.Height, h))))
}
