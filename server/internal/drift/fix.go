package drift

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"llavero/server/internal/entra"
	"llavero/server/internal/store"
	"llavero/server/internal/worker"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
)

// Fixer is the worker's Runner of jobs of kind store.JobDriftFix, whose subject
// is a difference's id.
type Fixer struct{ looker }

var _ worker.Runner = (*Fixer)(nil)

// NewFixer makes a Fixer.
func NewFixer(cfg Config) *Fixer {
	return &Fixer{looker{cfg: cfg.withDefaults(), apis: map[access.Environment]knownAPI{}}}
}

// The waits of a fix.
const (
	busyWait  = 30 * time.Second // until the key's own work is done
	stillWait = 2 * time.Minute  // until Entra shows what was done
)

// Run implements worker.Runner: it looks, does what is asked for, and looks
// again. What is done already is done.
func (f *Fixer) Run(ctx context.Context, job store.Job) error {
	plan, err := f.cfg.Flow.FixPlan(ctx, job.Subject)
	if err != nil || plan == nil {
		return err
	}
	name := plan.Drift.ObjectID // of an orphan
	if plan.Key != nil {
		name = string(plan.Key.Key.ID)
	}
	unlock, err := f.cfg.Writers.Lock(ctx, name)
	if err != nil {
		return fmt.Errorf("wait for the key's other work: %w", err)
	}
	defer unlock()
	if plan, err = f.cfg.Flow.FixPlan(ctx, job.Subject); err != nil || plan == nil { // as it is now
		return err
	}
	client := f.cfg.Entra[plan.Drift.Environment]
	if client == nil {
		return worker.Final(&givenUp{CodeNotConfigured})
	}
	if plan.Key != nil && plan.Key.IsBusy {
		return worker.Later(busyWait, &waiting{CodeKeyBusy})
	}
	m := &mending{Fixer: f, plan: plan, client: client}
	observed := entra.Observe(ctx, func(a entra.Attempt) {
		m.tried = append(m.tried, workflow.Attempt{
			Call: a.Call, Try: a.Try, Status: a.Status, Code: a.Code, Outcome: string(a.Outcome),
			RequestID: a.RequestID, ClientRequestID: a.ClientRequestID, TLS: a.TLS, At: a.At, Took: a.Took,
		})
	})
	err = m.do(observed)
	// An order to stop does not lose what was tried.
	if untold := f.cfg.Flow.RecordFix(context.WithoutCancel(ctx), job.Subject, m.tried); untold != nil {
		f.cfg.Log.WarnContext(ctx, "attempts are not in the audit trail", slog.Int("attempts", len(m.tried)), slog.Any("error", untold))
		err = errors.Join(err, untold)
	}
	if err != nil {
		return judged(ctx, err)
	}
	return m.check(ctx)
}

// Park implements worker.Runner: the difference is open again, with the reason.
func (f *Fixer) Park(ctx context.Context, job store.Job, cause error) error {
	return f.cfg.Flow.FailFix(ctx, job.Subject, codeOf(cause))
}

// mending is the work on one difference.
type mending struct {
	*Fixer
	plan   *workflow.FixPlan
	client *entra.Client
	tried  []workflow.Attempt
}

// do does what was decided.
func (m *mending) do(ctx context.Context) error {
	d := m.plan.Drift
	switch d.Fix {
	case access.FixRestore:
		return m.restore(ctx)
	case access.FixRename:
		return m.client.Rename(ctx, d.ObjectID, m.plan.Key.Key.Name)
	case access.FixRetireApp:
		return m.retire(ctx)
	case access.FixRemove:
		if d.Kind == access.DriftUnknownSecret {
			return m.removeSecret(ctx)
		}
		return m.role(ctx)
	case access.FixGrant:
		return m.role(ctx)
	case access.FixAdopt:
		return m.adopt(ctx)
	case access.FixRecreate:
		if d.Kind == access.DriftMissingPrincipal {
			return m.principal(ctx)
		}
		return nil // a request made another application
	case access.FixReplace:
		return nil // a request made another secret
	}
	return &givenUp{CodeByRequest}
}

// restore brings a deleted application back, and with it its service principal:
// Graph restores each by itself. A principal that is gone for good is made anew.
func (m *mending) restore(ctx context.Context) error {
	if err := m.client.Restore(ctx, m.plan.Drift.ObjectID); err != nil {
		return err
	}
	if id := m.plan.Key.Key.PrincipalID; id != "" {
		if err := m.client.RestorePrincipal(ctx, id); err != nil && !entra.IsNotFound(err) {
			return err
		}
	}
	return m.principal(ctx)
}

// principal makes the service principal anew, lets it sign in, and grants what
// was granted.
func (m *mending) principal(ctx context.Context) error {
	k := m.plan.Key.Key
	p, err := m.client.EnsurePrincipal(ctx, k.ClientID, k.Name, false)
	if err != nil {
		return err
	}
	if p.IsDisabled() {
		if err := m.client.EnablePrincipal(ctx, p.ID); err != nil {
			return err
		}
	}
	for _, v := range k.Permissions {
		if err := m.grant(ctx, p.ID, v); err != nil {
			return err
		}
	}
	if p.ID == k.PrincipalID {
		return nil
	}
	return m.cfg.Flow.Adopt(ctx, m.plan.Drift.ID, k.ID, workflow.Adopted{PrincipalID: p.ID})
}

func (m *mending) grant(ctx context.Context, principal, value string) error {
	api, err := m.api(ctx, m.plan.Drift.Environment)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(api.Roles, func(r entra.AppRole) bool { return r.Value == value && r.Enabled })
	if i < 0 {
		return &givenUp{CodeNoSuchRole}
	}
	return m.client.GrantRole(ctx, api.ID, principal, api.Roles[i].ID, true)
}

