package servertest

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/seed"
)

// passing are the tables whose rows come and go by themselves.
var passing = []string{"sessions", "jobs", "intents", "spent_puzzles", "puzzles", "attempts", "meta", "counters", "changes", "outbox", "drift_sweeps", "drift_seen"}

// lived are the tables in which what people did stands.
var lived = []string{
	"accounts", "providers", "key_requests", "one_time_codes", "consents", "consent_texts", "access_keys", "key_secrets",
	"audit_entries", "persons", "delegations", "signing_keys", "receipts",
}

// The databases that every earlier program left, with what people had done in them,
// are brought up to date by the server as it starts: a copy of before is made first
// and verifies, no row is lost, the trail's chain holds, and people sign in.
func TestUpgrade_everyDatabase(t *testing.T) {
	s := New(t)
	ctx := limit(t)
	id, err := s.World.Ask(ctx, s.Person(seed.LoginDelegate), enrol("0500199001"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.World.WaitRequest(ctx, id, access.StatusDone); err != nil {
		t.Fatal(err)
	}
	s.Kill()
	settings := s.World.Settings()
	now := filepath.Join(t.TempDir(), "now.db")
	move(t, settings.DatabasePath(), now)
	signingKey, err := os.ReadFile(settings.SigningKeyPath())
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n < store.Schema(); n++ {
		t.Run(fmt.Sprintf("from %04d", n), func(t *testing.T) {
			old, source := filepath.Join(t.TempDir(), "old.db"), filepath.Join(t.TempDir(), "now.db")
			copyFile(t, now, source)
			asOf(t, n, source, old)
			copyFile(t, old, settings.DatabasePath())
			if err := os.RemoveAll(settings.BackupDir()); err != nil {
				t.Fatal(err)
			}
			if n < firstSigning { // there was no key yet
				if err := os.Remove(settings.SigningKeyPath()); err != nil {
					t.Fatal(err)
				}
			}
			if err := s.World.Start(); err != nil {
				t.Fatal(err)
			}
			sameRows(t, old, settings.DatabasePath())
			signIn(t, s, seed.LoginDelegate)
			verify(t, s, n)
			s.Kill()
			for _, name := range []string{"", "-wal", "-shm"} {
				if err := os.RemoveAll(settings.DatabasePath() + name); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.WriteFile(settings.SigningKeyPath(), signingKey, 0o600); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// firstSigning is the migration since which the server has a signing key.
const firstSigning = 14

// verify checks the copy of before and the trail, as an administrator does.
func verify(t *testing.T, s *Server, n int) {
	t.Helper()
	copies, err := filepath.Glob(filepath.Join(s.World.Settings().BackupDir(), "*"))
	if err != nil || len(copies) != 1 {
		t.Fatalf("copies %v, %v", copies, err)
	}
	if code, said := s.Command("backup", "verify", copies[0]); code != 0 {
		t.Errorf("the copy: %s", said)
	}
	before := filepath.Join(t.TempDir(), "before.db")
	if err := os.WriteFile(before, s.Unpack(copies[0]), 0o600); err != nil {
		t.Fatal(err)
	}
	if facts, err := store.FactsOf(t.Context(), before); err != nil || facts.Schema != n {
		t.Errorf("the copy stands at %d, %v", facts.Schema, err)
	}
	if code, said := s.Command("audit", "verify"); code != 0 {
		t.Errorf("the trail: %s", said)
	}
}

// asOf makes the database of now as the program of n migrations would have: its
// tables and columns, with the rows of now.
func asOf(t *testing.T, n int, now, path string) {
	t.Helper()
	files, err := filepath.Glob("../internal/store/migrations/*.sql")
	if err != nil || len(files) != store.Schema() {
		t.Fatalf("%d migrations, %v", len(files), err)
	}
	db := openRaw(t, path)
	defer closeRaw(t, db)
	run(t, db, `CREATE TABLE migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT`)
	for i, file := range files[:n] {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		run(t, db, string(body))
		run(t, db, `INSERT INTO migrations VALUES (?, ?, 1)`, i+1, strings.TrimSuffix(filepath.Base(file), ".sql"))
	}
	run(t, db, `ATTACH ? AS source`, now)
	if n < 2 { // the row is that migration's own
		run(t, db, `DELETE FROM source.counters WHERE name = 'sessions_ended'`)
	}
	for _, table := range tables(t, db, "main") {
		if table == "migrations" {
			continue
		}
		names := strings.Join(common(t, db, table, "main", "source"), ", ")
		run(t, db, `DELETE FROM `+table) // what a migration put in is there in the rows of now
		rows := run(t, db, `INSERT INTO main.`+table+` (`+names+`) SELECT `+names+` FROM source.`+table+` ORDER BY 1`)
		if rows == 0 && slices.Contains(lived, table) {
			t.Fatalf("%s has no row to bring along", table)
		}
	}
	if broken := column(t, db, `SELECT DISTINCT "table" FROM pragma_foreign_key_check`); len(broken) > 0 {
		t.Fatalf("rows refer to nothing in %v", broken)
	}
}

// sameRows fails for a row of the old database that is not in the new one.
func sameRows(t *testing.T, old, now string) {
	t.Helper()
	db := openRaw(t, now)
	defer closeRaw(t, db)
	run(t, db, `ATTACH ? AS old`, old)
	for _, table := range tables(t, db, "old") {
		if slices.Contains(passing, table) {
			continue
		}
		names := strings.Join(common(t, db, table, "main", "old"), ", ")
		lost := column(t, db, `SELECT count(*) FROM (SELECT `+names+` FROM old.`+table+` EXCEPT SELECT `+names+` FROM main.`+table+`)`)
		if lost[0] != "0" {
			t.Errorf("%s: %s rows are lost or changed", table, lost[0])
		}
	}
}

// tables are those with rows, but SQLite's own.
func tables(t *testing.T, db *sql.DB, schema string) []string {
	t.Helper()
	return column(t, db, `SELECT name FROM `+schema+`.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`)
}

// common are the columns a table has in both databases.
func common(t *testing.T, db *sql.DB, table, one, other string) []string {
	t.Helper()
	return column(t, db, `SELECT name FROM pragma_table_info(?1, ?2) WHERE name IN (SELECT name FROM pragma_table_info(?1, ?3)) ORDER BY cid`,
		table, one, other)
}

func openRaw(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+path+"?_foreign_keys=0")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	return db
}

func closeRaw(t *testing.T, db *sql.DB) {
	t.Helper()
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

func run(t *testing.T, db *sql.DB, act string, args ...any) int64 {
	t.Helper()
	res, err := db.ExecContext(t.Context(), act, args...)
	if err != nil {
		t.Fatalf("%v\n%.200s", err, act)
	}
	n, err := res.RowsAffected()
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func column(t *testing.T, db *sql.DB, ask string, args ...any) (all []string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), ask, args...)
	if err != nil {
		t.Fatalf("%v\n%s", err, ask)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var one string
		if err := rows.Scan(&one); err != nil {
			t.Fatal(err)
		}
		all = append(all, one)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// move takes a database that nobody has open elsewhere.
func move(t *testing.T, from, to string) {
	t.Helper()
	db := openRaw(t, from)
	run(t, db, `VACUUM INTO ?`, to)
	closeRaw(t, db)
	for _, name := range []string{"", "-wal", "-shm"} {
		if err := os.RemoveAll(from + name); err != nil {
			t.Fatal(err)
		}
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	b, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, b, 0o600); err != nil {
		t.Fatal(err)
	}
}
