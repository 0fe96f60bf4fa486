package workflow

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// lapseBatch is how many lapsed leases one transaction frees.
const lapseBatch = 100

// Take leases a pending request to an officer, or renews their lease, which
// leaves the row at its version. Taking it over from a colleague needs a reason.
func (f *Flow) Take(ctx context.Context, act Act, id access.RequestID, in wire.Take) (wire.Accepted, error) {
	why := strings.TrimSpace(in.Why)
	return once(ctx, f, act, "take "+string(id), func(tx *store.Tx) (wire.Accepted, error) {
		r, err := attended(tx, act.Who, id)
		if err != nil {
			return wire.Accepted{}, err
		}
		if hint := access.LineHint(why); why != "" && hint != "" {
			return wire.Accepted{}, access.InvalidField("why", hint)
		}
		now := tx.Now()
		held, before := r.IsTaken(now), r.KeyRequest
		if err := r.Take(act.Who, why, now); err != nil {
			return wire.Accepted{}, err
		}
		if held && before.TakenBy == act.Who.Account {
			if err := tx.ExtendTaken(r.ID, act.Who.Account, r.TakenUntil); err != nil {
				return wire.Accepted{}, err
			}
			return unchanged(tx, r)
		}
		if held {
			return save(tx, r, entry(act, audit.RequestTakenOver, r, audit.Word("why", why), audit.Word("from", before.TakenName)))
		}
		return save(tx, r, entry(act, audit.RequestTaken, r))
	})
}

// Release frees a request the officer holds.
func (f *Flow) Release(ctx context.Context, act Act, id access.RequestID) (wire.Accepted, error) {
	return once(ctx, f, act, "release "+string(id), func(tx *store.Tx) (wire.Accepted, error) {
		r, err := attended(tx, act.Who, id)
		if err != nil {
			return wire.Accepted{}, err
		}
		if err := r.Release(act.Who, tx.Now()); err != nil {
			return wire.Accepted{}, err
		}
		return save(tx, r, entry(act, audit.RequestReleased, r))
	})
}

// Resume hands a pending request that still stands at version back to the
// worker, which goes on at the step that failed.
func (f *Flow) Resume(ctx context.Context, act Act, id access.RequestID, version int64) (wire.Accepted, error) {
	return once(ctx, f, act, "resume "+string(id), func(tx *store.Tx) (wire.Accepted, error) {
		r, err := attended(tx, act.Who, id)
		if err != nil {
			return wire.Accepted{}, err
		}
		if err := access.CanAttend(act.Who, &r.KeyRequest, tx.Now()); err != nil {
			return wire.Accepted{}, err
		}
		if err := fresh(r, version); err != nil {
			return wire.Accepted{}, err
		}
		if err := r.Resume(act.Who, tx.Now()); err != nil {
			return wire.Accepted{}, err
		}
		if err := tx.Enqueue(store.Job{Kind: store.JobProvision, Subject: string(r.ID), Step: string(r.Step), Urgent: r.Reason == access.ReasonCompromise}); err != nil {
			return wire.Accepted{}, err
		}
		return save(tx, r, entry(act, audit.RequestResumed, r))
	})
}

// Assign closes a pending request that still stands at version with the keys an
// officer typed. They are not verified yet: nobody has seen them in Entra.
func (f *Flow) Assign(ctx context.Context, act Act, id access.RequestID, version int64, in wire.Assign) (wire.Accepted, error) {
	return once(ctx, f, act, "assign "+string(id), func(tx *store.Tx) (wire.Accepted, error) {
		r, err := attended(tx, act.Who, id)
		if err != nil {
			return wire.Accepted{}, err
		}
		if err := access.CanAttend(act.Who, &r.KeyRequest, tx.Now()); err != nil {
			return wire.Accepted{}, err
		}
		if err := fresh(r, version); err != nil {
			return wire.Accepted{}, err
		}
		typed, err := typedFor(r, in)
		if err != nil {
			return wire.Accepted{}, err
		}
		if err := f.checkTyped(tx, r, typed); err != nil {
			return wire.Accepted{}, err
		}
		for _, env := range r.Environments() {
			if err := f.assignKey(tx, act, r, env, typed[env]); err != nil {
				return wire.Accepted{}, err
			}
		}
		if err := r.Assign(act.Who, tx.Now()); err != nil {
			return wire.Accepted{}, err
		}
		return save(tx, r, entry(act, audit.RequestAssigned, r))
	})
}

