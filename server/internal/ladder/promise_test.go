package ladder_test

import (
	"context"
	"flag"
	"math/rand/v2"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/entraemu"
	"llavero/server/internal/ladder"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
)

var promiseSeed = flag.Uint64("promise.seed", 0, "seed of TestReady_neverEarly; 0: another each time")

// signIns are those of one key, as the directory answered them.
type signIns struct {
	mu  sync.Mutex
	all []signIn
}

type signIn struct {
	at time.Time
	ok bool
}

// watched is a flow that sees when a secret is called ready, and that its stage
// never goes back.
type watched struct {
	ladder.Flow
	w     *world
	key   access.KeyID
	order []access.Stage
	ready []time.Time
}

func (f *watched) RecordLights(ctx context.Context, t workflow.Trial, news workflow.News) error {
	err := f.Flow.RecordLights(ctx, t, news)
	if t.Key != f.key || err != nil {
		return err
	}
	stage := f.w.secret(t.Key).Stage
	if n := len(f.order); n == 0 || f.order[n-1] != stage {
		f.order = append(f.order, stage)
	}
	if stage == access.StageReady && len(f.ready) == 0 {
		f.ready = append(f.ready, f.w.clock.Now())
	}
	return nil
}

// TestReady_neverEarly is the promise of «Lista», over directories whose servers
// hear of a secret at any time within ten minutes, disagree meanwhile, and at
// times forget: at the instant it is recorded, the last sign-ins were as many
// successes in a row as the settings ask for, each as long after the one before
// as they say, with no refusal since the first of them, and over a time in
// proportion to the refusals before. The stage never goes back. How often a later sign-in is refused all the same is counted: three
// successes are no proof of servers that were not asked.
func TestReady_neverEarly(t *testing.T) {
	seed := *promiseSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("promise.seed %d", seed)
	const rounds = 16
	var waited time.Duration
	var late [2]lateness // of servers that never forget, and of those that do
	unready := 0
	for round := range rounds {
		rng := rand.New(rand.NewPCG(seed, uint64(round)))
		w := newWorld(t)
		replicas, lag, flaps := 1+rng.IntN(8), time.Duration(rng.Int64N(int64(10*time.Minute))), rng.Float64()*0.4*float64(round%2)
		w.must(w.emu.TurnKnobs(func(k *entraemu.Knobs) {
			k.Replicas = replicas
			k.Lag.Secret = entraemu.Span{Max: entraemu.Duration(lag)}
		}))
		pro := w.make("a", "A", w.year())
		made, flapsUntil := w.clock.Now(), w.clock.Now().Add(time.Duration(rng.Int64N(int64(10*time.Minute))))
		w.must(w.emu.TurnKnobs(func(k *entraemu.Knobs) { k.Lag.Secret = entraemu.Exactly(0) }))
		key := w.assign(pro.typed(w.year()), w.make("pre", "Pre", w.year()).typed(w.year()))

		log := &signIns{}
		w.wire.with(func(_ *http.Request, f url.Values) {
			if f.Get("client_id") == pro.clientID && w.clock.Now().Before(flapsUntil) && rng.Float64() < flaps {
				f.Set("client_secret", "a-server-that-forgot") // it answers as one that never heard of the secret
			}
		})
		w.wire.answered = func(f url.Values, status int) {
			if f.Get("client_id") == pro.clientID {
				log.mu.Lock()
				defer log.mu.Unlock()
				log.all = append(log.all, signIn{w.clock.Now(), status == http.StatusOK})
			}
		}
		seen := &watched{w: w, key: key.ID}
		w.wrap = func(f ladder.Flow) ladder.Flow { seen.Flow = f; return seen }
		for len(seen.ready) == 0 {
			w.run()
			at, ok := w.next()
			if len(seen.ready) > 0 || !ok || at.Sub(made) > time.Hour {
				break
			}
			_ = w.clock.Sleep(t.Context(), at.Sub(w.clock.Now()))
		}
		if len(seen.ready) == 0 {
			unready++
			t.Logf("round %d: not ready, %+v", round, w.row(key.ID).Check)
			continue
		}
		mustHaveEarned(t, round, log.all, seen, len(w.trail(key.ID, audit.SecretTested)) == 1)
		waited += seen.ready[0].Sub(made)
		of := &late[round%2]
		of.keys++

		before := len(log.all)
		for range 16 {
			_ = w.clock.Sleep(t.Context(), time.Second)
			_, _ = w.client.TestKey(t.Context(), w.emu.TenantID(), pro.clientID, pro.secret.Text, w.emu.Gateway(entraemu.Prod).Scope)
		}
		had := of.refused
		for _, s := range log.all[before:] {
			of.asked++
			if !s.ok {
				of.refused++
			}
		}
		if of.refused > had {
			of.touched++
		}
		// What a later test meets does not take the stage back.
		_ = w.clock.Sleep(t.Context(), time.Minute)
		_, err := w.flow.TestKey(t.Context(), workflow.Act{Who: w.officer}, key.ID)
		w.must(err)
		w.wire.with(func(_ *http.Request, f url.Values) { f.Set("client_secret", "forgotten again") })
		w.run()
		if row := w.row(key.ID); row.Stage != access.StageReady || row.Test.Light(access.LightSecret).State == access.LightOn {
			t.Errorf("round %d: refused later, the stage is %q, lights %s", round, row.Stage, lights(row.Test))
		}
	}
	if unready > rounds/10 {
		t.Errorf("%d of %d were never ready though every server had heard of them", unready, rounds)
	}
	t.Logf("keys ready after %s on average", waited/time.Duration(max(1, rounds-unready)))
	for i, name := range []string{"late servers", "servers that forget too"} {
		l := late[i]
		t.Logf("%s: of %d sign-ins in the 16 s after ready %d were refused, of %d keys among %d", name, l.asked, l.refused, l.touched, l.keys)
	}
}

// lateness counts sign-ins after keys were called ready.
type lateness struct{ keys, asked, refused, touched int }

// mustHaveEarned checks the promise at the instant a key was called ready.
func mustHaveEarned(t *testing.T, round int, all []signIn, seen *watched, isOneProof bool) {
	t.Helper()
	want := ladder.Verify{}.WithDefaults()
	var before []signIn
	for _, s := range all {
		if !s.at.After(seen.ready[0]) {
			before = append(before, s)
		}
	}
	if len(before) < want.Successes {
		t.Errorf("round %d: ready after %d sign-ins", round, len(before))
		return
	}
	last := before[len(before)-want.Successes:]
	for i, s := range last {
		if !s.ok {
			t.Errorf("round %d: one of the last %d sign-ins before ready was refused", round, want.Successes)
		}
		if i > 0 && s.at.Sub(last[i-1].at) < want.Spacing {
			t.Errorf("round %d: two of them were %s apart", round, s.at.Sub(last[i-1].at))
		}
	}
	first := len(before) // of the successes in a row
	for first > 0 && before[first-1].ok {
		first--
	}
	if isOneProof && first > 0 {
		refusals, quiet := before[first-1].at.Sub(before[0].at), seen.ready[0].Sub(before[first].at)
		if quiet < min(refusals/2, 2*time.Minute) {
			t.Errorf("round %d: refused for %s, and ready after %s of quiet", round, refusals, quiet)
		}
	}
	rank := map[access.Stage]int{"": 0, access.StageCreated: 1, access.StagePropagating: 2, access.StageReady: 3}
	for i := 1; i < len(seen.order); i++ {
		if rank[seen.order[i]] < rank[seen.order[i-1]] {
			t.Errorf("round %d: the stages went %v", round, seen.order)
		}
	}
}
