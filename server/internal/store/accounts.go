package store

import (
	"time"

	"llavero/shared/access"
)

// Account is one person's way in.
type Account struct {
	ID           access.AccountID
	Login        string
	Person       access.Person
	Email        string // registered address; "" = none on file
	Role         access.Role
	RoleFrom     Origin // where the role comes from; "" without one
	Independent  bool
	Entity       access.EntityID // "" for officers
	PasswordHash string          // Argon2id, PHC string; "" until the person set one
	TOTPSealed   []byte          // nil: no second factor enrolled
	TOTPLastStep int64           // last accepted time step
	CreatedAt    time.Time
	DisabledAt   time.Time // zero: may sign in
	DisabledBy   Origin    // OriginCommand or OriginImport; "" while it is enabled

	Administrator bool      // an officer who may appoint others
	SignedInAt    time.Time // last session opened; zero: none that is known of
}

// Origin says what made an account so.
type Origin string

// The origins.
const (
	OriginCommand      Origin = "command"      // an administrator, on the server's command line
	OriginRegistration Origin = "registration" // the person registered
	OriginRoster       Origin = "roster"       // the ministry's roster, which takes it away again
	OriginImport       Origin = "import"       // MiSeguridadSocial's delegations

	OriginAdministrator Origin = "administrator" // another officer gave the role
)

// Viewer is the account as a session acts with it.
func (a Account) Viewer(secondFactor bool) access.Viewer {
	return access.Viewer{
		Account: a.ID, Login: a.Login, Person: a.Person, Entity: a.Entity, Role: a.Role,
		Independent: a.Independent, SecondFactor: secondFactor, Administrator: a.Administrator,
	}
}

// HasPassword reports that the person set one; nobody signs in without.
func (a Account) HasPassword() bool { return a.PasswordHash != "" }

const accountColumns = `
	accounts.id,
	accounts.login,
	accounts.document_type,
	accounts.document_number,
	accounts.name,
	accounts.email,
	accounts.role,
	accounts.independent,
	accounts.entity,
	accounts.password_hash,
	accounts.totp_sealed,
	accounts.totp_last_step,
	accounts.created_at,
	accounts.disabled_at,
	accounts.disabled_by,
	accounts.role_from,
	accounts.administrator,
	accounts.signed_in_at`

func (a *Account) into() []any {
	return []any{
		&a.ID, &a.Login, &a.Person.Document.Type, &a.Person.Document.Number, &a.Person.Name, &a.Email,
		&a.Role, &a.Independent, &a.Entity, &a.PasswordHash, &a.TOTPSealed, &a.TOTPLastStep,
		timeInto{&a.CreatedAt},
		timeInto{&a.DisabledAt},
		&a.DisabledBy, &a.RoleFrom, &a.Administrator,
		timeInto{&a.SignedInAt},
	}
}

