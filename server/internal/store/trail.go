package store

import (
	"fmt"
	"strings"
	"time"

	"llavero/server/internal/audit"
	"llavero/shared/access"
	"llavero/shared/trail"
)

// TrailPlace is a place in the order of searches: by time, then by number. The
// zero value is before the newest.
type TrailPlace struct {
	At  time.Time
	Seq int64
}

// TrailFilter chooses entries. A zero member leaves nothing out. The first one
// that is set, in this order, is looked up in its index; the others are asked of
// each entry found.
type TrailFilter struct {
	Subjects []string // not nil: these alone, which may be none
	Document string   // number of a person's document
	Entity   access.EntityID
	Kinds    []audit.Kind
	From, To time.Time // inclusive, exclusive
	// Own adds the entries of an account that are about no entity to those of
	// Entity.
	Own access.AccountID

	After TrailPlace // the last entry seen before
}

// trailDocument is the number in a person's text, as its index has it.
const trailDocument = `substr(person, instr(person, ' ') + 1, instr(substr(person, instr(person, ' ') + 1), ' ') - 1)`

// EachTrail hands over entries from the newest to the oldest, until fn says that
// it needs no more or so many were looked at.
func (tx *Tx) EachTrail(f TrailFilter, looks int, fn func(audit.Record) (more bool, err error)) error {
	query, args := trailQuery(f, looks)
	if query == "" {
		return nil
	}
	rows, err := tx.query(query, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		r, err := scanAudit(rows.Scan)
		if err != nil {
			return err
		}
		more, err := fn(r)
		if err != nil || !more {
			return err
		}
	}
	return rows.Err()
}

// trailQuery is the SELECT of EachTrail; "" when nothing can be found.
func trailQuery(f TrailFilter, looks int) (string, []any) {
	q := trailSelect{filter: f}
	switch {
	case f.Subjects != nil:
		if len(f.Subjects) == 0 {
			return "", nil
		}
		q.add("audit_entries_by_subject", `subject IN (`+q.list(f.Subjects)+`)`)
	case f.Document != "":
		q.add("audit_entries_by_document", trailDocument+` = `+q.arg(f.Document))
	case f.Entity != "":
		q.add("audit_entries_by_entity", `entity = `+q.arg(f.Entity))
		if f.Own != "" {
			q.add("audit_entries_by_entity", `entity = '' AND account = `+q.arg(f.Own))
		}
	case len(f.Kinds) > 0:
		for _, k := range f.Kinds {
			q.add("audit_entries_by_kind", `kind = `+q.arg(k))
		}
	default:
		q.add("audit_entries_by_at", `true`)
	}
	return strings.Join(q.parts, ` UNION ALL `) + ` ORDER BY at DESC, seq DESC LIMIT ` + q.arg(looks), q.args
}

// trailSelect gathers a SELECT of one index each, and their arguments.
type trailSelect struct {
	filter TrailFilter
	parts  []string
	args   []any
}

// arg numbers an argument.
func (q *trailSelect) arg(v any) string {
	q.args = append(q.args, v)
	return fmt.Sprintf("$%d", len(q.args))
}

func (q *trailSelect) list(values []string) string {
	names := make([]string, len(values))
	for i, v := range values {
		names[i] = q.arg(v)
	}
	return strings.Join(names, ", ")
}

// add takes in the entries that an index finds, within the times.
func (q *trailSelect) add(index, where string) {
	f := q.filter
	if !f.From.IsZero() {
		where += ` AND at >= ` + q.arg(micros(f.From))
	}
	if !f.To.IsZero() {
		where += ` AND at < ` + q.arg(micros(f.To))
	}
	if f.After != (TrailPlace{}) {
		at := q.arg(micros(f.After.At))
		where += ` AND at <= ` + at + ` AND (at < ` + at + ` OR seq < ` + q.arg(f.After.Seq) + `)`
	}
	q.parts = append(q.parts, `SELECT `+auditColumns+` FROM audit_entries INDEXED BY `+index+` WHERE `+where)
}

