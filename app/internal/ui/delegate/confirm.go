package delegate

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/app/internal/ui/tell"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// codeDigits is how many digits a code has.
const codeDigits = 6

// Confirm is step 2 of «Inscripción Token» and of «Resolicitud Token»: everything that will be signed,
// read only, and the code that signs it. UI goroutine only.
type Confirm struct {
	widget.BaseWidget

	// OnSendCode asks for a code by mail, the first or another.
	OnSendCode func()
	// OnSign is «Firmar solicitud», with the six digits.
	OnSign func(code secret.Text)
	// OnBack goes back to the form, which keeps what was written.
	OnBack func()
	// OnCopyText copies words for the help desk: never a secret.
	OnCopyText func(string)
	// Beat moves the count-downs; nil and they stand still.
	Beat Beat

	clock func() time.Time

	page   *kit.Page
	wizard *wizard
	banner *kit.Banner
	signed *factGroup
	old    *factGroup // what becomes of the secrets in force, of a change of key
	issued *kit.Text
	form   []*factGroup
	texts  *fyne.Container
	otp    *fyne.Container

	sent, left, sends, tries, from *kit.Text
	code                           *kit.CodeEntry
	field                          *kit.Field
	codeBox                        fyne.CanvasObject
	first                          *kit.Button // «Enviar código», until one was sent
	send                           *kit.Button // another one
	sign                           *kit.Button
	note                           *kit.Text

	last   state.Confirm
	drawn  []wire.ConsentText
	ticker ticker
}

// NewConfirm makes the screen; clock drives its count-downs.
func NewConfirm(clock func() time.Time) *Confirm {
	c := &Confirm{
		Beat: everySecond, clock: clock,
		wizard: newWizard(1), banner: kit.NewBanner(),
		texts: kit.NewGroups(),
		sent:  kit.NewText(""), left: kit.NewStrong(""), sends: kit.NewNote(""), tries: kit.NewNote(""), from: kit.NewNote(""),
		code: kit.NewCodeEntry(codeDigits), note: kit.NewNote("").Natural(),
	}
	c.banner.OnCopy = func(s string) { kit.Call(c.OnCopyText, s) }
	c.code.OnChanged = func(string) { c.enable() }
	c.code.OnSubmitted = func(string) { c.Submit() }
	c.field = kit.NewField("Código de 6 dígitos", true, c.code, "")
	c.send = kit.NewButton("", func() { kit.Call0(c.OnSendCode) })
	c.first = kit.NewPrimary("", func() { kit.Call0(c.OnSendCode) })
	c.codeBox = kit.NewTight(c.field, c.left, c.tries, c.sends)

	c.signed = newFactGroup("Lo que va a firmar")
	c.issued = kit.NewNote("")
	c.old = newFactGroup("El secreto anterior", c.issued)
	groups := []fyne.CanvasObject{c.wizard.content, c.signed.content, c.old.content}
	for _, g := range formGroups(access.RequestForm{}) {
		f := newFactGroup(g.Title)
		c.form = append(c.form, f)
		groups = append(groups, f.content)
	}
	c.otp = kit.NewSection("Confirme con el código", "El código llega al correo registrado de su usuario. Desde aquí no se puede cambiar.",
		c.banner, c.sent, c.codeBox, kit.NewRow(c.send), c.from)
	groups = append(groups, c.texts, c.otp)

	c.sign = kit.NewPrimary("Firmar solicitud", c.Submit)
	back := kit.NewQuiet("← Volver al formulario", nil, func() { kit.Call0(c.OnBack) })
	c.page = kit.NewFormPage("Confirmación", "Revise lo que va a firmar. Si algo no es correcto, vuelva y corríjalo.",
		kit.NewColumn(groups...), kit.NewFooter([]fyne.CanvasObject{back}, c.note, c.first, c.sign))
	c.ExtendBaseWidget(c)
	return c
}

// FollowFocus brings what has the keyboard into sight.
func (c *Confirm) FollowFocus(o fyne.CanvasObject) { c.page.FollowFocus(o) }

// CreateRenderer implements fyne.Widget.
func (c *Confirm) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(c.page)
}

// Submit is what comes next, by button, Intro in the code, or Ctrl+Intro: asking
// for the first code, then «Firmar solicitud».
func (c *Confirm) Submit() {
	if c.last.Code == nil {
		if !c.first.Disabled() {
			kit.Call0(c.OnSendCode)
		}
		return
	}
	if !c.sign.Disabled() && c.code.IsWhole() {
		kit.Call(c.OnSign, secret.New(c.code.Text()))
	}
}

// Focus gives the keyboard to what comes next: asking for the code, or typing it.
func (c *Confirm) Focus() {
	if c.last.Code == nil {
		kit.Focus(c.first)
		return
	}
	c.code.Focus()
}

