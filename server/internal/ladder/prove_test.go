package ladder_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"llavero/server/internal/entraemu"
	"llavero/server/internal/ladder"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
)

// TestProve_codes: every code of the token endpoint, and the rung it belongs to.
func TestProve_codes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	good := w.make("a", "A", w.year())
	bare, _, err := w.client.EnsureApplication(t.Context(), "bare", "Bare", nil)
	w.must(err)
	short := w.make("short", "Short", w.clock.Now().Add(time.Minute))
	_ = w.clock.Sleep(t.Context(), time.Hour) // nothing is young
	api := w.emu.Gateway(entraemu.Prod)
	plan := func(change func(p *workflow.TestPlan)) *workflow.TestPlan {
		p := &workflow.TestPlan{
			Trial: workflow.Trial{ClientID: good.clientID}, Text: good.secret.Text,
			TenantID: w.emu.TenantID(), Scope: api.Scope, ResourceID: api.AppID,
		}
		change(p)
		return p
	}
	drop := func(name string) func(*http.Request, url.Values) {
		return func(_ *http.Request, f url.Values) { f.Del(name) }
	}
	cases := map[string]struct {
		plan   *workflow.TestPlan
		meddle func(*http.Request, url.Values)
		want   string
	}{
		"good":          {plan(func(*workflow.TestPlan) {}), nil, "on, on, skipped, waiting"},
		"AADSTS7000215": {plan(func(p *workflow.TestPlan) { p.Text = short.secret.Text }), nil, "failed AADSTS7000215, waiting, waiting, waiting"},
		"AADSTS7000222": {plan(func(p *workflow.TestPlan) { p.ClientID, p.Text = short.clientID, short.secret.Text }), nil, "failed AADSTS7000222, waiting, waiting, waiting"},
		"AADSTS7000229": {plan(func(p *workflow.TestPlan) { p.ClientID = bare.ClientID }), nil, "failed AADSTS7000229, waiting, waiting, waiting"},
		"AADSTS7000216": {plan(func(*workflow.TestPlan) {}), drop("client_secret"), "failed AADSTS7000216, waiting, waiting, waiting"},
		"AADSTS700016":  {plan(func(p *workflow.TestPlan) { p.ClientID = uuid.NewString() }), nil, "failed AADSTS700016, waiting, waiting, waiting"},
		"AADSTS90002":   {plan(func(p *workflow.TestPlan) { p.TenantID = uuid.NewString() }), nil, "failed AADSTS90002, waiting, waiting, waiting"},
		"AADSTS900023":  {plan(func(p *workflow.TestPlan) { p.TenantID = "no-es-un-dominio" }), nil, "failed AADSTS900023, waiting, waiting, waiting"},
		"AADSTS900144":  {plan(func(*workflow.TestPlan) {}), drop("grant_type"), "failed AADSTS900144, waiting, waiting, waiting"},
		"AADSTS500011":  {plan(func(p *workflow.TestPlan) { p.Scope = "api://" + uuid.NewString() + "/.default" }), nil, "failed AADSTS500011, waiting, waiting, waiting"},
		"AADSTS1002012": {plan(func(p *workflow.TestPlan) { p.Scope = "api://" + api.AppID + "/leer" }), nil, "failed AADSTS1002012, waiting, waiting, waiting"},
		"AADSTS70003": {
			plan(func(*workflow.TestPlan) {}), func(_ *http.Request, f url.Values) { f.Set("grant_type", "password") },
			"failed AADSTS70003, waiting, waiting, waiting",
		},
		"RolesMissing": {
			plan(func(p *workflow.TestPlan) { p.Permissions, p.AreRead = []string{"Prestadores"}, true }), nil,
			"on, on, failed RolesMissing, waiting",
		},
		"none held": {plan(func(p *workflow.TestPlan) { p.AreRead = true }), nil, "on, on, on, waiting"},
		"OtherAudience": {plan(func(p *workflow.TestPlan) {
			p.Scope, p.ResourceID = w.emu.Gateway(entraemu.Sandbox).Scope+"x", api.AppID
		}), func(_ *http.Request, f url.Values) { f.Set("scope", w.emu.Gateway(entraemu.Sandbox).Scope) }, "on, on, failed OtherAudience, waiting"},
		"OtherKey": {plan(func(*workflow.TestPlan) {}), func(_ *http.Request, f url.Values) {
			f.Set("client_id", w.emu.ClientID())
			f.Set("client_secret", w.emu.ClientSecret())
		}, "on, on, failed OtherKey, waiting"},
	}
	run := func(t *testing.T, name string, plan *workflow.TestPlan, meddle func(*http.Request, url.Values), want string) {
		t.Helper()
		w.wire.with(meddle)
		defer w.wire.with(nil)
		test, before := &access.KeyTest{}, w.clock.Now()
		_, err := w.prover().Prove(t.Context(), ladder.Proof{
			Client: w.client, Plan: plan, Until: w.clock.Now(),
			Tell: func(_ context.Context, news workflow.News) error {
				test.Lights = append(news.Lights, test.Lights...)
				return nil
			},
		})
		if got := lights(test); got != want {
			t.Errorf("%s: %s, want %s (%v)", name, got, want, err)
		}
		if strings.HasPrefix(want, "failed") && ladder.CodeOf(err) != name {
			t.Errorf("%s: the error is %v", name, err)
		}
		if strings.HasPrefix(want, "on, on") && w.clock.Now().Sub(before) < 10*time.Second {
			t.Errorf("%s: steady after %s", name, w.clock.Now().Sub(before))
		}
		if strings.HasPrefix(want, "failed") && w.clock.Now().Sub(before) > time.Second {
			t.Errorf("%s: an old key's verdict took %s", name, w.clock.Now().Sub(before))
		}
	}
	for name, c := range cases {
		run(t, name, c.plan, c.meddle, c.want)
	}
	w.must(w.emu.TurnKnobs(func(k *entraemu.Knobs) { k.Token.AssignmentRequired = true }))
	run(t, "AADSTS501051", plan(func(*workflow.TestPlan) {}), nil, "on, on, failed RolesMissing, waiting")
}
