package ladder_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"llavero/server/internal/audit"
	"llavero/server/internal/entraemu"
	"llavero/server/internal/ladder"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/wire"
)

const allOn = "on, on, skipped, on" // of a typed key, whose permissions were never read

// pair makes two applications and types them as the keys of the code.
func (w *world) pair() (pro, pre made, key *store.Key) {
	w.t.Helper()
	pro, pre = w.make("a-mano-1", "A mano 1", w.year()), w.make("a-mano-2", "A mano 2", w.year())
	key = w.assign(pro.typed(w.year()), pre.typed(w.year()))
	return pro, pre, key
}

// TestCheck_passes: a typed key is unverified and waits; once it was found and
// has signed in it is active, ready, removable, and ends when Entra says.
func TestCheck_passes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	pro, pre := w.make("a-mano-1", "A mano 1", w.year()), w.make("a-mano-2", "A mano 2", w.year())
	typedEnd := w.year().Add(-24 * time.Hour)
	key := w.assign(pro.typed(typedEnd), pre.typed(w.year()))
	if row := w.row(key.ID); row.State != access.KeyUnverified || row.Stage != "" || row.Check == nil || row.Check.State != access.CheckWaiting || row.Test != nil {
		t.Fatalf("before: %+v", row)
	}
	if n := w.run(); n != 2 {
		t.Errorf("%d tests, want two", n)
	}
	row, s, k := w.row(key.ID), w.secret(key.ID), w.key(access.Production)
	if row.State != access.KeyActive || row.Stage != access.StageReady || row.Check.State != access.CheckPassed || lights(row.Test) != allOn ||
		!strings.HasPrefix(row.Test.TLS, "TLS 1.") || row.Test.IsRunning() || row.Test.By != "" {
		t.Errorf("after: %+v, %s", row, lights(row.Test))
	}
	if tries := row.Test.Light(access.LightSteady).Tries; tries != 3 {
		t.Errorf("%d sign-ins", tries)
	}
	if !s.CanRemove() || s.EntraKeyID != pro.secret.KeyID || s.ObjectID != pro.objectID || !s.IsProved() {
		t.Errorf("secret %+v", s)
	}
	if k.ObjectID != pro.objectID || k.PrincipalID == "" || !k.ExpiresAt.Equal(pro.secret.End) || !s.ExpiresAt.Equal(pro.secret.End) {
		t.Errorf("key %+v, want the end %s", k, pro.secret.End)
	}
	checked := w.trail(key.ID, audit.KeyChecked)
	if len(checked) != 1 || checked[0].DetailOf("expiresAtFrom") == "" || checked[0].DetailOf("expiresAt") == checked[0].DetailOf("expiresAtFrom") {
		t.Errorf("trail %v", checked)
	}
	if opened, ended := w.trail(key.ID, audit.SecretTested), w.trail(key.ID, audit.KeyTested); len(opened) != 1 || len(ended) != 1 || ended[0].DetailOf("steady") != "on" {
		t.Errorf("opened %v, ended %v", opened, ended)
	}
	if _, left := w.next(); left {
		t.Error("a job is left")
	}
	if _, err := audit.Verify(t.Context(), w.db); err != nil {
		t.Error(err)
	}
}

