package store

import (
	"errors"
	"fmt"
	"time"

	"llavero/shared/access"
	"llavero/shared/receipt"
)

// Receipt is the proof of one signature, as it is handed out. It is never changed.
type Receipt struct {
	Request access.RequestID
	Number  string
	File    []byte // signed JSON
	Hash    string // SHA-256 of File, hex
	KeyID   receipt.KeyID
	MadeAt  time.Time
}

// NextReceiptNumber numbers the receipts of a year: "CON-2026-000001".
func (tx *Tx) NextReceiptNumber(year int) (string, error) {
	n, err := tx.Count(fmt.Sprintf("receipt/%d", year))
	return fmt.Sprintf("CON-%d-%06d", year, n), err
}

// InsertReceipt writes a receipt.
func (tx *Tx) InsertReceipt(r Receipt) error {
	_, err := tx.exec(`INSERT INTO receipts (request, number, file, hash, key_id, made_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		r.Request, r.Number, r.File, r.Hash, r.KeyID, micros(r.MadeAt))
	return err
}

// Receipt reads the receipt of a request; nil when it has none.
func (tx *Tx) Receipt(request access.RequestID) (*Receipt, error) {
	r := Receipt{Request: request}
	err := found(tx.row(`SELECT number, file, hash, key_id, made_at FROM receipts WHERE request = $1`, request).
		Scan(&r.Number, &r.File, &r.Hash, &r.KeyID, timeInto{&r.MadeAt}))
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &r, nil
}

// PaperSignature reads the signature of a PDF by its hash; nil when it has none.
func (tx *Tx) PaperSignature(pdfHash string) (*receipt.Signature, error) {
	var s receipt.Signature
	err := found(tx.row(`SELECT key_id, signed_at, value FROM receipt_papers WHERE pdf_hash = $1`, pdfHash).
		Scan(&s.KeyID, timeInto{&s.At}, &s.Value))
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &s, nil
}

// InsertPaperSignature writes the signature of a receipt's PDF.
func (tx *Tx) InsertPaperSignature(request access.RequestID, pdfHash string, s receipt.Signature) error {
	_, err := tx.exec(`INSERT INTO receipt_papers (pdf_hash, request, key_id, signed_at, value) VALUES ($1, $2, $3, $4, $5)`,
		pdfHash, request, s.KeyID, micros(s.At), s.Value)
	return err
}

// DelegationSource reads what files tell of a delegation, and the last import that
// did; nil when none does.
func (tx *Tx) DelegationSource(nit access.NIT, person access.Document) (*Delegation, *Snapshot, error) {
	d := Delegation{NIT: nit, Document: person}
	var f Snapshot
	err := found(tx.row(`SELECT d.novelty, d.novelty_on, d.gone_at, s.kind, s.cut_off, s.file_hash, s.imported_at
		FROM delegations AS d JOIN snapshots AS s
			ON s.id = CASE WHEN d.gone_at = 0 THEN (SELECT max(id) FROM snapshots WHERE kind = 'mss-delegaciones') ELSE d.snapshot END
		WHERE d.nit = $1 AND d.document_type = $2 AND d.document_number = $3`, nit, person.Type, person.Number).
		Scan(&d.Novelty, &d.On, timeInto{&d.GoneAt}, &f.Kind, &f.CutOff, &f.Hash, timeInto{&f.ImportedAt}))
	if errors.Is(err, ErrNotFound) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	return &d, &f, nil
}

// ProviderSource reads the last import that told of a code.
func (tx *Tx) ProviderSource(code access.LicenseCode) (Snapshot, error) {
	var f Snapshot
	err := tx.row(`SELECT s.kind, s.cut_off, s.file_hash, s.imported_at
		FROM providers AS p JOIN snapshots AS s
			ON s.id = CASE WHEN p.gone_at = 0 THEN (SELECT max(id) FROM snapshots WHERE kind = 'reps') ELSE p.snapshot END
		WHERE p.code = $1`, code).
		Scan(&f.Kind, &f.CutOff, &f.Hash, timeInto{&f.ImportedAt})
	return f, found(err)
}

// AuditEnd reads the number and hash of the trail's last entry.
func (tx *Tx) AuditEnd() (seq int64, hash []byte, err error) {
	err = tx.row(`SELECT seq, hash FROM audit_entries ORDER BY seq DESC LIMIT 1`).Scan(&seq, &hash)
	return seq, hash, found(err)
}
