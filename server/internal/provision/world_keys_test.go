package provision

import (
	"slices"
	"strings"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/entraemu"
	"llavero/server/internal/store"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// issuedKey is a key as the store has it at the end.
type issuedKey struct {
	*store.Key
	active store.Secret
}

func (w *world) keys() map[string]issuedKey {
	w.t.Helper()
	keys := map[string]issuedKey{}
	err := w.db.Read(w.t.Context(), func(tx *store.Tx) error {
		for _, env := range access.Environments() {
			k, err := tx.KeyOf(code, env)
			if err != nil {
				return err
			}
			s, err := tx.SecretInForce(k.ID)
			if err != nil {
				return err
			}
			if s == nil {
				s = &store.Secret{}
			}
			keys[k.UniqueName] = issuedKey{k, *s}
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return keys
}

// mustBeWhole checks what must hold of every finished request: one application,
// one service principal and one live secret in each environment, the sealed
// secret is that one and is what a delegate sees, the permissions are granted,
// no job is left, the audit chain is whole.
func (w *world) mustBeWhole() {
	w.t.Helper()
	if _, err := audit.Verify(w.t.Context(), w.db); err != nil {
		w.t.Errorf("audit: %v", err)
	}
	if r := w.request(); r.Status != access.StatusDone {
		w.t.Errorf("the request is %s at %s/%s, %+v; want done", r.Status, r.Environment, r.Step, r.Failure)
		return
	}
	issued, keys := w.dir.State().Issued(), w.keys()
	if len(issued) != 2 || len(keys) != 2 {
		w.t.Errorf("%d applications were made for %d keys, want 2 for 2", len(issued), len(keys))
	}
	for _, app := range issued {
		w.mustHold(app, keys[app.UniqueName])
	}
	if _, left := w.nextJob(); left {
		w.t.Error("a job is left")
	}
}

func (w *world) mustMatch(app entraemu.AppState, key issuedKey) {
	w.t.Helper()
	if key.Key == nil {
		w.t.Errorf("application %s is nobody's", app.UniqueName)
		return
	}
	if app.ObjectID != key.ObjectID || app.ClientID != key.ClientID || app.PrincipalID == "" || app.PrincipalID != key.PrincipalID {
		w.t.Errorf("%s: the directory has %+v, the store %+v", key.Environment, app, key.Key)
	}
	state := access.KeyActive
	if w.overlap > 0 {
		state = access.KeyOverlap
	}
	if key.State != state {
		w.t.Errorf("%s: the key is %s, want %s", key.Environment, key.State, state)
	}
	live := app.Live()
	if len(live) != 1+w.overlap {
		w.t.Errorf("%s: live secrets %+v, want %d", key.Environment, live, 1+w.overlap)
		return
	}
	live = slices.DeleteFunc(live, func(s entraemu.SecretState) bool { return s.KeyID != key.active.EntraKeyID })
	if len(live) != 1 || live[0].KeyID != key.active.EntraKeyID || live[0].DisplayName != key.active.ID || live[0].Hint != key.active.Hint {
		w.t.Errorf("%s: live secrets %+v, want only %s", key.Environment, live, key.active.ID)
		return
	}
	seen, err := w.flow.Reveal(w.t.Context(), workflow.Act{Who: w.delegate}, key.ID, wire.Reveal{Field: access.FieldSecret, Purpose: access.PurposeShow})
	if err != nil {
		w.t.Errorf("%s: reveal: %v", key.Environment, err)
	} else if value := seen.Value.Reveal(); len(value) < 20 || !strings.HasPrefix(value, live[0].Hint) {
		w.t.Errorf("%s: the sealed secret is not the live one", key.Environment)
	}
	if !slices.Equal(slices.Sorted(slices.Values(key.Permissions)), twoRoles) || key.PermissionsAt.IsZero() {
		w.t.Errorf("%s: the key has permissions %v of %s", key.Environment, key.Permissions, key.PermissionsAt)
	}
	if len(app.Roles) != len(twoRoles) {
		w.t.Errorf("%s: roles %+v, want %v once each", key.Environment, app.Roles, twoRoles)
	}
	if left := key.ExpiresAt.Sub(key.IssuedAt); left < 364*24*time.Hour || left > 365*24*time.Hour || !key.ExpiresAt.Equal(live[0].EndsAt) {
		w.t.Errorf("%s: the secret lives %s until %s, want a year until %s", key.Environment, left, key.ExpiresAt, live[0].EndsAt)
	}
}