// TestCheck_problems: what Entra says against a typed key.
func TestCheck_problems(t *testing.T) {
	t.Parallel()
	other := access.LicenseCode("0800199777")
	cases := map[string]struct {
		production func(w *world) wire.TypedKey
		late       time.Duration // after it was typed
		problem    access.Hint
		code       string
	}{
		"not in Entra": {func(w *world) wire.TypedKey {
			k := w.make("a", "A", w.year()).typed(w.year())
			k.ClientID = uuid.NewString()
			return k
		}, time.Hour, access.HintNotInEntra, ladder.CodeNotInEntra},
		"the object's id": {func(w *world) wire.TypedKey {
			m := w.make("a", "A", w.year())
			m.clientID = m.objectID
			return m.typed(w.year())
		}, time.Hour, access.HintNotInEntra, ladder.CodeObjectID},
		"the other environment's, by its unique name": {func(w *world) wire.TypedKey {
			return w.make("llavero-preproduction-"+string(code), "A", w.year()).typed(w.year())
		}, 0, access.HintOtherEnvironment, ladder.CodeOtherEnv},
		"the other environment's, by its name": {func(w *world) wire.TypedKey {
			return w.make("a", "IHCE-SANDBOX-"+string(code), w.year()).typed(w.year())
		}, 0, access.HintOtherEnvironment, ladder.CodeOtherEnv},
		"the other environment's, by its tags": {func(w *world) wire.TypedKey {
			app, _, err := w.client.EnsureApplication(w.t.Context(), "a", "A", []string{"llavero", "environment:preproduction"})
			w.must(err)
			p, err := w.client.AddPassword(w.t.Context(), app.ID, "x", w.year(), false)
			w.must(err)
			return made{app.ID, app.ClientID, p}.typed(w.year())
		}, 0, access.HintOtherEnvironment, ladder.CodeOtherEnv},
		"another code's": {func(w *world) wire.TypedKey {
			return w.make("llavero-production-"+string(other), "A", w.year()).typed(w.year())
		}, 0, access.HintOtherEnvironment, ladder.CodeOtherCode},
		"no secret begins so": {func(w *world) wire.TypedKey {
			k := w.make("a", "A", w.year()).typed(w.year())
			k.Secret = "###" + k.Secret[3:]
			return k
		}, time.Hour, access.HintSecretUnknown, ladder.CodeSecretUnknown},
		"expired": {func(w *world) wire.TypedKey {
			return w.make("a", "A", w.clock.Now().Add(30*time.Minute)).typed(w.year())
		}, time.Hour, access.HintExpired, ladder.CodeSecretExpired},
		"refused": {func(w *world) wire.TypedKey {
			k := w.make("a", "A", w.year()).typed(w.year())
			k.Secret = k.Secret[:3] + strings.ToUpper(strings.ReplaceAll(uuid.NewString(), "-", "~"))
			return k
		}, time.Hour, access.HintRefused, "AADSTS7000215"},
		"disabled": {func(w *world) wire.TypedKey {
			m := w.make("a", "A", w.year())
			w.must(w.emu.TurnKnobs(func(k *entraemu.Knobs) { k.Token.DisabledApps = []string{m.clientID} }))
			return m.typed(w.year())
		}, 0, access.HintRefused, "AADSTS7000112"},
		"no service principal": {func(w *world) wire.TypedKey {
			app, _, err := w.client.EnsureApplication(w.t.Context(), "a", "A", nil)
			w.must(err)
			p, err := w.client.AddPassword(w.t.Context(), app.ID, "x", w.year(), false)
			w.must(err)
			return made{app.ID, app.ClientID, p}.typed(w.year())
		}, time.Hour, access.HintNotInEntra, "AADSTS7000229"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			typed := c.production(w)
			key := w.assign(typed, w.make("pre", "Pre", w.year()).typed(w.year()))
			_ = w.clock.Sleep(t.Context(), c.late)
			w.run()
			row := w.row(key.ID)
			if row.State != access.KeyUnverified || row.Check == nil || row.Check.State != access.CheckFailed || row.Check.Problem != c.problem ||
				row.Check.Code != c.code || row.Check.At.IsZero() {
				t.Fatalf("%s, check %+v", row.State, row.Check)
			}
			if got := lights(row.Test); got != "failed "+c.code+", skipped, skipped, skipped" || row.Test.IsRunning() {
				t.Errorf("lights: %s", got)
			}
			if s := w.secret(key.ID); s.CanRemove() || s.IsProved() || s.Stage == access.StageReady {
				t.Errorf("secret %+v", s)
			}
			if pre := w.key(access.Preproduction); pre.State != access.KeyActive {
				t.Errorf("the other environment is %s", pre.State)
			}
			if len(w.trail(key.ID, audit.KeyChecked)) != 1 {
				t.Errorf("trail %v", w.trail(key.ID, audit.KeyChecked))
			}
			// Once a day it is looked at again; the same answer is no news.
			if n, err := w.flow.SweepChecks(t.Context()); n != 0 || err != nil {
				t.Errorf("swept %d at once, %v", n, err)
			}
			_ = w.clock.Sleep(t.Context(), 25*time.Hour)
			if n, err := w.flow.SweepChecks(t.Context()); n != 1 || err != nil {
				t.Errorf("swept %d a day later, %v", n, err)
			}
			w.run()
			if len(w.trail(key.ID, audit.KeyChecked)) != 1 {
				t.Errorf("trail %v", w.trail(key.ID, audit.KeyChecked))
			}
		})
	}
}

// Ambiguous hints: the secret is proved, which one it is stays unknown.
func TestCheck_alike(t *testing.T) {
	t.Parallel()
	for name, isSameEnd := range map[string]bool{"same end": true, "other ends": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			pro := w.make("a", "A", w.year())
			end := w.year()
			if !isSameEnd {
				end = end.Add(-48 * time.Hour)
			}
			p, err := w.client.AddPassword(t.Context(), pro.objectID, "x", end, false)
			w.must(err)
			w.wire.seen = func(body []byte) []byte { // the two begin alike, which no seed gives soon
				return bytes.ReplaceAll(body, hintField(p.Hint), hintField(pro.secret.Hint))
			}
			typedEnd := w.year().Add(-72 * time.Hour)
			key := w.assign(pro.typed(typedEnd), w.make("pre", "Pre", w.year()).typed(w.year()))
			w.run()
			s, k := w.secret(key.ID), w.key(access.Production)
			if k.State != access.KeyActive || s.CanRemove() || s.EntraKeyID != "" {
				t.Errorf("%s %+v", k.State, s)
			}
			want := typedEnd
			if isSameEnd {
				want = pro.secret.End
			}
			if !k.ExpiresAt.Equal(want) {
				t.Errorf("ends %s, want %s", k.ExpiresAt, want)
			}
		})
	}
}

