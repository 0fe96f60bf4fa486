package workflow

import (
	"maps"
	"time"

	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// promiseKept is how old a promise about the old secrets may be when the same
// request is written again: younger ones stay, so that writing the same content
// twice changes nothing.
const promiseKept = 24 * time.Hour

// promise puts into a change of key until when the secrets in force work. It is
// shown before the signature and is part of it. isSame: the reason did not
// change, and a promise made within the day stands.
func (f *Flow) promise(tx *store.Tx, r *store.Request, isSame bool) error {
	if r.Kind != access.KindRenew {
		return nil
	}
	now := tx.Now().Truncate(time.Second)
	fresh := access.Overlaps{}
	stands := isSame && len(r.Overlaps) > 0
	for _, env := range r.Environments() {
		old, err := inForce(tx, r.Code, env)
		if err != nil {
			return err
		}
		if old == nil {
			stands = stands && !has(r.Overlaps, env)
			continue
		}
		fresh[env] = old.End(r.Reason, now, f.policy.VendorOverlap)
		stands = stands && has(r.Overlaps, env) && isNear(r.Overlaps[env], fresh[env])
	}
	if !stands {
		r.Overlaps = fresh
	}
	return nil
}

// repromise renews a promise that is no longer what would be promised now,
// because the request was left unsigned for days. That is kept, and refused:
// nobody signs what they were not shown.
func (f *Flow) repromise(tx *store.Tx, act Act, r *store.Request) error {
	before := r.Overlaps
	if err := f.promise(tx, r, true); err != nil {
		return err
	}
	if maps.EqualFunc(before, r.Overlaps, time.Time.Equal) {
		return nil
	}
	hash, _, err := contentHash(tx, r)
	if err != nil {
		return err
	}
	if err := restate(tx, act, r, hash, "overlap_moved"); err != nil {
		return err
	}
	return counted{&access.Error{
		Code: access.CodeConflict, Hint: access.HintContentChanged, Version: r.Version, Args: map[string]string{"field": "overlap"},
	}}
}

func has(o access.Overlaps, env access.Environment) bool { _, ok := o[env]; return ok }

// isNear reports that a promise is still what would be promised now.
func isNear(kept, fresh time.Time) bool {
	if kept.IsZero() || fresh.IsZero() {
		return kept.Equal(fresh)
	}
	return fresh.Sub(kept).Abs() < promiseKept
}

// inForce is the secret of a code that a change of key would replace; nil when
// the code has none in this environment.
func inForce(tx *store.Tx, code access.LicenseCode, env access.Environment) (*access.OldSecret, error) {
	k, err := tx.KeyOf(code, env)
	if err != nil || k == nil || k.State == access.KeyCreating {
		return nil, err
	}
	s, err := tx.SecretInForce(k.ID)
	if err != nil || s == nil {
		return nil, err
	}
	return &access.OldSecret{ExpiresAt: s.ExpiresAt, ByHand: !s.CanRemove()}, nil
}

// oldSecrets tells what was promised, in the order of the environments. Once the
// new secrets exist, the ends that count are those of the key rows.
func oldSecrets(tx *store.Tx, r *store.Request) ([]wire.OldSecret, error) {
	var all []wire.OldSecret
	for _, env := range r.Environments() {
		if !has(r.Overlaps, env) {
			continue
		}
		o := wire.OldSecret{Environment: env, Until: r.Overlaps[env]}
		if r.Status == access.StatusSigning {
			old, err := inForce(tx, r.Code, env)
			if err != nil {
				return nil, err
			}
			if old != nil {
				o.ExpiresAt, o.ByHand = old.ExpiresAt, old.ByHand
			}
		}
		all = append(all, o)
	}
	return all, nil
}
