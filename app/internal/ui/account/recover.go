package account

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/app/internal/ui/tell"
	"llavero/shared/es"
)

// Recover is «Olvidé mi contraseña». What it says at the end is the same whoever
// asked. UI goroutine only.
type Recover struct {
	widget.BaseWidget

	// OnForm hands over the form as it stands, after each change.
	OnForm func(state.RecoveryForm)
	// OnImageCode hands over what was read in the image.
	OnImageCode func(string)
	// OnImage is «Actualizar imagen».
	OnImage func()
	// OnSubmit asks for the mail.
	OnSubmit func()
	// OnHaveCode opens «Tengo un código de registro».
	OnHaveCode func()
	// OnBack goes back to the sign-in.
	OnBack func()
	// OnRetry asks the server again.
	OnRetry func()
	// OnCopyText copies words for the help desk.
	OnCopyText func(string)

	page     *kit.Page
	banner   *kit.Banner
	said     *kit.Banner
	login    *kit.Entry
	loginF   *kit.Field
	document *documentFields
	image    *imageCode
	user     *fyne.Container
	desk     *desk
	submit   *kit.Button
	code     *kit.Button

	last  state.Recovery
	asked bool
}

// NewRecover makes the screen.
func NewRecover() *Recover {
	r := &Recover{banner: kit.NewBanner(), said: kit.NewBanner(), desk: newDesk(), login: kit.NewEntry("ADMIHCEIPS999100005")}
	r.banner.OnCopy = func(s string) { kit.Call(r.OnCopyText, s) }
	changed := func() { kit.Call(r.OnForm, state.RecoveryForm{Login: r.login.Text, Document: r.document.read()}) }
	r.document = newDocumentFields(es.FieldLabel("document.type"), es.FieldLabel("document.number"), changed, func() { kit.Focus(r.image.entry) })
	r.login.OnText(func(string) { changed() })
	r.login.OnSubmitted = func(string) { r.document.kindF.Focus() }
	r.loginF = kit.NewField(es.FieldLabel("login"), true, r.login, "Delegado: ADMIHCEIPS y el NIT. Otros: tipo y número de documento.")
	r.image = newImageCode(func() { kit.Call0(r.OnImage) }, func(s string) { kit.Call(r.OnImageCode, s) }, r.Submit)
	r.user = kit.NewSection("Su usuario", "El documento es el de la persona, no el NIT de la entidad.", r.loginF, r.document.kindF, r.document.numberF)
	r.submit = kit.NewPrimary("Pedir otra contraseña", r.Submit)
	r.code = kit.NewPrimary("Tengo el código del correo", func() { kit.Call0(r.OnHaveCode) })
	back := kit.NewQuiet("← Volver al ingreso", nil, func() { kit.Call0(r.OnBack) })
	r.page = kit.NewFormPage(es.RecoverLink, "Le enviamos un enlace y un código al correo registrado en MiSeguridadSocial. "+es.RequiredLine+".",
		kit.NewColumn(r.banner, r.said, r.user, r.image.content, r.desk), kit.NewFooter([]fyne.CanvasObject{back}, r.submit, r.code))
	r.ExtendBaseWidget(r)
	return r
}

// FollowFocus brings what has the keyboard into sight.
func (r *Recover) FollowFocus(o fyne.CanvasObject) { r.page.FollowFocus(o) }

// CreateRenderer implements fyne.Widget.
func (r *Recover) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(r.page) }

// Submit asks for the mail, by button, Intro in the last field, or Ctrl+Intro.
func (r *Recover) Submit() {
	if r.last.Done != nil {
		kit.Call0(r.OnHaveCode)
		return
	}
	if r.submit.Disabled() {
		return
	}
	r.asked = true
	kit.Call0(r.OnSubmit)
}

// Focus gives the keyboard to the first thing to fill in.
func (r *Recover) Focus() {
	switch {
	case r.last.Done != nil:
		kit.Focus(r.code)
	case r.login.Text == "":
		kit.Focus(r.login)
	case r.document.chosen == "":
		r.document.kindF.Focus()
	case r.document.number.Text == "":
		r.document.numberF.Focus()
	default:
		kit.Focus(r.image.entry)
	}
}

// Render shows a snapshot.
func (r *Recover) Render(s state.Recovery) {
	before := r.last
	r.last = s
	isDone := s.Done != nil
	r.banner.Set(tell.Trouble(s.Trouble, tell.Retry(r.OnRetry)))
	said := kit.Message{}
	if isDone {
		said = kit.Message{Level: look.Info, Text: es.RecoverySent(s.Done.Sender, s.Done.LinkExpiresAt)}
	}
	r.said.Set(said)
	r.login.Put(s.Form.Login)
	r.loginF.SetEnabled(!s.Sending)
	errs := messages(s.Fields)
	r.loginF.SetError(errs["login"])
	r.document.render(s.Form.Document, !s.Sending)
	r.document.complain(errs)
	r.image.render(s.Picture, "", !s.Sending)
	r.image.field.SetError(errs[state.FieldImage])
	r.desk.render(s.About)
	for _, o := range []fyne.CanvasObject{r.user, r.image.content, r.submit} {
		kit.SetVisible(o, !isDone)
	}
	kit.SetVisible(r.code, isDone)
	r.submit.SetBusy(s.Sending, "Enviando…")
	if isDone && before.Done == nil {
		r.asked = false
		r.page.ScrollTop()
		kit.Focus(r.code)
	}
	if r.asked && !s.Sending && (len(s.Fields) > 0 || s.Trouble != nil) {
		r.asked = false
		if !kit.FocusFirst(r.loginF, r.document.kindF, r.document.numberF, r.image.field) {
			r.page.ScrollTop()
		}
	}
}
