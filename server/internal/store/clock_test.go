package store

import (
	"path/filepath"
	"testing"
	"time"
)

// What a clock that was ahead left in the future is brought back: jobs made there
// keep their wait, those tried before are tried now, leases end.
func TestBoundJobs(t *testing.T) {
	now := time.Date(2026, 9, 16, 15, 0, 0, 0, time.UTC)
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "llavero.db"), func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	write := func(fn func(tx *Tx) error) {
		t.Helper()
		if err := db.Write(t.Context(), fn); err != nil {
			t.Fatal(err)
		}
	}
	claim := func() (id string) {
		t.Helper()
		write(func(tx *Tx) error {
			j, err := tx.ClaimJob([]string{JobMail}, 2*time.Minute)
			if j != nil {
				id = j.ID
			}
			return err
		})
		return id
	}
	write(func(tx *Tx) error {
		return tx.Enqueue(Job{ID: "waits by right", Kind: JobMail, RunAfter: now.Add(72 * time.Hour)})
	})
	now = now.AddDate(1, 0, 0)
	write(func(tx *Tx) error { return tx.Enqueue(Job{ID: "tried", Kind: JobMail}) })
	if got := claim(); got != "waits by right" { // a year later it is due
		t.Fatalf("claimed %q", got)
	}
	write(func(tx *Tx) error {
		return tx.Enqueue(Job{ID: "made there", Kind: JobMail, RunAfter: now.Add(time.Hour)})
	})
	if got := claim(); got != "tried" {
		t.Fatalf("claimed %q", got)
	}
	write(func(tx *Tx) error { return tx.RetryJob("tried", now.Add(time.Minute), "no") })
	now = now.AddDate(-1, 0, 0)
	write(func(tx *Tx) error { _, err := tx.BoundJobs(tx.Now(), 2*time.Minute); return err })

	if got := claim(); got != "tried" {
		t.Errorf("claimed %q, want the one that was tried before", got)
	}
	write(func(tx *Tx) error { return tx.FinishJob("tried") })
	if got := claim(); got != "" {
		t.Errorf("claimed %q before its time", got)
	}
	write(func(tx *Tx) error {
		j, err := tx.Job("waits by right")
		if left := j.LeasedUntil.Sub(now); left > 2*time.Minute {
			t.Errorf("leased for %v more", left)
		}
		return err
	})
	write(func(tx *Tx) error { return tx.FinishJob("waits by right") })
	now = now.Add(time.Hour)
	if got := claim(); got != "made there" {
		t.Errorf("claimed %q, want the one made there, after its hour", got)
	}
}
