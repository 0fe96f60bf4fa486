package workflow

import (
	"context"
	"slices"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// KeySecrets lists the secrets that a key has had, newest first, and no value:
// delegates of their own keys, officers of any.
func (f *Flow) KeySecrets(ctx context.Context, act Act, id access.KeyID) (wire.KeySecrets, error) {
	reply := wire.KeySecrets{Items: []wire.KeySecret{}}
	err := f.store.Read(ctx, func(tx *store.Tx) error {
		if !act.Who.IsDelegate() && !act.Who.IsOfficer() {
			return access.Refuse(access.CodeForbidden, "")
		}
		k, err := tx.Key(id)
		if err != nil {
			return err
		}
		if err := access.CanActOnKey(act.Who, &k.Key); err != nil {
			return err
		}
		all, err := tx.Secrets(k.ID)
		if err != nil {
			return err
		}
		for _, s := range slices.Backward(all) {
			if s.State == store.SecretIntended || s.State == store.SecretLost {
				continue // nobody was ever given it
			}
			item, err := keySecret(tx, k, s)
			if err != nil {
				return err
			}
			reply.Items = append(reply.Items, item)
		}
		return nil
	})
	return reply, refused(err)
}

func keySecret(tx *store.Tx, k *store.Key, s store.Secret) (wire.KeySecret, error) {
	item := wire.KeySecret{Hint: s.Hint, IssuedAt: s.CreatedAt, ExpiresAt: s.ExpiresAt, EndedAt: s.EndedAt, ByHand: s.Typed}
	r, err := tx.KeyRequest(s.Request)
	if err != nil {
		return item, err
	}
	item.Request = r.Number
	if s.EndedBy != "" {
		if r, err = tx.KeyRequest(s.EndedBy); err != nil {
			return item, err
		}
		item.Reason = r.Reason
	}
	if until := s.EndedAt.Add(access.TokenLife); !s.EndedAt.IsZero() && until.After(tx.Now()) {
		item.TokensUntil = until
	}
	hasExpired := !s.ExpiresAt.After(tx.Now())
	switch {
	case s.State == store.SecretRevoked && !s.EndedAt.IsZero() && s.EndedAt.Equal(s.ExpiresAt):
		item.State = access.KeyExpired
	case s.State == store.SecretRevoked && (s.EndedBy == "" || item.Reason == access.ReasonCompromise):
		item.State = access.KeyRevoked
	case s.State == store.SecretRevoked:
		item.State = access.KeyReplaced
	case hasExpired:
		item.State = access.KeyExpired
	case s.State == store.SecretOverlap:
		item.State, item.EndsAt = access.KeyOverlap, s.EndsAt
	case k.State == access.KeyUnverified:
		item.State = access.KeyUnverified
	default:
		item.State = access.KeyActive
	}
	return item, nil
}

// expireBatch is how many keys one transaction marks.
const expireBatch = 200

// ExpireKeys marks the keys whose secret in force has expired.
func (f *Flow) ExpireKeys(ctx context.Context) error {
	for more := true; more; {
		err := f.store.Write(ctx, func(tx *store.Tx) error {
			ids, err := tx.ExpiredKeys(expireBatch)
			if err != nil {
				return err
			}
			more = len(ids) == expireBatch
			for _, id := range ids {
				k, err := tx.Key(id)
				if err != nil {
					return err
				}
				k.State = access.KeyExpired
				e := audit.ByServer(audit.KeyExpired, string(k.ID), k.Entity)
				e.Detail = audit.Details(audit.Environment(k.Environment), audit.Word("name", k.Name), audit.Time("expiresAt", k.ExpiresAt))
				if err := saveKey(tx, k, e); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
