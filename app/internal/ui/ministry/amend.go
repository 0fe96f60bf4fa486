package ministry

import (
	"cmp"
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

// Amend («Actualizar Keys», figure 29) corrects the keys of a code. What is in
// force fills the form, but for the secrets: those are never fetched, and stay
// when nothing is typed. UI goroutine only.
type Amend struct {
	widget.BaseWidget
	tell.KeyActs

	// OnCheck tells whether a form can be sent; what is wrong with it comes in a
	// snapshot.
	OnCheck func(access.LicenseCode, wire.AmendKeys) bool
	// OnSave is «Guardar», confirmed: the environments that change.
	OnSave func(access.LicenseCode, wire.AmendKeys)
	// OnValidity sets the life of a key's next secret; zero days: its
	// environment's.
	OnValidity func(access.LicenseCode, *wire.KeyRow, wire.SetValidity)
	// OnRetry loads the history again.
	OnRetry func()
	// OnBack goes back to the list.
	OnBack func()
	// OnCopyText copies words for the help desk: never a secret.
	OnCopyText func(string)

	askAgain func(wrong []access.FieldError) // the validity on its way, should it be refused

	page    *kit.Page
	banner  *kit.Banner
	facts   *kit.Facts
	form    fyne.CanvasObject
	blocks  []*amendBlock // production first, as in the manual
	history *historyPanel
	note    *kit.Text
	save    *kit.Button

	last  state.Amend
	asked bool // «Guardar» was confirmed: the next complaints get the keyboard
	empty bool // it was pressed with nothing changed
}

// NewAmend makes the form.
func NewAmend() *Amend {
	a := &Amend{banner: kit.NewBanner(), facts: kit.NewFacts(), note: kit.NewNote("").Natural(), history: newHistoryPanel()}
	a.banner.OnCopy = func(s string) { kit.Call(a.OnCopyText, s) }
	blocks := kit.NewGroups()
	form := kit.NewStack(kit.NewHead(kit.NewHeading("Llaves de los ambientes"), kit.NewNote(es.RequiredLine)), blocks)
	for _, b := range newKeyBlocks() {
		block := newAmendBlock(b, newKeyHead(a))
		block.onValidity = func() { a.askValidity(block.env) }
		block.onTyped = func() {
			if a.empty {
				a.empty = false
				a.banner.Set(a.message(a.last))
			}
		}
		block.onSettled = func() { a.Render(a.last) }
		a.blocks = append(a.blocks, block)
		blocks.Add(block.content)
	}
	a.form = form
	a.save = kit.NewPrimary(es.Save, a.Submit)
	back := kit.NewQuiet("← Volver a la lista", nil, func() { kit.Call0(a.OnBack) })
	a.page = kit.NewFormPage("Actualizar ClientID y ClientSecret", "Corrija lo que se le entrega al prestador. Si cambia un secreto, el anterior sirve hasta que termine su relevo.",
		kit.NewColumn(a.banner, kit.NewSection("Prestador", "", a.facts), a.form, a.history.content),
		kit.NewFooter([]fyne.CanvasObject{back}, a.note, a.save))
	a.ExtendBaseWidget(a)
	return a
}

// FollowFocus brings what has the keyboard into sight.
func (a *Amend) FollowFocus(o fyne.CanvasObject) { a.page.FollowFocus(o) }

// CreateRenderer implements fyne.Widget.
func (a *Amend) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(a.page) }

// Focus gives the keyboard to the first field.
func (a *Amend) Focus() { kit.Focus(a.blocks[0].clientID) }

// Close empties the form: on leaving the screen.
func (a *Amend) Close() {
	for _, b := range a.blocks {
		b.forget()
	}
	a.last, a.asked, a.empty, a.askAgain = state.Amend{}, false, false, nil
}

// Type puts words in an environment's fields, as the keyboard does; empty ones
// leave theirs.
func (a *Amend) Type(env access.Environment, clientID, secret, expires string) {
	for _, b := range a.blocks {
		if b.env != env {
			continue
		}
		for e, text := range map[*kit.Entry]string{b.clientID: clientID, b.secret: secret, b.expires: expires} {
			if text != "" {
				e.SetText(text)
			}
		}
	}
}

// Submit is Ctrl+Intro: «Guardar» when it can be pressed. What changes is shown
// before it is sent.
func (a *Amend) Submit() {
	if a.save.Disabled() {
		return
	}
	body, changes := a.read()
	if len(changes) == 0 {
		a.empty = true
		a.Render(a.last)
		a.page.ScrollTop()
		return
	}
	code := a.last.Row.Code
	a.asked = true
	if a.OnCheck != nil && !a.OnCheck(code, body) {
		return
	}
	kit.ShowAsk(kit.CanvasOf(a), kit.Ask{
		Title: "Actualizar las llaves de " + nameOf(a.last.Row),
		Text:  "Código de habilitación " + string(code) + ". El delegado verá los valores nuevos en cuanto se guarden.",
		Body:  kit.NewFacts(changes...),
		Do:    "Guardar cambios",
		OnDo: func() bool {
			if a.OnSave != nil {
				a.OnSave(code, body)
			}
			return true
		},
	})
}

// Asking is the question of an act on an environment's key with what dims the
// screen behind it, for pictures.
func (a *Amend) Asking(act state.KeyAct, env access.Environment) fyne.CanvasObject {
	k, owner := *a.last.Row.Key(env), nameOf(a.last.Row)
	if act == state.KeyActRevoke {
		return tell.AskRevoke(k, owner, afterRevoking, nil).Dialog.Object()
	}
	return tell.AskCompromise(k, owner, nil).Dialog.Object()
}

