package delegate

import (
	"sync"
	"time"

	"fyne.io/fyne/v2"
)

// Beat calls tick once a second, on the UI goroutine, until stop is called.
type Beat func(tick func()) (stop func())

// everySecond is the Beat of the product. Its timer's goroutine touches nothing
// but the toolkit's queue; the lock keeps a stop and a tick apart.
func everySecond(tick func()) (stop func()) {
	var lock sync.Mutex
	var timer *time.Timer
	running := true
	isRunning := func() bool {
		lock.Lock()
		defer lock.Unlock()
		return running
	}
	var arm func()
	arm = func() {
		lock.Lock()
		defer lock.Unlock()
		if !running {
			return // the tick stopped it
		}
		timer = time.AfterFunc(time.Second, func() {
			fyne.Do(func() {
				if isRunning() {
					tick()
					arm()
				}
			})
		})
	}
	arm()
	return func() {
		lock.Lock()
		defer lock.Unlock()
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
