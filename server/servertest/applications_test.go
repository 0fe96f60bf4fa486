package servertest

import (
	"testing"

	"llavero/server/internal/config"
	"llavero/server/internal/entraemu"
	"llavero/shared/access"
	"llavero/shared/seed"
)

// With a provisioning application for each environment, each makes its own keys
// alone; the one of an environment whose keys are granted nothing at issue need
// not be allowed to grant.
func TestNew_oneApplicationPerEnvironment(t *testing.T) {
	e, err := entraemu.Start(t.Context(), entraemu.Config{})
	if err != nil {
		t.Fatal(err)
	}
	own := e.OwnedByClientID() // the same in every tenant of one seed
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	s := New(t, WithSettings(func(c *config.Config) {
		c.Production.Entra = config.EnvironmentEntra{ClientID: own, ClientSecret: c.Entra.ClientSecret}
	}))
	if s.Emulator.OwnedByClientID() != own {
		t.Fatal("this tenant has another application")
	}
	ctx := limit(t)
	id, err := s.World.Ask(ctx, s.Person(seed.LoginDelegate), enrol("0500199001"))
	if err != nil {
		t.Fatal(err)
	}
	if r, err := s.World.WaitRequest(ctx, id, access.StatusDone, access.StatusPending); err != nil || r.Status != access.StatusDone {
		t.Fatalf("request %+v, %+v: %v", r, r.Failure, err)
	}
	writes := map[string]int{}
	for _, c := range s.Emulator.Journal().Calls() {
		if c.Wrote && c.Surface == entraemu.SurfaceGraph {
			writes[c.Client]++
		}
	}
	// An application, its principal, its secret; in preproduction the roles too.
	common := s.Emulator.ClientID()
	if len(writes) != 2 || writes[own] != 3 || writes[common] != 3+len(entraemu.CareRoles) {
		t.Errorf("writes by client: %v; %s is production's, %s preproduction's", writes, own, common)
	}
	issued := s.Emulator.State().Issued()
	if len(issued) != 2 || issued[0].CreatedBy == issued[1].CreatedBy {
		t.Errorf("issued %+v, want one application of each maker", issued)
	}
}
