package workflow

import (
	"context"
	"slices"
	"strings"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// instantly is the end, in access.Overlaps, of what goes at once.
var instantly time.Time

// Revoke takes all secrets of a key away, without another in their place. The
// key stays what it was until Entra takes none of them; a job for each sees to
// it. Delegates revoke their own, officers any. A change of key afterwards makes
// it work again.
func (f *Flow) Revoke(ctx context.Context, act Act, id access.KeyID, version int64, in wire.Revoke) (wire.AcceptedKey, error) {
	why := strings.TrimSpace(in.Why)
	return once(ctx, f, act, "revoke "+string(id), func(tx *store.Tx) (wire.AcceptedKey, error) {
		k, err := endangered(tx, act.Who, id, version, in.LastDigits, access.FieldError{Field: "why", Hint: lineHint(why)})
		if err != nil {
			return wire.AcceptedKey{}, err
		}
		if !k.RevokeAskedAt.IsZero() {
			return wire.AcceptedKey{}, &access.Error{Code: access.CodeConflict, Hint: access.HintUnderWay, Version: k.Version}
		}
		if err := narrow(tx, act, k); err != nil {
			return wire.AcceptedKey{}, err
		}
		k.RevokeAskedAt, k.RevokeFailed = tx.Now(), ""
		live, err := liveSecrets(tx, k.ID)
		if err != nil {
			return wire.AcceptedKey{}, err
		}
		for _, s := range live {
			if err := tx.FinishJobsOf(store.JobRetire, s.ID); err != nil {
				return wire.AcceptedKey{}, err
			}
			if err := tx.Enqueue(store.Job{Kind: store.JobRetire, Subject: s.ID, Urgent: true}); err != nil {
				return wire.AcceptedKey{}, err
			}
		}
		if err := tx.Audit(officerEntry(act, audit.RevokeAsked, k, audit.Word("why", why))); err != nil {
			return wire.AcceptedKey{}, err
		}
		if len(live) == 0 { // all are gone already
			return tellKey(tx, k, revoked(tx, k))
		}
		if err := tx.SaveKey(k); err != nil {
			return wire.AcceptedKey{}, err
		}
		seq, err := tx.Change(wire.RowKey, string(k.ID), k.Entity)
		return acceptedKey(k, seq), err
	})
}

// narrow takes a key that is revoked out of the request of its code that waits
// for an officer: resumed, it would make the key work again.
func narrow(tx *store.Tx, act Act, k *store.Key) error {
	open, err := tx.OpenRequest(k.Code)
	if err != nil || open == nil || open.Status == access.StatusSigning || !slices.Contains(open.Environments(), k.Environment) {
		return err
	}
	if open.Status == access.StatusIssuing {
		return &access.Error{Code: access.CodeConflict, Hint: access.HintOpenRequest, Version: k.Version}
	}
	if open.Only != "" {
		return withdraw(tx, act, open, "revoked")
	}
	open.Only, open.UpdatedAt = otherThan(k.Environment), tx.Now()
	_, err = save(tx, open, entry(act, audit.RequestChanged, open, audit.Word("why", "revoked"), audit.Word("only", string(open.Only))))
	return err
}

// liveSecrets are those of a key that Entra may take.
func liveSecrets(tx *store.Tx, id access.KeyID) ([]store.Secret, error) {
	all, err := tx.Secrets(id)
	return slices.DeleteFunc(all, func(s store.Secret) bool {
		return s.State != store.SecretActive && s.State != store.SecretOverlap
	}), err
}

// gone looks whether the secret of a key that just went was the last one that
// somebody waits for: an incident then ends, and a key being revoked is revoked.
// The key is saved by who calls.
func (f *Flow) gone(tx *store.Tx, r *store.Request, k *store.Key) error {
	live, err := liveSecrets(tx, k.ID)
	if err != nil {
		return err
	}
	open, err := tx.OpenIncidents(k.ID)
	if err != nil {
		return err
	}
	waits := func(s store.Secret) bool {
		last := open[len(open)-1]
		return s.Request != last.Request && !s.CreatedAt.After(last.At)
	}
	if len(open) > 0 && !slices.ContainsFunc(live, waits) {
		if _, err := tx.CloseIncidents(k.ID); err != nil {
			return err
		}
		for _, i := range open {
			if err := tx.Audit(keyEntry(audit.IncidentClosed, r, k, audit.Word("incident", i.Number))); err != nil {
				return err
			}
		}
	}
	if !k.RevokeAskedAt.IsZero() && len(live) == 0 {
		return tx.Audit(revoked(tx, k))
	}
	return nil
}

// revoked makes a key revoked, and begins the entry that says so.
func revoked(tx *store.Tx, k *store.Key) audit.Entry {
	k.State, k.RevokedAt, k.RevokeAskedAt, k.RevokeFailed = access.KeyRevoked, tx.Now(), time.Time{}, ""
	e := audit.ByServer(audit.KeyRevoked, string(k.ID), k.Entity)
	e.Detail = audit.Details(audit.Environment(k.Environment), audit.Word("name", k.Name))
	return e
}

// revive forgets that a key was revoked: it has a secret again.
func revive(k *store.Key) {
	k.RevokeAskedAt, k.RevokeFailed, k.RevokedAt = time.Time{}, "", time.Time{}
}
