package delegate

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/tell"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// «Reportar llave comprometida…» is one click, a line, four digits and one more
// click; the safe button has the keyboard, and a refusal keeps what was written.
func TestKeys_compromise(t *testing.T) {
	k, s := NewKeys(), keysSnapshot()
	var sent []wire.Compromise
	var answer func(error)
	k.OnCompromise = func(id access.KeyID, body wire.Compromise, done func(error)) {
		if id != "k2" {
			t.Errorf("about %s", id)
		}
		sent, answer = append(sent, body), done
	}
	k.Render(s)
	w := show(t, k)
	p := k.panels[1].standing
	test.Tap(p.report)
	q := p.asked
	if !q.IsOpen() {
		t.Fatal("nothing is asked")
	}
	if b, ok := w.Canvas().Focused().(*kit.Button); !ok || b.Text != es.Back {
		t.Errorf("the keyboard is at %T", w.Canvas().Focused())
	}
	what, digits := q.Fields["what"].Input().(*kit.Entry), q.Fields["lastDigits"].Input().(*kit.Entry)
	test.Type(what, " Salió en un correo. ")
	test.Type(digits, "x12a34567")
	if digits.Text != "4567" {
		t.Errorf("digits read %q", digits.Text)
	}
	q.Dialog.Answer()
	if len(sent) != 1 || sent[0] != (wire.Compromise{LastDigits: "4567", What: "Salió en un correo."}) {
		t.Fatalf("sent %+v", sent)
	}
	answer(access.InvalidField("lastDigits", access.HintDifferentCode))
	if !q.IsOpen() || !q.Fields["lastDigits"].HasError() || what.Text == "" || !digits.IsFocused() {
		t.Errorf("after a refusal: open %t, error %q", q.IsOpen(), q.Fields["lastDigits"].Error())
	}
	s.Troubles = map[access.KeyID]*state.Trouble{"k2": {Err: access.Refuse(access.CodeConflict, access.HintStale)}}
	k.Render(s)
	if q.Banner.Message().IsEmpty() || !p.trouble.Message().IsEmpty() {
		t.Error("what was refused stands behind the question, not in it")
	}
	answer(nil)
	if q.IsOpen() {
		t.Error("accepted, and still asked")
	}
}

// The questions name key, environment and consequence.
func TestKeys_questionsSayWhat(t *testing.T) {
	k, s := NewKeys(), keysSnapshot()
	k.Render(s)
	for act, words := range map[state.KeyAct][]string{
		state.KeyActCompromise: {"Reemplazar llave de producción", "LLAVE-production", string(clinic().Code), "Producción (real)", es.AlreadyIssued, "Qué pasó *", es.LastDigitsAsk, es.Back},
		state.KeyActRevoke:     {"Revocar llave de producción", "LLAVE-production", string(clinic().Code), "Producción (real)", es.AlreadyIssued, "Motivo *", es.LastDigitsAsk, es.Back},
		state.KeyActReminder:   {"Posponer el aviso de producción", "Hasta cuándo *"},
	} {
		w := test.NewTempWindow(t, k.Asking(act, access.Production, nil))
		w.Resize(fyne.NewSize(1180, 720))
		text := strings.Join(wordsIn(w.Content()), " ")
		for _, want := range words {
			if !strings.Contains(text, want) {
				t.Errorf("%s does not say %q: %s", act, want, text)
			}
		}
	}
}

// wordsIn are the words of every text and button in sight.
func wordsIn(o fyne.CanvasObject) []string {
	var words []string
	for _, x := range test.LaidOutObjects(o) {
		switch x := x.(type) {
		case *kit.Text:
			words = append(words, x.Text())
		case *kit.Button:
			words = append(words, x.Text)
		}
	}
	return words
}

