package auth

import (
	"testing"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/wire"
)

func (b *bench) second(ticket, code string) (wire.SignedIn, error) {
	b.t.Helper()
	return b.SecondFactor(b.t.Context(), visit, wire.SecondFactor{Ticket: ticket, Code: code})
}

func TestSecondFactor_officer(t *testing.T) {
	b := newBench(t, settings())
	pw := password(t)
	added := b.officer(pw)
	ask := func() string {
		t.Helper()
		in, err := b.signIn("CC9999000101", pw)
		if err != nil || in.Token != "" || in.Ticket == "" || in.Session != nil {
			t.Fatalf("got %+v, %v", in, err)
		}
		return in.Ticket
	}
	ticket := ask()
	code := b.code(added, 0)
	in, err := b.second(ticket, code[:3]+" "+code[3:])
	if err != nil || in.Token == "" {
		t.Fatal(err)
	}
	s, err := b.Session(t.Context(), in.Token)
	if err != nil || !s.Viewer.IsOfficer() {
		t.Fatalf("%+v %v", s.Viewer, err)
	}

	// The ticket is spent, and so is the code.
	_, err = b.second(ticket, b.code(added, 1))
	want(t, err, access.CodeExpired, access.HintSecondFactor)
	_, err = b.second(ask(), code)
	want(t, err, access.CodeUnauthorized, access.HintSecondFactor)
	// An earlier step than one accepted is spent too.
	_, err = b.second(ask(), b.code(added, -1))
	want(t, err, access.CodeUnauthorized, access.HintSecondFactor)
	// The next one is good, and one step ahead is within the skew.
	if _, err = b.second(ask(), b.code(added, 1)); err != nil {
		t.Fatal(err)
	}
}

func TestSecondFactor_skew(t *testing.T) {
	for steps, good := range map[int64]bool{-2: false, -1: true, 0: true, 1: true, 2: false} {
		b := newBench(t, settings())
		pw := password(t)
		added := b.officer(pw)
		in, err := b.signIn("CC9999000101", pw)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.second(in.Ticket, b.code(added, steps)); (err == nil) != good {
			t.Errorf("%d steps away: %v", steps, err)
		}
	}
}

func TestSecondFactor_refuses(t *testing.T) {
	a := settings()
	b := newBench(t, a)
	pw := password(t)
	added := b.officer(pw)
	in, err := b.signIn("CC9999000101", pw)
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.second("nonsense", b.code(added, 0))
	want(t, err, access.CodeExpired, access.HintSecondFactor)
	for _, code := range []string{"", "12345", "1234567", "12345a"} {
		_, err = b.second(in.Ticket, code)
		want(t, err, access.CodeInvalid, "")
	}
	b.pass(a.TicketTTL)
	_, err = b.second(in.Ticket, b.code(added, 0))
	want(t, err, access.CodeExpired, access.HintSecondFactor)
}

// wrong is a code that no step near now has.
func (b *bench) wrong(added Added) string {
	b.t.Helper()
	for _, c := range []string{"000000", "111111", "222222", "333333"} {
		if c != b.code(added, -1) && c != b.code(added, 0) && c != b.code(added, 1) {
			return c
		}
	}
	b.t.Fatal("unreachable: three codes, four tries")
	return ""
}

func TestSecondFactor_limitSurvivesNewTickets(t *testing.T) {
	a := settings()
	b := newBench(t, a)
	pw := password(t)
	added := b.officer(pw)
	for range a.LoginFailures {
		in, err := b.signIn("CC9999000101", pw)
		if err != nil {
			t.Fatal(err)
		}
		_, err = b.second(in.Ticket, b.wrong(added))
		want(t, err, access.CodeUnauthorized, access.HintSecondFactor)
	}
	in, err := b.signIn("CC9999000101", pw)
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.second(in.Ticket, b.code(added, 0))
	want(t, err, access.CodeThrottled, "")
	failed := 0
	for _, r := range b.trail() {
		if r.Kind == audit.SecondFactorFailed {
			failed++
		}
	}
	if failed != a.LoginFailures {
		t.Errorf("%d failures in the trail", failed)
	}
	b.pass(a.FirstBlock)
	if _, err = b.second(in.Ticket, b.code(added, 0)); err != nil {
		t.Errorf("after the wait: %v", err)
	}
}

