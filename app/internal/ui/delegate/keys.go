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
	"llavero/shared/wire"
)

// Keys is «Consultar Token»: the keys of one code in both environments. UI
// goroutine only.
type Keys struct {
	widget.BaseWidget
	tell.KeyActs

	// OnChoose says which code to show. The shell loads its parameters and who
	// saw what. It is called again when the code in sight gets its keys.
	OnChoose func(access.LicenseCode)
	// OnReveal fetches one value to show it.
	OnReveal Reveal
	// OnCopy puts one value in the clipboard, shown or not.
	OnCopy func(access.KeyID, access.Field)
	// OnCopyAll is «Copiar todo»: the environment's panel as lines, and the
	// secret only if the person ticked it.
	OnCopyAll func(key access.KeyID, withSecret bool)
	// OnSight tells when the first hidden value comes in sight and when the last
	// one leaves it: meanwhile the screen is kept from being captured.
	OnSight func(on bool)
	// OnEnroll opens «Inscripción Token» on a code without keys.
	OnEnroll func(access.LicenseCode)
	// OnRenew opens «Resolicitud Token» on a code with keys.
	OnRenew func(access.LicenseCode)
	// OnHandOver has it written down whom a key was given to.
	OnHandOver func(key access.KeyID, to wire.HandOver, done func(error))
	// OnReminder answers a reminder; its done may be nil.
	OnReminder func(key access.KeyID, body wire.AnswerReminder, done func(error))
	// OnSaveCalendar saves the end of a key as a calendar's file.
	OnSaveCalendar func(access.KeyID)
	// OnContacts has the contacts of the chosen code read.
	OnContacts func()
	// OnTellContact has the notice of one contact sent again.
	OnTellContact func(access.ContactRole)
	// OnCorrectContact puts another contact in the place of one.
	OnCorrectContact func(role access.ContactRole, contact access.Contact, done func(error))
	// OnReceipt has it read which receipt the chosen code has.
	OnReceipt func()
	// OnSaveReceipt fetches a receipt, checks it and saves it as a file.
	OnSaveReceipt func(id access.RequestID, isPDF bool)
	// OnOpenRequest opens the open request of the chosen code.
	OnOpenRequest func(access.RequestID)
	// OnRetry loads again what failed.
	OnRetry func()
	// OnBack is «← Volver al Menú».
	OnBack func()
	// OnCopyText copies what is no secret: a key's name, words for the help desk.
	OnCopyText func(string)

	// Clock and Beat move what is counted down; without a clock it stands still.
	Clock func() time.Time
	Beat  Beat

	page   *kit.Page
	banner *kit.Banner
	empty  *kit.Banner
	picker *entityPicker
	count  *kit.Text
	entity fyne.CanvasObject

	status     fyne.CanvasObject
	chip       *kit.StatusChip
	means      *kit.Text
	act        *kit.Button
	change     *kit.Button
	actRow     fyne.CanvasObject
	contacts   *contacts
	proof      *proof
	panels     []*keyPanel
	note       *kit.Text
	handing    *kit.Text
	handingBox fyne.CanvasObject

	inSight map[*maskedField]bool
	ticker  ticker

	last state.Keys
}

// NewKeys makes the screen.
func NewKeys() *Keys {
	k := &Keys{
		banner: kit.NewBanner(), empty: kit.NewBanner(),
		inSight: map[*maskedField]bool{}, Beat: everySecond,
		count: kit.NewNote(""), chip: kit.NewStatusChip(kit.Chip{}), means: kit.NewText(""),
	}
	k.banner.OnCopy = func(s string) { kit.Call(k.OnCopyText, s) }
	k.picker = newEntityPicker(func(c access.LicenseCode) { kit.Call(k.OnChoose, c) })
	k.entity = kit.NewSection("Selección de Entidad", "Seleccione la entidad para consultar su token de acceso.",
		kit.NewField(es.FieldLabel(state.FieldCode), true, k.picker.input, ""), k.count)
	k.act = kit.NewButton("", k.follow)
	k.change = kit.NewIconButton(es.WithManual(es.RenewTitle, es.RenewManual), look.IconKeyChange, func() { kit.Call(k.OnRenew, k.last.Chosen) })
	k.actRow = tell.Inset(kit.NewRow(k.act, k.change))
	k.status = kit.NewPanel(kit.NewStack(
		kit.NewRow(kit.NewStrong("Estado de Inscripción").Natural(), k.chip), k.means, k.actRow))
	k.note = kit.NewNote(es.NeedsLink).Natural()
	k.handing = kit.NewNote("")
	k.handingBox = kit.NewFlush(k.handing)
	k.contacts, k.proof = newContacts(k), newProof(k)
	objects := []fyne.CanvasObject{k.banner, k.empty, k.entity, k.status, k.contacts.content, k.proof.content, k.handingBox}
	for _, env := range access.Environments() {
		p := newKeyPanel(k, env)
		k.panels = append(k.panels, p)
		objects = append(objects, p.content)
	}
	back := kit.NewQuiet(es.BackToMenu, nil, func() { kit.Call0(k.OnBack) })
	k.page = kit.NewFormPage(es.WithManual(es.KeysTitle, es.KeysManual),
		"Seleccione una entidad para consultar el token asignado.",
		kit.NewColumn(objects...), kit.NewFooter([]fyne.CanvasObject{back}, k.note))
	k.ExtendBaseWidget(k)
	return k
}

