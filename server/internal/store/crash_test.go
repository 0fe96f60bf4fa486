package store

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"llavero/server/internal/audit"
	"llavero/shared/wire"
)

// left copies the files as a crash would leave them at this instant and says
// what a new start finds: the value written, the trail's and the feed's length.
func (b *bench) left(t *testing.T) (value string, trail, head int64) {
	t.Helper()
	dir := t.TempDir()
	for _, end := range []string{"", "-wal"} {
		body, err := os.ReadFile(b.db.Path() + end)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "llavero.db"+end), body, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	db, err := Open(t.Context(), filepath.Join(dir, "llavero.db"), b.clock)
	if err != nil {
		t.Fatal(err)
	}
	again := &bench{db: db, now: b.now}
	again.read(t, func(tx *Tx) error {
		var errHead error
		if value, err = tx.Meta("x"); errors.Is(err, ErrNotFound) {
			err = nil
		}
		head, errHead = tx.Head()
		return errors.Join(err, errHead)
	})
	if trail, err = db.AuditLength(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := audit.Verify(t.Context(), db); err != nil {
		t.Error(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return value, trail, head
}

// A crash before commit leaves nothing of a transaction, one after it all.
func TestWrite_crash(t *testing.T) {
	b := newBench(t)
	b.write(t, func(tx *Tx) error {
		_, err := tx.Change(wire.RowKey, "1", "NI-1")
		errs := errors.Join(err, tx.SetMeta("x", "y"), tx.Audit(audit.ByServer(audit.KeyIssued, "1", "")), tx.Enqueue(Job{Kind: JobMail, Subject: "1"}))
		if value, trail, head := b.left(t); value != "" || trail != 0 || head != 0 {
			t.Errorf("before commit: %q, %d, %d", value, trail, head)
		}
		return errs
	})
	if value, trail, head := b.left(t); value != "y" || trail != 1 || head != 1 {
		t.Errorf("after commit: %q, %d, %d", value, trail, head)
	}
}
