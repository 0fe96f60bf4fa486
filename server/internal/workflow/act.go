package workflow

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// counted is a refusal that is committed: a wrong code must be remembered.
type counted struct{ refusal *access.Error }

// Error implements error.
func (c counted) Error() string { return c.refusal.Error() }

// once does an act in one transaction, or repeats what it answered before. name
// is the use case and the row it is about.
func once[T any](ctx context.Context, f *Flow, act Act, name string, do func(tx *store.Tx) (T, error)) (T, error) {
	var reply T
	var refusal error
	err := f.store.Write(ctx, func(tx *store.Tx) error {
		done, err := f.answered(tx, act, name, &reply)
		if done || err != nil {
			return err
		}
		reply, err = do(tx)
		if kept, ok := errors.AsType[counted](err); ok {
			refusal = kept.refusal
			return nil
		}
		if err != nil || act.Key == "" {
			return err
		}
		body, err := json.Marshal(reply)
		if err != nil {
			return fmt.Errorf("keep the answer of %s: %w", name, err)
		}
		return tx.SaveIntent(store.Intent{
			Account: act.Who.Account, Key: act.Key, Act: name, BodyHash: f.bodyHash(act), Reply: string(body),
		})
	})
	if err == nil {
		err = refusal
	}
	if err != nil {
		var none T
		return none, refused(err)
	}
	return reply, nil
}

// answered repeats a kept answer into reply.
func (f *Flow) answered(tx *store.Tx, act Act, name string, reply any) (bool, error) {
	if act.Key == "" {
		return false, nil
	}
	kept, err := tx.Intent(act.Who.Account, act.Key)
	if err != nil || kept == nil {
		return false, err
	}
	if kept.Act != name || !hmac.Equal(kept.BodyHash, f.bodyHash(act)) {
		return false, access.Refuse(access.CodeConflict, access.HintReused)
	}
	return true, json.Unmarshal([]byte(kept.Reply), reply)
}

// bodyHash is keyed: a body may hold six digits, which a bare hash would betray.
func (f *Flow) bodyHash(act Act) []byte {
	h := hmac.New(sha256.New, f.pepper)
	h.Write([]byte("llavero.body.v1\n"))
	h.Write(act.BodyHash[:])
	return h.Sum(nil)
}

// refused words the store's own verdicts as refusals.
func refused(err error) error {
	if _, ok := errors.AsType[*access.Error](err); ok {
		return err
	}
	switch {
	case errors.Is(err, store.ErrNotFound):
		return &access.Error{Code: access.CodeNotFound, Err: err}
	case errors.Is(err, store.ErrStale):
		return &access.Error{Code: access.CodeConflict, Hint: access.HintStale, Err: err}
	}
	return err
}

// own reads a request a delegate acts on.
func own(tx *store.Tx, who access.Viewer, id access.RequestID) (*store.Request, error) {
	if !who.IsDelegate() {
		return nil, access.Refuse(access.CodeForbidden, "")
	}
	r, err := tx.KeyRequest(id)
	if err != nil {
		return nil, err
	}
	if !access.CanSee(who, &r.KeyRequest) {
		return nil, access.Refuse(access.CodeNotFound, "")
	}
	return r, nil
}

// attended reads a request an officer acts on.
func attended(tx *store.Tx, who access.Viewer, id access.RequestID) (*store.Request, error) {
	if !who.IsOfficer() {
		return nil, access.Refuse(access.CodeForbidden, "")
	}
	r, err := tx.KeyRequest(id)
	if err != nil {
		return nil, err
	}
	if !access.CanSee(who, &r.KeyRequest) {
		return nil, access.Refuse(access.CodeNotFound, "")
	}
	return r, nil
}

// fresh refuses an act on a version that moved.
func fresh(r *store.Request, version int64) error {
	if r.Version != version {
		return &access.Error{Code: access.CodeConflict, Hint: access.HintStale, Version: r.Version}
	}
	return nil
}

// save writes a changed request with its audit entry and its change.
func save(tx *store.Tx, r *store.Request, e audit.Entry) (wire.Accepted, error) {
	if err := tx.SaveRequest(r); err != nil {
		return wire.Accepted{}, err
	}
	return tell(tx, r, e)
}

// tell writes the audit entry and the change of a request.
func tell(tx *store.Tx, r *store.Request, e audit.Entry) (wire.Accepted, error) {
	if err := tx.Audit(e); err != nil {
		return wire.Accepted{}, err
	}
	seq, err := tx.Change(wire.RowRequest, string(r.ID), r.Entity)
	return accepted(r, seq), err
}

func accepted(r *store.Request, seq int64) wire.Accepted {
	return wire.Accepted{Seq: seq, ID: r.ID, Number: r.Number, Version: r.Version}
}

// unchanged answers an act that had nothing to do.
func unchanged(tx *store.Tx, r *store.Request) (wire.Accepted, error) {
	head, err := tx.Head()
	return accepted(r, head), err
}

// entry begins the audit entry of an act on a request.
func entry(act Act, kind audit.Kind, r *store.Request, attrs ...audit.Attr) audit.Entry {
	e := audit.By(act.Who, kind, string(r.ID), act.RequestID)
	e.Entity = r.Entity
	e.Detail = detail(act, append(attrs, audit.Word("number", r.Number))...)
	return e
}

// serverEntry begins the audit entry of what the server does to a request.
func serverEntry(kind audit.Kind, r *store.Request, attrs ...audit.Attr) audit.Entry {
	e := audit.ByServer(kind, string(r.ID), r.Entity)
	e.Detail = audit.Details(append(attrs, audit.Word("number", r.Number))...)
	return e
}

func detail(act Act, attrs ...audit.Attr) audit.Detail {
	if act.Device != "" {
		attrs = append(attrs, audit.Device(act.Device))
	}
	if act.Address != "" {
		attrs = append(attrs, audit.Address(act.Address))
	}
	return audit.Details(attrs...)
}
