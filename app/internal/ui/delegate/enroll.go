package delegate

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/app/internal/ui/tell"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// Enroll is step 1 of «Inscripción Token» or of «Resolicitud Token»: the form. UI
// goroutine only.
type Enroll struct {
	widget.BaseWidget
	kind access.Kind

	// OnChoose says which code the keys are for.
	OnChoose func(access.LicenseCode)
	// OnForm hands over the form as it stands, after each change, so that
	// nothing typed is lost.
	OnForm func(access.RequestForm)
	// OnReason says why the keys are to be changed.
	OnReason func(access.Reason)
	// OnTick says that a consent box was ticked or unticked.
	OnTick func(text string, on bool)
	// OnSubmit is «Generar llave →».
	OnSubmit func(access.RequestForm)
	// OnBack is «← Volver al Menú».
	OnBack func()
	// OnOpenKeys opens «Consultar Token» on a code that already has its keys.
	OnOpenKeys func(access.LicenseCode)
	// OnOpenRequest opens the request in the way: its signature or its progress.
	OnOpenRequest func(access.RequestID)
	// OnOtherForm opens, on a code, «Resolicitud Token» from «Inscripción» and the
	// other way round: the code has its keys, or has none yet.
	OnOtherForm func(access.LicenseCode)
	// OnRetry loads the entities again.
	OnRetry func()
	// OnCopyText copies words for the help desk: never a secret.
	OnCopyText func(string)

	page    *kit.Page
	wizard  *kit.WizardHead
	banner  *kit.Banner // what was refused, or failed
	blocked *kit.Banner // M-68
	empty   *kit.Banner
	picker  *entityPicker
	entity  *kit.Field
	reason  *reasonField // of a change of key; nil otherwise
	form    *requestFields
	consent *consents
	body    []fyne.CanvasObject // hidden while there is nothing to fill in
	note    *kit.Text
	submit  *kit.Button

	last  state.Enroll
	asked bool // «Generar llave →» was pressed: the next complaints get the keyboard
}

// NewEnroll makes the form of a kind of request.
func NewEnroll(kind access.Kind) *Enroll {
	words := wordsOf(kind)
	e := &Enroll{
		kind: kind, wizard: kit.NewWizardHead(words.step, "Confirmación"),
		banner: kit.NewBanner(), blocked: kit.NewBanner(), empty: kit.NewBanner(),
		note: kit.NewNote("").Natural(),
	}
	e.banner.OnCopy = func(s string) { kit.Call(e.OnCopyText, s) }
	e.picker = newEntityPicker(func(c access.LicenseCode) { kit.Call(e.OnChoose, c) })
	e.entity = kit.NewField(es.FieldLabel(state.FieldCode), true, e.picker.input, "")
	e.form = newRequestFields(func(f access.RequestForm) { kit.Call(e.OnForm, f) })
	e.consent = newConsents(func(id string, on bool) {
		if e.OnTick != nil {
			e.OnTick(id, on)
		}
	})
	entity := kit.NewSection("Selección de Entidad para Solicitud de Token",
		words.choose, e.entity, e.picker.sites, e.blocked)
	e.body = []fyne.CanvasObject{entity}
	if kind == access.KindRenew {
		e.reason = newReasonField(func(r access.Reason) { kit.Call(e.OnReason, r) })
		e.reason.input.OnOpen = func() { e.page.Raise(e.reason.section) } // its rows unfold below it
		e.body = append(e.body, e.reason.section)
	}
	e.body = append(e.body, e.form.sections...)
	e.body = append(e.body, e.consent.content)
	head := kit.NewHead(kit.NewHeading(words.heading), kit.NewNote(es.RequiredLine))
	column := append([]fyne.CanvasObject{e.wizard, head, e.banner, e.empty}, e.body...)

	e.submit = kit.NewPrimary("Generar llave →", e.Submit)
	back := kit.NewQuiet(es.BackToMenu, nil, func() { kit.Call0(e.OnBack) })
	e.page = kit.NewFormPage(words.title, words.help,
		kit.NewColumn(column...), kit.NewFooter([]fyne.CanvasObject{back}, e.note, e.submit))
	e.ExtendBaseWidget(e)
	return e
}

// FollowFocus brings what has the keyboard into sight.
func (e *Enroll) FollowFocus(o fyne.CanvasObject) { e.page.FollowFocus(o) }

// CreateRenderer implements fyne.Widget.
func (e *Enroll) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(e.page)
}

// Submit is «Generar llave →», by button or Ctrl+Intro.
func (e *Enroll) Submit() {
	if e.submit.Disabled() {
		return
	}
	e.asked = true
	kit.Call(e.OnSubmit, e.form.read())
}

// Focus gives the keyboard to the first thing to fill in.
func (e *Enroll) Focus() {
	if e.last.Chosen == "" {
		e.entity.Focus()
		return
	}
	if e.reason != nil && e.last.Reason == "" {
		e.reason.field.Focus()
		return
	}
	e.form.fields[0].field.Focus()
}

