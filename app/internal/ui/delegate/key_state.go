package delegate

import (
	"time"

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

// keyStanding is the head of an environment's panel: what the key is worth, what
// is to be known of it now, what can be done with it, and its test.
type keyStanding struct {
	screen *Keys

	content   fyne.CanvasObject
	chip      *kit.StatusChip
	left      *kit.Text
	alert     *widget.Icon
	track     *kit.Track
	trackBox  fyne.CanvasObject
	trackNote *kit.Text
	note      *kit.Text
	overlap   *kit.Text   // until when the secret before works
	end       *kit.Button // «Terminar relevo…»
	endRow    fyne.CanvasObject
	tokens    *kit.Text // tokens that live on, counted down
	trouble   *kit.Banner
	revoking  *kit.Banner
	incident  *kit.Banner
	reminder  *kit.Banner
	test      *kit.Button
	calendar  *kit.Button
	report    *kit.Button
	revoke    *kit.Button
	acts      fyne.CanvasObject
	lights    *tell.TestPanel

	asked *tell.Question
	row   wire.KeyRow
	owner wire.ProviderRow
	last  state.Keys
}

func newKeyStanding(screen *Keys) *keyStanding {
	p := &keyStanding{
		screen: screen,
		chip:   kit.NewStatusChip(kit.Chip{}), left: kit.NewStrong("").Natural(),
		alert: widget.NewIcon(look.Coloured(look.IconAlert, look.Ink(look.Warning))),
		track: kit.NewTrack(), trackNote: kit.NewNote(""), note: kit.NewNote(""), overlap: kit.NewText(""),
		tokens: kit.NewStrong(""), trouble: kit.NewBanner(), revoking: kit.NewBanner(), incident: kit.NewBanner(), reminder: kit.NewBanner(),
	}
	for _, b := range []*kit.Banner{p.trouble, p.revoking, p.incident, p.reminder} {
		b.OnCopy = func(s string) { kit.Call(screen.OnCopyText, s) }
	}
	p.end = kit.NewButton(es.EndOverlap+"…", func() {
		if screen.OnEndOverlap != nil {
			screen.OnEndOverlap(tell.EndOverlapAsk(p.row, p.owner.Name), p.row.ID)
		}
	})
	p.endRow = tell.Inset(kit.NewRow(p.end))
	p.test = kit.NewButton(es.TestKey, func() { kit.Call(screen.OnTest, p.row.ID) })
	p.calendar = kit.NewIconButton(es.SaveCalendar, look.IconDownload, func() { kit.Call(screen.OnSaveCalendar, p.row.ID) })
	p.report = kit.NewButton(es.ReportCompromised+"…", p.askCompromise)
	p.revoke = kit.NewButton(es.RevokeKey+"…", p.askRevoke)
	p.lights = tell.NewTestPanel()
	p.lights.OnTest = func(id access.KeyID) { kit.Call(screen.OnTest, id) }
	p.lights.OnRenew = func(code access.LicenseCode) { kit.Call(screen.OnRenew, code) }
	p.lights.OnCopy = func(s string) { kit.Call(screen.OnCopyText, s) }
	p.acts = tell.Inset(kit.NewStack(kit.NewRow(p.test, p.calendar), kit.NewRow(p.report, p.revoke)))
	p.trackBox = tell.Inset(p.track)
	line := container.NewHBox(tell.Inset(container.NewCenter(p.chip)), container.NewCenter(p.alert), p.left)
	p.content = kit.NewStack(
		kit.NewTight(line, p.trackBox, p.trackNote, p.note, p.overlap, p.endRow, p.tokens),
		p.trouble, p.revoking, p.incident, p.reminder, p.acts, p.lights.Drawer)
	return p
}

func (p *keyStanding) askCompromise() {
	p.ask(tell.AskCompromise(p.row, p.owner.Name, func(body wire.Compromise, done func(error)) {
		if p.screen.OnCompromise != nil {
			p.screen.OnCompromise(p.row.ID, body, done)
		}
	}))
}

func (p *keyStanding) askRevoke() {
	p.ask(tell.AskRevoke(p.row, p.owner.Name, afterRevoking, func(body wire.Revoke, done func(error)) {
		if p.screen.OnRevoke != nil {
			p.screen.OnRevoke(p.row.ID, body, done)
		}
	}))
}

func (p *keyStanding) askSnooze() {
	p.ask(askSnooze(p.row, p.last.Now, p.answer))
}

// ask puts a question up; what an earlier one was refused is forgotten.
func (p *keyStanding) ask(q *tell.Question) {
	kit.Call(p.screen.OnForget, p.row.ID)
	p.asked = q
	q.Dialog.Show(kit.CanvasOf(p.screen))
	p.follow()
}

// follow shows the question how its key stands.
func (p *keyStanding) follow() {
	p.asked.Render(p.last.Link, p.last.Busy[p.row.ID], p.last.Troubles[p.row.ID])
}

func (p *keyStanding) answer(body wire.AnswerReminder, done func(error)) {
	if p.screen.OnReminder != nil {
		p.screen.OnReminder(p.row.ID, body, done)
	}
}

func (p *keyStanding) render(s state.Keys, k wire.KeyRow) {
	if p.row.ID != k.ID && p.asked.IsOpen() {
		p.asked.Dialog.Finish() // it was about another key
	}
	p.row, p.owner, p.last = k, s.Entity.Provider, s
	l := keyLookOf(k, s.Now)
	p.chip.Set(l.Chip)
	p.left.SetText(l.Left)
	p.left.SetColor(leftColor(l))
	kit.SetVisible(p.left, l.Left != "")
	kit.SetVisible(p.alert, l.Warn)
	p.track.Set(l.Stages)
	kit.SetVisible(p.trackBox, len(l.Stages) > 0)
	kit.Put(p.trackNote, l.StageNote)
	kit.Put(p.note, l.Note)
	kit.Put(p.overlap, l.Overlap)
	kit.SetVisible(p.endRow, l.CanEnd)
	p.showTokens(s.Now)
	p.revoking.Set(tell.Revoking(k))
	p.incident.Set(incidentMessage(s.Entity, k, func() { kit.Call(p.screen.OnOpenRequest, s.Entity.Request.ID) }))
	p.reminder.Set(p.reminderMessage(s))
	if p.asked.IsOpen() {
		p.trouble.Clear()
	} else {
		p.trouble.Set(tell.KeyTrouble(s.Troubles[k.ID]))
	}
	p.follow()
	p.renderActs(s, k)
	p.lights.Render(s.Link, s.Busy[k.ID], k, s.Now)
}

// renderActs turns the buttons on that can be pressed; those of a revoked key
// are not there.
func (p *keyStanding) renderActs(s state.Keys, k wire.KeyRow) {
	busy := s.Busy[k.ID]
	free := s.Link.IsOnline() && busy == ""
	isReplacing := isBeingReplaced(s.Entity, k)
	kit.SetVisible(p.acts, k.State != access.KeyRevoked)
	isTesting := k.Test.IsRunning() || busy == state.KeyActTest
	p.test.SetEnabled(free && !isTesting && !isReplacing)
	p.test.SetText(es.TestKey)
	if isTesting {
		p.test.SetText(es.TestingKey)
	}
	p.end.SetEnabled(free)
	p.report.SetEnabled(free && !isReplacing)
	p.revoke.SetEnabled(free && !isReplacing)
	kit.SetVisible(p.calendar, p.screen.OnSaveCalendar != nil && k.ExpiresAt.After(s.Now))
}

// showTokens counts down the tokens that live on after their secret.
func (p *keyStanding) showTokens(now time.Time) {
	kit.Put(p.tokens, es.TokensLive(p.row.TokensUntil, now))
}

// isCounting reports that something on the panel moves with the clock.
func (p *keyStanding) isCounting(now time.Time) bool { return p.row.TokensUntil.After(now) }

// isBeingReplaced reports that a request is making a new secret in the place of
// a compromised one.
func isBeingReplaced(e *state.Entity, k wire.KeyRow) bool {
	r := e.Request
	return r != nil && r.Reason == access.ReasonCompromise && r.Status.IsOpen() && (r.Only == "" || r.Only == k.Environment)
}

// incidentMessage tells of the last report of a compromised key: while its
// secret is replaced, and as long as tokens asked with it may live.
func incidentMessage(e *state.Entity, k wire.KeyRow, open func()) kit.Message {
	i := k.Incident
	if i == nil {
		return kit.Message{}
	}
	m := kit.Message{Level: look.Info, Text: es.Incident(i.Number, i.By, i.At, i.RemovedAt), Note: "Qué pasó: " + i.What}
	switch {
	case isBeingReplaced(e, k):
		m.Level, m.Title, m.Actions = look.Danger, "Llave comprometida", []kit.Action{{Text: "Ver solicitud", Do: open}}
	case i.RemovedAt.IsZero():
		m.Level, m.Title = look.Danger, "Llave comprometida"
	default:
		m.Text += " Entregue el secreto nuevo a su proveedor: está en ClientSecret, más abajo."
	}
	return m
}

// reminderMessage tells of a reminder, with its answers while there is none.
func (p *keyStanding) reminderMessage(s state.Keys) kit.Message {
	r := p.row.Reminder
	if r == nil || p.row.State == access.KeyRevoked {
		return kit.Message{}
	}
	m := kit.Message{Level: look.Info, Title: es.ReminderTitle(p.row.ExpiresAt, s.Now), Text: es.ReminderText(r, s.Now)}
	if r.Act != "" {
		return m
	}
	m.Level = look.Warning
	if !s.Link.IsOnline() || s.Busy[p.row.ID] != "" {
		return m // answered with a connection, once
	}
	simple := func(act access.ReminderAct) func() {
		return func() { p.answer(wire.AnswerReminder{Act: act}, nil) }
	}
	m.Actions = []kit.Action{{Text: es.ReminderReceived, Do: simple(access.ReminderReceived)}}
	if es.DaysLeft(state.SnoozeLimit(p.row.ExpiresAt, s.Now), s.Now) > 0 {
		m.Actions = append(m.Actions, kit.Action{Text: es.ReminderSnooze + "…", Do: p.askSnooze})
	}
	m.Actions = append(m.Actions, kit.Action{Text: es.ReminderRenewed, Do: simple(access.ReminderRenewed)})
	return m
}
