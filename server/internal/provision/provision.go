// Package provision makes the keys of one request in Entra: for each
// environment, preproduction first, the application, its service principal, its
// permissions, its secret, and the proof that the key signs in.
//
// Each step is repeatable and is recorded through package workflow before the
// next call leaves, so that a server killed anywhere goes on where it was:
//
//   - application and principal are upserts on names that the program derives;
//   - permissions granted already are granted;
//   - a change of key finds the application it has, and never makes another;
//   - a secret is shown once and never again. Its intent is recorded first, under
//     an operation id that is also its name in Entra. When the outcome of an
//     operation is unknown its secret is looked for by that name, removed, and
//     made again under a new id; after the key was proved, what a slow replica
//     hid until then is swept away.
//
// A secret that another took the place of is removed where its end is at once,
// by the same job; otherwise by a job of its own, whose Runner is a Retirer.
//
// Failure never deletes anything. A refusal, or patience at its end, parks the
// request with the step, the code and the request id to quote.
//
// Concurrency: a Provisioner keeps nothing between jobs; many run at once. One
// job at a time works on one request, which the store's unique index ensures.
package provision

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"llavero/server/internal/entra"
	"llavero/server/internal/ladder"
	"llavero/server/internal/store"
	"llavero/server/internal/worker"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
)

// Flow is what provision records through; *workflow.Flow in the server.
type Flow interface {
	// IssuePlan refuses, with a conflict, a request that is not being issued.
	IssuePlan(ctx context.Context, id access.RequestID) (workflow.Plan, error)
	BeginStep(ctx context.Context, id access.RequestID, env access.Environment, step access.Step) error
	WaitIssue(ctx context.Context, id access.RequestID, until time.Time) error
	RecordApplication(ctx context.Context, id access.RequestID, env access.Environment, objectID, clientID string, tried ...workflow.Attempt) error
	RecordPrincipal(ctx context.Context, id access.RequestID, env access.Environment, principalID string, tried ...workflow.Attempt) error
	RecordPermissions(ctx context.Context, id access.RequestID, env access.Environment, granted []string, tried ...workflow.Attempt) error
	IntendSecret(ctx context.Context, id access.RequestID, env access.Environment, tried ...workflow.Attempt) (operation string, earlier []string, err error)
	RecordSecret(ctx context.Context, id access.RequestID, env access.Environment, operation string, s workflow.IssuedSecret, tried ...workflow.Attempt) error
	// DueSecrets are those the request replaced and that must go at once.
	DueSecrets(ctx context.Context, id access.RequestID, env access.Environment) ([]workflow.OldSecret, error)
	RecordRetired(ctx context.Context, secret string, step access.Step, tried ...workflow.Attempt) error
	// BeginIssueTest opens the secret that the request got, for its proof.
	BeginIssueTest(ctx context.Context, id access.RequestID, env access.Environment) (*workflow.TestPlan, error)
	RecordLights(ctx context.Context, t workflow.Trial, news workflow.News) error
	EndTest(ctx context.Context, t workflow.Trial, end workflow.TestEnd) error
	RecordAttempts(ctx context.Context, id access.RequestID, env access.Environment, step access.Step, tried []workflow.Attempt) error
	FinishIssue(ctx context.Context, id access.RequestID) error
	ParkIssue(ctx context.Context, id access.RequestID, f access.Failure) error
}

// Codes of our own in a Failure, where Microsoft gave none.
const (
	CodeNotConfigured = "NotConfigured" // the server has no directory to issue in
	CodeNoSuchRole    = "NoSuchRole"    // the IHCE API does not offer a permission of the settings
	CodeRolesMissing  = ladder.CodeRolesMissing
	CodeOtherKey      = ladder.CodeOtherKey
	CodeOtherApp      = "OtherApp"      // the directory has another client id for the key's application
	CodeSecretUnknown = "SecretUnknown" // the application has no secret that begins as the one typed
	CodeInternal      = "Internal"      // a fault of ours
)

