// Package backup makes copies of the database, checks them and puts them back.
//
// A backup is one file of our own (container.go): the database's pages in
// compressed blocks, then a list (the Manifest) with the SHA-256 of each block
// and of everything that tells this state of the database, signed by the server
// when it has a key, then an end mark with the SHA-256 of the list. Every byte of
// the file is under one of those sums, so that one that changed is found, and
// where, without the keyset and without the server. The keyset and the signing
// key are never in it: they need a backup of their own.
//
// A file appears under its name only when it is whole and on the disk: what a
// full disk, a kill or a power cut leaves is a hidden temporary file, which the
// next backup of the same database sweeps away.
//
// Concurrency: one backup of a database at a time, in all processes, by a lock
// file beside it. Everything else is a function over files.
package backup

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"llavero/server/internal/store"
	"llavero/shared/receipt"
)

// Format names what this program writes and reads; it is what the signature of a
// backup is for.
const Format = "llavero.backup.v1"

// Cause says why a backup was made.
type Cause string

// The causes.
const (
	CauseCommand   Cause = "command"   // somebody asked
	CauseSchedule  Cause = "schedule"  // its hour came
	CauseMigration Cause = "migration" // before the tables change
)

// Manifest is what a backup says of itself.
type Manifest struct {
	Format   string    `json:"format"`
	MadeAt   time.Time `json:"madeAt"`
	MadeBy   string    `json:"madeBy"` // version of the program
	Cause    Cause     `json:"cause"`
	Epoch    string    `json:"epoch"`
	Genesis  string    `json:"genesis"` // hash of the first audit entry: which installation
	Schema   Schema    `json:"schema"`
	Head     int64     `json:"head"` // position of the feed
	Audit    Audit     `json:"audit"`
	Rows     Rows      `json:"rows"`
	Database Raw       `json:"database"`

	Compression string  `json:"compression"` // deflate
	BlockBytes  int64   `json:"blockBytes"`  // of the database, before compression; the last has the rest
	Blocks      []Block `json:"blocks"`
}

// Schema is the last migration.
type Schema struct {
	Number int    `json:"number"`
	Name   string `json:"name"`
}

// Audit is the end of the audit trail.
type Audit struct {
	Seq  int64  `json:"seq"`
	Hash string `json:"hash"` // hex
}

// Rows is how many rows each table has.
type Rows map[string]int64

// Raw is the database file as it was.
type Raw struct {
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"` // hex
}

// Block is one compressed block.
type Block struct {
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"` // hex, of the compressed bytes
}

// Errors a caller decides by.
var (
	// ErrNotBackup says that a file is no backup of this program.
	ErrNotBackup = errors.New("not a backup of Llavero")
	// ErrNewer says that a newer program made the backup.
	ErrNewer = errors.New("made by a newer program")
	// ErrBusy says that another backup of the same database is being made.
	ErrBusy = errors.New("another backup of this database is being made")
	// ErrUnsigned says that nobody signed a backup.
	ErrUnsigned = errors.New("nobody signed it")
	// ErrExists says that the file that was named is already there.
	ErrExists = errors.New("there is a file of that name already")
)

// DamageError says which part of a backup is not what was written.
type DamageError struct {
	Part     string // in plain words
	From, To int64  // its bytes in the file, From included, To not
	Why      string
}

// Error implements error.
func (e *DamageError) Error() string {
	return fmt.Sprintf("damaged: %s (bytes %d to %d): %s", e.Part, e.From, e.To-1, e.Why)
}

func manifestOf(f store.Facts) Manifest {
	return Manifest{
		Format: Format, Epoch: f.Epoch, Genesis: f.Genesis, Schema: Schema{f.Schema, f.SchemaName}, Head: f.Head,
		Audit: Audit{f.AuditSeq, f.AuditHash}, Rows: f.Rows, Compression: compression, BlockBytes: blockBytes,
	}
}

// document writes the manifest in canonical form: there is one way to write it.
func (m Manifest) document() ([]byte, error) {
	b, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	return receipt.Canonical(b)
}
