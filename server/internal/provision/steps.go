package provision

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"llavero/server/internal/entra"
	"llavero/server/internal/ladder"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
)

// tag marks what this program made, for who looks at the directory.
const tag = "llavero"

func (r *run) application(ctx context.Context) error {
	if r.plan.Request.Kind == access.KindRenew && r.key.ClientID != "" {
		return r.known(ctx)
	}
	app, created, err := r.client.EnsureApplication(ctx, r.key.UniqueName, r.key.DisplayName,
		[]string{tag, "environment:" + string(r.key.Environment)})
	if err != nil {
		return err
	}
	if err := r.told(r.cfg.Flow.RecordApplication(ctx, r.id, r.key.Environment, app.ID, app.ClientID, r.tried...)); err != nil {
		return fmt.Errorf("record the application: %w", err)
	}
	r.key.ObjectID, r.key.ClientID = app.ID, app.ClientID
	r.fresh = r.fresh || created
	return nil
}

// known finds the application a key has had so far: its client id stays. One
// that an officer typed is looked for by that id alone.
func (r *run) known(ctx context.Context) error {
	app, err := r.client.ApplicationByClientID(ctx, r.key.ClientID)
	if err != nil {
		return err
	}
	if !strings.EqualFold(app.ClientID, r.key.ClientID) || r.key.ObjectID != "" && app.ID != r.key.ObjectID {
		return giveUp(CodeOtherApp)
	}
	if err := r.told(r.cfg.Flow.RecordApplication(ctx, r.id, r.key.Environment, app.ID, r.key.ClientID, r.tried...)); err != nil {
		return fmt.Errorf("record the application: %w", err)
	}
	r.key.ObjectID = app.ID
	return nil
}

func (r *run) principal(ctx context.Context) error {
	principal, err := r.client.EnsurePrincipal(ctx, r.key.ClientID, r.key.DisplayName, r.fresh)
	if err != nil {
		return err
	}
	if err := r.told(r.cfg.Flow.RecordPrincipal(ctx, r.id, r.key.Environment, principal.ID, r.tried...)); err != nil {
		return fmt.Errorf("record the service principal: %w", err)
	}
	r.key.PrincipalID = principal.ID
	return nil
}

func (r *run) permissions(ctx context.Context) error {
	if r.plan.Request.Kind == access.KindRenew {
		return nil // what the ministry granted or took away since is not undone
	}
	if len(r.key.Permissions) > 0 {
		if err := r.grant(ctx); err != nil {
			return err
		}
	}
	if err := r.told(r.cfg.Flow.RecordPermissions(ctx, r.id, r.key.Environment, r.key.Permissions, r.tried...)); err != nil {
		return fmt.Errorf("record the permissions: %w", err)
	}
	return nil
}

// grant assigns the permissions that are not assigned yet.
func (r *run) grant(ctx context.Context) error {
	api, err := r.client.PrincipalByClientID(ctx, r.key.ResourceAppID, false)
	if err != nil {
		return err
	}
	assigned, err := r.client.RoleAssignments(ctx, r.key.PrincipalID, r.fresh)
	if err != nil {
		return err
	}
	for _, value := range r.key.Permissions {
		i := slices.IndexFunc(api.Roles, func(role entra.AppRole) bool { return role.Value == value && role.Enabled })
		if i < 0 {
			return giveUp(CodeNoSuchRole)
		}
		role := api.Roles[i].ID
		if slices.ContainsFunc(assigned, func(a entra.Assignment) bool { return a.RoleID == role && a.Resource == api.ID }) {
			continue
		}
		if err := r.client.GrantRole(ctx, api.ID, r.key.PrincipalID, role, r.fresh); err != nil {
			return err
		}
	}
	return nil
}

// secretTries bounds the operations of one run of the secret step; each that
// ends with an unknown outcome costs one.
const secretTries = 4

// secret makes the client secret. It is written per operation, so that a change
// of key goes the same way: only the outcome of our own operations is repaired,
// no other secret of the application is touched.
func (r *run) secret(ctx context.Context) error {
	var last error
	for range secretTries {
		operation, earlier, err := r.cfg.Flow.IntendSecret(ctx, r.id, r.key.Environment, r.tried...)
		if err := r.told(err); err != nil {
			return fmt.Errorf("record the intent: %w", err)
		}
		r.lost = slices.Compact(slices.Sorted(slices.Values(slices.Concat(r.lost, earlier))))
		if err := r.removeLost(ctx, earlier); err != nil {
			return err
		}
		end := r.cfg.Clock().Add(r.key.Validity)
		made, err := r.client.AddPassword(ctx, r.key.ObjectID, operation, end, r.fresh)
		if entra.OutcomeOf(err) == entra.Unknown && ctx.Err() == nil {
			last = err
			continue
		}
		if err != nil {
			return err
		}
		return r.recordSecret(ctx, operation, made)
	}
	return last
}

func (r *run) recordSecret(ctx context.Context, operation string, made entra.NewPassword) error {
	err := r.cfg.Flow.RecordSecret(ctx, r.id, r.key.Environment, operation, workflow.IssuedSecret{
		KeyID: made.KeyID, Hint: made.Hint, ExpiresAt: made.End, Text: made.Text,
	}, r.tried...)
	if err := r.told(err); err != nil {
		return fmt.Errorf("record the secret: %w", err)
	}
	r.key.SecretID, r.key.SecretKeyID = operation, made.KeyID
	return nil
}

