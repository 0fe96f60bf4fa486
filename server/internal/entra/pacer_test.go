package entra

import (
	"context"
	"errors"
	"flag"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

var pacerSeed = flag.Uint64("pacer-seed", 0, "seed of the random arrivals; 0 draws one")

// left are the instants writes left at, in order.
type left struct {
	mu  sync.Mutex
	all []time.Time
}

func (l *left) add() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, time.Now())
}

// worst is the most writes in any span of that length.
func (l *left) worst(span time.Duration) (most int) {
	from := 0
	for to, at := range l.all {
		for !at.Before(l.all[from].Add(span)) {
			from++
		}
		most = max(most, to-from+1)
	}
	return most
}

// TestPacer_neverFillsAWindow sends writes in random crowds, with lulls between,
// of people and of queues: no 150 s ever hold as many as Graph takes, and a
// queue that never ends is not slowed down either.
func TestPacer_neverFillsAWindow(t *testing.T) {
	seed := *pacerSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	for n := range uint64(6) {
		synctest.Test(t, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, n))
			p, cfg, out := NewPacer(DefaultWritesPerWindow), &Config{Clock: time.Now, Sleep: Sleep}, &left{}
			var all sync.WaitGroup
			writes := 0
			for range 40 {
				crowd := rng.IntN(400)
				writes += crowd
				for range crowd {
					ctx := t.Context()
					if rng.IntN(8) == 0 {
						ctx = Interactive(ctx)
					}
					lag := time.Duration(rng.Int64N(int64(2 * time.Second)))
					all.Go(func() {
						time.Sleep(lag)
						if err := p.wait(ctx, cfg, true); err != nil {
							t.Error(err)
						}
						out.add()
					})
				}
				time.Sleep(time.Duration(rng.Int64N(int64(30 * time.Second))))
			}
			all.Wait()
			if most := out.worst(GraphWindow); most > GraphWindowWrites-burst {
				t.Errorf("seed %d, %d: %d writes within 150 s, want at most %d", seed, n, most, GraphWindowWrites-burst)
			}
			if most := out.worst(time.Second); most > 2*burst+1 {
				t.Errorf("seed %d, %d: %d writes within a second", seed, n, most)
			}
			if len(out.all) != writes || p.Stats().Writes != writes {
				t.Errorf("seed %d, %d: %d writes left, %+v, want %d", seed, n, len(out.all), p.Stats(), writes)
			}
		})
	}
}

// TestPacer_keepsTheRate: a queue leaves at an even 19.5 writes a second.
func TestPacer_keepsTheRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, cfg := NewPacer(DefaultWritesPerWindow), &Config{Clock: time.Now, Sleep: Sleep}
		start := time.Now()
		for range burst + DefaultWritesPerWindow {
			if err := p.wait(t.Context(), cfg, true); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(start); took < GraphWindow-time.Second || took > GraphWindow+time.Second {
			t.Errorf("took %s, want %s: a burst at once, then the window's writes", took, GraphWindow)
		}
	})
}

// TestPacer_peopleFirst: a person's write does not wait for a country's queue.
func TestPacer_peopleFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, cfg, out := NewPacer(DefaultWritesPerWindow), &Config{Clock: time.Now, Sleep: Sleep}, &left{}
		var all sync.WaitGroup
		for range 1000 {
			all.Go(func() {
				if err := p.wait(t.Context(), cfg, true); err != nil {
					t.Error(err)
				}
				out.add()
			})
		}
		time.Sleep(5 * time.Second)
		for range 10 {
			start := time.Now()
			if err := p.wait(Interactive(t.Context()), cfg, true); err != nil {
				t.Error(err)
			}
			if took := time.Since(start); took > 200*time.Millisecond {
				t.Errorf("a person waited %s behind a queue", took)
			}
			out.add()
		}
		all.Wait()
		want := time.Duration(1000+10-burst) * p.gap
		if took := out.all[len(out.all)-1].Sub(out.all[0]); took < want-time.Second || took > want+time.Second {
			t.Errorf("all of it took %s, want %s", took, want)
		}
		if !slices.IsSortedFunc(out.all, time.Time.Compare) {
			t.Error("the clock ran backwards")
		}
	})
}

func TestPacer_pause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, cfg := NewPacer(DefaultWritesPerWindow), &Config{Clock: time.Now, Sleep: Sleep}
		start := time.Now()
		p.Pause(start, start.Add(time.Minute))
		p.Pause(start, start.Add(time.Second)) // does not shorten it
		if err := p.wait(t.Context(), cfg, false); err != nil || time.Since(start) != time.Minute {
			t.Errorf("a read waited %s, %v, want the pause of a minute", time.Since(start), err)
		}
		if got := p.Stats(); got.Throttled != 2 || got.Paused != time.Minute || got.Writes != 0 {
			t.Errorf("stats %+v", got)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := p.wait(ctx, cfg, true); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want cancelled", err)
		}
	})
}
