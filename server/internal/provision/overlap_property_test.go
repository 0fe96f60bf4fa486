package provision

import (
	"flag"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"llavero/server/internal/entraemu"
	"llavero/server/internal/store"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
)

var relaySeed = flag.Uint64("relay-seed", 0, "seed of TestRelay_neverLosesTheLastSecret; 0 draws one")

// watchedWire looks at the directory after each secret that was removed: of what
// is left, one must be valid and known to the store, so that the provider's
// software has something to sign in with.
type watchedWire struct {
	http.RoundTripper
	w       *world
	removed int
}

func (t *watchedWire) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := t.RoundTripper.RoundTrip(r)
	if strings.HasSuffix(r.URL.Path, "/removePassword") {
		t.removed++
		t.w.mustHaveValid(r.URL.Path)
	}
	return resp, err
}

// mustHaveValid checks every application that was issued: one secret at least is
// live there and is one that the store would hand out or leave working.
func (w *world) mustHaveValid(when string) {
	w.t.Helper()
	known := map[string]bool{}
	err := w.db.Read(w.t.Context(), func(tx *store.Tx) error {
		for _, env := range access.Environments() {
			k, err := tx.KeyOf(code, env)
			if err != nil || k == nil {
				return err
			}
			all, err := tx.Secrets(k.ID)
			if err != nil {
				return err
			}
			for _, s := range all {
				if s.State == store.SecretActive || s.State == store.SecretOverlap {
					known[s.EntraKeyID] = true
				}
			}
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, app := range w.dir.State().Issued() {
		if len(app.Secrets) == 0 {
			continue // its first is on its way
		}
		if !slices.ContainsFunc(app.Live(), func(s entraemu.SecretState) bool { return known[s.KeyID] }) {
			w.t.Errorf("%s: %s has no valid secret left that anybody knows; live %+v", when, app.UniqueName, app.Live())
		}
	}
}

// TestRelay_neverLosesTheLastSecret changes keys for random reasons, ends
// overlaps by hand and lets weeks pass, on a directory whose servers disagree
// for up to ten minutes, throttle and lose answers. After each removal, and after
// each act, every application has a valid secret that somebody knows.
func TestRelay_neverLosesTheLastSecret(t *testing.T) {
	t.Parallel()
	seed := *relaySeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	removed := 0
	dir := newDirectory(t)
	for n := range uint64(4) {
		rng := rand.New(rand.NewPCG(seed, n))
		w := newWorld(t, dir)
		wire := &watchedWire{RoundTripper: dir.wire.Transport, w: w}
		w.wire = wire
		w.setSeed(seed + n)
		w.live(-1)
		w.mustBeWhole()
		if err := dir.TurnKnobs(func(k *entraemu.Knobs) {
			lagging(k, seed+n)
			k.Lag.Secret.Max = entraemu.Duration(10 * time.Minute)
			k.Chance = entraemu.Chance{Throttle: 3, Unavailable: 2, LostAnswer: 3, Cut: 1}
		}); err != nil {
			t.Fatal(err)
		}
		for range 10 {
			w.randomAct(rng)
			w.mustHaveValid("after an act")
		}
		removed += wire.removed
		if t.Failed() {
			t.Fatalf("seed %d, world %d", seed, n)
		}
	}
	if removed < 8 {
		t.Errorf("seed %d: only %d removals were seen", seed, removed)
	}
}

// randomAct does one thing that people, or time, do to a code's keys.
func (w *world) randomAct(rng *rand.Rand) {
	w.t.Helper()
	switch rng.IntN(5) {
	case 0, 1:
		_ = w.dir.clock.Sleep(w.t.Context(), time.Hour)
		w.ask(access.KindRenew, []access.Reason{access.ReasonSecurity, access.ReasonVendor, access.ReasonExpiry}[rng.IntN(3)])
	case 2:
		for _, key := range w.keys() {
			_, err := w.flow.EndOverlap(w.t.Context(), workflow.Act{Who: w.delegate}, key.ID, key.Version)
			if err != nil && access.CodeOf(err) != access.CodeConflict {
				w.t.Fatal(err)
			}
		}
	default:
		_ = w.dir.clock.Sleep(w.t.Context(), time.Duration(rng.Int64N(int64(40*24*time.Hour))))
	}
	w.live(-1)
	for range 6 { // an officer resumes what bad luck parked
		if w.request().Status != access.StatusPending {
			break
		}
		_ = w.dir.clock.Sleep(w.t.Context(), 20*time.Minute)
		w.resume()
		w.live(-1)
	}
}
