package mail

import (
	"testing"
	"time"

	"llavero/server/internal/store"
	"llavero/server/internal/worker"
)

// While the mail server is down a code is tried for as long as it signs and a
// letter for three days; a refusal for good is the end at once.
func TestRunner_outage(t *testing.T) {
	start := time.Date(2026, 9, 16, 15, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name     string
		after    time.Duration // since the mail was written
		attempts int
		life     time.Duration // of what it says; 0: none
		forGood  bool
		gone     bool // given up
		own      bool // the worker's own wait
	}{
		{name: "a code, first try", attempts: 1, life: 10 * time.Minute, own: true},
		{name: "a code, five minutes on", after: 5 * time.Minute, attempts: 30, life: 10 * time.Minute},
		{name: "a code, at its end", after: 10*time.Minute - time.Second, attempts: 30, life: 10 * time.Minute, gone: true},
		{name: "a letter, a day on", after: 24 * time.Hour, attempts: 200},
		{name: "a letter, four days on", after: 96 * time.Hour, attempts: 200, gone: true},
		{name: "refused for good", attempts: 1, forGood: true, gone: true},
	} {
		notAfter := time.Time{}
		if c.life > 0 {
			notAfter = start.Add(c.life)
		}
		r := Runner{Clock: func() time.Time { return start.Add(c.after) }}
		err := r.judge(store.Job{Attempts: c.attempts, CreatedAt: start}, notAfter, &Error{Permanent: c.forGood, Reason: "dial"})
		if worker.IsFinal(err) != c.gone || worker.IsPostponed(err) != (!c.gone && !c.own) {
			t.Errorf("%s: %#v", c.name, err)
		}
	}
}
