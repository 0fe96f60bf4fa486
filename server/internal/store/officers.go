package store

import (
	"errors"
	"time"

	"llavero/server/internal/audit"
	"llavero/shared/access"
)

// OfficerAct is who gave or took the officer's role, when and why; zero: nobody
// that is known.
type OfficerAct struct {
	By  string // the person's name
	At  time.Time
	Why string
}

// OfficerActs are the last two of an account.
type OfficerActs struct {
	Granted   OfficerAct
	Withdrawn OfficerAct // At zero: the role is in force
}

// OfficerActs reads what is known of an account's role; the zero value when
// nothing is.
func (tx *Tx) OfficerActs(id access.AccountID) (OfficerActs, error) {
	var a OfficerActs
	err := found(tx.row(`SELECT granted_at, granted_by, granted_why, withdrawn_at, withdrawn_by, withdrawn_why
		FROM officer_acts WHERE account = $1`, id).Scan(timeInto{&a.Granted.At}, &a.Granted.By, &a.Granted.Why,
		timeInto{&a.Withdrawn.At}, &a.Withdrawn.By, &a.Withdrawn.Why))
	if errors.Is(err, ErrNotFound) {
		err = nil
	}
	return a, err
}

// SaveOfficerActs writes them.
func (tx *Tx) SaveOfficerActs(id access.AccountID, a OfficerActs) error {
	_, err := tx.exec(`INSERT INTO officer_acts (account, granted_at, granted_by, granted_why, withdrawn_at, withdrawn_by, withdrawn_why)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (account) DO UPDATE SET
			granted_at = excluded.granted_at,
			granted_by = excluded.granted_by,
			granted_why = excluded.granted_why,
			withdrawn_at = excluded.withdrawn_at,
			withdrawn_by = excluded.withdrawn_by,
			withdrawn_why = excluded.withdrawn_why`,
		id, micros(a.Granted.At), a.Granted.By, a.Granted.Why, micros(a.Withdrawn.At), a.Withdrawn.By, a.Withdrawn.Why)
	return err
}

// Officers reads the accounts that have the officer's role, or had it until it
// was withdrawn, by name.
func (tx *Tx) Officers() ([]Account, error) {
	return tx.accounts(`LEFT JOIN officer_acts ON officer_acts.account = accounts.id
		WHERE accounts.role = $1 OR officer_acts.withdrawn_at <> 0
		ORDER BY accounts.name, accounts.id`, access.RoleOfficer)
}

// OtherAdministrators counts the administrators beside an account who can sign
// in: enabled, with password and second factor.
func (tx *Tx) OtherAdministrators(id access.AccountID) (int, error) {
	var n int
	err := tx.row(`SELECT count(*) FROM accounts WHERE role = $1 AND administrator = 1 AND disabled_at = 0
		AND password_hash <> '' AND totp_sealed IS NOT NULL AND id <> $2`, access.RoleOfficer, id).Scan(&n)
	return n, err
}

// SetAdministrator makes an officer an administrator, or takes that away.
func (tx *Tx) SetAdministrator(id access.AccountID, to bool) error {
	return tx.execOne(`UPDATE accounts SET administrator = $1 WHERE id = $2 AND role = $3`, bit(to), id, access.RoleOfficer)
}

// AuditAbout reads what an account did and what was done to it, newest first.
func (tx *Tx) AuditAbout(id access.AccountID, limit int) ([]audit.Record, error) {
	var all []audit.Record
	err := tx.each(func(scan func(...any) error) error {
		r, err := scanAudit(scan)
		all = append(all, r)
		return err
	}, `SELECT `+auditColumns+` FROM audit_entries WHERE seq IN (
			SELECT seq FROM audit_entries WHERE subject = $1 UNION SELECT seq FROM audit_entries WHERE account = $1
		) ORDER BY seq DESC LIMIT $2`, id, limit)
	return all, err
}
