package ladder_test

import (
	"context"
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"llavero/server/internal/entra"
	"llavero/server/internal/gatewayemu"
	"llavero/server/internal/ladder"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
	"llavero/shared/secret"
)

// tollgate is the gateway emulator alone, behind a proxy that may spoil requests.
type tollgate struct {
	*httptest.Server
	spoil func(r *http.Request)
	claim gatewayemu.Claims
	check error
	asked []*http.Request
}

func newTollgate(t *testing.T) *tollgate {
	t.Helper()
	g := &tollgate{claim: gatewayemu.Claims{Audience: "the-api"}}
	inner := gatewayemu.New(gatewayemu.Config{
		Prefix: "/gateway", Now: time.Now, Settings: func() gatewayemu.Settings { return gatewayemu.Settings{} },
		Environments: map[string]gatewayemu.Environment{"prod": {Audiences: []string{"the-api"}, SubscriptionKey: "subscribed"}},
		Check:        func(string) (gatewayemu.Claims, error) { return g.claim, g.check },
	})
	g.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.asked = append(g.asked, r.Clone(context.Background()))
		if g.spoil != nil {
			g.spoil(r)
		}
		inner.ServeHTTP(w, r)
	}))
	t.Cleanup(g.Close)
	return g
}

func (g *tollgate) gateway() *ladder.Gateway {
	return &ladder.Gateway{HTTP: g.Client(), Clock: time.Now, Timeout: 5 * time.Second}
}

func (g *tollgate) plan() *workflow.TestPlan {
	return &workflow.TestPlan{EndPoint: g.URL + "/gateway/prod/ihce", Subscribed: secret.New("subscribed")}
}

var token = secret.New("a.made.up")

// Each answer of the gateway has its code.
func TestAsk_codes(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		set    func(g *tollgate, p *workflow.TestPlan)
		status int
	}{
		"": {func(*tollgate, *workflow.TestPlan) {}, 200},
		ladder.CodeGatewayKeyMissing: {func(g *tollgate, _ *workflow.TestPlan) {
			g.spoil = func(r *http.Request) { r.Header.Del("Ocp-Apim-Subscription-Key") }
		}, 401},
		ladder.CodeGatewayKeyRefused:                  {func(_ *tollgate, p *workflow.TestPlan) { p.Subscribed = secret.New("another") }, 401},
		ladder.CodeGatewayTokenRefused + " signature": {func(g *tollgate, _ *workflow.TestPlan) { g.check = gatewayemu.ErrSignature }, 401},
		ladder.CodeGatewayTokenRefused + " expired":   {func(g *tollgate, _ *workflow.TestPlan) { g.check = gatewayemu.ErrExpired }, 401},
		ladder.CodeGatewayTokenRefused + " audience":  {func(g *tollgate, _ *workflow.TestPlan) { g.claim.Audience = "other" }, 401},
		ladder.CodeGatewayTokenRefused + " dropped": {func(g *tollgate, _ *workflow.TestPlan) {
			g.spoil = func(r *http.Request) { r.Header.Del("Authorization") }
		}, 401},
		ladder.CodeGatewayRoleRefused: {func(g *tollgate, _ *workflow.TestPlan) {
			g.spoil = func(r *http.Request) { r.URL.Path = strings.Replace(r.URL.Path, "CodeSystem", "Organization", 1) }
		}, 403},
		ladder.CodeGatewayUnexpected + " nowhere": {func(g *tollgate, p *workflow.TestPlan) { p.EndPoint = g.URL + "/gateway/elsewhere/ihce" }, 404},
		ladder.CodeGatewayNoAnswer + " closed":    {func(g *tollgate, _ *workflow.TestPlan) { g.Close() }, 0},
		ladder.CodeGatewayNoAnswer + " no address": {func(_ *tollgate, p *workflow.TestPlan) {
			p.EndPoint = "https://127.0.0.1:1/%zz"
		}, 0},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newTollgate(t)
			p := g.plan()
			c.set(g, p)
			light, version := g.gateway().Ask(t.Context(), p, token)
			code, _, _ := strings.Cut(name, " ")
			state := access.LightFailed
			if code == "" {
				state = access.LightOn
			}
			if light.Light != access.LightGateway || light.Code != code || light.State != state || light.Status != c.status || light.At.IsZero() || light.Tries != 1 {
				t.Errorf("%+v", light)
			}
			if (version == "TLS 1.3") != (c.status != 0) {
				t.Errorf("TLS %q", version)
			}
		})
	}
}

