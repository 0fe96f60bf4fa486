package state

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// goes runs an act and reports whether it has ended.
func goes(act func() error) (ended func() (bool, error)) {
	done := make(chan error, 1)
	go func() { done <- act() }()
	return func() (bool, error) {
		synctest.Wait()
		select {
		case err := <-done:
			return true, err
		default:
			return false, nil
		}
	}
}

// settled lets an act go as far as it can before its fact has come.
func settled(t *testing.T, ended func() (bool, error)) {
	t.Helper()
	if isEnded, err := ended(); isEnded {
		t.Fatalf("ended before its fact: %v", err)
	}
}

func TestSignIn_secondFactor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, officer())
		s.silent["ticket"] = 1
		keeper := mapKeeper{}
		m := s.start(&memory{}, keeper)
		if err := m.SubmitSignIn(t.Context(), "CC9999000101", secret.New("clave")); access.HintOf(err) != access.HintPuzzle {
			t.Errorf("without the proof: %v", err)
		}
		must(t, m.SolvePuzzle(t.Context()))
		if v := m.SignIn(); !v.Solved || v.Proof != 1 {
			t.Errorf("%+v", v)
		}
		if err := m.SubmitSignIn(t.Context(), " ", secret.Text{}); access.CodeOf(err) != access.CodeInvalid || len(m.SignIn().Trouble.Err.Fields) != 2 {
			t.Errorf("empty: %v", err)
		}
		must(t, m.SubmitSignIn(t.Context(), " CC9999000101 ", secret.New("clave")))
		if v := m.SignIn(); v.Phase != SignInSecondFactor || v.Login != "CC9999000101" {
			t.Errorf("%+v", v)
		}
		s.refuse["second factor"] = access.Refuse(access.CodeUnauthorized, access.HintSecondFactor)
		if err := m.SubmitSecondFactor(t.Context(), "000 000"); err == nil {
			t.Fatal("went in")
		}
		if v := m.SignIn(); v.Phase != SignInSecondFactor || v.Trouble == nil || v.Trouble.Err.Hint != access.HintSecondFactor {
			t.Errorf("%+v", v)
		}
		delete(s.refuse, "second factor")
		must(t, m.SubmitSecondFactor(t.Context(), "123 456"))
		if got := s.keysOf("second factor"); !slices.Equal(got, []string{"boleto/000000", "boleto/123456"}) {
			t.Errorf("sent %q", got)
		}
		if who, ok := m.Who(); !ok || who.Account != "o-1" || m.SignIn().Phase != SignInDone || s.token.Reveal() != "ficha" {
			t.Errorf("not in: %+v", m.SignIn())
		}
		if _, ok := keeper[sessionName]; !ok {
			t.Error("not remembered")
		}
	})
}

func TestSignIn_refusedSpendsTheProof(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, delegate())
		m := s.start(&memory{}, nil)
		must(t, m.SolvePuzzle(t.Context()))
		s.silent["sign in"] = 1
		_ = m.SubmitSignIn(t.Context(), "x", secret.New("y"))
		if !m.SignIn().Solved {
			t.Error("silence spent the proof")
		}
		s.refuse["sign in"] = access.Refuse(access.CodeUnauthorized, access.HintCredentials)
		_ = m.SubmitSignIn(t.Context(), "x", secret.New("y"))
		if v := m.SignIn(); v.Solved || v.Phase != SignInIdle || v.Trouble.Err.Hint != access.HintCredentials {
			t.Errorf("%+v", v)
		}
		must(t, m.SolvePuzzle(t.Context()))
		time.Sleep(3 * time.Minute)
		if m.SignIn().Solved {
			t.Error("an old proof still stands")
		}
	})
}

func TestStart_goesOnOffline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kept, keeper := &memory{}, mapKeeper{}
		s := newServer(t, delegate())
		s.start(kept, keeper)
		s.signIn()
		s.put("r-1", func(r *wire.RequestRow) { r.Code, r.Status, r.Number = theCode, access.StatusIssuing, "SOL-1" })
		s.bring()
		dataAt := s.model.Header().Link.DataAt

		later := newServer(t, delegate())
		later.refuse["about"] = &access.Error{Code: access.CodeUnavailable, Hint: access.HintNoAnswer}
		m := later.start(kept, keeper)
		_ = m.Start(t.Context())
		synctest.Wait()
		h := m.Header()
		if h.Session.Account != "d-1" || h.Link.IsOnline() || !h.Link.DataAt.Equal(dataAt) || !h.Link.HasData() {
			t.Errorf("%+v", h)
		}
		e := m.Enroll().Entities
		if len(e.Rows) != 1 || e.Rows[0].Request == nil || e.Rows[0].Request.Number != "SOL-1" || e.Loading {
			t.Errorf("%+v", e)
		}
		if err := m.SubmitEnroll(t.Context()); access.HintOf(err) != access.HintOffline || m.Enroll().Trouble == nil {
			t.Errorf("an act without connection: %v", err)
		}
		if later.token.Reveal() != "ficha" {
			t.Error("the session's token is not used")
		}
	})
}

func TestStart_forgetsOldSessions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keeper := mapKeeper{}
		s := newServer(t, delegate())
		s.start(&memory{}, keeper)
		s.signIn()
		time.Sleep(13 * time.Hour)
		later := newServer(t, delegate())
		m := later.start(&memory{}, keeper)
		must(t, m.Start(t.Context()))
		if _, ok := m.Who(); ok {
			t.Error("an expired session was taken up")
		}
		keeper[sessionName] = secret.New("{damaged")
		must(t, m.Start(t.Context()))
		if _, ok := m.Who(); ok || m.SignIn().About == nil {
			t.Error("a damaged session was taken up")
		}
	})
}

func TestSignOut_forgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kept, keeper := &memory{}, mapKeeper{}
		s := newServer(t, officer())
		m := s.start(kept, keeper)
		s.signIn()
		s.put("r-1", func(r *wire.RequestRow) { r.Status, r.TakenBy = access.StatusPending, "o-1" })
		s.bring()
		must(t, m.OpenAttend(t.Context(), "r-1"))
		waiting := goes(func() error {
			return m.await(t.Context(), wire.Accepted{Seq: 1 << 40, ID: "r-1", Version: 1 << 40})
		})
		must(t, m.SignOut(t.Context()))
		if isEnded, err := waiting(); !isEnded || access.CodeOf(err) != access.CodeUnauthorized {
			t.Errorf("an act still waits: %v", err)
		}
		synctest.Wait()
		if _, ok := m.Attend(); ok || len(m.Queue().Rows) != 0 || !s.token.IsEmpty() || len(keeper) != 0 {
			t.Errorf("something stayed: %+v", m.Queue())
		}
		if err := m.Facts().Changes(t.Context(), []wire.Change{change(wire.RequestRow{ID: "r-5", Status: access.StatusPending}, 99)}); err == nil || len(m.Queue().Rows) != 0 {
			t.Error("a fact of the ended session was taken in")
		}
		must(t, m.SolvePuzzle(t.Context()))
		life := m.lifeNow()
		must(t, m.SubmitSignIn(t.Context(), "x", secret.New("y")))
		m.ended(life, access.Refuse(access.CodeUnauthorized, ""))
		if _, ok := m.Who(); !ok {
			t.Error("a late answer to the last session ended this one")
		}
		if err := m.SetServer(t.Context(), "https://other.example"); err == nil {
			t.Error("changed the server under a session")
		}
		<-s.feedOn
		s.sync()
		if len(m.Queue().Rows) != 1 {
			t.Error("the next session does not work")
		}
	})
}
