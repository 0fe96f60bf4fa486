// Package seal keeps secrets at rest. A value is sealed under a Tink keyset that
// lives in a file of its own, outside the database, together with the identity
// of the record it belongs to: sealed bytes moved to another record do not open.
//
// The keyset can hold several keys: new values are sealed with the primary one,
// older values open with the one they were sealed with, so that it can be
// rotated without touching the rows.
//
// A Box is immutable and safe for many goroutines.
package seal

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"

	"llavero/shared/secret"
)

// Errors a caller decides by.
var (
	// ErrNoKeyset says that the keyset file is not there.
	ErrNoKeyset = errors.New("seal: the keyset file is missing")
	// ErrKeyset says that the keyset file cannot be used.
	ErrKeyset = errors.New("seal: the keyset file cannot be used")
	// ErrNotOpened says that sealed bytes do not open: another keyset, another
	// record's identity, or bytes that were changed. Which one cannot be told.
	ErrNotOpened = errors.New("seal: the sealed value does not open")
)

// minIdentity keeps a forgotten identity from binding values to nothing.
const minIdentity = 3

// Box seals and opens.
type Box struct{ aead tink.AEAD }

// Create makes a new keyset file, readable by its owner only, and opens it. A
// file that is already there is never overwritten: the values sealed under it
// would be lost.
func Create(path string) (*Box, error) {
	handle, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("make a keyset: %w", err)
	}
	var doc bytes.Buffer
	if err := insecurecleartextkeyset.Write(handle, keyset.NewJSONWriter(&doc)); err != nil {
		return nil, fmt.Errorf("write a keyset: %w", err)
	}
	if err := writeNew(path, doc.Bytes()); err != nil {
		return nil, fmt.Errorf("keyset %s: %w", path, err)
	}
	return of(handle, path)
}

// writeNew writes and syncs a file that must not exist yet, and its folder.
func writeNew(path string, body []byte) (err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(body)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return errors.Join(err, os.Remove(path))
	}
	if runtime.GOOS == "windows" {
		return nil // a folder cannot be synced there
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// Open reads a keyset file. It refuses one that others than its owner can read.
func Open(path string) (*Box, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s; give the server the file its secrets were sealed with, they do not open without it", ErrNoKeyset, path)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKeyset, err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%w: %s is not a file", ErrKeyset, path)
	}
	if mode := info.Mode().Perm(); runtime.GOOS != "windows" && mode&0o077 != 0 {
		return nil, fmt.Errorf("%w: %s has mode %04o and others may read it; make it 0600", ErrKeyset, path, mode)
	}
	body, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKeyset, err)
	}
	handle, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(body)))
	if err != nil {
		return nil, fmt.Errorf("%w: %s holds no keyset", ErrKeyset, path) // the cause may quote the file
	}
	return of(handle, path)
}

// OpenOrCreate opens the keyset file, making it when it is not there: for a
// first start, when nothing was sealed yet.
func OpenOrCreate(path string) (*Box, error) {
	box, err := Open(path)
	if errors.Is(err, ErrNoKeyset) {
		return Create(path)
	}
	return box, err
}

func of(handle *keyset.Handle, path string) (*Box, error) {
	a, err := aead.New(handle)
	if err != nil {
		return nil, fmt.Errorf("%w: %s holds keys of another use", ErrKeyset, path)
	}
	return &Box{aead: a}, nil
}

// Seal seals a value for the record of this identity ("secret/…").
func (b *Box) Seal(t secret.Text, identity string) ([]byte, error) {
	if len(identity) < minIdentity {
		return nil, errors.New("seal: an identity is needed")
	}
	sealed, err := b.aead.Encrypt([]byte(t.Reveal()), []byte(identity))
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return sealed, nil
}

// Open opens what was sealed for the record of this identity, or answers
// ErrNotOpened.
func (b *Box) Open(sealed []byte, identity string) (secret.Text, error) {
	value, err := b.aead.Decrypt(sealed, []byte(identity))
	if err != nil {
		return secret.Text{}, fmt.Errorf("%w: %s", ErrNotOpened, identity)
	}
	return secret.New(string(value)), nil
}
