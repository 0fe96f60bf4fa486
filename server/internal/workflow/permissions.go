package workflow

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// The marks of permissions in the table meta.
const (
	metaCatalogue = "permissions.catalogue" // JSON of Catalogue
	metaMark      = "permissions.mark"      // RFC 3339: all keys read before it are to be read again
)

// Catalogue is what an API of IHCE offers, as Entra tells.
type Catalogue struct {
	Resource string           `json:"resource"` // the API's client id
	Offer    wire.Permissions `json:"offer"`
	At       time.Time        `json:"at"`
}

// catalogue reads the catalogue of production; nil before it was read. One of
// another API, from before the settings changed, is none.
func (f *Flow) catalogue(tx *store.Tx) (*Catalogue, error) {
	text, err := tx.Meta(metaCatalogue)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var c Catalogue
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		return nil, err
	}
	if c.Resource != f.params.Of(access.Production).ResourceAppID {
		return nil, nil
	}
	return &c, nil
}

// Permissions lists what can be granted in production. Before it was read from
// Entra there is nothing to say, and it is asked for.
func (f *Flow) Permissions(ctx context.Context, act Act) (wire.Permissions, error) {
	var reply wire.Permissions
	var missing bool
	err := f.store.Read(ctx, func(tx *store.Tx) error {
		if !act.Who.IsOfficer() {
			return access.Refuse(access.CodeForbidden, "")
		}
		c, err := f.catalogue(tx)
		if missing = c == nil; !missing {
			reply = c.Offer
		}
		return err
	})
	if err == nil && missing {
		err = f.askForCatalogue(ctx)
	}
	return reply, refused(err)
}

// askForCatalogue has the catalogue read, and says that it is not there yet.
func (f *Flow) askForCatalogue(ctx context.Context) error {
	err := f.store.Write(ctx, func(tx *store.Tx) error {
		return tx.EnqueueOnce(store.JobCatalogue, string(access.Production))
	})
	return errors.Join(access.Refuse(access.CodeUnavailable, ""), err)
}

// ChangePermissions asks for permissions of a production key that still stands
// at version to be granted and taken away. The worker acts in Entra, each
// permission with a result of its own in the key's row.
func (f *Flow) ChangePermissions(ctx context.Context, act Act, id access.KeyID, version int64, in wire.ChangePermissions) (wire.AcceptedKey, error) {
	reply, err := once(ctx, f, act, "change permissions "+string(id), func(tx *store.Tx) (wire.AcceptedKey, error) {
		k, err := officerKey(tx, act.Who, id)
		if err != nil {
			return wire.AcceptedKey{}, err
		}
		if k.Environment != access.Production || k.State == access.KeyRevoked {
			return wire.AcceptedKey{}, &access.Error{Code: access.CodeConflict, Hint: access.HintState, Version: k.Version}
		}
		if err := freshKey(k, version); err != nil {
			return wire.AcceptedKey{}, err
		}
		c, err := f.catalogue(tx)
		if err != nil {
			return wire.AcceptedKey{}, err
		}
		if c == nil {
			return wire.AcceptedKey{}, access.Refuse(access.CodeUnavailable, "")
		}
		why, err := changeForm(c, k, in)
		if err != nil {
			return wire.AcceptedKey{}, err
		}
		if err := canChange(tx, k, in); err != nil {
			return wire.AcceptedKey{}, err
		}
		ask(k, in.Grant, access.PermissionGrant, act, tx.Now())
		ask(k, in.Remove, access.PermissionRemove, act, tx.Now())
		if err := tx.EnqueueOnce(store.JobPermissions, string(k.ID)); err != nil {
			return wire.AcceptedKey{}, err
		}
		return tellKey(tx, k, officerEntry(act, audit.PermissionsAsked, k, audit.Word("clientId", k.ClientID),
			audit.Word("grant", strings.Join(in.Grant, ", ")), audit.Word("remove", strings.Join(in.Remove, ", ")), audit.Word("why", why)))
	})
	if access.CodeOf(err) == access.CodeUnavailable {
		err = f.askForCatalogue(ctx)
	}
	return reply, err
}

// changeForm checks the choice and answers the reason as it is kept. What the
// API offers no more can still be taken away.
func changeForm(c *Catalogue, k *store.Key, in wire.ChangePermissions) (why string, err error) {
	if len(in.Grant)+len(in.Remove) == 0 {
		return "", access.Refuse(access.CodeInvalid, access.HintNothing)
	}
	var wrong []access.FieldError
	bad := func(field string, hint access.Hint) {
		if hint != "" && !slices.Contains(wrong, access.FieldError{Field: field, Hint: hint}) {
			wrong = append(wrong, access.FieldError{Field: field, Hint: hint})
		}
	}
	offered := func(value string) bool {
		return slices.ContainsFunc(c.Offer.Items, func(p wire.Permission) bool { return p.Value == value })
	}
	for _, value := range in.Grant {
		if !offered(value) {
			bad("grant", access.HintUnknownValue)
		}
	}
	for _, value := range in.Remove {
		switch {
		case slices.Contains(in.Grant, value):
			bad("remove", access.HintUnknownValue)
		case !offered(value) && !slices.Contains(k.Permissions, value):
			bad("remove", access.HintUnknownValue)
		}
	}
	why, hint := line(in.Why)
	if hint == access.HintRequired && len(in.Remove) == 0 {
		hint = ""
	}
	bad("why", hint)
	if len(wrong) > 0 {
		return "", &access.Error{Code: access.CodeInvalid, Fields: wrong}
	}
	return why, nil
}