// role grants a permission again, or takes one away that was granted by hand.
func (m *mending) role(ctx context.Context) error {
	value := m.plan.Drift.Thing
	p, err := m.client.PrincipalByClientID(ctx, m.plan.Key.Key.ClientID, false)
	if err != nil {
		return err
	}
	if m.plan.Drift.Fix == access.FixGrant {
		return m.grant(ctx, p.ID, value)
	}
	api, err := m.api(ctx, m.plan.Drift.Environment)
	if err != nil {
		return err
	}
	assigned, err := m.client.RoleAssignments(ctx, p.ID, false)
	if err != nil {
		return err
	}
	for _, a := range assigned {
		if slices.Contains(values(api, []entra.Assignment{a}), value) {
			if err := m.client.RevokeRole(ctx, p.ID, a.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// removeSecret takes a secret away that the records do not know: never one that
// should work, never the application's last one that does.
func (m *mending) removeSecret(ctx context.Context) error {
	app, err := m.client.ApplicationByClientID(ctx, m.plan.Key.Key.ClientID)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(app.Passwords, func(p entra.Password) bool { return p.KeyID == m.plan.Drift.Thing })
	if i < 0 {
		return nil
	}
	isLast := m.plan.Key.Key.State != access.KeyRevoked
	for _, s := range m.plan.Key.Secrets {
		isLive := s.State == store.SecretActive || s.State == store.SecretOverlap || s.State == store.SecretIntended
		if isLive && (isSecret(s, app.Passwords[i]) || s.ID == app.Passwords[i].Name) {
			return &givenUp{CodeOurSecret}
		}
	}
	now := m.cfg.Clock()
	for j, p := range app.Passwords {
		isLast = isLast && (j == i || !p.End.After(now))
	}
	if isLast {
		return &givenUp{CodeLastSecret}
	}
	return m.client.RemovePassword(ctx, app.ID, m.plan.Drift.Thing)
}

// retire takes from an orphan what it could do harm with; the application stays:
// a deleted one would hold its name for a month.
func (m *mending) retire(ctx context.Context) error {
	app, err := m.client.Application(ctx, m.plan.Drift.ObjectID, false)
	if entra.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	is, err := m.cfg.Flow.IsStray(ctx, workflow.AppName{UniqueName: app.UniqueName, ClientID: app.ClientID})
	if err != nil {
		return err
	}
	if !is { // a key has it since
		return &givenUp{CodeOurSecret}
	}
	h, err := m.holdings(ctx, m.client, app)
	if err != nil {
		return err
	}
	for _, p := range app.Passwords {
		if err := m.client.RemovePassword(ctx, app.ID, p.KeyID); err != nil {
			return err
		}
	}
	for _, a := range h.assigned {
		if err := m.client.RevokeRole(ctx, h.principal, a.ID); err != nil {
			return err
		}
	}
	return nil
}

// adopt takes what Entra says into the records.
func (m *mending) adopt(ctx context.Context) error {
	d, rec := m.plan.Drift, *m.plan.Key
	seen, err := m.look(ctx, rec)
	if err != nil || seen.app == nil {
		return err
	}
	a := workflow.Adopted{}
	switch d.Kind {
	case access.DriftExtraRole, access.DriftMissingRole:
		a.Permissions = slices.DeleteFunc(slices.Clone(rec.Key.Permissions), func(v string) bool { return v == d.Thing })
		if slices.Contains(seen.held, d.Thing) {
			a.Permissions = append(a.Permissions, d.Thing)
		}
	case access.DriftExpiry:
		i := slices.IndexFunc(seen.app.Passwords, func(p entra.Password) bool { return p.KeyID == d.Thing })
		j := slices.IndexFunc(rec.Secrets, func(s store.Secret) bool { return s.EntraKeyID == d.Thing })
		if i < 0 || j < 0 {
			return nil
		}
		a.Secret, a.End = rec.Secrets[j].ID, seen.app.Passwords[i].End
	default:
		return &givenUp{CodeByRequest}
	}
	return m.cfg.Flow.Adopt(ctx, d.ID, rec.Key.ID, a)
}

// check looks whether the difference is gone, and records what it sees. One that
// Entra shows still is mended and looked at again a while later.
func (m *mending) check(ctx context.Context) error {
	d := m.plan.Drift
	if d.Key == "" {
		if err := (&Comparer{looker{cfg: m.cfg, apis: m.apis}}).stray(ctx, d); err != nil {
			return err
		}
	} else if err := m.checkKey(ctx); err != nil {
		return err
	}
	again, err := m.cfg.Flow.FixPlan(ctx, d.ID)
	if err != nil {
		return err
	}
	if again != nil {
		return worker.Later(stillWait, &waiting{CodeStillThere})
	}
	return nil
}

// checkKey compares the key anew, whatever else is found: only a difference that
// is gone counts, the rest is the next comparison's.
func (m *mending) checkKey(ctx context.Context) error {
	rec, err := m.cfg.Flow.DriftKeyOf(ctx, m.plan.Drift.Key)
	if err != nil || rec == nil {
		return err
	}
	rec.RolesKnown = !rec.Key.PermissionsAt.IsZero()
	found, err := m.twice(ctx, *rec)
	if err != nil {
		return fmt.Errorf("look again: %w", err)
	}
	_, err = m.cfg.Flow.RecordCompared(ctx, []workflow.Compared{found}, false)
	return err
}