// CreateAccount writes a new account; CreatedAt is the transaction's instant.
func (tx *Tx) CreateAccount(a Account) error {
	_, err := tx.exec(`INSERT INTO accounts (
			id, login, document_type, document_number, name, email, role, independent, entity,
			password_hash, totp_sealed, totp_last_step, created_at, role_from
		) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		a.ID, a.Login, a.Person.Document.Type, a.Person.Document.Number, a.Person.Name, a.Email, a.Role,
		bit(a.Independent), a.Entity, a.PasswordHash, a.TOTPSealed, a.TOTPLastStep, micros(tx.now), a.RoleFrom)
	return err
}

// Account reads one account.
func (tx *Tx) Account(id access.AccountID) (Account, error) {
	var a Account
	err := tx.row(`SELECT `+accountColumns+` FROM accounts WHERE id = $1`, id).Scan(a.into()...)
	return a, found(err)
}

// AccountsByLogin reads the accounts that share a login, disabled ones too, in
// the order they were made; none is no error.
func (tx *Tx) AccountsByLogin(login string) ([]Account, error) {
	return tx.accounts(`WHERE login = $1 ORDER BY created_at, id`, login)
}

// Accounts reads all accounts by login.
func (tx *Tx) Accounts() ([]Account, error) {
	return tx.accounts(`ORDER BY login, created_at, id`)
}

// DelegatesOf reads the accounts that may sign in for an entity, in the order they
// were made.
func (tx *Tx) DelegatesOf(entity access.EntityID) ([]Account, error) {
	return tx.accounts(`WHERE entity = $1 AND entity <> '' AND disabled_at = 0 ORDER BY created_at`, entity)
}

func (tx *Tx) accounts(where string, args ...any) ([]Account, error) {
	var all []Account
	err := tx.each(func(scan func(...any) error) error {
		var a Account
		if err := scan(a.into()...); err != nil {
			return err
		}
		all = append(all, a)
		return nil
	}, `SELECT `+accountColumns+` FROM accounts `+where, args...)
	return all, err
}

// SetPassword replaces an account's password hash.
func (tx *Tx) SetPassword(id access.AccountID, hash string) error {
	return tx.execOne(`UPDATE accounts SET password_hash = $1 WHERE id = $2`, hash, id)
}

// SetTOTP replaces an account's sealed second factor; nil takes it away.
func (tx *Tx) SetTOTP(id access.AccountID, sealed []byte) error {
	return tx.execOne(`UPDATE accounts SET totp_sealed = $1, totp_last_step = 0 WHERE id = $2`, sealed, id)
}

// AcceptTOTPStep records the time step of an accepted code. It answers false,
// and records nothing, when a code of that step or a later one was accepted
// already: a code works once. last is the latest step that can be accepted now:
// one recorded beyond it is from before the clock was put back, and forgotten,
// for it would keep everybody out until the clock is there again.
func (tx *Tx) AcceptTOTPStep(id access.AccountID, step, last int64) (bool, error) {
	n, err := tx.execCount(`UPDATE accounts SET totp_last_step = $1
		WHERE id = $2 AND (totp_last_step < $1 OR totp_last_step > $3)`, step, id, last)
	return n == 1, err
}

// SetRole changes what an account may do, and says where that comes from. Who is
// no officer any more is no administrator either.
func (tx *Tx) SetRole(id access.AccountID, role access.Role, from Origin) error {
	return tx.execOne(`UPDATE accounts SET
			role = $1,
			role_from = $2,
			administrator = CASE WHEN role = $1 THEN administrator ELSE 0 END
		WHERE id = $3`, role, from, id)
}

// SignedIn records that a session of an account was opened now.
func (tx *Tx) SignedIn(id access.AccountID) error {
	return tx.execOne(`UPDATE accounts SET signed_in_at = $1 WHERE id = $2`, micros(tx.now), id)
}

// SetEmail changes an account's registered address. What was mailed to the old
// one and not used is worth nothing from now on: links, and codes for requests
// that wait for their signature.
func (tx *Tx) SetEmail(id access.AccountID, email string) error {
	if err := tx.execOne(`UPDATE accounts SET email = $1 WHERE id = $2`, email, id); err != nil {
		return err
	}
	if _, err := tx.exec(`UPDATE account_links SET spent_at = $1 WHERE account = $2 AND spent_at = 0`, micros(tx.now), id); err != nil {
		return err
	}
	_, err := tx.exec(`UPDATE one_time_codes SET voided_at = $1 WHERE voided_at = 0 AND request IN (
			SELECT id FROM key_requests WHERE status IN ('signing', 'issuing', 'pending') AND requested_by = $2
		)`, micros(tx.now), id)
	return err
}

// DisableAccount keeps an account from signing in and ends its sessions. One
// that was disabled already is by the later word.
func (tx *Tx) DisableAccount(id access.AccountID, by Origin) error {
	if err := tx.execOne(`UPDATE accounts SET disabled_at = $1, disabled_by = $2 WHERE id = $3`, micros(tx.now), by, id); err != nil {
		return err
	}
	_, err := tx.EndSessions(id)
	return err
}

// EnableAccount lets an account sign in again.
func (tx *Tx) EnableAccount(id access.AccountID) error {
	return tx.execOne(`UPDATE accounts SET disabled_at = 0, disabled_by = '' WHERE id = $1`, id)
}

// EntityName returns an entity's name in REPS; ErrNotFound when REPS has none.
func (tx *Tx) EntityName(id access.EntityID) (string, error) {
	var name string
	err := tx.row(`SELECT name FROM entities WHERE id = $1`, id).Scan(&name)
	return name, found(err)
}
