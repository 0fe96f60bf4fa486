package store

import (
	"errors"
	"time"

	"llavero/shared/access"
)

// SecretState is what a secret of a key is worth.
type SecretState string

// The states of a secret.
const (
	SecretIntended SecretState = "intended" // asked for; no answer yet
	SecretActive   SecretState = "active"   // in force
	SecretOverlap  SecretState = "overlap"  // the one before: works until it is removed, at EndsAt
	SecretRevoked  SecretState = "revoked"
	SecretLost     SecretState = "lost" // the answer never came; removed from Entra
)

// Secret is one client secret of a key; its value is sealed.
type Secret struct {
	ID         string // UUID: the operation id, and its displayName in Entra
	Key        access.KeyID
	Request    access.RequestID
	EntraKeyID string
	Hint       string
	Sealed     []byte // nil before the answer came, or after it was destroyed
	State      SecretState
	CreatedAt  time.Time
	ExpiresAt  time.Time
	Typed      bool
	RevealedAt time.Time // first shown to a delegate; zero: never
	ObjectID   string    // the application it lives in; "" when an officer typed it
	EndsAt     time.Time // when it is to be removed, while SecretOverlap
	EndedBy    access.RequestID
}

// CanRemove reports that it is known which of an application's secrets it is.
func (s Secret) CanRemove() bool { return s.EntraKeyID != "" && s.ObjectID != "" }

const secretColumns = `
	id,
	access_key,
	request,
	entra_key_id,
	hint,
	sealed,
	state,
	created_at,
	expires_at,
	typed,
	revealed_at,
	object_id,
	ends_at,
	ended_by`

func (s *Secret) into() []any {
	return []any{
		&s.ID, &s.Key, &s.Request, &s.EntraKeyID, &s.Hint, &s.Sealed, &s.State,
		timeInto{&s.CreatedAt},
		timeInto{&s.ExpiresAt},
		&s.Typed,
		timeInto{&s.RevealedAt},
		&s.ObjectID,
		timeInto{&s.EndsAt},
		&s.EndedBy,
	}
}

// InsertSecret writes a new secret.
func (tx *Tx) InsertSecret(s Secret) error {
	_, err := tx.exec(`INSERT INTO key_secrets (`+secretColumns+`
		) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		s.ID, s.Key, s.Request, s.EntraKeyID, s.Hint, s.Sealed, s.State, micros(s.CreatedAt), micros(s.ExpiresAt),
		bit(s.Typed), micros(s.RevealedAt), s.ObjectID, micros(s.EndsAt), s.EndedBy)
	return err
}

// SaveSecret writes what became known of a secret.
func (tx *Tx) SaveSecret(s Secret) error {
	return tx.execOne(`UPDATE key_secrets SET
			entra_key_id = $1,
			hint = $2,
			sealed = $3,
			state = $4,
			expires_at = $5,
			revealed_at = $6,
			object_id = $7,
			ends_at = $8,
			ended_by = $9
		WHERE id = $10`,
		s.EntraKeyID, s.Hint, s.Sealed, s.State, micros(s.ExpiresAt), micros(s.RevealedAt),
		s.ObjectID, micros(s.EndsAt), s.EndedBy, s.ID)
}

// Secret reads one secret; ErrNotFound.
func (tx *Tx) Secret(id string) (Secret, error) {
	var s Secret
	err := tx.row(`SELECT `+secretColumns+` FROM key_secrets WHERE id = $1`, id).Scan(s.into()...)
	return s, found(err)
}

// Secrets reads all secrets of a key, oldest first.
func (tx *Tx) Secrets(key access.KeyID) ([]Secret, error) {
	var all []Secret
	err := tx.each(func(scan func(...any) error) error {
		var s Secret
		if err := scan(s.into()...); err != nil {
			return err
		}
		all = append(all, s)
		return nil
	}, `SELECT `+secretColumns+` FROM key_secrets WHERE access_key = $1 ORDER BY created_at, rowid`, key)
	return all, err
}

// SecretInForce reads the active secret of a key; nil when there is none.
func (tx *Tx) SecretInForce(key access.KeyID) (*Secret, error) {
	var s Secret
	err := found(tx.row(`SELECT `+secretColumns+` FROM key_secrets WHERE access_key = $1 AND state = 'active'`, key).
		Scan(s.into()...))
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &s, nil
}