func TestSecondFactor_isMandatory(t *testing.T) {
	b := newBench(t, settings())
	pw, pwD := password(t), password(t)
	added := b.officer(pw)
	err := b.store.Write(t.Context(), func(tx *store.Tx) error { return tx.SetTOTP(added.ID, nil) })
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.signIn("CC9999000101", pw)
	want(t, err, access.CodeForbidden, access.HintNoSecondFactor)

	// Enrolled anew by command, the officer comes in.
	again, err := b.EnrollTOTP(t.Context(), added.ID)
	if err != nil {
		t.Fatal(err)
	}
	in, err := b.signIn("CC9999000101", pw)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.second(in.Ticket, b.code(again, 0)); err != nil {
		t.Fatal(err)
	}

	// A delegate's is theirs to have, unless a setting says otherwise.
	b.delegate(ana, pwD)
	if _, err := b.signIn(delegate, pwD); err != nil {
		t.Fatal(err)
	}
	b.settings.DelegatesNeedTOTP = true
	in, err = b.signIn(delegate, pwD)
	if err != nil || in.Token != "" || in.Ticket != "" || in.Session != nil || in.Enrolment == nil {
		t.Fatalf("%+v, %v", in, err)
	}
}

func TestSignIn_withoutRole(t *testing.T) {
	b := newBench(t, settings())
	pw := password(t)
	if _, err := b.Add(t.Context(), NewAccount{Person: beto, Role: access.RoleNone, Password: pw}); err != nil {
		t.Fatal(err)
	}
	_, err := b.signIn("CC9999000012", pw)
	want(t, err, access.CodeForbidden, access.HintNoRole)
}

func TestSession_ends(t *testing.T) {
	a := settings()
	b := newBench(t, a)
	pw := password(t)
	added := b.delegate(ana, pw)
	open := func() string {
		t.Helper()
		in, err := b.signIn(delegate, pw)
		if err != nil {
			t.Fatal(err)
		}
		return in.Token
	}
	idle := open()
	b.pass(a.SessionIdle - time.Second)
	used := open()
	if _, err := b.Session(t.Context(), idle); err != nil {
		t.Fatalf("used within the idle time: %v", err)
	}
	b.pass(a.SessionIdle - time.Second) // the use above was noted
	if _, err := b.Session(t.Context(), idle); err != nil {
		t.Fatalf("used again: %v", err)
	}
	b.pass(2 * time.Second)
	_, err := b.Session(t.Context(), used)
	want(t, err, access.CodeUnauthorized, "")

	// However much it is used, there is an end.
	token := open()
	for range int(a.SessionMax/time.Hour) - 1 {
		b.pass(time.Hour)
		if _, err := b.Session(t.Context(), token); err != nil {
			t.Fatal(err)
		}
	}
	b.pass(time.Hour)
	_, err = b.Session(t.Context(), token)
	want(t, err, access.CodeUnauthorized, "")

	// Disabling ends what is open.
	token = open()
	s, err := b.Session(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Disable(t.Context(), added.ID); err != nil {
		t.Fatal(err)
	}
	_, err = b.Check(t.Context(), s)
	want(t, err, access.CodeUnauthorized, "")
}

func TestWatch(t *testing.T) {
	b := newBench(t, settings())
	pw := password(t)
	b.delegate(ana, pw)
	var sessions []Session
	for range 2 {
		in, err := b.signIn(delegate, pw)
		if err != nil {
			t.Fatal(err)
		}
		s, err := b.Session(t.Context(), in.Token)
		if err != nil {
			t.Fatal(err)
		}
		sessions = append(sessions, s)
	}
	one, cancelOne := b.Watch(sessions[0])
	two, cancelTwo := b.Watch(sessions[1])
	if err := b.SignOut(t.Context(), visit, sessions[0]); err != nil {
		t.Fatal(err)
	}
	select {
	case <-one:
	default:
		t.Error("the watcher was not told")
	}
	select {
	case <-two:
		t.Error("another session's watcher was told")
	default:
	}
	cancelOne()
	cancelTwo()
	if len(b.watches) != 0 {
		t.Errorf("%d watches are left", len(b.watches))
	}
}