// removeLost removes the secrets of operations whose outcome is unknown. What
// is not on the list may have been hidden by a slow replica: it is looked for
// twice.
func (r *run) removeLost(ctx context.Context, operations []string) error {
	missing := slices.Clone(operations)
	for look := 0; len(missing) > 0 && look < 2; look++ {
		if look > 0 {
			if err := r.cfg.Sleep(ctx, r.cfg.LookAgain); err != nil {
				return err
			}
		}
		removed, err := r.remove(ctx, missing)
		if err != nil {
			return err
		}
		missing = slices.DeleteFunc(missing, func(name string) bool { return slices.Contains(removed, name) })
	}
	return nil
}

// remove removes the application's secrets of these names, never the one that
// was sealed, and returns the names it found.
func (r *run) remove(ctx context.Context, names []string) (removed []string, err error) {
	app, err := r.client.Application(ctx, r.key.ObjectID, r.fresh)
	if err != nil {
		return nil, err
	}
	for _, p := range app.Passwords {
		if !slices.Contains(names, p.Name) || p.KeyID == r.key.SecretKeyID {
			continue
		}
		if err := r.client.RemovePassword(ctx, r.key.ObjectID, p.KeyID); err != nil {
			return nil, err
		}
		removed = append(removed, p.Name)
	}
	return removed, nil
}

// retire removes the secrets that the new one takes the place of at once.
func (r *run) retire(ctx context.Context) error {
	look := looker{client: r.client, again: r.cfg.LookAgain, sleep: r.cfg.Sleep}
	for _, old := range r.due {
		if err := look.remove(ctx, old); err != nil {
			return err
		}
		if err := r.told(r.cfg.Flow.RecordRetired(ctx, old.ID, access.StepRetire, r.tried...)); err != nil {
			return fmt.Errorf("record the removal: %w", err)
		}
	}
	return nil
}

// verify proves that the key signs in, several times in a row because Entra's
// servers disagree for a while, and that the tokens of a first key carry its
// permissions. Then it sweeps up secrets of lost operations that turned up late.
func (r *run) verify(ctx context.Context) error {
	plan, err := r.cfg.Flow.BeginIssueTest(ctx, r.id, r.key.Environment)
	if err != nil {
		return fmt.Errorf("open the secret for its test: %w", err)
	}
	isFirst := r.plan.Request.Kind == access.KindEnroll
	prover := ladder.Prover{Verify: r.cfg.Verify, Clock: r.cfg.Clock, Sleep: r.pause}
	info, err := prover.Prove(ctx, ladder.Proof{
		Client: r.client, Plan: plan, Until: r.cfg.Clock().Add(r.cfg.Verify.Window), AwaitRoles: isFirst,
		Tell: func(ctx context.Context, news workflow.News) error { return r.lit(ctx, plan, news) },
	})
	if err != nil && !isFirst && ladder.IsOfRoles(err) && ctx.Err() == nil {
		err = nil // what the ministry took away since is not missing: the light says it
	} else if err == nil {
		light, tls := r.cfg.Gateway.AskOnce(ctx, plan, info.Token)
		err = r.cfg.Flow.RecordLights(ctx, plan.Trial, workflow.News{Lights: []access.LightResult{light}, TLS: tls})
	}
	if ctx.Err() != nil {
		return errors.Join(err, ctx.Err())
	}
	if err != nil {
		untold := r.cfg.Flow.EndTest(ctx, plan.Trial, workflow.TestEnd{Code: (&stepError{err: err}).failure().Code})
		return errors.Join(err, untold)
	}
	sweep := func(ctx context.Context) error { return r.removeLost(ctx, r.lost) }
	if err := r.cfg.alone(ctx, r.key.Key, sweep); err != nil {
		return err
	}
	if err := r.cfg.Flow.EndTest(ctx, plan.Trial, workflow.TestEnd{}); err != nil {
		return fmt.Errorf("end the test: %w", err)
	}
	r.proved = true
	return nil
}

// lit records lights. With the first one on, the step is the test of the key:
// Entra knows it, and is asked whether it goes on doing so.
func (r *run) lit(ctx context.Context, plan *workflow.TestPlan, news workflow.News) error {
	if err := r.cfg.Flow.RecordLights(ctx, plan.Trial, news); err != nil {
		return fmt.Errorf("record the lights: %w", err)
	}
	isOn := slices.ContainsFunc(news.Lights, func(l access.LightResult) bool {
		return l.Light == access.LightSecret && l.State == access.LightOn
	})
	if !isOn || r.at == access.StepTest {
		return nil
	}
	if err := r.tell(ctx); err != nil {
		return err
	}
	if err := r.cfg.Flow.BeginStep(ctx, r.id, r.key.Environment, access.StepTest); err != nil {
		return fmt.Errorf("begin %s: %w", access.StepTest, err)
	}
	r.at = access.StepTest
	return nil
}

// tellAfter is how many attempts are kept back at most while a key is proved:
// that may take a quarter of an hour.
const tellAfter = 16

func (r *run) pause(ctx context.Context, d time.Duration) error {
	if len(r.tried) >= tellAfter {
		if err := r.tell(ctx); err != nil {
			return err
		}
	}
	return r.cfg.Sleep(ctx, d)
}
