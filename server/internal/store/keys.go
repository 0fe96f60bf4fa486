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

	ValidityDays int // of its next secret; 0: the environment's

	Permissions   []string // those Entra showed at PermissionsAt
	PermissionsAt time.Time
	IsMissing     bool             // Entra has no application of this client id
	Tasks         []PermissionTask // changes of permissions on their way, or failed

	RevokeAskedAt time.Time // all its secrets are to go; zero: not asked, or done
	RevokeFailed  string    // code of the last failure to remove them
	RevokedAt     time.Time // when the last of them was gone; zero: it is not revoked
}

// PermissionTask is one change of a permission that somebody asked for.
type PermissionTask struct {
	Permission string               `json:"permission"` // the app role's value
	Act        access.PermissionAct `json:"act"`
	By         string               `json:"by"` // who asked, as the audit trail names them
	// Failed is the code it failed with; empty: on its way.
	Failed string    `json:"failed,omitempty"`
	At     time.Time `json:"at"` // when it was asked for, or failed
}

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
	validity_days,
	permissions,
	permissions_at,
	is_missing,
	tasks,
	revoke_asked_at,
	revoke_failed,
	revoked_at,
	version`

func (k *Key) into() []any {
	return []any{
		&k.ID, &k.Code, &k.Entity, &k.Environment, &k.UniqueName, &k.Name, &k.ObjectID, &k.ClientID, &k.PrincipalID,
		&k.State,
		timeInto{&k.IssuedAt},
		timeInto{&k.ExpiresAt},
		&k.ValidityDays,
		jsonInto{&k.Permissions},
		timeInto{&k.PermissionsAt},
		&k.IsMissing,
		jsonInto{&k.Tasks},
		timeInto{&k.RevokeAskedAt},
		&k.RevokeFailed,
		timeInto{&k.RevokedAt},
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

// ExpiredKeys reads keys whose secret in force has expired and that do not say
// so yet, those first that expired first.
func (tx *Tx) ExpiredKeys(limit int) ([]access.KeyID, error) {
	return tx.keyIDs(`SELECT id FROM access_keys
		WHERE state IN ('active', 'overlap', 'unverified') AND expires_at > 0 AND expires_at <= $1
		ORDER BY expires_at LIMIT $2`, micros(tx.now), limit)
}

// InsertKey writes a new key at version 1.
func (tx *Tx) InsertKey(k *Key) error {
	permissions, tasks, err := k.documents()
	if err != nil {
		return err
	}
	k.Version = 1
	_, err = tx.exec(`INSERT INTO access_keys (`+keyColumns+`
		) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)`,
		k.ID, k.Code, k.Entity, k.Environment, k.UniqueName, k.Name, k.ObjectID, k.ClientID, k.PrincipalID,
		k.State, micros(k.IssuedAt), micros(k.ExpiresAt), k.ValidityDays, permissions, micros(k.PermissionsAt),
		bit(k.IsMissing), tasks, micros(k.RevokeAskedAt), k.RevokeFailed, micros(k.RevokedAt), k.Version)
	return err
}

// SaveKey writes a key back if it still stands at k.Version, which then grows by
// one; ErrStale otherwise. Code, environment and names never change.
func (tx *Tx) SaveKey(k *Key) error {
	permissions, tasks, err := k.documents()
	if err != nil {
		return err
	}
	n, err := tx.execCount(`UPDATE access_keys SET
			object_id = $1,
			client_id = $2,
			principal_id = $3,
			state = $4,
			issued_at = $5,
			expires_at = $6,
			validity_days = $7,
			permissions = $8,
			permissions_at = $9,
			is_missing = $10,
			tasks = $11,
			revoke_asked_at = $12,
			revoke_failed = $13,
			revoked_at = $14,
			version = version + 1
		WHERE id = $15 AND version = $16`,
		k.ObjectID, k.ClientID, k.PrincipalID, k.State, micros(k.IssuedAt), micros(k.ExpiresAt), k.ValidityDays,
		permissions, micros(k.PermissionsAt), bit(k.IsMissing), tasks,
		micros(k.RevokeAskedAt), k.RevokeFailed, micros(k.RevokedAt), k.ID, k.Version)
	if err == nil && n == 0 {
		err = ErrStale
	}
	if err == nil {
		k.Version++
	}
	return err
}

func (k *Key) documents() (permissions, tasks string, err error) {
	if len(k.Permissions) > 0 {
		if permissions, err = jsonText(k.Permissions); err != nil {
			return "", "", err
		}
	}
	if len(k.Tasks) > 0 {
		tasks, err = jsonText(k.Tasks)
	}
	return permissions, tasks, err
}
