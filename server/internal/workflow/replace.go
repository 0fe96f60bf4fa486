package workflow

import (
	"time"

	"github.com/google/uuid"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// replaceByFix writes the request by which a fix of a difference gives a key a
// new secret or, when its application is gone, another application. Nobody signs
// it: an officer decided, and the trail says so. Another open request of the code
// is in the way.
func (f *Flow) replaceByFix(tx *store.Tx, act Act, k *store.Key, d *store.Drift) error {
	open, err := tx.OpenRequest(k.Code)
	if err != nil {
		return err
	}
	if open != nil {
		return &access.Error{Code: access.CodeConflict, Hint: access.HintOpenRequest, Version: d.Version}
	}
	r, err := serverRequest(tx, act, k)
	if err != nil {
		return err
	}
	r.Reason, r.Overlaps = access.ReasonSecurity, access.Overlaps{k.Environment: instantly}
	if d.Kind == access.DriftMissingApp {
		r.Kind, r.Reason, r.Overlaps = access.KindEnroll, "", nil
		k.ObjectID, k.ClientID, k.PrincipalID = "", "", ""
		k.Permissions, k.PermissionsAt, k.IsMissing, k.Tasks = nil, time.Time{}, false, nil
		if err := tx.SaveKey(k); err != nil {
			return err
		}
		if _, err := tx.Change(wire.RowKey, string(k.ID), k.Entity); err != nil {
			return err
		}
	}
	if err := insertServerRequest(tx, act, r); err != nil {
		return err
	}
	return tx.Enqueue(store.Job{Kind: store.JobProvision, Subject: string(r.ID)})
}

// serverRequest begins a request that nobody signs, of one environment, with the
// form that was signed last.
func serverRequest(tx *store.Tx, act Act, k *store.Key) (*store.Request, error) {
	before, err := lastSigned(tx, k.Code)
	if err != nil {
		return nil, err
	}
	r := &store.Request{
		KeyRequest: access.KeyRequest{
			ID: access.RequestID(uuid.NewString()), Kind: access.KindRenew, Code: k.Code,
			Only: k.Environment, Entity: k.Entity, Status: access.StatusIssuing, RequestedBy: act.Who.Account,
			RequestedAt: tx.Now(), SignedAt: tx.Now(), UpdatedAt: tx.Now(),
		},
		Overlaps: access.Overlaps{},
	}
	if before == nil {
		return r, nil
	}
	r.Form = before.Form
	contacts, err := tx.ContactNotices(before.ID)
	for _, n := range contacts { // as they were corrected
		if n.Role == access.ContactPrivacy {
			r.Form.Privacy = n.Contact
		} else {
			r.Form.Lead = n.Contact
		}
	}
	return r, err
}

// insertServerRequest numbers and writes it.
func insertServerRequest(tx *store.Tx, act Act, r *store.Request) (err error) {
	if r.Number, err = tx.NextRequestNumber(tx.Now().In(es.Colombia).Year()); err != nil {
		return err
	}
	before, err := lastSigned(tx, r.Code)
	if err != nil {
		return err
	}
	if err := tx.InsertRequest(r); err != nil {
		return err
	}
	if before != nil {
		if err := inherit(tx, before.ID, r); err != nil {
			return err
		}
	}
	_, err = tell(tx, r, entry(act, audit.RequestCreated, r, audit.Word("code", string(r.Code)), audit.Word("kind", string(r.Kind)),
		audit.Word("reason", string(r.Reason)), audit.Word("only", string(r.Only))))
	return err
}
