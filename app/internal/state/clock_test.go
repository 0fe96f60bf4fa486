package state

import (
	"testing"
	"time"
)

// A clock that is wrong is put right by the server's; one that is a little off is
// left, and a server that does not say the time changes nothing.
func TestClock_isPutRight(t *testing.T) {
	here := time.Date(2026, 9, 16, 15, 0, 0, 0, time.UTC)
	m := New(Deps{Clock: func() time.Time { return here }})
	for _, c := range []struct {
		server time.Time
		want   time.Duration // of what is counted with, from here
	}{
		{time.Time{}, 0},
		{here.Add(90 * time.Second), 0},
		{here.Add(20 * time.Hour), 20 * time.Hour},
		{time.Time{}, 20 * time.Hour},
		{here.Add(-24 * time.Hour), -24 * time.Hour},
		{here.Add(-time.Second), 0},
	} {
		m.setClock(c.server)
		if got := m.Clock().Sub(here); got != c.want {
			t.Errorf("the server says %v: %v from here, want %v", c.server, got, c.want)
		}
		if got := m.here(m.Clock()); !got.Equal(here) {
			t.Errorf("the server says %v: requests would tell %v, and say that it is %v", c.server, got, here)
		}
	}
}
