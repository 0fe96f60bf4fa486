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

func isMissed(err error) bool {
	_, is := missed(err)
	return is
}

// heard counts how often the server heard of an act.
func (s *server) heard(act string) int { return len(s.keysOf(act)) }

// A locked session opens with its password, as it was left; the feed goes on
// underneath.
func TestLock_opensAsItWas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, delegate())
		m := s.start(&memory{}, mapKeeper{})
		m.Lock(LockAsked)
		if _, on := m.Locked(); on {
			t.Error("locked without anybody signed in")
		}
		s.signIn()
		must(t, m.OpenEnroll(t.Context()))
		m.ChooseEnroll(theCode)
		m.SetForm(access.RequestForm{Vendor: "Proveedor a med"})
		m.Lock(LockIdle)
		m.Lock(LockAsked) // the first reason stands
		v, on := m.Locked()
		if !on || v.Why != LockIdle || v.TriesLeft != UnlockTries || v.Session.Login != s.who.Login || v.At.IsZero() {
			t.Fatalf("locked %v: %+v", on, v)
		}
		s.put("r-1", func(r *wire.RequestRow) { r.Code, r.Status = theCode, access.StatusPending })
		s.bring()
		if err := m.Reopen(t.Context(), secret.Text{}); access.CodeOf(err) != access.CodeInvalid || s.heard("unlock") != 0 {
			t.Errorf("an empty password: %v", err)
		}
		if err := m.Reopen(t.Context(), secret.New("otra")); !isMissed(err) {
			t.Errorf("a wrong password: %v", err)
		}
		if v, on := m.Locked(); !on || !v.IsWrong || v.TriesLeft != UnlockTries-1 || v.Trouble != nil {
			t.Errorf("after a wrong one %v: %+v", on, v)
		}
		must(t, m.Reopen(t.Context(), secret.New("clave")))
		if _, on := m.Locked(); on {
			t.Error("still locked")
		}
		if e := m.Enroll(); e.Form.Vendor != "Proveedor a med" || e.Chosen != theCode || e.Blocked == nil {
			t.Errorf("the form is %+v", e)
		}
		m.Lock(LockAsked)
		if v, _ := m.Locked(); v.TriesLeft != UnlockTries {
			t.Error("the tries of the last lock count on")
		}
	})
}

// Without the server the password of this sign-in opens it, no other; a session
// taken up from the keyring has none to compare with.
func TestLock_withoutServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keeper := mapKeeper{}
		s := newServer(t, delegate())
		m := s.start(&memory{}, keeper)
		s.signIn()
		m.Lock(LockAsked)
		s.silent["unlock"] = 3
		if err := m.Reopen(t.Context(), secret.New("otra")); !isMissed(err) {
			t.Errorf("a wrong password: %v", err)
		}
		must(t, m.Reopen(t.Context(), secret.New("clave")))
		if _, on := m.Locked(); on {
			t.Fatal("still locked")
		}

		again := New(Deps{API: s, Rows: &memory{}, Keeper: keeper, Clock: time.Now, Rand: m.deps.Rand})
		must(t, again.Start(t.Context()))
		again.Lock(LockAsked)
		if err := again.Reopen(t.Context(), secret.New("clave")); access.CodeOf(err) != access.CodeUnavailable {
			t.Errorf("opened without anybody to ask: %v", err)
		}
		if v, on := again.Locked(); !on || v.Trouble == nil || v.TriesLeft != UnlockTries {
			t.Errorf("locked %v: %+v", on, v)
		}
		must(t, again.Reopen(t.Context(), secret.New("clave"))) // the server answers: known from now on
		again.Lock(LockAsked)
		s.silent["unlock"] = 1
		must(t, again.Reopen(t.Context(), secret.New("clave")))
	})
}

// The last wrong password ends the session, on the server too.
func TestLock_fiveWrong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keeper := mapKeeper{}
		s := newServer(t, delegate())
		m := s.start(&memory{}, keeper)
		s.signIn()
		m.Lock(LockAsked)
		for i := range UnlockTries {
			if _, isIn := m.Who(); !isIn {
				t.Fatalf("out after %d", i)
			}
			if i == 3 {
				s.silent["unlock"] = 1 // a try without the server counts as well
			}
			if err := m.Reopen(t.Context(), secret.New("otra")); err == nil {
				t.Errorf("try %d: %v", i, err)
			}
		}
		if _, isIn := m.Who(); isIn {
			t.Fatal("still signed in")
		}
		if tr := m.SignIn().Trouble; tr == nil || tr.Err.Hint != access.HintUnlockSpent {
			t.Errorf("the sign-in says %+v", tr)
		}
		if got := s.keysOf("sign out"); !slices.Equal(got, []string{"ficha"}) || len(keeper) != 0 {
			t.Errorf("the server heard %q, kept %d", got, len(keeper))
		}
	})
}