// FollowFocus brings what has the keyboard into sight.
func (k *Keys) FollowFocus(o fyne.CanvasObject) { k.page.FollowFocus(o) }

// CreateRenderer implements fyne.Widget.
func (k *Keys) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(k.page)
}

// Focus gives the keyboard to the picker.
func (k *Keys) Focus() { k.picker.focus() }

// Render shows a snapshot. A change of code hides what was shown.
func (k *Keys) Render(s state.Keys) {
	before := k.last
	if s.Chosen != before.Chosen {
		k.Close()
		k.page.ScrollTop()
	}
	k.last = s
	k.banner.Set(tell.Trouble(firstTrouble(s.Trouble, s.Entities.Trouble), tell.Retry(k.OnRetry)))
	nothing := !s.Entities.Loading && len(s.Entities.Rows) == 0 && s.Entities.Trouble == nil
	if nothing {
		k.empty.Set(noEntities(s.Entities, s.Link, k.OnCopyText))
	} else {
		k.empty.Clear()
	}
	kit.SetVisible(k.entity, !nothing)
	kit.SetVisible(k.note, !s.Link.IsOnline())
	k.picker.render(s.Entities, s.Chosen)
	k.picker.setEnabled(!s.Entities.Loading)
	kit.Put(k.count, countOf(s.Entities))

	chosen := s.Entity != nil && !nothing
	kit.SetVisible(k.status, chosen)
	kit.SetVisible(k.handingBox, chosen && len(s.Entity.Keys) > 0)
	if chosen {
		k.renderStatus(*s.Entity)
		k.handing.SetText(handingText(s.Policies))
	}
	k.contacts.render(s, chosen)
	k.proof.render(s, chosen)
	for _, p := range k.panels {
		p.render(s, chosen)
	}
	k.tick()
	if only, ok := onlyEntity(s.Entities); ok && s.Chosen == "" {
		kit.Call(k.OnChoose, only) // one code: there is nothing to choose
		return
	}
	if isLacking(before, s) {
		kit.Call(k.OnChoose, s.Chosen) // what comes with a choice has to be loaded anew
	}
}

// isLacking reports that keys came to the code in sight, or the connection came
// back, and the parameters are not there: the choice was made before there was
// anything to load.
func isLacking(before, now state.Keys) bool {
	if now.Entity == nil || before.Entity == nil || before.Chosen != now.Chosen || !now.Link.IsOnline() {
		return false
	}
	for _, key := range now.Entity.Keys {
		_, loaded := now.Parameters[key.Environment]
		_, was := keyOf(before.Entity.Keys, key.Environment)
		if !loaded && (!was || !before.Link.IsOnline()) {
			return true
		}
	}
	return false
}

// tick moves what is counted down, and goes on while something is.
func (k *Keys) tick() {
	now := k.last.Now
	if k.Clock != nil {
		now = k.Clock()
	}
	isCounting := false
	for _, p := range k.panels {
		if p.key != "" {
			p.standing.showTokens(now)
			isCounting = isCounting || p.standing.isCounting(now)
		}
	}
	k.ticker.run(isCounting && k.Clock != nil, k.Beat, k.tick)
}

// Close hides every shown value: on leaving the screen, locking, minimising.
func (k *Keys) Close() {
	k.ticker.run(false, nil, nil)
	for _, p := range k.panels {
		p.conceal()
	}
}

func countOf(s state.Entities) string {
	if s.Loading {
		return "Cargando entidades…"
	}
	return countLine(len(s.Rows))
}

func (k *Keys) renderStatus(e state.Entity) {
	i := inscriptionOf(e)
	k.chip.Set(kit.Chip{Word: i.Word, Level: i.Level})
	kit.Put(k.means, i.Means)
	switch {
	case i.Open != "":
		k.act.SetText("Ver solicitud")
	case i.CanEnroll:
		k.act.SetText(es.EnrollTitle)
	}
	canAct, canRenew := i.Open != "" || i.CanEnroll, i.CanRenew
	kit.SetVisible(k.act, canAct)
	kit.SetVisible(k.change, canRenew)
	kit.SetVisible(k.actRow, canAct || canRenew)
}

// follow opens what the state of the code leads to.
func (k *Keys) follow() {
	if k.last.Entity == nil {
		return
	}
	i := inscriptionOf(*k.last.Entity)
	switch {
	case i.Open != "":
		kit.Call(k.OnOpenRequest, i.Open)
	case i.CanEnroll:
		kit.Call(k.OnEnroll, k.last.Entity.Provider.Code)
	}
}

// leftColor marks the days left when they are few.
func leftColor(l keyLook) fyne.ThemeColorName {
	if l.Warn {
		return look.Ink(look.Warning)
	}
	return "foreground"
}

// sighted keeps count of the values in sight.
func (k *Keys) sighted(m *maskedField, on bool) {
	before := len(k.inSight)
	if on {
		k.inSight[m] = true
	} else {
		delete(k.inSight, m)
	}
	if now := len(k.inSight); (before == 0) != (now == 0) {
		kit.Call(k.OnSight, now > 0)
	}
}
