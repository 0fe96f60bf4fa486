package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/mattn/go-sqlite3"
)

// ErrForeign says that a file is no database of this program.
var ErrForeign = errors.New("store: not a database of Llavero")

// Facts is what tells one state of a database: of any schema this program or an
// older one made.
type Facts struct {
	Epoch      string
	Genesis    string // hash of the first audit entry, hex: the same for all lives of one database
	Schema     int    // number of the last migration
	SchemaName string
	Head       int64 // position of the feed
	AuditSeq   int64
	AuditHash  string           // of the last audit entry, hex; "" when there is none
	Rows       map[string]int64 // by table
}

// pagesAtOnce is how many pages one step of a copy reads: 4 MiB.
const pagesAtOnce = 1024

// Copy copies the database file at from, as it was at one commit, into a new
// file at to. Writers go on meanwhile: it reads one snapshot of the WAL, which
// therefore grows for as long as the copy takes. It works beside a running
// server and without one. The pages are the same, so that nothing is renumbered;
// the file is not synced.
func Copy(ctx context.Context, from, to string) (_ Facts, err error) {
	source, err := openOnly(from, "mode", "ro", "_busy_timeout", "5000")
	if err != nil {
		return Facts{}, err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	src, err := source.Conn(ctx)
	if err != nil {
		return Facts{}, fmt.Errorf("open %s: %w", from, err)
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	// The snapshot is the first read's, and lasts until the connection ends.
	if _, err := src.ExecContext(ctx, `BEGIN`); err != nil {
		return Facts{}, fmt.Errorf("read %s: %w", from, err)
	}
	facts, err := factsOf(ctx, src)
	if err != nil {
		return Facts{}, fmt.Errorf("read %s: %w", from, err)
	}
	target, err := openOnly(to, "_journal_mode", "OFF", "_synchronous", "OFF")
	if err != nil {
		return Facts{}, err
	}
	defer func() { err = errors.Join(err, target.Close()) }()
	dst, err := target.Conn(ctx)
	if err != nil {
		return Facts{}, fmt.Errorf("open %s: %w", to, err)
	}
	defer func() { err = errors.Join(err, dst.Close()) }()
	return facts, dst.Raw(func(d any) error {
		return src.Raw(func(s any) error { return pump(ctx, d, s) })
	})
}

// pump copies page by page; it stops between two steps when ctx ends.
func pump(ctx context.Context, d, s any) (err error) {
	dst, isDst := d.(*sqlite3.SQLiteConn)
	src, isSrc := s.(*sqlite3.SQLiteConn)
	if !isDst || !isSrc {
		return errors.New("store: not a SQLite connection")
	}
	job, err := dst.Backup("main", src, "main")
	if err != nil {
		return fmt.Errorf("copy: %w", err)
	}
	defer func() {
		if end := job.Finish(); err == nil && end != nil {
			err = fmt.Errorf("copy: %w", end)
		}
	}()
	left := -1
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		done, err := job.Step(pagesAtOnce)
		if err != nil {
			return fmt.Errorf("copy: %w", err)
		}
		if done {
			return nil
		}
		if now := job.Remaining(); now != left {
			left = now
			continue
		}
		select { // somebody holds the file for a moment
		case <-ctx.Done():
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// Settle moves the WAL of a database that nobody has open into its file, so that
// the file is all there is.
func Settle(ctx context.Context, path string) (err error) {
	db, err := openOnly(path, "mode", "rw", "_busy_timeout", "5000")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var busy, pages, moved int
	if err := db.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &pages, &moved); err != nil {
		return fmt.Errorf("settle %s: %w", path, err)
	}
	if busy != 0 {
		return fmt.Errorf("settle %s: somebody else has it open", path)
	}
	return nil
}

// FactsOf reads the facts of a database file that nobody has open.
func FactsOf(ctx context.Context, path string) (_ Facts, err error) {
	db, err := openOnly(path, "mode", "ro", "immutable", "1")
	if err != nil {
		return Facts{}, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	conn, err := db.Conn(ctx)
	if err != nil {
		return Facts{}, fmt.Errorf("open %s: %w", path, err)
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	return factsOf(ctx, conn)
}

// maxComplaints bounds what is told of a damaged file.
const maxComplaints = 5

// Check looks a database file over that nobody has open: SQLite's own check of
// every page and index, and rows that refer to rows that are not there. It
// answers what is wrong in SQLite's words; none: nothing.
func Check(ctx context.Context, path string) (complaints []string, err error) {
	db, err := openOnly(path, "mode", "ro", "immutable", "1")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if complaints, err = listOf(ctx, db, `SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok' LIMIT $1`, maxComplaints); err != nil {
		return nil, fmt.Errorf("check %s: %w", path, err)
	}
	broken, err := listOf(ctx, db, `SELECT 'a row of ' || "table" || ' refers to a row of ' || parent || ' that is not there'
		FROM pragma_foreign_key_check LIMIT $1`, maxComplaints)
	if err != nil {
		return nil, fmt.Errorf("check %s: %w", path, err)
	}
	return append(complaints, broken...), nil
}

func listOf(ctx context.Context, db *sql.DB, query string, args ...any) (list []string, err error) {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, rows.Err()
}

func openOnly(path string, settings ...string) (*sql.DB, error) {
	db, err := openSQL(dsn(path, settings...))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

func factsOf(ctx context.Context, conn *sql.Conn) (f Facts, err error) {
	tables, err := tablesOf(ctx, conn)
	if err != nil {
		return f, err
	}
	f.Rows = map[string]int64{}
	for _, table := range tables {
		var n int64
		if err := conn.QueryRowContext(ctx, `SELECT count(*) FROM "`+table+`"`).Scan(&n); err != nil {
			return f, err
		}
		f.Rows[table] = n
	}
	for _, table := range []string{"migrations", "meta", "counters", "audit_entries"} {
		if _, ok := f.Rows[table]; !ok {
			return f, fmt.Errorf("%w: it has no table %s", ErrForeign, table)
		}
	}
	read := func(query string, into ...any) {
		if err == nil {
			err = conn.QueryRowContext(ctx, query).Scan(into...)
			if errors.Is(err, sql.ErrNoRows) {
				err = nil
			}
		}
	}
	var genesis, last []byte
	read(`SELECT value FROM meta WHERE name = 'epoch'`, &f.Epoch)
	read(`SELECT number, name FROM migrations ORDER BY number DESC LIMIT 1`, &f.Schema, &f.SchemaName)
	read(`SELECT value FROM counters WHERE name = 'change'`, &f.Head)
	read(`SELECT hash FROM audit_entries ORDER BY seq LIMIT 1`, &genesis)
	read(`SELECT seq, hash FROM audit_entries ORDER BY seq DESC LIMIT 1`, &f.AuditSeq, &last)
	f.Genesis, f.AuditHash = hex.EncodeToString(genesis), hex.EncodeToString(last)
	return f, err
}

func tablesOf(ctx context.Context, conn *sql.Conn) (tables []string, err error) {
	rows, err := conn.QueryContext(ctx, `SELECT name FROM sqlite_schema
		WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\' AND name NOT LIKE '%"%' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name`)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		tables = append(tables, name)
	}
	return tables, rows.Err()
}
