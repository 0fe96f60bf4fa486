package provision

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"llavero/server/internal/entra"
	"llavero/server/internal/store"
	"llavero/server/internal/worker"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// PermitFlow is what a Permitter records through; *workflow.Flow in the server.
type PermitFlow interface {
	// PermissionPlan tells what is to be done for a key; false: it has no
	// application.
	PermissionPlan(ctx context.Context, id access.KeyID) (workflow.PermissionPlan, bool, error)
	// RecordPermissionsSeen and RecordPermission answer what is left to do.
	RecordPermissionsSeen(ctx context.Context, id access.KeyID, seen workflow.PermissionsSeen) ([]store.PermissionTask, error)
	RecordPermission(ctx context.Context, id access.KeyID, clientID string, task store.PermissionTask, failed string, tried ...workflow.Attempt) ([]store.PermissionTask, error)
	RecordPermissionAttempts(ctx context.Context, id access.KeyID, tried []workflow.Attempt) error
	FailPermissions(ctx context.Context, id access.KeyID, code string) error
	CatalogueResource() string
	RecordCatalogue(ctx context.Context, c workflow.Catalogue) error
}

// PermitConfig is what a Permitter works with.
type PermitConfig struct {
	Base
	Flow PermitFlow
}

// Permitter is the worker's Runner of jobs of the kinds store.JobPermissions,
// whose subject is a key's id, and store.JobCatalogue.
//
// It reads what the key's service principal was granted, records it, and then
// does the changes that were asked for, one call and one record each. All of it
// is repeatable: what is granted already, or gone already, is done. A refusal is
// one change's own; what may work later has the job run again.
type Permitter struct {
	cfg  PermitConfig
	apis *apis
}

var (
	_ worker.Runner = (*Permitter)(nil)
	_ PermitFlow    = (*workflow.Flow)(nil)
)

// NewPermitter makes a Permitter.
func NewPermitter(cfg PermitConfig) *Permitter {
	cfg.Base = cfg.withDefaults()
	return &Permitter{cfg: cfg, apis: &apis{clock: cfg.Clock, known: map[string]knownAPI{}}}
}

// Run implements worker.Runner.
func (p *Permitter) Run(ctx context.Context, job store.Job) error {
	if job.Kind == store.JobCatalogue {
		return p.catalogue(ctx)
	}
	return p.cfg.alone(ctx, access.KeyID(job.Subject), func(ctx context.Context) error { return p.key(ctx, access.KeyID(job.Subject)) })
}

// key does what is to be done for one key.
func (p *Permitter) key(ctx context.Context, id access.KeyID) error {
	plan, is, err := p.cfg.Flow.PermissionPlan(ctx, id)
	if err != nil {
		return fmt.Errorf("plan: %w", err)
	}
	if !is {
		return nil
	}
	j := &permitting{Permitter: p, plan: plan, client: p.cfg.Entra[plan.Environment]}
	if len(plan.Tasks) > 0 {
		ctx = entra.Interactive(ctx) // an officer waits
	}
	observed := entra.Observe(ctx, func(a entra.Attempt) { j.tried = append(j.tried, attemptOf(a)) })
	if err = j.all(observed); err == nil {
		return nil
	}
	if len(plan.Tasks) > 0 { // of mere reading the log tells
		if untold := p.cfg.Flow.RecordPermissionAttempts(context.WithoutCancel(ctx), plan.Key, j.tried); untold != nil {
			p.cfg.Log.WarnContext(ctx, "attempts are not in the audit trail", slog.Int("attempts", len(j.tried)), slog.Any("error", untold))
		}
	}
	return judged(ctx, &stepError{env: plan.Environment, step: access.StepPermissions, err: err})
}

// Park implements worker.Runner: the changes that are left failed.
func (p *Permitter) Park(ctx context.Context, job store.Job, cause error) error {
	if job.Kind == store.JobCatalogue {
		return nil // the sweep asks again, and so does who needs it
	}
	return p.cfg.Flow.FailPermissions(ctx, access.KeyID(job.Subject), codeOf(cause))
}

// codeOf is the code a failed change shows: Graph's, or one of ours.
func codeOf(err error) string {
	if failed, ok := errors.AsType[*stepError](err); ok {
		return failed.failure().Code
	}
	return (&stepError{err: err}).failure().Code
}

// catalogue reads what the API of production offers to applications.
func (p *Permitter) catalogue(ctx context.Context) error {
	client := p.cfg.Entra[access.Production]
	fail := func(err error) error {
		return judged(ctx, &stepError{env: access.Production, step: access.StepPermissions, err: err})
	}
	if client == nil {
		return fail(giveUp(CodeNotConfigured))
	}
	resource := p.cfg.Flow.CatalogueResource()
	api, err := p.apis.read(ctx, client, resource)
	if err != nil {
		return fail(err)
	}
	c := workflow.Catalogue{Resource: resource, Offer: wire.Permissions{Application: api.Name, Items: []wire.Permission{}}}
	for _, role := range api.Roles {
		if role.Enabled && slices.Contains(role.Members, "Application") {
			c.Offer.Items = append(c.Offer.Items, wire.Permission{Value: role.Value, Label: role.Label})
		}
	}
	return p.cfg.Flow.RecordCatalogue(ctx, c)
}

// permitting is the work on one key.
type permitting struct {
	*Permitter
	plan      workflow.PermissionPlan
	client    *entra.Client
	fresh     bool // what was made may still look absent
	principal string
	assigned  []entra.Assignment
	api       entra.Principal
	tried     []workflow.Attempt // not in the audit trail yet
}

