package store

import (
	"crypto/ed25519"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"llavero/server/internal/audit"
	"llavero/shared/access"
	"llavero/shared/receipt"
	"llavero/shared/trail"
)

// entries appends n entries.
func (b *bench) entries(t testing.TB, n int) {
	t.Helper()
	b.write(t, func(tx *Tx) error {
		for range n {
			if err := tx.Audit(audit.ByServer(audit.RequestDone, "x", "")); err != nil {
				return err
			}
		}
		return nil
	})
}

// signHead appends the head of a day, signed with a key made here.
func (b *bench) signHead(t testing.TB, day string, entries int64) error {
	t.Helper()
	return b.db.Write(t.Context(), func(tx *Tx) error {
		seq, err := tx.AuditCount()
		if err != nil {
			return err
		}
		return tx.SaveHead(headFile(t, tx, day, seq, entries))
	})
}

func headFile(t testing.TB, tx *Tx, day string, seq, entries int64) SignedHead {
	t.Helper()
	h := SignedHead{DayHead: trail.DayHead{Day: day, Seq: seq, Entries: entries}, SignedAt: tx.Now()}
	if r, err := tx.AuditEntry(seq); err == nil {
		h.Hash = r.Hash
	} else if seq > 0 {
		h.Hash = make([]byte, 32)
	}
	doc, err := h.Document()
	if err == nil {
		h.File, err = receipt.SignDocument(ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)), receipt.KindAuditHead, tx.Now(), doc)
	}
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// Every way that SQL has of changing what was written comes to nothing, through
// the server's own connection and through one that asks for no recursive triggers.
func TestTrail_isAppendOnly(t *testing.T) {
	b := newBench(t)
	b.entries(t, 4)
	if err := b.signHead(t, "2026-09-16", 4); err != nil {
		t.Fatal(err)
	}
	copied := func(seq string) string {
		return `SELECT ` + seq + `, at, kind, account, 'Otra', entity, subject, detail, request_id, prev_hash, hash FROM audit_entries WHERE seq = 2`
	}
	follows := `SELECT 5, at, kind, account, person, entity, subject, detail, request_id, hash, hash FROM audit_entries WHERE seq = 4`
	head := `INTO trail_heads SELECT '%s', %d, %d, 1, file FROM trail_heads`
	acts := []string{
		`UPDATE audit_entries SET person = 'Otra'`,
		`UPDATE audit_entries SET seq = 9 WHERE seq = 4`,
		`UPDATE audit_entries SET seq = seq + 1`,
		`UPDATE OR REPLACE audit_entries SET seq = 1 WHERE seq = 2`,
		`UPDATE OR IGNORE audit_entries SET person = 'Otra'`,
		`DELETE FROM audit_entries`,
		`DELETE FROM audit_entries WHERE seq = 4`,
		`INSERT OR REPLACE INTO audit_entries ` + copied("2"),
		`REPLACE INTO audit_entries ` + copied("2"),
		`INSERT OR REPLACE INTO audit_entries ` + copied("4"),
		`INSERT INTO audit_entries ` + copied("2") + ` ON CONFLICT (seq) DO UPDATE SET person = excluded.person`,
		`INSERT INTO audit_entries ` + copied("6"), // leaves a gap
		`INSERT INTO audit_entries ` + copied("0"), // before the first
		`INSERT INTO audit_entries ` + copied("5"), // does not follow
		`INSERT OR IGNORE INTO audit_entries ` + copied("5"),
		`INSERT INTO audit_entries (at, kind, account, person, entity, subject, detail, request_id, prev_hash, hash)
			SELECT at, kind, account, person, entity, subject, detail, request_id, hash, hash FROM audit_entries WHERE seq = 4`, // numbered by SQLite
		`UPDATE trail_heads SET seq = 1`,
		`UPDATE OR REPLACE trail_heads SET day = '2026-09-15'`,
		`DELETE FROM trail_heads`,
		`INSERT OR REPLACE ` + fmt.Sprintf(head, "2026-09-16", 4, 0),
		`INSERT ` + fmt.Sprintf(head, "2026-09-16", 4, 0) + ` WHERE true ON CONFLICT (day) DO UPDATE SET seq = 1`,
		`INSERT ` + fmt.Sprintf(head, "2026-09-15", 4, 0),  // a day before
		`INSERT ` + fmt.Sprintf(head, "2026-09-17", 3, -1), // fewer entries than before
		`INSERT ` + fmt.Sprintf(head, "2026-09-17", 4, 1),  // that does not add up
		`INSERT ` + fmt.Sprintf(head, "2026-09-17", 5, 1),  // of an entry that is not there
	}
	behind, err := sql.Open("sqlite3", dsn(b.db.Path(), "_recursive_triggers", "0"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = behind.Close() })
	for name, door := range map[string]*sql.DB{"the store": b.db.writer, "another": behind} {
		before := dump(t, b.db)
		for _, act := range acts {
			if _, err := door.ExecContext(t.Context(), act); err == nil || !strings.Contains(err.Error(), "append-only") {
				t.Errorf("%s, %s: %v", name, act, err)
			}
			if after := dump(t, b.db); after != before {
				t.Fatalf("%s, %s: changed to %s", name, act, after)
			}
		}
	}
	// What follows, goes in: the guards refuse for the reason they say.
	if _, err := behind.ExecContext(t.Context(), `INSERT INTO audit_entries `+follows); err != nil {
		t.Error(err)
	}
}

