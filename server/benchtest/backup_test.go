package benchtest

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"llavero/server/internal/backup"
	"llavero/server/internal/store"
)

// BenchmarkBackup copies a country's database while an officer takes and frees
// requests, checks the copy and restores it beside: how long each takes, how
// large the copy is, and what one write waits, alone and beside a backup.
func BenchmarkBackup(b *testing.B) {
	c := New(b)
	cfg := c.World.Settings()
	dir := b.TempDir()
	alone := c.writes(b, 200, nil)

	done := make(chan time.Duration, 1)
	var made backup.Made
	go func() {
		from := time.Now()
		var err error
		made, err = backup.Make(b.Context(), backup.Options{
			Database: cfg.DatabasePath(), Dir: dir, Cause: backup.CauseCommand, Version: "bench", Clock: time.Now,
		})
		if err != nil {
			b.Error(err)
		}
		done <- time.Since(from)
	}()
	beside := c.writes(b, 0, done)
	took := <-done
	from := time.Now()
	if _, err := backup.Verify(b.Context(), made.Path, dir, time.Now); err != nil {
		b.Fatal(err)
	}
	verified := time.Since(from)
	restored := filepath.Join(b.TempDir(), "llavero.db")
	from = time.Now()
	staged, err := backup.Stage(b.Context(), made.Path, restored, time.Now)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := staged.Put(b.Context(), restored, time.Now()); err != nil {
		b.Fatal(err)
	}
	db, err := store.Open(b.Context(), restored, time.Now)
	if err != nil {
		b.Fatal(err)
	}
	back := time.Since(from)
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}
	const mega = 1 << 20
	Say(b, "backup_database", float64(made.Manifest.Database.Bytes)/mega, "MiB")
	Say(b, "backup_file", float64(made.Bytes)/mega, "MiB")
	Say(b, "backup_make", took.Seconds(), "s")
	Say(b, "backup_verify", verified.Seconds(), "s")
	Say(b, "backup_restore", back.Seconds(), "s")
	Say(b, "backup_write_alone_p95", Milliseconds(Quantile(alone, 0.95)), "ms")
	Say(b, "backup_write_beside_p95", Milliseconds(Quantile(beside, 0.95)), "ms")
}

// writes measures single writes: n of them, or until something is done, which is
// put back.
func (c *Country) writes(b *testing.B, n int, until chan time.Duration) (took []time.Duration) {
	b.Helper()
	for i := 0; n == 0 || i < n; i++ {
		select {
		case d := <-until:
			until <- d
			return took
		default:
		}
		id := c.Pending[i/2%len(c.Pending)]
		act := func(ctx context.Context) (int64, error) { return c.Take(ctx, id) }
		if i%2 == 1 {
			act = func(ctx context.Context) (int64, error) { return c.Release(ctx, id) }
		}
		from := time.Now()
		if _, err := act(b.Context()); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(from))
	}
	return took
}
