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

// keyHead is the head of an environment of «Actualizar Keys»: what its key is
// worth, what is to be known of it now, what can be done with it, and its test.
type keyHead struct {
	screen *Amend

	content  fyne.CanvasObject
	chip     *kit.StatusChip
	left     *kit.Text
	alert    *widget.Icon
	track    *kit.Track
	trackBox fyne.CanvasObject
	stage    *kit.Text
	overlap  *kit.Text
	end      *kit.Button // «Terminar relevo…»
	endRow   fyne.CanvasObject
	tokens   *kit.Text
	check    *kit.Banner // of a typed key
	revoking *kit.Banner
	incident *kit.Banner
	reminder *kit.Banner
	trouble  *kit.Banner
	test     *kit.Button
	report   *kit.Button
	revoke   *kit.Button
	acts     fyne.CanvasObject
	lights   *tell.TestPanel
	history  *tell.Secrets

	asked *tell.Question
	row   *wire.KeyRow // nil: there is none
	last  state.Amend
}

func newKeyHead(screen *Amend) *keyHead {
	h := &keyHead{
		screen: screen, chip: kit.NewStatusChip(kit.Chip{}), left: kit.NewStrong("").Natural(),
		alert: widget.NewIcon(look.Coloured(look.IconAlert, look.Ink(look.Warning))),
		track: kit.NewTrack(), stage: kit.NewNote(""), overlap: kit.NewText(""), tokens: kit.NewStrong(""),
		check: kit.NewBanner(), revoking: kit.NewBanner(), incident: kit.NewBanner(), reminder: kit.NewBanner(), trouble: kit.NewBanner(),
	}
	copied := func(s string) { kit.Call(screen.OnCopyText, s) }
	for _, b := range []*kit.Banner{h.check, h.revoking, h.incident, h.reminder, h.trouble} {
		b.OnCopy = copied
	}
	h.end = kit.NewButton(es.EndOverlap+"…", func() {
		if screen.OnEndOverlap != nil {
			screen.OnEndOverlap(tell.EndOverlapAsk(*h.row, nameOf(h.last.Row)), h.row.ID)
		}
	})
	h.test = kit.NewButton(es.TestKey, func() { kit.Call(screen.OnTest, h.row.ID) })
	h.report = kit.NewQuiet(es.ReportCompromised+"…", nil, h.askCompromise)
	h.revoke = kit.NewQuiet(es.RevokeKey+"…", nil, h.askRevoke)
	h.lights = tell.NewTestPanel()
	h.lights.OnTest = func(id access.KeyID) { kit.Call(screen.OnTest, id) }
	h.lights.OnCopy = copied
	h.history = tell.NewSecrets(func(id access.KeyID) { kit.Call(screen.OnSecrets, id) })
	h.endRow, h.trackBox = tell.Inset(kit.NewRow(h.end)), tell.Inset(h.track)
	h.acts = tell.Inset(kit.NewRow(h.test, h.report, h.revoke))
	line := container.NewHBox(tell.Inset(container.NewCenter(h.chip)), container.NewCenter(h.alert), h.left)
	h.content = kit.NewStack(kit.NewTight(line, h.trackBox, h.stage, h.overlap, h.endRow, h.tokens),
		h.check, h.revoking, h.incident, h.reminder, h.trouble, h.acts, h.lights.Drawer, h.history.Drawer)
	return h
}

func (h *keyHead) askCompromise() {
	h.ask(tell.AskCompromise(*h.row, nameOf(h.last.Row), func(body wire.Compromise, done func(error)) {
		if h.screen.OnCompromise != nil {
			h.screen.OnCompromise(h.row.ID, body, done)
		}
	}))
}

func (h *keyHead) askRevoke() {
	h.ask(tell.AskRevoke(*h.row, nameOf(h.last.Row), afterRevoking, func(body wire.Revoke, done func(error)) {
		if h.screen.OnRevoke != nil {
			h.screen.OnRevoke(h.row.ID, body, done)
		}
	}))
}

// ask puts a question up; what an earlier one was refused is forgotten.
func (h *keyHead) ask(q *tell.Question) {
	kit.Call(h.screen.OnForget, h.row.ID)
	h.asked = q
	q.Dialog.Show(kit.CanvasOf(h.screen))
	q.Render(h.last.Link, h.last.Busy[h.row.ID], nil)
}

// render shows how the key of an environment stands; without one there is
// nothing to show.
func (h *keyHead) render(s state.Amend, k *wire.KeyRow) {
	if h.asked.IsOpen() && (k == nil || k.ID != h.asked.Key) {
		h.asked.Dialog.Finish() // it was about another key
	}
	h.row, h.last = k, s
	kit.SetVisible(h.content, k != nil)
	if k == nil {
		return
	}
	l := tell.KeyLookOf(*k, s.Now)
	h.chip.Set(l.Chip)
	h.left.SetText(l.Left)
	ink := fyne.ThemeColorName("foreground")
	if l.Warn {
		ink = look.Ink(look.Warning)
	}
	h.left.SetColor(ink)
	kit.SetVisible(h.left, l.Left != "")
	kit.SetVisible(h.alert, l.Warn)
	h.track.Set(l.Stages)
	kit.SetVisible(h.trackBox, len(l.Stages) > 0)
	kit.Put(h.stage, l.StageNote)
	kit.Put(h.overlap, l.Overlap)
	kit.SetVisible(h.endRow, l.CanEnd)
	kit.Put(h.tokens, es.TokensLive(k.TokensUntil, s.Now))
	h.check.Set(checkMessage(*k))
	h.revoking.Set(tell.Revoking(*k))
	h.incident.Set(incidentMessage(*k))
	h.reminder.Set(reminderMessage(*k, s.Now))
	h.renderActs(s, *k, l)
	h.lights.Render(s.Link, s.Busy[k.ID], *k, s.Now)
	secrets, loaded := s.Secrets[k.ID]
	h.history.Render(s.Link, secrets, loaded, *k)
}

// renderActs turns the buttons on that can be pressed, and says what was refused:
// in the question while there is one.
func (h *keyHead) renderActs(s state.Amend, k wire.KeyRow, l tell.KeyLook) {
	busy := s.Busy[k.ID]
	free := s.Link.IsOnline() && busy == "" && !isBeingReplaced(k)
	isTesting := k.Test.IsRunning() || busy == state.KeyActTest
	kit.SetVisible(h.acts, l.State != access.KeyRevoked && l.State != access.KeyCreating)
	h.test.SetEnabled(free && !isTesting)
	h.test.SetText(es.TestKey)
	if isTesting {
		h.test.SetText(es.TestingKey)
	}
	h.end.SetEnabled(s.Link.IsOnline() && busy == "")
	h.report.SetEnabled(free)
	h.revoke.SetEnabled(free)
	if h.asked.IsOpen() {
		h.trouble.Clear()
	} else {
		h.trouble.Set(tell.KeyTrouble(s.Troubles[k.ID]))
	}
	h.asked.Render(s.Link, busy, s.Troubles[k.ID])
}
