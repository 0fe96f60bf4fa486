package workflow

import (
	"context"
	"errors"
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
	atOnce := isAtOnce(r, k)
	for _, s := range all {
		switch {
		case s.ID == except:
		case s.State == store.SecretIntended:
			s.State = store.SecretLost
			err = tx.SaveSecret(s)
		case atOnce && (s.State == store.SecretActive || s.State == store.SecretOverlap && s.EndsAt.After(tx.Now())):
			err = replace(tx, r, k, s, time.Time{}, wait)
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

// isAtOnce reports that all secrets of a key go as soon as another exists: it was
// reported compromised, or is being revoked.
func isAtOnce(r *store.Request, k *store.Key) bool {
	return r.Reason == access.ReasonCompromise || !k.RevokeAskedAt.IsZero()
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
	if !s.CanRemove() && !end.IsZero() { // which of the application's secrets it is was never known
		attrs = append(attrs, audit.Word("removal", "by_hand"))
	}
	return tx.Audit(keyEntry(audit.SecretReplaced, r, k, attrs...))
}

// usable is the state of a key with a secret in force.
func usable(tx *store.Tx, k *store.Key) (access.KeyState, error) {
	all, err := tx.Secrets(k.ID)
	if !k.ExpiresAt.IsZero() && !k.ExpiresAt.After(tx.Now()) {
		return access.KeyExpired, err
	}
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
	Key         access.KeyID
	ObjectID    string // the application it lives in; "": not known
	ClientID    string // of that application
	KeyID       string // Entra's keyId; "": not known, an officer typed it
	// Hint is how one without a KeyID begins: those of the application that begin
	// so are removed. Empty: nothing is to be removed, it has expired by itself.
	Hint string
	// All: whatever else the application takes goes too, but Keep.
	All bool
	// Keep is the keyId of the secret in force; "": there is none.
	Keep string
	// Sure: it goes whether Entra still has the secret in force or not.
	Sure bool
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
			if s.State != store.SecretOverlap || s.EndedBy != id || s.EndsAt.After(tx.Now()) || !s.CanRemove() && !s.ExpiresAt.After(tx.Now()) {
				continue
			}
			old, err := f.oldSecret(tx, k, s)
			if err != nil {
				return err
			}
			due = append(due, old)
		}
		return err
	})
	return due, refused(err)
}

// oldSecret says how a secret is found in Entra. Of an application that is known
// to be the key's, a key that was compromised or revoked loses every other secret
// too; of one that an officer typed and Entra never confirmed, only what begins
// as what was typed.
func (f *Flow) oldSecret(tx *store.Tx, k *store.Key, s store.Secret) (OldSecret, error) {
	o := OldSecret{ID: s.ID, Request: endedBy(s), Environment: k.Environment, Key: k.ID, ClientID: k.ClientID}
	r, err := tx.KeyRequest(o.Request)
	if err != nil {
		return o, err
	}
	now, err := tx.SecretInForce(k.ID)
	if err != nil {
		return o, err
	}
	if now != nil && now.ID != s.ID && k.RevokeAskedAt.IsZero() {
		o.Keep = now.EntraKeyID
	}
	o.Sure = isAtOnce(r, k) || r.Reason == access.ReasonSecurity
	if s.CanRemove() {
		o.ObjectID, o.KeyID = s.ObjectID, s.EntraKeyID
		isKnown := now == nil || now.ID == s.ID || now.EntraKeyID != "" || !k.RevokeAskedAt.IsZero()
		o.All = isAtOnce(r, k) && s.ObjectID == k.ObjectID && isKnown
		return o, nil
	}
	if !s.ExpiresAt.After(tx.Now()) || s.Sealed == nil {
		return o, nil
	}
	o.ObjectID = k.ObjectID
	if o.Hint, err = f.hintOf(k, s); err != nil {
		return o, err
	}
	if now == nil || now.ID == s.ID || now.EntraKeyID != "" || now.Sealed == nil {
		return o, nil
	}
	other, err := f.hintOf(k, *now)
	if other == o.Hint { // it cannot be told from the one in force
		o.Hint = noHint
	}
	return o, err
}

// noHint is how no secret begins.
const noHint = "\x00"

// hintOf is what Entra tells of a secret: its first three characters.
func (f *Flow) hintOf(k *store.Key, s store.Secret) (string, error) {
	text, err := f.box.Open(s.Sealed, secretIdentity(s.ID, k.ID))
	if err != nil {
		return "", err
	}
	value := text.Reveal()
	return value[:min(3, len(value))], nil
}

// endedBy is the request that ended a secret; of one that was revoked, the one
// it came from.
func endedBy(s store.Secret) access.RequestID {
	if s.EndedBy != "" {
		return s.EndedBy
	}
	return s.Request
}

// isUsable reports a secret that people can be left with alone: in force, not
// expired, and seen to sign in. An issue ends only after its secret did.
func isUsable(tx *store.Tx, s *store.Secret) (bool, error) {
	if s == nil || s.State != store.SecretActive || !s.ExpiresAt.After(tx.Now()) {
		return false, nil
	}
	if s.IsProved() || s.Typed {
		return s.IsProved(), nil
	}
	r, err := tx.KeyRequest(s.Request)
	return err == nil && r.Status == access.StatusDone, err
}

