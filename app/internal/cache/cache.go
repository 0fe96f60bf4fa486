// Package cache keeps on this computer the rows that lists show, so that they
// open without network. Each row's body is sealed with AES-256-GCM under a key
// of the system's keychain, with the row's kind and id as associated data: a
// body moved to another row does not open. No secret and no contact's data is
// ever handed to it.
//
// Rows and the feed's position are written in one transaction: what a restart
// finds is a true moment of the past. A reset fills a second generation beside
// the one in use and takes its place in one transaction.
//
// Without a keychain, or while another program of the same person has the file
// open, nothing is written: the rows live in memory until the program ends. A file that does not open (damaged, or sealed with a key that is
// gone) is moved aside and begun anew.
//
// A Cache is used by one goroutine at a time.
package cache

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/mattn/go-sqlite3"

	"llavero/shared/wire"
)

// Keys gives the key of an owner's rows, 32 bytes, made on first use. An error
// means that there is no keychain. Package keychain implements it.
type Keys interface {
	CacheKey(owner string) ([]byte, error)
}

// Cache is the kept rows of one owner at a time.
type Cache struct {
	folder string
	keys   Keys
	log    *slog.Logger

	db         *sql.DB
	aead       cipher.AEAD
	kept       bool
	generation int64 // the one in use
	filling    int64 // the one being filled; 0: none
}

// New makes a cache whose files are in a folder, made when needed. Open chooses
// an owner.
func New(folder string, keys Keys, log *slog.Logger) *Cache {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Cache{folder: folder, keys: keys, log: log}
}

// Kept reports whether the rows outlive the program.
func (c *Cache) Kept() bool { return c.kept }

// Open makes the rows of an owner (a name fit for a file) the ones in use. Anew
// reports that a file was there which could not be read: it was moved aside.
func (c *Cache) Open(ctx context.Context, owner string) (anew bool, err error) {
	if err := c.Close(); err != nil {
		return false, err
	}
	if owner == "" || strings.ContainsAny(owner, `/\.:?#%`) {
		return false, fmt.Errorf("cache: %q is no name of an owner", owner)
	}
	key, err := c.keys.CacheKey(owner)
	if err != nil {
		c.log.Warn("no keychain: rows are kept in memory only", "error", err)
		return false, c.openMemory(ctx)
	}
	if c.aead, err = newAEAD(key); err != nil {
		return false, err
	}
	if err := os.MkdirAll(c.folder, 0o700); err != nil {
		return false, fmt.Errorf("cache: folder: %w", err)
	}
	path := filepath.Join(c.folder, owner+".db")
	err = c.openFile(ctx, path)
	if err == nil {
		return false, nil
	}
	if ctx.Err() != nil {
		return false, err
	}
	if isInUse(err) {
		c.log.Warn("another program has the kept rows open: these are in memory only")
		return false, c.openMemory(ctx)
	}
	c.log.Warn("kept rows are unreadable and are moved aside", "error", err)
	if err := c.moveAside(path); err != nil {
		return false, err
	}
	return true, c.openFile(ctx, path)
}

func newAEAD(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil || len(key) != 32 {
		return nil, errors.New("cache: the key is not 32 bytes")
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("cache: cipher: %w", err)
	}
	return aead, nil
}

// openMemory keeps rows of this run in memory, sealed with a key nobody keeps.
func (c *Cache) openMemory(ctx context.Context) error {
	key := make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		return fmt.Errorf("cache: key: %w", err)
	}
	var err error
	if c.aead, err = newAEAD(key); err != nil {
		return err
	}
	c.kept = false
	return c.open(ctx, ":memory:")
}

// openFile opens the file of an owner, or makes it, readable by them alone.
func (c *Cache) openFile(ctx context.Context, path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // the name is checked by Open
	if err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	if err := errors.Join(f.Chmod(0o600), f.Close()); err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	c.kept = true
	path, err = filepath.Abs(path)
	if err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") { // a drive
		path = "/" + path
	}
	// Exclusive: two programs of one person must not share generations.
	name := url.URL{Scheme: "file", Path: path, RawQuery: "_locking_mode=EXCLUSIVE&_journal_mode=WAL&_synchronous=NORMAL&_busy_timeout=200"}
	return c.open(ctx, name.String())
}

