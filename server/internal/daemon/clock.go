package daemon

import (
	"context"
	"time"

	"llavero/server/internal/store"
	"llavero/shared/access"
)

// What is made of a clock that was moved.
const (
	clockMoved = time.Minute     // less is put right without a word
	oldLease   = 2 * time.Minute // of a job whose lease began in the future
	oldWait    = 24 * time.Hour  // of a job tried before, when nobody saw the clock move
)

// watchClock sees the clock set back, against the machine's own that only goes
// forward, and brings back what would wait for the time to come again: waits
// after wrong passwords, officers' leases, the worker's jobs. What a clock that
// was ahead left before this start is brought back first.
func (s *Server) watchClock(ctx context.Context) error {
	clock, wall := s.clock().Round(0), s.health.wall() // without the reading that is never set
	err := s.boundTimes(ctx, oldWait)
	return every(ctx, func() (time.Duration, error) {
		nowClock, nowWall := s.clock().Round(0), s.health.wall()
		moved := nowClock.Sub(clock) - nowWall.Sub(wall)
		if moved.Abs() >= clockMoved {
			if moved < 0 {
				err = s.boundTimes(ctx, 0)
			}
			s.log.WarnContext(ctx, "the clock was moved", "by", moved.Round(time.Second))
		} else if err != nil { // the last try
			err = s.boundTimes(ctx, 0)
		}
		clock, wall = nowClock, nowWall
		return beatEvery, err
	}, s.log)
}

// boundTimes brings back what ends later than it can.
func (s *Server) boundTimes(ctx context.Context, longest time.Duration) error {
	if err := s.auth.Sweep(ctx); err != nil {
		return err
	}
	return s.store.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.BoundTaken(tx.Now().Add(access.LeaseTime)); err != nil {
			return err
		}
		_, err := tx.BoundJobs(tx.Now().Add(longest), max(s.cfg.Provision.Lease, oldLease))
		return err
	})
}