// Config is what a Provisioner works with.
type Config struct {
	Base
	Flow   Flow
	Verify ladder.Verify
	// Gateway is asked once when a key is proved; nil: not. Whatever it answers,
	// the key is issued.
	Gateway *ladder.Gateway
}

// Provisioner is the worker's Runner of jobs of kind store.JobProvision, whose
// subject is a request's id.
type Provisioner struct{ cfg Config }

var (
	_ worker.Runner = (*Provisioner)(nil)
	_ Flow          = (*workflow.Flow)(nil)
)

// New makes a Provisioner.
func New(cfg Config) *Provisioner {
	cfg.Verify = cfg.Verify.WithDefaults()
	cfg.Base = cfg.withDefaults()
	return &Provisioner{cfg: cfg}
}

// Run implements worker.Runner: it does what is left of a request.
func (p *Provisioner) Run(ctx context.Context, job store.Job) error {
	id := access.RequestID(job.Subject)
	err := p.issue(ctx, id)
	if access.CodeOf(err) == access.CodeConflict && p.isDecided(ctx, id) {
		return nil // finished, or somebody else's turn since
	}
	return err
}

func (p *Provisioner) issue(ctx context.Context, id access.RequestID) error {
	plan, err := p.cfg.Flow.IssuePlan(ctx, id)
	if err != nil {
		return fmt.Errorf("plan: %w", err)
	}
	if plan.Request.Reason == access.ReasonCompromise {
		ctx = entra.Interactive(ctx)
	}
	for _, key := range plan.Keys {
		if behind(plan, key.Environment, access.StepReady) {
			continue
		}
		r := &run{Provisioner: p, id: id, plan: plan, key: key, client: p.cfg.Entra[key.Environment], lost: key.Lost}
		r.fresh = plan.Request.Kind == access.KindEnroll && p.cfg.Clock().Sub(plan.Request.SignedAt) < p.cfg.Young
		if err := r.all(ctx); err != nil {
			return err
		}
	}
	if err := p.cfg.Flow.FinishIssue(ctx, id); err != nil {
		return fmt.Errorf("finish: %w", err)
	}
	return nil
}

// isDecided reports a request that is no longer the worker's.
func (p *Provisioner) isDecided(ctx context.Context, id access.RequestID) bool {
	_, err := p.cfg.Flow.IssuePlan(ctx, id)
	return access.CodeOf(err) == access.CodeConflict
}

// Park implements worker.Runner: it hands the request to the pending list.
func (p *Provisioner) Park(ctx context.Context, job store.Job, cause error) error {
	id := access.RequestID(job.Subject)
	f := access.Failure{Code: CodeInternal}
	if failed, ok := errors.AsType[*stepError](cause); ok {
		f = failed.failure()
	} else if plan, err := p.cfg.Flow.IssuePlan(ctx, id); err == nil {
		f.Environment, f.Step = plan.Request.Environment, plan.Request.Step
	}
	p.addPolicy(ctx, id, &f)
	f.At = p.cfg.Clock().UTC()
	err := p.cfg.Flow.ParkIssue(ctx, id, f)
	if access.CodeOf(err) == access.CodeConflict && p.isDecided(ctx, id) {
		return nil
	}
	return err
}

// codeLifetime is Graph's refusal of a secret that lives too long.
const codeLifetime = "CredentialInvalidLifetimeAsPerAppPolicy"

// addPolicy adds how long a secret may live and how long was asked for, where
// the policy that refused it may be read.
func (p *Provisioner) addPolicy(ctx context.Context, id access.RequestID, f *access.Failure) {
	client := p.cfg.Entra[f.Environment]
	if f.Code != codeLifetime || client == nil {
		return
	}
	plan, err := p.cfg.Flow.IssuePlan(ctx, id)
	if err != nil {
		return
	}
	longest, err := client.LongestLife(ctx)
	if err != nil || longest == 0 {
		return
	}
	for _, k := range plan.Keys {
		if k.Environment == f.Environment {
			f.PolicyDays, f.Days = longest, int(k.Validity/(24*time.Hour))
		}
	}
}

