package store

import (
	"time"

	"llavero/shared/access"
)

// Sweep is a comparison of all keys of an environment, under way: the lists of
// the directory are read page by page into what was Seen, and then the keys are
// compared with that, so that a server killed anywhere goes on at the page.
type Sweep struct {
	Environment access.Environment
	Phase       string // which list is being read, or "keys": all are
	Next        string // where the list goes on; of "keys" the last key compared
	StartedAt   time.Time
	Keys, Pages int // compared, and read, so far
}

// Sweep reads the comparison under way; nil when there is none.
func (tx *Tx) Sweep(env access.Environment) (*Sweep, error) {
	s := Sweep{Environment: env}
	err := found(tx.row(`SELECT phase, next, started_at, keys, pages FROM drift_sweeps WHERE environment = $1`, env).
		Scan(&s.Phase, &s.Next, timeInto{&s.StartedAt}, &s.Keys, &s.Pages))
	return noneIfMissing(s, err)
}

// SaveSweep writes how far a comparison has got.
func (tx *Tx) SaveSweep(s Sweep) error {
	_, err := tx.exec(`INSERT INTO drift_sweeps (environment, phase, next, started_at, keys, pages) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (environment) DO UPDATE SET
			phase = excluded.phase,
			next = excluded.next,
			started_at = excluded.started_at,
			keys = excluded.keys,
			pages = excluded.pages`,
		s.Environment, s.Phase, s.Next, micros(s.StartedAt), s.Keys, s.Pages)
	return err
}

// EndSweep forgets a comparison and what it has seen.
func (tx *Tx) EndSweep(env access.Environment) error {
	if _, err := tx.exec(`DELETE FROM drift_seen WHERE environment = $1`, env); err != nil {
		return err
	}
	_, err := tx.exec(`DELETE FROM drift_sweeps WHERE environment = $1`, env)
	return err
}

// SeenKind is which of the directory's lists an object stood in.
type SeenKind string

// The lists.
const (
	SeenApplication SeenKind = "application"
	SeenPrincipal   SeenKind = "principal"
	SeenAssignment  SeenKind = "assignment"
	SeenDeleted     SeenKind = "deleted"
)

// Seen is an object as a list showed it.
type Seen struct {
	Kind  SeenKind
	ID    string
	Owner string // client id; of an assignment the principal's object id
	Body  string // JSON; never a secret
}

// PutSeen keeps what a page showed.
func (tx *Tx) PutSeen(env access.Environment, all []Seen) error {
	stmt, err := tx.prepare(`INSERT INTO drift_seen (environment, kind, id, owner, body) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (environment, kind, id) DO UPDATE SET owner = excluded.owner, body = excluded.body`)
	if err != nil {
		return err
	}
	defer func() { _ = stmt.Close() }()
	for _, s := range all {
		if _, err := stmt.Exec(env, s.Kind, s.ID, s.Owner, s.Body); err != nil {
			return err
		}
	}
	return nil
}

// SeenOf lists what was seen of an owner.
func (tx *Tx) SeenOf(env access.Environment, kind SeenKind, owner string) ([]Seen, error) {
	return tx.seen(`WHERE environment = $1 AND kind = $2 AND owner = $3 ORDER BY id`, env, kind, owner)
}

// SeenAfter lists what was seen, by id, after one.
func (tx *Tx) SeenAfter(env access.Environment, kind SeenKind, after string, limit int) ([]Seen, error) {
	return tx.seen(`WHERE environment = $1 AND kind = $2 AND id > $3 ORDER BY id LIMIT $4`, env, kind, after, limit)
}

// HasSeen reports that an object of this owner was seen.
func (tx *Tx) HasSeen(env access.Environment, kind SeenKind, owner string) (bool, error) {
	var is bool
	err := tx.row(`SELECT EXISTS (SELECT 1 FROM drift_seen WHERE environment = $1 AND kind = $2 AND owner = $3)`, env, kind, owner).Scan(&is)
	return is, err
}

func (tx *Tx) seen(where string, args ...any) ([]Seen, error) {
	var all []Seen
	err := tx.each(func(scan func(...any) error) error {
		var s Seen
		err := scan(&s.Kind, &s.ID, &s.Owner, &s.Body)
		all = append(all, s)
		return err
	}, `SELECT kind, id, owner, body FROM drift_seen `+where, args...)
	return all, err
}
