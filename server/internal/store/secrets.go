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
	EndedAt    time.Time // when Entra stopped taking it; zero: it takes it, or never did

	// What the key test found; SaveProof writes it.
	Stage    access.Stage // empty: typed, and not proved yet
	ProvedAt time.Time    // when its spaced sign-ins were complete; zero: not yet
	Test     *access.KeyTest
	Check    *access.KeyCheck // of a typed key; nil: the server made it
}

// IsProved reports that Entra was seen to take the secret steadily. Nothing that
// still works is given up for one that is not proved.
func (s Secret) IsProved() bool { return !s.ProvedAt.IsZero() }

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
	ended_by,
	ended_at`

// proofColumns are those of the key test.
const proofColumns = `,
	stage,
	proved_at,
	test,
	checked`

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
		timeInto{&s.EndedAt},
		&s.Stage,
		timeInto{&s.ProvedAt},
		jsonInto{&s.Test},
		jsonInto{&s.Check},
	}
}

// InsertSecret writes a new secret, of which nothing is proved.
func (tx *Tx) InsertSecret(s Secret) error {
	_, err := tx.exec(`INSERT INTO key_secrets (`+secretColumns+`
		) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		s.ID, s.Key, s.Request, s.EntraKeyID, s.Hint, s.Sealed, s.State, micros(s.CreatedAt), micros(s.ExpiresAt),
		bit(s.Typed), micros(s.RevealedAt), s.ObjectID, micros(s.EndsAt), s.EndedBy, micros(s.EndedAt))
	return err
}

// SaveSecret writes what became known of a secret, but for what the key test
// found.
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
			ended_by = $9,
			ended_at = $10
		WHERE id = $11`,
		s.EntraKeyID, s.Hint, s.Sealed, s.State, micros(s.ExpiresAt), micros(s.RevealedAt),
		s.ObjectID, micros(s.EndsAt), s.EndedBy, micros(s.EndedAt), s.ID)
}

// SaveProof writes what the key test found of a secret.
func (tx *Tx) SaveProof(s Secret) error {
	test, checked, checkedAt := "", "", int64(0)
	var err error
	if s.Test != nil {
		if test, err = jsonText(s.Test); err != nil {
			return err
		}
	}
	if s.Check != nil {
		checkedAt = micros(s.Check.At)
		if checked, err = jsonText(s.Check); err != nil {
			return err
		}
	}
	return tx.execOne(`UPDATE key_secrets SET
			stage = $1,
			proved_at = $2,
			test = $3,
			testing = $4,
			checked = $5,
			checked_at = $6
		WHERE id = $7`,
		s.Stage, micros(s.ProvedAt), test, bit(s.Test.IsRunning()), checked, checkedAt, s.ID)
}

// UncheckedKeys lists typed keys that were not looked for in Entra since an
// instant, and that no test is about to look for.
func (tx *Tx) UncheckedKeys(since time.Time, limit int) ([]access.KeyID, error) {
	return tx.keyIDs(`SELECT access_keys.id FROM access_keys
		JOIN key_secrets ON key_secrets.access_key = access_keys.id AND key_secrets.state = 'active'
		WHERE access_keys.state = 'unverified' AND key_secrets.checked_at < $1 AND NOT EXISTS (
			SELECT 1 FROM jobs WHERE kind = 'test' AND subject = access_keys.id AND finished_at = 0 AND parked_at = 0
		)
		ORDER BY key_secrets.checked_at LIMIT $2`, micros(since), limit)
}

// AbandonedTests lists keys whose test is under way and has no job: neither one
// of its own nor that of the request which makes the secret.
func (tx *Tx) AbandonedTests(limit int) ([]access.KeyID, error) {
	return tx.keyIDs(`SELECT access_key FROM key_secrets
		WHERE testing = 1 AND state = 'active' AND NOT EXISTS (
			SELECT 1 FROM jobs WHERE finished_at = 0 AND parked_at = 0 AND
				(kind = 'test' AND subject = key_secrets.access_key OR kind = 'provision' AND subject = key_secrets.request)
		)
		LIMIT $1`, limit)
}

// Secret reads one secret; ErrNotFound.
func (tx *Tx) Secret(id string) (Secret, error) {
	var s Secret
	err := tx.row(`SELECT `+secretColumns+proofColumns+` FROM key_secrets WHERE id = $1`, id).Scan(s.into()...)
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
	}, `SELECT `+secretColumns+proofColumns+` FROM key_secrets WHERE access_key = $1 ORDER BY created_at, rowid`, key)
	return all, err
}

// SecretInForce reads the active secret of a key; nil when there is none.
func (tx *Tx) SecretInForce(key access.KeyID) (*Secret, error) {
	var s Secret
	err := found(tx.row(`SELECT `+secretColumns+proofColumns+` FROM key_secrets WHERE access_key = $1 AND state = 'active'`, key).
		Scan(s.into()...))
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &s, nil
}
