package delegate

import (
	"time"

	"fyne.io/fyne/v2"
)

// Beat calls tick once a second, on the UI goroutine, until stop is called.
type Beat func(tick func()) (stop func())

// everySecond is the Beat of the product. Its timer's goroutine touches nothing
// but the toolkit's queue.
func everySecond(tick func()) (stop func()) {
	running := true
	var timer *time.Timer
	timer = time.AfterFunc(time.Second, func() {
		fyne.Do(func() {
			if !running {
				return
			}
			timer.Reset(time.Second)
			tick()
		})
	})
	return func() {
		running = false
		timer.Stop()
	}
}

// ticker starts and stops a beat.
type ticker struct{ stop func() }

// run starts or stops it; nothing changes when it is so already. A nil beat
// never ticks.
func (t *ticker) run(on bool, beat Beat, tick func()) {
	switch {
	case on && t.stop == nil && beat != nil:
		t.stop = beat(tick)
	case !on && t.stop != nil:
		t.stop()
		t.stop = nil
	}
}
