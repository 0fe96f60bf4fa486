package ministry

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2/test"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// The head says how a typed key stands in Entra, and has it tested.
func TestAmend_unverified(t *testing.T) {
	a, s := NewAmend(), amendSnapshot()
	var tested []access.KeyID
	a.OnTest = func(id access.KeyID) { tested = append(tested, id) }
	k := s.Row.Production
	h := a.blocks[0].head
	for _, c := range []struct {
		check *access.KeyCheck
		level look.Level
		says  string
	}{
		{nil, look.Warning, "Pruébela"},
		{&access.KeyCheck{State: access.CheckWaiting}, look.Info, "se comprueba sola"},
		{&access.KeyCheck{State: access.CheckFailed, Problem: access.HintOtherEnvironment, At: noon}, look.Danger, es.CheckProblem(access.HintOtherEnvironment)},
	} {
		k.State, k.Check = access.KeyUnverified, c.check
		a.Render(s)
		if m := h.check.Message(); m.Level != c.level || !strings.Contains(m.Text, c.says) || !strings.Contains(m.Text, "permisos de producción") {
			t.Errorf("%+v: %+v", c.check, m)
		}
	}
	show(t, a)
	test.Tap(h.test)
	if !slices.Equal(tested, []access.KeyID{k.ID}) {
		t.Errorf("tested %v", tested)
	}
	s.Busy = map[access.KeyID]state.KeyAct{k.ID: state.KeyActTest}
	a.Render(s)
	if !h.test.Disabled() || h.test.Text != es.TestingKey || a.blocks[1].head.test.Disabled() {
		t.Error("can be asked twice, or the other key's waits too")
	}
	s.Busy, k.State, k.Check = nil, access.KeyActive, &access.KeyCheck{State: access.CheckPassed}
	a.Render(s)
	if !h.check.Message().IsEmpty() {
		t.Errorf("verified, and says %+v", h.check.Message())
	}
}

// «Revocar llave…» names what it is about, keeps the keyboard on the safe answer
// and what was typed after a refusal; the form's «Guardar» is not beside it.
func TestAmend_revoke(t *testing.T) {
	a, s := NewAmend(), amendSnapshot()
	var sent []wire.Revoke
	var answer func(error)
	a.OnRevoke = func(id access.KeyID, body wire.Revoke, done func(error)) {
		if id != s.Row.Production.ID {
			t.Errorf("about %s", id)
		}
		sent, answer = append(sent, body), done
	}
	a.Render(s)
	w := show(t, a)
	h := a.blocks[0].head
	test.Tap(h.revoke)
	if asked(w) != es.Back {
		t.Fatalf("the safe answer has not the keyboard: %q", asked(w))
	}
	question := texts(w.Canvas().Overlays().Top())
	for _, words := range []string{"HOSPITAL ÑANDÚ", "0500199001", "Producción (real)", es.AlreadyIssued, afterRevoking} {
		if !strings.Contains(question, words) {
			t.Errorf("the question does not say %q: %s", words, question)
		}
	}
	test.Type(h.asked.Fields["why"].Input().(*kit.Entry), "Ya no se usa")
	test.Type(h.asked.Fields["lastDigits"].Input().(*kit.Entry), "9001")
	h.asked.Dialog.Answer()
	if !slices.Equal(sent, []wire.Revoke{{LastDigits: "9001", Why: "Ya no se usa"}}) {
		t.Fatalf("sent %+v", sent)
	}
	answer(access.InvalidField("lastDigits", access.HintDifferentCode))
	if !h.asked.IsOpen() || !h.asked.Fields["lastDigits"].HasError() {
		t.Error("a refusal closes the question, or is not told")
	}
	answer(nil)
	s.Row.Production.State, s.Row.Production.RevokedAt = access.KeyRevoked, noon
	a.Render(s)
	if h.asked.IsOpen() || h.acts.Visible() || !strings.Contains(h.check.Message().Text, "fue revocada el 23/11/2026 12:00") {
		t.Errorf("revoked, and says %+v", h.check.Message())
	}
}

