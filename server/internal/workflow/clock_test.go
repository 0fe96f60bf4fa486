package workflow

import (
	"testing"
	"time"

	"llavero/shared/access"
)

// A code that was sent while the clock was ahead signs nothing after it is put
// right, and makes nobody wait for that time to come.
func TestCode_clockSetBack(t *testing.T) {
	for _, back := range []time.Duration{time.Hour, 24 * time.Hour, 365 * 24 * time.Hour} {
		d := newDesk(t)
		id := d.create(ourCode).ID
		old := ""
		for range d.flow.policy.Codes.PerHour { // as many as an hour has
			old, _ = d.code(id)
			d.wait(4 * time.Minute)
		}
		d.wait(-back)
		refusal(t, d.ask(id, old), access.CodeExpired, access.HintCodeExpired)
		code, sent := d.code(id)
		if left := sent.ExpiresAt.Sub(d.clock()); left > d.flow.policy.Codes.Life {
			t.Errorf("back by %v: it lives for %v", back, left)
		}
		d.wait(back) // the time comes
		if err := d.ask(id, old); err == nil {
			t.Errorf("back by %v: the old code signs when its time comes", back)
		}
		d.wait(-back)
		if err := d.ask(id, code); err != nil {
			t.Errorf("back by %v: the new code: %v", back, err)
		}
	}
}

// A pause after too many wrong codes is not shortened by less than a clock that
// moved: within the longest there is, it stands.
func TestCode_pauseStands(t *testing.T) {
	d := newDesk(t)
	id := d.create(ourCode).ID
	code, _ := d.code(id)
	for range d.flow.policy.Codes.Failures {
		_ = d.ask(id, wrong(code))
	}
	_, err := d.send(id)
	refusal(t, err, access.CodeThrottled, access.HintResendWait)
	d.wait(-30 * time.Second)
	_, err = d.send(id)
	refusal(t, err, access.CodeThrottled, access.HintResendWait)
}
