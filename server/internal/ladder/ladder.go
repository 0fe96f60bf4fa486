// Package ladder is the test of a key, by rungs: does it have the shape of a key,
// is a typed one what it says it is, does Entra take its secret, does it take it
// steadily, do the tokens carry what they should, does the gateway answer.
//
// A rung that fails ends the test, and says with which code. Four of them are the
// lights that people see; each light's news is recorded through package workflow
// as it comes, so that they go on one by one on every screen. What the lights of
// a young secret meet is told apart from what a settled one meets: for a while
// Entra's servers disagree about a new secret, one success proves little, and a
// refusal begins the count anew. A secret is called ready after sign-ins in a
// row, apart from each other, and never before.
//
// One implementation proves new keys and tests old ones: Prover is used by
// package provision for what it has just made, and by Ladder, the worker's
// Runner of jobs of kind store.JobTest.
//
// The secret is opened through workflow, for this test, and goes to the token
// endpoint only; the token goes to the gateway only. Neither is kept.
//
// Concurrency: a Ladder, a Prover and a Gateway serve many goroutines; one test
// is one goroutine's, and a key has one at a time.
package ladder

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"llavero/server/internal/entra"
	"llavero/server/internal/store"
	"llavero/server/internal/worker"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
)

// Flow is what a Ladder records through; *workflow.Flow in the server.
type Flow interface {
	// BeginTest says what a test works with; nil: there is nothing to test.
	BeginTest(ctx context.Context, id access.KeyID) (*workflow.TestPlan, error)
	// RecordLights and EndTest refuse, as stale, what is about another secret, or
	// another application, than the key has now.
	RecordLights(ctx context.Context, t workflow.Trial, news workflow.News) error
	EndTest(ctx context.Context, t workflow.Trial, end workflow.TestEnd) error
	AbandonTest(ctx context.Context, id access.KeyID, end workflow.TestEnd) error
}

// Config is what a Ladder works with.
type Config struct {
	Flow    Flow
	Entra   map[access.Environment]*entra.Client // an environment without one tests nothing
	Prover  Prover
	Gateway *Gateway // nil: the gateway is not asked
	// LookAgain is how long an absence is doubted; default 5 s.
	LookAgain time.Duration
	Log       *slog.Logger // default: none
}

// Ladder is the worker's Runner of jobs of kind store.JobTest, whose subject is a
// key's id.
type Ladder struct{ cfg Config }

var (
	_ worker.Runner = (*Ladder)(nil)
	_ Flow          = (*workflow.Flow)(nil)
)

// New makes a Ladder.
func New(cfg Config) *Ladder {
	cfg.Prover = cfg.Prover.WithDefaults()
	if cfg.LookAgain == 0 {
		cfg.LookAgain = 5 * time.Second
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Ladder{cfg: cfg}
}

// restarts bounds how often in a row a test begins anew because its key changed
// under it.
const restarts = 3

// Run implements worker.Runner.
func (l *Ladder) Run(ctx context.Context, job store.Job) error {
	var err error
	for range restarts {
		err = l.test(ctx, job)
		if access.HintOf(err) != access.HintStale {
			return err
		}
	}
	return err
}

// Park implements worker.Runner: a fault of ours ended the test. A key that waits
// for its check is looked at again another time.
func (l *Ladder) Park(ctx context.Context, job store.Job, _ error) error {
	err := l.cfg.Flow.AbandonTest(ctx, access.KeyID(job.Subject), workflow.TestEnd{Code: CodeInternal, Times: putOff(job)})
	if access.CodeOf(err) == access.CodeNotFound {
		return nil
	}
	return err
}

// putOff is how often a job's test was put off before.
func putOff(job store.Job) int {
	n, err := strconv.Atoi(job.Step)
	if err != nil {
		return 0
	}
	return n
}

// climb is one test on its way.
type climb struct {
	*Ladder
	plan   *workflow.TestPlan
	client *entra.Client
	found  *workflow.Found
	young  time.Time // until then absences and refusals may be those of something new
	times  int
}

func (l *Ladder) test(ctx context.Context, job store.Job) error {
	plan, err := l.cfg.Flow.BeginTest(ctx, access.KeyID(job.Subject))
	if err != nil {
		return fmt.Errorf("begin the test: %w", err)
	}
	if plan == nil {
		return nil
	}
	c := &climb{
		Ladder: l, plan: plan, client: l.cfg.Entra[plan.Environment], times: putOff(job),
		young: plan.CreatedAt.Add(l.cfg.Prover.Verify.Window),
	}
	failed := c.all(ctx)
	if ctx.Err() != nil || access.HintOf(failed) == access.HintStale {
		return failed
	}
	var ours *recordError
	if errors.As(failed, &ours) {
		return failed
	}
	end := c.end(failed)
	log := l.cfg.Log.With(slog.String("key", string(plan.Key)), slog.String("environment", string(plan.Environment)))
	log.InfoContext(ctx, "key tested", slog.String("code", end.Code), slog.String("problem", string(end.Problem)),
		slog.Duration("again", end.Again), slog.Duration("took", l.cfg.Prover.Clock().Sub(plan.BeganAt)))
	return l.cfg.Flow.EndTest(ctx, plan.Trial, end)
}

// all climbs as far as it goes.
func (c *climb) all(ctx context.Context) error {
	if c.client == nil {
		return refuse(CodeNotConfigured)
	}
	if err := c.shape(); err != nil {
		return err
	}
	if c.plan.IsChecked {
		if err := c.identify(ctx); err != nil {
			return err
		}
	}
	info, err := c.cfg.Prover.Prove(ctx, Proof{
		Client: c.client, Plan: c.plan, Until: c.young,
		Tell: func(ctx context.Context, news workflow.News) error {
			news.Found = c.found
			return c.tell(ctx, news)
		},
	})
	if err != nil {
		return err
	}
	light, tls := c.cfg.Gateway.Ask(ctx, c.plan, info.Token)
	return c.tell(ctx, workflow.News{Lights: []access.LightResult{light}, TLS: tls})
}

func (c *climb) tell(ctx context.Context, news workflow.News) error {
	if err := c.cfg.Flow.RecordLights(ctx, c.plan.Trial, news); err != nil {
		return &recordError{err}
	}
	return nil
}

// recordError is a failure to record, which is no failure of the key.
type recordError struct{ err error }

func (e *recordError) Error() string { return "record a light: " + e.err.Error() }
func (e *recordError) Unwrap() error { return e.err }
