package provision

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"llavero/server/internal/entra"
	"llavero/server/internal/entraemu"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/secret"
)

func TestRun_bothEnvironments(t *testing.T) {
	t.Parallel()
	dir := newDirectory(t)
	w := newWorld(t, dir)
	w.live(-1)
	w.mustBeWhole()
	var writes int
	for _, c := range dir.Journal().Calls() {
		if c.Wrote {
			writes++
		}
	}
	if want := 2 * (1 + 1 + 2 + 1); writes != want {
		t.Errorf("%d writes, want %d: application, principal, two roles, secret, in each environment", writes, want)
	}
}

// TestRun_killedAnywhere kills the server at every boundary of the work, on
// either side of each record and each call, and starts it again.
func TestRun_killedAnywhere(t *testing.T) {
	t.Parallel()
	const stripes = 4 // each walks every fourth boundary
	for stripe := range stripes {
		t.Run(fmt.Sprintf("stripe %d", stripe), func(t *testing.T) {
			t.Parallel()
			dir := newDirectory(t)
			n := stripe
			for ; ; n += stripes {
				where := ""
				t.Run(fmt.Sprint(n), func(t *testing.T) {
					w := newWorld(t, dir)
					where = w.live(n)
					w.live(-1)
					w.mustBeWhole()
					if t.Failed() {
						t.Logf("died %s", where)
					}
				})
				if where == "" {
					break
				}
			}
			if n < 60 {
				t.Errorf("only %d boundaries were walked", n)
			}
		})
	}
}

// TestRun_killedTwice dies around the making of a secret, and again during the
// repair.
func TestRun_killedTwice(t *testing.T) {
	t.Parallel()
	dir := newDirectory(t)
	var around []int
	for n, where := 0, "-"; where != "" && len(around) < 6; n++ {
		where = newWorld(t, dir).live(n)
		if strings.HasSuffix(where, "intent") || strings.HasSuffix(where, "addPassword") || strings.HasSuffix(where, " secret") {
			around = append(around, n)
		}
	}
	if len(around) != 6 {
		t.Fatalf("the secret's boundaries are %v, want six", around)
	}
	for _, first := range around {
		t.Run(fmt.Sprint(first), func(t *testing.T) {
			t.Parallel()
			dir := newDirectory(t)
			for second := 2; second < 13; second++ {
				t.Run(fmt.Sprint(second), func(t *testing.T) {
					w := newWorld(t, dir)
					where := []string{w.live(first), w.live(second)}
					w.live(-1)
					w.mustBeWhole()
					if t.Failed() {
						t.Logf("died %q", where)
					}
				})
			}
		})
	}
}

// faults are what can happen to a call for as long as it is tried.
var faults = []struct {
	name  string
	fault entraemu.Fault
}{
	{"throttled", entraemu.Fault{Kind: entraemu.FaultStatus, Status: 429, RetryAfter: 7}},
	{"throttled-bare", entraemu.Fault{Kind: entraemu.FaultStatus, Status: 429}},
	{"fault", entraemu.Fault{Kind: entraemu.FaultStatus, Status: 500}},
	{"busy", entraemu.Fault{Kind: entraemu.FaultStatus, Status: 503}},
	{"gateway", entraemu.Fault{Kind: entraemu.FaultStatus, Status: 504}},
	{"concurrent", entraemu.Fault{Kind: entraemu.FaultStatus, Surface: entraemu.SurfaceGraph, Status: 409, Code: "Directory_ConcurrencyViolation"}},
	{"forbidden", entraemu.Fault{Kind: entraemu.FaultStatus, Status: 403}},
	{"answer-lost", entraemu.Fault{Kind: entraemu.FaultLostAnswer}},
	{"cut-before", entraemu.Fault{Kind: entraemu.FaultCutBefore}},
	{"cut-body", entraemu.Fault{Kind: entraemu.FaultCutBody}},
}

