package entraemu

import (
	"math"
	"net/http"
	"strconv"
	"time"
)

// window is a sliding window of Graph writes: one more is taken when fewer than
// the limit were taken in the span before it. So no span of that length ever
// holds more than the limit, and a client that passes here passes a fixed
// window or a bucket of the same numbers too. Guarded by Emulator.mu.
type window struct {
	taken []time.Time // oldest first
}

// wait is how long until one more write fits; zero when it does now.
func (w *window) wait(now time.Time, writes int, span time.Duration) time.Duration {
	left := 0
	for left < len(w.taken) && !now.Before(w.taken[left].Add(span)) {
		left++
	}
	w.taken = w.taken[left:]
	if over := len(w.taken) - writes; over >= 0 {
		return w.taken[over].Add(span).Sub(now)
	}
	return 0
}

// limit is one of the limits a write is held against.
type limit struct {
	key    string // of Emulator.windows
	writes int    // 0: off
	span   time.Duration
	scope  string // as in x-ms-throttle-scope
}

// spend counts one write against the caller's window and the tenant's, or
// refuses it. A refused write counts against none. Sets the headers Graph sends
// near a limit and beyond it; mu is held.
func (e *Emulator) spend(client string, h http.Header) *graphError {
	t, now := e.knobs.Throttle, e.now()
	e.counters.Writes++
	var passed []*window
	worst := 0.0
	for _, l := range []limit{
		{"app " + client, t.AppWrites, time.Duration(t.AppWindow), "Tenant_Application"},
		{"tenant", t.TenantWrites, time.Duration(t.TenantWindow), "Tenant"},
	} {
		if l.writes == 0 {
			continue
		}
		w := e.windows[l.key]
		if w == nil {
			w = &window{}
			e.windows[l.key] = w
		}
		if wait := w.wait(now, l.writes, l.span); wait > 0 {
			e.counters.Throttled++
			h.Set("x-ms-throttle-scope", l.scope+"/ReadWrite/"+client+"/"+e.cfg.Tenant)
			h.Set("x-ms-throttle-information", "WriteLimitExceeded")
			h.Set("x-ms-throttle-limit-percentage", "1.0")
			if t.NoRetryAfter {
				return tooMany(0)
			}
			return tooMany(int(math.Ceil(wait.Seconds())))
		}
		passed = append(passed, w)
		worst = max(worst, float64(len(w.taken)+1)/float64(l.writes))
	}
	for _, w := range passed {
		w.taken = append(w.taken, now)
	}
	if worst > nearLimit {
		h.Set("x-ms-throttle-limit-percentage", strconv.FormatFloat(worst, 'f', 1, 64))
	}
	return nil
}

// nearLimit is the share of a limit beyond which Graph says how much is used.
const nearLimit = 0.8

// Counters are what happened since the start or the last reset. Unlike the
// journal they forget nothing, so that a long run can show that it was never
// told to wait.
type Counters struct {
	Requests  int `json:"requests"`  // of every surface but the control API
	Writes    int `json:"writes"`    // Graph writes that reached the throttle
	Throttled int `json:"throttled"` // refused by the limits: 429
	Faulted   int `json:"faulted"`   // broken by a fault or by chance
	Tokens    int `json:"tokens"`    // given out
}

// Counters returns them.
func (e *Emulator) Counters() Counters {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.counters
}
