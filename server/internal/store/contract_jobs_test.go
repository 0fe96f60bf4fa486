package store

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"
)

var bothKinds = []string{JobProvision, JobMail}

func (b *bench) claim(t testing.TB, lease time.Duration) (job *Job) {
	t.Helper()
	b.write(t, func(tx *Tx) (err error) {
		job, err = tx.ClaimJob(bothKinds, lease)
		return err
	})
	return job
}

func (b *bench) nextAt(t testing.TB) (at time.Time, some bool) {
	t.Helper()
	b.read(t, func(tx *Tx) (err error) {
		at, some, err = tx.NextJobAt(bothKinds)
		return err
	})
	return at, some
}

func contractJobs(t *testing.T, b *bench) {
	if b.claim(t, time.Minute) != nil {
		t.Error("claimed a job of an empty queue")
	}
	if _, some := b.nextAt(t); some {
		t.Error("an empty queue has a next job")
	}
	b.write(t, func(tx *Tx) error {
		return errors.Join(
			tx.Enqueue(Job{ID: "later", Kind: JobMail, Subject: "a", RunAfter: tx.Now().Add(time.Hour)}),
			tx.Enqueue(Job{ID: "now", Kind: JobMail, Subject: "b", Payload: []byte{1, 2}, Step: "s"}),
		)
	})
	b.write(t, func(tx *Tx) error {
		none, err := tx.ClaimJob(nil, time.Minute)
		other, errOther := tx.ClaimJob([]string{JobProvision}, time.Minute)
		if none != nil || other != nil {
			t.Error("claimed a job of another kind")
		}
		return errors.Join(err, errOther)
	})
	job := b.claim(t, time.Minute)
	if job == nil || job.ID != "now" || job.Attempts != 1 || len(job.Payload) != 2 || job.Step != "s" {
		t.Fatalf("claimed %+v", job)
	}
	if at, some := b.nextAt(t); !some || !at.Equal(job.LeasedUntil) {
		t.Errorf("next at %s, want the end of the lease", at)
	}
	b.write(t, func(tx *Tx) error { return tx.RetryJob("now", tx.Now().Add(time.Second), "no answer") })
	if b.claim(t, time.Minute) != nil {
		t.Error("claimed before its time")
	}
	b.wait(time.Second)
	if job = b.claim(t, time.Minute); job == nil || job.Attempts != 2 || job.LastError != "no answer" {
		t.Fatalf("claimed %+v", job)
	}
	b.write(t, func(tx *Tx) error { return tx.ParkJob("now", "gave up") })
	b.write(t, func(tx *Tx) error { // what was parked meanwhile stays so
		if err := tx.ExtendLease("now", time.Minute); !errors.Is(err, ErrNotFound) {
			t.Errorf("extended: %v", err)
		}
		return tx.RetryJob("now", tx.Now(), "again")
	})
	if b.claim(t, time.Minute) != nil {
		t.Error("claimed a parked job")
	}
	b.wait(time.Hour)
	if job = b.claim(t, time.Minute); job == nil || job.ID != "later" {
		t.Fatalf("claimed %+v", job)
	}
	b.write(t, func(tx *Tx) error { return errors.Join(tx.FinishJob("later"), tx.FinishJob("later")) })
	b.read(t, func(tx *Tx) error {
		parked, err := tx.Job("now")
		if parked.LastError != "gave up" || len(parked.Payload) != 2 {
			t.Errorf("parked: %+v", parked)
		}
		finished, errFinished := tx.Job("later")
		if finished.Payload != nil {
			t.Error("a finished job keeps its payload")
		}
		return errors.Join(err, errFinished)
	})
	if _, some := b.nextAt(t); some {
		t.Error("nothing is left to do")
	}
	b.wait(time.Hour)
	b.write(t, func(tx *Tx) error {
		n, err := tx.SweepJobs(tx.Now())
		if n != 1 {
			t.Errorf("%d swept: a parked job must stay", n)
		}
		return err
	})
}

func contractLeases(t *testing.T, b *bench) {
	b.write(t, func(tx *Tx) error { return tx.Enqueue(Job{ID: "a", Kind: JobProvision, Subject: "request"}) })
	if err := b.db.Write(t.Context(), func(tx *Tx) error { return tx.Enqueue(Job{Kind: JobProvision, Subject: "request"}) }); err == nil {
		t.Error("two live jobs for one request")
	}
	if b.claim(t, time.Minute) == nil || b.claim(t, time.Minute) != nil {
		t.Error("a leased job is its worker's")
	}
	b.wait(30 * time.Second)
	b.write(t, func(tx *Tx) error { return tx.ExtendLease("a", time.Minute) })
	b.wait(45 * time.Second)
	if b.claim(t, time.Minute) != nil {
		t.Error("the lease was extended")
	}
	b.wait(15 * time.Second)
	if job := b.claim(t, time.Minute); job == nil || job.Attempts != 2 {
		t.Errorf("the lease ran out: %+v", job)
	}
	b.write(t, func(tx *Tx) error {
		n, err := tx.DropLeases()
		if n != 1 {
			t.Errorf("%d leases dropped", n)
		}
		return err
	})
	if b.claim(t, time.Minute) == nil {
		t.Error("the lease was dropped")
	}
	b.write(t, func(tx *Tx) error { return tx.ParkJobsOf(JobProvision, "request", "why") })
	b.write(t, func(tx *Tx) error { return tx.Enqueue(Job{ID: "b", Kind: JobProvision, Subject: "request"}) }) // resumed
	b.write(t, func(tx *Tx) error { return tx.FinishJobsOf(JobProvision, "request") })
	b.read(t, func(tx *Tx) error {
		j, err := tx.Job("a")
		if j.LastError != "why" {
			t.Errorf("got %+v", j)
		}
		return err
	})
}

// Many workers at once: each job goes to one of them.
func contractClaims(t *testing.T, b *bench) {
	const jobs, workers = 40, 8
	b.write(t, func(tx *Tx) error {
		for i := range jobs {
			if err := tx.Enqueue(Job{Kind: JobMail, Subject: fmt.Sprint(i)}); err != nil {
				return err
			}
		}
		return nil
	})
	var mu sync.Mutex
	var wg sync.WaitGroup
	claimed := map[string]int{}
	for range workers {
		wg.Go(func() {
			for {
				var job *Job
				err := b.db.Write(t.Context(), func(tx *Tx) (err error) {
					job, err = tx.ClaimJob(bothKinds, time.Minute)
					return err
				})
				if err != nil {
					t.Error(err)
				}
				if job == nil {
					return
				}
				mu.Lock()
				claimed[job.ID]++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if len(claimed) != jobs {
		t.Errorf("%d jobs claimed, want %d", len(claimed), jobs)
	}
	for id, n := range claimed {
		if n != 1 {
			t.Errorf("job %s was claimed %d times", id, n)
		}
	}
}
