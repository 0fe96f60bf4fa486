package worker

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"llavero/server/internal/store"
	"llavero/shared/journal"
)

// runner is a Runner made of two functions that counts what it is asked.
type runner struct {
	run  func(ctx context.Context, job store.Job) error
	park func(ctx context.Context, job store.Job, cause error) error

	mu     sync.Mutex
	ran    []string
	parked []string
}

func (r *runner) Run(ctx context.Context, job store.Job) error {
	r.mu.Lock()
	r.ran = append(r.ran, job.Subject)
	r.mu.Unlock()
	return r.run(ctx, job)
}

func (r *runner) Park(ctx context.Context, job store.Job, cause error) error {
	if r.park != nil {
		if err := r.park(ctx, job, cause); err != nil {
			return err
		}
	}
	r.mu.Lock()
	r.parked = append(r.parked, job.Subject+": "+cause.Error())
	r.mu.Unlock()
	return nil
}

func (r *runner) seen() (ran, parked []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.ran), slices.Clone(r.parked)
}

const kind = "test"

// inBubble runs fn with a database and virtual time.
func inBubble(t *testing.T, fn func(t *testing.T, ctx context.Context, db *store.DB)) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "llavero.db")
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		db, err := store.Open(ctx, path, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		fn(t, ctx, db)
		cancel()
		synctest.Wait()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
}

func newWorker(db *store.DB, r Runner) *Worker {
	return New(db, map[string]Runner{kind: r}, Config{
		Slots: 2, Lease: time.Minute, Attempts: 3, FirstWait: 4 * time.Second, LongestWait: 10 * time.Second,
		Clock: time.Now, Jitter: func() float64 { return 1 },
	})
}

func enqueue(t *testing.T, ctx context.Context, db *store.DB, subjects ...string) {
	t.Helper()
	err := db.Write(ctx, func(tx *store.Tx) error {
		for _, s := range subjects {
			if err := tx.Enqueue(store.Job{ID: "job-" + s, Kind: kind, Subject: s}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func jobOf(t *testing.T, ctx context.Context, db *store.DB, subject string) (job store.Job, due bool) {
	t.Helper()
	err := db.Read(ctx, func(tx *store.Tx) (err error) {
		if job, err = tx.Job("job-" + subject); err != nil {
			return err
		}
		_, due, err = tx.NextJobAt([]string{kind})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return job, due
}

func TestRun_doesWhatComes(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context, db *store.DB) {
		var now, most int
		var mu sync.Mutex
		r := &runner{run: func(context.Context, store.Job) error {
			mu.Lock()
			now++
			most = max(most, now)
			mu.Unlock()
			time.Sleep(time.Second)
			mu.Lock()
			now--
			mu.Unlock()
			return nil
		}}
		enqueue(t, ctx, db, "before")
		go func() { _ = newWorker(db, r).Run(ctx) }()
		start := time.Now()
		time.Sleep(2 * time.Second)
		enqueue(t, ctx, db, "a", "b", "c", "d") // wakes it
		time.Sleep(2500 * time.Millisecond)
		synctest.Wait()
		ran, parked := r.seen()
		if len(ran) != 5 || len(parked) != 0 || most != 2 {
			t.Errorf("after %s: ran %v, parked %v, %d at once; want all five, two at once", time.Since(start), ran, parked, most)
		}
		if _, due := jobOf(t, ctx, db, "d"); due {
			t.Error("a job is left")
		}
	})
}

func TestRun_backsOffThenParks(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context, db *store.DB) {
		var at []time.Duration
		start := time.Now()
		r := &runner{run: func(context.Context, store.Job) error {
			at = append(at, time.Since(start).Round(time.Second))
			return errors.New("no luck")
		}}
		enqueue(t, ctx, db, "x")
		go func() { _ = newWorker(db, r).Run(ctx) }()
		time.Sleep(time.Hour)
		synctest.Wait()
		_, parked := r.seen()
		if want := []time.Duration{0, 4 * time.Second, 12 * time.Second}; !slices.Equal(at, want) {
			t.Errorf("tried at %v, want %v", at, want)
		}
		if !slices.Equal(parked, []string{"x: no luck"}) {
			t.Errorf("parked %v, want it once, with the reason", parked)
		}
		if job, due := jobOf(t, ctx, db, "x"); due || job.LastError != "no luck" {
			t.Errorf("due %t, last error %q: want it set aside with the reason", due, job.LastError)
		}
	})
}

func TestRun_laterFinalAndPanic(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context, db *store.DB) {
		start := time.Now()
		var laterAt time.Duration
		r := &runner{run: func(_ context.Context, job store.Job) error {
			switch {
			case job.Subject == "final":
				return fmt.Errorf("wrapped: %w", Final(errors.New("refused")))
			case job.Subject == "panic":
				panic("oops")
			case job.Attempts == 1:
				return Later(5*time.Minute, errors.New("throttled"))
			}
			laterAt = time.Since(start).Round(time.Second)
			return nil
		}}
		enqueue(t, ctx, db, "final", "panic", "later")
		go func() { _ = newWorker(db, r).Run(ctx) }()
		time.Sleep(time.Hour)
		synctest.Wait()
		ran, parked := r.seen()
		slices.Sort(parked)
		if want := []string{"final: wrapped: refused", "panic: " + journal.ErrPanic.Error()}; !slices.Equal(parked, want) {
			t.Errorf("parked %v, want %v", parked, want)
		}
		if n := len(ran); n != 1+3+2 {
			t.Errorf("ran %v, want final once, panic three times, later twice", ran)
		}
		if laterAt != 5*time.Minute {
			t.Errorf("the throttled job came back after %s, want the asked-for 5 min", laterAt)
		}
	})
}

func TestRun_leaseIsKeptWhileItRuns(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context, db *store.DB) {
		r := &runner{run: func(ctx context.Context, _ store.Job) error {
			select {
			case <-ctx.Done():
			case <-time.After(10 * time.Minute):
			}
			return ctx.Err()
		}}
		enqueue(t, ctx, db, "long")
		go func() { _ = newWorker(db, r).Run(ctx) }()
		go func() { _ = newWorker(db, r).Run(ctx) }()
		time.Sleep(time.Hour)
		synctest.Wait()
		if ran, parked := r.seen(); len(ran) != 1 || len(parked) != 0 {
			t.Errorf("ran %v, parked %v: want ten leases long, by one worker, once", ran, parked)
		}
	})
}

