package entraemu

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// statuses counts how often each status comes back in n reads.
func statuses(n int, read func() answer) map[string]int {
	out := map[string]int{}
	for range n {
		a := read()
		code := a.code()
		if a.str("error_description") != "" {
			code, _, _ = strings.Cut(a.str("error_description"), ":")
		}
		out[strings.TrimSpace(fmt.Sprintf("%d %s", a.status, code))]++
	}
	return out
}

func TestLag_replicasDisagreeThenAgree(t *testing.T) {
	h := stopped(t)
	admin := h.admin()
	h.turn(func(k *Knobs) {
		k.Replicas = 2
		k.Lag.Application = Exactly(10 * time.Second)
	})
	app := h.graph(admin, "PATCH", "/applications(uniqueName='one')", newApp, true)
	if app.status != 201 {
		t.Fatalf("create: %d %s", app.status, app.raw)
	}
	read := func() answer { return h.graph(admin, "GET", "/applications/"+app.str("id"), "", false) }
	if got := statuses(6, read); got["404 Request_ResourceNotFound"] != 6 {
		t.Errorf("at once: %v", got)
	}
	h.AdvanceClock(6 * time.Second)
	if got := statuses(6, read); got["404 Request_ResourceNotFound"] != 3 || got["200"] != 3 {
		t.Errorf("half way: %v", got)
	}
	h.AdvanceClock(4 * time.Second)
	if got := statuses(6, read); got["200"] != 6 {
		t.Errorf("after the lag: %v", got)
	}
}

func TestLag_eachStep(t *testing.T) {
	h := stopped(t)
	admin := h.admin()
	lag := Exactly(10 * time.Second)
	h.turn(func(k *Knobs) { k.Lag = Lag{Application: lag, Principal: lag, Secret: lag, Role: lag, Delete: lag} })

	app := h.graph(admin, "PATCH", "/applications(uniqueName='one')", newApp, true)
	again := func() answer { return h.graph(admin, "PATCH", "/applications(uniqueName='one')", newApp, true) }
	if got := statuses(1, again); got["204"] != 1 {
		t.Errorf("upsert inside the lag: %v", got)
	}
	h.turn(func(k *Knobs) { k.UpsertConflict = true })
	if a := again(); a.status != 400 || a.str("error", "message") != "Another object with the same value for property uniqueName already exists." {
		t.Errorf("upsert conflict: %d %s", a.status, a.raw)
	}
	spPath := "/servicePrincipals(appId='" + app.str("appId") + "')"
	if a := h.graph(admin, "PATCH", spPath, `{}`, true); a.status != 403 || !strings.Contains(a.raw, "must in the local tenant") {
		t.Errorf("service principal too early, OwnedBy: %d %s", a.status, a.raw)
	}
	h.AdvanceClock(10 * time.Second)
	sp := h.graph(admin, "PATCH", spPath, `{}`, true)
	if sp.status != 201 {
		t.Fatalf("service principal: %d %s", sp.status, sp.raw)
	}
	if a := h.graph(admin, "PATCH", spPath, `{}`, true); a.status != 409 {
		t.Errorf("service principal twice inside the lag: %d %s", a.status, a.raw)
	}
	pw := h.addPassword(admin, app.str("id"), "op")
	token := func() answer {
		return h.form(grantForm(app.str("appId"), pw.str("secretText"), h.Gateway(Sandbox).Scope))
	}
	if got := statuses(1, token); got["401 AADSTS7000229"] != 1 {
		t.Errorf("no service principal yet: %v", got)
	}
	if a := h.graph(admin, "GET", "/applications/"+app.str("id")+"?$select=passwordCredentials", "", false); strings.Contains(a.raw, pw.str("keyId")) {
		t.Error("the list knows the secret before its lag")
	}
	h.AdvanceClock(9 * time.Second)
	second := h.addPassword(admin, app.str("id"), "op-2")
	h.AdvanceClock(time.Second)
	if got := statuses(1, token); got["200"] != 1 {
		t.Errorf("after the lag: %v", got)
	}
	if a := h.form(grantForm(app.str("appId"), second.str("secretText"), graphScope)); !strings.Contains(a.raw, "AADSTS7000215") {
		t.Errorf("the second secret too early: %d", a.status)
	}
	grant := fmt.Sprintf(`{"principalId":%q,"resourceId":%q,"appRoleId":%q}`, sp.str("id"), derivedID(1, nameSandbox+" principal"), h.Gateway(Sandbox).RoleIDs["Consultas"])
	if a := h.graph(admin, "POST", "/servicePrincipals/"+sp.str("id")+"/appRoleAssignments", grant, false); a.status != 201 {
		t.Fatalf("grant: %d %s", a.status, a.raw)
	}
	if c := claimsOf(t, token().str("access_token")); c["roles"] != nil {
		t.Errorf("role before its lag: %v", c["roles"])
	}
	h.AdvanceClock(10 * time.Second)
	if c := claimsOf(t, token().str("access_token")); fmt.Sprint(c["roles"]) != "[Consultas]" {
		t.Errorf("role after its lag: %v", c["roles"])
	}
	h.graph(admin, "DELETE", "/applications/"+app.str("id"), "", false)
	read := func() answer { return h.graph(admin, "GET", "/applications/"+app.str("id"), "", false) }
	if got := statuses(1, read); got["200"] != 1 {
		t.Errorf("a deletion is seen at once: %v", got)
	}
	h.AdvanceClock(10 * time.Second)
	if got := statuses(4, read); got["404 Request_ResourceNotFound"] != 4 {
		t.Errorf("after the deletion's lag: %v", got)
	}
}

func TestSeed_replays(t *testing.T) {
	ids := func(seed uint64) string {
		h := start(t, Config{Seed: seed})
		h.SetClock(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))
		m := h.makeApp(h.admin(), "one")
		return m.id + m.appID + m.sp + m.keyID + h.TenantID()
	}
	if a, b := ids(7), ids(7); a != b {
		t.Errorf("one seed, two tenants: %s and %s", a, b)
	}
	if ids(7) == ids(8) {
		t.Error("two seeds, one tenant")
	}
}