func (j *permitting) all(ctx context.Context) error {
	if j.client == nil {
		return giveUp(CodeNotConfigured)
	}
	left, err := j.look(ctx)
	if err != nil {
		return err
	}
	j.tried = nil // reading leaves no trace but what was read
	var later error
	put := map[string]bool{} // put off: the rest goes on
	for {
		i := slices.IndexFunc(left, func(t store.PermissionTask) bool { return !put[t.Permission+string(t.Act)] })
		if i < 0 {
			return later
		}
		task := left[i]
		err := j.do(ctx, task)
		if err != nil && !isRefusal(err) {
			later = errors.Join(later, err)
			if e, ok := entra.AsError(err); ctx.Err() != nil || ok && e.RetryAfter > 0 {
				return later
			}
			put[task.Permission+string(task.Act)] = true
			continue
		}
		failed := ""
		if err != nil {
			failed = codeOf(err)
		}
		if left, err = j.cfg.Flow.RecordPermission(ctx, j.plan.Key, j.plan.ClientID, task, failed, j.tried...); err != nil {
			return fmt.Errorf("record %s of %s: %w", task.Act, task.Permission, err)
		}
		j.tried = nil
	}
}

// isRefusal reports an answer that trying again will not change.
func isRefusal(err error) bool {
	e, ok := entra.AsError(err)
	return ok && e.Outcome == entra.Refused || isGivenUp(err)
}

// look reads what the key's application was granted, and records it.
func (j *permitting) look(ctx context.Context) ([]store.PermissionTask, error) {
	j.fresh = j.plan.IsOurs && j.cfg.Clock().Sub(j.plan.IssuedAt) < j.cfg.Young
	seen := workflow.PermissionsSeen{ClientID: j.plan.ClientID}
	principal, err := j.client.PrincipalByClientID(ctx, j.plan.ClientID, j.fresh)
	if entra.IsNotFound(err) {
		seen.IsMissing = true
		return j.record(ctx, seen)
	}
	if err != nil {
		return nil, err
	}
	j.principal, seen.PrincipalID = principal.ID, principal.ID
	if j.assigned, err = j.client.RoleAssignments(ctx, principal.ID, j.fresh); err != nil {
		return nil, err
	}
	if j.api, err = j.apis.of(ctx, j.client, j.plan.Resource, j.isKnown); err != nil {
		return nil, err
	}
	for _, role := range j.api.Roles {
		if j.assignment(role.ID) != nil {
			seen.Held = append(seen.Held, role.Value)
		}
	}
	return j.record(ctx, seen)
}

func (j *permitting) record(ctx context.Context, seen workflow.PermissionsSeen) ([]store.PermissionTask, error) {
	left, err := j.cfg.Flow.RecordPermissionsSeen(ctx, j.plan.Key, seen)
	if err != nil {
		return nil, fmt.Errorf("record the permissions: %w", err)
	}
	return left, nil
}

// isKnown reports that an API tells of each role that is assigned of it, and of
// each that is asked for.
func (j *permitting) isKnown(api entra.Principal) bool {
	for _, a := range j.assigned {
		if a.Resource == api.ID && !slices.ContainsFunc(api.Roles, func(r entra.AppRole) bool { return r.ID == a.RoleID }) {
			return false
		}
	}
	for _, t := range j.plan.Tasks {
		if !slices.ContainsFunc(api.Roles, func(r entra.AppRole) bool { return r.Value == t.Permission }) {
			return false
		}
	}
	return true
}

func (j *permitting) assignment(role string) *entra.Assignment {
	i := slices.IndexFunc(j.assigned, func(a entra.Assignment) bool { return a.RoleID == role && a.Resource == j.api.ID })
	if i < 0 {
		return nil
	}
	return &j.assigned[i]
}

// do makes one change.
func (j *permitting) do(ctx context.Context, task store.PermissionTask) error {
	i := slices.IndexFunc(j.api.Roles, func(r entra.AppRole) bool { return r.Value == task.Permission })
	if task.Act == access.PermissionRemove {
		if i < 0 {
			return nil // the API has no such role: nobody holds it
		}
		return j.remove(ctx, j.api.Roles[i].ID)
	}
	if i < 0 || !j.api.Roles[i].Enabled {
		return giveUp(CodeNoSuchRole)
	}
	return j.client.GrantRole(ctx, j.api.ID, j.principal, j.api.Roles[i].ID, j.fresh)
}

// removeLooks is how often an assignment that one of Graph's servers lists and
// another does not know is tried to be removed.
const removeLooks = 3

// remove takes an assignment away. One of Graph's servers may be late: what is
// absent though it was known to be there is looked for again, and so is what is
// said to be gone.
func (j *permitting) remove(ctx context.Context, role string) error {
	found := j.assignment(role)
	if found == nil {
		if err := j.lookAgain(ctx); err != nil {
			return err
		}
		found = j.assignment(role)
	}
	var err error
	for range removeLooks {
		if found == nil {
			return nil
		}
		if err = j.client.RevokeRole(ctx, j.principal, found.ID); !entra.IsNotFound(err) {
			return err
		}
		if err := j.lookAgain(ctx); err != nil {
			return err
		}
		found = j.assignment(role)
	}
	return err
}

// lookAgain reads the assignments anew, after a while.
func (j *permitting) lookAgain(ctx context.Context) error {
	if err := j.cfg.Sleep(ctx, j.cfg.LookAgain); err != nil {
		return err
	}
	all, err := j.client.RoleAssignments(ctx, j.principal, false)
	if err == nil {
		j.assigned = all
	}
	return err
}
