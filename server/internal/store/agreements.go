package store

import (
	"errors"
	"time"

	"llavero/shared/access"
)

// Agreement is that a person accepted the signing method before they sign. It is
// never changed.
type Agreement struct {
	Account     access.AccountID
	TextVersion string
	TextHash    string
	Language    string
	Label       string
	AcceptedAt  time.Time
	ShownAt     time.Time // in the server's time; zero: the client did not say
	TickedAt    time.Time // in the server's time; zero: the client did not say
	Device      string
	Address     string
	Client      string    // "": it did not say
	ClientAt    time.Time // the client's own clock; zero: it did not say
}

// InsertAgreement writes that an agreement was accepted.
func (tx *Tx) InsertAgreement(a Agreement) error {
	_, err := tx.exec(`INSERT INTO agreements (
			account, text_version, text_hash, language, label, accepted_at, shown_at, ticked_at, device, address, client, client_at
		) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		a.Account, a.TextVersion, a.TextHash, a.Language, a.Label, micros(a.AcceptedAt), micros(a.ShownAt), micros(a.TickedAt),
		a.Device, a.Address, a.Client, micros(a.ClientAt))
	return err
}

// Agreement reads how an account accepted a version; nil when it did not.
func (tx *Tx) Agreement(account access.AccountID, version string) (*Agreement, error) {
	a := Agreement{Account: account, TextVersion: version}
	err := found(tx.row(`SELECT text_hash, language, label, accepted_at, shown_at, ticked_at, device, address, client, client_at
		FROM agreements WHERE account = $1 AND text_version = $2`, account, version).
		Scan(&a.TextHash, &a.Language, &a.Label, timeInto{&a.AcceptedAt}, timeInto{&a.ShownAt}, timeInto{&a.TickedAt},
			&a.Device, &a.Address, &a.Client, timeInto{&a.ClientAt}))
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &a, nil
}

// LastAgreement reads the agreement an account accepted last, whichever version;
// nil when it accepted none.
func (tx *Tx) LastAgreement(account access.AccountID) (*Agreement, error) {
	var version string
	err := found(tx.row(`SELECT text_version FROM agreements WHERE account = $1 ORDER BY accepted_at DESC, rowid DESC LIMIT 1`, account).
		Scan(&version))
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return tx.Agreement(account, version)
}

// AgreementDue reports that an account has not accepted the version in force.
func (tx *Tx) AgreementDue(account access.AccountID) (bool, error) {
	text, err := tx.SigningText()
	if errors.Is(err, ErrNotFound) {
		return false, nil // nothing is published to be accepted
	}
	if err != nil {
		return false, err
	}
	a, err := tx.Agreement(account, text.Version)
	return a == nil, err
}
