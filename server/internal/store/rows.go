package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"llavero/shared/access"
	"llavero/shared/divipola"
	"llavero/shared/wire"
)

// This file shapes rows as a viewer may see them. The scope is in the SELECT;
// what a role never sees of a row it may see is left out in shape….

const requestRowColumns = `
	key_requests.id,
	key_requests.number,
	key_requests.kind,
	key_requests.reason,
	key_requests.status,
	key_requests.code,
	entities.document_number,
	providers.row_no,
	providers.name,
	providers.municipality,
	key_requests.requested_at,
	key_requests.signed_at,
	key_requests.updated_at,
	key_requests.environment,
	key_requests.step,
	key_requests.failure,
	key_requests.taken_by,
	key_requests.taken_name,
	key_requests.taken_at,
	key_requests.taken_why,
	key_requests.retry_at,
	key_requests.only_environment,
	coalesce((
		SELECT CASE min(CASE state WHEN 'objected' THEN 0 WHEN 'bounced' THEN 1 WHEN 'waiting' THEN 2 ELSE 3 END)
			WHEN 0 THEN 'objected' WHEN 1 THEN 'bounced' WHEN 2 THEN 'waiting' WHEN 3 THEN 'confirmed' END
		FROM contact_notices WHERE request = key_requests.id AND replaced_at = 0
	), ''),
	key_requests.version`

const requestRowFrom = `
	FROM key_requests
	JOIN providers ON providers.code = key_requests.code
	JOIN entities ON entities.id = key_requests.entity`

func scanRequestRow(viewer access.Viewer, scan func(...any) error) (wire.RequestRow, error) {
	var r wire.RequestRow
	var municipality string
	err := scan(&r.ID, &r.Number, &r.Kind, &r.Reason, &r.Status, &r.Code, &r.NIT, &r.ProviderNo, &r.Provider, &municipality,
		timeInto{&r.RequestedAt}, timeInto{&r.SignedAt}, timeInto{&r.UpdatedAt}, &r.Environment, &r.Step,
		jsonInto{&r.Failure}, &r.TakenBy, &r.TakenName, timeInto{&r.TakenAt}, &r.TakenWhy, timeInto{&r.RetryAt}, &r.Only, &r.Contacts, &r.Version)
	r.Place = divipola.Place(municipality)
	if !viewer.IsOfficer() {
		r.Failure, r.TakenBy, r.TakenName, r.TakenWhy = nil, "", "", ""
		r.TakenAt = instant(0)
	}
	return r, err
}

const keyRowColumns = `
	access_keys.id,
	access_keys.code,
	access_keys.environment,
	access_keys.name,
	access_keys.client_id,
	access_keys.state,
	access_keys.issued_at,
	access_keys.expires_at,
	(SELECT coalesce(max(ends_at), 0) FROM key_secrets WHERE access_key = access_keys.id AND state = 'overlap'),
	EXISTS (SELECT 1 FROM key_secrets WHERE access_key = access_keys.id AND state = 'overlap' AND entra_key_id = ''),
	access_keys.permissions,
	access_keys.permissions_at,
	access_keys.is_missing,
	access_keys.tasks,
	access_keys.validity_days,
	CASE access_keys.environment WHEN 'production'
		THEN (SELECT count(*) FROM evidence WHERE evidence.code = access_keys.code)
		ELSE 0 END,
	coalesce(in_force.stage, ''),
	coalesce(in_force.test, ''),
	coalesce(in_force.checked, ''),
	(SELECT count(*) FROM drifts WHERE drifts.access_key = access_keys.id AND drifts.state IN ('open', 'fixing')),
	(SELECT coalesce(max(ended_at), 0) FROM key_secrets WHERE access_key = access_keys.id AND ended_at > 0),
	access_keys.revoke_asked_at,
	access_keys.revoke_failed,
	access_keys.revoked_at,
	coalesce((
		SELECT json_object('number', number, 'at', at, 'by', person, 'what', what, 'removedAt', removed_at)
		FROM incidents WHERE access_key = access_keys.id ORDER BY at DESC LIMIT 1
	), ''),
	coalesce(reminders.days, 0),
	coalesce(reminders.sent_at, 0),
	coalesce(reminders.act, ''),
	coalesce(reminders.person, ''),
	coalesce(reminders.answered_at, 0),
	coalesce(reminders.until, 0),
	coalesce(reminders.escalated_at, 0),
	access_keys.version`

