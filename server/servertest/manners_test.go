package servertest

import (
	"testing"
	"time"

	"llavero/server/internal/config"
	"llavero/server/internal/entraemu"
	"llavero/shared/access"
	"llavero/shared/seed"
)

// A tenant whose replicas disagree for a while is only slow.
func TestIssue_throughLag(t *testing.T) {
	s := New(t, WithSettings(func(c *config.Config) {
		c.Entra.LagWindow, c.Provision.VerifyWindow = 20*time.Second, 20*time.Second
		c.Provision.Attempts, c.Provision.VerifyTimes = 8, 3
	}))
	ctx := limit(t)
	lag := entraemu.Exactly(300 * time.Millisecond)
	if err := s.Emulator.TurnKnobs(func(k *entraemu.Knobs) {
		k.Replicas, k.UpsertConflict = 3, true
		k.Lag = entraemu.Lag{Application: lag, Principal: lag, Secret: lag, Role: lag, Delete: lag}
	}); err != nil {
		t.Fatal(err)
	}
	id, err := s.World.Ask(ctx, s.Person(seed.LoginDelegate), enrol("0500199001"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.World.WaitRequest(ctx, id, access.StatusDone, access.StatusPending)
	if err != nil || r.Status != access.StatusDone {
		t.Fatalf("request %s %+v: %v", r.Status, r.Failure, err)
	}
	oneOfEach(t, s, 2)
}

// A tenant that cuts, loses answers and is out of service now and then leaves
// no twin: each request is done, or pending with a reason.
func TestIssue_throughChance(t *testing.T) {
	s := New(t, WithSettings(func(c *config.Config) { c.Provision.Attempts = 6 }))
	ctx := limit(t)
	if err := s.Emulator.TurnKnobs(func(k *entraemu.Knobs) {
		k.Chance = entraemu.Chance{LostAnswer: 12, Cut: 8, Unavailable: 8}
	}); err != nil {
		t.Fatal(err)
	}
	done := 0
	for _, code := range []access.LicenseCode{"0500199001", "0504599001", "0500299001", "0536099001"} {
		id, err := s.World.Ask(ctx, s.Person(seed.LoginDelegate), enrol(code))
		if err != nil {
			t.Fatal(err)
		}
		r, err := s.World.WaitRequest(ctx, id, access.StatusDone, access.StatusPending)
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case r.Status == access.StatusDone:
			done++
		case r.Failure == nil:
			t.Errorf("%s is pending without a reason", code)
		}
	}
	broken := 0
	for _, c := range s.Emulator.Journal().Calls() {
		if c.Fault != "" {
			broken++
		}
	}
	t.Logf("tenant's seed 1: %d calls broken, %d of 4 requests done", broken, done)
	if broken == 0 {
		t.Error("chance broke no call")
	}
	if done == 4 {
		oneOfEach(t, s, 8)
	}
	names := map[string]int{}
	for _, a := range s.Emulator.State().Issued() {
		if names[a.UniqueName]++; names[a.UniqueName] > 1 {
			t.Errorf("%s exists twice", a.UniqueName)
		}
	}
}

// oneOfEach checks n applications with one live secret each.
func oneOfEach(t *testing.T, s *Server, n int) {
	t.Helper()
	issued := s.Emulator.State().Issued()
	if len(issued) != n {
		t.Errorf("%d applications, want %d", len(issued), n)
	}
	for _, a := range issued {
		if len(a.Live()) != 1 {
			t.Errorf("%s has %d live secrets", a.UniqueName, len(a.Live()))
		}
	}
}
