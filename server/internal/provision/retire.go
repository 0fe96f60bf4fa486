package provision

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

// RetireFlow is what a Retirer records through; *workflow.Flow in the server.
type RetireFlow interface {
	// RetirePlan tells what a job has to remove; nil: nothing, or not now.
	RetirePlan(ctx context.Context, secret string) (*workflow.OldSecret, error)
	RecordAttempts(ctx context.Context, id access.RequestID, env access.Environment, step access.Step, tried []workflow.Attempt) error
	RecordRetired(ctx context.Context, secret string, step access.Step, tried ...workflow.Attempt) error
	// KeepSecret keeps one because Entra has not the secret in force.
	KeepSecret(ctx context.Context, secret string) error
	RetireFailed(ctx context.Context, secret string, f access.Failure) error
}

// Retirer is the worker's Runner of jobs of kind store.JobRetire, whose subject
// is the id of a secret: it removes one whose overlap has ended.
type Retirer struct{ cfg RetireConfig }

// RetireConfig is what a Retirer works with.
type RetireConfig struct {
	Base
	Flow RetireFlow
}

var (
	_ worker.Runner = (*Retirer)(nil)
	_ RetireFlow    = (*workflow.Flow)(nil)
)

// NewRetirer makes a Retirer.
func NewRetirer(cfg RetireConfig) *Retirer {
	cfg.Base = cfg.withDefaults()
	return &Retirer{cfg: cfg}
}

// Run implements worker.Runner.
func (r *Retirer) Run(ctx context.Context, job store.Job) error {
	old, err := r.cfg.Flow.RetirePlan(ctx, job.Subject)
	if err != nil {
		return fmt.Errorf("plan: %w", err)
	}
	if old == nil {
		return nil
	}
	if job.Urgent {
		ctx = entra.Interactive(ctx)
	}
	return r.cfg.alone(ctx, old.Key, func(ctx context.Context) error { return r.secret(ctx, job.Subject) })
}

// secret removes one, as it is to be removed now: while the turn was waited for
// another may have been put in force.
func (r *Retirer) secret(ctx context.Context, id string) error {
	old, err := r.cfg.Flow.RetirePlan(ctx, id)
	if err != nil {
		return fmt.Errorf("plan: %w", err)
	}
	if old == nil {
		return nil
	}
	var tried []workflow.Attempt
	observed := entra.Observe(ctx, func(a entra.Attempt) { tried = append(tried, attemptOf(a)) })
	err = r.remove(observed, *old)
	if errors.Is(err, errLast) {
		return r.cfg.Flow.KeepSecret(ctx, old.ID)
	}
	if err != nil {
		failed := &stepError{env: old.Environment, step: access.StepRetire, err: err}
		untold := r.cfg.Flow.RecordAttempts(context.WithoutCancel(ctx), old.Request, old.Environment, access.StepRetire, tried)
		if untold != nil {
			r.cfg.Log.WarnContext(ctx, "attempts are not in the audit trail", slog.Int("attempts", len(tried)), slog.Any("error", untold))
		}
		return judged(ctx, failed)
	}
	if err := r.cfg.Flow.RecordRetired(ctx, old.ID, access.StepRetire, tried...); err != nil {
		return fmt.Errorf("record the removal: %w", err)
	}
	return nil
}

func (r *Retirer) remove(ctx context.Context, old workflow.OldSecret) error {
	if old.KeyID == "" && old.Hint == "" { // typed by hand: it has expired by itself
		return nil
	}
	client := r.cfg.Entra[old.Environment]
	if client == nil {
		return giveUp(CodeNotConfigured)
	}
	look := looker{client: client, again: r.cfg.LookAgain, sleep: r.cfg.Sleep}
	if old.Keep != "" && !old.Sure {
		if err := look.mustHave(ctx, old); err != nil {
			return err
		}
	}
	return look.remove(ctx, old)
}

// errLast says that Entra has not the secret in force: the one that was to go is
// the last.
var errLast = errors.New("provision: Entra has not the secret in force")

// looker reads an application's secrets, and doubts what it does not find: one
// of Graph's servers may be late.
type looker struct {
	client *entra.Client
	again  time.Duration
	sleep  func(ctx context.Context, d time.Duration) error
}

func (l looker) application(ctx context.Context, old workflow.OldSecret) (entra.Application, error) {
	if old.ObjectID == "" {
		return l.client.ApplicationByClientID(ctx, old.ClientID)
	}
	return l.client.Application(ctx, old.ObjectID, false)
}

// mustHave answers errLast when Entra has not the secret in force. It may live in
// another application, after a change of that.
func (l looker) mustHave(ctx context.Context, old workflow.OldSecret) error {
	for look := range 2 {
		if look > 0 {
			if err := l.sleep(ctx, l.again); err != nil {
				return err
			}
		}
		app, err := l.client.ApplicationByClientID(ctx, old.ClientID)
		if err != nil && !entra.IsNotFound(err) {
			return err
		}
		if slices.ContainsFunc(app.Passwords, func(p entra.Password) bool { return p.KeyID == old.Keep }) {
			return nil
		}
	}
	return errLast
}

// remove takes a secret away, and all but the one in force where all are to go.
func (l looker) remove(ctx context.Context, old workflow.OldSecret) error {
	if old.KeyID != "" {
		if err := remove(ctx, l.client, old); err != nil {
			return err
		}
		if !old.All {
			return nil
		}
	}
	found := old.KeyID != ""
	for look := range 2 {
		if look > 0 {
			if err := l.sleep(ctx, l.again); err != nil {
				return err
			}
		}
		n, err := l.sweep(ctx, old)
		if entra.IsNotFound(err) && old.KeyID != "" {
			return nil // its application is gone, and all with it
		}
		if err != nil {
			return err
		}
		found = found || n > 0
		if found && !old.All {
			return nil
		}
	}
	if !found {
		return giveUp(CodeSecretUnknown)
	}
	return nil
}

// sweep removes what one look at the application shows and is to go.
func (l looker) sweep(ctx context.Context, old workflow.OldSecret) (removed int, err error) {
	app, err := l.application(ctx, old)
	if err != nil {
		return 0, err
	}
	for _, p := range app.Passwords {
		if p.KeyID == old.Keep || !old.All && p.Hint != old.Hint {
			continue
		}
		if err := l.client.RemovePassword(ctx, app.ID, p.KeyID); err != nil && !entra.IsNotFound(err) {
			return removed, err
		}
		removed++
	}
	return removed, nil
}

// remove takes a secret away; with its application gone it is gone too, once
// the application's absence was waited for.
func remove(ctx context.Context, client *entra.Client, old workflow.OldSecret) error {
	err := client.RemovePassword(ctx, old.ObjectID, old.KeyID)
	if !entra.IsNotFound(err) {
		return err
	}
	if _, look := client.Application(ctx, old.ObjectID, true); !entra.IsNotFound(look) {
		return errors.Join(look, err)
	}
	return nil
}

// Park implements worker.Runner: the reason is written down and the removal is
// tried again another time, because the secret still works.
func (r *Retirer) Park(ctx context.Context, job store.Job, cause error) error {
	f := access.Failure{Step: access.StepRetire, Code: CodeInternal}
	if failed, ok := errors.AsType[*stepError](cause); ok {
		f = failed.failure()
	}
	return r.cfg.Flow.RetireFailed(ctx, job.Subject, f)
}
