package workflow

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// amending is one environment of the form «Actualizar Keys» on its way.
type amending struct {
	in      wire.AmendKey
	key     *store.Key
	inForce *store.Secret
	current secret.Text // the secret in force
	opened  bool        // current was compared with what was typed
}

// Amend changes the keys of a code as an officer typed them; each must still
// stand at the version that was seen. What was typed is not verified: nobody has
// seen it in Entra. A secret that is not typed stays in force, and so does one
// typed once more.
func (f *Flow) Amend(ctx context.Context, act Act, code access.LicenseCode, in wire.AmendKeys) (wire.Amended, error) {
	return once(ctx, f, act, "amend "+string(code), func(tx *store.Tx) (wire.Amended, error) {
		sides, err := f.amended(tx, act.Who, code, in)
		if err != nil {
			return wire.Amended{}, err
		}
		if err := f.checkAmended(tx, sides); err != nil {
			return wire.Amended{}, err
		}
		reply := wire.Amended{Keys: []wire.AcceptedKey{}}
		for _, env := range []access.Environment{access.Production, access.Preproduction} {
			a := sides[env]
			if a == nil || a.in.Version == 0 {
				continue
			}
			done, err := f.amendKey(tx, act, a)
			if err != nil {
				return wire.Amended{}, err
			}
			reply.Keys = append(reply.Keys, done)
			reply.Seq = max(reply.Seq, done.Seq)
		}
		return reply, nil
	})
}

// amended reads both keys of a code. The one that is not in the form is there to
// compare with, with version 0; nil when there is none.
func (f *Flow) amended(tx *store.Tx, who access.Viewer, code access.LicenseCode, in wire.AmendKeys) (map[access.Environment]*amending, error) {
	typed := map[access.Environment]*wire.AmendKey{access.Production: in.Production, access.Preproduction: in.Preproduction}
	sides := map[access.Environment]*amending{}
	for env, form := range typed {
		k, err := officerKeyOf(tx, who, code, env)
		if access.CodeOf(err) == access.CodeNotFound && form == nil {
			continue
		}
		if err != nil {
			return nil, err
		}
		a := &amending{key: k}
		if a.inForce, err = tx.SecretInForce(k.ID); err != nil {
			return nil, err
		}
		sides[env] = a
		if form == nil {
			continue
		}
		a.in = *form
		a.in.ClientID, a.in.Secret = strings.ToLower(strings.TrimSpace(form.ClientID)), strings.TrimSpace(form.Secret)
		a.in.ExpiresAt = form.ExpiresAt.UTC().Truncate(time.Microsecond)
		if form.Version < 1 {
			return nil, access.InvalidField(string(env)+".version", access.HintRequired)
		}
		if err := f.dropTypedAgain(a); err != nil {
			return nil, err
		}
	}
	if in.Production == nil && in.Preproduction == nil {
		return nil, access.Refuse(access.CodeInvalid, access.HintNothing)
	}
	open, err := tx.OpenRequest(code)
	if err != nil {
		return nil, err
	}
	if open != nil && open.Status != access.StatusSigning { // its keys are being made, or typed there
		return nil, &access.Error{Code: access.CodeConflict, Hint: access.HintOpenRequest, Version: open.Version}
	}
	for _, env := range []access.Environment{access.Production, access.Preproduction} {
		if typed[env] == nil {
			continue
		}
		if err := freshKey(sides[env].key, typed[env].Version); err != nil {
			return nil, err
		}
	}
	return sides, nil
}

