package store

import (
	"errors"
	"path/filepath"
	"testing"
	"time"
)

// A write that the file does not take is told apart from one that is wrong, and
// reading goes on.
func TestWrite_trouble(t *testing.T) {
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "llavero.db"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	set := func(tx *Tx) error { return tx.SetMeta("x", "y") }
	for _, isReadOnly := range []bool{true, false} {
		if err := db.SetReadOnly(t.Context(), isReadOnly); err != nil {
			t.Fatal(err)
		}
		if err := db.Write(t.Context(), set); errors.Is(err, ErrNoWrite) != isReadOnly || isReadOnly == (err == nil) {
			t.Errorf("read only %t: %v", isReadOnly, err)
		}
		if _, err := db.Epoch(t.Context()); err != nil {
			t.Errorf("read only %t, reading: %v", isReadOnly, err)
		}
	}
	// Full: no page more than there are.
	var pages int
	if err := db.writer.QueryRow(`PRAGMA page_count`).Scan(&pages); err != nil {
		t.Fatal(err)
	}
	if _, err := db.writer.Exec(`PRAGMA max_page_count = 1`); err != nil { // SQLite keeps those in use
		t.Fatal(err)
	}
	big := string(make([]byte, 1<<20))
	if err := db.Write(t.Context(), func(tx *Tx) error { return tx.SetMeta("big", big) }); !errors.Is(err, ErrNoWrite) {
		t.Errorf("full at %d pages: %v", pages, err)
	}
	// Held by another.
	other, err := openSQL(dsn(db.Path(), "_txlock", "immediate"))
	if err != nil {
		t.Fatal(err)
	}
	held, err := other.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.writer.Exec(`PRAGMA busy_timeout = 1`); err != nil {
		t.Fatal(err)
	}
	if err := db.Write(t.Context(), set); !errors.Is(err, ErrBusy) {
		t.Errorf("held by another: %v", err)
	}
	if err := errors.Join(held.Rollback(), other.Close()); err != nil {
		t.Error(err)
	}
	if err := db.Write(t.Context(), func(*Tx) error { return ErrStale }); !errors.Is(err, ErrStale) || errors.Is(err, ErrNoWrite) {
		t.Errorf("a refusal of ours: %v", err)
	}
}