// The question is harmless, and goes where it should with what it needs.
func TestAsk_question(t *testing.T) {
	t.Parallel()
	g := newTollgate(t)
	if light, _ := g.gateway().Ask(t.Context(), g.plan(), token); light.State != access.LightOn {
		t.Fatalf("%+v", light)
	}
	r := g.asked[0]
	if r.Method != http.MethodGet || r.URL.Path != "/gateway/prod/ihce/CodeSystem" || len(r.URL.Query().Get("since")) != len("2026-11-28") ||
		r.Header.Get("Authorization") != "Bearer "+token.Reveal() || r.Header.Get("Ocp-Apim-Subscription-Key") != "subscribed" ||
		r.Header.Get("Accept") != "application/fhir+json" {
		t.Errorf("%s %s %v", r.Method, r.URL, r.Header)
	}
}

// Nothing to ask, or nothing to ask with: skipped, and nobody is called.
func TestAsk_skipped(t *testing.T) {
	t.Parallel()
	g := newTollgate(t)
	var none *ladder.Gateway
	noKey, noPlace := g.plan(), g.plan()
	noKey.Subscribed, noPlace.EndPoint = secret.Text{}, ""
	for name, ask := range map[string]func() (access.LightResult, string){
		"no gateway": func() (access.LightResult, string) { return none.Ask(t.Context(), g.plan(), token) },
		"at issue":   func() (access.LightResult, string) { return none.AskOnce(t.Context(), g.plan(), token) },
		"no key":     func() (access.LightResult, string) { return g.gateway().Ask(t.Context(), noKey, token) },
		"no address": func() (access.LightResult, string) { return g.gateway().Ask(t.Context(), noPlace, token) },
		"no token":   func() (access.LightResult, string) { return g.gateway().Ask(t.Context(), g.plan(), secret.Text{}) },
	} {
		if light, _ := ask(); light.State != access.LightSkipped || light.Light != access.LightGateway {
			t.Errorf("%s: %+v", name, light)
		}
	}
	if len(g.asked) > 0 {
		t.Error("it was asked")
	}
}

// A certificate that nobody vouches for, a TLS too old and a redirect are never
// followed: the token stays here.
func TestAsk_neverElsewhere(t *testing.T) {
	t.Parallel()
	g := newTollgate(t)
	stranger := &ladder.Gateway{HTTP: entra.NewHTTPClient(nil), Clock: time.Now}
	if light, _ := stranger.Ask(t.Context(), g.plan(), token); light.Code != ladder.CodeGatewayNoAnswer {
		t.Errorf("unknown authority: %+v", light)
	}
	old := httptest.NewUnstartedServer(http.NotFoundHandler())
	old.TLS = &tls.Config{MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10} //nolint:gosec // the old server that must be refused
	old.StartTLS()
	t.Cleanup(old.Close)
	p := g.plan()
	p.EndPoint = old.URL
	hc := entra.NewHTTPClient(old.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs)
	if light, _ := (&ladder.Gateway{HTTP: hc, Clock: time.Now}).Ask(t.Context(), p, token); light.Code != ladder.CodeGatewayNoAnswer {
		t.Errorf("TLS 1.1: %+v", light)
	}
	reached := false
	target := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	t.Cleanup(target.Close)
	from := httptest.NewTLSServer(http.RedirectHandler(target.URL, http.StatusTemporaryRedirect))
	t.Cleanup(from.Close)
	p.EndPoint = from.URL
	hc = entra.NewHTTPClient(from.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs)
	light, _ := (&ladder.Gateway{HTTP: hc, Clock: time.Now}).Ask(t.Context(), p, token)
	if light.Code != ladder.CodeGatewayUnexpected || light.Status != http.StatusTemporaryRedirect || reached {
		t.Errorf("a redirect: %+v, followed %v", light, reached)
	}
}

// An issue is not held up twice by a gateway that is silent.
func TestAskOnce_rests(t *testing.T) {
	t.Parallel()
	c := &clock{now: time.Now()}
	g := newTollgate(t)
	gateway := g.gateway()
	gateway.Clock = c.Now
	g.Close()
	if light, _ := gateway.AskOnce(t.Context(), g.plan(), token); light.Code != ladder.CodeGatewayNoAnswer {
		t.Fatalf("%+v", light)
	}
	if light, _ := gateway.AskOnce(t.Context(), g.plan(), token); light.State != access.LightSkipped {
		t.Errorf("moments later: %+v", light)
	}
	if light, _ := gateway.Ask(t.Context(), g.plan(), token); light.Code != ladder.CodeGatewayNoAnswer {
		t.Errorf("a person asks: %+v", light)
	}
	_ = c.Sleep(t.Context(), 2*time.Minute)
	if light, _ := gateway.AskOnce(t.Context(), g.plan(), token); light.Code != ladder.CodeGatewayNoAnswer {
		t.Errorf("after a rest: %+v", light)
	}
}