// TrailRange finds the first and the last number among the entries of a time;
// zeros when there is none.
func (tx *Tx) TrailRange(from, to time.Time) (first, last int64, err error) {
	if from.IsZero() && to.IsZero() {
		err = tx.row(`SELECT coalesce(min(seq), 0), coalesce(max(seq), 0) FROM audit_entries`).Scan(&first, &last)
		return first, last, err
	}
	end := micros(to)
	if to.IsZero() {
		end = 1<<63 - 1
	}
	err = tx.row(`SELECT coalesce(min(seq), 0), coalesce(max(seq), 0) FROM audit_entries INDEXED BY audit_entries_by_at
		WHERE at >= $1 AND at < $2`, micros(from), end).Scan(&first, &last)
	return first, last, err
}

// AuditEntry reads one entry; ErrNotFound when there is none of that number.
func (tx *Tx) AuditEntry(seq int64) (audit.Record, error) {
	r, err := scanAudit(tx.row(`SELECT `+auditColumns+` FROM audit_entries WHERE seq = $1`, seq).Scan)
	return r, found(err)
}

// AuditCount is how many entries the trail has, as its counter says.
func (tx *Tx) AuditCount() (int64, error) { return tx.counter("audit") }

// HasAudit reports an entry of a kind about a subject, by an account, since then.
func (tx *Tx) HasAudit(kind audit.Kind, subject string, by access.AccountID, since time.Time) (bool, error) {
	var has bool
	err := tx.row(`SELECT EXISTS (SELECT 1 FROM audit_entries WHERE subject = $1 AND kind = $2 AND account = $3 AND at >= $4)`,
		subject, kind, by, micros(since)).Scan(&has)
	return has, err
}

// SignedHead is the signed head of a day as it is kept.
type SignedHead struct {
	trail.DayHead
	SignedAt time.Time
	File     []byte // as it goes out
}

// SaveHead appends the head of a day.
func (tx *Tx) SaveHead(h SignedHead) error {
	_, err := tx.exec(`INSERT INTO trail_heads (day, seq, entries, signed_at, file) VALUES ($1, $2, $3, $4, $5)`,
		h.Day, h.Seq, h.Entries, micros(h.SignedAt), h.File)
	return err
}

// LastHead reads the head that was signed last; nil when there is none.
func (tx *Tx) LastHead() (*SignedHead, error) {
	all, err := tx.heads(`ORDER BY day DESC LIMIT $1`, 1)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

// HeadsAfter reads the heads of the days after one, in order.
func (tx *Tx) HeadsAfter(day string, limit int) ([]SignedHead, error) {
	return tx.heads(`WHERE day > $1 ORDER BY day LIMIT $2`, day, limit)
}

// HeadsAt reads the heads that end with an entry, in order: more than one when
// days went by without any.
func (tx *Tx) HeadsAt(seq int64) ([]SignedHead, error) {
	return tx.heads(`INDEXED BY trail_heads_by_seq WHERE seq = $1 ORDER BY day`, seq)
}

func (tx *Tx) heads(rest string, args ...any) ([]SignedHead, error) {
	var all []SignedHead
	err := tx.each(func(scan func(...any) error) error {
		var h SignedHead
		var day string
		var seq, entries int64
		if err := scan(&day, &seq, &entries, timeInto{&h.SignedAt}, &h.File); err != nil {
			return err
		}
		said, _, err := trail.ReadHead(h.File)
		if err != nil || said.Day != day || said.Seq != seq || said.Entries != entries {
			return &audit.BrokenError{Seq: seq, Fault: trail.FaultHead}
		}
		h.DayHead = said
		all = append(all, h)
		return nil
	}, `SELECT day, seq, entries, signed_at, file FROM trail_heads `+rest, args...)
	return all, err
}

// SubjectsOf lists the ids that entries about a code carry: those of its keys and
// of its requests.
func (tx *Tx) SubjectsOf(code access.LicenseCode) ([]string, error) {
	var all []string
	err := tx.each(func(scan func(...any) error) error {
		var id string
		err := scan(&id)
		all = append(all, id)
		return err
	}, `SELECT id FROM access_keys WHERE code = $1 UNION ALL SELECT id FROM key_requests WHERE code = $1`, code)
	return all, err
}

// CodeOfSubject is the license code of the key or request of this id; "" when it
// is neither.
func (tx *Tx) CodeOfSubject(id string) (access.LicenseCode, error) {
	var code access.LicenseCode
	err := tx.row(`SELECT coalesce((SELECT code FROM access_keys WHERE id = $1), (SELECT code FROM key_requests WHERE id = $1), '')`, id).Scan(&code)
	return code, err
}
