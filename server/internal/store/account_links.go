package store

import (
	"time"

	"llavero/shared/access"
	"llavero/shared/wire"
)

// AccountLink is a link that was mailed; the token itself is not stored.
type AccountLink struct {
	TokenHash []byte           // SHA-256 of the token
	Account   access.AccountID // "": of nobody, and good for nothing
	Purpose   wire.LinkPurpose
	CreatedAt time.Time
	ExpiresAt time.Time
	SpentAt   time.Time // used or replaced; zero: neither
}

// CreateAccountLink writes a link that begins now and ends those before it of
// the same account.
func (tx *Tx) CreateAccountLink(l AccountLink) error {
	_, err := tx.exec(`UPDATE account_links SET spent_at = $1 WHERE account = $2 AND spent_at = 0`, micros(tx.now), l.Account)
	if err != nil {
		return err
	}
	_, err = tx.exec(`INSERT INTO account_links (token_hash, account, purpose, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)`,
		l.TokenHash, l.Account, l.Purpose, micros(tx.now), micros(l.ExpiresAt))
	return err
}

// AccountLink reads a link by the hash of its token. Whether it is still good is
// the caller's to say.
func (tx *Tx) AccountLink(tokenHash []byte) (AccountLink, error) {
	l := AccountLink{TokenHash: tokenHash}
	err := tx.row(`SELECT account, purpose, created_at, expires_at, spent_at FROM account_links WHERE token_hash = $1`, tokenHash).
		Scan(&l.Account, &l.Purpose, timeInto{&l.CreatedAt}, timeInto{&l.ExpiresAt}, timeInto{&l.SpentAt})
	return l, found(err)
}

// SpendAccountLink marks a live link used. It answers false, and changes
// nothing, when it was spent, replaced or too old: of two that use it at once
// one is second.
func (tx *Tx) SpendAccountLink(tokenHash []byte) (bool, error) {
	n, err := tx.execCount(`UPDATE account_links SET spent_at = $1 WHERE token_hash = $2 AND spent_at = 0 AND expires_at > $1`,
		micros(tx.now), tokenHash)
	return n == 1, err
}

// SweepAccountLinks forgets links and second factors on their way whose time is
// over.
func (tx *Tx) SweepAccountLinks() (int64, error) {
	links, err := tx.execCount(`DELETE FROM account_links WHERE expires_at <= $1`, micros(tx.now))
	if err != nil {
		return 0, err
	}
	factors, err := tx.execCount(`DELETE FROM enrolments WHERE expires_at <= $1`, micros(tx.now))
	return links + factors, err
}

// EnrolmentPurpose says where an enrolment began: it is confirmed there and
// nowhere else.
type EnrolmentPurpose string

// The purposes.
const (
	EnrolByLink EnrolmentPurpose = "link"    // a mailed link set a password
	EnrolOwn    EnrolmentPurpose = "own"     // who is signed in asked for it
	EnrolSignIn EnrolmentPurpose = "sign_in" // a sign-in waits for it
)

// Enrolment is a second factor that waits for its first code.
type Enrolment struct {
	TicketHash []byte // SHA-256 of the ticket
	Account    access.AccountID
	Purpose    EnrolmentPurpose
	Device     string // of a sign-in that waits for it
	SeedSealed []byte
	ExpiresAt  time.Time
}

// CreateEnrolment writes a second factor on its way and forgets those before it
// of the same account.
func (tx *Tx) CreateEnrolment(e Enrolment) error {
	if _, err := tx.exec(`DELETE FROM enrolments WHERE account = $1`, e.Account); err != nil {
		return err
	}
	_, err := tx.exec(`INSERT INTO enrolments (ticket_hash, account, purpose, device, seed_sealed, expires_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		e.TicketHash, e.Account, e.Purpose, e.Device, e.SeedSealed, micros(e.ExpiresAt))
	return err
}

// Enrolment reads a second factor on its way by the hash of its ticket;
// ErrNotFound when there is none or its time is over.
func (tx *Tx) Enrolment(ticketHash []byte) (Enrolment, error) {
	e := Enrolment{TicketHash: ticketHash}
	err := tx.row(`SELECT account, purpose, device, seed_sealed, expires_at FROM enrolments WHERE ticket_hash = $1 AND expires_at > $2`,
		ticketHash, micros(tx.now)).Scan(&e.Account, &e.Purpose, &e.Device, &e.SeedSealed, timeInto{&e.ExpiresAt})
	return e, found(err)
}

// DropEnrolments forgets the second factors on their way to an account.
func (tx *Tx) DropEnrolments(id access.AccountID) error {
	_, err := tx.exec(`DELETE FROM enrolments WHERE account = $1`, id)
	return err
}

// EndEnrolment forgets a second factor on its way: it arrived.
func (tx *Tx) EndEnrolment(ticketHash []byte) error {
	return tx.execOne(`DELETE FROM enrolments WHERE ticket_hash = $1`, ticketHash)
}

// Pledge is the confidentiality text as a registration accepted it.
type Pledge struct {
	Account     access.AccountID
	TextID      string
	TextVersion string
	TextHash    string
	Label       string
	AcceptedAt  time.Time
	Address     string // network address
}

// InsertPledge writes an acceptance, now; it is never changed.
func (tx *Tx) InsertPledge(p Pledge) error {
	_, err := tx.exec(`INSERT INTO pledges (account, text_id, text_version, text_hash, label, accepted_at, address)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		p.Account, p.TextID, p.TextVersion, p.TextHash, p.Label, micros(tx.now), p.Address)
	return err
}

// Pledges reads what an account pledged, oldest first.
func (tx *Tx) Pledges(account access.AccountID) ([]Pledge, error) {
	var all []Pledge
	err := tx.each(func(scan func(...any) error) error {
		p := Pledge{Account: account}
		if err := scan(&p.TextID, &p.TextVersion, &p.TextHash, &p.Label, timeInto{&p.AcceptedAt}, &p.Address); err != nil {
			return err
		}
		all = append(all, p)
		return nil
	}, `SELECT text_id, text_version, text_hash, label, accepted_at, address FROM pledges WHERE account = $1 ORDER BY id`, account)
	return all, err
}