// isInUse reports that another program of this person has the file open.
func isInUse(err error) bool {
	e, ok := errors.AsType[sqlite3.Error](err)
	return ok && (e.Code == sqlite3.ErrBusy || e.Code == sqlite3.ErrLocked)
}

// schema is the tables of a new file. Ids of rows are no secret; bodies are
// sealed.
const schema = `
CREATE TABLE IF NOT EXISTS position (
    only       INTEGER PRIMARY KEY CHECK (only = 1),
    generation INTEGER NOT NULL, -- of the rows in use
    sealed     BLOB NOT NULL     -- JSON of the position
) STRICT;
CREATE TABLE IF NOT EXISTS rows (
    generation INTEGER NOT NULL,
    kind       TEXT NOT NULL,    -- wire.RowKind
    id         TEXT NOT NULL,
    version    INTEGER NOT NULL,
    sealed     BLOB NOT NULL,    -- JSON of the row's body
    PRIMARY KEY (generation, kind, id)
) STRICT, WITHOUT ROWID;
PRAGMA user_version = 1;`

const schemaVersion = 1

// open opens a database and checks that it is one of ours under our key.
func (c *Cache) open(ctx context.Context, name string) error {
	db, err := sql.Open("sqlite3", name)
	if err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	db.SetMaxOpenConns(1)
	c.db, c.filling = db, 0
	if err := c.begin(ctx); err != nil {
		return errors.Join(err, c.Close())
	}
	return nil
}

func (c *Cache) begin(ctx context.Context) error {
	var version int
	if err := c.db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	if version != 0 && version != schemaVersion {
		return fmt.Errorf("cache: tables of version %d, not %d", version, schemaVersion)
	}
	if _, err := c.db.ExecContext(ctx, schema); err != nil {
		return fmt.Errorf("cache: tables: %w", err)
	}
	var check string
	if err := c.db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&check); err != nil || check != "ok" {
		return fmt.Errorf("cache: check %q: %w", check, err)
	}
	at, generation, err := c.position(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		c.generation = 1
		return c.write(ctx, func(tx *sql.Tx) error { return c.setPosition(ctx, tx, 1, at) })
	}
	if err != nil {
		return err
	}
	c.generation = generation
	// What an interrupted reset left behind is of no use.
	_, err = c.db.ExecContext(ctx, "DELETE FROM rows WHERE generation <> $1", generation)
	if err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	return nil
}

// moveAside renames a file and what belongs to it. One earlier is kept beside
// it, no more.
func (c *Cache) moveAside(path string) error {
	aside := path + ".damaged"
	for _, end := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(aside + end); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("cache: making room: %w", err)
		}
		if err := os.Rename(path+end, aside+end); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("cache: moving aside: %w", err)
		}
	}
	return nil
}

// Close closes the rows in use. They stay where they are.
func (c *Cache) Close() error {
	if c.db == nil {
		return nil
	}
	err := c.db.Close()
	c.db = nil
	if err != nil {
		return fmt.Errorf("cache: closing: %w", err)
	}
	return nil
}

// Load hands over each kept row, and returns where they stand. A row that does
// not open is an error: the file is not what we wrote.
func (c *Cache) Load(ctx context.Context, each func(wire.Change) error) (wire.Position, error) {
	at, _, err := c.position(ctx)
	if err != nil {
		return at, err
	}
	rows, err := c.db.QueryContext(ctx, "SELECT kind, id, version, sealed FROM rows WHERE generation = $1", c.generation)
	if err != nil {
		return at, fmt.Errorf("cache: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var change wire.Change
		var sealed sql.RawBytes
		if err := rows.Scan(&change.Kind, &change.ID, &change.Version, &sealed); err != nil {
			return at, fmt.Errorf("cache: %w", err)
		}
		if change.Body, err = c.unseal(sealed, label(change.Kind, change.ID)); err != nil {
			return at, err
		}
		if err := each(change); err != nil {
			return at, err
		}
	}
	if err := rows.Err(); err != nil {
		return at, fmt.Errorf("cache: %w", err)
	}
	return at, nil
}