const keyRowFrom = `
	FROM access_keys
	LEFT JOIN key_secrets AS in_force ON in_force.access_key = access_keys.id AND in_force.state = 'active'
	LEFT JOIN reminders ON reminders.secret = in_force.id AND reminders.ends_at = in_force.expires_at`

// scanKeyRow reads a key row as it is at now.
func scanKeyRow(viewer access.Viewer, now time.Time, scan func(...any) error) (wire.KeyRow, error) {
	var k wire.KeyRow
	var r access.Reminder
	var ended time.Time
	err := scan(&k.ID, &k.Code, &k.Environment, &k.Name, &k.ClientID, &k.State, timeInto{&k.IssuedAt}, timeInto{&k.ExpiresAt},
		timeInto{&k.OverlapUntil}, &k.OverlapByHand, jsonInto{&k.Permissions}, timeInto{&k.PermissionsAt}, &k.IsMissing,
		jsonInto{&k.Tasks}, &k.ValidityDays, &k.Evidence, &k.Stage, jsonInto{&k.Test}, jsonInto{&k.Check}, &k.Drift,
		timeInto{&ended}, timeInto{&k.RevokeAskedAt}, &k.RevokeFailed, timeInto{&k.RevokedAt}, incidentInto{&k.Incident},
		&r.Days, timeInto{&r.SentAt}, &r.Act, &r.By, timeInto{&r.At}, timeInto{&r.Until}, timeInto{&r.EscalatedAt}, &k.Version)
	if until := ended.Add(access.TokenLife); !ended.IsZero() && until.After(now) {
		k.TokensUntil = until
	}
	if r.Days > 0 {
		k.Reminder = &r
	}
	if !viewer.IsOfficer() {
		k.ClientID, k.Tasks, k.IsMissing, k.Evidence, k.ValidityDays, k.Drift = "", nil, false, 0, 0, 0
		k.RevokeFailed = ""
	}
	return k, err
}

// incidentInto scans the last incident of a key row; empty text is none.
type incidentInto struct{ to **wire.Incident }

// Scan implements sql.Scanner.
func (s incidentInto) Scan(src any) error {
	kept := struct {
		Number, By, What string
		At, RemovedAt    int64
	}{}
	if err := (jsonInto{&kept}).Scan(src); err != nil || kept.Number == "" {
		return err
	}
	*s.to = &wire.Incident{
		Number: kept.Number, At: instant(kept.At), By: kept.By, What: kept.What, RemovedAt: instant(kept.RemovedAt),
	}
	return nil
}

// providerRow shapes a code for its delegate. Sites that are gone stay out.
func providerRow(p Provider) wire.ProviderRow {
	row := wire.ProviderRow{
		Code: p.Code, NIT: access.NIT(p.Document.Number), Name: p.Name, Current: p.IsCurrent(), Version: p.Version,
		Sites: []wire.SiteRow{},
	}
	if m, ok := divipola.Lookup(p.Municipality); ok {
		row.Department, row.Municipality = m.Department, m.Name
	} else {
		row.Municipality = p.Municipality
	}
	for _, s := range p.Sites {
		if s.GoneAt.IsZero() {
			row.Sites = append(row.Sites, wire.SiteRow{Number: s.Number, Name: s.Name})
		}
	}
	return row
}

// changeRequestsOf has the requests of a code looked at again: their rows show
// the code's name.
func (tx *Tx) changeRequestsOf(code access.LicenseCode) error {
	owners := map[access.RequestID]access.EntityID{}
	var ids []access.RequestID
	err := tx.each(func(scan func(...any) error) error {
		var id access.RequestID
		var entity access.EntityID
		err := scan(&id, &entity)
		ids, owners[id] = append(ids, id), entity
		return err
	}, `SELECT id, entity FROM key_requests WHERE code = $1 ORDER BY number`, code)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if _, err := tx.Change(wire.RowRequest, string(id), owners[id]); err != nil {
			return err
		}
	}
	return nil
}

