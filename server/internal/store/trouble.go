package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/mattn/go-sqlite3"
)

// ErrNoWrite says that the database's file takes no write now: its disk is full,
// it is read only, or the disk fails. What was committed stays, reading goes on,
// and the same write may be tried again.
var ErrNoWrite = errors.New("store: the database takes no write")

// ErrBusy says that another process held the database for too long.
var ErrBusy = errors.New("store: the database is busy")

// troubled adds what callers decide by to an error of SQLite's.
func troubled(err error) error {
	e, ok := errors.AsType[sqlite3.Error](err)
	if !ok {
		return err
	}
	switch e.Code {
	case sqlite3.ErrFull, sqlite3.ErrReadonly, sqlite3.ErrIoErr, sqlite3.ErrCantOpen, sqlite3.ErrPerm:
		return &trouble{ErrNoWrite, err}
	case sqlite3.ErrBusy, sqlite3.ErrLocked:
		return &trouble{ErrBusy, err}
	}
	return err
}

// SetReadOnly has every write refused by SQLite, as on a file system that was
// mounted read only, until it is taken back. It is for tests of that fault.
func (db *DB) SetReadOnly(ctx context.Context, is bool) error {
	_, err := db.writer.ExecContext(ctx, fmt.Sprintf(`PRAGMA query_only = %d`, bit(is)))
	return err
}

// trouble reads as its cause.
type trouble struct{ is, cause error }

func (t *trouble) Error() string   { return t.cause.Error() }
func (t *trouble) Unwrap() []error { return []error{t.is, t.cause} }
