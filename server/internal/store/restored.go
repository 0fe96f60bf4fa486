package store

import "github.com/google/uuid"

// NewEpoch begins another life of the database: positions and sessions of the
// one before mean nothing in it. It returns its name.
func (tx *Tx) NewEpoch() (string, error) {
	epoch := uuid.NewString()
	return epoch, tx.SetMeta("epoch", epoch)
}

// EndAllSessions ends the session of everybody.
func (tx *Tx) EndAllSessions() (int64, error) { return tx.execCount(`DELETE FROM sessions`) }

// VoidEverySent makes useless whatever was mailed and is good once: one-time
// codes, links, and second factors that wait for their first code.
func (tx *Tx) VoidEverySent() (codes, links int64, err error) {
	if codes, err = tx.execCount(`UPDATE one_time_codes SET voided_at = $1 WHERE voided_at = 0`, micros(tx.now)); err != nil {
		return 0, 0, err
	}
	if links, err = tx.execCount(`UPDATE account_links SET spent_at = $1 WHERE spent_at = 0`, micros(tx.now)); err != nil {
		return 0, 0, err
	}
	_, err = tx.exec(`DELETE FROM enrolments`)
	return codes, links, err
}

// LiveSubjects lists what the live jobs of a kind are about.
func (tx *Tx) LiveSubjects(kind string) (all []string, err error) {
	err = tx.each(func(scan func(...any) error) error {
		var s string
		err := scan(&s)
		all = append(all, s)
		return err
	}, `SELECT DISTINCT subject FROM jobs WHERE kind = $1 AND finished_at = 0 AND parked_at = 0 ORDER BY subject`, kind)
	return all, err
}

// ForgetIntended ends the operations whose answer never came, so that nothing
// is removed from Entra in their name: it may have come in a life that was lost.
func (tx *Tx) ForgetIntended() (int64, error) {
	return tx.execCount(`UPDATE key_secrets SET state = 'revoked' WHERE state = 'intended'`)
}

// IssuingRequests lists the requests that the worker is at.
func (tx *Tx) IssuingRequests() ([]*Request, error) {
	var all []*Request
	err := tx.each(func(scan func(...any) error) error {
		var r Request
		if err := scan(r.into()...); err != nil {
			return err
		}
		all = append(all, &r)
		return nil
	}, `SELECT `+requestColumns+` FROM key_requests WHERE status = 'issuing' ORDER BY id`)
	return all, err
}

// SkipRequestNumbers leaves out the next n numbers of every year: a life that was
// lost may have given them to people.
func (tx *Tx) SkipRequestNumbers(n int) error {
	_, err := tx.exec(`UPDATE counters SET value = value + $1 WHERE name LIKE 'request/%'`, n)
	return err
}