// worthTelling is the shortest wait that people are told of.
const worthTelling = 2 * time.Second

// order is the order of steps in one environment.
var order = []access.Step{
	access.StepApplication, access.StepPrincipal, access.StepPermissions, access.StepSecret, access.StepRetire, access.StepVerify,
	access.StepTest,
}

// behind reports that the request has got further than a step: a step is begun
// only when those before it were recorded. StepReady stands for the whole
// environment.
func behind(plan workflow.Plan, env access.Environment, step access.Step) bool {
	envs := plan.Request.Environments()
	at, asked := slices.Index(envs, plan.Request.Environment), slices.Index(envs, env)
	if at != asked || step == access.StepReady {
		return at > asked
	}
	return slices.Index(order, plan.Request.Step) > slices.Index(order, step)
}

// run is one request's work in one environment.
type run struct {
	*Provisioner
	id     access.RequestID
	plan   workflow.Plan
	key    workflow.PlannedKey
	client *entra.Client
	fresh  bool                 // what was made may still look absent
	lost   []string             // operations whose secret may turn up late
	due    []workflow.OldSecret // that the new secret takes the place of, at once
	at     access.Step
	proved bool               // its test is over
	tried  []workflow.Attempt // at this step, not in the audit trail yet
}

// all does the steps that are left.
func (r *run) all(ctx context.Context) error {
	steps := map[access.Step]func(context.Context) error{
		access.StepApplication: r.application,
		access.StepPrincipal:   r.principal,
		access.StepPermissions: r.permissions,
		access.StepSecret:      r.secret,
		access.StepRetire:      r.retire,
		access.StepVerify:      r.verify, // which goes on to the next
		access.StepTest:        r.verify, // where an earlier life had got to it
	}
	for _, step := range order {
		if r.isDone(step) {
			continue
		}
		if step == access.StepRetire {
			due, err := r.cfg.Flow.DueSecrets(ctx, r.id, r.key.Environment)
			if err != nil {
				return fmt.Errorf("secrets to remove: %w", err)
			}
			if r.due = due; len(due) == 0 {
				continue
			}
		}
		if err := r.cfg.Flow.BeginStep(ctx, r.id, r.key.Environment, step); err != nil {
			return fmt.Errorf("begin %s: %w", step, err)
		}
		if err := r.step(ctx, step, steps[step]); err != nil {
			return err
		}
	}
	return nil
}

// isDone reports a step whose result is recorded. What a row does not show is
// told by how far the request has got.
func (r *run) isDone(step access.Step) bool {
	switch step {
	case access.StepApplication:
		known := r.key.ObjectID != "" && r.key.ClientID != ""
		return known && (r.plan.Request.Kind == access.KindEnroll || behind(r.plan, r.key.Environment, step))
	case access.StepPrincipal:
		return r.key.PrincipalID != ""
	case access.StepSecret:
		return r.key.SecretID != "" && r.key.SecretKeyID != ""
	case access.StepTest:
		return r.proved
	}
	return behind(r.plan, r.key.Environment, step)
}

