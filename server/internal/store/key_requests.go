package store

import (
	"errors"
	"fmt"
	"time"

	"llavero/shared/access"
)

// Request is a KeyRequest with what lists do not show.
type Request struct {
	access.KeyRequest
	Form        access.RequestForm
	Overlaps    access.Overlaps // as signed; nil for an enrolment
	ContentHash string          // what a code signs, hex
}

const requestColumns = `
	id,
	number,
	kind,
	reason,
	code,
	entity,
	status,
	form,
	content_hash,
	requested_by,
	requested_at,
	signed_at,
	updated_at,
	environment,
	step,
	failure,
	taken_by,
	taken_name,
	taken_at,
	taken_until,
	taken_why,
	retry_at,
	overlaps,
	only_environment,
	version`

func (r *Request) into() []any {
	return []any{
		&r.ID, &r.Number, &r.Kind, &r.Reason, &r.Code, &r.Entity, &r.Status,
		jsonInto{&r.Form},
		&r.ContentHash,
		&r.RequestedBy,
		timeInto{&r.RequestedAt},
		timeInto{&r.SignedAt},
		timeInto{&r.UpdatedAt},
		&r.Environment, &r.Step,
		jsonInto{&r.Failure},
		&r.TakenBy, &r.TakenName,
		timeInto{&r.TakenAt},
		timeInto{&r.TakenUntil},
		&r.TakenWhy,
		timeInto{&r.RetryAt},
		jsonInto{&r.Overlaps},
		&r.Only,
		&r.Version,
	}
}

// NextRequestNumber takes the year's next number: "SOL-2026-000123".
func (tx *Tx) NextRequestNumber(year int) (string, error) {
	n, err := tx.Count(fmt.Sprintf("request/%d", year))
	return fmt.Sprintf("SOL-%d-%06d", year, n), err
}

// KeyRequest reads one request.
func (tx *Tx) KeyRequest(id access.RequestID) (*Request, error) {
	return tx.request(`WHERE id = $1`, id)
}

// OpenRequest reads the open request of a code; nil when there is none.
func (tx *Tx) OpenRequest(code access.LicenseCode) (*Request, error) {
	r, err := tx.request(`WHERE code = $1 AND status IN ('signing', 'issuing', 'pending')`, code)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	return r, err
}

// SignedRequests lists the signed requests of a code, oldest first.
func (tx *Tx) SignedRequests(code access.LicenseCode) ([]access.RequestID, error) {
	var all []access.RequestID
	err := tx.each(func(scan func(...any) error) error {
		var id access.RequestID
		err := scan(&id)
		all = append(all, id)
		return err
	}, `SELECT id FROM key_requests WHERE code = $1 AND signed_at > 0 ORDER BY signed_at, number`, code)
	return all, err
}

func (tx *Tx) request(where string, args ...any) (*Request, error) {
	var r Request
	if err := tx.row(`SELECT `+requestColumns+` FROM key_requests `+where, args...).Scan(r.into()...); err != nil {
		return nil, found(err)
	}
	return &r, nil
}

// InsertRequest writes a new request at version 1.
func (tx *Tx) InsertRequest(r *Request) error {
	form, failure, overlaps, err := r.documents()
	if err != nil {
		return err
	}
	r.Version = 1
	_, err = tx.exec(`INSERT INTO key_requests (`+requestColumns+`
		) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25)`,
		r.ID, r.Number, r.Kind, r.Reason, r.Code, r.Entity, r.Status, form, r.ContentHash,
		r.RequestedBy, micros(r.RequestedAt), micros(r.SignedAt), micros(r.UpdatedAt),
		r.Environment, r.Step, failure, r.TakenBy, r.TakenName, micros(r.TakenAt), micros(r.TakenUntil), r.TakenWhy,
		micros(r.RetryAt), overlaps, r.Only, r.Version)
	return err
}