// Closing the program opens nothing: it starts locked, with the tries it had.
func TestLock_outlivesTheProgram(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keeper := mapKeeper{}
		s := newServer(t, delegate())
		m := s.start(&memory{}, keeper)
		s.signIn()
		m.Lock(LockAsked)
		m.KeepLock()
		_ = m.Reopen(t.Context(), secret.New("otra"))

		again := New(Deps{API: s, Rows: &memory{}, Keeper: keeper, Clock: time.Now, Rand: m.deps.Rand})
		must(t, again.Start(t.Context()))
		if v, on := again.Locked(); !on || v.Why != LockKept || v.TriesLeft != UnlockTries-1 {
			t.Fatalf("locked %v: %+v", on, v)
		}
		must(t, again.Reopen(t.Context(), secret.New("clave")))
		third := New(Deps{API: s, Rows: &memory{}, Keeper: keeper, Clock: time.Now, Rand: m.deps.Rand})
		must(t, third.Start(t.Context()))
		if _, on := third.Locked(); on {
			t.Error("unlocked, and locked at the next start")
		}
	})
}

// Signing out without the server: out at once, and the server is told when it
// answers, by a later run if need be; never of a session that has ended by age.
func TestSignOut_toldLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keeper := mapKeeper{}
		s := newServer(t, delegate())
		m := s.start(&memory{}, keeper)
		s.signIn()
		s.silent["sign out"] = 3
		must(t, m.SignOut(t.Context()))
		synctest.Wait()
		if _, isIn := m.Who(); isIn || !s.token.IsEmpty() {
			t.Error("still signed in")
		}
		if n := m.TakeNotices(); len(n) != 1 || n[0].Kind != NoticeEndLater {
			t.Errorf("told %+v", n)
		}
		if keeper.has(sessionName) || !keeper.has(endsName) {
			t.Error("the session is remembered, or its end is not")
		}
		for range 3 {
			time.Sleep(endsEvery)
			synctest.Wait()
		}
		if got := s.keysOf("sign out"); !slices.Equal(got, []string{"ficha", "ficha", "ficha", "ficha"}) || keeper.has(endsName) {
			t.Errorf("the server heard %q", got)
		}

		s.mu.Lock()
		s.silent["sign out"] = 1
		s.mu.Unlock()
		raw := `[{"server":"https://llavero.example","token":"vieja","expiresAt":"1999-01-01T00:00:00Z"},` +
			`{"server":"https://otro.example","token":"ajena","expiresAt":"2999-01-01T00:00:00Z"},` +
			`{"server":"https://llavero.example","token":"pendiente","expiresAt":"2999-01-01T00:00:00Z"}]`
		must(t, keeper.Set(endsName, secret.New(raw)))
		must(t, m.Start(t.Context())) // as a new run does
		synctest.Wait()
		time.Sleep(endsEvery)
		synctest.Wait()
		if got := s.keysOf("sign out")[4:]; !slices.Equal(got, []string{"pendiente", "pendiente"}) {
			t.Errorf("the server heard %q", got)
		}
	})
}

// What was being written when somebody ended the session waits for the same user,
// and for nobody else.
func TestEnded_keepsTheDraft(t *testing.T) {
	for name, c := range map[string]struct {
		end  func(*server)
		next access.AccountID
		kept bool
	}{
		"ended elsewhere": {end: func(s *server) { s.feedEnd <- access.Refuse(access.CodeUnauthorized, "") }, next: "d-1", kept: true},
		"another user":    {end: func(s *server) { s.feedEnd <- access.Refuse(access.CodeUnauthorized, "") }, next: "d-2"},
		"signed out":      {end: func(s *server) { must(s.t, s.model.SignOut(s.t.Context())) }, next: "d-1"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer(t, delegate())
				m := s.start(&memory{}, mapKeeper{})
				s.signIn()
				m.AskFor(access.KindRenew)
				m.ChooseEnroll(theCode)
				m.SetForm(access.RequestForm{Vendor: "Proveedor a med"})
				m.Tick("terms", true)
				c.end(s)
				synctest.Wait()
				if _, isIn := m.Who(); isIn || m.Enroll().Form.Vendor != "" {
					t.Fatal("the session goes on, or its form is in sight")
				}
				s.who.Account = c.next
				s.signIn()
				m.AskFor(access.KindRenew)
				e := m.Enroll()
				isKept := e.Form.Vendor == "Proveedor a med" && e.Chosen == theCode && e.Ticked["terms"]
				if isKept != c.kept {
					t.Errorf("the form is %+v", e.Form)
				}
				told := slices.ContainsFunc(m.TakeNotices(), func(n Notice) bool { return n.Kind == NoticeDraft })
				if told != c.kept {
					t.Errorf("told of a draft: %v", told)
				}
			})
		})
	}
}
