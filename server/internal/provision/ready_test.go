package provision

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"llavero/server/internal/entra"
	"llavero/server/internal/entraemu"
	"llavero/server/internal/ladder"
	"llavero/server/internal/params"
	"llavero/server/internal/store"
	"llavero/server/internal/worker"
	"llavero/shared/access"
	"llavero/shared/secret"
)

// mustHold is all that holds of a finished key.
func (w *world) mustHold(app entraemu.AppState, key issuedKey) {
	w.t.Helper()
	w.mustMatch(app, key)
	w.mustBeReady(key)
}

// mustBeReady checks that a finished key was proved, and that its test is over.
func (w *world) mustBeReady(key issuedKey) {
	w.t.Helper()
	s := key.active
	if s.Stage != access.StageReady || !s.IsProved() || s.Test.IsRunning() || s.Test.Light(access.LightSteady).State != access.LightOn {
		w.t.Errorf("%s: the secret is %q, proved %s, test %+v", key.Environment, s.Stage, s.ProvedAt, s.Test)
	}
}

// stepped is a flow that remembers the steps that were begun.
type stepped struct {
	Flow
	mu    sync.Mutex
	steps []access.Step
}

func (f *stepped) BeginStep(ctx context.Context, id access.RequestID, env access.Environment, step access.Step) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if env == access.Preproduction {
		f.steps = append(f.steps, step)
	}
	return f.Flow.BeginStep(ctx, id, env, step)
}

// TestRun_gatewayHoldsNothingUp: «Probando llave» is a step of its own, begun once
// Entra took the secret; the gateway is asked once after, and a silent one keeps
// no key from being issued.
func TestRun_gatewayHoldsNothingUp(t *testing.T) {
	t.Parallel()
	dir := newDirectory(t)
	w := newWorld(t, dir)
	asked := 0
	silent := &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
		asked++
		return nil, context.DeadlineExceeded
	})}
	for _, env := range access.Environments() {
		e := w.params.Of(env)
		e.Params = []params.Param{
			{Name: "endpoint", Value: secret.New("https://pasarela.example/ihce")}, {Name: "APIMSubskey", Value: secret.New("made-up")},
		}
		if env == access.Production {
			w.params = params.New(w.params.Of(access.Preproduction), e)
		} else {
			w.params = params.New(e, w.params.Of(access.Production))
		}
	}
	db, flow := w.open()
	t.Cleanup(func() { _ = db.Close() })
	client, err := entra.New(w.entraConfig(dir.wire))
	if err != nil {
		t.Fatal(err)
	}
	seen := &stepped{Flow: flow}
	p := New(Config{
		Flow: seen, Gateway: &ladder.Gateway{HTTP: silent, Clock: dir.clock.Now},
		Base: Base{
			Clock: dir.clock.Now, Sleep: dir.clock.Sleep,
			Entra: map[access.Environment]*entra.Client{access.Preproduction: client, access.Production: client},
		},
	})
	began := dir.clock.Now()
	work := worker.New(db, map[string]worker.Runner{store.JobProvision: p}, worker.Config{Clock: dir.clock.Now, Lease: lease})
	if _, err := work.RunDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.mustBeWhole()
	if n := len(seen.steps); n < 2 || !slices.Equal(seen.steps[n-2:], []access.Step{access.StepVerify, access.StepTest}) {
		t.Errorf("steps %v, want them to end with verify, test", seen.steps)
	}
	if asked != 1 {
		t.Errorf("a silent gateway was asked %d times for two keys within its rest", asked)
	}
	if took := dir.clock.Now().Sub(began); took > time.Minute {
		t.Errorf("the issue took %s", took)
	}
	states := map[access.Environment]access.LightState{}
	for _, k := range w.keys() {
		states[k.Environment] = k.active.Test.Light(access.LightGateway).State
	}
	if states[access.Preproduction] != access.LightFailed || states[access.Production] != access.LightSkipped {
		t.Errorf("lights of the gateway: %v", states)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