// dump is the trail and its heads as text.
func dump(t *testing.T, db *DB) string {
	t.Helper()
	var text strings.Builder
	err := db.Read(t.Context(), func(tx *Tx) error {
		for _, query := range []string{
			`SELECT seq || ' ' || person || ' ' || hex(prev_hash) || ' ' || hex(hash) FROM audit_entries ORDER BY seq`,
			`SELECT day || ' ' || seq || ' ' || entries FROM trail_heads ORDER BY day`,
		} {
			err := tx.each(func(scan func(...any) error) error {
				var line string
				err := scan(&line)
				text.WriteString(line + "\n")
				return err
			}, query)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// A database whose guards are not those we made is not opened, and it is said
// which and what next.
func TestOpen_guards(t *testing.T) {
	for name, tt := range map[string]struct{ sql, want string }{
		"dropped":  {`DROP TRIGGER audit_entries_no_update`, "audit_entries_no_update is missing"},
		"of order": {`DROP TRIGGER audit_entries_in_order`, "audit_entries_in_order is missing"},
		"of heads": {`DROP TRIGGER trail_heads_no_delete`, "trail_heads_no_delete is missing"},
		"weaker": {`DROP TRIGGER audit_entries_no_delete;
			CREATE TRIGGER audit_entries_no_delete BEFORE DELETE ON audit_entries WHEN OLD.seq > 3
			BEGIN SELECT RAISE(ABORT, 'audit_entries is append-only'); END`, "audit_entries_no_delete is another"},
		"swallows": {`CREATE TRIGGER quiet BEFORE INSERT ON audit_entries WHEN NEW.kind = 'key.revealed'
			BEGIN SELECT RAISE(IGNORE); END`, "quiet is foreign"},
		"another table": {`DROP TABLE trail_heads; CREATE TABLE trail_heads (day TEXT)`, "trail_heads is another"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.entries(t, 4)
			path := b.db.Path()
			if err := b.db.Guards(t.Context()); err != nil {
				t.Fatal(err)
			}
			behind, err := sql.Open("sqlite3", dsn(path))
			if err == nil {
				_, err = behind.ExecContext(t.Context(), tt.sql)
			}
			if err = errors.Join(err, behind.Close()); err != nil {
				t.Fatal(err)
			}
			if err := b.db.Guards(t.Context()); !errors.Is(err, ErrGuards) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("while it is open: %v", err)
			}
			_, err = Open(t.Context(), path, time.Now)
			if !errors.Is(err, ErrGuards) || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "audit verify") || !strings.Contains(err.Error(), filepath.Base(path)) {
				t.Errorf("opened: %v", err)
			}
			only, err := OpenTrail(t.Context(), path, time.Now)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = only.Close() }()
			if _, err := audit.Verify(t.Context(), only); err != nil {
				t.Error(err)
			}
			if err := only.Write(t.Context(), func(tx *Tx) error { return tx.SetMeta("x", "y") }); err == nil {
				t.Error("a trail opened to be checked was written to")
			}
		})
	}
}

