package store

import (
	"time"

	"llavero/shared/access"
)

// Validity is the life of new secrets of an environment, as an officer set it.
type Validity struct {
	Environment access.Environment
	Days        int
	Account     access.AccountID
	Person      string
	Why         string
	At          time.Time
}

// Validities reads the environments whose validity was set, by name.
func (tx *Tx) Validities() (map[access.Environment]Validity, error) {
	all := map[access.Environment]Validity{}
	err := tx.each(func(scan func(...any) error) error {
		var v Validity
		err := scan(&v.Environment, &v.Days, &v.Account, &v.Person, &v.Why, timeInto{&v.At})
		all[v.Environment] = v
		return err
	}, `SELECT environment, days, account, person, why, set_at FROM validities`)
	return all, err
}

// SetValidity writes the validity of an environment, in place of the one before.
func (tx *Tx) SetValidity(v Validity) error {
	_, err := tx.exec(`INSERT INTO validities (environment, days, account, person, why, set_at)
		VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (environment) DO UPDATE SET
			days = excluded.days,
			account = excluded.account,
			person = excluded.person,
			why = excluded.why,
			set_at = excluded.set_at`,
		v.Environment, v.Days, v.Account, v.Person, v.Why, micros(v.At))
	return err
}
