package kit

import (
	"time"

	"fyne.io/fyne/v2"
)

// OnUI runs something on the UI goroutine. Tests, whose driver runs it where it
// is called, put a lock around it.
var OnUI = fyne.Do

// Countdown calls tick on the UI goroutine once a second with the seconds left,
// from the full count down to 0, and then done. Start it anew as often as
// needed; Stop ends it without done.
type Countdown struct {
	timer *time.Timer
	run   int // which start a tick belongs to
	left  int
	tick  func(left int)
	done  func()
}

// Start counts from seconds; tick is called at once. Either function may be nil.
func (c *Countdown) Start(seconds int, tick func(left int), done func()) {
	c.Stop()
	c.left, c.tick, c.done = seconds, tick, done
	if tick != nil {
		tick(seconds)
	}
	c.arm()
}

func (c *Countdown) arm() {
	run := c.run
	c.timer = time.AfterFunc(time.Second, func() {
		OnUI(func() { c.second(run) })
	})
}

func (c *Countdown) second(run int) {
	if run != c.run || c.timer == nil {
		return // stopped or started anew meanwhile
	}
	c.left--
	if c.tick != nil {
		c.tick(max(c.left, 0))
	}
	if run != c.run || c.timer == nil {
		return // tick stopped it
	}
	if c.left > 0 {
		c.arm()
		return
	}
	c.timer = nil
	c.run++
	if c.done != nil {
		c.done()
	}
}

// Stop ends the count without calling done.
func (c *Countdown) Stop() {
	c.run++
	if c.timer != nil {
		c.timer.Stop()
		c.timer = nil
	}
}

// IsRunning reports whether it counts.
func (c *Countdown) IsRunning() bool { return c.timer != nil }

// Left returns the seconds left of a running count.
func (c *Countdown) Left() int {
	if c.timer == nil {
		return 0
	}
	return c.left
}
