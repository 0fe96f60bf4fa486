// Package store keeps everything in one SQLite file: rows, audit trail, the
// feed's log of changes and the worker's jobs.
//
// A write is one transaction of four things: the row, the audit entry (Tx.Audit),
// the change for the feed (Tx.Change), the job for the worker (Tx.Enqueue).
// Nobody is told before commit; waking then carries no data.
//
// Concurrency: one connection writes, its transactions queue; many connections
// read and see the last commit. A DB is safe for concurrent use, a Tx belongs to
// the goroutine that got it and ends with the function it was given to.
//
// SQL numbers its parameters $1, $2… in the order of first appearance: to SQLite
// they are names.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// Errors that use cases decide by.
var (
	// ErrNotFound says that there is no such row.
	ErrNotFound = errors.New("store: no such row")
	// ErrStale says that the row is no longer at the version it was read at.
	ErrStale = errors.New("store: the row changed meanwhile")
	// ErrNewer says that the database was made by a newer program.
	ErrNewer = errors.New("store: the database is newer than this program")
)

// readers is how many transactions read at the same time.
const readers = 8

// statements is how many prepared statements each connection keeps.
const statements = "80"

// DB is an open database.
type DB struct {
	path   string
	clock  func() time.Time
	writer *sql.DB
	reader *sql.DB
	opened int64 // foreignCommits when it was opened
	timed  func() (end func())

	beforeMigration func(ctx context.Context, from, to string) error
	isReplicated    bool

	mu    sync.Mutex
	wakes map[chan struct{}]struct{}
}

// Option changes how a database is opened.
type Option func(*DB)

// WithBeforeMigration has fn called before the tables of an older database are
// changed, with the names of the migrations it stands at and goes to. An error
// leaves it as it is.
func WithBeforeMigration(fn func(ctx context.Context, from, to string) error) Option {
	return func(db *DB) { db.beforeMigration = fn }
}

// WithReplication leaves it to another program, Litestream, to move the WAL into
// the file.
func WithReplication() Option { return func(db *DB) { db.isReplicated = true } }

// OpenTrail opens a database to check its audit trail and nothing else: it is
// read only, brings nothing up to date and asks nothing of the guards.
func OpenTrail(ctx context.Context, path string, clock func() time.Time) (*DB, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("database %s: %w", path, err)
	}
	db := &DB{path: abs, clock: clock, wakes: map[chan struct{}]struct{}{}}
	if db.reader, err = openReader(abs); err != nil {
		return nil, err
	}
	db.writer = db.reader // its connections refuse to write
	if err := db.reader.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open database %s for reading: %w", abs, err), db.reader.Close())
	}
	return db, nil
}

func openReader(abs string) (*sql.DB, error) {
	reader, err := openSQL(dsn(abs, "mode", "ro", "_query_only", "1", "_foreign_keys", "1",
		"_busy_timeout", "5000", "_stmt_cache_size", statements))
	if err != nil {
		return nil, fmt.Errorf("open database %s for reading: %w", abs, err)
	}
	reader.SetMaxOpenConns(readers)
	reader.SetMaxIdleConns(readers)
	return reader, nil
}

// Open opens the database file at path, making it on first start, and brings its
// tables up to date. clock gives each transaction its instant.
func Open(ctx context.Context, path string, clock func() time.Time, options ...Option) (*DB, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("database %s: %w", path, err)
	}
	if err := ensureFile(abs); err != nil {
		return nil, err
	}
	db := &DB{path: abs, clock: clock, wakes: map[chan struct{}]struct{}{}}
	for _, o := range options {
		o(db)
	}
	db.writer, err = openSQL(dsn(abs, "_txlock", "immediate", "_journal_mode", "WAL",
		"_synchronous", "FULL", "_foreign_keys", "1", "_recursive_triggers", "1", "_busy_timeout", "5000",
		"_secure_delete", "FAST", // what is deleted goes from the pages that are written anyway
		"_stmt_cache_size", statements))
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", abs, err)
	}
	db.writer.SetMaxOpenConns(1)
	db.writer.SetMaxIdleConns(1)
	db.writer.SetConnMaxIdleTime(0)
	if db.isReplicated { // the only writing connection, which lives as long as db
		if _, err := db.writer.ExecContext(ctx, `PRAGMA wal_autocheckpoint = 0`); err != nil {
			return nil, errors.Join(fmt.Errorf("open database %s: %w", abs, err), db.writer.Close())
		}
	}
	if err := db.migrate(ctx); err != nil {
		return nil, errors.Join(err, db.writer.Close())
	}
	if err := checkGuards(ctx, db.writer); err != nil {
		return nil, errors.Join(fmt.Errorf("database %s: %w", abs, err), db.writer.Close())
	}
	if db.opened, err = db.foreignCommits(ctx); err != nil {
		return nil, errors.Join(err, db.writer.Close())
	}
	if db.reader, err = openReader(abs); err != nil {
		return nil, errors.Join(err, db.writer.Close())
	}
	return db, nil
}

// ensureFile makes the file readable by its owner only; SQLite gives its
// companions (-wal, -shm) the same mode.
func ensureFile(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	return f.Close()
}

func dsn(path string, settings ...string) string {
	q := url.Values{}
	for i := 0; i < len(settings); i += 2 {
		q.Set(settings[i], settings[i+1])
	}
	slashed := filepath.ToSlash(path)
	if !strings.HasPrefix(slashed, "/") {
		slashed = "/" + slashed
	}
	return "file:" + (&url.URL{Path: slashed}).EscapedPath() + "?" + q.Encode()
}

// Path returns the database file's absolute path.
func (db *DB) Path() string { return db.path }

// Close closes the file. Transactions under way end first.
func (db *DB) Close() error {
	return errors.Join(db.reader.Close(), db.writer.Close())
}

// Epoch returns the name of this life of the database. It changes when a backup
// is restored; positions of another epoch mean nothing.
func (db *DB) Epoch(ctx context.Context) (string, error) {
	var epoch string
	err := db.Read(ctx, func(tx *Tx) error {
		var err error
		epoch, err = tx.Meta("epoch")
		return err
	})
	return epoch, err
}

// Subscribe returns a channel of size one that is signalled after each commit
// that wrote changes or jobs. It carries no data: look at the store again. The
// caller must call cancel when done.
func (db *DB) Subscribe() (wake <-chan struct{}, cancel func()) {
	ch := make(chan struct{}, 1)
	db.mu.Lock()
	db.wakes[ch] = struct{}{}
	db.mu.Unlock()
	return ch, func() {
		db.mu.Lock()
		delete(db.wakes, ch)
		db.mu.Unlock()
	}
}

func (db *DB) wakeAll() {
	db.mu.Lock()
	defer db.mu.Unlock()
	for ch := range db.wakes {
		select {
		case ch <- struct{}{}:
		default: // already told to look
		}
	}
}
