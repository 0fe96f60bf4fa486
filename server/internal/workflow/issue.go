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

// Plan is what the worker has to do for one request, and what is done already.
type Plan struct {
	Request access.KeyRequest
	Keys    []PlannedKey // in the order of Request.Environments
}

// PlannedKey is one environment of a Plan.
type PlannedKey struct {
	Environment access.Environment
	Key         access.KeyID
	UniqueName  string // Entra's uniqueName
	DisplayName string
	ObjectID    string // "" until RecordApplication
	ClientID    string // "" until RecordApplication
	PrincipalID string // "" until RecordPrincipal
	SecretID    string // operation id of the secret this request got; "" until RecordSecret
	SecretKeyID string // Entra's keyId of it
	// Lost are the operation ids of this request, in this environment, that were
	// intended and never recorded: a slow replica may still show their secrets.
	Lost          []string
	Validity      time.Duration
	Permissions   []string // granted at issue; none at a change of key, which leaves them as they are
	ResourceAppID string
	TenantID      string
	Scope         string
}

// IssuedSecret is what Graph answered once.
type IssuedSecret struct {
	KeyID     string // Entra's keyId, a GUID
	Hint      string // first three characters
	ExpiresAt time.Time
	Text      secret.Text
}

// issuing reads a request the worker is at; any other status is a conflict.
func issuing(tx *store.Tx, id access.RequestID) (*store.Request, error) {
	r, err := tx.KeyRequest(id)
	if err != nil {
		return nil, err
	}
	if r.Status != access.StatusIssuing {
		return nil, &access.Error{Code: access.CodeConflict, Hint: access.HintState, Version: r.Version}
	}
	return r, nil
}

// IssuePlan tells what is to be done for a request, and what is done already. A
// request that is not being issued is a conflict: its job has nothing to do.
func (f *Flow) IssuePlan(ctx context.Context, id access.RequestID) (Plan, error) {
	var p Plan
	err := f.store.Read(ctx, func(tx *store.Tx) error {
		r, err := issuing(tx, id)
		if err != nil {
			return err
		}
		p = Plan{Request: r.KeyRequest}
		for _, env := range r.Environments() {
			k, err := keyOf(tx, r, env)
			if err != nil {
				return err
			}
			planned, err := f.planned(tx, r, k)
			if err != nil {
				return err
			}
			p.Keys = append(p.Keys, planned)
		}
		return nil
	})
	return p, refused(err)
}

func (f *Flow) planned(tx *store.Tx, r *store.Request, k *store.Key) (PlannedKey, error) {
	e := f.params.Of(k.Environment)
	validity, err := f.validityOf(tx, k)
	if err != nil {
		return PlannedKey{}, err
	}
	p := PlannedKey{
		Environment: k.Environment, Key: k.ID, UniqueName: k.UniqueName, DisplayName: k.Name,
		ObjectID: k.ObjectID, ClientID: k.ClientID, PrincipalID: k.PrincipalID,
		Validity: validity, Permissions: e.Permissions, ResourceAppID: e.ResourceAppID, TenantID: e.TenantID, Scope: e.Scope,
	}
	if r.Kind == access.KindRenew {
		p.Permissions = nil
	}
	all, err := tx.Secrets(k.ID)
	if err != nil {
		return p, err
	}
	for _, s := range all {
		switch {
		case s.Request != r.ID:
			continue
		case s.State == store.SecretActive:
			p.SecretID, p.SecretKeyID = s.ID, s.EntraKeyID
		case s.State == store.SecretIntended, s.State == store.SecretLost:
			p.Lost = append(p.Lost, s.ID)
		}
	}
	return p, nil
}

// BeginStep records the step the worker is at, for people to see.
func (f *Flow) BeginStep(ctx context.Context, id access.RequestID, env access.Environment, step access.Step) error {
	return refused(f.store.Write(ctx, func(tx *store.Tx) error {
		r, err := issuing(tx, id)
		if err != nil {
			return err
		}
		if r.Environment == env && r.Step == step {
			return nil
		}
		if err := r.Advance(env, step, tx.Now()); err != nil {
			return err
		}
		if err := tx.SaveRequest(r); err != nil {
			return err
		}
		_, err = tx.Change(wire.RowRequest, string(r.ID), r.Entity)
		return err
	}))
}

// WaitIssue records that Entra asked the worker to wait until an instant, for
// people to see.
func (f *Flow) WaitIssue(ctx context.Context, id access.RequestID, until time.Time) error {
	return refused(f.store.Write(ctx, func(tx *store.Tx) error {
		r, err := issuing(tx, id)
		if err != nil {
			return err
		}
		if err := r.Wait(until.UTC().Truncate(time.Microsecond), tx.Now()); err != nil {
			return err
		}
		if err := tx.SaveRequest(r); err != nil {
			return err
		}
		_, err = tx.Change(wire.RowRequest, string(r.ID), r.Entity)
		return err
	}))
}