func hintField(hint string) []byte {
	text, _ := json.Marshal(hint)
	return []byte(`"hint":` + string(text))
}

// TestCheck_entraDown: out of order is no verdict. The check waits, with the code,
// and is done when Entra is back.
func TestCheck_entraDown(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]entraemu.Fault{
		"cut":       {Kind: entraemu.FaultCutBefore, Count: entraemu.Forever},
		"busy":      {Kind: entraemu.FaultStatus, Status: 503, Count: entraemu.Forever},
		"throttled": {Kind: entraemu.FaultStatus, Status: 429, RetryAfter: 300, Count: entraemu.Forever},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			_, _, key := w.pair()
			w.client = w.newClient() // without a token of its own
			_, err := w.emu.Faults().Add(fault)
			w.must(err)
			last := time.Duration(0)
			for try := range 9 {
				w.run()
				row := w.row(key.ID)
				if row.State != access.KeyUnverified || row.Check.State != access.CheckWaiting || row.Check.Code == "" || row.Check.Problem != "" || row.Test.IsRunning() {
					t.Fatalf("try %d: %s %+v", try, row.State, row.Check)
				}
				at, ok := w.next()
				wait := at.Sub(w.clock.Now())
				if !ok || wait > 16*time.Minute || wait <= 0 {
					t.Fatalf("try %d: the next comes in %s, %v", try, wait, ok)
				}
				if wait > last {
					last = wait
				}
				_ = w.clock.Sleep(t.Context(), wait+time.Second)
			}
			if last < 14*time.Minute {
				t.Errorf("the longest wait was %s: it does not grow", last)
			}
			if n := len(w.trail(key.ID, audit.KeyChecked)); n > 3 {
				t.Errorf("%d entries tell of the same", n)
			}
			w.emu.Faults().Clear()
			_ = w.clock.Sleep(t.Context(), time.Hour)
			w.run()
			if row := w.row(key.ID); row.State != access.KeyActive || row.Check.State != access.CheckPassed {
				t.Errorf("after: %s %+v", row.State, row.Check)
			}
		})
	}
}

// A key that was made moments ago may look absent: it fails at once for people
// to see, and is looked for again while it is young.
func TestCheck_youngIsLookedForAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	pro := w.make("a", "A", w.year())
	w.must(w.emu.TurnKnobs(func(k *entraemu.Knobs) { k.Lag.Application = entraemu.Exactly(3 * time.Minute) }))
	late, _, err := w.client.EnsureApplication(t.Context(), "late", "Late", nil)
	w.must(err)
	w.must(w.emu.TurnKnobs(func(k *entraemu.Knobs) { k.Lag.Application = entraemu.Exactly(0) }))
	typed := pro.typed(w.year())
	typed.ClientID = late.ClientID
	key := w.assign(typed, w.make("pre", "Pre", w.year()).typed(w.year()))
	w.run()
	if c := w.row(key.ID).Check; c.State != access.CheckFailed || c.Problem != access.HintNotInEntra {
		t.Fatalf("at first: %+v", c)
	}
	for range 2 {
		at, ok := w.next()
		if !ok {
			t.Fatal("it is not looked for again")
		}
		_ = w.clock.Sleep(t.Context(), at.Sub(w.clock.Now()))
		w.run()
	}
	if c := w.row(key.ID).Check; c.Problem != access.HintSecretUnknown { // found by now; the secret is another's
		t.Errorf("later: %+v", c)
	}
	_ = w.clock.Sleep(t.Context(), time.Hour)
	w.run()
	if _, ok := w.next(); ok {
		t.Error("one that is not young any more is looked for again")
	}
}

// With no directory there is nothing to ask: the key says so and is not asked
// for again before the day is over.
func TestCheck_notConfigured(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, _, key := w.pair()
	l := ladder.New(ladder.Config{Flow: w.flow, Prover: w.prover()})
	w.must(l.Run(t.Context(), store.Job{Kind: store.JobTest, Subject: string(key.ID)}))
	if row := w.row(key.ID); row.Check.State != access.CheckWaiting || row.Check.Code != ladder.CodeNotConfigured || row.State != access.KeyUnverified {
		t.Errorf("%+v", row.Check)
	}
}
