package store

import (
	"time"

	"llavero/shared/access"
)

// Evidence is a proof that a code passed the sandbox tests.
type Evidence struct {
	ID        string // UUID
	Code      access.LicenseCode
	Kind      access.EvidenceKind
	Note      string
	Name      string // the file's; "" without a file, as the next three
	Media     string // "application/pdf", as its content says
	Size      int64  // bytes
	Hash      string // SHA-256, hex
	Account   access.AccountID
	Person    string
	CreatedAt time.Time
	Sealed    []byte // the file; only EvidenceFile reads it
}

const evidenceColumns = `
	id,
	code,
	kind,
	note,
	name,
	media,
	size,
	hash,
	account,
	person,
	created_at`

func (e *Evidence) into() []any {
	return []any{
		&e.ID, &e.Code, &e.Kind, &e.Note, &e.Name, &e.Media, &e.Size, &e.Hash, &e.Account, &e.Person,
		timeInto{&e.CreatedAt},
	}
}

// InsertEvidence writes a new proof, with its sealed file.
func (tx *Tx) InsertEvidence(e Evidence) error {
	_, err := tx.exec(`INSERT INTO evidence (`+evidenceColumns+`,
	sealed
		) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		e.ID, e.Code, e.Kind, e.Note, e.Name, e.Media, e.Size, e.Hash, e.Account, e.Person, micros(e.CreatedAt), e.Sealed)
	return err
}

// EvidenceOf reads the proofs of a code without their files, newest first.
func (tx *Tx) EvidenceOf(code access.LicenseCode) ([]Evidence, error) {
	var all []Evidence
	err := tx.each(func(scan func(...any) error) error {
		var e Evidence
		err := scan(e.into()...)
		all = append(all, e)
		return err
	}, `SELECT `+evidenceColumns+` FROM evidence WHERE code = $1 ORDER BY created_at DESC, rowid DESC`, code)
	return all, err
}

// CountEvidence counts the proofs of a code.
func (tx *Tx) CountEvidence(code access.LicenseCode) (int, error) {
	var n int
	err := tx.row(`SELECT count(*) FROM evidence WHERE code = $1`, code).Scan(&n)
	return n, err
}

// EvidenceFile reads one proof with its sealed file.
func (tx *Tx) EvidenceFile(id string) (Evidence, error) {
	var e Evidence
	err := tx.row(`SELECT `+evidenceColumns+`, sealed FROM evidence WHERE id = $1`, id).Scan(append(e.into(), &e.Sealed)...)
	return e, found(err)
}
