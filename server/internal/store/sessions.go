package store

import (
	"time"

	"llavero/shared/access"
)

// Session is one sign-in. The bearer token itself is not stored.
type Session struct {
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
			token_hash, account, device, address, second_factor, created_at, seen_at, expires_at
		) VALUES ($1, $2, $3, $4, $5, $6, $6, $7)`,
		s.TokenHash, s.Account, s.Device, s.Address, bit(s.SecondFactor), micros(tx.now), micros(s.ExpiresAt))
	return err
}

// Session reads a session and its account, by the hash of the token. Whether it
// is still good is the caller's to say.
func (tx *Tx) Session(tokenHash []byte) (Session, Account, error) {
	var s Session
	var a Account
	into := append([]any{
		&s.TokenHash, &s.Account, &s.Device, &s.Address, &s.SecondFactor,
		timeInto{&s.CreatedAt},
		timeInto{&s.SeenAt},
		timeInto{&s.ExpiresAt},
	}, a.into()...)
	err := tx.row(`SELECT
			sessions.token_hash,
			sessions.account,
			sessions.device,
			sessions.address,
			sessions.second_factor,
			sessions.created_at,
			sessions.seen_at,
			sessions.expires_at,`+accountColumns+`
		FROM sessions JOIN accounts ON accounts.id = sessions.account
		WHERE sessions.token_hash = $1`, tokenHash).Scan(into...)
	return s, a, found(err)
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

// EndSessions ends all sessions of an account and says how many. Whoever waits
// for one of them is woken after the commit, in a server beside this process too.
func (tx *Tx) EndSessions(id access.AccountID) (int64, error) { return tx.EndSessionsBut(id, []byte{}) }

// EndSessionsBut is EndSessions that leaves the session of one token hash.
func (tx *Tx) EndSessionsBut(id access.AccountID, keep []byte) (int64, error) {
	n, err := tx.execCount(`DELETE FROM sessions WHERE account = $1 AND token_hash <> $2`, id, keep)
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
