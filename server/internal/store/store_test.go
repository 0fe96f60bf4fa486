package store

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"llavero/server/internal/audit"
)

func fixed() time.Time { return time.Date(2026, 9, 16, 12, 0, 0, 0, time.UTC) }

func TestOpen_again(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a folder ñ %3f", "llavero.db")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	var epochs []string
	for range 2 {
		db, err := Open(t.Context(), path, fixed)
		if err != nil {
			t.Fatal(err)
		}
		epoch, err := db.Epoch(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		epochs = append(epochs, epoch)
		var mode, sync string
		row := db.writer.QueryRowContext(t.Context(), `SELECT (SELECT journal_mode FROM pragma_journal_mode), (SELECT synchronous FROM pragma_synchronous)`)
		if err := row.Scan(&mode, &sync); err != nil || mode != "wal" || sync != "2" {
			t.Errorf("journal %s, synchronous %s, %v", mode, sync, err)
		}
		for name, pool := range map[string]*sql.DB{"writer": db.writer, "reader": db.reader} {
			var temp int
			if err := pool.QueryRowContext(t.Context(), `PRAGMA temp_store`).Scan(&temp); err != nil || temp != 2 {
				t.Errorf("%s sorts in files: temp_store %d, %v", name, temp, err)
			}
		}
		var erase int
		if err := db.writer.QueryRowContext(t.Context(), `PRAGMA secure_delete`).Scan(&erase); err != nil || erase != 2 {
			t.Errorf("secure_delete %d, %v", erase, err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if epochs[0] == "" || epochs[0] != epochs[1] {
		t.Errorf("epochs %v", epochs)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestOpen_newerDatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "llavero.db")
	db, err := Open(t.Context(), path, fixed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.writer.ExecContext(t.Context(), `INSERT INTO migrations VALUES (999, '0999_of_tomorrow', 0)`); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = Open(t.Context(), path, fixed)
	if !errors.Is(err, ErrNewer) || !strings.Contains(err.Error(), "0999_of_tomorrow") || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v", err)
	}
}

func TestOpen_notADatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "llavero.db")
	const body = "this is a letter, and not a database at all, however long it may be"
	if err := os.WriteFile(path, []byte(strings.Repeat(body, 99)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), path, fixed); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v", err)
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != strings.Repeat(body, 99) {
		t.Errorf("the file was touched: %v", err)
	}
}

// A migration that fails in the middle leaves nothing, not even its record.
func TestMigrate_allOrNothing(t *testing.T) {
	db := newBench(t).db
	all, err := migrations(migrationFiles)
	if err != nil {
		t.Fatal(err)
	}
	n := len(all)
	for name, body := range map[string]string{
		"broken":  `CREATE TABLE half (id INTEGER) STRICT; INSERT INTO nowhere VALUES (1);`,
		"orphans": `CREATE TABLE half (id TEXT REFERENCES accounts (id) DEFERRABLE INITIALLY DEFERRED) STRICT; INSERT INTO half VALUES ('nobody');`,
	} {
		if err := db.migrateTo(t.Context(), append(all[:n:n], migration{number: n + 1, name: name, sql: body})); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
		var left, recorded int
		row := db.writer.QueryRowContext(t.Context(), `SELECT (SELECT count(*) FROM sqlite_schema WHERE name = 'half'), (SELECT count(*) FROM migrations)`)
		if err := row.Scan(&left, &recorded); err != nil || left != 0 || recorded != n {
			t.Errorf("%s: %d tables left, %d records, %v", name, left, recorded, err)
		}
	}
	if err := db.migrateTo(t.Context(), append(all[:n:n], migration{number: n + 1, name: "good", sql: `CREATE TABLE half (id INTEGER) STRICT`})); err != nil {
		t.Error(err)
	}
}

func TestMigrations_order(t *testing.T) {
	file := &fstest.MapFile{Data: []byte("SELECT 1")}
	for name, files := range map[string]fstest.MapFS{
		"gap":       {"migrations/0001_a.sql": file, "migrations/0003_c.sql": file},
		"twice":     {"migrations/0001_a.sql": file, "migrations/0001_b.sql": file},
		"no number": {"migrations/first.sql": file},
	} {
		if _, err := migrations(files); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

// The trail on disk: nobody changes it through the store, and what is changed
// behind its back, with the triggers gone, is found at the right place.
func TestAudit_tamper(t *testing.T) {
	tests := []struct {
		name string
		sql  string
		want *audit.BrokenError
	}{
		{"whole", `SELECT 1`, nil},
		{"removed", `DELETE FROM audit_entries WHERE seq = 3`, &audit.BrokenError{Seq: 3, Fault: audit.FaultMissing}},
		{"last removed", `DELETE FROM audit_entries WHERE seq = 6`, &audit.BrokenError{Seq: 6, Fault: audit.FaultMissing}},
		{"changed", `UPDATE audit_entries SET person = 'Otra' WHERE seq = 4`, &audit.BrokenError{Seq: 4, Fault: audit.FaultChanged}},
		{"time changed", `UPDATE audit_entries SET at = at + 1 WHERE seq = 1`, &audit.BrokenError{Seq: 1, Fault: audit.FaultChanged}},
		{"added", `INSERT INTO audit_entries SELECT 7, at, kind, account, person, entity, subject, detail, request_id, hash, hash
			FROM audit_entries WHERE seq = 6`, &audit.BrokenError{Seq: 7, Fault: audit.FaultChanged}},
		{"reordered", `UPDATE audit_entries SET seq = CASE seq WHEN 2 THEN -3 WHEN 3 THEN -2 END WHERE seq IN (2, 3);
			UPDATE audit_entries SET seq = -seq WHERE seq < 0`, &audit.BrokenError{Seq: 2, Fault: audit.FaultChanged}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t)
			b.write(t, func(tx *Tx) error {
				for range 6 {
					if err := tx.Audit(audit.ByServer(audit.RequestDone, "x", "")); err != nil {
						return err
					}
				}
				return nil
			})
			for _, act := range []string{`UPDATE audit_entries SET person = 'x'`, `DELETE FROM audit_entries`} {
				if _, err := b.db.writer.ExecContext(t.Context(), act); err == nil {
					t.Errorf("the store let through: %s", act)
				}
			}
			behind, err := sql.Open("sqlite3", dsn(b.db.Path()))
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := behind.Close(); err != nil {
					t.Error(err)
				}
			}()
			_, err = behind.ExecContext(t.Context(), `DROP TRIGGER audit_entries_no_update; DROP TRIGGER audit_entries_no_delete; `+tt.sql)
			if err != nil {
				t.Fatal(err)
			}
			_, err = audit.Verify(t.Context(), b.db)
			got, broken := errors.AsType[*audit.BrokenError](err)
			if tt.want == nil && err != nil || tt.want != nil && (!broken || *got != *tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}