func TestKeys_buttonsOff(t *testing.T) {
	for name, c := range map[string]struct {
		edit                 func(*state.Keys)
		test, report, revoke bool // on
		word                 string
	}{
		"free":    {func(*state.Keys) {}, true, true, true, es.TestKey},
		"offline": {func(s *state.Keys) { s.Link = state.Link{Phase: state.LinkOffline, DataAt: noon} }, false, false, false, es.TestKey},
		"busy":    {func(s *state.Keys) { s.Busy = map[access.KeyID]state.KeyAct{"k2": state.KeyActRevoke} }, false, false, false, es.TestKey},
		"being tested": {func(s *state.Keys) {
			s.Entity.Keys[1].Test = &access.KeyTest{StartedAt: noon}
		}, false, true, true, es.TestingKey},
		"being replaced": {func(s *state.Keys) {
			s.Entity.Request = &wire.RequestRow{Kind: access.KindRenew, Reason: access.ReasonCompromise, Only: access.Production, Status: access.StatusIssuing}
		}, false, false, false, es.TestKey},
		"the other being replaced": {func(s *state.Keys) {
			s.Entity.Request = &wire.RequestRow{Kind: access.KindRenew, Reason: access.ReasonCompromise, Only: access.Preproduction, Status: access.StatusIssuing}
		}, true, true, true, es.TestKey},
	} {
		t.Run(name, func(t *testing.T) {
			k, s := NewKeys(), keysSnapshot()
			c.edit(&s)
			k.Render(s)
			p := k.panels[1].standing
			if p.test.Disabled() == c.test || p.report.Disabled() == c.report || p.revoke.Disabled() == c.revoke || p.test.Text != c.word {
				t.Errorf("off: test %t (%q), report %t, revoke %t", p.test.Disabled(), p.test.Text, p.report.Disabled(), p.revoke.Disabled())
			}
		})
	}
	k, s := NewKeys(), keysSnapshot()
	s.Entity.Keys[1].State = access.KeyRevoked
	k.Render(s)
	if k.panels[1].standing.acts.Visible() || !k.panels[0].standing.acts.Visible() {
		t.Error("a revoked key offers acts, or the other one does not")
	}
}

// Lights come as facts do; a running test unfolds by itself, once.
func TestKeys_lights(t *testing.T) {
	k, s := NewKeys(), keysSnapshot()
	asked := 0
	k.OnTest = func(access.KeyID) { asked++ }
	k.Render(s)
	show(t, k)
	p := k.panels[0].standing
	test.Tap(p.test)
	if asked != 1 || p.lights.Drawer.Visible() {
		t.Errorf("asked %d times; a reply edits no screen", asked)
	}
	began := &access.KeyTest{StartedAt: noon}
	s.Entity.Keys[0].Test = began
	k.Render(s)
	if !p.lights.Drawer.IsOpen() {
		t.Error("a test runs folded")
	}
	p.lights.Drawer.SetOpen(false)
	failed := &access.KeyTest{StartedAt: noon, EndedAt: noon.Add(time.Minute), Lights: []access.LightResult{
		{Light: access.LightSecret, State: access.LightFailed, Status: 401, Code: "AADSTS7000215", RequestID: "id-1", At: noon},
	}}
	s.Entity.Keys[0].Test = failed
	k.Render(s)
	if p.lights.Drawer.IsOpen() {
		t.Error("unfolded against the person's will")
	}
	p.lights.Drawer.SetOpen(true)
	for _, o := range test.LaidOutObjects(p.lights.Drawer) {
		if b, ok := o.(*kit.Button); ok && b.Text == es.TestAgain {
			test.Tap(b)
		}
	}
	if asked != 2 {
		t.Errorf("«Probar de nuevo» asked %d times", asked)
	}
}

func TestKeys_reminder(t *testing.T) {
	k, s := NewKeys(), keysSnapshot()
	var got []wire.AnswerReminder
	k.OnReminder = func(_ access.KeyID, body wire.AnswerReminder, _ func(error)) { got = append(got, body) }
	s.Entity.Keys[0].ExpiresAt, s.Entity.Keys[0].Reminder = noon.AddDate(0, 0, 30), &access.Reminder{Days: 30, SentAt: noon}
	k.Render(s)
	show(t, k)
	p := k.panels[0].standing
	acts := p.reminder.Message().Actions
	if len(acts) != 3 || acts[0].Text != "Ya recibí" || acts[1].Text != "Posponer…" || acts[2].Text != "Ya renové" {
		t.Fatalf("answers %+v", acts)
	}
	acts[0].Do()
	acts[2].Do()
	acts[1].Do()
	until := p.asked.Fields["until"].Input().(*kit.Entry)
	if until.Text != "30/11/2026" {
		t.Errorf("put off to %q at first", until.Text)
	}
	until.SetText("31/12/2027")
	p.asked.Dialog.Answer()
	if len(got) != 2 || !p.asked.Fields["until"].HasError() {
		t.Errorf("sent %+v", got)
	}
	until.SetText(" 02/12/2026 ")
	p.asked.Dialog.Answer()
	if len(got) != 3 || got[0].Act != access.ReminderReceived || got[1].Act != access.ReminderRenewed ||
		got[2].Act != access.ReminderSnooze || !got[2].Until.Equal(time.Date(2026, 12, 2, 5, 0, 0, 0, time.UTC)) {
		t.Errorf("sent %+v", got)
	}
	s.Entity.Keys[0].Reminder = &access.Reminder{Days: 30, SentAt: noon, Act: access.ReminderReceived, At: noon}
	k.Render(s)
	if len(p.reminder.Message().Actions) != 0 {
		t.Error("answered, and asked again")
	}
}

