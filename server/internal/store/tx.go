package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Tx is one transaction. It carries one instant and is bound to the context it
// was begun with: when that ends, it is rolled back.
type Tx struct {
	tx  *sql.Tx
	now time.Time

	told bool // changes or jobs were written: wake after commit
}

// Now is the instant of the whole transaction, UTC, in microseconds.
func (tx *Tx) Now() time.Time { return tx.now }

// Write runs fn in a writing transaction, commits when it returns nil and wakes
// the subscribers after that. An error or a panic of fn leaves nothing behind.
// ErrNoWrite and ErrBusy tell of the file's trouble, not of fn's.
func (db *DB) Write(ctx context.Context, fn func(tx *Tx) error) error {
	if db.timed != nil {
		defer db.timed()()
	}
	tx, err := db.run(ctx, db.writer, fn)
	if err != nil {
		return err
	}
	if tx.told {
		db.wakeAll()
	}
	return nil
}

// Read runs fn in a reading transaction: all its queries see the same commit.
func (db *DB) Read(ctx context.Context, fn func(tx *Tx) error) error {
	_, err := db.run(ctx, db.reader, fn)
	return err
}

func (db *DB) run(ctx context.Context, pool *sql.DB, fn func(tx *Tx) error) (_ *Tx, err error) {
	inner, err := pool.BeginTx(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("begin transaction: %w", troubled(err))
	}
	done := false
	defer func() {
		if !done { // fn failed or panicked
			if undo := inner.Rollback(); undo != nil && !errors.Is(undo, sql.ErrTxDone) {
				err = errors.Join(err, fmt.Errorf("roll back: %w", undo))
			}
		}
	}()
	tx := &Tx{tx: inner, now: db.clock().UTC().Truncate(time.Microsecond)}
	if err := fn(tx); err != nil {
		return nil, troubled(err)
	}
	done = true
	if err := inner.Commit(); err != nil {
		return nil, fmt.Errorf("commit: %w", troubled(err))
	}
	return tx, nil
}

// Meta returns a value of the table meta; ErrNotFound when it is not set.
func (tx *Tx) Meta(name string) (string, error) {
	var value string
	err := tx.row(`SELECT value FROM meta WHERE name = $1`, name).Scan(&value)
	return value, found(err)
}

// SetMeta sets a value of the table meta.
func (tx *Tx) SetMeta(name, value string) error {
	_, err := tx.exec(`INSERT INTO meta (name, value) VALUES ($1, $2)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, value)
	return err
}

// Count adds one to a counter and returns its new value. Numbers taken by a
// transaction that is rolled back are free again: counters have no gaps.
func (tx *Tx) Count(counter string) (int64, error) {
	var n int64
	err := tx.row(`INSERT INTO counters (name, value) VALUES ($1, 1)
		ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value`, counter).Scan(&n)
	return n, err
}

func (tx *Tx) counter(name string) (int64, error) {
	var n int64
	err := tx.row(`SELECT value FROM counters WHERE name = $1`, name).Scan(&n)
	return n, found(err)
}

func (tx *Tx) exec(query string, args ...any) (sql.Result, error) { return tx.tx.Exec(query, args...) }

func (tx *Tx) row(query string, args ...any) *sql.Row { return tx.tx.QueryRow(query, args...) }

func (tx *Tx) query(query string, args ...any) (*sql.Rows, error) { return tx.tx.Query(query, args...) }

// prepare makes a statement that lives until the transaction ends; for bulk work.
func (tx *Tx) prepare(query string) (*sql.Stmt, error) { return tx.tx.Prepare(query) }

// execOne runs a statement that must change exactly one row; none is ErrNotFound.
func (tx *Tx) execOne(query string, args ...any) error {
	n, err := tx.execCount(query, args...)
	if err == nil && n == 0 {
		err = ErrNotFound
	}
	return err
}

func (tx *Tx) execCount(query string, args ...any) (int64, error) {
	res, err := tx.exec(query, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// each runs a query and hands each row's scanner to fn.
func (tx *Tx) each(fn func(scan func(...any) error) error, query string, args ...any) error {
	rows, err := tx.query(query, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := fn(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// found turns the driver's "no rows" into ErrNotFound.
func found(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	return err
}

// micros is an instant as stored: Unix microseconds, 0 for the zero time.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// instant reads micros back.
func instant(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
