package store

import (
	"fmt"
	"time"

	"llavero/shared/access"
)

// Incident is the report of a compromised key.
type Incident struct {
	ID        string // UUID
	Number    string // "INC-2026-000012"
	Key       access.KeyID
	Request   access.RequestID // which makes the new secret
	Account   access.AccountID // who reported it
	Person    string           // their name
	What      string           // what happened; one line
	At        time.Time
	RemovedAt time.Time // when Entra took none of the old secrets any more; zero: not yet
}

const incidentColumns = `
	id,
	number,
	access_key,
	request,
	account,
	person,
	what,
	at,
	removed_at`

// NextIncidentNumber takes the year's next number: "INC-2026-000012".
func (tx *Tx) NextIncidentNumber(year int) (string, error) {
	n, err := tx.Count(fmt.Sprintf("incident/%d", year))
	return fmt.Sprintf("INC-%d-%06d", year, n), err
}

// InsertIncident writes a new incident.
func (tx *Tx) InsertIncident(i Incident) error {
	_, err := tx.exec(`INSERT INTO incidents (`+incidentColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		i.ID, i.Number, i.Key, i.Request, i.Account, i.Person, i.What, micros(i.At), micros(i.RemovedAt))
	return err
}

// OpenIncidents reads those of a key whose old secrets still work, oldest first.
func (tx *Tx) OpenIncidents(key access.KeyID) ([]Incident, error) {
	var all []Incident
	err := tx.each(func(scan func(...any) error) error {
		var i Incident
		err := scan(&i.ID, &i.Number, &i.Key, &i.Request, &i.Account, &i.Person, &i.What, timeInto{&i.At}, timeInto{&i.RemovedAt})
		all = append(all, i)
		return err
	}, `SELECT `+incidentColumns+` FROM incidents WHERE access_key = $1 AND removed_at = 0 ORDER BY at`, key)
	return all, err
}

// MoveIncidents has the open incidents of one request answered by another.
func (tx *Tx) MoveIncidents(from, to access.RequestID) error {
	_, err := tx.exec(`UPDATE incidents SET request = $1 WHERE request = $2 AND removed_at = 0`, to, from)
	return err
}

// CloseIncidents writes down that the old secrets of a key are gone, and counts
// the incidents that were open.
func (tx *Tx) CloseIncidents(key access.KeyID) (int64, error) {
	return tx.execCount(`UPDATE incidents SET removed_at = $1 WHERE access_key = $2 AND removed_at = 0`, micros(tx.now), key)
}
