package entraemu

import "time"

// clock is the emulator's time: the base clock moved by an offset, or stopped.
// Guarded by Emulator.mu.
type clock struct {
	base    func() time.Time
	offset  time.Duration
	stopped time.Time // not zero: the time stands here
}

func (c *clock) now() time.Time {
	if !c.stopped.IsZero() {
		return c.stopped
	}
	return c.base().Add(c.offset).UTC()
}

// now is the emulator's time; mu is held.
func (e *Emulator) now() time.Time { return e.clock.now() }

// Now is the emulator's time.
func (e *Emulator) Now() time.Time {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.now()
}

// SetClock stops the emulator's time at t; AdvanceClock moves it on from there.
// The zero time lets it run with the base clock again.
func (e *Emulator) SetClock(t time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.clock = standing(e.cfg.Clock, t)
}

// RunClockFrom lets the emulator's time run on from t, at the base clock's pace.
func (e *Emulator) RunClockFrom(t time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.clock = clock{base: e.cfg.Clock, offset: t.Sub(e.cfg.Clock())}
}

// standing is a clock that stands at t; it runs when t is zero.
func standing(base func() time.Time, t time.Time) clock {
	if t.IsZero() {
		return clock{base: base}
	}
	return clock{base: base, stopped: t.UTC()}
}

// AdvanceClock moves the emulator's time by d.
func (e *Emulator) AdvanceClock(d time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.clock.stopped.IsZero() {
		e.clock.offset += d
		return
	}
	e.clock.stopped = e.clock.stopped.Add(d)
}