func (r *run) step(ctx context.Context, step access.Step, do func(context.Context) error) error {
	log := r.cfg.Log.With(slog.String("request", string(r.id)), slog.String("environment", string(r.key.Environment)),
		slog.String("step", string(step)))
	r.at = step
	observed := entra.Observe(ctx, func(a entra.Attempt) {
		r.tried = append(r.tried, attemptOf(a))
		log.InfoContext(ctx, "entra answered", slog.String("call", a.Call), slog.Int("try", a.Try),
			slog.Int("status", a.Status), slog.String("code", a.Code), slog.String("outcome", string(a.Outcome)),
			slog.String("entraRequestId", a.RequestID), slog.String("clientRequestId", a.ClientRequestID),
			slog.String("tls", a.TLS), slog.Duration("took", a.Took))
		if a.Status == http.StatusTooManyRequests && a.RetryAfter >= worthTelling {
			if err := r.cfg.Flow.WaitIssue(ctx, r.id, r.cfg.Clock().Add(a.RetryAfter)); err != nil {
				log.WarnContext(ctx, "the wait is not told", slog.Any("error", err))
			}
		}
	})
	err := error(nil)
	if r.client == nil {
		err = giveUp(CodeNotConfigured)
	} else if step == access.StepVerify || step == access.StepTest { // which read for long, and write at their end
		err = do(observed)
	} else {
		err = r.cfg.alone(observed, r.key.Key, do)
	}
	// An order to stop does not lose what was tried.
	untold := r.tell(context.WithoutCancel(ctx))
	if err == nil {
		return untold
	}
	if untold != nil {
		log.WarnContext(ctx, "attempts are not in the audit trail", slog.Int("attempts", len(r.tried)), slog.Any("error", untold))
	}
	return judged(ctx, &stepError{env: r.key.Environment, step: r.at, err: err})
}

// judged says whether trying a failed step again can help, and when.
func judged(ctx context.Context, failed *stepError) error {
	e, fromEntra := entra.AsError(failed.err)
	switch {
	case ctx.Err() != nil:
		return failed
	case fromEntra && e.Outcome == entra.Refused, isGivenUp(failed.err):
		return worker.Final(failed)
	case fromEntra && e.RetryAfter > 0:
		return worker.Later(e.RetryAfter, failed)
	}
	return failed
}

func attemptOf(a entra.Attempt) workflow.Attempt {
	return workflow.Attempt{
		Call: a.Call, Try: a.Try, Status: a.Status, Code: a.Code, Outcome: string(a.Outcome),
		RequestID: a.RequestID, ClientRequestID: a.ClientRequestID, TLS: a.TLS, At: a.At, Took: a.Took,
	}
}

// tell writes down what was tried and went with no record.
func (r *run) tell(ctx context.Context) error {
	if len(r.tried) == 0 {
		return nil
	}
	if err := r.told(r.cfg.Flow.RecordAttempts(ctx, r.id, r.key.Environment, r.at, r.tried)); err != nil {
		return fmt.Errorf("record the attempts: %w", err)
	}
	return nil
}

// told forgets what was tried once a record took it along; err is the record's.
func (r *run) told(err error) error {
	if err == nil {
		r.tried = nil
	}
	return err
}

// stepError is a failure with where it happened.
type stepError struct {
	env  access.Environment
	step access.Step
	err  error
}

func (e *stepError) Error() string { return fmt.Sprintf("%s: %s: %v", e.env, e.step, e.err) }
func (e *stepError) Unwrap() error { return e.err }

// failure is what the pending list shows of it.
func (e *stepError) failure() access.Failure {
	f := access.Failure{Environment: e.env, Step: e.step, Code: CodeInternal}
	if own, ok := errors.AsType[*givenUp](e.err); ok {
		f.Code = own.code
	} else if ladder.IsRefusal(e.err) {
		f.Code = ladder.CodeOf(e.err)
	}
	if graph, ok := entra.AsError(e.err); ok {
		f.Status, f.Code, f.RequestID, f.Policy = graph.Status, graph.Code, graph.RequestID, graph.Policy
		if f.RequestID == "" {
			f.RequestID = graph.ClientRequestID
		}
	}
	return f
}

// givenUp is a failure of ours that trying again will not help.
type givenUp struct{ code string }

func (e *givenUp) Error() string { return "provision: " + e.code }

func giveUp(code string) error { return &givenUp{code} }

func isGivenUp(err error) bool {
	_, ok := errors.AsType[*givenUp](err)
	return ok || ladder.IsRefusal(err)
}
