package backup

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/receipt"
)

// Checked is a backup that was found whole.
type Checked struct {
	Manifest Manifest
	Bytes    int64
	Signed   []byte // the signed list; nil: nobody signed
	// IsNewer says that the tables are newer than this program knows: it checked
	// everything but the audit trail, and cannot serve from it.
	IsNewer bool
}

// VerifySignature says whether a key of the ring signed this backup.
func (c Checked) VerifySignature(ring receipt.KeyRing) error {
	if c.Signed == nil {
		return ErrUnsigned
	}
	signed, err := receipt.ParseSigned(c.Signed)
	if err != nil {
		return err
	}
	return ring.Verify(Format, signed.Document, signed.Signature)
}

// SignedBy names the key that a backup says signed it; "": nobody signed.
func (c Checked) SignedBy() receipt.KeyID {
	signed, err := receipt.ParseSigned(c.Signed)
	if c.Signed == nil || err != nil {
		return ""
	}
	return signed.Signature.KeyID
}

// Inspect reads what a backup says of itself and checks that, and not the blocks.
func Inspect(path string) (Manifest, error) {
	f, err := os.Open(path)
	if err != nil {
		return Manifest{}, err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return Manifest{}, err
	}
	c, err := open(f, info.Size())
	if err != nil {
		return Manifest{}, err
	}
	return c.manifest, nil
}

// Verify checks a whole backup, needing nothing but the file: every byte, then
// the database in it: SQLite's own check, rows that refer to none, the facts of
// the list, the audit trail to its end. It unpacks into a folder of its own under
// temp ("": the system's) and removes that.
func Verify(ctx context.Context, path, temp string, clock func() time.Time) (_ Checked, err error) {
	dir, err := os.MkdirTemp(temp, ".llavero-verify-")
	if err != nil {
		return Checked{}, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	database := filepath.Join(dir, "llavero.db")
	checked, err := Unpack(path, database)
	if err != nil {
		return checked, err
	}
	checked.IsNewer, err = CheckDatabase(ctx, database, checked.Manifest, clock)
	return checked, err
}

// Unpack checks every byte of a backup and writes its database into a new file
// of mode 0600. What it leaves at an error is not to be used.
func Unpack(path, database string) (_ Checked, err error) {
	f, err := os.Open(path)
	if err != nil {
		return Checked{}, err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return Checked{}, err
	}
	if !info.Mode().IsRegular() {
		return Checked{}, fmt.Errorf("%w: it is no file", ErrNotBackup)
	}
	c, err := open(f, info.Size())
	if err != nil {
		return Checked{}, err
	}
	out, err := os.OpenFile(database, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return Checked{}, err
	}
	err = errors.Join(c.unpack(out), out.Close())
	return Checked{Manifest: c.manifest, Bytes: info.Size(), Signed: c.signed}, err
}

// ContentError says that a backup is whole and the database in it is not.
type ContentError struct{ Why string }

// Error implements error.
func (e *ContentError) Error() string { return "the database in it: " + e.Why }

// CheckDatabase checks a database file that nobody has open against what its
// backup says; the zero Manifest says nothing. It brings the file up to date with
// this program: that is part of the check.
func CheckDatabase(ctx context.Context, database string, m Manifest, clock func() time.Time) (isNewer bool, err error) {
	complaints, err := store.Check(ctx, database)
	if err != nil {
		return false, &ContentError{err.Error()}
	}
	if len(complaints) > 0 {
		return false, &ContentError{complaints[0]}
	}
	facts, err := store.FactsOf(ctx, database)
	if err != nil {
		return false, &ContentError{err.Error()}
	}
	if m.Format != "" {
		if err := m.compare(facts); err != nil {
			return false, err
		}
	}
	db, err := store.Open(ctx, database, clock)
	if errors.Is(err, store.ErrNewer) {
		return true, nil
	}
	if err != nil {
		return false, &ContentError{err.Error()}
	}
	head, err := audit.Verify(ctx, db)
	err = errors.Join(err, db.Close())
	if broken, ok := errors.AsType[*audit.BrokenError](err); ok {
		return false, &ContentError{broken.Error()}
	}
	if err == nil && head.Seq != facts.AuditSeq {
		return false, &ContentError{fmt.Sprintf("its audit trail ends at %d and not at %d", head.Seq, facts.AuditSeq)}
	}
	return false, err
}

// compare checks that the database is the one the list tells of.
func (m Manifest) compare(f store.Facts) error {
	want := manifestOf(f)
	differs := func(what string) error { return &ContentError{"its " + what + " is not the one of the list"} }
	switch {
	case want.Epoch != m.Epoch:
		return differs("epoch")
	case want.Genesis != m.Genesis:
		return differs("first audit entry")
	case want.Schema != m.Schema:
		return differs("schema")
	case want.Head != m.Head:
		return differs("position of the feed")
	case want.Audit != m.Audit:
		return differs("audit trail's end")
	case !maps.Equal(want.Rows, m.Rows):
		return differs("number of rows")
	}
	return nil
}