// What else is to be known of a key stands in its head.
func TestAmend_headSays(t *testing.T) {
	a, s := NewAmend(), amendSnapshot()
	k := s.Row.Production
	k.State, k.OverlapUntil, k.TokensUntil = access.KeyOverlap, noon.AddDate(0, 0, 7), noon.Add(30*time.Minute)
	k.Reminder = &access.Reminder{Days: 30, SentAt: noon.AddDate(0, 0, -8), EscalatedAt: noon.AddDate(0, 0, -1)}
	k.Incident = &wire.Incident{Number: "INC-1", At: noon, By: "Lucía", What: "Salió en un correo"}
	var about access.KeyID
	var ask kit.Ask
	a.OnEndOverlap = func(in kit.Ask, id access.KeyID) { ask, about = in, id }
	a.Render(s)
	h := a.blocks[0].head
	if !strings.Contains(h.overlap.Text(), "30/11/2026") || !h.endRow.Visible() || !strings.Contains(h.tokens.Text(), "quedan 30 min") {
		t.Errorf("overlap %q, tokens %q", h.overlap.Text(), h.tokens.Text())
	}
	if got := h.reminder.Message().Text; got != "Se avisó el 15/11/2026 12:00 (30 días). Nadie respondió; se escaló el 22/11/2026 12:00." {
		t.Errorf("says %q", got)
	}
	if m := h.incident.Message(); m.Level != look.Danger || !strings.Contains(m.Text, "INC-1") || !h.report.Disabled() {
		t.Errorf("of the incident: %+v", m)
	}
	h.end.OnTapped()
	if about != k.ID || !ask.IsDangerous || !strings.Contains(ask.Text, "producción") || !strings.Contains(ask.Text, "0500199001") || !strings.Contains(ask.Text, es.AlreadyIssued) {
		t.Errorf("asks %+v of %s", ask, about)
	}
}

func TestWantOf(t *testing.T) {
	far := noon.AddDate(1, 0, 0)
	for name, c := range map[string]struct {
		k    wire.KeyRow
		want want
	}{
		"nothing":         {wire.KeyRow{State: access.KeyActive, ExpiresAt: far}, wantsNothing},
		"compromised":     {wire.KeyRow{State: access.KeyUnverified, ExpiresAt: far, Incident: &wire.Incident{}}, wantsReplacing},
		"replaced by now": {wire.KeyRow{State: access.KeyActive, ExpiresAt: far, Incident: &wire.Incident{RemovedAt: noon}}, wantsNothing},
		"revoked":         {wire.KeyRow{State: access.KeyRevoked, ExpiresAt: noon}, wantsRevoked},
		"expired":         {wire.KeyRow{State: access.KeyActive, ExpiresAt: noon}, wantsExpired},
		"unverified":      {wire.KeyRow{State: access.KeyUnverified, ExpiresAt: far, Drift: 2}, wantsCheck},
		"30 days":         {wire.KeyRow{State: access.KeyActive, ExpiresAt: noon.AddDate(0, 0, 30)}, wantsRenewal},
		"31 days":         {wire.KeyRow{State: access.KeyActive, ExpiresAt: noon.AddDate(0, 0, 31)}, wantsNothing},
		"escalated":       {wire.KeyRow{State: access.KeyActive, ExpiresAt: noon.AddDate(0, 0, 7), Reminder: &access.Reminder{EscalatedAt: noon}}, wantsAnswer},
		"differences":     {wire.KeyRow{State: access.KeyActive, ExpiresAt: far, Drift: 1}, wantsLook},
	} {
		if got := wantOf(&c.k, noon); got != c.want {
			t.Errorf("%s: %q, want %q", name, wantChips[got].Word, wantChips[c.want].Word)
		}
	}
	a := withKeys()
	a.Preproduction.State = access.KeyUnverified
	a.Production.Drift = 1
	if got := wantsOf(&a, noon); got != wantsCheck {
		t.Errorf("of both keys: %q", wantChips[got].Word)
	}
}

// A request of one environment takes nothing of the other.
func TestAttend_oneEnvironment(t *testing.T) {
	a, s := NewAttend(), attendSnapshot()
	s.Row.Only, s.Row.Reason = access.Preproduction, access.ReasonCompromise
	var saved wire.Assign
	a.OnSave = func(_ access.RequestID, _ int64, keys wire.Assign) { saved = keys }
	a.Render(s)
	show(t, a)
	if a.blocks[0].content.Visible() || !a.blocks[1].content.Visible() {
		t.Error("the wrong blocks are in sight")
	}
	if m := a.leak.Message(); m.Level != look.Danger || m.Title != "Llave comprometida" || !strings.Contains(m.Text, "preproducción") {
		t.Errorf("says %+v", m)
	}
	a.blocks[0].clientID.Put(prodID)
	a.blocks[1].clientID.Put(preID)
	a.Submit()
	if saved.Production != (wire.TypedKey{}) || saved.Preproduction.ClientID != preID {
		t.Errorf("sent %+v", saved)
	}
	s.Row = row()
	a.Render(s)
	if !a.blocks[0].content.Visible() || !a.leak.Message().IsEmpty() {
		t.Error("the next request keeps the looks of this one")
	}
}

// «Verificar la llave» leads to the form of the code's keys.
func TestGrants_unverifiedLeadsToTheKey(t *testing.T) {
	g := NewGrants()
	var opened access.LicenseCode
	g.OnVerify = func(code access.LicenseCode) { opened = code }
	r := withKeys()
	r.Production.State = access.KeyUnverified
	if c := grantCell(&r, 1, colLacks, nil); c.Text != "Verificar la llave" {
		t.Errorf("lacks %q", c.Text)
	}
	g.choose(&r)
	if opened != r.Code {
		t.Errorf("opened %q", opened)
	}
}
