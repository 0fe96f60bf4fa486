// Package drift compares the keys of the records with what Entra has, and mends
// what an officer wants mended.
//
// A comparison reads and never writes. That of all keys reads the directory's
// lists, page by page, into the store, and then goes through the keys in
// batches: memory does not grow with the country, and a server killed anywhere
// goes on at the page where it was. That of one key asks for its objects.
//
// Entra's servers disagree for minutes after a change. A key that was made or
// changed moments ago is left out, and a difference is told only when two looks
// found it: the second one a while later, or, when a person asked about one key,
// moments later.
//
// A fix is a job of its own: it looks, does one thing, repeatable, and looks
// again. It never takes a secret away that should work, nor an application's
// last one, and never deletes an application.
//
// Concurrency: a Comparer and a Fixer keep nothing between jobs but what the
// IHCE API offers; the store's index lets one job a subject live.
package drift

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"llavero/server/internal/entra"
	"llavero/server/internal/store"
	"llavero/server/internal/worker"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
)

// Codes of our own in a Drift's Failed.
const (
	CodeNotConfigured = "NotConfigured" // the server has no directory for the environment
	CodeNoSuchRole    = "NoSuchRole"    // the IHCE API does not offer the permission any more
	CodeLastSecret    = "LastSecret"    // the application would be left without one that works
	CodeOurSecret     = "OurSecret"     // the secret should work: the records know it
	CodeStillThere    = "StillThere"    // Entra took the change, and shows the difference still
	CodeKeyBusy       = "KeyBusy"       // a request about the key is open
	CodeByRequest     = "ByRequest"     // it takes a change of key
	codeInternal      = "Internal"
)

// Config is what comparisons and fixes work with.
type Config struct {
	Flow  *workflow.Flow
	Entra map[access.Environment]*entra.Client
	// LookAgain is how long a difference of one key is doubted; default 5 s.
	LookAgain time.Duration
	// Writers keeps two from writing for one key at once; default: one of one's own.
	Writers *entra.Writers
	Clock   func() time.Time // required
	Sleep   func(ctx context.Context, d time.Duration) error
	Log     *slog.Logger
}