// liveWith runs a life under a fault and returns how often it struck.
func (w *world) liveWith(f entraemu.Fault) int {
	w.t.Helper()
	id, err := w.dir.Faults().Add(f)
	if err != nil {
		w.t.Fatal(err)
	}
	w.live(-1)
	return w.dir.Faults().Hits(id)
}

// TestRun_faultForEver lets each call fail until patience ends, looks at the
// reason, and resumes when the fault is over.
func TestRun_faultForEver(t *testing.T) {
	t.Parallel()
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			dir := newDirectory(t)
			for _, path := range []string{"/applications(", "/servicePrincipals(", "appRoleAssignedTo", "addPassword", "/token"} {
				if f.fault.Surface == entraemu.SurfaceGraph && path == "/token" {
					continue // the token endpoint has no such answer
				}
				fault := f.fault
				fault.Path, fault.Count = path, entraemu.Forever
				t.Run(path, func(t *testing.T) { failsUntilMended(t, dir, fault) })
			}
		})
	}
}

func failsUntilMended(t *testing.T, dir *directory, fault entraemu.Fault) {
	t.Helper()
	w := newWorld(t, dir)
	start := dir.clock.Now()
	w.liveWith(fault)
	r := w.request()
	if r.Status != access.StatusPending {
		t.Fatalf("the request is %s, want pending", r.Status)
	}
	if r.Failure.Code == CodeInternal || r.Failure.Status != fault.Status && fault.Kind == entraemu.FaultStatus {
		t.Errorf("parked with %+v", r.Failure)
	}
	if took := dir.clock.Now().Sub(start); took > 20*time.Minute {
		t.Errorf("the help desk heard of it after %s", took)
	}
	dir.Faults().Clear()
	w.resume()
	w.live(-1)
	w.mustBeWhole()
}

// TestRun_proofForEver makes only the proof fail: the token that the server
// itself works with is good.
func TestRun_proofForEver(t *testing.T) {
	t.Parallel()
	dir := newDirectory(t)
	cases := map[string]struct {
		fault    entraemu.Fault
		code     string
		min, max time.Duration
	}{
		"fault":     {entraemu.Fault{Kind: entraemu.FaultStatus, Status: 500}, "AADSTS", 0, 5 * time.Minute},
		"cut":       {entraemu.Fault{Kind: entraemu.FaultCutBefore}, entra.CodeNoAnswer, 0, 5 * time.Minute},
		"throttled": {entraemu.Fault{Kind: entraemu.FaultStatus, Status: 429, RetryAfter: 60}, "AADSTS", 5 * time.Minute, 20 * time.Minute},
		"refused":   {entraemu.Fault{Kind: entraemu.FaultStatus, Status: 403}, "AADSTS", 0, time.Minute},
		"not yet":   {entraemu.Fault{Kind: entraemu.FaultDelay, Delay: 1}, "AADSTS7000215", 14 * time.Minute, 16 * time.Minute},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, dir)
			c.fault.Path, c.fault.Skip, c.fault.Count = "/token", 1, entraemu.Forever
			if name == "not yet" { // no fault at all: servers that never hear of the secret
				if err := dir.TurnKnobs(func(k *entraemu.Knobs) { k.Lag.Secret = entraemu.Exactly(time.Hour) }); err != nil {
					t.Fatal(err)
				}
			}
			start := dir.clock.Now()
			w.liveWith(c.fault)
			took := dir.clock.Now().Sub(start)
			r := w.request()
			if r.Status != access.StatusPending || r.Failure.Step != access.StepVerify && r.Failure.Step != access.StepTest || !strings.HasPrefix(r.Failure.Code, c.code) {
				t.Fatalf("the request is %s, %+v; want it parked at its proof with %s", r.Status, r.Failure, c.code)
			}
			if took < c.min || took > c.max {
				t.Errorf("parked after %s, want between %s and %s", took, c.min, c.max)
			}
			dir.Faults().Clear()
			if err := dir.TurnKnobs(func(k *entraemu.Knobs) { k.Lag.Secret = entraemu.Exactly(0) }); err != nil {
				t.Fatal(err)
			}
			_ = dir.clock.Sleep(t.Context(), time.Hour)
			w.resume()
			w.live(-1)
			w.mustBeWhole()
		})
	}
}