// RequestRow reads one request as this viewer may see it; ErrNotFound when it
// does not exist for them.
func (tx *Tx) RequestRow(viewer access.Viewer, id access.RequestID) (wire.RequestRow, error) {
	scope, args := requestScope(viewer, id)
	return scanRequestRow(viewer, func(into ...any) error {
		return found(tx.row(`SELECT `+requestRowColumns+requestRowFrom+` WHERE key_requests.id = $1 AND `+scope, args...).Scan(into...))
	})
}

// KeyRow reads one key as this viewer may see it; ErrNotFound when it does not
// exist for them.
func (tx *Tx) KeyRow(viewer access.Viewer, id access.KeyID) (wire.KeyRow, error) {
	scope, args := keyScope(viewer, id)
	return scanKeyRow(viewer, tx.now, func(into ...any) error {
		return found(tx.row(`SELECT `+keyRowColumns+keyRowFrom+` WHERE access_keys.id = $1 AND `+scope, args...).Scan(into...))
	})
}

// requestScope says which requests a viewer sees, after the parameters given.
func requestScope(viewer access.Viewer, args ...any) (string, []any) {
	if viewer.IsOfficer() {
		return `key_requests.signed_at > 0`, args
	}
	args = append(args, delegateEntity(viewer))
	return fmt.Sprintf(`key_requests.status <> 'cancelled' AND key_requests.entity = $%d`, len(args)), args
}

// keyScope says which keys a viewer sees, after the parameters given.
func keyScope(viewer access.Viewer, args ...any) (string, []any) {
	if viewer.IsOfficer() {
		return `access_keys.state <> 'creating'`, args
	}
	args = append(args, delegateEntity(viewer))
	return fmt.Sprintf(`access_keys.state <> 'creating' AND access_keys.entity = $%d`, len(args)), args
}

// delegateEntity is whose rows a viewer sees; a name no entity has for those
// who see none.
func delegateEntity(viewer access.Viewer) access.EntityID {
	if viewer.IsDelegate() {
		return viewer.Entity
	}
	return "\x00"
}

// changeFor reads one row for a viewer. False: it is nothing to them and never
// was, as a request not yet signed is to officers and a key being made to all.
func (tx *Tx) changeFor(viewer access.Viewer, kind wire.RowKind, id string) (wire.Change, bool, error) {
	var row any
	var version int64
	var err error
	switch kind {
	case wire.RowRequest:
		var r wire.RequestRow
		r, err = tx.RequestRow(viewer, access.RequestID(id))
		row, version = r, r.Version
	case wire.RowKey:
		var k wire.KeyRow
		k, err = tx.KeyRow(viewer, access.KeyID(id))
		row, version = k, k.Version
	case wire.RowProvider:
		var p Provider
		if p, err = tx.Provider(access.LicenseCode(id)); err == nil {
			err = tx.listed(viewer, p)
		}
		row, version = providerRow(p), p.Version
	case wire.RowDrift:
		var d Drift
		d, err = tx.driftFor(viewer, id)
		row, version = d.Drift, d.Version
	default:
		return wire.Change{}, false, fmt.Errorf("the log tells of a row of unknown kind %q", kind)
	}
	if errors.Is(err, ErrNotFound) {
		return tx.goneFor(viewer, kind, id)
	}
	if err != nil {
		return wire.Change{}, false, err
	}
	c, err := changeOf(kind, id, version, row)
	return c, err == nil, err
}

// listed says whether a code is among a viewer's, ErrNotFound when not: those
// current in REPS, and of the rest those whose keys were asked for, which outlive
// them.
func (tx *Tx) listed(viewer access.Viewer, p Provider) error {
	if !viewer.IsDelegate() || p.Entity != viewer.Entity {
		return ErrNotFound
	}
	if p.IsCurrent() {
		return nil
	}
	var isAsked bool
	err := tx.row(`SELECT EXISTS (SELECT 1 FROM key_requests WHERE code = $1 AND entity = $2)`, p.Code, p.Entity).Scan(&isAsked)
	if err == nil && !isAsked {
		return ErrNotFound
	}
	return err
}

