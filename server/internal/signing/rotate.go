package signing

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"llavero/server/internal/store"
	"llavero/shared/receipt"
)

// Rotation is a change of signing key.
type Rotation struct {
	Path string
	// Lost: the private half in force is gone. Without it a rotation that does not
	// find it is refused, as whoever asks may be on the wrong machine.
	Lost bool
}

// Rotated says which key signs now, and which did.
type Rotated struct{ Before, Now receipt.KeyID }

// Rotate has the server sign with a new key from now on. A running server takes
// it up at its next signature.
func Rotate(ctx context.Context, db *store.DB, r Rotation) (Rotated, error) {
	var done Rotated
	err := db.Write(ctx, func(tx *store.Tx) error {
		current, err := tx.SigningKeyInForce()
		if err != nil {
			return err
		}
		if current == nil {
			return errors.New("the server has not signed yet: its first start makes its key")
		}
		s := &Signer{path: r.Path}
		if err := s.find(current.ID); err != nil {
			if !r.Lost {
				return err
			}
			if err := setAside(r.Path); err != nil {
				return err
			}
		}
		if err := os.Remove(waiting(r.Path)); err != nil && !errors.Is(err, fs.ErrNotExist) { // of a rotation that was undone
			return fmt.Errorf("signing key: %w", err)
		}
		key, err := makeKey(waiting(r.Path), rand.Reader)
		if err != nil {
			return err
		}
		from := later(later(tx.Now(), current.From), current.SignedAt) // no receipt falls after its key's end
		if err := tx.EndSigningKey(current.ID, from); err != nil {
			return err
		}
		done = Rotated{Before: current.ID, Now: publicOf(key).ID}
		return introduce(tx, key, from, current.ID)
	})
	if err != nil {
		return Rotated{}, err
	}
	return done, (&Signer{path: r.Path}).find(done.Now)
}

// setAside keeps a key that the database does not know, under its own name: it may
// be that of a later life of this database.
func setAside(path string) error {
	key, err := read(path)
	if errors.Is(err, ErrNoKey) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := os.Rename(path, path+"."+string(publicOf(key).ID)); err != nil {
		return fmt.Errorf("signing key: %w", err)
	}
	return syncFolder(path)
}
