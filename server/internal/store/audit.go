package store

import (
	"context"
	"errors"

	"llavero/server/internal/audit"
)

// auditRecordBatch is how many records one read of the trail holds open.
const auditRecordBatch = 1000

// Audit appends an entry to the trail, chained to the one before it.
func (tx *Tx) Audit(e audit.Entry) error {
	seq, err := tx.Count("audit")
	if err != nil {
		return err
	}
	var prev []byte
	if seq > 1 {
		err := tx.row(`SELECT hash FROM audit_entries WHERE seq = $1`, seq-1).Scan(&prev)
		if errors.Is(found(err), ErrNotFound) {
			return &audit.BrokenError{Seq: seq - 1, Fault: audit.FaultMissing}
		}
		if err != nil {
			return err
		}
	}
	r, err := audit.Chain(e, seq, tx.now, prev)
	if err != nil {
		return err
	}
	if r.PrevHash == nil {
		r.PrevHash = []byte{}
	}
	_, err = tx.exec(`INSERT INTO audit_entries (
			seq, at, kind, account, person, entity, subject, detail, request_id, prev_hash, hash
		) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		r.Seq, micros(r.At), r.Kind, r.Account, r.Person, r.Entity, r.Subject, r.Detail, r.RequestID, r.PrevHash, r.Hash)
	return err
}

const auditColumns = `
	seq,
	at,
	kind,
	account,
	person,
	entity,
	subject,
	detail,
	request_id,
	prev_hash,
	hash`

func scanAudit(scan func(...any) error) (audit.Record, error) {
	var r audit.Record
	err := scan(&r.Seq, timeInto{&r.At}, &r.Kind, &r.Account, &r.Person, &r.Entity, &r.Subject, &r.Detail,
		&r.RequestID, &r.PrevHash, &r.Hash)
	return r, err
}

// AuditOf reads the entries about one subject, newest first; kind "" is all.
func (tx *Tx) AuditOf(subject string, kind audit.Kind, limit int) ([]audit.Record, error) {
	var all []audit.Record
	err := tx.each(func(scan func(...any) error) error {
		r, err := scanAudit(scan)
		all = append(all, r)
		return err
	}, `SELECT `+auditColumns+` FROM audit_entries
		WHERE subject = $1 AND ($2 = '' OR kind = $2) ORDER BY seq DESC LIMIT $3`, subject, kind, limit)
	return all, err
}

// CountAudit counts the entries of one kind about one subject.
func (tx *Tx) CountAudit(subject string, kind audit.Kind) (int, error) {
	var n int
	err := tx.row(`SELECT count(*) FROM audit_entries WHERE subject = $1 AND kind = $2`, subject, kind).Scan(&n)
	return n, err
}

// AuditAfter reads the trail from a record on, in order.
func (tx *Tx) AuditAfter(seq int64, limit int) ([]audit.Record, error) {
	var all []audit.Record
	err := tx.each(func(scan func(...any) error) error {
		r, err := scanAudit(scan)
		all = append(all, r)
		return err
	}, `SELECT `+auditColumns+` FROM audit_entries WHERE seq > $1 ORDER BY seq LIMIT $2`, seq, limit)
	return all, err
}

// EachAuditRecord implements audit.Reader.
func (db *DB) EachAuditRecord(ctx context.Context, fn func(audit.Record) error) error {
	for after := int64(0); ; {
		var batch []audit.Record
		err := db.Read(ctx, func(tx *Tx) error {
			var err error
			batch, err = tx.AuditAfter(after, auditRecordBatch)
			return err
		})
		if err != nil {
			return err
		}
		for _, r := range batch {
			if err := fn(r); err != nil {
				return err
			}
			after = r.Seq
		}
		if len(batch) < auditRecordBatch {
			return nil
		}
	}
}

// AuditLength implements audit.Reader.
func (db *DB) AuditLength(ctx context.Context) (int64, error) {
	var n int64
	err := db.Read(ctx, func(tx *Tx) error {
		var err error
		n, err = tx.counter("audit")
		return err
	})
	return n, err
}
