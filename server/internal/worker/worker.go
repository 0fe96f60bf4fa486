// Package worker runs the jobs that acts leave behind: claim, run, record. It
// knows no kind of job; a Runner does.
//
// A claim is a lease, renewed while the job runs. A worker that dies leaves the
// lease to end and another claims the job again, so every Runner finds its work
// half done now and then and must be repeatable. A job is never deleted on
// failure: it waits, longer each time, and when its attempts are used up its
// Runner parks it with the reason.
//
// Concurrency: Run is called once. It starts one goroutine a job, up to Slots,
// and ends when all have. Jobs that people wait for (mail) deserve a Worker of
// their own, so that slow kinds do not fill its slots. Leases of an earlier life
// of the only server are dropped by who starts the workers (store.Tx.DropLeases),
// before they start.
package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"llavero/server/internal/store"
	"llavero/shared/journal"
)

// Runner does the jobs of one kind. Its methods run in several goroutines at
// once, for different jobs.
type Runner interface {
	// Run does the job, or what is left of it. nil: done. An error made by Later,
	// Postponed or Final says when to go on; any other is tried again after a back-off. It
	// stops soon when ctx ends.
	Run(ctx context.Context, job store.Job) error
	// Park hands the job's subject to people, with the reason. The job itself is
	// parked after it.
	Park(ctx context.Context, job store.Job, cause error) error
}

// Config bounds a Worker. The zero value of a field with a default takes it.
type Config struct {
	Slots       int           // jobs at the same time; default 2
	Lease       time.Duration // without a sign of life; default 2 min
	Attempts    int           // before a failing job is parked; default 4
	FirstWait   time.Duration // after the first failure, before jitter; default 5 s
	LongestWait time.Duration // default 1 min

	Clock  func() time.Time // required
	Wall   func() time.Time // the machine's own, for IsAlive; default Clock
	Jitter func() float64   // in [0,1); default math/rand
	Log    *slog.Logger     // default: none
}

// Worker claims and runs jobs of the kinds it has a Runner for.
type Worker struct {
	db      *store.DB
	runners map[string]Runner
	kinds   []string
	cfg     Config
	pulse   atomic.Int64 // Unix seconds of the last look for jobs
	busy    atomic.Int64 // jobs running
}

