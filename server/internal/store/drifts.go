package store

import (
	"errors"
	"time"

	"llavero/shared/access"
)

// DriftSuspected is a difference seen once: nobody is told before a second look
// has found it too.
const DriftSuspected access.DriftState = "suspected"

// Drift is an access.Drift with what tells it from others.
type Drift struct {
	access.Drift
	Subject  string // the key's id; of an orphan the application's object id
	Thing    string // which of the application's: a secret's key id, a permission; "" = itself
	ObjectID string // the application's
	EndedAt  time.Time
	Version  int64
}

const driftColumns = `
	id,
	kind,
	state,
	environment,
	subject,
	thing,
	access_key,
	code,
	name,
	object_id,
	client_id,
	detail,
	found_at,
	seen_at,
	ended_at,
	fix,
	fixed_by,
	why,
	failed,
	version`

func (d *Drift) into() []any {
	return []any{
		&d.ID, &d.Kind, &d.State, &d.Environment, &d.Subject, &d.Thing, &d.Key, &d.Code, &d.Name, &d.ObjectID, &d.ClientID, &d.Detail,
		timeInto{&d.FoundAt},
		timeInto{&d.SeenAt},
		timeInto{&d.EndedAt},
		&d.Fix, &d.By, &d.Why, &d.Failed, &d.Version,
	}
}

// Drift reads one difference; ErrNotFound.
func (tx *Tx) Drift(id string) (Drift, error) {
	var d Drift
	err := tx.row(`SELECT `+driftColumns+` FROM drifts WHERE id = $1`, id).Scan(d.into()...)
	return d, found(err)
}

// LiveDrifts lists the differences of a subject that were not fixed, those seen
// once and those dismissed too.
func (tx *Tx) LiveDrifts(env access.Environment, subject string) ([]Drift, error) {
	return tx.drifts(`WHERE subject = $1 AND environment = $2 AND state <> 'fixed' ORDER BY kind, thing`, subject, env)
}

// SuspectedSubjects lists what differences seen once are about, keys and
// applications.
func (tx *Tx) SuspectedSubjects(env access.Environment, limit int) ([]Drift, error) {
	return tx.drifts(`WHERE id IN (SELECT min(id) FROM drifts WHERE environment = $1 AND state = 'suspected' GROUP BY subject LIMIT $2)
		ORDER BY subject`, env, limit)
}

// LiveOrphans lists the differences of applications that no key knows, from an
// object id on.
func (tx *Tx) LiveOrphans(env access.Environment) ([]Drift, error) {
	return tx.drifts(`WHERE environment = $1 AND kind = 'orphan_app' AND state <> 'fixed' ORDER BY subject`, env)
}

func (tx *Tx) drifts(where string, args ...any) ([]Drift, error) {
	var all []Drift
	err := tx.each(func(scan func(...any) error) error {
		var d Drift
		if err := scan(d.into()...); err != nil {
			return err
		}
		all = append(all, d)
		return nil
	}, `SELECT `+driftColumns+` FROM drifts `+where, args...)
	return all, err
}

// InsertDrift writes a new difference at version 1.
func (tx *Tx) InsertDrift(d *Drift) error {
	d.Version = 1
	_, err := tx.exec(`INSERT INTO drifts (`+driftColumns+`
		) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)`,
		d.ID, d.Kind, d.State, d.Environment, d.Subject, d.Thing, d.Key, d.Code, d.Name, d.ObjectID, d.ClientID, d.Detail,
		micros(d.FoundAt), micros(d.SeenAt), micros(d.EndedAt), d.Fix, d.By, d.Why, d.Failed, d.Version)
	return err
}

// SaveDrift writes what became of a difference, if it still stands at d.Version,
// which then grows by one; ErrStale otherwise.
func (tx *Tx) SaveDrift(d *Drift) error {
	n, err := tx.execCount(`UPDATE drifts SET
			state = $1,
			detail = $2,
			seen_at = $3,
			ended_at = $4,
			fix = $5,
			fixed_by = $6,
			why = $7,
			failed = $8,
			version = version + 1
		WHERE id = $9 AND version = $10`,
		d.State, d.Detail, micros(d.SeenAt), micros(d.EndedAt), d.Fix, d.By, d.Why, d.Failed, d.ID, d.Version)
	if err == nil && n == 0 {
		err = ErrStale
	}
	if err == nil {
		d.Version++
	}
	return err
}

