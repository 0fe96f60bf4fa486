package state

import (
	"testing"
	"testing/synctest"
	"time"

	"llavero/shared/access"
	"llavero/shared/wire"
)

func TestAgreement(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		who := delegate()
		who.AgreementDue = true
		s := newServer(t, who)
		s.agreement.Text = wire.ConsentText{ID: "signing", Version: "1", Hash: "aaaabbbbccccdddd", Label: "Acepto"}
		keeper := mapKeeper{}
		m := s.start(&memory{}, keeper)
		s.signIn()
		if a := m.Agreement(); !a.Due || a.Text != nil {
			t.Fatalf("%+v", a)
		}
		must(t, m.OpenAgreement(t.Context()))
		shown := time.Now()
		if err := m.AcceptAgreement(t.Context()); err == nil || !m.Agreement().Missing {
			t.Errorf("accepted with an empty box: %v", err)
		}
		time.Sleep(time.Minute)
		m.TickAgreement(true)
		ticked := time.Now()
		// Another version was published meanwhile: it is read, and ticked anew.
		s.refuse["accept agreement"] = access.Refuse(access.CodeConflict, access.HintTextsChanged)
		s.agreement.Text.Hash = "eeee"
		if err := m.AcceptAgreement(t.Context()); access.HintOf(err) != access.HintTextsChanged {
			t.Errorf("got %v", err)
		}
		if a := m.Agreement(); a.Text.Hash != "eeee" || a.Ticked || !a.Due {
			t.Errorf("after another version: %+v", a)
		}
		delete(s.refuse, "accept agreement")
		m.TickAgreement(true)
		must(t, m.AcceptAgreement(t.Context()))
		if a := m.Agreement(); a.Due || a.Sending {
			t.Errorf("accepted: %+v", a)
		}
		if s.shown == nil || s.shown.ShownAt.Before(shown) || !s.shown.TickedAt.Equal(ticked) || !s.shown.UntickedAtStart {
			t.Errorf("told %+v", s.shown)
		}
		if r, ok := m.recall(); !ok || r.Session.AgreementDue {
			t.Error("the next start asks again")
		}
	})
}

// A receipt tells when each text was shown and ticked, by this clock.
func TestShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, delegate())
		m := s.start(&memory{}, mapKeeper{})
		s.signIn()
		must(t, m.OpenEnroll(t.Context()))
		shown := time.Now()
		time.Sleep(time.Minute)
		m.Tick("terms", true)
		must(t, m.OpenEnroll(t.Context())) // read again, the same
		m.mu.Lock()
		defer m.mu.Unlock()
		all := m.shown(m.form(), time.Now())
		if len(all) != 1 || all[0].ID != "terms" || !all[0].ShownAt.Equal(shown) || !all[0].TickedAt.Equal(shown.Add(time.Minute)) {
			t.Errorf("%+v", all)
		}
		if back := m.shown(m.form(), shown); back != nil {
			t.Errorf("the clock was put back: %+v", back)
		}
	})
}
