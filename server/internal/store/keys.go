package store

import (
	"errors"
	"time"

	"llavero/shared/access"
)

// Key is an access.Key with its names in Entra.
type Key struct {
	access.Key
	UniqueName  string // Entra's uniqueName
	ObjectID    string // application's object id; "" until it exists
	PrincipalID string // service principal's object id; "" until it exists
}

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

const keyColumns = `
	id,
	code,
	entity,
	environment,
	unique_name,
	name,
	object_id,
	client_id,
	principal_id,
	state,
	issued_at,
	expires_at,
	version`

func (k *Key) into() []any {
	return []any{
		&k.ID, &k.Code, &k.Entity, &k.Environment, &k.UniqueName, &k.Name, &k.ObjectID, &k.ClientID, &k.PrincipalID,
		&k.State,
		timeInto{&k.IssuedAt},
		timeInto{&k.ExpiresAt},
		&k.Version,
	}
}

// Key reads one key.
func (tx *Tx) Key(id access.KeyID) (*Key, error) { return tx.key(`WHERE id = $1`, id) }

// KeyOf reads the key of a code in an environment; nil when there is none.
func (tx *Tx) KeyOf(code access.LicenseCode, env access.Environment) (*Key, error) {
	k, err := tx.key(`WHERE code = $1 AND environment = $2`, code, env)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	return k, err
}

func (tx *Tx) key(where string, args ...any) (*Key, error) {
	var k Key
	if err := tx.row(`SELECT `+keyColumns+` FROM access_keys `+where, args...).Scan(k.into()...); err != nil {
		return nil, found(err)
	}
	return &k, nil
}

// ClientIDUsed reports whether a client id belongs to another key than that of
// this code and environment.
func (tx *Tx) ClientIDUsed(clientID string, code access.LicenseCode, env access.Environment) (bool, error) {
	var used bool
	err := tx.row(`SELECT EXISTS (
			SELECT 1 FROM access_keys WHERE client_id = $1 AND NOT (code = $2 AND environment = $3)
		)`, clientID, code, env).Scan(&used)
	return used, err
}

// InsertKey writes a new key at version 1.
func (tx *Tx) InsertKey(k *Key) error {
	k.Version = 1
	_, err := tx.exec(`INSERT INTO access_keys (`+keyColumns+`
		) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		k.ID, k.Code, k.Entity, k.Environment, k.UniqueName, k.Name, k.ObjectID, k.ClientID, k.PrincipalID,
		k.State, micros(k.IssuedAt), micros(k.ExpiresAt), k.Version)
	return err
}

// SaveKey writes a key back if it still stands at k.Version, which then grows by
// one; ErrStale otherwise. Code, environment and names never change.
func (tx *Tx) SaveKey(k *Key) error {
	n, err := tx.execCount(`UPDATE access_keys SET
			object_id = $1,
			client_id = $2,
			principal_id = $3,
			state = $4,
			issued_at = $5,
			expires_at = $6,
			version = version + 1
		WHERE id = $7 AND version = $8`,
		k.ObjectID, k.ClientID, k.PrincipalID, k.State, micros(k.IssuedAt), micros(k.ExpiresAt), k.ID, k.Version)
	if err == nil && n == 0 {
		err = ErrStale
	}
	if err == nil {
		k.Version++
	}
	return err
}

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
