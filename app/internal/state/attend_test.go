package state

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"llavero/shared/access"
	"llavero/shared/wire"
)

func TestAct_keepsItsKeyOverSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, officer())
		m := s.start(&memory{}, mapKeeper{})
		s.signIn()
		s.put("r-1", func(r *wire.RequestRow) { r.Status, r.SignedAt = access.StatusPending, time.Now() })
		s.bring()
		s.silent["take"] = 2
		for range 2 {
			if err := m.Take(t.Context(), "r-1", ""); access.HintOf(err) != access.HintNoAnswer {
				t.Fatal(err)
			}
		}
		s.refuse["take"] = access.Refuse(access.CodeConflict, access.HintTaken)
		_ = m.Take(t.Context(), "r-1", "")
		_ = m.Take(t.Context(), "r-1", "")
		keys := s.keysOf("take")
		if len(keys) != 4 || keys[0] != keys[1] || keys[1] != keys[2] || keys[3] == keys[2] {
			t.Errorf("keys %q: one for the act until it was answered, another for the next", keys)
		}
		_ = m.Take(t.Context(), "r-1", "otro motivo")
		if keys := s.keysOf("take"); keys[4] == keys[3] {
			t.Error("another act went under the same key")
		}
	})
}

func TestAttend_keepsAndLosesTheLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, officer())
		m := s.start(&memory{}, mapKeeper{})
		s.signIn()
		s.put("r-1", func(r *wire.RequestRow) { r.Status, r.SignedAt, r.Number = access.StatusPending, time.Now(), "SOL-1" })
		s.bring()
		ended := goes(func() error { return m.OpenAttend(t.Context(), "r-1") })
		settled(t, ended)
		s.bring()
		if isEnded, err := ended(); !isEnded || err != nil {
			t.Fatal(err)
		}
		if a, ok := m.Attend(); !ok || !a.Mine || a.Detail == nil {
			t.Fatalf("%+v", a)
		}
		first := s.takes()
		time.Sleep(5*time.Minute + time.Second)
		synctest.Wait()
		if got := s.takes() - first; got != 10 {
			t.Errorf("renewed %d times in five minutes", got)
		}
		// A connection that comes back renews at once.
		m.Facts().Lost(errors.New("gone"))
		time.Sleep(time.Minute)
		before := s.takes()
		must(t, m.Facts().Welcome(t.Context(), "e1", s.seq, false))
		must(t, m.Facts().Ready(t.Context(), s.seq, time.Now()))
		synctest.Wait()
		if s.takes() != before+1 {
			t.Errorf("renewed %d times on return", s.takes()-before)
		}
		m.TakeNotices()
		s.put("r-1", func(r *wire.RequestRow) { r.TakenBy, r.TakenName, r.TakenWhy = "o-2", "Colega", "Es urgente" })
		s.bring()
		if n := m.TakeNotices(); len(n) != 1 || n[0].Kind != NoticeTakenBy || n[0].Args["by"] != "Colega" || n[0].Args["number"] != "SOL-1" || n[0].Args["why"] != "Es urgente" {
			t.Errorf("%+v", n)
		}
		after := s.takes()
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if s.takes() != after {
			t.Error("renews what a colleague took")
		}
		if a, _ := m.Attend(); a.Mine {
			t.Error("still says it is ours")
		}
	})
}

func TestAttend_lapses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, officer())
		m := s.start(&memory{}, mapKeeper{})
		s.signIn()
		s.put("r-1", func(r *wire.RequestRow) { r.Status = access.StatusPending })
		s.bring()
		for _, own := range []bool{true, false} {
			ended := goes(func() error { return m.Take(t.Context(), "r-1", "") })
			settled(t, ended)
			s.bring()
			if isEnded, err := ended(); !isEnded || err != nil {
				t.Fatal(err)
			}
			want := NoticeLapsed
			if own {
				want = NoticeReleased
				ended = goes(func() error { return m.Release(t.Context(), "r-1") })
				settled(t, ended)
				s.bring()
				if isEnded, err := ended(); !isEnded || err != nil {
					t.Fatal(err)
				}
			} else {
				s.put("r-1", func(r *wire.RequestRow) { r.TakenBy = "" })
				s.bring()
			}
			if n := m.TakeNotices(); len(n) != 1 || n[0].Kind != want {
				t.Errorf("%+v, not %s", n, want)
			}
		}
	})
}

func TestAssign(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, officer())
		m := s.start(&memory{}, mapKeeper{})
		s.signIn()
		s.put("r-1", func(r *wire.RequestRow) { r.Status, r.TakenBy = access.StatusPending, "o-1" })
		s.bring()
		must(t, m.OpenAttend(t.Context(), "r-1"))
		if err := m.Assign(t.Context(), "r-1", 1, wire.Assign{}); access.CodeOf(err) != access.CodeInvalid {
			t.Error(err)
		}
		if a, _ := m.Attend(); len(a.Fields) != 6 || len(s.keysOf("assign")) != 0 {
			t.Errorf("%v, calls %q", a.Fields, s.calls)
		}
		good := wire.Assign{
			Production:    wire.TypedKey{ClientID: "11111111-1111-4111-8111-111111111111", Secret: "uno", ExpiresAt: time.Now().Add(time.Hour)},
			Preproduction: wire.TypedKey{ClientID: "22222222-2222-4222-8222-222222222222", Secret: "dos", ExpiresAt: time.Now().Add(time.Hour)},
		}
		ended := goes(func() error { return m.Assign(t.Context(), "r-1", 1, good) })
		settled(t, ended)
		if a, _ := m.Attend(); a.Saved || !a.Sending {
			t.Error("says it is saved before the fact")
		}
		s.bring()
		if isEnded, err := ended(); !isEnded || err != nil {
			t.Fatal(err)
		}
		if a, _ := m.Attend(); !a.Saved || a.Sending || a.Row.Status != access.StatusDone {
			t.Errorf("%+v", a)
		}
		if q := m.Queue(); len(q.Rows) != 0 || q.LastAttended.IsZero() || len(m.TakeNotices()) != 0 {
			t.Errorf("%+v", q)
		}
	})
}
