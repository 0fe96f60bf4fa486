package store

import (
	"time"

	"llavero/shared/access"
)

// Session is one sign-in. The bearer token itself is not stored.
type Session struct {
	ID           string // UUID: names it to its owner, and opens nothing
	TokenHash    []byte // SHA-256 of the bearer token
	Account      access.AccountID
	Device       string
	Address      string
	SecondFactor bool // passed in this session
	CreatedAt    time.Time
	SeenAt       time.Time
	ExpiresAt    time.Time // absolute end
}

// CreateSession writes a session that begins now.
func (tx *Tx) CreateSession(s Session) error {
	_, err := tx.exec(`INSERT INTO sessions (
			id, token_hash, account, device, address, second_factor, created_at, seen_at, expires_at
		) VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8)`,
		s.ID, s.TokenHash, s.Account, s.Device, s.Address, bit(s.SecondFactor), micros(tx.now), micros(s.ExpiresAt))
	return err
}

const sessionColumns = `
	sessions.id,
	sessions.token_hash,
	sessions.account,
	sessions.device,
	sessions.address,
	sessions.second_factor,
	sessions.created_at,
	sessions.seen_at,
	sessions.expires_at`

func (s *Session) into() []any {
	return []any{
		&s.ID, &s.TokenHash, &s.Account, &s.Device, &s.Address, &s.SecondFactor,
		timeInto{&s.CreatedAt},
		timeInto{&s.SeenAt},
		timeInto{&s.ExpiresAt},
	}
}

// Session reads a session and its account, by the hash of the token. Whether it
// is still good is the caller's to say.
func (tx *Tx) Session(tokenHash []byte) (Session, Account, error) {
	var s Session
	var a Account
	err := tx.row(`SELECT `+sessionColumns+`,`+accountColumns+`
		FROM sessions JOIN accounts ON accounts.id = sessions.account
		WHERE sessions.token_hash = $1`, tokenHash).Scan(append(s.into(), a.into()...)...)
	return s, a, found(err)
}

// LiveSessions reads an account's sessions, the last used first: those before
// their absolute end and seen after idle.
func (tx *Tx) LiveSessions(id access.AccountID, idle time.Time) ([]Session, error) {
	var all []Session
	err := tx.each(func(scan func(...any) error) error {
		var s Session
		err := scan(s.into()...)
		all = append(all, s)
		return err
	}, `SELECT `+sessionColumns+` FROM sessions
		WHERE account = $1 AND expires_at > $2 AND seen_at > $3 ORDER BY seen_at DESC, created_at DESC, id`, id, micros(tx.now), micros(idle))
	return all, err
}

// TouchSession records that the session was used now.
func (tx *Tx) TouchSession(tokenHash []byte) error {
	return tx.execOne(`UPDATE sessions SET seen_at = $1 WHERE token_hash = $2`, micros(tx.now), tokenHash)
}

// EndSession ends a session; one that ended already is no error.
func (tx *Tx) EndSession(tokenHash []byte) error {
	_, err := tx.exec(`DELETE FROM sessions WHERE token_hash = $1`, tokenHash)
	return err
}

// EndSessionHash is EndSession that wakes who waits for the session.
func (tx *Tx) EndSessionHash(tokenHash []byte) error {
	_, err := tx.ended(tx.execCount(`DELETE FROM sessions WHERE token_hash = $1`, tokenHash))
	return err
}

// EndSessions ends all sessions of an account and says how many. Whoever waits
// for one of them is woken after the commit, in a server beside this process too.
func (tx *Tx) EndSessions(id access.AccountID) (int64, error) { return tx.EndSessionsBut(id, []byte{}) }

// EndSessionsBut is EndSessions that leaves the session of one token hash.
func (tx *Tx) EndSessionsBut(id access.AccountID, keep []byte) (int64, error) {
	return tx.ended(tx.execCount(`DELETE FROM sessions WHERE account = $1 AND token_hash <> $2`, id, keep))
}

// EndSessionOf ends the session of an account that an id names; ErrNotFound when
// the account has none of it.
func (tx *Tx) EndSessionOf(account access.AccountID, id string) error {
	n, err := tx.ended(tx.execCount(`DELETE FROM sessions WHERE account = $1 AND id = $2 AND id <> ''`, account, id))
	if err == nil && n == 0 {
		err = ErrNotFound
	}
	return err
}

// KeepSessions ends the sessions of an account beyond so many, the first opened
// first, and says how many.
func (tx *Tx) KeepSessions(id access.AccountID, most int) (int64, error) {
	return tx.ended(tx.execCount(`DELETE FROM sessions WHERE account = $1 AND token_hash NOT IN (
			SELECT token_hash FROM sessions WHERE account = $1 ORDER BY created_at DESC, token_hash LIMIT $2
		)`, id, most))
}

// ended has those woken, after the commit, who wait for sessions that were ended.
func (tx *Tx) ended(n int64, err error) (int64, error) {
	if err != nil || n == 0 {
		return n, err
	}
	tx.told = true
	_, err = tx.Count(sessionsEnded)
	return n, err
}

// sessionsEnded is the counter that moves when sessions are ended by others
// than who holds them.
const sessionsEnded = "sessions_ended"

// SessionsEnded is a number that moved when sessions were ended since.
func (tx *Tx) SessionsEnded() (int64, error) { return tx.counter(sessionsEnded) }

// HasSession reports that there is a session of this token hash.
func (tx *Tx) HasSession(tokenHash []byte) (bool, error) {
	var has bool
	err := tx.row(`SELECT EXISTS (SELECT 1 FROM sessions WHERE token_hash = $1)`, tokenHash).Scan(&has)
	return has, err
}

// SweepSessions forgets sessions past their absolute end, or not seen since idle.
func (tx *Tx) SweepSessions(idle time.Time) (int64, error) {
	return tx.execCount(`DELETE FROM sessions WHERE expires_at <= $1 OR seen_at <= $2`, micros(tx.now), micros(idle))
}