// goneFor makes the empty change of a row out of sight, if the viewer can have
// seen it before.
func (tx *Tx) goneFor(viewer access.Viewer, kind wire.RowKind, id string) (wire.Change, bool, error) {
	gone := wire.Change{Kind: kind, ID: id}
	switch {
	case kind == wire.RowRequest && viewer.IsOfficer():
		return gone, false, nil // not signed; a signed one stays in sight
	case kind == wire.RowDrift && !viewer.IsOfficer():
		return gone, false, nil // never in sight
	case kind == wire.RowKey && viewer.IsOfficer():
		return gone, false, nil // being made; later states stay in sight
	case kind == wire.RowKey:
		k, err := tx.Key(access.KeyID(id))
		if err == nil && k.State == access.KeyCreating {
			return gone, false, nil
		}
		if err != nil && !errors.Is(err, ErrNotFound) {
			return gone, false, err
		}
	}
	return gone, true, nil
}

func changeOf(kind wire.RowKind, id string, version int64, row any) (wire.Change, error) {
	body, err := json.Marshal(row)
	return wire.Change{Kind: kind, ID: id, Version: version, Body: body}, err
}

// VisibleRows hands over every row this viewer may see, one at a time and with
// no position: for a client that starts anew. Rows of a kind come by id, as a
// client keeps them: it then appends to its file, where rows in no order would
// have it write each page many times over. It stops at fn's first error and
// returns it.
func (tx *Tx) VisibleRows(viewer access.Viewer, fn func(wire.Change) error) error {
	if viewer.IsDelegate() {
		providers, err := tx.ProvidersOf(viewer.Entity)
		if err != nil {
			return err
		}
		for _, p := range providers {
			switch err := tx.listed(viewer, p); {
			case errors.Is(err, ErrNotFound):
				continue
			case err != nil:
				return err
			}
			c, err := changeOf(wire.RowProvider, string(p.Code), p.Version, providerRow(p))
			if err != nil {
				return err
			}
			if err := fn(c); err != nil {
				return err
			}
		}
	} else if !viewer.IsOfficer() {
		return nil
	}
	emit := func(kind wire.RowKind, id string, version int64, row any) error {
		c, err := changeOf(kind, id, version, row)
		if err != nil {
			return err
		}
		return fn(c)
	}
	scope, args := requestScope(viewer)
	err := tx.each(func(scan func(...any) error) error {
		r, err := scanRequestRow(viewer, scan)
		if err != nil {
			return err
		}
		return emit(wire.RowRequest, string(r.ID), r.Version, r)
	}, `SELECT `+requestRowColumns+requestRowFrom+` WHERE `+scope+` ORDER BY key_requests.id`, args...)
	if err != nil {
		return err
	}
	scope, args = keyScope(viewer)
	err = tx.each(func(scan func(...any) error) error {
		k, err := scanKeyRow(viewer, tx.now, scan)
		if err != nil {
			return err
		}
		return emit(wire.RowKey, string(k.ID), k.Version, k)
	}, `SELECT `+keyRowColumns+keyRowFrom+` WHERE `+scope+` ORDER BY access_keys.id`, args...)
	if err != nil || !viewer.IsOfficer() {
		return err
	}
	return tx.each(func(scan func(...any) error) error {
		var d Drift
		if err := scan(d.into()...); err != nil {
			return err
		}
		return emit(wire.RowDrift, d.ID, d.Version, d.Drift)
	}, `SELECT `+driftColumns+` FROM drifts WHERE state <> 'suspected' ORDER BY id`)
}

// driftFor reads a difference as a viewer may see it: officers, once a second
// look has found it; ErrNotFound otherwise.
func (tx *Tx) driftFor(viewer access.Viewer, id string) (Drift, error) {
	if !viewer.IsOfficer() {
		return Drift{}, ErrNotFound
	}
	d, err := tx.Drift(id)
	if err == nil && d.State == DriftSuspected {
		err = ErrNotFound
	}
	return d, err
}