// typedFor is what an officer typed for the environments of a request. A request
// of one environment takes nothing of the other.
func typedFor(r *store.Request, in wire.Assign) (map[access.Environment]access.TypedKey, error) {
	typed := map[access.Environment]access.TypedKey{
		access.Production: typedKey(in.Production), access.Preproduction: typedKey(in.Preproduction),
	}
	for env, k := range typed {
		if slices.Contains(r.Environments(), env) {
			continue
		}
		if k.ClientID != "" || k.Secret != "" || !k.ExpiresAt.IsZero() {
			return nil, access.InvalidField(string(env), access.HintOtherEnvironment)
		}
		delete(typed, env)
	}
	return typed, nil
}

func typedKey(k wire.TypedKey) access.TypedKey {
	return access.TypedKey{
		ClientID: strings.ToLower(strings.TrimSpace(k.ClientID)), Secret: strings.TrimSpace(k.Secret), ExpiresAt: k.ExpiresAt,
	}
}

// checkTyped checks an officer's form, and that no client id is another key's:
// that would hand one provider's access to another.
func (f *Flow) checkTyped(tx *store.Tx, r *store.Request, typed map[access.Environment]access.TypedKey) error {
	forms := map[access.Environment]*access.KeyForm{}
	for _, env := range r.Environments() {
		k, err := keyOf(tx, r, env)
		if err != nil {
			return err
		}
		longest, err := f.validityOf(tx, k)
		if err != nil {
			return err
		}
		forms[env] = &access.KeyForm{TypedKey: typed[env], Longest: longest, NotKeys: f.notKeys()}
	}
	wrong := access.ValidateKeyForms(forms[access.Production], forms[access.Preproduction], tx.Now())
	if len(wrong) == 0 {
		for _, env := range []access.Environment{access.Production, access.Preproduction} {
			if _, is := typed[env]; !is {
				continue
			}
			hint, err := f.usedHint(tx, r.Code, env, typed)
			if err != nil {
				return err
			}
			if hint != "" {
				wrong = append(wrong, access.FieldError{Field: string(env) + ".clientId", Hint: hint})
			}
		}
	}
	if len(wrong) > 0 {
		return &access.Error{Code: access.CodeInvalid, Fields: wrong}
	}
	return nil
}

// notKeys are ids that no typed key may have.
func (f *Flow) notKeys() []string {
	ids := slices.Clone(f.policy.NotKeys)
	for _, env := range access.Environments() {
		e := f.params.Of(env)
		ids = append(ids, e.TenantID, e.ResourceAppID)
	}
	return ids
}

// usedHint says whose a typed client id is already: the key's of this code in the
// other environment, or another code's. Two that were typed into each other's
// place, and of which Entra has confirmed neither, may change places.
func (f *Flow) usedHint(tx *store.Tx, code access.LicenseCode, env access.Environment, typed map[access.Environment]access.TypedKey) (access.Hint, error) {
	mine, err := tx.KeyOf(code, env)
	if err != nil {
		return "", err
	}
	other, err := tx.KeyOf(code, otherThan(env))
	if err != nil {
		return "", err
	}
	id := typed[env].ClientID
	if other == nil || other.ClientID == "" || !strings.EqualFold(other.ClientID, id) {
		used, err := tx.ClientIDUsed(id, code, env)
		if used {
			return access.HintKeyExists, err
		}
		return "", err
	}
	moves := typed[otherThan(env)].ClientID != "" && !strings.EqualFold(typed[otherThan(env)].ClientID, id)
	unsure := other.State == access.KeyUnverified && (mine == nil || mine.State == access.KeyUnverified || mine.ClientID == "")
	if moves && unsure {
		return "", nil
	}
	return access.HintOtherEnvironment, nil
}

