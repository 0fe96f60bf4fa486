package ladder_test

import (
	"context"
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
	"time"

	"llavero/server/internal/entra"
	"llavero/server/internal/entraemu"
	"llavero/server/internal/ladder"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
	"llavero/shared/secret"
)

// tollgate is the emulators' gateway behind a proxy that may spoil requests.
type tollgate struct {
	*httptest.Server
	w     *world
	token secret.Text // of a key
	spoil func(r *http.Request)
	asked []*http.Request
}

func newTollgate(t *testing.T) *tollgate {
	t.Helper()
	g := &tollgate{w: newWorld(t)}
	at, err := url.Parse(g.w.emu.URL())
	g.w.must(err)
	proxy := &httputil.ReverseProxy{Transport: g.w.emu.HTTPClient().Transport, Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(at) }}
	g.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.asked = append(g.asked, r.Clone(context.Background()))
		if g.spoil != nil {
			g.spoil(r)
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(g.Close)
	key, api := g.w.make("a", "A", g.w.year()), g.w.emu.Gateway(entraemu.Prod)
	info, err := g.w.client.TestKey(t.Context(), g.w.emu.TenantID(), key.clientID, key.secret.Text, api.Scope)
	g.w.must(err)
	g.token = info.Token
	return g
}

func (g *tollgate) gateway() *ladder.Gateway {
	return &ladder.Gateway{HTTP: g.Client(), Clock: g.w.clock.Now, Timeout: 5 * time.Second}
}

func (g *tollgate) plan() *workflow.TestPlan {
	api := g.w.emu.Gateway(entraemu.Prod)
	return &workflow.TestPlan{EndPoint: g.URL + strings.TrimPrefix(api.URL, g.w.emu.URL()), Subscribed: secret.New(api.SubscriptionKey)}
}

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
		ladder.CodeGatewayKeyRefused: {func(_ *tollgate, p *workflow.TestPlan) { p.Subscribed = secret.New("another") }, 401},
		ladder.CodeGatewayTokenRefused + " signature": {func(g *tollgate, _ *workflow.TestPlan) {
			g.token = secret.New(g.token.Reveal()[:len(g.token.Reveal())-6] + "AAAAAA")
		}, 401},
		ladder.CodeGatewayTokenRefused + " expired": {func(g *tollgate, _ *workflow.TestPlan) { _ = g.w.clock.Sleep(g.w.t.Context(), 3*time.Hour) }, 401},
		ladder.CodeGatewayTokenRefused + " audience": {func(g *tollgate, p *workflow.TestPlan) {
			api := g.w.emu.Gateway(entraemu.Sandbox)
			p.EndPoint, p.Subscribed = g.URL+strings.TrimPrefix(api.URL, g.w.emu.URL()), secret.New(api.SubscriptionKey)
		}, 401},
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
			light, version := g.gateway().Ask(t.Context(), p, g.token)
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
	if light, _ := g.gateway().Ask(t.Context(), g.plan(), g.token); light.State != access.LightOn {
		t.Fatalf("%+v", light)
	}
	r := g.asked[0]
	if r.Method != http.MethodGet || !strings.HasSuffix(r.URL.Path, "/ihce/CodeSystem") || len(r.URL.Query().Get("since")) != len("2026-11-28") ||
		r.Header.Get("Authorization") != "Bearer "+g.token.Reveal() || r.Header.Get("Ocp-Apim-Subscription-Key") != g.plan().Subscribed.Reveal() ||
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
		"no gateway": func() (access.LightResult, string) { return none.Ask(t.Context(), g.plan(), g.token) },
		"at issue":   func() (access.LightResult, string) { return none.AskOnce(t.Context(), g.plan(), g.token) },
		"no key":     func() (access.LightResult, string) { return g.gateway().Ask(t.Context(), noKey, g.token) },
		"no address": func() (access.LightResult, string) { return g.gateway().Ask(t.Context(), noPlace, g.token) },
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
	if light, _ := stranger.Ask(t.Context(), g.plan(), g.token); light.Code != ladder.CodeGatewayNoAnswer {
		t.Errorf("unknown authority: %+v", light)
	}
	old := httptest.NewUnstartedServer(http.NotFoundHandler())
	old.TLS = &tls.Config{MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10} //nolint:gosec // the old server that must be refused
	old.StartTLS()
	t.Cleanup(old.Close)
	p := g.plan()
	p.EndPoint = old.URL
	hc := entra.NewHTTPClient(old.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs)
	if light, _ := (&ladder.Gateway{HTTP: hc, Clock: time.Now}).Ask(t.Context(), p, g.token); light.Code != ladder.CodeGatewayNoAnswer {
		t.Errorf("TLS 1.1: %+v", light)
	}
	reached := false
	target := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	t.Cleanup(target.Close)
	from := httptest.NewTLSServer(http.RedirectHandler(target.URL, http.StatusTemporaryRedirect))
	t.Cleanup(from.Close)
	p.EndPoint = from.URL
	hc = entra.NewHTTPClient(from.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs)
	light, _ := (&ladder.Gateway{HTTP: hc, Clock: time.Now}).Ask(t.Context(), p, g.token)
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
	if light, _ := gateway.AskOnce(t.Context(), g.plan(), g.token); light.Code != ladder.CodeGatewayNoAnswer {
		t.Fatalf("%+v", light)
	}
	if light, _ := gateway.AskOnce(t.Context(), g.plan(), g.token); light.State != access.LightSkipped {
		t.Errorf("moments later: %+v", light)
	}
	if light, _ := gateway.Ask(t.Context(), g.plan(), g.token); light.Code != ladder.CodeGatewayNoAnswer {
		t.Errorf("a person asks: %+v", light)
	}
	_ = c.Sleep(t.Context(), 2*time.Minute)
	if light, _ := gateway.AskOnce(t.Context(), g.plan(), g.token); light.Code != ladder.CodeGatewayNoAnswer {
		t.Errorf("after a rest: %+v", light)
	}
}
