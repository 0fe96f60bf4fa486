package workflow

import (
	"context"
	"strings"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/wire"
)

const day = 24 * time.Hour

// Validity tells the life of new secrets, production first, as in the manual.
func (f *Flow) Validity(ctx context.Context, act Act) (wire.Validity, error) {
	var reply wire.Validity
	err := f.store.Read(ctx, func(tx *store.Tx) (err error) {
		if !act.Who.IsOfficer() {
			return access.Refuse(access.CodeForbidden, "")
		}
		reply, err = f.validity(tx)
		return err
	})
	return reply, refused(err)
}

func (f *Flow) validity(tx *store.Tx) (wire.Validity, error) {
	set, err := tx.Validities()
	var all wire.Validity
	for _, env := range []access.Environment{access.Production, access.Preproduction} {
		item := wire.EnvironmentValidity{Environment: env, Days: int(f.params.Of(env).Validity / day)}
		if v, ok := set[env]; ok {
			item.Days, item.Person, item.Why, item.At = v.Days, v.Person, v.Why, v.At
		}
		all.Items = append(all.Items, item)
	}
	return all, err
}

// SetValidity sets the life of an environment's new secrets. The last officer's
// word stands.
func (f *Flow) SetValidity(ctx context.Context, act Act, env access.Environment, in wire.SetValidity) (wire.Validity, error) {
	return once(ctx, f, act, "set validity "+string(env), func(tx *store.Tx) (wire.Validity, error) {
		if !act.Who.IsOfficer() {
			return wire.Validity{}, access.Refuse(access.CodeForbidden, "")
		}
		if !env.IsValid() {
			return wire.Validity{}, access.Refuse(access.CodeNotFound, "")
		}
		why, err := validityForm(in, 1)
		if err != nil {
			return wire.Validity{}, err
		}
		from, err := f.environmentDays(tx, env)
		if err != nil {
			return wire.Validity{}, err
		}
		err = tx.SetValidity(store.Validity{
			Environment: env, Days: in.Days, Account: act.Who.Account, Person: audit.PersonText(act.Who.Person), Why: why, At: tx.Now(),
		})
		if err != nil {
			return wire.Validity{}, err
		}
		e := audit.By(act.Who, audit.ValiditySet, "validity/"+string(env), act.RequestID)
		e.Detail = detail(act, audit.Environment(env), audit.Count("from", int64(from)), audit.Count("days", int64(in.Days)), audit.Word("why", why))
		if err := tx.Audit(e); err != nil {
			return wire.Validity{}, err
		}
		return f.validity(tx)
	})
}

// SetKeyValidity sets the life of the next secret of a key that still stands at
// version; zero days go back to the environment's.
func (f *Flow) SetKeyValidity(ctx context.Context, act Act, id access.KeyID, version int64, in wire.SetValidity) (wire.AcceptedKey, error) {
	return once(ctx, f, act, "set key validity "+string(id), func(tx *store.Tx) (wire.AcceptedKey, error) {
		k, err := officerKey(tx, act.Who, id)
		if err != nil {
			return wire.AcceptedKey{}, err
		}
		why, err := validityForm(in, 0)
		if err != nil {
			return wire.AcceptedKey{}, err
		}
		if err := freshKey(k, version); err != nil {
			return wire.AcceptedKey{}, err
		}
		from := k.ValidityDays
		k.ValidityDays = in.Days
		e := officerEntry(act, audit.KeyValidity, k, audit.Count("from", int64(from)), audit.Count("days", int64(in.Days)), audit.Word("why", why))
		return tellKey(tx, k, e)
	})
}

// validityForm checks the form and answers the reason as it is kept.
func validityForm(in wire.SetValidity, least int) (why string, err error) {
	var wrong []access.FieldError
	switch {
	case in.Days < least:
		wrong = append(wrong, access.FieldError{Field: "days", Hint: access.HintFormat})
	case in.Days > access.MaxValidityDays:
		wrong = append(wrong, access.FieldError{Field: "days", Hint: access.HintTooFar})
	}
	why, hint := line(in.Why)
	if hint != "" {
		wrong = append(wrong, access.FieldError{Field: "why", Hint: hint})
	}
	if len(wrong) > 0 {
		return "", &access.Error{Code: access.CodeInvalid, Fields: wrong}
	}
	return why, nil
}

// line is a required line of text without the spaces around it, and what is
// wrong with it.
func line(s string) (string, access.Hint) {
	s = strings.TrimSpace(s)
	return s, access.LineHint(s)
}

// environmentDays is the life of an environment's new secrets.
func (f *Flow) environmentDays(tx *store.Tx, env access.Environment) (int, error) {
	set, err := tx.Validities()
	if v, ok := set[env]; ok {
		return v.Days, err
	}
	return int(f.params.Of(env).Validity / day), err
}

// validityOf is the life of a key's next secret.
func (f *Flow) validityOf(tx *store.Tx, k *store.Key) (time.Duration, error) {
	if k.ValidityDays > 0 {
		return time.Duration(k.ValidityDays) * day, nil
	}
	days, err := f.environmentDays(tx, k.Environment)
	return time.Duration(days) * day, err
}
