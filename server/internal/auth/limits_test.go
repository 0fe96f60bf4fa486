package auth

import (
	"context"
	"crypto/sha256"
	"errors"
	"sync"
	"testing"
	"time"

	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/wire"
)

func TestSignIn_limits(t *testing.T) {
	a := settings()
	b := newBench(t, a)
	pw := password(t)
	b.delegate(ana, pw)
	for range a.LoginFailures {
		_, err := b.signIn(delegate, password(t))
		want(t, err, access.CodeUnauthorized, access.HintCredentials)
	}
	_, err := b.signIn(delegate, pw)
	want(t, err, access.CodeThrottled, "")
	e, _ := errors.AsType[*access.Error](err)
	if e.Args["wait"] != "60" || e.Args["until"] != "2026-03-01T12:01:07Z" {
		t.Errorf("args %v", e.Args)
	}

	// A restart forgives nothing.
	if err := b.store.Close(); err != nil {
		t.Fatal(err)
	}
	b.start(a, b.box)
	_, err = b.signIn(delegate, pw)
	want(t, err, access.CodeThrottled, "")

	// Another login is not concerned.
	_, err = b.signIn("CC1", pw)
	want(t, err, access.CodeUnauthorized, access.HintCredentials)

	// The wait ends; the next failure doubles it; the right password ends all.
	b.pass(a.FirstBlock)
	_, err = b.signIn(delegate, password(t))
	want(t, err, access.CodeUnauthorized, access.HintCredentials)
	_, err = b.signIn(delegate, pw)
	want(t, err, access.CodeThrottled, "")
	b.pass(2 * a.FirstBlock)
	if _, err = b.signIn(delegate, pw); err != nil {
		t.Fatal(err)
	}
	for range a.LoginFailures - 1 {
		_, err = b.signIn(delegate, password(t))
		want(t, err, access.CodeUnauthorized, access.HintCredentials)
	}
	if _, err = b.signIn(delegate, pw); err != nil {
		t.Fatalf("after a success the count begins anew: %v", err)
	}
}

func TestSignIn_limitsOfAnAddress(t *testing.T) {
	a := settings()
	a.AddressFailures = 4
	b := newBench(t, a)
	from := func(address, login string) error {
		_, err := b.SignIn(t.Context(), Visit{Address: address}, b.form(login, password(t)))
		return err
	}
	for i, login := range []string{"CC1", "CC2", "CC3", "CC4"} {
		want(t, from([]string{"2001:db8:1:2::1", "2001:db8:1:2::ffff"}[i%2], login), access.CodeUnauthorized, access.HintCredentials)
	}
	want(t, from("2001:db8:1:2:abcd::9", "CC5"), access.CodeThrottled, "")
	want(t, from("2001:db8:1:3::1", "CC5"), access.CodeUnauthorized, access.HintCredentials)
}

func TestSignIn_parallelGuessesAreCounted(t *testing.T) {
	a := settings()
	b := newBench(t, a)
	b.delegate(ana, password(t))
	forms := make([]wire.SignIn, 20)
	for i := range forms {
		forms[i] = b.form(delegate, password(t))
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	looked := 0
	for _, f := range forms {
		wg.Go(func() {
			_, err := b.SignIn(context.WithoutCancel(t.Context()), visit, f)
			if access.CodeOf(err) == access.CodeUnauthorized {
				mu.Lock()
				looked++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if looked != a.LoginFailures {
		t.Fatalf("%d passwords were looked at, want %d", looked, a.LoginFailures)
	}
}

func TestSweep(t *testing.T) {
	a := settings()
	b := newBench(t, a)
	pw := password(t)
	b.delegate(ana, pw)
	in, err := b.signIn(delegate, pw)
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.signIn("CC1", pw)
	want(t, err, access.CodeUnauthorized, access.HintCredentials)
	failures := func() (n int) {
		t.Helper()
		err := b.store.Read(t.Context(), func(tx *store.Tx) error {
			got, err := tx.Attempts(loginSubject("CC1", visit.Address))
			n = got.Failures
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	sweep := func() {
		t.Helper()
		if err := b.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	sweep()
	if _, err := b.Session(t.Context(), in.Token); err != nil || failures() != 1 {
		t.Errorf("swept what still counts: %v, %d failures", err, failures())
	}
	b.pass(a.SessionIdle)
	sweep()
	err = b.store.Read(t.Context(), func(tx *store.Tx) error {
		hash := sha256.Sum256([]byte(in.Token))
		_, _, err := tx.Session(hash[:])
		return err
	})
	if !errors.Is(err, store.ErrNotFound) || failures() != 0 {
		t.Errorf("left: session %v, %d failures", err, failures())
	}
}

func TestBlock_neverForEver(t *testing.T) {
	for doublings, want := range []time.Duration{time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 15 * time.Minute, 15 * time.Minute} {
		if got := block(time.Minute, 15*time.Minute, doublings); got != want {
			t.Errorf("%d doublings: %s, want %s", doublings, got, want)
		}
	}
	if got := block(time.Minute, 15*time.Minute, 1<<40); got != 15*time.Minute {
		t.Errorf("after many: %s", got)
	}
}