func TestRun_killedJobIsClaimedAgain(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context, db *store.DB) {
		enqueue(t, ctx, db, "x")
		// An earlier life claimed it and was killed: nothing but the lease is left.
		if job, err := newWorker(db, &runner{}).claim(ctx); err != nil || job == nil {
			t.Fatalf("claim: %v, %v", job, err)
		}
		start := time.Now()
		var at time.Duration
		r := &runner{run: func(context.Context, store.Job) error { at = time.Since(start); return nil }}
		go func() { _ = newWorker(db, r).Run(ctx) }()
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if at < time.Minute || at > time.Minute+2*shortestNap {
			t.Errorf("ran again after %s, want when the lease ended", at)
		}
	})
}

func TestRun_stopGivesTheJobBack(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context, db *store.DB) {
		r := &runner{run: func(ctx context.Context, _ store.Job) error { <-ctx.Done(); return ctx.Err() }}
		enqueue(t, ctx, db, "x")
		life, stop := context.WithCancel(ctx)
		ended := make(chan error)
		go func() { ended <- newWorker(db, r).Run(life) }()
		time.Sleep(time.Second)
		stop()
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		job, err := newWorker(db, r).claim(ctx)
		if err != nil || job == nil || job.Subject != "x" {
			t.Errorf("claim after the stop: %v, %v; want the job at once", job, err)
		}
		if _, parked := r.seen(); len(parked) != 0 {
			t.Errorf("parked %v by a stop", parked)
		}
	})
}

func TestRun_jobClosedByAnotherIsCancelled(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context, db *store.DB) {
		var cause error
		r := &runner{run: func(ctx context.Context, _ store.Job) error {
			<-ctx.Done()
			cause = context.Cause(ctx)
			return ctx.Err()
		}}
		enqueue(t, ctx, db, "x")
		go func() { _ = newWorker(db, r).Run(ctx) }()
		time.Sleep(time.Second)
		if err := db.Write(ctx, func(tx *store.Tx) error { return tx.FinishJob("job-x") }); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if !errors.Is(cause, ErrLeaseLost) {
			t.Errorf("cause %v, want ErrLeaseLost", cause)
		}
		if ran, parked := r.seen(); len(ran) != 1 || len(parked) != 0 {
			t.Errorf("ran %v, parked %v, want once and not parked", ran, parked)
		}
	})
}

func TestRun_parkThatFailsIsTriedAgain(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context, db *store.DB) {
		fails := 1
		r := &runner{
			run: func(context.Context, store.Job) error { return Final(errors.New("no")) },
			park: func(context.Context, store.Job, error) error {
				if fails--; fails >= 0 {
					return errors.New("disk full")
				}
				return nil
			},
		}
		enqueue(t, ctx, db, "x")
		go func() { _ = newWorker(db, r).Run(ctx) }()
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if _, parked := r.seen(); len(parked) != 1 {
			t.Errorf("parked %v, want it once the disk has room", parked)
		}
	})
}

func TestRun_crashLoopIsParked(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context, db *store.DB) {
		r := &runner{run: func(context.Context, store.Job) error { return nil }}
		w := newWorker(db, r)
		enqueue(t, ctx, db, "x")
		for range crashes * w.cfg.Attempts { // each claimed by a life that ended in the middle
			if job, err := w.claim(ctx); err != nil || job == nil {
				t.Fatalf("claim: %v, %v", job, err)
			}
			time.Sleep(2 * time.Minute)
		}
		if _, err := w.RunDue(ctx); err != nil {
			t.Fatal(err)
		}
		if ran, parked := r.seen(); len(ran) != 0 || len(parked) != 1 {
			t.Errorf("ran %v, parked %v: want it parked without another run", ran, parked)
		}
	})
}
