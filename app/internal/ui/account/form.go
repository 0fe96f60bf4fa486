package account

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/tell"
	"llavero/shared/access"
	"llavero/shared/es"
)

// Form is the registration of one type of user: F03, F06 or F09. UI goroutine
// only.
type Form struct {
	widget.BaseWidget

	// OnForm hands over the form as it stands, after each change.
	OnForm func(access.Registration)
	// OnCode hands over what was read in the image.
	OnCode func(string)
	// OnTick says that the pledge was ticked or unticked.
	OnTick func(bool)
	// OnImage is «Actualizar imagen».
	OnImage func()
	// OnCheck is «Verificar requisitos».
	OnCheck func()
	// OnSubmit is «Registrar».
	OnSubmit func()
	// OnCancel is «Cancelar».
	OnCancel func()
	// OnRetry asks the server again.
	OnRetry func()
	// OnCopyText copies words for the help desk.
	OnCopyText func(string)

	kind access.UserKind

	page     *kit.Page
	banner   *kit.Banner
	entity   *kit.Picker
	entityF  *kit.Field
	nit      *kit.Entry
	nitF     *kit.Field
	document *documentFields
	registry *kit.Entry
	regF     *kit.Field
	image    *imageCode
	check    *kit.Button
	lines    *checkList
	checking *fyne.Container // the section of both
	pledge   *pledge
	desk     *desk
	cancel   *kit.Button
	submit   *kit.Button

	chosen access.EntityType
	last   state.Register
	asked  bool // a button was pressed: the next complaints get the keyboard
}

// NewForm makes the form of a type of user.
func NewForm(kind access.UserKind) *Form {
	f := &Form{kind: kind, banner: kit.NewBanner(), lines: newCheckList(), desk: newDesk()}
	f.banner.OnCopy = func(s string) { kit.Call(f.OnCopyText, s) }
	sections := f.userSections()
	f.image = newImageCode(func() { kit.Call0(f.OnImage) }, func(s string) { kit.Call(f.OnCode, s) }, func() { kit.Focus(f.check) })
	f.check = kit.NewButton(es.CheckFirst, f.verify)
	f.checking = kit.NewSection("Requisitos", "Compare sus datos con MiSeguridadSocial, RETHUS y REPS antes de registrar. Al registrar se comprueban otra vez.",
		kit.NewRow(f.check), f.lines.content)
	f.pledge = newPledge(func(on bool) { kit.Call(f.OnTick, on) })
	column := append([]fyne.CanvasObject{kit.NewFlush(kit.NewNote(es.UserKindFor(kind) + " " + es.RequiredLine + ".")), f.banner}, sections...)
	column = append(column, f.image.content, f.checking, f.pledge.content, f.desk)
	f.submit = kit.NewPrimary(es.Register, f.Submit)
	f.cancel = kit.NewQuiet(es.Cancel, nil, func() { kit.Call0(f.OnCancel) })
	f.page = kit.NewFormPage(es.RegisterTitle(kind), "", kit.NewColumn(column...), kit.NewFooter([]fyne.CanvasObject{f.cancel}, f.submit))
	f.ExtendBaseWidget(f)
	return f
}

// userSections are the fields of the type of user.
func (f *Form) userSections() []fyne.CanvasObject {
	kindLabel, numberLabel, next := es.FieldLabel("document.type"), es.FieldLabel("document.number"), func() { kit.Focus(f.image.entry) }
	var first []fyne.CanvasObject
	switch f.kind {
	case access.UserDelegate:
		kindLabel, numberLabel = "Tipo identificación delegado", "Número identificación delegado"
		f.entity = picker("Seleccione el tipo de entidad", []access.EntityType{access.EntityPSS},
			func(t access.EntityType) kit.PickItem { return kit.PickItem{Title: es.EntityType(t)} },
			func(t access.EntityType) { f.chosen = t; f.changed(); f.nitF.Focus() })
		f.entityF = kit.NewField(es.FieldLabel("entityType"), true, f.entity, "")
		f.nit = kit.NewCodeLine("999100005")
		f.nit.Clean = access.DigitsOnly
		f.nit.OnText(func(string) { f.changed(); f.renderNIT("") })
		f.nit.OnSubmitted = func(string) { f.document.kindF.Focus() }
		f.nitF = kit.NewField(es.FieldLabel("nit"), true, f.nit, nitHelp(""))
		first = []fyne.CanvasObject{kit.NewSection("Entidad", "La entidad que lo delegó.", f.entityF, f.nitF)}
	case access.UserOther:
		numberLabel = "Número identificación usuario"
	case access.UserProfessional:
		f.registry = kit.NewCodeLine("9999000011")
		f.registry.OnText(func(string) { f.changed() })
		f.registry.OnSubmitted = func(string) { next() }
		f.regF = kit.NewField(es.FieldLabel("professionalRegistry"), true, f.registry, "Como está en RETHUS. Puede ser igual al documento.")
	}
	after := next
	if f.regF != nil {
		after = func() { kit.Focus(f.registry) }
	}
	f.document = newDocumentFields(kindLabel, numberLabel, f.changed, after)
	person := []fyne.CanvasObject{f.document.kindF, f.document.numberF}
	if f.regF != nil {
		person = append(person, f.regF)
	}
	return append(first, kit.NewSection("Persona", "Como está registrada en MiSeguridadSocial.", person...))
}