// record changes the key of one environment while its request is being issued.
// change answers false when there is nothing new. What was tried goes down
// before it.
func (f *Flow) record(ctx context.Context, id access.RequestID, env access.Environment, kind audit.Kind, tried []Attempt,
	change func(tx *store.Tx, r *store.Request, k *store.Key) ([]audit.Attr, bool, error),
) error {
	return refused(f.store.Write(ctx, func(tx *store.Tx) error {
		r, err := issuing(tx, id)
		if err != nil {
			return err
		}
		k, err := keyOf(tx, r, env)
		if err != nil {
			return err
		}
		if err := auditAttempts(tx, r, env, r.Step, tried); err != nil {
			return err
		}
		attrs, changed, err := change(tx, r, k)
		if err != nil || !changed {
			return err
		}
		return saveKey(tx, k, keyEntry(kind, r, k, attrs...))
	}))
}

func keyEntry(kind audit.Kind, r *store.Request, k *store.Key, attrs ...audit.Attr) audit.Entry {
	e := audit.ByServer(kind, string(k.ID), k.Entity)
	e.Detail = audit.Details(append(attrs, audit.Environment(k.Environment), audit.Word("name", k.Name), audit.Word("number", r.Number))...)
	return e
}

// RecordApplication records the ids of a key's application.
func (f *Flow) RecordApplication(ctx context.Context, id access.RequestID, env access.Environment, objectID, clientID string, tried ...Attempt) error {
	return f.record(ctx, id, env, audit.KeyApplication, tried, func(_ *store.Tx, _ *store.Request, k *store.Key) ([]audit.Attr, bool, error) {
		if k.ObjectID == objectID && k.ClientID == clientID {
			return nil, false, nil
		}
		k.ObjectID, k.ClientID = objectID, clientID
		return []audit.Attr{audit.Word("objectId", objectID), audit.Word("clientId", clientID)}, true, nil
	})
}

// RecordPrincipal records the id of a key's service principal.
func (f *Flow) RecordPrincipal(ctx context.Context, id access.RequestID, env access.Environment, principalID string, tried ...Attempt) error {
	return f.record(ctx, id, env, audit.KeyPrincipal, tried, func(_ *store.Tx, _ *store.Request, k *store.Key) ([]audit.Attr, bool, error) {
		if k.PrincipalID == principalID {
			return nil, false, nil
		}
		k.PrincipalID = principalID
		return []audit.Attr{audit.Word("principalId", principalID)}, true, nil
	})
}

// RecordPermissions writes down which permissions a key was granted at issue;
// those it had before it keeps. None granted leaves no entry.
func (f *Flow) RecordPermissions(ctx context.Context, id access.RequestID, env access.Environment, permissions []string, tried ...Attempt) error {
	return f.record(ctx, id, env, audit.KeyPermissions, tried, func(tx *store.Tx, _ *store.Request, k *store.Key) ([]audit.Attr, bool, error) {
		if len(permissions) == 0 {
			return nil, false, nil
		}
		for _, p := range permissions {
			if !slices.Contains(k.Permissions, p) {
				k.Permissions = append(k.Permissions, p)
			}
		}
		k.PermissionsAt = tx.Now()
		return []audit.Attr{audit.Word("permissions", strings.Join(permissions, ", "))}, true, nil
	})
}

// IntendSecret records that a secret is about to be asked for. The operation id
// is to be its displayName in Entra. earlier are the operation ids of attempts
// whose answer never came: what Entra holds under them is to be removed first.
func (f *Flow) IntendSecret(ctx context.Context, id access.RequestID, env access.Environment, tried ...Attempt) (operationID string, earlier []string, err error) {
	operationID = uuid.NewString()
	err = f.record(ctx, id, env, audit.SecretIntended, tried, func(tx *store.Tx, r *store.Request, k *store.Key) ([]audit.Attr, bool, error) {
		all, err := tx.Secrets(k.ID)
		if err != nil {
			return nil, false, err
		}
		for _, s := range all {
			if s.State == store.SecretActive && s.Request == r.ID { // it has its secret
				return nil, false, &access.Error{Code: access.CodeConflict, Hint: access.HintState, Version: r.Version}
			}
			if s.State == store.SecretIntended {
				earlier = append(earlier, s.ID)
			}
		}
		return []audit.Attr{audit.Word("secret", operationID)}, true, tx.InsertSecret(store.Secret{
			ID: operationID, Key: k.ID, Request: r.ID, State: store.SecretIntended, CreatedAt: tx.Now(),
		})
	})
	if err != nil {
		return "", nil, err
	}
	return operationID, earlier, nil
}

