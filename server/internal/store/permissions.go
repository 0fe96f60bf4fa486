package store

import (
	"time"

	"llavero/shared/access"
)

// EnqueueOnce has a job run at once whose kind allows one live job a subject: a
// live one that waits is woken, with all its attempts; one that runs is left.
func (tx *Tx) EnqueueOnce(kind, subject string) error {
	live, err := tx.LiveJobsOf(kind, subject)
	if err != nil {
		return err
	}
	if live == 0 {
		return tx.Enqueue(Job{Kind: kind, Subject: subject})
	}
	n, err := tx.execCount(`UPDATE jobs SET run_after = $1, attempts = 0
		WHERE kind = $2 AND subject = $3 AND finished_at = 0 AND parked_at = 0 AND leased_until <= $1`,
		micros(tx.now), kind, subject)
	tx.told = tx.told || n > 0
	return err
}

// LiveJobsOf counts the jobs of a kind about a subject that are neither finished
// nor parked.
func (tx *Tx) LiveJobsOf(kind, subject string) (int, error) {
	var n int
	err := tx.row(`SELECT count(*) FROM jobs WHERE kind = $1 AND subject = $2 AND finished_at = 0 AND parked_at = 0`,
		kind, subject).Scan(&n)
	return n, err
}

// LiveJobs counts the jobs of a kind that are neither finished nor parked.
func (tx *Tx) LiveJobs(kind string) (int, error) {
	var n int
	err := tx.row(`SELECT count(*) FROM jobs WHERE kind = $1 AND finished_at = 0 AND parked_at = 0`, kind).Scan(&n)
	return n, err
}

// UnreadKeys lists keys whose permissions were never read, nor asked for since
// an instant.
func (tx *Tx) UnreadKeys(since time.Time, limit int) ([]access.KeyID, error) {
	return tx.keyIDs(`SELECT id FROM access_keys
		WHERE permissions_at = 0 AND client_id <> '' AND state <> 'creating' AND permissions_asked_at < $1
		ORDER BY permissions_asked_at LIMIT $2`, micros(since), limit)
}

// KeysReadBefore lists keys whose permissions were read before an instant, and
// not asked for since.
func (tx *Tx) KeysReadBefore(at time.Time, limit int) ([]access.KeyID, error) {
	return tx.keyIDs(`SELECT id FROM access_keys
		WHERE permissions_at > 0 AND client_id <> '' AND state <> 'creating' AND permissions_at < $1 AND permissions_asked_at < $1
		ORDER BY permissions_at LIMIT $2`, micros(at), limit)
}

func (tx *Tx) keyIDs(query string, args ...any) ([]access.KeyID, error) {
	var all []access.KeyID
	err := tx.each(func(scan func(...any) error) error {
		var id access.KeyID
		err := scan(&id)
		all = append(all, id)
		return err
	}, query, args...)
	return all, err
}

// ReadableKeys counts the keys whose permissions can be read.
func (tx *Tx) ReadableKeys() (int, error) {
	var n int
	err := tx.row(`SELECT count(*) FROM access_keys WHERE client_id <> '' AND state <> 'creating'`).Scan(&n)
	return n, err
}

// AskedForPermissions writes down that a key's permissions are about to be read:
// it moves no version, nobody sees it.
func (tx *Tx) AskedForPermissions(id access.KeyID) error {
	return tx.execOne(`UPDATE access_keys SET permissions_asked_at = $1 WHERE id = $2`, micros(tx.now), id)
}
