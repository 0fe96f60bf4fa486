package entra

import (
	"testing"
	"time"

	"llavero/server/internal/entraemu"
	"llavero/shared/secret"
)

// onEmulator is a client of a whole directory, over real HTTPS.
func onEmulator(t *testing.T, profile entraemu.Profile) (*Client, *entraemu.Emulator, *idle) {
	t.Helper()
	clock := newIdle()
	emu, err := entraemu.Start(t.Context(), entraemu.Config{Profile: profile, Clock: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = emu.Close() })
	hc := emu.HTTPClient()
	t.Cleanup(hc.CloseIdleConnections)
	c, err := New(Config{
		Authority: emu.URL(), GraphURL: emu.GraphURL(), Tenant: emu.TenantID(), ClientID: emu.ClientID(),
		Secret: secret.New(emu.ClientSecret()), HTTPClient: hc, InstanceDiscovery: true, // stays off: not Microsoft's
		Clock: clock.Now, Sleep: clock.Sleep,
	})
	if err != nil {
		t.Fatal(err)
	}
	return c, emu, clock
}

func TestClient_wholeRoad(t *testing.T) {
	c, emu, clock := onEmulator(t, entraemu.ProfileInstant)
	ctx := t.Context()
	app, created, err := c.EnsureApplication(ctx, "llavero-o'brien-1", "Prueba «1»", []string{"llavero"})
	if err != nil || !created || app.ID == "" || app.ClientID == "" || app.ID == app.ClientID {
		t.Fatalf("first upsert: %+v, %t, %v", app, created, err)
	}
	again, created, err := c.EnsureApplication(ctx, "llavero-o'brien-1", "Prueba «1»", []string{"llavero"})
	if err != nil || created || again.ID != app.ID || again.ClientID != app.ClientID {
		t.Fatalf("second upsert: %+v, %t, %v; want the first one's ids", again, created, err)
	}
	if byID, err := c.ApplicationByClientID(ctx, app.ClientID); err != nil || byID.ID != app.ID {
		t.Fatalf("by client id: %+v, %v", byID, err)
	}
	principal, err := c.EnsurePrincipal(ctx, app.ClientID, "Prueba", true)
	if err != nil || principal.ID == "" {
		t.Fatalf("principal: %+v, %v", principal, err)
	}
	if p, err := c.EnsurePrincipal(ctx, app.ClientID, "Prueba", false); err != nil || p.ID != principal.ID {
		t.Fatalf("principal again: %+v, %v", p, err)
	}

	sandbox := emu.Gateway(entraemu.Sandbox)
	api, err := c.PrincipalByClientID(ctx, sandbox.AppID, false)
	if err != nil || len(api.Roles) == 0 {
		t.Fatalf("the API: %+v, %v", api, err)
	}
	role := api.Roles[0]
	if !role.Enabled || role.Value == "" {
		t.Fatalf("role %+v", role)
	}
	for range 2 { // the second finds it granted
		if err := c.GrantRole(ctx, api.ID, principal.ID, role.ID, true); err != nil {
			t.Fatalf("grant: %v", err)
		}
	}
	assigned, err := c.RoleAssignments(ctx, principal.ID, false)
	if err != nil || len(assigned) != 1 || assigned[0].RoleID != role.ID || assigned[0].Resource != api.ID {
		t.Fatalf("assignments: %+v, %v", assigned, err)
	}

	end := clock.Now().AddDate(1, 0, 0).UTC().Truncate(time.Second)
	made, err := c.AddPassword(ctx, app.ID, "operation-1", end, true)
	if err != nil || made.Text.IsEmpty() || made.Hint != made.Text.Reveal()[:3] || made.Name != "operation-1" || !made.End.Equal(end) {
		t.Fatalf("password: %+v, %v", made.Password, err)
	}
	info, err := c.TestKey(ctx, emu.TenantID(), app.ClientID, made.Text, sandbox.Scope)
	if err != nil {
		t.Fatal(err)
	}
	if info.ClientID != app.ClientID || info.Tenant != emu.TenantID() || info.Audience != sandbox.AppID ||
		len(info.Roles) != 1 || info.Roles[0] != role.Value || info.ExpiresAt.Before(clock.Now()) || info.TLSVersion != "TLS 1.3" {
		t.Errorf("token says %+v", info)
	}
	_, err = c.TestKey(ctx, emu.TenantID(), app.ClientID, secret.New("wrong-"+made.KeyID), sandbox.Scope)
	if e, _ := AsError(err); e == nil || e.Code != "AADSTS7000215" || !IsPropagating(err) || e.RequestID == "" {
		t.Errorf("wrong secret: got %v", err)
	}

	if read, err := c.Application(ctx, app.ID, false); err != nil || len(read.Passwords) != 1 || read.Passwords[0].KeyID != made.KeyID {
		t.Errorf("passwords: %+v, %v", read.Passwords, err)
	}
	for _, again := range []bool{false, true} { // the second finds it gone
		if err := c.RemovePassword(ctx, app.ID, made.KeyID); err != nil {
			t.Errorf("remove: %v", err)
		}
		if err := c.RevokeRole(ctx, principal.ID, assigned[0].ID); (err != nil) != again || again && !IsNotFound(err) {
			t.Errorf("revoke, again %t: %v", again, err)
		}
	}
	if read, err := c.Application(ctx, app.ID, false); err != nil || len(read.Passwords) != 0 {
		t.Errorf("passwords after: %+v, %v", read.Passwords, err)
	}
}