// SaveRequest writes a request back if it still stands at r.Version, which then
// grows by one; ErrStale otherwise. What a request is about (number, kind, code,
// entity, who asked when) never changes.
func (tx *Tx) SaveRequest(r *Request) error {
	form, failure, overlaps, err := r.documents()
	if err != nil {
		return err
	}
	n, err := tx.execCount(`UPDATE key_requests SET
			reason = $1,
			status = $2,
			form = $3,
			content_hash = $4,
			signed_at = $5,
			updated_at = $6,
			environment = $7,
			step = $8,
			failure = $9,
			taken_by = $10,
			taken_name = $11,
			taken_at = $12,
			taken_until = $13,
			taken_why = $14,
			retry_at = $15,
			overlaps = $16,
			only_environment = $17,
			version = version + 1
		WHERE id = $18 AND version = $19`,
		r.Reason, r.Status, form, r.ContentHash, micros(r.SignedAt), micros(r.UpdatedAt), r.Environment, r.Step, failure,
		r.TakenBy, r.TakenName, micros(r.TakenAt), micros(r.TakenUntil), r.TakenWhy,
		micros(r.RetryAt), overlaps, r.Only, r.ID, r.Version)
	if err == nil && n == 0 {
		err = ErrStale
	}
	if err == nil {
		r.Version++
	}
	return err
}

// ExtendTaken renews the lease of an officer who holds a request. The row keeps
// its version: a sign of life is no change. ErrStale: they no longer hold it.
func (tx *Tx) ExtendTaken(id access.RequestID, by access.AccountID, until time.Time) error {
	n, err := tx.execCount(`UPDATE key_requests SET taken_until = $1 WHERE id = $2 AND taken_by = $3`, micros(until), id, by)
	if err == nil && n == 0 {
		err = ErrStale
	}
	return err
}

// BoundTaken brings back leases that end later than they can: the clock was put
// back since they were written.
func (tx *Tx) BoundTaken(latest time.Time) (int64, error) {
	return tx.execCount(`UPDATE key_requests SET taken_until = $1 WHERE taken_by <> '' AND taken_until > $1`, micros(latest))
}

// LapsedRequests reads the requests whose lease ran out, oldest first.
func (tx *Tx) LapsedRequests(limit int) ([]*Request, error) {
	var all []*Request
	err := tx.each(func(scan func(...any) error) error {
		var r Request
		if err := scan(r.into()...); err != nil {
			return err
		}
		all = append(all, &r)
		return nil
	}, `SELECT `+requestColumns+` FROM key_requests
		WHERE taken_by <> '' AND taken_until <= $1 ORDER BY taken_until LIMIT $2`, micros(tx.now), limit)
	return all, err
}

// NextLapse says when the next lease of a taken request ends; zero: none is taken.
func (tx *Tx) NextLapse() (time.Time, error) {
	var at *int64
	err := tx.row(`SELECT min(taken_until) FROM key_requests WHERE taken_by <> ''`).Scan(&at)
	if err != nil || at == nil {
		return time.Time{}, err
	}
	return instant(*at), nil
}

// CodeState gathers what decides whether a code's keys may be asked for;
// ErrNotFound when REPS never had the code.
func (tx *Tx) CodeState(code access.LicenseCode) (access.CodeState, error) {
	c := access.CodeState{Code: code}
	err := found(tx.row(`SELECT
			entity,
			gone_at = 0,
			EXISTS (SELECT 1 FROM access_keys WHERE access_keys.code = providers.code AND state <> 'creating')
		FROM providers WHERE code = $1`, code).Scan(&c.Entity, &c.Current, &c.HasKey))
	if err != nil {
		return c, err
	}
	open, err := tx.OpenRequest(code)
	if open != nil {
		c.Open = &open.KeyRequest
	}
	return c, err
}

func (r *Request) documents() (form, failure, overlaps string, err error) {
	if form, err = jsonText(r.Form); err != nil {
		return "", "", "", err
	}
	if r.Failure != nil {
		if failure, err = jsonText(r.Failure); err != nil {
			return "", "", "", err
		}
	}
	if r.Overlaps != nil {
		overlaps, err = jsonText(r.Overlaps)
	}
	return form, failure, overlaps, err
}