// canChange refuses where Entra has nothing to act on, and a grant without proof
// of the sandbox tests.
func canChange(tx *store.Tx, k *store.Key, in wire.ChangePermissions) error {
	refuse := func(hint access.Hint) error {
		return &access.Error{Code: access.CodeConflict, Hint: hint, Version: k.Version}
	}
	if !access.IsGUID(k.ClientID) || k.IsMissing {
		return refuse(access.HintNotInEntra)
	}
	if len(in.Grant) == 0 {
		return nil
	}
	n, err := tx.CountEvidence(k.Code)
	if err != nil {
		return err
	}
	if why := access.GrantObstacle(k.ClientID, k.IsMissing, k.State, n); why != "" {
		return refuse(why)
	}
	return nil
}

// ask puts changes into the key; the last word about a permission stands.
func ask(k *store.Key, values []string, what access.PermissionAct, act Act, now time.Time) {
	for _, value := range values {
		k.Tasks = slices.DeleteFunc(k.Tasks, func(t store.PermissionTask) bool { return t.Permission == value })
		k.Tasks = append(k.Tasks, store.PermissionTask{
			Permission: value, Act: what, By: audit.PersonText(act.Who.Person), At: now,
		})
	}
}

// maxRefresh bounds the keys named in one refresh.
const maxRefresh = 1000

// RefreshPermissions has the permissions of some keys read from Entra at once,
// or those of all, a few at a time.
func (f *Flow) RefreshPermissions(ctx context.Context, act Act, in wire.RefreshPermissions) (wire.Refreshing, error) {
	return once(ctx, f, act, "refresh permissions", func(tx *store.Tx) (wire.Refreshing, error) {
		if !act.Who.IsOfficer() {
			return wire.Refreshing{}, access.Refuse(access.CodeForbidden, "")
		}
		if len(in.Keys) > maxRefresh {
			return wire.Refreshing{}, access.InvalidField("keys", access.HintTooLong)
		}
		if len(in.Keys) == 0 {
			return refreshAll(tx, act)
		}
		waiting := map[access.KeyID]bool{}
		for _, id := range in.Keys {
			k, err := officerKey(tx, act.Who, id)
			if err != nil {
				return wire.Refreshing{}, err
			}
			if k.ClientID == "" || waiting[id] {
				continue
			}
			waiting[id] = true
			if err := tx.EnqueueOnce(store.JobPermissions, string(id)); err != nil {
				return wire.Refreshing{}, err
			}
		}
		return wire.Refreshing{Keys: len(waiting)}, nil
	})
}

func refreshAll(tx *store.Tx, act Act) (wire.Refreshing, error) {
	n, err := tx.ReadableKeys()
	if err != nil {
		return wire.Refreshing{}, err
	}
	if err := tx.SetMeta(metaMark, tx.Now().Format(time.RFC3339Nano)); err != nil {
		return wire.Refreshing{}, err
	}
	e := audit.By(act.Who, audit.PermissionsSwept, "permissions", act.RequestID)
	e.Detail = detail(act, audit.Count("keys", int64(n)))
	return wire.Refreshing{Keys: n}, tx.Audit(e)
}

// The pace of the sweep: so many keys wait at a time, so that a person's change
// is not far behind; a key that could not be read is tried again a day later.
const (
	sweepAhead     = 20
	unreadAgain    = day
	catalogueKnown = day
)

// SweepPermissions has keys read whose permissions were never read, and those
// that somebody wants read again, a few at each call. It reports how many.
func (f *Flow) SweepPermissions(ctx context.Context) (int, error) {
	asked := 0
	err := f.store.Write(ctx, func(tx *store.Tx) error {
		c, err := f.catalogue(tx)
		if err != nil {
			return err
		}
		live, err := tx.LiveJobs(store.JobCatalogue)
		if err == nil && live == 0 && (c == nil || tx.Now().Sub(c.At) > catalogueKnown) {
			err = tx.EnqueueOnce(store.JobCatalogue, string(access.Production))
		}
		if err != nil {
			return err
		}
		if live, err = tx.LiveJobs(store.JobPermissions); err != nil || live >= sweepAhead {
			return err
		}
		keys, err := due(tx, sweepAhead-live)
		if err != nil {
			return err
		}
		for _, id := range keys {
			if err := errors.Join(tx.AskedForPermissions(id), tx.EnqueueOnce(store.JobPermissions, string(id))); err != nil {
				return err
			}
		}
		asked = len(keys)
		return nil
	})
	return asked, err
}

// due lists keys to read, those never read first.
func due(tx *store.Tx, limit int) ([]access.KeyID, error) {
	keys, err := tx.UnreadKeys(tx.Now().Add(-unreadAgain), limit)
	if err != nil || len(keys) == limit {
		return keys, err
	}
	text, err := tx.Meta(metaMark)
	if errors.Is(err, store.ErrNotFound) {
		return keys, nil
	}
	if err != nil {
		return nil, err
	}
	mark, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return nil, err
	}
	again, err := tx.KeysReadBefore(mark, limit-len(keys))
	return append(keys, again...), err
}
