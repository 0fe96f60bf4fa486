package auth

import (
	"context"
	"crypto/sha256"
	"errors"
	"strconv"
	"testing"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/wire"
)

func TestSessions_listAndEnd(t *testing.T) {
	a := settings()
	b := newBench(t, a)
	pw, pwB := password(t), password(t)
	b.delegate(ana, pw)
	b.delegate(beto, pwB)
	gone := b.inside(delegate, pw)
	b.pass(a.SessionIdle)
	first := b.inside(delegate, pw)
	b.pass(time.Minute)
	second, stranger := b.inside(delegate, pw), b.inside(delegate, pwB)
	list := func(s Session) []wire.OpenSession {
		t.Helper()
		all, err := b.Sessions(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		return all.Items
	}
	all := list(second)
	if len(all) != 2 || !all[0].Current || all[1].Current || all[0].Device != "linux test" || all[0].Address != visit.Address ||
		!all[0].OpenedAt.After(all[1].OpenedAt) || all[0].ExpiresAt.Sub(all[0].OpenedAt) != a.SessionMax || all[0].ID == all[1].ID {
		t.Fatalf("%+v", all)
	}
	// Another's, one that ended, and what is no id are not found alike.
	for _, id := range []string{list(stranger)[0].ID, "", "x", string(gone.hash[:])} {
		want(t, b.EndSession(t.Context(), visit, second, id), access.CodeNotFound, "")
	}
	watched, cancel := b.Watch(first)
	defer cancel()
	run(t, b)
	if err := b.EndSession(t.Context(), visit, second, all[1].ID); err != nil {
		t.Fatal(err)
	}
	<-watched
	_, err := b.Check(t.Context(), first)
	want(t, err, access.CodeUnauthorized, "")
	b.inside(delegate, pw)
	b.inside(delegate, pw)
	ended, err := b.EndOtherSessions(t.Context(), visit, second)
	if err != nil || ended.Ended < 2 || len(list(second)) != 1 || len(list(stranger)) != 1 {
		t.Errorf("%+v, %v", ended, err)
	}
	if again, err := b.EndOtherSessions(t.Context(), visit, second); err != nil || again.Ended != 0 {
		t.Errorf("%+v, %v", again, err)
	}
	if n := b.kinds(audit.SessionEnded); n != 2 {
		t.Errorf("%d in the trail", n)
	}
}

// run runs the watcher of sessions for a test.
func run(t *testing.T, b *bench) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- b.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestSessions_areBounded(t *testing.T) {
	a := settings()
	a.SessionsPerAccount = 3
	b := newBench(t, a)
	pw := password(t)
	b.delegate(ana, pw)
	var all []Session
	for range 5 {
		all = append(all, b.inside(delegate, pw))
		b.pass(time.Second)
	}
	for i, s := range all {
		_, err := b.Check(t.Context(), s)
		if ended := access.CodeOf(err) == access.CodeUnauthorized; ended != (i < 2) {
			t.Errorf("session %d: %v", i, err)
		}
	}
}

// The token is another than the ticket, of its own entropy, and only its hash is
// at rest; the session's id opens nothing.
func TestSession_tokenChangesAtTheSecondStep(t *testing.T) {
	b := newBench(t, settings())
	pw := password(t)
	added := b.officer(pw)
	in, err := b.signIn("CC9999000101", pw)
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.Session(t.Context(), in.Ticket)
	want(t, err, access.CodeUnauthorized, "")
	done, err := b.second(in.Ticket, b.code(added, 0))
	if err != nil || done.Token == in.Ticket || len(done.Token) < 43 {
		t.Fatalf("%v", err)
	}
	_, err = b.Session(t.Context(), in.Ticket)
	want(t, err, access.CodeUnauthorized, "")
	s := b.sessionOf(done.Token)
	all, err := b.Sessions(t.Context(), s)
	if err != nil || len(all.Items) != 1 {
		t.Fatal(err)
	}
	_, err = b.Session(t.Context(), all.Items[0].ID)
	want(t, err, access.CodeUnauthorized, "")
	err = b.store.Read(t.Context(), func(tx *store.Tx) error {
		hash := sha256.Sum256([]byte(done.Token))
		stored, _, err := tx.Session(hash[:])
		if string(stored.TokenHash) == done.Token || string(stored.TokenHash) != string(hash[:]) {
			t.Error("the token is at rest")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestUnlock(t *testing.T) {
	a := settings()
	b := newBench(t, a)
	pw := password(t)
	b.delegate(ana, pw)
	s, other := b.inside(delegate, pw), b.inside(delegate, pw)
	unlock := func(typed string) error { return b.Unlock(t.Context(), visit, s, wire.Unlock{Password: typed}) }
	field(t, unlock(""), "password", access.HintRequired)
	wrong := func(left int) {
		t.Helper()
		err := unlock("no es esta clave")
		field(t, err, "password", access.HintCredentials)
		if e, _ := errors.AsType[*access.Error](err); e.Args["left"] != strconv.Itoa(left) {
			t.Fatalf("args %v, want %d left", e.Args, left)
		}
	}
	wrong(4)
	wrong(3)
	if err := unlock(pw.Reveal()); err != nil {
		t.Fatal(err)
	}
	for left := 4; left > 1; left-- { // a right one begins the count anew
		wrong(left)
	}
	if err := b.store.Close(); err != nil {
		t.Fatal(err)
	}
	b.start(a, b.box) // a restart forgives nothing
	wrong(1)
	watched, cancel := b.Watch(s)
	defer cancel()
	run(t, b)
	want(t, unlock("no es esta clave"), access.CodeUnauthorized, "")
	<-watched
	_, err := b.Check(t.Context(), s)
	want(t, err, access.CodeUnauthorized, "")
	if _, err := b.Check(t.Context(), other); err != nil {
		t.Errorf("another session ended: %v", err)
	}
	if b.kinds(audit.Unlocked) != 1 || b.kinds(audit.UnlockRefused) != 7 {
		t.Errorf("%d and %d in the trail", b.kinds(audit.Unlocked), b.kinds(audit.UnlockRefused))
	}
	// Nobody waits for it at the sign-in.
	if _, err := b.signIn(delegate, pw); err != nil {
		t.Error(err)
	}
}

// A session from where there was none before is told, the very first is not.
func TestSignIn_newDeviceIsTold(t *testing.T) {
	b := newBench(t, settings())
	pw := password(t)
	b.delegate(ana, pw)
	from := func(address, device string) int {
		t.Helper()
		before := len(b.out.mails)
		form := b.form(delegate, pw)
		form.Device = device
		if _, err := b.SignIn(t.Context(), Visit{Address: address}, form); err != nil {
			t.Fatal(err)
		}
		return len(b.out.mails) - before
	}
	for _, c := range []struct {
		address, device string
		mails           int
	}{
		{"192.0.2.7", "linux", 0},
		{"192.0.2.99", "linux", 0}, // the same network
		{"192.0.2.7", "windows", 1},
		{"198.51.100.1", "linux", 1},
		{"198.51.100.1", "linux", 0},
		{"2001:db8:1:2::1", "linux", 1},
		{"2001:db8:1:3::1", "linux", 0},
	} {
		if got := from(c.address, c.device); got != c.mails {
			t.Errorf("%s %s: %d mails, want %d", c.address, c.device, got, c.mails)
		}
	}
	if m := b.out.mails[0]; m.Template != TemplateNotice || m.Data["what"] != string(noticeDevice) || m.Data["from"] != "192.0.2.7" {
		t.Errorf("%+v", m)
	}
	b.pass(deviceMemory)
	if err := b.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if from("192.0.2.7", "linux") != 0 {
		t.Error("after a year it is a first time again")
	}
}