// RecordSecret seals the secret Graph answered an intended operation with and
// puts it in force. Earlier operations without an answer are lost from now on.
func (f *Flow) RecordSecret(ctx context.Context, id access.RequestID, env access.Environment, operationID string, in IssuedSecret, tried ...Attempt) error {
	if in.Text.IsEmpty() {
		return access.InvalidField("secret", access.HintRequired)
	}
	return f.record(ctx, id, env, audit.SecretRecorded, tried, func(tx *store.Tx, r *store.Request, k *store.Key) ([]audit.Attr, bool, error) {
		s, err := intended(tx, r, k, operationID)
		if err != nil || s == nil {
			return nil, false, err
		}
		if err := f.retire(tx, r, k, s.ID, backstop); err != nil {
			return nil, false, err
		}
		if s.Sealed, err = f.box.Seal(in.Text, secretIdentity(s.ID, k.ID)); err != nil {
			return nil, false, err
		}
		s.EntraKeyID, s.ObjectID, s.Hint, s.State = in.KeyID, k.ObjectID, in.Hint, store.SecretActive
		s.ExpiresAt = in.ExpiresAt.UTC().Truncate(time.Microsecond)
		k.IssuedAt, k.ExpiresAt = tx.Now(), s.ExpiresAt
		revive(k)
		s.Stage = access.StageCreated
		if err := errors.Join(tx.SaveSecret(*s), tx.SaveProof(*s)); err != nil {
			return nil, false, err
		}
		attrs := []audit.Attr{audit.Word("secret", s.ID), audit.Word("keyId", in.KeyID), audit.Time("expiresAt", s.ExpiresAt)}
		if k.State == access.KeyCreating { // nobody sees it before the request is done
			return attrs, true, nil
		}
		k.State, err = usable(tx, k)
		return attrs, true, err
	})
}

// intended finds the operation an answer belongs to; nil when it is recorded.
func intended(tx *store.Tx, r *store.Request, k *store.Key, operationID string) (*store.Secret, error) {
	all, err := tx.Secrets(k.ID)
	if err != nil {
		return nil, err
	}
	for _, s := range all {
		switch {
		case s.ID != operationID || s.Request != r.ID:
			continue
		case s.State == store.SecretIntended:
			return &s, nil
		case s.State == store.SecretActive:
			return nil, nil
		}
	}
	return nil, &access.Error{Code: access.CodeConflict, Hint: access.HintState, Version: r.Version}
}

// FinishIssue closes a request whose keys all have their secret: from now on
// people see the keys. Its job is done with it.
func (f *Flow) FinishIssue(ctx context.Context, id access.RequestID) error {
	return refused(f.store.Write(ctx, func(tx *store.Tx) error {
		r, err := issuing(tx, id)
		if err != nil {
			return err
		}
		for _, env := range r.Environments() {
			k, err := keyOf(tx, r, env)
			if err != nil {
				return err
			}
			s, err := tx.SecretInForce(k.ID)
			if err != nil {
				return err
			}
			if s == nil || s.Request != r.ID {
				return &access.Error{Code: access.CodeConflict, Hint: access.HintState, Version: r.Version}
			}
			if k.State, err = usable(tx, k); err != nil {
				return err
			}
			if err := f.gone(tx, r, k); err != nil {
				return err
			}
			if err := saveKey(tx, k, keyEntry(audit.KeyIssued, r, k, audit.Time("expiresAt", k.ExpiresAt))); err != nil {
				return err
			}
		}
		if err := r.Finish(tx.Now()); err != nil {
			return err
		}
		if err := tx.FinishJobsOf(store.JobProvision, string(r.ID)); err != nil {
			return err
		}
		_, err = save(tx, r, serverEntry(audit.RequestDone, r))
		return err
	}))
}

// ParkIssue hands a request to the ministry's pending list with the reason, and
// parks its job. Nothing that was made is undone.
func (f *Flow) ParkIssue(ctx context.Context, id access.RequestID, why access.Failure) error {
	return refused(f.store.Write(ctx, func(tx *store.Tx) error { return f.parkIssue(tx, id, why) }))
}

func (f *Flow) parkIssue(tx *store.Tx, id access.RequestID, why access.Failure) error {
	r, err := issuing(tx, id)
	if err != nil {
		return err
	}
	if why.At.IsZero() {
		why.At = tx.Now()
	}
	if err := r.Park(why, tx.Now()); err != nil {
		return err
	}
	if err := tx.ParkJobsOf(store.JobProvision, string(r.ID), string(why.Step)+": "+why.Code); err != nil {
		return err
	}
	if err := f.endIssueTests(tx, r); err != nil {
		return err
	}
	_, err = save(tx, r, serverEntry(audit.RequestParked, r, audit.Environment(why.Environment), audit.Step(why.Step),
		audit.Count("status", int64(why.Status)), audit.Word("code", why.Code), audit.Word("microsoftRequestId", why.RequestID)))
	return err
}
