package store

import (
	"errors"
	"time"
)

// Attempts counts failures of one subject ('login:…', 'address:…', hashed), so
// that a restart forgives nothing.
type Attempts struct {
	Subject      string
	Failures     int
	WindowUntil  time.Time // the count begins anew after this
	BlockedUntil time.Time // zero: not blocked
}

// Attempts reads a subject's count; the zero count when there is none.
func (tx *Tx) Attempts(subject string) (Attempts, error) {
	a := Attempts{Subject: subject}
	err := found(tx.row(`SELECT failures, window_until, blocked_until FROM attempts WHERE subject = $1`, subject).
		Scan(&a.Failures, timeInto{&a.WindowUntil}, timeInto{&a.BlockedUntil}))
	if errors.Is(err, ErrNotFound) {
		err = nil
	}
	return a, err
}

// SaveAttempts writes a subject's count.
func (tx *Tx) SaveAttempts(a Attempts) error {
	_, err := tx.exec(`INSERT INTO attempts (subject, failures, window_until, blocked_until) VALUES ($1, $2, $3, $4)
		ON CONFLICT (subject) DO UPDATE SET
			failures = excluded.failures,
			window_until = excluded.window_until,
			blocked_until = excluded.blocked_until`,
		a.Subject, a.Failures, micros(a.WindowUntil), micros(a.BlockedUntil))
	return err
}

// ClearAttempts forgets a subject's count.
func (tx *Tx) ClearAttempts(subject string) error {
	_, err := tx.exec(`DELETE FROM attempts WHERE subject = $1`, subject)
	return err
}

// SpendPuzzle records that a puzzle's solution was used. It answers false when
// it was used before. Solutions past their end are forgotten on the way.
func (tx *Tx) SpendPuzzle(challengeHash []byte, expiresAt time.Time) (bool, error) {
	if _, err := tx.exec(`DELETE FROM spent_puzzles WHERE expires_at <= $1`, micros(tx.now)); err != nil {
		return false, err
	}
	n, err := tx.execCount(`INSERT INTO spent_puzzles (challenge_hash, expires_at) VALUES ($1, $2)
		ON CONFLICT (challenge_hash) DO NOTHING`, challengeHash, micros(expiresAt))
	return n == 1, err
}

// BoundAttempts brings back waits and windows that end later than they can: the
// clock was put back since they were written, and they would last as long as it
// was.
func (tx *Tx) BoundAttempts(blocked, window time.Time) (int64, error) {
	n, err := tx.execCount(`UPDATE attempts SET blocked_until = $1 WHERE blocked_until > $1`, micros(blocked))
	if err != nil {
		return 0, err
	}
	m, err := tx.execCount(`UPDATE attempts SET window_until = $1 WHERE window_until > $1`, micros(window))
	return n + m, err
}

// SweepAttempts forgets the counts that mean nothing any more.
func (tx *Tx) SweepAttempts() (int64, error) {
	return tx.execCount(`DELETE FROM attempts WHERE window_until <= $1 AND blocked_until <= $1`, micros(tx.now))
}