// Render shows a snapshot.
func (e *Enroll) Render(s state.Enroll) {
	e.last = s
	e.wizard.SetCurrent(0)
	e.banner.Set(tell.Trouble(firstTrouble(s.Trouble, s.Entities.Trouble), tell.Retry(e.OnRetry)))

	nothing := !s.Entities.Loading && len(s.Entities.Rows) == 0 && s.Entities.Trouble == nil
	if nothing {
		e.empty.Set(noEntities(s.Entities, s.Link, e.OnCopyText))
	} else {
		e.empty.Clear()
	}
	for _, o := range e.body {
		kit.SetVisible(o, !nothing)
	}

	e.picker.render(s.Entities, s.Chosen)
	e.blocked.Set(e.blockedMessage(s))
	off := s.Blocked != nil || s.Sending
	e.picker.setEnabled(!s.Sending && !s.Entities.Loading)
	if e.reason != nil {
		e.reason.render(s.Reason, !off)
	}
	e.form.render(s.Form, !off)
	e.consent.render(s.Texts, s.Ticked, !off)

	errs, warns := messages(s.Fields), messages(s.Warn)
	e.entity.SetError(errs[state.FieldCode])
	if e.reason != nil {
		e.reason.field.SetError(errs[state.FieldReason])
	}
	e.form.complain(errs, warns)
	e.consent.complain(errs)

	e.submit.SetBusy(s.Sending, "Guardando…")
	e.submit.SetEnabled(s.Link.IsOnline() && s.Blocked == nil && !nothing && !s.Entities.Loading)
	kit.Put(e.note, tell.LinkNote(s.Link))
	if e.asked && !s.Sending && len(s.Fields) > 0 {
		e.asked = false
		e.focusWrong()
	}
	if only, ok := onlyEntity(s.Entities); ok && s.Chosen == "" {
		kit.Call(e.OnChoose, only) // one code: there is nothing to choose
	}
}

// blockedMessage is what stands in the way of the chosen code (M-68, M-71).
func (e *Enroll) blockedMessage(s state.Enroll) kit.Message {
	if s.Blocked == nil {
		return kit.Message{}
	}
	b := *s.Blocked
	code := b.Provider.Code
	other := func(title, manual string) kit.Action {
		return kit.Action{Text: "Ir a " + es.WithManual(title, manual), Do: func() { kit.Call(e.OnOtherForm, code) }}
	}
	if s.BlockedBy == access.HintNoKey {
		return kit.Message{
			Level: look.Info, Text: "Esta entidad aún no tiene llave.",
			Actions: []kit.Action{other(es.EnrollTitle, es.EnrollManual)},
		}
	}
	open := b.Request != nil && b.Request.Status.IsOpen()
	m := kit.Message{Level: look.Info, Text: blockedText(b)}
	if open {
		id := b.Request.ID
		m.Actions = append(m.Actions, kit.Action{Text: "Ver solicitud", Do: func() { kit.Call(e.OnOpenRequest, id) }})
	}
	if len(b.Keys) > 0 {
		m.Actions = append(m.Actions, kit.Action{Text: "Ir a " + es.WithManual(es.KeysTitle, es.KeysManual), Do: func() { kit.Call(e.OnOpenKeys, code) }})
		if !open && e.kind == access.KindEnroll {
			m.Actions = append(m.Actions, other(es.RenewTitle, es.RenewManual))
		}
	}
	return m
}

// blockedText says since when the code is taken and how it stands.
func blockedText(b state.Entity) string {
	if b.Request == nil {
		if len(b.Keys) == 0 {
			return "Este prestador ya tiene una solicitud en curso."
		}
		return "Ya solicitada el " + es.DateTime(b.Keys[0].IssuedAt) + ". Situación: " + es.KeyState(b.Keys[0].State) + "."
	}
	r := b.Request
	return "Ya solicitada el " + es.DateTime(r.RequestedAt) + ". Situación: " + es.Situation(r.Kind, r.Status, "") + "."
}

// focusWrong brings the first wrong field into sight with the keyboard in it.
func (e *Enroll) focusWrong() {
	if e.entity.HasError() {
		e.page.ScrollTop()
		e.entity.Focus()
		return
	}
	if e.reason != nil && e.reason.field.HasError() {
		e.page.ScrollTo(e.reason.field)
		e.reason.field.Focus()
		return
	}
	for _, f := range e.form.fields {
		if f.field.HasError() {
			e.page.ScrollTo(f.field)
			f.field.Focus()
			return
		}
	}
	for _, c := range e.consent.boxes {
		if c.HasError() {
			e.page.ScrollTo(c)
			kit.Focus(c)
			return
		}
	}
}

// messages words each complaint by its field; the first of a field counts.
func messages(fields []access.FieldError) map[string]string {
	m := make(map[string]string, len(fields))
	for _, f := range fields {
		if m[f.Field] == "" {
			m[f.Field] = es.FieldMessage(f.Field, f.Hint)
		}
	}
	return m
}

func firstTrouble(all ...*state.Trouble) *state.Trouble {
	for _, t := range all {
		if t != nil {
			return t
		}
	}
	return nil
}

// consents are the texts, each in full with a box of its own, unticked at first.
type consents struct {
	content *fyne.Container
	boxes   []*kit.Check
	texts   []wire.ConsentText
	tick    func(id string, on bool)
}

func newConsents(tick func(id string, on bool)) *consents {
	return &consents{content: kit.NewGroups(), tick: tick}
}

// render shows the texts in force; the boxes are made anew only when the texts
// change.
func (c *consents) render(texts []wire.ConsentText, ticked map[string]bool, on bool) {
	if !slices.Equal(c.texts, texts) {
		c.texts, c.boxes = texts, nil
		c.content.RemoveAll()
		for _, t := range texts {
			box := kit.NewCheck(t.Label+" *", func(on bool) { c.tick(t.ID, on) })
			c.boxes = append(c.boxes, box)
			c.content.Add(kit.NewSection(consentTitle(t.ID), "Versión "+t.Version, kit.NewText(t.Body), box))
		}
	}
	for i, t := range c.texts {
		c.boxes[i].Set(ticked[t.ID])
		c.boxes[i].SetEnabled(on)
	}
}

func (c *consents) complain(errs map[string]string) {
	for i, t := range c.texts {
		c.boxes[i].SetError(errs[state.FieldAccepted+t.ID])
	}
}

// consentTitle names a text by its id.
func consentTitle(id string) string { return es.FieldLabel(id) }