func TestSnoozeDay(t *testing.T) {
	last := noon.AddDate(0, 0, 20)
	for text, want := range map[string]access.Hint{
		"": access.HintRequired, "mañana": access.HintFormat, "31/02/2027": access.HintFormat, "23/11/2026": access.HintPast,
		"22/11/2026": access.HintPast, "24/11/2026": "", "13/12/2026": "", "14/12/2026": access.HintTooFar,
	} {
		if _, got := snoozeDay(text, last, noon); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}

// The tokens that live on are counted down by the clock, which stops with them
// and with the screen.
func TestKeys_tokensCountDown(t *testing.T) {
	k, s := NewKeys(), keysSnapshot()
	now, running := noon, false
	var tick func()
	k.Clock = func() time.Time { return now }
	k.Beat = func(f func()) func() { tick, running = f, true; return func() { running = false } }
	k.Render(s)
	if running {
		t.Error("counts nothing")
	}
	s.Entity.Keys[1].TokensUntil = noon.Add(90 * time.Minute)
	k.Render(s)
	p := k.panels[1].standing
	now = noon.Add(3 * time.Minute)
	tick()
	if got := p.tokens.Text(); got != "Los tokens ya emitidos sirven hasta las 13:30 (quedan 87 min)." || !running {
		t.Errorf("says %q", got)
	}
	k.Close()
	if running {
		t.Error("counts behind a closed screen")
	}
	k.Render(s)
	now = noon.Add(90 * time.Minute)
	tick()
	if p.tokens.Visible() || running {
		t.Errorf("nothing lives on, and it says %q", p.tokens.Text())
	}
}

// The history is read when it is opened, and anew with each version of the row.
func TestKeys_history(t *testing.T) {
	k, s := NewKeys(), keysSnapshot()
	var asked []access.KeyID
	k.OnSecrets = func(id access.KeyID) { asked = append(asked, id) }
	s.Entity.Keys[0].Version = 1
	k.Render(s)
	h := k.panels[0].history
	if len(asked) != 0 {
		t.Error("read before anybody asked")
	}
	h.Drawer.SetOpen(true)
	k.Render(s)
	s.Entity.Keys[0].Version = 2
	k.Render(s)
	k.Render(s)
	if len(asked) != 2 {
		t.Errorf("asked %v", asked)
	}
	s.Secrets = map[access.KeyID]state.KeySecrets{"k1": {Items: []wire.KeySecret{{
		State: access.KeyRevoked, IssuedAt: noon, EndedAt: noon, Reason: access.ReasonCompromise, Request: "SOL-1",
	}}}}
	k.Render(s)
	if got := tell.SecretText(s.Secrets["k1"].Items[0]); got != "Dejó de servir el 23/11/2026 12:00 · Motivo: Llave comprometida · SOL-1" || h.Lines() != 1 {
		t.Errorf("%q, %d lines", got, h.Lines())
	}
}

// A compromised key's request is of one environment, and no form led to it.
func TestProgress_compromise(t *testing.T) {
	p := NewProgress(func() time.Time { return noon })
	p.Beat = nil
	s := state.Progress{Link: online, Entity: state.Entity{Provider: clinic(), Keys: []wire.KeyRow{{
		Environment: access.Production, TokensUntil: noon.Add(time.Hour), Incident: &wire.Incident{Number: "INC-1", By: "Lucía", At: noon},
	}}}, Request: wire.RequestRow{
		Kind: access.KindRenew, Reason: access.ReasonCompromise, Only: access.Production, Environment: access.Production,
		Status: access.StatusIssuing, Step: access.StepSecret, SignedAt: noon,
	}}
	p.Render(s)
	if rows := progressRows(s.Request); len(rows) != 1 || rows[0].Environment != access.Production {
		t.Errorf("%+v", rows)
	}
	if p.wizard.content.Visible() || !p.envs[0].content.Visible() || p.envs[1].content.Visible() || p.page.Title.Text() != "Reemplazando la llave comprometida" {
		t.Errorf("the screen of %q", p.page.Title.Text())
	}
	if got := p.leak.Text(); !strings.Contains(got, "INC-1") || !strings.Contains(got, "quedan 60 min") {
		t.Errorf("says %q", got)
	}
	s.Request.Status = access.StatusDone
	p.Render(s)
	if m := p.banner.Message(); !strings.Contains(m.Title, "de producción") || !strings.Contains(m.Text, "ClientSecret") {
		t.Errorf("%+v", m)
	}
	s.Request = wire.RequestRow{Kind: access.KindRenew, Reason: access.ReasonVendor, Status: access.StatusIssuing, SignedAt: noon}
	p.Render(s)
	if !p.wizard.content.Visible() || !p.envs[1].content.Visible() || p.leak.Visible() {
		t.Error("another request keeps the looks of the compromise")
	}
}
