package auth

import (
	"testing"
	"time"

	"llavero/shared/access"
)

// A clock that was ahead and is put right keeps no session alive for as long as
// it was, and one put back by an hour, as by mistake of the zone, ends nobody's.
func TestSession_clockSetBack(t *testing.T) {
	for _, c := range []struct {
		back  time.Duration
		lives bool
	}{{time.Second, true}, {time.Hour, true}, {24 * time.Hour, false}, {365 * 24 * time.Hour, false}} {
		b := newBench(t, settings())
		pw := password(t)
		b.delegate(ana, pw)
		in, err := b.signIn(delegate, pw)
		if err != nil {
			t.Fatal(err)
		}
		b.pass(-c.back)
		if _, err = b.Session(t.Context(), in.Token); c.lives != (err == nil) {
			t.Errorf("back by %v: %v", c.back, err)
		} else if !c.lives {
			want(t, err, access.CodeUnauthorized, "")
		}
		if in, err = b.signIn(delegate, pw); err != nil {
			t.Fatalf("back by %v, nobody can sign in: %v", c.back, err)
		}
		b.pass(settings().SessionIdle - time.Second)
		if _, err := b.Session(t.Context(), in.Token); err != nil {
			t.Errorf("back by %v: a session of now ends early: %v", c.back, err)
		}
	}
}

// A session seen in the future is seen now as soon as it is used: what is left of
// it is idle time from here.
func TestSession_seenInTheFutureIsBroughtBack(t *testing.T) {
	a := settings()
	b := newBench(t, a)
	pw := password(t)
	b.delegate(ana, pw)
	in, err := b.signIn(delegate, pw)
	if err != nil {
		t.Fatal(err)
	}
	b.pass(-time.Hour)
	if _, err := b.Session(t.Context(), in.Token); err != nil {
		t.Fatal(err)
	}
	b.pass(a.SessionIdle)
	_, err = b.Session(t.Context(), in.Token)
	want(t, err, access.CodeUnauthorized, "")
}
