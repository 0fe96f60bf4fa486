package workflow

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
)

// Codes of an application that is another key's.
const (
	CodeOtherEnvironment = "OtherEnvironment"
	CodeOtherCode        = "OtherCode"
)

// Found is what Entra shows of a typed key: its application and, where it is
// known which one it is, its secret.
type Found struct {
	ObjectID    string
	PrincipalID string // "" when it was not read
	KeyID       string // of the secret; "" when several may be it
	Hint        string
	EndsAt      time.Time // zero when it is not known
}

// Foreign says whose an application is by what it tells of itself, when it is not
// this key's: one of the codes above, or "".
func (p *TestPlan) Foreign(uniqueName, name string, tags []string) string {
	if p.IsShared {
		return CodeOtherCode
	}
	for _, env := range access.Environments() {
		isOurs := strings.HasPrefix(uniqueName, p.prefix+"-"+string(env)+"-")
		named := strings.HasPrefix(name, displayName(env, ""))
		tagged := slices.Contains(tags, "llavero") && slices.Contains(tags, "environment:"+string(env))
		if env != p.Environment && (isOurs || named || tagged) {
			return CodeOtherEnvironment
		}
		if isOurs && uniqueName != p.prefix+"-"+string(env)+"-"+string(p.Code) {
			return CodeOtherCode
		}
	}
	return ""
}

// awaitCheck has a typed key looked for in Entra. isOther: its application is
// another than before, with which nothing was proved.
func awaitCheck(tx *store.Tx, s *store.Secret, isOther bool) error {
	s.Check = &access.KeyCheck{State: access.CheckWaiting}
	if isOther {
		s.Stage, s.ProvedAt, s.Test = "", time.Time{}, nil
	}
	return errors.Join(tx.SaveProof(*s), tx.EnqueueOnce(store.JobTest, string(s.Key)))
}

// verified writes down that a typed key signs in, and what Entra shows of it:
// from now on its secret can be removed, and its end is the real one.
func verified(tx *store.Tx, k *store.Key, s *store.Secret, found *Found) error {
	s.Check = &access.KeyCheck{State: access.CheckPassed, At: tx.Now()}
	attrs := []audit.Attr{audit.Word("state", string(access.CheckPassed)), audit.Word("secret", s.ID)}
	if found != nil {
		k.ObjectID = found.ObjectID
		if found.PrincipalID != "" {
			k.PrincipalID = found.PrincipalID
		}
		if found.KeyID != "" {
			s.ObjectID, s.EntraKeyID, s.Hint = found.ObjectID, found.KeyID, found.Hint
			attrs = append(attrs, audit.Word("objectId", found.ObjectID), audit.Word("keyId", found.KeyID))
			if err := mergeSame(tx, k, s); err != nil {
				return err
			}
		}
		if end := found.EndsAt.UTC().Truncate(time.Microsecond); !found.EndsAt.IsZero() && !end.Equal(s.ExpiresAt) {
			attrs = append(attrs, audit.Time("expiresAtFrom", s.ExpiresAt), audit.Time("expiresAt", end))
			s.ExpiresAt, k.ExpiresAt = end, end
		}
	}
	if err := tx.SaveSecret(*s); err != nil {
		return err
	}
	var err error
	if k.State, err = usable(tx, k); err != nil {
		return err
	}
	return tx.Audit(permissionEntry(audit.KeyChecked, k, attrs...))
}

// mergeSame ends the earlier rows of the very secret that is in force again: it
// was typed once more, and must not be removed at their end.
func mergeSame(tx *store.Tx, k *store.Key, s *store.Secret) error {
	all, err := tx.Secrets(k.ID)
	if err != nil {
		return err
	}
	for _, old := range all {
		if old.ID == s.ID || old.State != store.SecretOverlap || old.EntraKeyID != s.EntraKeyID || old.ObjectID != s.ObjectID {
			continue
		}
		old.State, old.Sealed = store.SecretRevoked, nil
		e := permissionEntry(audit.SecretRetired, k, audit.Word("secret", old.ID), audit.Word("how", "typed_again"))
		if err := errors.Join(tx.SaveSecret(old), tx.FinishJobsOf(store.JobRetire, old.ID), tx.Audit(e)); err != nil {
			return err
		}
	}
	return nil
}

// notVerified writes down why a typed key did not pass its check, or that it
// waits. The trail tells of it when that is news.
func notVerified(tx *store.Tx, k *store.Key, s *store.Secret, end TestEnd) error {
	before := *s.Check
	c := access.KeyCheck{State: access.CheckWaiting, Code: machine(end.Code), At: tx.Now()}
	if end.Problem != "" {
		c.State, c.Problem = access.CheckFailed, end.Problem
	}
	s.Check = &c
	if before.State == c.State && before.Problem == c.Problem && before.Code == c.Code {
		return nil
	}
	return tx.Audit(permissionEntry(audit.KeyChecked, k, audit.Word("state", string(c.State)), audit.Word("problem", string(c.Problem)),
		audit.Word("code", c.Code), audit.Word("secret", s.ID)))
}

// The pace of the daily look at typed keys that are not verified.
const (
	checkAgain = day
	checkAhead = 20
)

// SweepChecks has typed keys looked for in Entra that were not for a day, a few
// at each call, and closes tests that nobody works on any more. It reports how
// many keys it has looked for.
func (f *Flow) SweepChecks(ctx context.Context) (int, error) {
	asked := 0
	err := f.store.Write(ctx, func(tx *store.Tx) error {
		abandoned, err := tx.AbandonedTests(checkAhead)
		if err != nil {
			return err
		}
		for _, id := range abandoned {
			k, err := tx.Key(id)
			if err != nil {
				return err
			}
			s, err := tx.SecretInForce(id)
			if err != nil {
				return err
			}
			if err := f.endTest(tx, k, s, TestEnd{Code: CodeInterrupted}); err != nil {
				return err
			}
		}
		live, err := tx.LiveJobs(store.JobTest)
		if err != nil || live >= checkAhead {
			return err
		}
		keys, err := tx.UncheckedKeys(tx.Now().Add(-checkAgain), checkAhead-live)
		for _, id := range keys {
			err = errors.Join(err, tx.EnqueueOnce(store.JobTest, string(id)))
		}
		asked = len(keys)
		return err
	})
	return asked, err
}
