package store

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
)

// Before the tables of an older database change, somebody is asked; a refusal
// leaves them as they were. A new database asks nobody.
func TestOpen_beforeMigration(t *testing.T) {
	path := filepath.Join(t.TempDir(), "llavero.db")
	var asked []string
	ask := func(err error) Option {
		return WithBeforeMigration(func(_ context.Context, from, to string) error { asked = append(asked, from+" "+to); return err })
	}
	db, err := Open(t.Context(), path, fixed, ask(nil))
	if err != nil || len(asked) != 0 {
		t.Fatalf("%v, asked %v", err, asked)
	}
	all, err := migrations(migrationFiles)
	if err != nil {
		t.Fatal(err)
	}
	last := all[len(all)-1].name
	if _, err := db.writer.ExecContext(t.Context(), `DELETE FROM migrations WHERE number = $1`, len(all)); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	no := errors.New("no")
	if _, err := Open(t.Context(), path, fixed, ask(no)); !errors.Is(err, no) {
		t.Errorf("got %v", err)
	}
	if facts, err := FactsOf(t.Context(), path); err != nil || facts.Schema != len(all)-1 {
		t.Errorf("%+v, %v", facts, err)
	}
	if len(asked) != 1 || !strings.HasSuffix(asked[0], " "+last) {
		t.Errorf("asked %v", asked)
	}
}

// With replication nobody but the replicator moves the WAL into the file.
func TestOpen_replicated(t *testing.T) {
	for isReplicated, want := range map[bool]int{true: 0, false: 1000} {
		var options []Option
		if isReplicated {
			options = append(options, WithReplication())
		}
		db, err := Open(t.Context(), filepath.Join(t.TempDir(), "llavero.db"), fixed, options...)
		if err != nil {
			t.Fatal(err)
		}
		var pages int
		if err := db.writer.QueryRowContext(t.Context(), `PRAGMA wal_autocheckpoint`).Scan(&pages); err != nil || pages != want {
			t.Errorf("replicated %t: %d pages, %v", isReplicated, pages, err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
