package ministry

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/app/internal/ui/tell"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// Attend is the officer's form for one request (figure 26): why its automatic
// issue failed, and the fields for the keys made by hand. UI goroutine only.
type Attend struct {
	widget.BaseWidget

	// OnTake takes the request, or takes it over from a colleague with a reason.
	OnTake func(id access.RequestID, why string)
	// OnRelease frees it.
	OnRelease func(access.RequestID)
	// OnResume hands it back to the server at the step that failed.
	OnResume func(id access.RequestID, version int64)
	// OnSave is «Guardar»: the keys of both environments, as typed. A date that
	// cannot be read arrives zero.
	OnSave func(id access.RequestID, version int64, keys wire.Assign)
	// OnReceipt saves the receipt of the signature, once it was checked.
	OnReceipt func(access.RequestID)
	// OnRetry loads the contacts again.
	OnRetry func()
	// OnBack goes back to the list; the request stays taken.
	OnBack func()
	// OnCopyText copies words for the help desk: never a secret.
	OnCopyText func(string)

	page     *kit.Page
	banner   *kit.Banner // refused, failed, saved
	presence *kit.Banner
	leak     *kit.Banner // it replaces a compromised key
	take     *takeover
	facts    *kit.Facts
	contacts *kit.Facts
	waiting  *kit.Text
	receipt  fyne.CanvasObject
	failure  *kit.Banner
	why      fyne.CanvasObject
	form     fyne.CanvasObject
	blocks   []*keyBlock // production first, as in the manual
	note     *kit.Text
	release  *kit.Button
	resume   *kit.Button
	save     *kit.Button

	last   state.Attend
	wanted wish
	asked  bool // «Guardar» was pressed: the next complaints get the keyboard
}

// NewAttend makes the form.
func NewAttend() *Attend {
	a := &Attend{
		banner: kit.NewBanner(), presence: kit.NewBanner(), leak: kit.NewBanner(), failure: kit.NewBanner(),
		facts: kit.NewFacts(), contacts: kit.NewFacts(), waiting: kit.NewNote(""), note: kit.NewNote("").Natural(),
	}
	copied := func(s string) { kit.Call(a.OnCopyText, s) }
	a.banner.OnCopy, a.failure.OnCopy = copied, copied
	a.take = newTakeover(a.takeWith)
	a.why = kit.NewSection("Por qué está pendiente", "", a.failure)

	a.receipt = container.NewStack(tell.Inset(kit.NewRow(kit.NewButton(es.ReceiptPDF, func() { kit.Call(a.OnReceipt, a.last.Row.ID) }))))

	a.blocks = newKeyBlocks()
	a.form = kit.NewStack(kit.NewHead(kit.NewHeading("Llaves de los ambientes"), kit.NewNote(es.RequiredLine)),
		kit.NewGroups(a.blocks[0].content, a.blocks[1].content))

	a.release = kit.NewButton(es.Release, a.askRelease)
	a.resume = kit.NewButton(es.Resume, a.askResume)
	a.save = kit.NewPrimary(es.Save, a.Submit)
	back := kit.NewQuiet("← Volver a la lista", nil, func() { kit.Call0(a.OnBack) })
	a.page = kit.NewFormPage("Atender solicitud",
		"Reanude la emisión automática, o registre las llaves que se generaron.",
		kit.NewColumn(a.banner, a.leak, a.presence, a.take.content,
			kit.NewSection("Prestador", "", a.facts),
			a.why,
			kit.NewSection("Contactos", "", a.waiting, a.contacts),
			a.receipt,
			a.form),
		kit.NewFooter([]fyne.CanvasObject{back, a.release}, a.note, a.resume, a.save))
	a.ExtendBaseWidget(a)
	return a
}

// FollowFocus brings what has the keyboard into sight.
func (a *Attend) FollowFocus(o fyne.CanvasObject) { a.page.FollowFocus(o) }

// CreateRenderer implements fyne.Widget.
func (a *Attend) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(a.page)
}

// Submit is Ctrl+Intro: «Guardar» when it can be pressed.
func (a *Attend) Submit() {
	if a.save.Disabled() || a.OnSave == nil {
		return
	}
	a.wanted, a.asked = wishSave, true
	a.OnSave(a.last.Row.ID, a.last.Row.Version, a.read())
}

// read gathers what was typed: of the environments that the request is about.
func (a *Attend) read() (keys wire.Assign) {
	for _, b := range a.concerned() {
		if b.env == access.Production {
			keys.Production = b.read()
		} else {
			keys.Preproduction = b.read()
		}
	}
	return keys
}

// concerned are the blocks of the environments that the request is about.
func (a *Attend) concerned() []*keyBlock {
	var list []*keyBlock
	for _, b := range a.blocks {
		if only := a.last.Row.Only; !only.IsValid() || only == b.env {
			list = append(list, b)
		}
	}
	return list
}

