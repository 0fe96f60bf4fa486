package entra

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// DefaultWritesPerSecond stays below Graph's 20 writes a second for one
// application in one tenant.
const DefaultWritesPerSecond = 15

// Pacer is a bucket of writes. All clients of one provisioning application
// share it. Safe for concurrent use.
type Pacer struct {
	limit *rate.Limiter

	mu     sync.Mutex
	paused time.Time // nothing leaves before
}

// NewPacer allows writes a second on average, and burst at once.
func NewPacer(writes float64, burst int) *Pacer {
	return &Pacer{limit: rate.NewLimiter(rate.Limit(writes), max(burst, 1))}
}

// Pause keeps everything back until then; an earlier pause is not shortened.
func (p *Pacer) Pause(until time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if until.After(p.paused) {
		p.paused = until
	}
}

// wait blocks until a call may leave: reads wait for the end of a pause only,
// writes also take their turn in the bucket.
func (p *Pacer) wait(ctx context.Context, cfg *Config, write bool) error {
	if write {
		now := cfg.Clock()
		turn := p.limit.ReserveN(now, 1)
		if err := cfg.Sleep(ctx, turn.DelayFrom(now)); err != nil {
			turn.CancelAt(cfg.Clock())
			return err
		}
	}
	for {
		p.mu.Lock()
		left := p.paused.Sub(cfg.Clock())
		p.mu.Unlock()
		if left <= 0 {
			return ctx.Err()
		}
		if err := cfg.Sleep(ctx, left); err != nil {
			return err
		}
	}
}
