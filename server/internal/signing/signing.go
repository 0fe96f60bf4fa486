// Package signing holds the server's signing key (llave de firma), with which
// receipts, daily heads of the audit trail and exports are signed.
//
// The private half is in a file outside the database, the public halves of all
// keys that ever signed are rows. A key is rotated by command beside a running
// server: the new one's file waits beside the old one's until the database names
// it, so that whatever moment the machine dies at, the key that the database says
// is in force is in one of the two. The old private half is then gone: nothing
// can be signed in its name any more, and what it signed still verifies.
//
// A Signer signs inside a writing transaction, whose instant is the signature's.
// It is safe for many goroutines.
package signing

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/receipt"
)

// Signer signs with the key in force.
type Signer struct {
	path string

	mu  sync.Mutex
	key ed25519.PrivateKey
}

// Start opens the key of a database, or makes it when the database has had none.
// A key that is gone is never made anew without a word: receipts say which key
// signs them, and people were given its public half.
func Start(ctx context.Context, db *store.DB, path string) (*Signer, error) {
	s := &Signer{path: path}
	return s, db.Write(ctx, func(tx *store.Tx) error {
		current, err := tx.SigningKeyInForce()
		if err != nil {
			return err
		}
		if current != nil {
			return s.find(current.ID)
		}
		if s.key, err = read(path); errors.Is(err, ErrNoKey) {
			s.key, err = makeKey(path, rand.Reader)
		}
		if err != nil {
			return err
		}
		return introduce(tx, s.key, tx.Now(), "")
	})
}

// makeKey makes a key and writes its file.
func makeKey(path string, random io.Reader) (ed25519.PrivateKey, error) {
	_, key, err := ed25519.GenerateKey(random)
	if err != nil {
		return nil, fmt.Errorf("make a signing key: %w", err)
	}
	return key, writeNew(path, key)
}

// introduce writes the row of a key that signs from now on.
func introduce(tx *store.Tx, key ed25519.PrivateKey, from time.Time, before receipt.KeyID) error {
	k := publicOf(key)
	k.From = from
	if err := tx.InsertSigningKey(k); err != nil {
		return err
	}
	e := audit.ByServer(audit.SigningKeyMade, string(k.ID), "")
	e.Detail = audit.Details(audit.Word("before", string(before)))
	return tx.Audit(e)
}

func publicOf(key ed25519.PrivateKey) receipt.SigningKey {
	public := key.Public().(ed25519.PublicKey)
	return receipt.SigningKey{ID: receipt.KeyIDOf(public), Public: public}
}

// waiting is where a new key waits for the database to name it.
func waiting(path string) string { return path + ".next" }

// find has the Signer hold the private half of a key the database names: from its
// file, or from the one beside it, which then takes its place. Another process may
// be moving the file at the same moment: what is missed once is looked for again.
func (s *Signer) find(id receipt.KeyID) error {
	if s.key != nil && publicOf(s.key).ID == id {
		return nil
	}
	var kept ed25519.PrivateKey
	var err error
	for range 2 {
		if kept, err = read(s.path); err == nil && publicOf(kept).ID == id {
			s.key = kept
			return nil
		}
		if next, errNext := read(waiting(s.path)); errNext == nil && publicOf(next).ID == id {
			s.key = next
			if err := takePlace(s.path); !errors.Is(err, fs.ErrNotExist) {
				return err
			}
			return nil // another process was first
		}
	}
	const next = "restore that key's file from its backup, or have the server sign with a new one: llavero-server signing rotate --lost"
	switch {
	case err == nil:
		return fmt.Errorf("%w: %s holds key %s, and the database signs with key %s; %s", ErrKey, s.path, publicOf(kept).ID, id, next)
	case errors.Is(err, ErrNoKey):
		return fmt.Errorf("%w, and the database signs with key %s; %s", err, id, next)
	}
	return err
}

// takePlace puts the key that waits in the place of the one before, whose private
// half is gone with it.
func takePlace(path string) error {
	if err := os.Rename(waiting(path), path); err != nil {
		return fmt.Errorf("signing key: %w", err)
	}
	return syncFolder(path)
}

// Sign signs bytes for one use, with the key that the database says is in force.
// The signature's time is the transaction's, which must be a writing one.
func (s *Signer) Sign(tx *store.Tx, kind receipt.Kind, body []byte) (receipt.Signature, error) {
	key, at, err := s.ready(tx)
	if err != nil {
		return receipt.Signature{}, err
	}
	return receipt.Sign(key, kind, at, body), nil
}

// Document signs a JSON object whose member format is kind and returns its file.
func (s *Signer) Document(tx *store.Tx, kind receipt.Kind, document []byte) ([]byte, error) {
	key, at, err := s.ready(tx)
	if err != nil {
		return nil, err
	}
	return receipt.SignDocument(key, kind, at, document)
}

// ready finds the key in force and the time it signs with now: never one from
// before it was in force, whatever became of the clock.
func (s *Signer) ready(tx *store.Tx) (ed25519.PrivateKey, time.Time, error) {
	current, err := tx.SigningKeyInForce()
	if err != nil {
		return nil, time.Time{}, err
	}
	if current == nil {
		return nil, time.Time{}, errors.New("signing: the database has no key in force")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.find(current.ID); err != nil {
		return nil, time.Time{}, err
	}
	at := later(tx.Now(), current.From)
	return s.key, at, tx.UsedSigningKey(current.ID, at)
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// Ring reads the public halves of all keys.
func Ring(tx *store.Tx) (receipt.KeyRing, error) {
	all, err := tx.SigningKeys()
	if err != nil {
		return receipt.KeyRing{}, err
	}
	keys := make([]receipt.SigningKey, len(all))
	for i, k := range all {
		keys[i] = k.SigningKey
	}
	return receipt.NewKeyRing(keys...)
}
