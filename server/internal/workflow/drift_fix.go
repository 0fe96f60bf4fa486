package workflow

import (
	"context"
	"slices"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// CompareDrift has keys compared with Entra: those named, or all.
func (f *Flow) CompareDrift(ctx context.Context, act Act, in wire.CompareDrift) (wire.Comparing, error) {
	return once(ctx, f, act, "compare", func(tx *store.Tx) (wire.Comparing, error) {
		if !act.Who.IsOfficer() {
			return wire.Comparing{}, access.Refuse(access.CodeForbidden, "")
		}
		if len(in.Keys) > maxRefresh {
			return wire.Comparing{}, access.InvalidField("keys", access.HintTooLong)
		}
		waiting := map[access.KeyID]bool{}
		for _, id := range in.Keys {
			k, err := officerKey(tx, act.Who, id)
			if err != nil {
				return wire.Comparing{}, err
			}
			if k.ClientID == "" || waiting[id] {
				continue
			}
			waiting[id] = true
			if err := tx.EnqueueOnce(store.JobDrift, string(id)); err != nil {
				return wire.Comparing{}, err
			}
		}
		n := len(waiting)
		if len(in.Keys) == 0 {
			var err error
			if n, err = compareAll(tx); err != nil {
				return wire.Comparing{}, err
			}
		}
		e := audit.By(act.Who, audit.DriftCompared, "drift", act.RequestID)
		e.Detail = detail(act, audit.Count("keys", int64(n)))
		return wire.Comparing{Keys: n}, tx.Audit(e)
	})
}

// FixDrift has a difference mended by the worker, or leaves it with a reason.
func (f *Flow) FixDrift(ctx context.Context, act Act, id string, in wire.FixDrift) (wire.FixingDrift, error) {
	return once(ctx, f, act, "fix "+id, func(tx *store.Tx) (wire.FixingDrift, error) {
		if !act.Who.IsOfficer() {
			return wire.FixingDrift{}, access.Refuse(access.CodeForbidden, "")
		}
		d, err := tx.Drift(id)
		if err != nil {
			return wire.FixingDrift{}, err
		}
		why, err := canFix(&d, in)
		if err != nil {
			return wire.FixingDrift{}, err
		}
		k, err := keyOfDrift(tx, Compared{Key: d.Key})
		if err != nil {
			return wire.FixingDrift{}, err
		}
		was, kind := d.State, audit.DriftAsked
		d.State, d.Fix, d.Why, d.Failed, d.By = access.DriftFixing, in.Fix, why, "", audit.PersonText(act.Who.Person)
		if in.Fix == access.FixReplace || in.Fix == access.FixRecreate && d.Kind == access.DriftMissingApp {
			if err := f.replaceByFix(tx, act, k, &d); err != nil {
				return wire.FixingDrift{}, err
			}
		}
		if in.Fix == access.FixDismiss {
			d.State, kind = access.DriftDismissed, audit.DriftDismissed
		} else if err := tx.EnqueueOnce(store.JobDriftFix, d.ID); err != nil {
			return wire.FixingDrift{}, err
		}
		if err := tx.SaveDrift(&d); err != nil {
			return wire.FixingDrift{}, err
		}
		if (was == access.DriftOpen) != (d.State == access.DriftFixing) && k != nil { // one more or one less is open
			if err := tellKeyQuietly(tx, k); err != nil {
				return wire.FixingDrift{}, err
			}
		}
		e := audit.By(act.Who, kind, d.ID, act.RequestID)
		e.Entity = entityOf(k)
		e.Detail = detail(act, append(driftAttrs(&d), audit.Word("why", why))...)
		if err := tx.Audit(e); err != nil {
			return wire.FixingDrift{}, err
		}
		seq, err := tx.Change(wire.RowDrift, d.ID, "")
		return wire.FixingDrift{Seq: seq, ID: d.ID}, err
	})
}

// canFix refuses what cannot be done about a difference, and answers the reason
// as it is kept.
func canFix(d *store.Drift, in wire.FixDrift) (why string, err error) {
	switch d.State {
	case store.DriftSuspected:
		return "", access.Refuse(access.CodeNotFound, "")
	case access.DriftFixing:
		return "", &access.Error{Code: access.CodeConflict, Hint: access.HintUnderWay, Version: d.Version}
	case access.DriftFixed:
		return "", &access.Error{Code: access.CodeConflict, Hint: access.HintState, Version: d.Version}
	case access.DriftOpen, access.DriftDismissed:
	}
	var wrong []access.FieldError
	if !slices.Contains(d.Kind.Fixes(), in.Fix) {
		wrong = append(wrong, access.FieldError{Field: "fix", Hint: access.HintUnknownValue})
	}
	why, hint := line(in.Why)
	if hint == access.HintRequired && in.Fix != access.FixDismiss && in.Fix != access.FixRemove {
		hint = ""
	}
	if hint != "" {
		wrong = append(wrong, access.FieldError{Field: "why", Hint: hint})
	}
	if len(wrong) > 0 {
		return "", &access.Error{Code: access.CodeInvalid, Fields: wrong}
	}
	return why, nil
}

// FixPlan is what the worker has to mend.
type FixPlan struct {
	Drift store.Drift
	Key   *DriftKey // nil of an orphan
}

// FixPlan tells what is to be mended; nil: nothing any more.
func (f *Flow) FixPlan(ctx context.Context, id string) (p *FixPlan, err error) {
	err = f.store.Read(ctx, func(tx *store.Tx) error {
		d, err := tx.Drift(id)
		if err != nil || d.State != access.DriftFixing {
			return err
		}
		p = &FixPlan{Drift: d}
		if d.Key == "" {
			return nil
		}
		k, err := tx.Key(d.Key)
		if err != nil {
			return err
		}
		p.Key, err = f.driftKey(tx, k)
		return err
	})
	return p, refused(err)
}

// RecordFix writes down what was tried to mend a difference, before the look
// that tells whether it is gone.
func (f *Flow) RecordFix(ctx context.Context, id string, tried []Attempt) error {
	if len(tried) == 0 {
		return nil
	}
	return refused(f.store.Write(ctx, func(tx *store.Tx) error {
		d, k, err := driftAndKey(tx, id)
		if err != nil {
			return err
		}
		for _, a := range tried {
			if err := tx.Audit(driftEntry(audit.DriftAttempt, &d, k, a.attrs()...)); err != nil {
				return err
			}
		}
		return nil
	}))
}

func driftAndKey(tx *store.Tx, id string) (store.Drift, *store.Key, error) {
	d, err := tx.Drift(id)
	if err != nil {
		return d, nil, err
	}
	k, err := keyOfDrift(tx, Compared{Key: d.Key})
	return d, k, err
}

// FailFix writes down that the mending did not come about: the difference is
// open again, with the code.
func (f *Flow) FailFix(ctx context.Context, id, code string) error {
	return refused(f.store.Write(ctx, func(tx *store.Tx) error { return failFix(tx, id, code) }))
}

func failFix(tx *store.Tx, id, code string) error {
	d, k, err := driftAndKey(tx, id)
	if err != nil || d.State != access.DriftFixing {
		return err
	}
	d.State, d.Failed = access.DriftOpen, machine(code)
	if err := tx.SaveDrift(&d); err != nil {
		return err
	}
	if err := tx.ParkJobsOf(store.JobDriftFix, d.ID, d.Failed); err != nil {
		return err
	}
	return tellDrift(tx, &d, driftEntry(audit.DriftFailed, &d, k, audit.Word("code", d.Failed)))
}

// Adopted is what Entra says and the records take over.
type Adopted struct {
	Permissions []string // all that are held; nil: not taken over
	Secret      string   // the id of one whose end is another; ""
	End         time.Time
	PrincipalID string
}

// Adopt takes what Entra says into the records of a key that still stands at
// version.
func (f *Flow) Adopt(ctx context.Context, id string, key access.KeyID, a Adopted) error {
	return refused(f.store.Write(ctx, func(tx *store.Tx) error {
		d, err := tx.Drift(id)
		if err != nil {
			return err
		}
		k, err := tx.Key(key)
		if err != nil {
			return err
		}
		if a.Permissions != nil {
			k.Permissions = slices.Sorted(slices.Values(a.Permissions))
		}
		if a.PrincipalID != "" {
			k.PrincipalID = a.PrincipalID
		}
		if a.Secret != "" {
			s, err := tx.Secret(a.Secret)
			if err != nil {
				return err
			}
			s.ExpiresAt = a.End.UTC()
			if err := tx.SaveSecret(s); err != nil {
				return err
			}
			if s.State == store.SecretActive {
				k.ExpiresAt = s.ExpiresAt
			}
		}
		if err := tx.Audit(driftEntry(audit.DriftAdopted, &d, k)); err != nil {
			return err
		}
		return tellKeyQuietly(tx, k)
	}))
}
