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

// backstop is when the job comes that removes a secret which the issue itself
// removes at once: only if the issue did not get that far.
const backstop = 15 * time.Minute

// retireAgain is when a removal is tried again whose attempts are used up. A
// secret that was to end is never forgotten.
const retireAgain = 6 * time.Hour

// retire sets the secrets of a key aside that a new one takes the place of. One
// asked for without an answer is lost. The one in force works on in Entra until
// its end, when a job removes it; that comes after wait when the end is now.
func (f *Flow) retire(tx *store.Tx, r *store.Request, k *store.Key, except string, wait time.Duration) error {
	all, err := tx.Secrets(k.ID)
	if err != nil {
		return err
	}
	for _, s := range all {
		switch {
		case s.ID == except:
		case s.State == store.SecretIntended:
			s.State = store.SecretLost
			err = tx.SaveSecret(s)
		case s.State == store.SecretActive:
			err = replace(tx, r, k, s, f.endOf(tx, r, k.Environment, s), wait)
		case s.State == store.SecretOverlap && r.Reason == access.ReasonSecurity && s.CanRemove() && s.EndsAt.After(tx.Now()):
			err = replace(tx, r, k, s, time.Time{}, wait) // of an earlier change: as suspect as the last
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// endOf is until when a replaced secret works; zero: it goes at once.
func (f *Flow) endOf(tx *store.Tx, r *store.Request, env access.Environment, s store.Secret) time.Time {
	old := access.OldSecret{ExpiresAt: s.ExpiresAt, ByHand: !s.CanRemove()}
	if s.Request == r.ID && !old.ByHand && s.RevealedAt.IsZero() {
		return time.Time{} // this request's own, from before an officer typed another: nobody has it
	}
	return old.Keep(r.Overlaps[env], r.Reason, tx.Now(), f.policy.VendorOverlap)
}

// replace lets a secret work on until its end, and has it removed then.
func replace(tx *store.Tx, r *store.Request, k *store.Key, s store.Secret, end time.Time, wait time.Duration) error {
	s.State, s.EndsAt, s.EndedBy = store.SecretOverlap, end, r.ID
	due := end
	if end.IsZero() {
		s.EndsAt, due = tx.Now(), tx.Now().Add(wait)
	}
	if err := reschedule(tx, s, due); err != nil {
		return err
	}
	attrs := []audit.Attr{audit.Word("secret", s.ID), audit.Time("until", s.EndsAt), audit.Word("reason", string(r.Reason))}
	if !s.CanRemove() { // which of the application's secrets it is was never known
		attrs = append(attrs, audit.Word("removal", "by_hand"))
	}
	return tx.Audit(keyEntry(audit.SecretReplaced, r, k, attrs...))
}

// usable is the state of a key with a secret in force.
func usable(tx *store.Tx, k *store.Key) (access.KeyState, error) {
	all, err := tx.Secrets(k.ID)
	if slices.ContainsFunc(all, func(s store.Secret) bool { return s.State == store.SecretOverlap && s.EndsAt.After(tx.Now()) }) {
		return access.KeyOverlap, err
	}
	return access.KeyActive, err
}

// OldSecret is a secret that was replaced and whose end has come.
type OldSecret struct {
	ID          string           // operation id
	Request     access.RequestID // whose secret took its place
	Environment access.Environment
	ObjectID    string // the application it lives in; "": nothing to remove
	KeyID       string // Entra's keyId
}

// DueSecrets are the secrets of one environment that a request ended and that
// are to be removed now.
func (f *Flow) DueSecrets(ctx context.Context, id access.RequestID, env access.Environment) ([]OldSecret, error) {
	var due []OldSecret
	err := f.store.Read(ctx, func(tx *store.Tx) error {
		r, err := issuing(tx, id)
		if err != nil {
			return err
		}
		k, err := keyOf(tx, r, env)
		if err != nil {
			return err
		}
		all, err := tx.Secrets(k.ID)
		for _, s := range all {
			if s.State == store.SecretOverlap && s.EndedBy == id && s.CanRemove() && !s.EndsAt.After(tx.Now()) {
				due = append(due, oldSecret(s, env))
			}
		}
		return err
	})
	return due, refused(err)
}

func oldSecret(s store.Secret, env access.Environment) OldSecret {
	o := OldSecret{ID: s.ID, Request: s.EndedBy, Environment: env}
	if s.CanRemove() {
		o.ObjectID, o.KeyID = s.ObjectID, s.EntraKeyID
	}
	return o
}

// RetirePlan tells what a job of kind store.JobRetire has to remove; nil: there
// is nothing to do. The last secret of a key that is valid is never removed: it
// is kept to its own end, which is written down.
func (f *Flow) RetirePlan(ctx context.Context, id string) (*OldSecret, error) {
	var plan *OldSecret
	err := f.store.Write(ctx, func(tx *store.Tx) error {
		s, err := tx.Secret(id)
		if err != nil {
			return err
		}
		if s.State != store.SecretOverlap || s.EndsAt.After(tx.Now()) {
			return nil // removed, or its end was put off: another job is there for it
		}
		k, err := tx.Key(s.Key)
		if err != nil {
			return err
		}
		now, err := tx.SecretInForce(k.ID)
		if err != nil {
			return err
		}
		if s.ExpiresAt.After(tx.Now()) && (now == nil || !now.ExpiresAt.After(tx.Now())) {
			return f.keep(tx, k, s)
		}
		o := oldSecret(s, k.Environment)
		plan = &o
		return nil
	})
	return plan, refused(err)
}

// keep puts the end of a key's last valid secret off to the day it expires.
func (f *Flow) keep(tx *store.Tx, k *store.Key, s store.Secret) error {
	s.EndsAt = s.ExpiresAt
	if err := reschedule(tx, s, s.EndsAt); err != nil {
		return err
	}
	r, err := tx.KeyRequest(s.EndedBy)
	if err != nil {
		return err
	}
	if k.State == access.KeyActive {
		k.State = access.KeyOverlap
	}
	return saveKey(tx, k, keyEntry(audit.SecretKept, r, k, audit.Word("secret", s.ID), audit.Word("why", "last_valid"),
		audit.Time("until", s.EndsAt)))
}

// RecordRetired writes down that Entra no longer takes a secret: it was removed
// or, typed by hand, has expired. Its sealed value is destroyed.
func (f *Flow) RecordRetired(ctx context.Context, id string, step access.Step, tried ...Attempt) error {
	return refused(f.store.Write(ctx, func(tx *store.Tx) error {
		s, r, k, err := ended(tx, id)
		if err != nil {
			return err
		}
		if err := auditAttempts(tx, r, k.Environment, step, tried); err != nil {
			return err
		}
		if s.State != store.SecretOverlap {
			return nil
		}
		how := "removed"
		if !s.CanRemove() {
			how = "expired"
		}
		s.State, s.Sealed = store.SecretRevoked, nil
		if err := tx.SaveSecret(s); err != nil {
			return err
		}
		if err := tx.FinishJobsOf(store.JobRetire, s.ID); err != nil {
			return err
		}
		if k.State == access.KeyOverlap {
			if k.State, err = usable(tx, k); err != nil {
				return err
			}
		}
		return saveKey(tx, k, keyEntry(audit.SecretRetired, r, k, audit.Word("secret", s.ID), audit.Word("how", how)))
	}))
}

// RetireFailed writes down why a secret could not be removed, and has it tried
// again later: it still works, and is meant not to.
func (f *Flow) RetireFailed(ctx context.Context, id string, why access.Failure) error {
	return refused(f.store.Write(ctx, func(tx *store.Tx) error {
		s, r, k, err := ended(tx, id)
		if err != nil || s.State != store.SecretOverlap {
			return err
		}
		if err := tx.ParkJobsOf(store.JobRetire, s.ID, why.Code); err != nil {
			return err
		}
		if err := tx.Enqueue(store.Job{Kind: store.JobRetire, Subject: s.ID, RunAfter: tx.Now().Add(retireAgain)}); err != nil {
			return err
		}
		return tx.Audit(keyEntry(audit.SecretKept, r, k, audit.Word("secret", s.ID), audit.Word("why", "not_removed"),
			audit.Count("status", int64(why.Status)), audit.Word("code", machine(why.Code)),
			audit.Word("microsoftRequestId", machine(why.RequestID))))
	}))
}

// ended reads a replaced secret with its key and the request that replaced it.
func ended(tx *store.Tx, id string) (s store.Secret, r *store.Request, k *store.Key, err error) {
	if s, err = tx.Secret(id); err != nil {
		return s, nil, nil, err
	}
	if k, err = tx.Key(s.Key); err != nil {
		return s, nil, nil, err
	}
	r, err = tx.KeyRequest(s.EndedBy)
	return s, r, k, err
}

// EndOverlap ends the overlap of a key before its time: the secret before the
// one in force goes now. Delegates end their own, officers any. A key row that
// moved on since is refused, and so is one without such a secret, or with one
// that the server cannot remove.
func (f *Flow) EndOverlap(ctx context.Context, act Act, id access.KeyID, version int64) (wire.AcceptedKey, error) {
	return once(ctx, f, act, "end overlap "+string(id), func(tx *store.Tx) (wire.AcceptedKey, error) {
		k, err := endable(tx, act.Who, id, version)
		if err != nil {
			return wire.AcceptedKey{}, err
		}
		all, err := tx.Secrets(k.ID)
		if err != nil {
			return wire.AcceptedKey{}, err
		}
		var left []audit.Attr
		for _, s := range all {
			if s.State != store.SecretOverlap || !s.CanRemove() || !s.EndsAt.After(tx.Now()) {
				continue
			}
			s.EndsAt = tx.Now()
			if err := reschedule(tx, s, tx.Now()); err != nil {
				return wire.AcceptedKey{}, err
			}
			left = append(left, audit.Word("secret", s.ID))
		}
		if left == nil {
			return wire.AcceptedKey{}, &access.Error{Code: access.CodeConflict, Hint: access.HintState, Version: k.Version}
		}
		e := audit.By(act.Who, audit.OverlapEnded, string(k.ID), act.RequestID)
		e.Entity = k.Entity
		e.Detail = detail(act, append(left, audit.Environment(k.Environment), audit.Word("name", k.Name))...)
		if err := saveKey(tx, k, e); err != nil {
			return wire.AcceptedKey{}, err
		}
		head, err := tx.Head()
		return wire.AcceptedKey{Seq: head, ID: k.ID, Version: k.Version}, err
	})
}

func endable(tx *store.Tx, who access.Viewer, id access.KeyID, version int64) (*store.Key, error) {
	if !who.IsDelegate() && !who.IsOfficer() {
		return nil, access.Refuse(access.CodeForbidden, "")
	}
	k, err := tx.Key(id)
	if err != nil {
		return nil, err
	}
	if k.State == access.KeyCreating || !who.IsOfficer() && k.Entity != who.Entity {
		return nil, access.Refuse(access.CodeNotFound, "")
	}
	if k.Version != version {
		return nil, &access.Error{Code: access.CodeConflict, Hint: access.HintStale, Version: k.Version}
	}
	return k, nil
}

// reschedule saves a replaced secret and has it removed when due, not before.
func reschedule(tx *store.Tx, s store.Secret, due time.Time) error {
	if err := tx.SaveSecret(s); err != nil {
		return err
	}
	if err := tx.FinishJobsOf(store.JobRetire, s.ID); err != nil {
		return err
	}
	return tx.Enqueue(store.Job{Kind: store.JobRetire, Subject: s.ID, RunAfter: due})
}