// Searches find what they should, newest first, and page without a gap or a
// repetition, whatever the clock did.
func TestEachTrail(t *testing.T) {
	b := newBench(t)
	type row struct {
		kind     audit.Kind
		document string
		entity   access.EntityID
		account  access.AccountID
		subject  string
		hour     int
	}
	rows := []row{
		{audit.SignIn, "9999000001", "NI-1", "a", "a", 0},
		{audit.KeyRevealed, "9999000001", "NI-1", "a", "key", 1},
		{audit.KeyRevealed, "9999000002", "NI-2", "b", "other", 1},
		{audit.RequestDone, "", "NI-1", "", "request", 3},
		{audit.SignInFailed, "", "", "", "", 2}, // the clock was set back
		{audit.PasswordChanged, "9999000001", "", "a", "a", 2},
		{audit.PasswordChanged, "9999000002", "", "b", "b", 4},
		{audit.KeyRevealed, "9999000001", "NI-1", "a", "key", 4},
	}
	start := b.clock()
	for _, r := range rows {
		b.mu.Lock()
		b.now = start.Add(time.Duration(r.hour) * time.Hour)
		b.mu.Unlock()
		b.write(t, func(tx *Tx) error {
			p := access.Person{Name: "Ñandú Ejemplo"}
			if r.document != "" {
				p.Document = access.Document{Type: "CC", Number: r.document}
			}
			return tx.Audit(audit.Entry{Kind: r.kind, Person: p, Entity: r.entity, Account: r.account, Subject: r.subject})
		})
	}
	for name, tt := range map[string]struct {
		filter TrailFilter
		want   []int64
		index  string
	}{
		"all":            {TrailFilter{}, []int64{8, 7, 4, 6, 5, 3, 2, 1}, "by_at"},
		"time":           {TrailFilter{From: start.Add(time.Hour), To: start.Add(3 * time.Hour)}, []int64{6, 5, 3, 2}, "by_at (at>? AND at<?)"},
		"entity":         {TrailFilter{Entity: "NI-1"}, []int64{8, 4, 2, 1}, "by_entity (entity=?)"},
		"entity, time":   {TrailFilter{Entity: "NI-1", From: start.Add(time.Hour), To: start.Add(4 * time.Hour)}, []int64{4, 2}, "by_entity (entity=? AND at>? AND at<?)"},
		"entity and own": {TrailFilter{Entity: "NI-1", Own: "a"}, []int64{8, 4, 6, 2, 1}, "by_entity (entity=?)"},
		"person":         {TrailFilter{Document: "9999000002"}, []int64{7, 3}, "by_document"},
		"no such person": {TrailFilter{Document: "Ejemplo"}, nil, "by_document"},
		"kinds":          {TrailFilter{Kinds: []audit.Kind{audit.KeyRevealed, audit.SignIn}}, []int64{8, 3, 2, 1}, "by_kind (kind=?)"},
		"subjects":       {TrailFilter{Subjects: []string{"key", "request"}}, []int64{8, 4, 2}, "by_subject (subject=?)"},
		"no subjects":    {TrailFilter{Subjects: []string{}}, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := b.search(t, tt.filter, 100); !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
			for _, page := range []int{1, 2, 3} {
				var got []int64
				f := tt.filter
				for {
					found := b.searchFrom(t, &f, page)
					got = append(got, found...)
					if len(found) < page {
						break
					}
				}
				if !slices.Equal(got, tt.want) {
					t.Errorf("pages of %d: %v, want %v", page, got, tt.want)
				}
			}
			query, args := trailQuery(tt.filter, 100)
			if query == "" {
				return
			}
			plan := explain(t, b.db, query, args...)
			if !strings.Contains(plan, "audit_entries_"+tt.index) || strings.Contains(plan, "TEMP B-TREE") != (tt.filter.Subjects != nil) {
				t.Errorf("plan:\n%s", plan)
			}
		})
	}
	b.read(t, func(tx *Tx) error {
		for _, tt := range []struct {
			from, to    time.Time
			first, last int64
		}{
			{time.Time{}, time.Time{}, 1, 8},
			{start.Add(2 * time.Hour), start.Add(4 * time.Hour), 4, 6},
			{start.Add(2 * time.Hour), start.Add(3 * time.Hour), 5, 6},
			{start.Add(9 * time.Hour), time.Time{}, 0, 0},
			{time.Time{}, start.Add(time.Hour), 1, 1},
		} {
			if first, last, err := tx.TrailRange(tt.from, tt.to); err != nil || first != tt.first || last != tt.last {
				t.Errorf("%v to %v: %d to %d, %v", tt.from, tt.to, first, last, err)
			}
		}
		return nil
	})
}

func (b *bench) search(t *testing.T, f TrailFilter, looks int) []int64 {
	return b.searchFrom(t, &f, looks)
}

// searchFrom looks a page further and moves the filter there.
func (b *bench) searchFrom(t *testing.T, f *TrailFilter, looks int) []int64 {
	t.Helper()
	var got []int64
	b.read(t, func(tx *Tx) error {
		return tx.EachTrail(*f, looks, func(r audit.Record) (bool, error) {
			got = append(got, r.Seq)
			f.After = TrailPlace{At: r.At, Seq: r.Seq}
			return true, nil
		})
	})
	return got
}

func TestHeads(t *testing.T) {
	b := newBench(t)
	b.read(t, func(tx *Tx) error {
		if h, err := tx.LastHead(); h != nil || err != nil {
			t.Errorf("%+v, %v", h, err)
		}
		return nil
	})
	b.entries(t, 3)
	for _, day := range []struct {
		name    string
		entries int64
	}{{"2026-09-16", 3}, {"2026-09-17", 0}} {
		if err := b.signHead(t, day.name, day.entries); err != nil {
			t.Fatal(err)
		}
	}
	b.read(t, func(tx *Tx) error {
		last, err := tx.LastHead()
		if err != nil || last.Day != "2026-09-17" || last.Seq != 3 || last.Entries != 0 || !last.SignedAt.Equal(b.clock().Truncate(time.Microsecond)) {
			t.Errorf("%+v, %v", last, err)
		}
		at, err := tx.HeadsAt(3)
		if err != nil || len(at) != 2 || at[0].Day != "2026-09-16" {
			t.Errorf("%+v, %v", at, err)
		}
		after, err := tx.HeadsAfter("2026-09-16", 10)
		if err != nil || len(after) != 1 || after[0].Day != "2026-09-17" {
			t.Errorf("%+v, %v", after, err)
		}
		return nil
	})
}