// TestRun_slowDirectory works on servers that disagree for minutes, throttle
// and lose answers, with several seeds of luck.
func TestRun_slowDirectory(t *testing.T) {
	t.Parallel()
	for _, profile := range []entraemu.Profile{entraemu.ProfileRealistic, entraemu.ProfileHostile} {
		t.Run(string(profile), func(t *testing.T) {
			t.Parallel()
			dir := newDirectory(t)
			for n := range 8 {
				w := newWorld(t, dir)
				knobs, err := entraemu.KnobsOf(profile)
				if err != nil {
					t.Fatal(err)
				}
				if err := dir.SetKnobs(knobs); err != nil {
					t.Fatal(err)
				}
				start := dir.clock.Now()
				for range 5 { // an officer resumes what bad luck parked
					w.live(-1)
					if w.request().Status != access.StatusPending {
						break
					}
					t.Logf("run %d: parked with %+v", n, w.request().Failure)
					w.resume()
				}
				t.Logf("run %d took %s", n, dir.clock.Now().Sub(start))
				_ = dir.clock.Sleep(t.Context(), time.Hour)
				w.mustBeWhole()
			}
		})
	}
}

// TestRun_alreadyDecided leaves alone a request that is no longer the worker's.
func TestRun_alreadyDecided(t *testing.T) {
	t.Parallel()
	dir := newDirectory(t)
	w := newWorld(t, dir)
	w.live(-1)
	w.mustBeWhole()
	before := len(dir.Journal().Calls())
	w.write(func(tx *store.Tx) error {
		return tx.Enqueue(store.Job{ID: "late", Kind: store.JobProvision, Subject: string(w.id)})
	})
	w.live(-1)
	if n := len(dir.Journal().Calls()) - before; n != 0 {
		t.Errorf("%d calls were made for a finished request", n)
	}
	w.mustBeWhole()
}

func TestRun_ownRefusals(t *testing.T) {
	t.Parallel()
	dir := newDirectory(t)
	t.Run("no such role", func(t *testing.T) {
		w := newWorldWith(t, dir, []string{"Nadie"})
		w.live(-1)
		if f := w.request().Failure; f == nil || f.Code != CodeNoSuchRole || f.Step != access.StepPermissions || f.Environment != access.Preproduction {
			t.Errorf("parked with %+v", f)
		}
	})
	t.Run("secrets forbidden by policy", func(t *testing.T) {
		w := newWorld(t, dir)
		if err := dir.TurnKnobs(func(k *entraemu.Knobs) { k.Policy.NoSecrets = true }); err != nil {
			t.Fatal(err)
		}
		w.live(-1)
		if f := w.request().Failure; f == nil || f.Code != "CredentialTypeNotAllowedAsPerAppPolicy" || f.Step != access.StepSecret || f.Status != 400 {
			t.Errorf("parked with %+v", f)
		}
	})
}

// What a policy allows is told beside what was asked for, where the server may
// read it, and is left out where it may not.
func TestRun_policyDays(t *testing.T) {
	t.Parallel()
	for _, mayRead := range []bool{false, true} {
		dir := newDirectory(t)
		w := newWorld(t, dir)
		if mayRead {
			dir.grant(t, "Policy.Read.All")
		}
		if err := dir.TurnKnobs(func(k *entraemu.Knobs) { k.Policy.LongestLife = entraemu.Duration(180 * 24 * time.Hour) }); err != nil {
			t.Fatal(err)
		}
		w.live(-1)
		f := w.request().Failure
		if f == nil || f.Code != codeLifetime || f.Step != access.StepSecret {
			t.Fatalf("parked with %+v", f)
		}
		if mayRead != (f.PolicyDays == 180 && f.Days == 365) || !mayRead && f.PolicyDays+f.Days != 0 {
			t.Errorf("may read %t: %d days of %d", mayRead, f.PolicyDays, f.Days)
		}
	}
}