// isRevoking reports a secret that goes because its key is revoked.
func isRevoking(k *store.Key, s store.Secret) bool {
	return !k.RevokeAskedAt.IsZero() && (s.State == store.SecretActive || s.State == store.SecretOverlap)
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
		k, err := tx.Key(s.Key)
		if err != nil {
			return err
		}
		if !isRevoking(k, s) && (s.State != store.SecretOverlap || s.EndsAt.After(tx.Now())) {
			return nil // removed, or its end was put off: another job is there for it
		}
		old, err := f.oldSecret(tx, k, s)
		if err != nil {
			return err
		}
		why, err := f.needed(tx, k, s, old)
		if err != nil {
			return err
		}
		if why != "" {
			return f.keep(tx, k, s, why)
		}
		plan = &old
		return nil
	})
	return plan, refused(err)
}

// Why a secret is kept whose end has come.
const (
	keptLast   = "last_valid"    // none but it is valid
	keptYoung  = "unproved"      // the one in force was not seen to sign in
	keptAbsent = "lost_in_entra" // Entra has not the one in force
)

// needed says why a secret whose end has come is kept; "": it goes.
func (f *Flow) needed(tx *store.Tx, k *store.Key, s store.Secret, old OldSecret) (string, error) {
	unseen := s.Request == s.EndedBy && s.RevealedAt.IsZero() && !s.Typed // nobody was given it
	if isRevoking(k, s) || unseen || !s.ExpiresAt.After(tx.Now()) {
		return "", nil
	}
	now, err := tx.SecretInForce(k.ID)
	if err != nil {
		return "", err
	}
	if now == nil || !now.ExpiresAt.After(tx.Now()) {
		return keptLast, nil
	}
	if old.Sure {
		return "", nil
	}
	if is, err := isUsable(tx, now); is || err != nil {
		return "", err
	}
	return keptYoung, nil
}

// keptFor is how long a secret is kept at least whose successor may still prove
// itself.
const keptFor = 24 * time.Hour

// KeepSecret keeps a secret whose end has come: Entra has not the one in force,
// so that this one is the last.
func (f *Flow) KeepSecret(ctx context.Context, id string) error {
	return refused(f.store.Write(ctx, func(tx *store.Tx) error {
		s, _, k, err := ended(tx, id)
		if err != nil || s.State != store.SecretOverlap || isRevoking(k, s) {
			return err
		}
		return f.keep(tx, k, s, keptAbsent)
	}))
}

// keep puts the end of a key's last valid secret off: to the day it expires, or
// to another day when the one in force may yet be good.
func (f *Flow) keep(tx *store.Tx, k *store.Key, s store.Secret, why string) error {
	s.EndsAt = s.ExpiresAt
	if soon := tx.Now().Add(keptFor); why != keptLast && soon.Before(s.EndsAt) {
		s.EndsAt = soon
	}
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
	return saveKey(tx, k, keyEntry(audit.SecretKept, r, k, audit.Word("secret", s.ID), audit.Word("why", why),
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
		revoking := isRevoking(k, s)
		if s.State != store.SecretOverlap && !revoking {
			return nil
		}
		how := "removed"
		s.EndedAt = tx.Now()
		if !s.CanRemove() && !s.ExpiresAt.After(tx.Now()) {
			how, s.EndedAt = "expired", s.ExpiresAt
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
		if err := f.gone(tx, r, k); err != nil {
			return err
		}
		return saveKey(tx, k, keyEntry(audit.SecretRetired, r, k, audit.Word("secret", s.ID), audit.Word("how", how)))
	}))
}

// RetireFailed writes down why a secret could not be removed, and has it tried
// again later: it still works, and is meant not to.
func (f *Flow) RetireFailed(ctx context.Context, id string, why access.Failure) error {
	return refused(f.store.Write(ctx, func(tx *store.Tx) error {
		s, r, k, err := ended(tx, id)
		if err != nil || s.State != store.SecretOverlap && !isRevoking(k, s) {
			return err
		}
		if err := tx.ParkJobsOf(store.JobRetire, s.ID, why.Code); err != nil {
			return err
		}
		if err := tx.Enqueue(store.Job{Kind: store.JobRetire, Subject: s.ID, RunAfter: tx.Now().Add(retireAgain)}); err != nil {
			return err
		}
		e := keyEntry(audit.SecretKept, r, k, audit.Word("secret", s.ID), audit.Word("why", "not_removed"),
			audit.Count("status", int64(why.Status)), audit.Word("code", machine(why.Code)),
			audit.Word("microsoftRequestId", machine(why.RequestID)))
		if k.RevokeAskedAt.IsZero() {
			return tx.Audit(e)
		}
		k.RevokeFailed = machine(why.Code)
		return saveKey(tx, k, e)
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
	r, err = tx.KeyRequest(endedBy(s))
	return s, r, k, err
}

// EndOverlap ends the overlap of a key before its time: the secret before the
// one in force goes now. Delegates end their own, officers any. A key row that
// moved on since is refused, and so is one without such a secret, or with one
// that the server cannot remove.
func (f *Flow) EndOverlap(ctx context.Context, act Act, id access.KeyID, version int64) (wire.AcceptedKey, error) {
	return once(ctx, f, act, "end overlap "+string(id), func(tx *store.Tx) (wire.AcceptedKey, error) {
		k, err := actedOn(tx, act.Who, id, version)
		if err != nil {
			return wire.AcceptedKey{}, err
		}
		all, err := tx.Secrets(k.ID)
		if err != nil {
			return wire.AcceptedKey{}, err
		}
		now, err := tx.SecretInForce(k.ID)
		if err != nil {
			return wire.AcceptedKey{}, err
		}
		if is, err := isUsable(tx, now); !is || err != nil { // it would be left with nothing that is known to work
			return wire.AcceptedKey{}, errors.Join(err, &access.Error{Code: access.CodeConflict, Hint: access.HintState, Version: k.Version})
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