// New makes a Worker.
func New(db *store.DB, runners map[string]Runner, cfg Config) *Worker {
	if cfg.Slots == 0 {
		cfg.Slots = 2
	}
	if cfg.Lease == 0 {
		cfg.Lease = 2 * time.Minute
	}
	if cfg.Attempts == 0 {
		cfg.Attempts = 4
	}
	if cfg.FirstWait == 0 {
		cfg.FirstWait = 5 * time.Second
	}
	if cfg.LongestWait == 0 {
		cfg.LongestWait = time.Minute
	}
	if cfg.Wall == nil {
		cfg.Wall = cfg.Clock
	}
	if cfg.Jitter == nil {
		cfg.Jitter = rand.Float64
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	w := &Worker{db: db, runners: runners, kinds: slices.Sorted(maps.Keys(runners)), cfg: cfg}
	w.pulse.Store(cfg.Wall().Unix())
	return w
}

type laterError struct {
	after time.Duration
	err   error
}

func (e *laterError) Error() string { return e.err.Error() }
func (e *laterError) Unwrap() error { return e.err }

// Later is the error of a job that must not be tried again before after.
func Later(after time.Duration, err error) error { return &laterError{after, err} }

type postponedError struct {
	after time.Duration
	err   error
}

func (e *postponedError) Error() string { return e.err.Error() }
func (e *postponedError) Unwrap() error { return e.err }

// Postponed is the error of a job that is tried again after exactly so long and
// uses up no attempt: its Runner says when it is given up.
func Postponed(after time.Duration, err error) error { return &postponedError{after, err} }

type finalError struct{ err error }

func (e *finalError) Error() string { return e.err.Error() }
func (e *finalError) Unwrap() error { return e.err }

// Final is the error of a job that trying again will not help: it is parked.
func Final(err error) error { return &finalError{err} }

// IsFinal reports an error made by Final.
func IsFinal(err error) bool { _, ok := errors.AsType[*finalError](err); return ok }

// IsPostponed reports an error made by Postponed.
func IsPostponed(err error) bool { _, ok := errors.AsType[*postponedError](err); return ok }

// ErrLeaseLost is the cause of a job's context when its lease ended before it
// could be renewed, or the job was closed by somebody else.
var ErrLeaseLost = errors.New("worker: the job's lease was lost")

// Kinds are the jobs it runs, sorted.
func (w *Worker) Kinds() []string { return w.kinds }

// IsAlive reports that it runs as many jobs as it may, or looked for one lately.
func (w *Worker) IsAlive(now time.Time) bool {
	return w.busy.Load() >= int64(w.cfg.Slots) || now.Sub(time.Unix(w.pulse.Load(), 0)) < 2*longestNap
}

// Run works until ctx ends and its jobs have stopped. It returns nil then.
func (w *Worker) Run(ctx context.Context) error {
	wake, cancel := w.db.Subscribe()
	defer cancel()
	var running sync.WaitGroup
	defer running.Wait()
	free := make(chan struct{}, w.cfg.Slots) // a slot came free: look again
	busy, failures := 0, 0
	for ctx.Err() == nil {
		w.pulse.Store(w.cfg.Wall().Unix())
		for busy < w.cfg.Slots {
			job, err := w.claim(ctx)
			if err != nil && ctx.Err() == nil {
				if failures++; failures == 1 { // one line for as long as it lasts
					w.cfg.Log.ErrorContext(ctx, "claim failed, tried again until it works", slog.Any("error", err))
				}
			} else if failures > 0 && err == nil {
				w.cfg.Log.InfoContext(ctx, "claim works again", slog.Int("failures", failures))
				failures = 0
			}
			if job == nil {
				break
			}
			busy++
			w.busy.Add(1)
			running.Go(func() {
				defer w.busy.Add(-1)
				w.one(ctx, *job)
				free <- struct{}{}
			})
		}
		if busy == w.cfg.Slots { // nothing can be claimed, whatever falls due
			select {
			case <-ctx.Done():
			case <-free:
				busy--
			}
			continue
		}
		nap := w.nap(ctx)
		if failures > 0 { // what is due stays due: wait for the database, not for it
			nap = min(max(nap, w.failedNap(failures)), longestNap)
		}
		timer := time.NewTimer(nap)
		select {
		case <-ctx.Done():
		case <-wake:
		case <-timer.C:
		case <-free:
			busy--
		}
		timer.Stop()
	}
	return nil
}

// RunDue claims and runs what is due, one job after another, until nothing is.
// It returns how many it ran; for tests and tools.
func (w *Worker) RunDue(ctx context.Context) (int, error) {
	for n := 0; ; n++ {
		if err := ctx.Err(); err != nil {
			return n, err
		}
		job, err := w.claim(ctx)
		if job == nil || err != nil {
			return n, err
		}
		w.one(ctx, *job)
	}
}

// The bounds of a nap: not so short that a job due but held makes a loop, not
// so long that a clock set back is noticed late.
const (
	shortestNap = 20 * time.Millisecond
	longestNap  = time.Minute
)

func (w *Worker) nap(ctx context.Context) time.Duration {
	wait := longestNap
	err := w.db.Read(ctx, func(tx *store.Tx) error {
		at, ok, err := tx.NextJobAt(w.kinds)
		if ok {
			wait = at.Sub(w.cfg.Clock())
		}
		return err
	})
	if err != nil && ctx.Err() == nil {
		w.cfg.Log.ErrorContext(ctx, "reading the next job failed", slog.Any("error", err))
		wait = w.cfg.FirstWait
	}
	return min(max(wait, shortestNap), longestNap)
}

// failedNap is how long to leave a database alone that takes no write: longer
// each time, and never so long that its return is noticed late.
func (w *Worker) failedNap(failures int) time.Duration {
	return min(shortestNap<<min(failures, 8), w.cfg.FirstWait)
}

func (w *Worker) claim(ctx context.Context) (job *store.Job, err error) {
	err = w.db.Write(ctx, func(tx *store.Tx) error {
		job, err = tx.ClaimJob(w.kinds, w.cfg.Lease)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("claim: %w", err)
	}
	return job, nil
}

// one runs a claimed job and records what became of it.
func (w *Worker) one(ctx context.Context, job store.Job) {
	ctx = journal.With(ctx, slog.String("jobId", job.ID), slog.String("jobKind", job.Kind), slog.String("subject", job.Subject), slog.Int("attempt", job.Attempts))
	log := w.cfg.Log
	runner := w.runners[job.Kind]
	run, cancel := context.WithCancelCause(ctx)
	stop := w.keepLease(run, job, cancel, log)
	err := journal.Guard(ctx, log, func() error {
		if job.Attempts > crashes*w.cfg.Attempts {
			return Final(errCrashLoop)
		}
		return runner.Run(run, job)
	})
	stop()
	lost := errors.Is(context.Cause(run), ErrLeaseLost)
	cancel(nil)
	if lost {
		log.WarnContext(ctx, "lease lost, job left to whoever has it")
		return
	}
	if ctx.Err() != nil && err != nil {
		w.release(ctx, job, log)
		return
	}
	if err = w.record(ctx, runner, job, err, log); err != nil && ctx.Err() == nil {
		log.ErrorContext(ctx, "recording a job failed, it runs again when its lease ends", slog.Any("error", err))
	}
}

// crashes times the allowed attempts is how often a job may be claimed without
// ever ending in an error: then it is what brings the server down.
const crashes = 5

var errCrashLoop = errors.New("worker: the job was started too often without an end")

func (w *Worker) record(ctx context.Context, runner Runner, job store.Job, err error, log *slog.Logger) error {
	if err == nil {
		return w.db.Write(ctx, func(tx *store.Tx) error { return tx.FinishJob(job.ID) })
	}
	if put, ok := errors.AsType[*postponedError](err); ok {
		log.InfoContext(ctx, "job postponed", slog.Duration("wait", put.after), slog.Any("error", err))
		return w.db.Write(ctx, func(tx *store.Tx) error {
			return tx.PostponeJob(job.ID, tx.Now().Add(put.after), err.Error())
		})
	}
	final, _ := errors.AsType[*finalError](err)
	if final == nil && job.Attempts < w.cfg.Attempts {
		wait := w.backOff(job.Attempts)
		if later, ok := errors.AsType[*laterError](err); ok {
			wait = max(wait, later.after)
		}
		log.InfoContext(ctx, "job waits", slog.Duration("wait", wait), slog.Any("error", err))
		return w.db.Write(ctx, func(tx *store.Tx) error {
			return tx.RetryJob(job.ID, tx.Now().Add(wait), err.Error())
		})
	}
	log.WarnContext(ctx, "job parked", slog.Any("error", err))
	if parkErr := journal.Guard(ctx, log, func() error { return runner.Park(ctx, job, err) }); parkErr != nil {
		return fmt.Errorf("park: %w", parkErr)
	}
	return w.db.Write(ctx, func(tx *store.Tx) error { return tx.ParkJob(job.ID, err.Error()) })
}

// backOff doubles from FirstWait to LongestWait, with full jitter.
func (w *Worker) backOff(attempt int) time.Duration {
	top := min(float64(w.cfg.LongestWait), float64(w.cfg.FirstWait)*math.Pow(2, float64(attempt-1)))
	return time.Duration(top * w.cfg.Jitter())
}

// release gives a job back at an asked-for stop, so that the next start does
// not wait for the lease to end. A database closed already keeps the lease.
func (w *Worker) release(ctx context.Context, job store.Job, log *slog.Logger) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	err := w.db.Write(ctx, func(tx *store.Tx) error { return tx.RetryJob(job.ID, tx.Now(), "stopped") })
	if err != nil {
		log.DebugContext(ctx, "job keeps its lease", slog.Any("error", err))
	}
}

// keepLease renews the lease until stop is called, and cancels the job when it
// cannot.
func (w *Worker) keepLease(ctx context.Context, job store.Job, cancel context.CancelCauseFunc, log *slog.Logger) (stop func()) {
	ctx, end := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(w.cfg.Lease / 3)
		defer tick.Stop()
		until := job.LeasedUntil
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			now := w.cfg.Clock()
			err := w.db.Write(ctx, func(tx *store.Tx) error { return tx.ExtendLease(job.ID, w.cfg.Lease) })
			switch {
			case err == nil:
				until = now.Add(w.cfg.Lease)
			case ctx.Err() != nil:
				return
			case errors.Is(err, store.ErrNotFound) || !now.Before(until):
				cancel(ErrLeaseLost)
				return
			default:
				log.WarnContext(ctx, "renewing a lease failed", slog.Any("error", err))
			}
		}
	}()
	return func() { end(); <-done }
}