func (f *Flow) checkAmended(tx *store.Tx, sides map[access.Environment]*amending) error {
	forms := map[access.Environment]*access.KeyForm{}
	for env, a := range sides {
		if a.in.Version == 0 {
			continue
		}
		longest, err := f.validityOf(tx, a.key)
		if err != nil {
			return err
		}
		forms[env] = &access.KeyForm{
			TypedKey: access.TypedKey{ClientID: a.in.ClientID, Secret: a.in.Secret, ExpiresAt: a.in.ExpiresAt}, Longest: longest, NotKeys: f.notKeys(),
		}
		if a.inForce != nil && a.inForce.Sealed != nil {
			forms[env].InForce = a.key.ExpiresAt
		}
	}
	wrong := access.ValidateKeyForms(forms[access.Production], forms[access.Preproduction], tx.Now())
	if len(wrong) == 0 {
		var err error
		if wrong, err = f.compareAmended(tx, sides); err != nil {
			return err
		}
	}
	if len(wrong) > 0 {
		return &access.Error{Code: access.CodeInvalid, Fields: wrong}
	}
	return nil
}

// compareAmended compares what was typed with what is stored.
func (f *Flow) compareAmended(tx *store.Tx, sides map[access.Environment]*amending) ([]access.FieldError, error) {
	var wrong []access.FieldError
	for _, env := range []access.Environment{access.Production, access.Preproduction} {
		a, other := sides[env], sides[otherThan(env)]
		if a == nil || a.in.Version == 0 {
			continue
		}
		hint, err := f.compareClientID(tx, a, other)
		if err != nil {
			return nil, err
		}
		if hint != "" {
			wrong = append(wrong, access.FieldError{Field: string(env) + ".clientId", Hint: hint})
		}
		if a.in.Secret == "" {
			continue
		}
		if err := f.openForComparing(other); err != nil {
			return nil, err
		}
		if other != nil && other.in.Secret == "" && a.in.Secret == other.current.Reveal() {
			wrong = append(wrong, access.FieldError{Field: string(env) + ".secret", Hint: access.HintSameInBoth})
		}
	}
	return wrong, nil
}

func (f *Flow) compareClientID(tx *store.Tx, a, other *amending) (access.Hint, error) {
	if other != nil && other.in.Version == 0 && strings.EqualFold(a.in.ClientID, other.key.ClientID) {
		return access.HintSameInBoth, nil
	}
	used, err := tx.ClientIDUsed(a.in.ClientID, a.key.Code, a.key.Environment)
	if used && other != nil && other.in.Version != 0 && strings.EqualFold(a.in.ClientID, other.key.ClientID) {
		if a.key.State != access.KeyUnverified || other.key.State != access.KeyUnverified {
			return access.HintOtherEnvironment, err // Entra has confirmed whose it is
		}
		used = false // the two change places
	}
	if used {
		return access.HintKeyExists, err
	}
	return "", err
}

// dropTypedAgain takes a secret out of the form that is in force already.
func (f *Flow) dropTypedAgain(a *amending) error {
	if a.in.Secret == "" {
		return nil
	}
	if err := f.openForComparing(a); err != nil {
		return err
	}
	if a.in.Secret == a.current.Reveal() {
		a.in.Secret = ""
	}
	return nil
}

// openForComparing opens the secret in force once; the entry of the act says so.
func (f *Flow) openForComparing(a *amending) error {
	if a == nil || a.opened || a.inForce == nil || a.inForce.Sealed == nil {
		return nil
	}
	var err error
	a.current, err = f.box.Open(a.inForce.Sealed, secretIdentity(a.inForce.ID, a.key.ID))
	a.opened = err == nil
	return err
}

func otherThan(env access.Environment) access.Environment {
	if env == access.Production {
		return access.Preproduction
	}
	return access.Production
}