// Render shows a snapshot.
func (c *Confirm) Render(s state.Confirm) {
	before := c.last
	c.last = s
	if s.Request != before.Request {
		c.page.ScrollTop() // another request is read from its beginning
	}
	c.wizard.render(s.Kind)
	c.signed.set(signedGroup(s))
	old := oldSecretGroup(s, c.clock())
	c.old.set(old)
	kit.SetVisible(c.old.content, len(old.Lines) > 0)
	kit.Put(c.issued, issuedNote(s))
	for i, g := range formGroups(s.Form) {
		c.form[i].set(g)
	}
	c.renderTexts(s.Texts)
	wrong := c.complain(s)
	c.showCode()
	if s.Trouble != nil && s.Trouble != before.Trouble || len(s.Fields) > 0 && len(before.Fields) == 0 {
		if wrong {
			c.code.SetText("") // a refused code is not typed twice
		}
		c.page.ScrollTo(c.otp)
		c.Focus()
	} else if s.Code != nil && before.Code == nil {
		c.page.ScrollTo(c.otp)
		c.code.Focus()
	}
	c.sign.SetBusy(s.Signing, "Firmando…")
	c.enable()
	c.ticker.run(s.Code != nil && !s.Signing, c.Beat, func() {
		c.showCode()
		c.enable()
	})
}

// complain tells what went wrong, below the code when it is about it, else above
// it, and reports whether the code is refused.
func (c *Confirm) complain(s state.Confirm) bool {
	c.field.SetError("")
	if len(s.Fields) > 0 {
		c.field.SetError(c.code.Wanted())
	}
	if isCodeTrouble(s.Trouble) {
		c.field.SetError(es.Error(s.Trouble.Err))
		c.banner.Clear()
		return true
	}
	c.banner.Set(tell.Trouble(s.Trouble))
	return false
}

// Close stops the count-downs and forgets the typed code. The screen can be
// rendered again afterwards.
func (c *Confirm) Close() {
	c.ticker.run(false, nil, nil)
	c.code.SetText("")
}

// isCodeTrouble tells a complaint about the typed code, shown under its field,
// from the others.
func isCodeTrouble(t *state.Trouble) bool {
	if t == nil {
		return false
	}
	switch access.HintOf(t.Err) {
	case access.HintCodeWrong, access.HintCodeExpired, access.HintCodeReplaced:
		return true
	default:
		return false
	}
}

func (c *Confirm) showCode() {
	l := codeLookAt(c.last, c.clock())
	kit.Put(c.sent, l.Sent)
	kit.Put(c.left, l.Left)
	kit.Put(c.tries, l.TriesLeft)
	kit.Put(c.sends, l.Sends)
	kit.Put(c.from, l.From)
	if l.Expired {
		c.left.SetColor(look.Ink(look.Danger))
	} else {
		c.left.SetColor("foreground")
	}
	kit.SetVisible(c.codeBox, c.last.Code != nil)
	for _, b := range []*kit.Button{c.first, c.send} {
		b.SetText(l.Send)
		b.SetEnabled(l.CanSend)
	}
	sent := c.last.Code != nil
	kit.SetVisible(c.first, !sent)
	kit.SetVisible(c.send, sent)
	kit.SetVisible(c.sign, sent)
	if !sent {
		kit.Put(c.sent, "Le enviaremos un código de 6 dígitos. Con él firma esta solicitud.")
	}
	c.field.SetEnabled(l.CanType && !c.last.Signing)
}

// enable says whether the request can be signed now.
func (c *Confirm) enable() {
	l := codeLookAt(c.last, c.clock())
	c.sign.SetEnabled(c.last.Link.IsOnline() && l.CanType && c.code.IsWhole() && !c.last.Sending)
	kit.Put(c.note, tell.LinkNote(c.last.Link))
}

func (c *Confirm) renderTexts(texts []wire.ConsentText) {
	if len(c.drawn) == len(texts) && sameTexts(c.drawn, texts) {
		return
	}
	c.drawn = texts
	c.texts.RemoveAll()
	for _, t := range texts {
		c.texts.Add(kit.NewSection(consentTitle(t.ID), "Versión "+t.Version+" · huella "+shortHash(t.Hash),
			kit.NewText(t.Body), acceptedLine(t.Label)))
	}
}

func sameTexts(a, b []wire.ConsentText) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// factGroup is a titled block of read-only values.
type factGroup struct {
	content *fyne.Container
	facts   *kit.Facts
}

func newFactGroup(title string, below ...fyne.CanvasObject) *factGroup {
	f := &factGroup{facts: kit.NewFacts()}
	f.content = kit.NewSection(title, "", append([]fyne.CanvasObject{f.facts}, below...)...)
	return f
}

func (f *factGroup) set(g group) {
	facts := make([]kit.Fact, 0, len(g.Lines))
	for _, l := range g.Lines {
		facts = append(facts, kit.Fact{Label: l.Label, Value: l.Value, IsCode: l.Code})
	}
	f.facts.Set(facts)
}