// FollowFocus brings what has the keyboard into sight.
func (f *Form) FollowFocus(o fyne.CanvasObject) { f.page.FollowFocus(o) }

// CreateRenderer implements fyne.Widget.
func (f *Form) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(f.page) }

// Submit is «Registrar», by button or Ctrl+Intro.
func (f *Form) Submit() {
	if f.submit.Disabled() {
		return
	}
	f.asked = true
	kit.Call0(f.OnSubmit)
}

func (f *Form) verify() {
	if f.check.Disabled() {
		return
	}
	f.asked = true
	kit.Call0(f.OnCheck)
}

// Focus gives the keyboard to the first thing to fill in.
func (f *Form) Focus() {
	switch {
	case f.entityF != nil && f.chosen == "":
		f.entityF.Focus()
	case f.nitF != nil && f.nit.Text == "":
		f.nitF.Focus()
	case f.document.chosen == "":
		f.document.kindF.Focus()
	case f.document.number.Text == "":
		f.document.numberF.Focus()
	case f.regF != nil && f.registry.Text == "":
		f.regF.Focus()
	case !f.last.IsPassed:
		kit.Focus(f.image.entry)
	default:
		kit.Focus(f.check)
	}
}

// read is the form as it stands on screen.
func (f *Form) read() access.Registration {
	r := access.Registration{Kind: f.kind, Document: f.document.read()}
	if f.nit != nil {
		r.EntityType, r.NIT = f.chosen, access.NIT(f.nit.Text)
	}
	if f.registry != nil {
		r.ProfessionalRegistry = f.registry.Text
	}
	return r
}

func (f *Form) changed() { kit.Call(f.OnForm, f.read()) }

// Render shows a snapshot.
func (f *Form) Render(s state.Register) {
	before := f.last
	f.last = s
	isBusy := s.Checking || s.Sending
	f.banner.Set(tell.Trouble(s.Trouble, tell.Retry(f.OnRetry)))
	errs := messages(s.Fields)
	if f.entityF != nil {
		f.chosen = s.Form.EntityType
		choose(f.entity, []access.EntityType{access.EntityPSS}, f.chosen)
		f.nit.Put(string(s.Form.NIT))
		f.entityF.SetEnabled(!isBusy)
		f.nitF.SetEnabled(!isBusy)
		f.entityF.SetError(errs["entityType"])
		f.renderNIT(errs["nit"])
	}
	f.document.render(s.Form.Document, !isBusy)
	f.document.complain(errs)
	if f.regF != nil {
		f.registry.Put(s.Form.ProfessionalRegistry)
		f.regF.SetEnabled(!isBusy)
		f.regF.SetError(errs["professionalRegistry"])
	}
	passed := ""
	if s.IsPassed {
		passed = passedLine(true, s.Check.PassExpiresAt)
	}
	f.image.render(s.Picture, passed, !isBusy)
	f.image.field.SetError(errs[state.FieldImage])
	var lines []checkLine
	if s.Check != nil {
		lines = checkLines(s.Check.Items)
	}
	f.lines.set(lines)
	f.pledge.render(s.Pledge, s.Ticked, !isBusy)
	f.pledge.box.SetError(errs[state.FieldPledge])
	f.desk.render(s.About)
	f.check.SetBusy(s.Checking, "Verificando…")
	f.check.SetEnabled(!s.Sending)
	f.check.SetText(checkWords(s.Check != nil))
	f.submit.SetBusy(s.Sending, "Registrando…")
	f.submit.SetEnabled(!s.Checking && s.Pledge != nil)
	f.cancel.SetEnabled(!isBusy)
	switch {
	case !f.asked || isBusy:
	case len(s.Fields) > 0 || s.Trouble != nil:
		f.asked = false
		f.focusWrong()
	case before.IsPassed && !s.IsPassed && s.Picture.ID != "": // «Verificar de nuevo» asks for an image first
		f.asked = false
		f.page.ScrollTo(f.image.content)
		kit.Focus(f.image.entry)
	case s.Check != nil && s.Check != before.Check && s.IsPassed:
		f.asked = false
		f.showCheck(s.Check.Met)
	}
}

// showCheck brings the answer into sight; what is left to do gets the keyboard.
func (f *Form) showCheck(met bool) {
	if met {
		kit.Focus(f.pledge.box)
	}
	f.page.ScrollTo(f.checking)
}

// renderNIT shows the complaint about the NIT, or what it is with its check
// digit. One typed with it is told while it is typed.
func (f *Form) renderNIT(complaint string) {
	if complaint == "" && access.NIT(f.nit.Text).LooksTypedWithCheckDigit() {
		complaint = es.FieldMessage("nit", access.HintCheckDigit)
	}
	f.nitF.SetHelp(nitHelp(f.nit.Text))
	f.nitF.SetError(complaint)
}

// focusWrong brings the first wrong field into sight with the keyboard in it.
func (f *Form) focusWrong() {
	for _, x := range []*kit.Field{f.entityF, f.nitF, f.document.kindF, f.document.numberF, f.regF, f.image.field} {
		if x != nil && x.HasError() {
			f.page.ScrollTo(x)
			x.Focus()
			return
		}
	}
	if f.pledge.box.HasError() {
		f.page.ScrollTo(f.pledge.box)
		kit.Focus(f.pledge.box)
		return
	}
	if f.last.Trouble != nil {
		f.page.ScrollTop()
	}
}
