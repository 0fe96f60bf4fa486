// Package seal keeps secrets at rest. A value is sealed under a Tink keyset that
// lives in a file of its own, outside the database, together with the identity
// of the record it belongs to: sealed bytes moved to another record do not open.
//
// The keyset can hold several keys: new values are sealed with the primary one,
// older values open with the one they were sealed with. AddKey puts a new primary
// key in the file, RemoveKeys takes out what seals nothing any more.
//
// A Box follows its file while a server runs: it looks at the file before it
// seals, and when a value was sealed with a key it does not know. It takes up
// only a keyset of the same database (see Guard), and goes on with the keys it
// has when the file is gone or unusable. A key it once had still opens until the
// program ends: bytes read before a re-sealing may be opened after it.
//
// A Box is safe for many goroutines.
package seal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"sync/atomic"

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

// prefixLength is how many first bytes of a sealed value name its key: Tink's
// mark, and the key's id.
const prefixLength = 5

// tinkMark is the first byte of what Tink seals.
const tinkMark = 1

// ID names a key of a keyset, as keyId does in its file.
type ID uint32

// Prefix is what everything that the key sealed begins with.
func (id ID) Prefix() []byte { return binary.BigEndian.AppendUint32([]byte{tinkMark}, uint32(id)) }

// KeyOf says which key sealed a value. False: it was never sealed.
func KeyOf(sealed []byte) (ID, bool) {
	if len(sealed) < prefixLength || sealed[0] != tinkMark {
		return 0, false
	}
	return ID(binary.BigEndian.Uint32(sealed[1:prefixLength])), true
}

// keys is a keyset as it was read from its file.
type keys struct {
	aead    tink.AEAD
	primary ID
	ids     []ID
	file    os.FileInfo
	before  *keys // what it took the place of; nil: nothing
}

func (k *keys) has(id ID) bool { return slices.Contains(k.ids, id) }

func (k *keys) open(sealed []byte, identity string) (secret.Text, error) {
	value, err := k.aead.Decrypt(sealed, []byte(identity))
	if err != nil {
		return secret.Text{}, fmt.Errorf("%w: %s", ErrNotOpened, identity)
	}
	return secret.New(string(value)), nil
}

// Box seals and opens.
type Box struct {
	path  string // "": it follows no file
	guard func(*Box) error

	now    atomic.Pointer[keys]
	taking sync.Mutex // held to put others in the place of now
}

// Guard says how to tell this database's keyset from another's: check is given a
// Box of a changed file and refuses it. Call it before the Box is shared. check
// must not wait for whoever seals.
func (b *Box) Guard(check func(*Box) error) { b.guard = check }

// Primary is the key that new values are sealed with.
func (b *Box) Primary() ID { return b.now.Load().primary }

// Keys are all keys of the keyset, as its file was last read.
func (b *Box) Keys() []ID { return slices.Clone(b.now.Load().ids) }

// Seal seals a value for the record of this identity ("secret/…").
func (b *Box) Seal(t secret.Text, identity string) ([]byte, error) {
	if len(identity) < minIdentity {
		return nil, errors.New("seal: an identity is needed")
	}
	sealed, err := b.fresh().aead.Encrypt([]byte(t.Reveal()), []byte(identity))
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return sealed, nil
}

// Open opens what was sealed for the record of this identity, or answers
// ErrNotOpened.
func (b *Box) Open(sealed []byte, identity string) (secret.Text, error) {
	id, ok := KeyOf(sealed)
	if !ok {
		return secret.Text{}, fmt.Errorf("%w: %s", ErrNotOpened, identity)
	}
	for k := b.now.Load(); k != nil; k = k.before {
		if k.has(id) {
			return k.open(sealed, identity)
		}
	}
	// A key that came after the file was read. That it opens the value shows that
	// the keyset is this database's.
	next, changed, err := b.look()
	if err != nil || !changed || !next.has(id) {
		return secret.Text{}, fmt.Errorf("%w: %s", ErrNotOpened, identity)
	}
	value, err := next.open(sealed, identity)
	if err == nil {
		b.take(next)
	}
	return value, err
}

// Check looks at the file, takes up what changed in it, and says why it could
// not be used. The Box goes on with the keys it has.
func (b *Box) Check() error {
	next, changed, err := b.look()
	if err != nil || !changed {
		return err
	}
	return b.follow(next)
}

// fresh is the keyset as its file says now, or the last good one.
func (b *Box) fresh() *keys {
	if next, changed, err := b.look(); err == nil && changed && b.follow(next) == nil {
		return next
	}
	return b.now.Load()
}

// look reads the file if it is another than was read.
func (b *Box) look() (next *keys, changed bool, err error) {
	now := b.now.Load()
	if b.path == "" {
		return now, false, nil
	}
	info, err := checkFile(b.path)
	if err != nil {
		return nil, false, err
	}
	if sameFile(info, now.file) {
		return now, false, nil
	}
	if next, err = read(b.path); err != nil {
		return nil, false, err
	}
	return next, true, nil
}

func sameFile(a, b os.FileInfo) bool {
	return os.SameFile(a, b) && a.ModTime().Equal(b.ModTime()) && a.Size() == b.Size()
}

// follow takes up a changed keyset, if it is this database's: it opens what the
// one before seals, or the guard knows it.
func (b *Box) follow(next *keys) error {
	const probe = "seal/probe"
	sealed, err := b.now.Load().aead.Encrypt([]byte(probe), []byte(probe))
	if err != nil {
		return fmt.Errorf("seal: %w", err)
	}
	if _, err := next.open(sealed, probe); err != nil {
		if b.guard == nil {
			return fmt.Errorf("%w: %s is another keyset than the one in use", ErrKeyset, b.path)
		}
		candidate := &Box{}
		candidate.now.Store(next)
		if err := b.guard(candidate); err != nil {
			return fmt.Errorf("%w: %s is another keyset than the one in use: %w", ErrKeyset, b.path, err)
		}
	}
	b.take(next)
	return nil
}

// take puts a keyset in the place of the one in use, which still opens.
func (b *Box) take(next *keys) {
	b.taking.Lock()
	defer b.taking.Unlock()
	now := b.now.Load()
	if sameFile(next.file, now.file) {
		return // somebody was faster
	}
	next.before = now
	b.now.Store(next)
}
