package worker

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"llavero/server/internal/store"
)

// refuse makes the database's writes fail until the returned function is called:
// jobs cannot be updated.
func refuse(t *testing.T, db *store.DB) (mend func()) {
	t.Helper()
	other, err := sql.Open("sqlite3", "file:"+db.Path()+"?_busy_timeout=5000")
	if err != nil {
		t.Fatal(err)
	}
	other.SetMaxOpenConns(1)
	do := func(q string) {
		t.Helper()
		if _, err := other.ExecContext(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	do(`CREATE TRIGGER refuse BEFORE UPDATE ON jobs BEGIN SELECT RAISE(ABORT, 'refused'); END`)
	return func() {
		do(`DROP TRIGGER refuse`)
		if err := other.Close(); err != nil {
			t.Error(err)
		}
	}
}

// While the database takes no write the log gets a line, not one each time; when
// it does again the job runs.
func TestRun_databaseRefuses(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context, db *store.DB) {
		var text bytes.Buffer
		r := &runner{run: func(context.Context, store.Job) error { return nil }}
		w := newWorker(db, r)
		w.cfg.Log = slog.New(slog.NewTextHandler(&text, nil))
		enqueue(t, ctx, db, "x")
		mend := refuse(t, db)
		done := make(chan struct{})
		ctx, cancel := context.WithCancel(ctx)
		go func() { defer close(done); _ = w.Run(ctx) }()
		time.Sleep(time.Hour)
		synctest.Wait()
		mend()
		time.Sleep(2 * w.cfg.FirstWait)
		synctest.Wait()
		if ran, _ := r.seen(); len(ran) != 1 {
			t.Errorf("ran %v", ran)
		}
		cancel()
		<-done
		if n := strings.Count(text.String(), "claim failed"); n != 1 {
			t.Errorf("%d lines of an hour's trouble", n)
		}
		if n := strings.Count(text.String(), "claim works again"); n != 1 {
			t.Errorf("%d lines of its end", n)
		}
	})
}

// A postponed job uses up no attempt, however long it lasts.
func TestRun_postponed(t *testing.T) {
	inBubble(t, func(t *testing.T, ctx context.Context, db *store.DB) {
		left := 500
		r := &runner{run: func(context.Context, store.Job) error {
			if left--; left >= 0 {
				return Postponed(10*time.Minute, errors.New("nobody answers"))
			}
			return nil
		}}
		enqueue(t, ctx, db, "x")
		go func() { _ = newWorker(db, r).Run(ctx) }()
		time.Sleep(500*10*time.Minute + time.Hour)
		synctest.Wait()
		ran, parked := r.seen()
		if len(ran) != 501 || len(parked) != 0 {
			t.Errorf("ran %d times, parked %v", len(ran), parked)
		}
	})
}