func TestClient_absentAndForbidden(t *testing.T) {
	c, emu, _ := onEmulator(t, entraemu.ProfileInstant)
	if _, err := c.ApplicationByUniqueName(t.Context(), "nobody", false); !IsNotFound(err) || OutcomeOf(err) != Refused {
		t.Errorf("absent: got %v", err)
	}
	cfg := c.cfg
	cfg.ClientID = emu.RolelessClientID()
	roleless, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = roleless.EnsureApplication(t.Context(), "x", "x", nil)
	if e, _ := AsError(err); e == nil || e.Status != 403 || e.Code != "Authorization_RequestDenied" || e.Outcome != Refused {
		t.Errorf("forbidden: got %v", err)
	}
	cfg = c.cfg
	cfg.Tenant = "00000000-0000-0000-0000-000000000001"
	elsewhere, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	_, err = elsewhere.Application(t.Context(), "x", false)
	if e, _ := AsError(err); e == nil || e.Code != "AADSTS90002" || e.Outcome != Refused {
		t.Errorf("unknown tenant: got %v", err)
	}
}

func TestClient_tokenRenewedWhenItExpires(t *testing.T) {
	c, emu, clock := onEmulator(t, entraemu.ProfileInstant)
	if _, _, err := c.EnsureApplication(t.Context(), "a", "a", nil); err != nil {
		t.Fatal(err)
	}
	_ = clock.Sleep(t.Context(), 3*time.Hour) // MSAL's own clock stands still: only Graph's refusal tells
	if _, err := c.ApplicationByUniqueName(t.Context(), "a", false); err != nil {
		t.Errorf("after the token's end: %v", err)
	}
	if n := emu.Journal().Count("POST", "/token"); n != 2 {
		t.Errorf("%d tokens were asked for, want 2", n)
	}
}

func TestClient_slowDirectory(t *testing.T) {
	c, _, clock := onEmulator(t, entraemu.ProfileRealistic)
	start := clock.Now()
	app, _, err := c.EnsureApplication(t.Context(), "slow", "slow", nil)
	if err != nil {
		t.Fatal(err)
	}
	principal, err := c.EnsurePrincipal(t.Context(), app.ClientID, "slow", true)
	if err != nil {
		t.Fatalf("principal: %v", err)
	}
	if _, err := c.RoleAssignments(t.Context(), principal.ID, true); err != nil {
		t.Fatalf("assignments: %v", err)
	}
	if _, err := c.AddPassword(t.Context(), app.ID, "operation", clock.Now().AddDate(0, 6, 0), true); err != nil {
		t.Fatalf("password: %v", err)
	}
	t.Logf("the directory took %s", clock.Now().Sub(start))
}
