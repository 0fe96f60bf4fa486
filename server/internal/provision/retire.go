package provision

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

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
	RetireFailed(ctx context.Context, secret string, f access.Failure) error
}

// Retirer is the worker's Runner of jobs of kind store.JobRetire, whose subject
// is the id of a secret: it removes one whose overlap has ended.
type Retirer struct {
	Flow  RetireFlow
	Entra map[access.Environment]*entra.Client
	Log   *slog.Logger
}

var (
	_ worker.Runner = Retirer{}
	_ RetireFlow    = (*workflow.Flow)(nil)
)

// Run implements worker.Runner.
func (r Retirer) Run(ctx context.Context, job store.Job) error {
	old, err := r.Flow.RetirePlan(ctx, job.Subject)
	if err != nil {
		return fmt.Errorf("plan: %w", err)
	}
	if old == nil {
		return nil
	}
	var tried []workflow.Attempt
	observed := entra.Observe(ctx, func(a entra.Attempt) { tried = append(tried, attemptOf(a)) })
	if err := r.remove(observed, *old); err != nil {
		failed := &stepError{env: old.Environment, step: access.StepRetire, err: err}
		untold := r.Flow.RecordAttempts(context.WithoutCancel(ctx), old.Request, old.Environment, access.StepRetire, tried)
		if untold != nil {
			r.Log.WarnContext(ctx, "attempts are not in the audit trail", slog.Int("attempts", len(tried)), slog.Any("error", untold))
		}
		return judged(ctx, failed)
	}
	if err := r.Flow.RecordRetired(ctx, old.ID, access.StepRetire, tried...); err != nil {
		return fmt.Errorf("record the removal: %w", err)
	}
	return nil
}

func (r Retirer) remove(ctx context.Context, old workflow.OldSecret) error {
	if old.ObjectID == "" { // typed by hand: it has expired by itself
		return nil
	}
	client := r.Entra[old.Environment]
	if client == nil {
		return giveUp(CodeNotConfigured)
	}
	return remove(ctx, client, old)
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
func (r Retirer) Park(ctx context.Context, job store.Job, cause error) error {
	f := access.Failure{Step: access.StepRetire, Code: CodeInternal}
	if failed, ok := errors.AsType[*stepError](cause); ok {
		f = failed.failure()
	}
	return r.Flow.RetireFailed(ctx, job.Subject, f)
}