func (c Config) withDefaults() Config {
	if c.LookAgain == 0 {
		c.LookAgain = 5 * time.Second
	}
	if c.Writers == nil {
		c.Writers = new(entra.Writers)
	}
	if c.Sleep == nil {
		c.Sleep = entra.Sleep
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}

// looker reads one key's objects in Entra.
type looker struct {
	cfg Config

	mu   sync.Mutex
	apis map[access.Environment]knownAPI
}

type knownAPI struct {
	entra.Principal
	at time.Time
}

// apiKept is for how long it is believed what an API offers.
const apiKept = 10 * time.Minute

// api is the IHCE API of an environment.
func (l *looker) api(ctx context.Context, env access.Environment) (entra.Principal, error) {
	l.mu.Lock()
	known, ok := l.apis[env]
	l.mu.Unlock()
	if ok && l.cfg.Clock().Sub(known.at) < apiKept {
		return known.Principal, nil
	}
	p, err := l.cfg.Entra[env].PrincipalByClientID(ctx, l.cfg.Flow.Resource(env), false)
	if err != nil {
		return p, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.apis[env] = knownAPI{p, l.cfg.Clock()}
	return p, nil
}

// look reads what Entra has of a key now.
func (l *looker) look(ctx context.Context, rec workflow.DriftKey) (observed, error) {
	k, client := rec.Key, l.cfg.Entra[rec.Key.Environment]
	var seen observed
	app, err := client.ApplicationByClientID(ctx, k.ClientID)
	if entra.IsNotFound(err) {
		if k.ObjectID != "" {
			_, err = client.Deleted(ctx, k.ObjectID)
			seen.deleted = err == nil
		}
		if err != nil && !isRefused(err) {
			return seen, err
		}
		return seen, nil
	}
	if err != nil {
		return seen, err
	}
	seen.app = &app
	p, err := client.PrincipalByClientID(ctx, k.ClientID, false)
	if entra.IsNotFound(err) {
		return seen, nil
	}
	if err != nil {
		return seen, err
	}
	seen.principal = &p
	assigned, err := client.RoleAssignments(ctx, p.ID, false)
	if err != nil {
		return seen, err
	}
	api, err := l.api(ctx, k.Environment)
	if err != nil {
		return seen, err
	}
	seen.held, seen.rolesRead = values(api, assigned), true
	return seen, nil
}

// isRefused reports an answer that says no.
func isRefused(err error) bool {
	e, ok := entra.AsError(err)
	return ok && e.Outcome == entra.Refused
}

// Comparer is the worker's Runner of jobs of kind store.JobDrift.
type Comparer struct{ looker }

var _ worker.Runner = (*Comparer)(nil)

// NewComparer makes a Comparer.
func NewComparer(cfg Config) *Comparer {
	return &Comparer{looker{cfg: cfg.withDefaults(), apis: map[access.Environment]knownAPI{}}}
}

// Run implements worker.Runner.
func (c *Comparer) Run(ctx context.Context, job store.Job) error {
	key, env, isAgain := workflow.DriftJob(job.Subject)
	var err error
	switch {
	case key != "":
		err = c.one(ctx, key)
	case c.cfg.Entra[env] == nil:
		return nil // nothing to compare with
	case isAgain:
		err = c.again(ctx, env)
	default:
		err = c.all(ctx, env)
	}
	return judged(ctx, err)
}

// Park implements worker.Runner: the next night compares anew, and so does who
// asks.
func (c *Comparer) Park(ctx context.Context, _ store.Job, cause error) error {
	c.cfg.Log.WarnContext(ctx, "keys were not compared", slog.Any("error", cause))
	return nil
}

// judged says whether trying again can help, and when.
func judged(ctx context.Context, err error) error {
	e, fromEntra := entra.AsError(err)
	_, own := errors.AsType[*givenUp](err)
	switch {
	case err == nil, ctx.Err() != nil:
		return err
	case own, fromEntra && e.Outcome == entra.Refused:
		return worker.Final(err)
	case fromEntra && e.RetryAfter > 0:
		return worker.Later(e.RetryAfter, err)
	}
	return err
}

// givenUp is a failure of ours that trying again will not help.
type givenUp struct{ code string }

// Error implements error.
func (e *givenUp) Error() string { return "drift: " + e.code }

// codeOf is the code a failed fix shows.
func codeOf(err error) string {
	if own, ok := errors.AsType[*givenUp](err); ok {
		return own.code
	}
	if e, ok := entra.AsError(err); ok && e.Code != "" {
		return e.Code
	}
	if waits, ok := errors.AsType[*waiting](err); ok {
		return waits.code
	}
	return codeInternal
}

// waiting is why a fix cannot be done now.
type waiting struct{ code string }

// Error implements error.
func (e *waiting) Error() string { return "drift: " + e.code }

// one compares one key, looking twice before it says that something differs.
func (c *Comparer) one(ctx context.Context, id access.KeyID) error {
	for range 2 { // the key may change between reading and recording
		rec, err := c.cfg.Flow.DriftKeyOf(ctx, id)
		if err != nil || rec == nil || rec.IsBusy || rec.IsYoung || c.cfg.Entra[rec.Key.Environment] == nil {
			return err
		}
		found, err := c.twice(ctx, *rec)
		if err != nil {
			return err
		}
		left, err := c.cfg.Flow.RecordCompared(ctx, []workflow.Compared{found}, true)
		if err != nil || len(left) == 0 {
			return err
		}
	}
	return &waiting{CodeKeyBusy}
}

// twice looks, and again a while later when something differs: what both looks
// found stands, what only one did is left as it was.
func (l *looker) twice(ctx context.Context, rec workflow.DriftKey) (workflow.Compared, error) {
	seen, err := l.look(ctx, rec)
	if err != nil {
		return workflow.Compared{}, err
	}
	first := compare(rec, seen, l.cfg.Clock())
	if len(first.Differences) == 0 {
		return first, nil
	}
	if err := l.cfg.Sleep(ctx, l.cfg.LookAgain); err != nil {
		return first, err
	}
	if seen, err = l.look(ctx, rec); err != nil {
		return first, err
	}
	return both(first, compare(rec, seen, l.cfg.Clock())), nil
}

// both keeps what two looks agree in.
func both(first, second workflow.Compared) workflow.Compared {
	out := second
	out.Differences = nil
	is := map[[2]string]bool{}
	for _, d := range first.Differences {
		is[[2]string{string(d.Kind), d.Thing}] = true
	}
	for _, d := range second.Differences {
		if is[[2]string{string(d.Kind), d.Thing}] {
			out.Differences = append(out.Differences, d)
		}
	}
	return out
}

// againAtMost is how many subjects are looked at a second time one by one; with
// more, all keys are compared anew.
const againAtMost = 200

// again looks a second time at what was seen once.
func (c *Comparer) again(ctx context.Context, env access.Environment) error {
	suspects, err := c.cfg.Flow.Suspects(ctx, env, againAtMost+1)
	if err != nil || len(suspects) == 0 {
		return err
	}
	if len(suspects) > againAtMost {
		return c.all(ctx, env)
	}
	for _, s := range suspects {
		if s.Key != "" {
			err = c.one(ctx, s.Key)
		} else {
			err = c.stray(ctx, s)
		}
		if err != nil && !isRefused(err) {
			return fmt.Errorf("second look: %w", err)
		}
	}
	return nil
}

// stray looks at one application that no key knows.
func (c *Comparer) stray(ctx context.Context, d store.Drift) error {
	client := c.cfg.Entra[d.Environment]
	app, err := client.Application(ctx, d.ObjectID, false)
	if err != nil && !entra.IsNotFound(err) {
		return err
	}
	found := workflow.Compared{Environment: d.Environment, Name: d.Name, ObjectID: d.ObjectID, ClientID: d.ClientID}
	if err == nil {
		holds, err := c.holdings(ctx, client, app)
		if err != nil {
			return err
		}
		is, err := c.cfg.Flow.IsStray(ctx, workflow.AppName{UniqueName: app.UniqueName, ClientID: app.ClientID})
		if err != nil {
			return err
		}
		if is && !holds.isEmpty() {
			found.Differences = []workflow.Difference{{Kind: access.DriftOrphanApp, Detail: holds.String()}}
		}
	}
	_, err = c.cfg.Flow.RecordCompared(ctx, []workflow.Compared{found}, true)
	return err
}

// holding is what an orphan could still do harm with.
type holding struct {
	secrets, roles int
	principal      string
	assigned       []entra.Assignment
}

func (h holding) isEmpty() bool { return h.secrets == 0 && h.roles == 0 }

// String counts secrets and permissions, for people to read.
func (h holding) String() string { return fmt.Sprintf("%d/%d", h.secrets, h.roles) }

func (l *looker) holdings(ctx context.Context, client *entra.Client, app entra.Application) (h holding, err error) {
	h.secrets = len(app.Passwords)
	p, err := client.PrincipalByClientID(ctx, app.ClientID, false)
	if entra.IsNotFound(err) {
		return h, nil
	}
	if err != nil {
		return h, err
	}
	h.principal = p.ID
	h.assigned, err = client.RoleAssignments(ctx, p.ID, false)
	h.roles = len(h.assigned)
	return h, err
}