// amendKey writes one environment. Nothing new leaves the key as it is.
func (f *Flow) amendKey(tx *store.Tx, act Act, a *amending) (wire.AcceptedKey, error) {
	k := a.key
	if !k.RevokeAskedAt.IsZero() {
		return wire.AcceptedKey{}, &access.Error{Code: access.CodeConflict, Hint: access.HintUnderWay, Version: k.Version}
	}
	var attrs []audit.Attr
	var changed []string
	if !strings.EqualFold(k.ClientID, a.in.ClientID) {
		changed = append(changed, "clientId")
		attrs = append(attrs, audit.Word("clientIdFrom", k.ClientID), audit.Word("clientId", a.in.ClientID))
		otherApplication(k, a.in.ClientID)
		if err := tx.EnqueueOnce(store.JobPermissions, string(k.ID)); err != nil {
			return wire.AcceptedKey{}, err
		}
	}
	if !k.ExpiresAt.Equal(a.in.ExpiresAt) {
		changed = append(changed, "expiresAt")
		attrs = append(attrs, audit.Time("expiresAtFrom", k.ExpiresAt), audit.Time("expiresAt", a.in.ExpiresAt))
		k.ExpiresAt = a.in.ExpiresAt
	}
	if a.in.Secret != "" {
		changed = append(changed, "secret")
		s, err := f.replaceSecret(tx, a)
		if err != nil {
			return wire.AcceptedKey{}, err
		}
		attrs = append(attrs, audit.Word("secretFrom", a.inForceID()), audit.Word("secret", s.ID))
		k.IssuedAt = tx.Now()
	} else if len(changed) > 0 && a.inForce != nil {
		a.inForce.ExpiresAt = k.ExpiresAt
		if err := tx.SaveSecret(*a.inForce); err != nil {
			return wire.AcceptedKey{}, err
		}
	}
	if len(changed) == 0 {
		head, err := tx.Head()
		return acceptedKey(k, head), err
	}
	k.State = access.KeyUnverified
	revive(k)
	if err := f.checkAmendment(tx, k, changed); err != nil {
		return wire.AcceptedKey{}, err
	}
	attrs = append(attrs, audit.Word("changed", strings.Join(changed, ", ")), audit.Word("compared", strconv.FormatBool(a.opened)))
	return tellKey(tx, k, officerEntry(act, audit.KeyAmended, k, attrs...))
}

// checkAmendment has an amended key looked for in Entra.
func (f *Flow) checkAmendment(tx *store.Tx, k *store.Key, changed []string) error {
	s, err := tx.SecretInForce(k.ID)
	if err != nil || s == nil {
		return err
	}
	return awaitCheck(tx, s, slices.Contains(changed, "clientId"))
}

func (a *amending) inForceID() string {
	if a.inForce == nil {
		return ""
	}
	return a.inForce.ID
}

// otherApplication gives a key another application, of which nothing is known.
func otherApplication(k *store.Key, clientID string) {
	k.ClientID, k.ObjectID, k.PrincipalID = clientID, "", ""
	k.Permissions, k.PermissionsAt, k.IsMissing, k.Tasks = nil, time.Time{}, false, nil
}

// replaceSecret seals what was typed, puts it in force and sets the one before
// aside. It came with the request of the one before.
func (f *Flow) replaceSecret(tx *store.Tx, a *amending) (store.Secret, error) {
	s := store.Secret{
		ID: uuid.NewString(), Key: a.key.ID, State: store.SecretActive, CreatedAt: tx.Now(), ExpiresAt: a.in.ExpiresAt, Typed: true,
	}
	all, err := tx.Secrets(a.key.ID)
	if err != nil {
		return s, err
	}
	if len(all) == 0 {
		return s, store.ErrNotFound
	}
	s.Request = all[len(all)-1].Request
	if err := f.setAside(tx, a, s.Request); err != nil {
		return s, err
	}
	if s.Sealed, err = f.box.Seal(secret.New(a.in.Secret), secretIdentity(s.ID, a.key.ID)); err != nil {
		return s, err
	}
	return s, tx.InsertSecret(s)
}

// setAside lets the secret in force work on as long as at a change of vendor:
// whoever was given it must have the time to take the new one.
func (f *Flow) setAside(tx *store.Tx, a *amending, id access.RequestID) error {
	if a.inForce == nil {
		return nil
	}
	r, err := tx.KeyRequest(id)
	if err != nil {
		return err
	}
	old := access.OldSecret{ExpiresAt: a.inForce.ExpiresAt, ByHand: !a.inForce.CanRemove()}
	return replace(tx, r, a.key, *a.inForce, old.End(access.ReasonVendor, tx.Now(), f.policy.VendorOverlap), 0)
}