// read gathers the environments that change, and says what changes.
func (a *Amend) read() (wire.AmendKeys, []kit.Fact) {
	var body wire.AmendKeys
	var changes []kit.Fact
	for _, b := range a.blocks {
		in, facts := b.changes()
		if in == nil {
			continue
		}
		changes = append(changes, facts...)
		if b.env == access.Production {
			body.Production = in
		} else {
			body.Preproduction = in
		}
	}
	return body, changes
}

// Render shows a snapshot.
func (a *Amend) Render(s state.Amend) {
	before := a.last
	if before.Row.Code != s.Row.Code {
		a.Close()
	}
	a.last = s
	a.facts.Set(assignedFacts(s.Row))
	saved := s.Saved && !before.Saved
	wrong := complaints(s.Fields, a.typed())
	on := s.Link.IsOnline() && !s.Sending
	isStale := false
	for _, b := range a.blocks {
		if !s.Sending {
			b.take(s.Row.Key(b.env), saved)
		}
		b.head.render(s, s.Row.Key(b.env))
		b.show(on, s.Longest(b.env))
		b.complain(wrong)
		isStale = isStale || b.isStale()
	}
	a.history.render(s.History, s.Trouble != nil, s.Now)
	a.banner.Set(a.message(s))
	a.save.SetBusy(s.Sending, "Guardando…")
	a.save.SetEnabled(on && !isStale)
	kit.Put(a.note, amendNote(s.Link, isStale))
	if a.asked && !s.Sending && len(s.Fields) > 0 {
		a.asked = false
		focusWrong(a.page, a.plain())
	}
	if before.Sending && !s.Sending {
		a.judgeValidity(s)
	}
	if saved || s.Trouble != nil && s.Trouble != before.Trouble {
		a.page.ScrollTop()
	}
}

// judgeValidity asks again for a validity whose fields the server refused.
func (a *Amend) judgeValidity(s state.Amend) {
	askAgain := a.askAgain
	a.askAgain = nil
	isWrong := slices.ContainsFunc(s.Fields, func(f access.FieldError) bool { return f.Field == "days" || f.Field == "why" })
	if askAgain != nil && isWrong {
		askAgain(s.Fields)
	}
}

// message is what the top of the form says.
func (a *Amend) message(s state.Amend) kit.Message {
	switch {
	case a.empty:
		return kit.Message{Level: look.Info, Text: "No cambió ningún dato: no hay nada que guardar."}
	case s.Saved:
		return kit.Message{
			Level: look.Success, Title: "El registro se guardó correctamente.",
			Text:    nameOf(s.Row) + " · código " + string(s.Row.Code) + ".",
			Actions: []kit.Action{{Text: "Volver a la lista", Do: func() { kit.Call0(a.OnBack) }}},
		}
	case s.Trouble != nil && s.Trouble.Err != nil && s.Trouble.Err.Hint == access.HintStale:
		m := tell.Trouble(s.Trouble)
		m.Level, m.Text = look.Warning, "Estas llaves cambiaron mientras usted las revisaba. No se guardó nada."
		return m
	case s.Trouble != nil && s.Trouble.Err != nil && s.Trouble.Err.Hint == access.HintOpenRequest:
		m := tell.Trouble(s.Trouble)
		m.Text = "Este código tiene una solicitud en curso. Atiéndala en «Solicitudes pendientes» o espere a que termine."
		return m
	default:
		return tell.Trouble(s.Trouble, tell.Retry(a.OnRetry))
	}
}

// askValidity asks for the life of an environment's next secret.
func (a *Amend) askValidity(env access.Environment) {
	k := a.last.Row.Key(env)
	if k == nil {
		return
	}
	a.showValidity(k, newValidityForm(k.ValidityDays))
}

// showValidity asks with what stands in the form. Should the server refuse it,
// it is asked again with the same in it.
func (a *Amend) showValidity(k *wire.KeyRow, form *validityForm) {
	form.days.SetHelp("De 1 a 730. Vacío: la del ambiente.")
	var dialog *kit.Dialog
	ask := kit.Ask{
		Title: "Vigencia de la llave de " + lower(es.Environment(k.Environment)),
		Text:  nameOf(a.last.Row) + " · código " + string(k.Code) + ". Vale para el próximo secreto; el actual conserva su fecha.",
		Body:  form.content, Do: "Guardar vigencia", Focus: form.daysEntry,
		OnDo: func() bool {
			in, ok := form.read(0)
			if ok && a.OnValidity != nil {
				a.askAgain = func(wrong []access.FieldError) {
					again := newValidityForm(0)
					again.daysEntry.Put(form.daysEntry.Text)
					again.whyEntry.Put(form.whyEntry.Text)
					a.showValidity(cmp.Or(a.last.Row.Key(k.Environment), k), again)
					again.complain(wrong)
				}
				a.OnValidity(k.Code, k, in)
			}
			return ok
		},
	}
	form.onSubmit = func() { dialog.Answer() }
	dialog = kit.ShowAsk(kit.CanvasOf(a), ask)
}

func (a *Amend) plain() []*keyBlock {
	var list []*keyBlock
	for _, b := range a.blocks {
		list = append(list, b.keyBlock)
	}
	return list
}

func (a *Amend) typed() func(string) string { return typedIn(a.plain()) }