// ForgetDrift takes a difference away that was seen once and not again.
func (tx *Tx) ForgetDrift(id string) error {
	_, err := tx.exec(`DELETE FROM drifts WHERE id = $1 AND state = 'suspected'`, id)
	return err
}

// FixedDrifts lists differences that were fixed before an instant.
func (tx *Tx) FixedDrifts(before time.Time, limit int) ([]string, error) {
	var all []string
	err := tx.each(func(scan func(...any) error) error {
		var id string
		err := scan(&id)
		all = append(all, id)
		return err
	}, `SELECT id FROM drifts WHERE state = 'fixed' AND ended_at < $1 ORDER BY ended_at LIMIT $2`, micros(before), limit)
	return all, err
}

// DeleteFixedDrift forgets a difference that was fixed.
func (tx *Tx) DeleteFixedDrift(id string) error {
	_, err := tx.exec(`DELETE FROM drifts WHERE id = $1 AND state = 'fixed'`, id)
	return err
}

// KeysAfter lists the keys of an environment that can be compared, by id, after
// one.
func (tx *Tx) KeysAfter(env access.Environment, after access.KeyID, limit int) ([]*Key, error) {
	var all []*Key
	err := tx.each(func(scan func(...any) error) error {
		var k Key
		if err := scan(k.into()...); err != nil {
			return err
		}
		all = append(all, &k)
		return nil
	}, `SELECT `+keyColumns+` FROM access_keys
		WHERE id > $1 AND environment = $2 AND state <> 'creating' AND client_id <> '' ORDER BY id LIMIT $3`, after, env, limit)
	return all, err
}

// ComparableKeys counts the keys that can be compared with Entra.
func (tx *Tx) ComparableKeys(env access.Environment) (int, error) {
	var n int
	err := tx.row(`SELECT count(*) FROM access_keys WHERE environment = $1 AND client_id <> '' AND state <> 'creating'`, env).Scan(&n)
	return n, err
}

// KeyIsBusy reports a key that a job is about to change, or has left half
// changed: its request is being issued or waits for an officer, its permissions
// are read or changed, a secret of it is asked for or due to be removed. soon is
// how far ahead that counts; a removal that is overdue by as much hides nothing.
func (tx *Tx) KeyIsBusy(k *Key, soon time.Duration) (bool, error) {
	var busy bool
	err := tx.row(`SELECT EXISTS (SELECT 1 FROM key_requests WHERE code = $1 AND status IN ('issuing', 'pending'))
			OR EXISTS (SELECT 1 FROM jobs
				WHERE kind = 'permissions' AND kind IN ('permissions', 'catalogue') AND subject = $2 AND finished_at = 0 AND parked_at = 0)
			OR EXISTS (SELECT 1 FROM key_secrets
				WHERE access_key = $2 AND (state = 'intended' OR state = 'overlap' AND ends_at BETWEEN $3 AND $4))`,
		k.Code, k.ID, micros(tx.now.Add(-soon)), micros(tx.now.Add(soon))).Scan(&busy)
	return busy, err
}

// KnowsApplication reports an application that a key has, by its unique name or
// its client id.
func (tx *Tx) KnowsApplication(uniqueName, clientID string) (bool, error) {
	var is bool
	err := tx.row(`SELECT EXISTS (SELECT 1 FROM access_keys WHERE unique_name = $1)
			OR EXISTS (SELECT 1 FROM access_keys WHERE client_id = $2)
			OR EXISTS (SELECT 1 FROM access_keys WHERE client_id = lower($2))`, uniqueName, clientID).Scan(&is)
	return is, err
}

// noneIfMissing answers nil for ErrNotFound.
func noneIfMissing[T any](v T, err error) (*T, error) {
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &v, nil
}