func (f *Flow) assignKey(tx *store.Tx, act Act, r *store.Request, env access.Environment, typed access.TypedKey) error {
	k, err := keyOf(tx, r, env)
	if err != nil {
		return err
	}
	if err := f.retire(tx, r, k, "", 0); err != nil {
		return err
	}
	s := store.Secret{
		ID: uuid.NewString(), Key: k.ID, Request: r.ID, State: store.SecretActive, CreatedAt: tx.Now(),
		ExpiresAt: typed.ExpiresAt.UTC().Truncate(time.Microsecond), Typed: true,
	}
	if s.Sealed, err = f.box.Seal(secret.New(typed.Secret), secretIdentity(s.ID, k.ID)); err != nil {
		return err
	}
	if err := errors.Join(tx.InsertSecret(s), awaitCheck(tx, &s, true)); err != nil {
		return err
	}
	if !strings.EqualFold(k.ClientID, typed.ClientID) { // another application: its object ids are not known
		otherApplication(k, typed.ClientID)
		if err := tx.EnqueueOnce(store.JobPermissions, string(k.ID)); err != nil {
			return err
		}
	}
	k.State, k.IssuedAt, k.ExpiresAt = access.KeyUnverified, tx.Now(), s.ExpiresAt
	revive(k)
	e := audit.By(act.Who, audit.KeyTyped, string(k.ID), act.RequestID)
	e.Entity = k.Entity
	e.Detail = detail(act, audit.Environment(env), audit.Word("name", k.Name), audit.Word("clientId", k.ClientID),
		audit.Word("secret", s.ID), audit.Time("expiresAt", s.ExpiresAt), audit.Word("number", r.Number))
	return saveKey(tx, k, e)
}

// LapseLeases frees the requests whose officer gave no sign of life, and says
// when the next lease ends; zero: none is taken.
func (f *Flow) LapseLeases(ctx context.Context) (next time.Time, err error) {
	for more := true; more; {
		err = f.store.Write(ctx, func(tx *store.Tx) error {
			lapsed, err := tx.LapsedRequests(lapseBatch)
			if err != nil {
				return err
			}
			more = len(lapsed) == lapseBatch
			for _, r := range lapsed {
				from := r.TakenName
				if !r.Lapse(tx.Now()) {
					continue
				}
				if _, err := save(tx, r, serverEntry(audit.RequestLapsed, r, audit.Word("from", from))); err != nil {
					return err
				}
			}
			next, err = tx.NextLapse()
			return err
		})
		if err != nil {
			return time.Time{}, err
		}
	}
	return next, nil
}

// keyOf reads the key of a request's code; one that is missing is a fault of
// ours, since the signature made it.
func keyOf(tx *store.Tx, r *store.Request, env access.Environment) (*store.Key, error) {
	if !env.IsValid() {
		return nil, access.InvalidField("environment", access.HintUnknownValue)
	}
	k, err := tx.KeyOf(r.Code, env)
	if err == nil && k == nil {
		err = store.ErrNotFound
	}
	return k, err
}

// saveKey writes a changed key with its audit entry, and its change once people
// see it.
func saveKey(tx *store.Tx, k *store.Key, e audit.Entry) error {
	if err := tx.SaveKey(k); err != nil {
		return err
	}
	if err := tx.Audit(e); err != nil {
		return err
	}
	if k.State == access.KeyCreating {
		return nil
	}
	_, err := tx.Change(wire.RowKey, string(k.ID), k.Entity)
	return err
}

// secretIdentity binds a sealed secret to its row and its key.
func secretIdentity(id string, key access.KeyID) string { return "secret/" + string(key) + "/" + id }