// Focus gives the keyboard to the first field, or to what lets one fill it in.
func (a *Attend) Focus() {
	if canAttend(a.last) {
		kit.Focus(a.concerned()[0].clientID)
		return
	}
	a.take.focus()
}

// Render shows a snapshot.
func (a *Attend) Render(s state.Attend) {
	before := a.last
	a.last = s
	if before.Row.ID != s.Row.ID {
		a.Close()
	}
	if s.Saved && !before.Saved {
		a.clear()
	}
	a.page.Title.SetText("Atender solicitud " + s.Row.Number)
	a.facts.Set(requestFacts(s.Row, mine(s)))
	if s.Detail != nil {
		a.contacts.Set(contactFacts(s.Detail))
	}
	kit.SetVisible(a.contacts, s.Detail != nil)
	kit.SetVisible(a.receipt, s.Detail != nil && s.Detail.Receipt != nil)
	kit.Put(a.waiting, contactsLine(s))
	a.failure.Set(failureMessage(s.Row))
	kit.SetVisible(a.why, s.Row.Failure != nil && s.Row.Status == access.StatusPending && !s.Saved)
	a.leak.Set(compromised(s.Row))
	a.presence.Set(presence(s))
	a.take.render(s)
	a.banner.Set(a.message(s))

	can := canAttend(s)
	kit.SetVisible(a.form, !s.Saved)
	wrong := complaints(s.Fields, typedIn(a.blocks))
	for _, b := range a.blocks {
		kit.SetVisible(b.content, !s.Row.Only.IsValid() || s.Row.Only == b.env)
		b.render(keyNameOf(s, b.env), can && !s.Sending)
		b.complain(wrong)
	}
	a.save.SetBusy(s.Sending && a.wanted == wishSave, "Guardando…")
	a.resume.SetBusy(s.Sending && a.wanted == wishResume, "Reanudando…")
	for _, b := range []*kit.Button{a.save, a.resume, a.release} {
		b.SetEnabled(can && !s.Sending)
		kit.SetVisible(b, !s.Saved)
	}
	kit.Put(a.note, tell.LinkNote(s.Link))
	if a.asked && !s.Sending && len(s.Fields) > 0 {
		a.asked = false
		focusWrong(a.page, a.concerned())
	}
	if s.Saved != before.Saved || s.Trouble != nil && s.Trouble != before.Trouble && len(s.Fields) == 0 {
		a.page.ScrollTop()
	}
}

// Close empties the typed secrets: on leaving the screen.
func (a *Attend) Close() {
	a.clear()
	a.wanted = wishNone
	a.take.fold()
}

// message is what the top of the form says.
func (a *Attend) message(s state.Attend) kit.Message {
	switch {
	case s.Saved:
		m := savedMessage(s.Row)
		m.Actions = []kit.Action{{Text: "Volver a la lista", Do: func() { kit.Call0(a.OnBack) }}}
		return m
	case s.Trouble == nil || s.Trouble.Err == nil:
		return kit.Message{}
	case s.Trouble.Err.Hint == access.HintStale, s.Trouble.Err.Hint == access.HintState:
		return staleMessage(s.Trouble, s.Row, a.wanted)
	case s.Trouble.Err.Hint == access.HintNotTaken:
		m := tell.Trouble(s.Trouble)
		m.Level = look.Warning
		m.Actions = []kit.Action{{Text: "Tomar de nuevo", Do: func() { a.takeWith("") }}}
		return m
	default:
		return tell.Trouble(s.Trouble, tell.Retry(a.OnRetry))
	}
}

func (a *Attend) askRelease() {
	a.wanted = wishRelease
	kit.Call(a.OnRelease, a.last.Row.ID)
}

func (a *Attend) askResume() {
	a.wanted = wishResume
	if a.OnResume != nil {
		a.OnResume(a.last.Row.ID, a.last.Row.Version)
	}
}

func (a *Attend) takeWith(why string) {
	a.wanted = wishTake
	if a.OnTake != nil {
		a.OnTake(a.last.Row.ID, why)
	}
}

func (a *Attend) clear() {
	for _, b := range a.blocks {
		b.clear()
	}
}

// mine is the account that holds the row when it is this officer's.
func mine(s state.Attend) access.AccountID {
	if s.Mine {
		return s.Row.TakenBy
	}
	return ""
}

// keyNameOf is the name the program gives a key; a word while it is unknown.
func keyNameOf(s state.Attend, env access.Environment) string {
	if s.Detail != nil && s.Detail.KeyNames[env] != "" {
		return s.Detail.KeyNames[env]
	}
	return "La construye el programa"
}
