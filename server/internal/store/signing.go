package store

import (
	"errors"
	"time"

	"llavero/shared/receipt"
)

// SigningKey is the public half of a key the server signs with.
type SigningKey struct {
	receipt.SigningKey
	SignedAt time.Time // the latest time it signed with; zero: it never did
}

// SigningKeys reads all keys that ever signed, oldest first.
func (tx *Tx) SigningKeys() ([]SigningKey, error) {
	var all []SigningKey
	err := tx.each(func(scan func(...any) error) error {
		var k SigningKey
		var public []byte
		if err := scan(&k.ID, &public, timeInto{&k.From}, timeInto{&k.Until}, timeInto{&k.SignedAt}); err != nil {
			return err
		}
		k.Public = public
		all = append(all, k)
		return nil
	}, `SELECT id, public, from_at, until_at, signed_at FROM signing_keys ORDER BY from_at, rowid`)
	return all, err
}

// SigningKeyInForce reads the key that signs; nil when none was made yet.
func (tx *Tx) SigningKeyInForce() (*SigningKey, error) {
	var k SigningKey
	var public []byte
	err := found(tx.row(`SELECT id, public, from_at, signed_at FROM signing_keys WHERE until_at = 0`).
		Scan(&k.ID, &public, timeInto{&k.From}, timeInto{&k.SignedAt}))
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	k.Public = public
	return &k, nil
}

// InsertSigningKey writes a key that signs from its From on. The one before must
// have ended.
func (tx *Tx) InsertSigningKey(k receipt.SigningKey) error {
	_, err := tx.exec(`INSERT INTO signing_keys (id, public, from_at) VALUES ($1, $2, $3)`, k.ID, []byte(k.Public), micros(k.From))
	return err
}

// EndSigningKey writes that a key signs no more.
func (tx *Tx) EndSigningKey(id receipt.KeyID, until time.Time) error {
	return tx.execOne(`UPDATE signing_keys SET until_at = $1 WHERE id = $2 AND until_at = 0`, micros(until), id)
}

// UsedSigningKey writes that a key signed with this time.
func (tx *Tx) UsedSigningKey(id receipt.KeyID, at time.Time) error {
	return tx.execOne(`UPDATE signing_keys SET signed_at = max(signed_at, $1) WHERE id = $2 AND until_at = 0`, micros(at), id)
}