// grant gives the server's own application a permission on Graph.
func (d *directory) grant(t *testing.T, value string) {
	t.Helper()
	client, err := entra.New(entra.Config{
		Authority: d.URL(), GraphURL: d.GraphURL(), Tenant: d.TenantID(), ClientID: d.ClientID(),
		Secret: secret.New(d.ClientSecret()), HTTPClient: d.wire, Clock: d.clock.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	graph, err := client.PrincipalByClientID(t.Context(), "00000003-0000-0000-c000-000000000000", false)
	if err != nil {
		t.Fatal(err)
	}
	own, err := client.PrincipalByClientID(t.Context(), d.ClientID(), false)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(graph.Roles, func(r entra.AppRole) bool { return r.Value == value })
	if err := client.GrantRole(t.Context(), graph.ID, own.ID, graph.Roles[i].ID, false); err != nil {
		t.Fatal(err)
	}
}

// TestRun_lostSecretTurnsUpLate loses the answer of addPassword where reads show
// a secret only minutes after it was made: the first looks find nothing.
func TestRun_lostSecretTurnsUpLate(t *testing.T) {
	t.Parallel()
	for _, lag := range []time.Duration{2 * time.Second, 8 * time.Second, 20 * time.Second, 2 * time.Minute, 10 * time.Minute} {
		for _, replicas := range []int{1, 3} {
			t.Run(fmt.Sprintf("%s-%d", lag, replicas), func(t *testing.T) {
				t.Parallel()
				dir := newDirectory(t)
				w := newWorld(t, dir)
				if err := dir.TurnKnobs(func(k *entraemu.Knobs) {
					k.Lag.Secret, k.Replicas = entraemu.Exactly(lag), replicas
				}); err != nil {
					t.Fatal(err)
				}
				if n := w.liveWith(entraemu.Fault{Kind: entraemu.FaultLostAnswer, Path: "addPassword"}); n != 1 {
					t.Fatalf("the fault struck %d times", n)
				}
				_ = dir.clock.Sleep(t.Context(), time.Hour)
				w.mustBeWhole()
			})
		}
	}
}

// TestRun_lostSecretTurnsUpAfterARestart loses the answer with one life, makes
// the secret again with the next, and sweeps with the one after.
func TestRun_lostSecretTurnsUpAfterARestart(t *testing.T) {
	t.Parallel()
	dir := newDirectory(t)
	w := newWorld(t, dir)
	if err := dir.TurnKnobs(func(k *entraemu.Knobs) { k.Lag.Secret = entraemu.Exactly(10 * time.Minute) }); err != nil {
		t.Fatal(err)
	}
	w.liveUntil("after POST*addPassword")
	w.liveUntil("after secret*")
	w.live(-1)
	_ = dir.clock.Sleep(t.Context(), time.Hour)
	w.mustBeWhole()
}

// TestRun_lostSecretIsGoneThoughParked removes the secret of a lost answer at
// once, not only after the key was proved: here it never is.
func TestRun_lostSecretIsGoneThoughParked(t *testing.T) {
	t.Parallel()
	dir := newDirectory(t)
	w := newWorld(t, dir)
	w.liveUntil("after POST*addPassword")
	if n := w.liveWith(entraemu.Fault{
		Kind: entraemu.FaultStatus, Surface: entraemu.SurfaceLogin, Path: "/token", Status: 403, Skip: 1, Count: entraemu.Forever,
	}); n == 0 {
		t.Fatal("the fault did not strike")
	}
	if r := w.request(); r.Status != access.StatusPending || r.Failure.Step != access.StepVerify {
		t.Fatalf("the request is %s, %+v; want it parked at its proof", r.Status, r.Failure)
	}
	if live := dir.State().Issued()[0].Live(); len(live) != 1 {
		t.Errorf("live secrets %+v, want one", live)
	}
	dir.Faults().Clear()
	w.resume()
	w.live(-1)
	w.mustBeWhole()
}
