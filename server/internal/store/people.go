package store

import (
	"strings"
	"time"

	"llavero/shared/access"
)

// The kinds of snapshots beside SnapshotREPS: one for each file about people.
const (
	SnapshotPersons       = "mss-personas"
	SnapshotOrganizations = "mss-organizaciones"
	SnapshotDelegations   = "mss-delegaciones"
	SnapshotRETHUS        = "rethus"
	SnapshotStaff         = "funcionarios"
)

// Person is a person as MiSeguridadSocial tells it.
type Person struct {
	Document    access.Document
	GivenNames  string
	FamilyNames string
	Email       string    // the registered address; "" = none on file
	Phone       string    // ten digits; "" = none on file
	GoneAt      time.Time // absent from the last file since; zero: current

	// EmailUnread, in a Listing: the file's could not be read, the stored one stays.
	EmailUnread bool
}

// Name is the whole name.
func (p Person) Name() string { return fullName(p.GivenNames, p.FamilyNames) }

// Organization is a legal person as MiSeguridadSocial tells it.
type Organization struct {
	NIT            access.NIT
	Name           string
	Representative access.Document // the legal representative's; zero: not told
	Email          string
	GoneAt         time.Time
}

// Novelty is what happened to a delegation.
type Novelty string

// The novelties (novedades), as MiSeguridadSocial writes them.
const (
	NoveltyLinks   Novelty = "V"
	NoveltyUnlinks Novelty = "O"
)

// Delegation is the last novelty of an organization and a person.
type Delegation struct {
	NIT      access.NIT
	Document access.Document // the delegate's
	Novelty  Novelty
	On       string    // the novelty's date, "2026-03-12"
	GoneAt   time.Time // absent from the last file since: not ended for that
}

// IsCurrent reports that the last file has the delegation, in force.
func (d Delegation) IsCurrent() bool { return d.Novelty == NoveltyLinks && d.GoneAt.IsZero() }

// Title is one title of a health professional in RETHUS.
type Title struct {
	Document      access.Document
	Program       string
	Profession    string
	Act           string // the act that grants it; "" = not told
	Name          string // the person's
	DocumentState string
	Origin        string
	Began         string // "2026-03-12"; "" = not told
	Reporter      string
	Registry      string // registro profesional; "" = not told
	GoneAt        time.Time
}

// Verification is an officer's word that a person is a registered health
// professional though no file says so.
type Verification struct {
	Document access.Document
	Registry string // "" = not told
	Why      string
	At       time.Time
}

// StaffMember (funcionario) is somebody of the ministry's roster.
type StaffMember struct {
	Document    access.Document
	GivenNames  string
	FamilyNames string
	Email       string
	Active      bool
	GoneAt      time.Time
}

// Name is the whole name.
func (m StaffMember) Name() string { return fullName(m.GivenNames, m.FamilyNames) }

// IsCurrent reports that the last roster lists the person as active.
func (m StaffMember) IsCurrent() bool { return m.Active && m.GoneAt.IsZero() }

func fullName(given, family string) string { return strings.TrimSpace(given + " " + family) }

// Person returns the person of a document, one that is gone too; ErrNotFound.
func (tx *Tx) Person(d access.Document) (Person, error) {
	return one(tx, &personTable, d.Type, d.Number)
}

// Organization returns the organization of a NIT, one that is gone too; ErrNotFound.
func (tx *Tx) Organization(nit access.NIT) (Organization, error) {
	return one(tx, &organizationTable, nit)
}

// Delegation returns how an organization and a person stand; ErrNotFound when
// no novelty was ever told of them.
func (tx *Tx) Delegation(nit access.NIT, d access.Document) (Delegation, error) {
	return one(tx, &delegationTable, nit, d.Type, d.Number)
}

// StaffMember returns the roster's line of a document, one that is gone too;
// ErrNotFound.
func (tx *Tx) StaffMember(d access.Document) (StaffMember, error) {
	return one(tx, &staffTable, d.Type, d.Number)
}

// Titles returns the titles that RETHUS's last file has of a document.
func (tx *Tx) Titles(d access.Document) ([]Title, error) {
	t := &titleTable
	var all []Title
	err := tx.each(func(scan func(...any) error) error {
		var v Title
		if err := scan(append(t.into(&v), timeInto{t.gone(&v)})...); err != nil {
			return err
		}
		all = append(all, v)
		return nil
	}, t.load()+` WHERE document_type = $1 AND document_number = $2 AND gone_at = 0`, d.Type, d.Number)
	return all, err
}

// Verification returns an officer's word on a document; ErrNotFound.
func (tx *Tx) Verification(d access.Document) (Verification, error) {
	v := Verification{Document: d}
	err := tx.row(`SELECT registry, why, verified_at FROM rethus_verifications
		WHERE document_type = $1 AND document_number = $2`, d.Type, d.Number).
		Scan(&v.Registry, &v.Why, timeInto{&v.At})
	return v, found(err)
}

// PutVerification records an officer's word, as of now; it replaces one before.
func (tx *Tx) PutVerification(v Verification) error {
	_, err := tx.exec(`INSERT INTO rethus_verifications (document_type, document_number, registry, why, verified_at)
		VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (document_type, document_number)
		DO UPDATE SET registry = excluded.registry, why = excluded.why, verified_at = excluded.verified_at`,
		v.Document.Type, v.Document.Number, v.Registry, v.Why, micros(tx.now))
	return err
}
