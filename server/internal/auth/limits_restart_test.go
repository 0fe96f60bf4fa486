package auth

import (
	"errors"
	"strconv"
	"testing"
	"time"

	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// restart closes the database and opens the same file again.
func (b *bench) restart() {
	b.t.Helper()
	if err := b.store.Close(); err != nil {
		b.t.Fatal(err)
	}
	b.start(b.settings, b.box)
}

// Each kind of limit: used up, it holds after a restart, says how long to wait,
// and is over after that.
func TestLimits_surviveARestart(t *testing.T) {
	a := settings()
	a.AddressTries = 3
	a.AddressFailures = 1000
	for name, c := range map[string]struct {
		tries int
		wait  time.Duration
		// begin prepares, and gives the act that is counted.
		begin func(t *testing.T, b *bench) func() error
	}{
		"login": {a.LoginFailures, a.FirstBlock, func(t *testing.T, b *bench) func() error {
			return func() error { _, err := b.signIn(delegate, password(t)); return err }
		}},
		"login, from anywhere": {a.LoginFailuresAnywhere, a.FirstBlock, func(t *testing.T, b *bench) func() error {
			n := 0
			return func() error {
				n++
				_, err := b.SignIn(t.Context(), Visit{Address: "10.0." + strconv.Itoa(n%200) + ".1"}, b.form(delegate, password(t)))
				return err
			}
		}},
		"second factor": {a.LoginFailures, a.FirstBlock, func(t *testing.T, b *bench) func() error {
			pw := password(t)
			b.officer(pw)
			return func() error {
				in, err := b.signIn("CC9999000101", pw)
				if err != nil {
					t.Fatal(err)
				}
				_, err = b.second(in.Ticket, "000000")
				return err
			}
		}},
		"recovery codes": {a.LoginFailures, a.FirstBlock, func(t *testing.T, b *bench) func() error {
			pw := password(t)
			b.officer(pw)
			return func() error {
				in, err := b.signIn("CC9999000101", pw)
				if err != nil {
					t.Fatal(err)
				}
				_, err = b.SecondFactor(t.Context(), visit, wire.SecondFactor{Ticket: in.Ticket, RecoveryCode: "AAAA-AAAA-AAAA-AAAA"})
				return err
			}
		}},
		"own password": {a.LoginFailures, a.FirstBlock, func(t *testing.T, b *bench) func() error {
			pw := password(t)
			b.delegate(ana, pw)
			s := b.inside(delegate, pw)
			return func() error {
				_, err := b.BeginSecondFactor(t.Context(), visit, s, wire.BeginSecondFactor{Password: "no es esta clave"})
				return err
			}
		}},
		"images": {a.AddressTries, a.Window, func(t *testing.T, b *bench) func() error {
			return func() error { _, err := b.NewImage(t.Context(), visit, wire.NewImage{}); return err }
		}},
		"links": {linksPerHour, time.Hour, func(t *testing.T, b *bench) func() error {
			n := 0
			return func() error {
				n++ // from other addresses: the count is the login's
				v := Visit{Address: "10.1." + strconv.Itoa(n) + ".1"}
				m, err := b.NewImage(t.Context(), v, wire.NewImage{})
				if err != nil {
					t.Fatal(err)
				}
				_, err = b.Recover(t.Context(), v, wire.Recover{Login: delegate, Document: ana.Document, Image: wire.ImageAnswer{ID: m.ID, Code: imageCode}})
				return err
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, a)
			try := c.begin(t, b)
			for i := range c.tries {
				if err := try(); access.CodeOf(err) == access.CodeThrottled {
					t.Fatalf("refused at %d of %d: %v", i, c.tries, err)
				}
			}
			blocked := func() {
				t.Helper()
				err := try()
				want(t, err, access.CodeThrottled, "")
				e, _ := errors.AsType[*access.Error](err)
				if wait, err := strconv.Atoi(e.Args["wait"]); err != nil || wait < 1 || wait > int(c.wait/time.Second) {
					t.Fatalf("wait %q", e.Args["wait"])
				}
			}
			blocked()
			b.restart()
			blocked()
			b.pass(c.wait)
			if err := try(); access.CodeOf(err) == access.CodeThrottled {
				t.Errorf("locked out for longer than it was told: %v", err)
			}
		})
	}
}

// Who knows a login makes its owner wait neither from one address nor from many.
func TestLimits_aStrangerLocksNobodyOut(t *testing.T) {
	a := settings()
	b := newBench(t, a)
	pw := password(t)
	b.delegate(ana, pw)
	b.inside(delegate, pw) // the owner's network is known from now on
	guess := func(address string) error {
		_, err := b.SignIn(t.Context(), Visit{Address: address}, b.form(delegate, password(t)))
		return err
	}
	for range a.LoginFailures {
		want(t, guess("198.51.100.66"), access.CodeUnauthorized, access.HintCredentials)
	}
	want(t, guess("198.51.100.66"), access.CodeThrottled, "")
	if _, err := b.signIn(delegate, pw); err != nil {
		t.Fatalf("the owner waits for a stranger: %v", err)
	}
	for i := range a.LoginFailuresAnywhere + 5 {
		_ = guess("10.0." + strconv.Itoa(i) + ".1")
	}
	want(t, guess("10.9.9.9"), access.CodeThrottled, "")
	if _, err := b.signIn(delegate, pw); err != nil {
		t.Fatalf("the owner waits for many strangers: %v", err)
	}
	// From a network never seen, the owner waits at most LongestBlock.
	b.pass(a.LongestBlock)
	if _, err := b.SignIn(t.Context(), Visit{Address: "203.0.113.5"}, b.form(delegate, pw)); err != nil {
		t.Fatal(err)
	}
}

// A clock put back neither ends a wait before its time nor makes it last as long
// as the clock was put back: the sweep bounds it.
func TestLimits_clockPutBack(t *testing.T) {
	a := settings()
	b := newBench(t, a)
	pw := password(t)
	b.delegate(ana, pw)
	for range a.LoginFailures {
		_, err := b.signIn(delegate, password(t))
		want(t, err, access.CodeUnauthorized, access.HintCredentials)
	}
	b.pass(-30 * 24 * time.Hour)
	_, err := b.signIn(delegate, pw)
	want(t, err, access.CodeThrottled, "")
	if err := b.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err = b.signIn(delegate, pw)
	want(t, err, access.CodeThrottled, "")
	b.pass(a.LongestBlock - time.Second)
	_, err = b.signIn(delegate, pw)
	want(t, err, access.CodeThrottled, "")
	b.pass(time.Second)
	if _, err := b.signIn(delegate, pw); err != nil {
		t.Fatal(err)
	}
	// A window that was opened in a time to come is bounded too.
	err = b.store.Write(t.Context(), func(tx *store.Tx) error {
		return tx.SaveAttempts(store.Attempts{Subject: "x", Failures: 1, WindowUntil: tx.Now().Add(1000 * time.Hour)})
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	err = b.store.Read(t.Context(), func(tx *store.Tx) error {
		got, err := tx.Attempts("x")
		if got.WindowUntil.Sub(tx.Now()) > time.Hour {
			t.Errorf("window until %s", got.WindowUntil)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
