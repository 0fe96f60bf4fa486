package entra

import (
	"context"
	"sync"
	"time"
)

// Graph's limit of directory writes by one application in one tenant, and how
// much of it a server takes by default: 19.5 writes a second, which leaves room
// for what is on its way when a window ends, and for a restart.
const (
	GraphWindow            = 150 * time.Second
	GraphWindowWrites      = 3000
	DefaultWritesPerWindow = 2925
)

// burst is how many writes may leave at once after a quiet while: with a window
// at the default pace it stays well inside Graph's.
const burst = 20

// Pacer spaces the writes to Graph evenly, so that no window of Graph's is ever
// used up and nobody is told to come later. Writes that people wait for go
// first: one made under Interactive takes the next place, and those queued
// before it move back by one. All clients of one provisioning application share
// it. Safe for concurrent use.
type Pacer struct {
	gap time.Duration // between two writes

	mu      sync.Mutex
	next    time.Time     // first place nobody has
	nextNow time.Time     // likewise, among the writes that people wait for
	moved   time.Duration // by how much those queued were moved back, all told
	paused  time.Time     // nothing leaves before
	stats   PacerStats
}

// PacerStats is what a Pacer has seen since its start.
type PacerStats struct {
	Writes    int           // writes let through
	Throttled int           // answers that said 429
	Paused    time.Duration // asked for by such answers
}

// NewPacer allows so many writes in any GraphWindow, at an even pace; fewer than
// one is one.
func NewPacer(writesPerWindow int) *Pacer {
	return &Pacer{gap: GraphWindow / time.Duration(max(writesPerWindow, 1))}
}

type interactive struct{}

// Interactive returns a context whose writes go before those queued: a person
// waits for them.
func Interactive(ctx context.Context) context.Context {
	return context.WithValue(ctx, interactive{}, true)
}

// Stats tells what happened so far.
func (p *Pacer) Stats() PacerStats {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stats
}

// Pause keeps everything back until then, because Graph asked for it; an earlier
// pause is not shortened.
func (p *Pacer) Pause(now, until time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stats.Throttled++
	if until.After(p.paused) {
		p.stats.Paused += until.Sub(later(p.paused, now))
		p.paused = until
	}
}

// wait blocks until a call may leave: reads wait for the end of a pause only,
// writes also take their place in the queue.
func (p *Pacer) wait(ctx context.Context, cfg *Config, write bool) error {
	if write {
		if err := p.queue(ctx, cfg); err != nil {
			return err
		}
	}
	for {
		p.mu.Lock()
		left := p.paused.Sub(cfg.Clock())
		if left <= 0 && write {
			p.stats.Writes++
		}
		p.mu.Unlock()
		if left <= 0 {
			return ctx.Err()
		}
		if err := cfg.Sleep(ctx, left); err != nil {
			return err
		}
	}
}

// queue waits for a write's turn. A place that is given up by an order to stop
// stays empty: that is slower, never faster.
func (p *Pacer) queue(ctx context.Context, cfg *Config) error {
	first, _ := ctx.Value(interactive{}).(bool)
	place, moved := p.take(cfg.Clock(), first)
	for {
		if err := cfg.Sleep(ctx, place.Sub(cfg.Clock())); err != nil {
			return err
		}
		if first {
			return nil
		}
		p.mu.Lock()
		back := p.moved - moved
		moved = p.moved
		p.mu.Unlock()
		if back == 0 {
			return nil
		}
		place = place.Add(back)
	}
}

// take gives the next place away, and tells how far the queue had been moved
// back until then.
func (p *Pacer) take(now time.Time, first bool) (place time.Time, moved time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	idle := now.Add(-(burst - 1) * p.gap) // a quiet while saves up a burst and no more
	p.next = later(p.next, idle)
	if !first || !p.next.After(now) {
		place = p.next
		p.next = p.next.Add(p.gap)
		return place, p.moved
	}
	p.nextNow = later(p.nextNow, now.Add(p.gap))
	place = p.nextNow
	p.nextNow = p.nextNow.Add(p.gap)
	p.next = later(p.next.Add(p.gap), p.nextNow)
	p.moved += p.gap
	return place, p.moved
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
