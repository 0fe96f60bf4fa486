package entraemu

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestFaults_status(t *testing.T) {
	h := start(t, Config{})
	admin := h.admin()
	for _, tt := range []struct {
		status, retryAfter int
		code               string
	}{
		{401, 0, "InvalidAuthenticationToken"},
		{403, 0, "Authorization_RequestDenied"},
		{409, 0, "Directory_ConcurrencyViolation"},
		{429, 7, "TooManyRequests"},
		{429, 0, "TooManyRequests"},
		{500, 0, "UnknownError"},
		{503, 3, "Service_ServiceUnavailable"},
		{504, 0, "UnknownError"},
	} {
		id := h.fault(Fault{Kind: FaultStatus, Status: tt.status, RetryAfter: tt.retryAfter, Path: "/applications", Method: "GET"})
		a := h.graph(admin, "GET", "/applications", "", false)
		after := a.header.Get("Retry-After")
		if a.status != tt.status || a.code() != tt.code || (after != "") != (tt.retryAfter > 0) {
			t.Errorf("%d: got %d %q Retry-After %q", tt.status, a.status, a.code(), after)
		}
		if h.Faults().Hits(id) != 1 {
			t.Errorf("%d: %d hits", tt.status, h.Faults().Hits(id))
		}
		if a := h.graph(admin, "GET", "/applications", "", false); a.status != 200 {
			t.Errorf("%d: still broken: %d", tt.status, a.status)
		}
	}
	h.fault(Fault{Kind: FaultStatus, Status: 503, Surface: SurfaceLogin, Path: "token"})
	if a := h.form(grantForm(h.ClientID(), h.ClientSecret(), graphScope)); a.status != 503 || a.str("error") != "temporarily_unavailable" {
		t.Errorf("token: %d %s", a.status, a.raw)
	}
}

func TestFaults_skipAndCount(t *testing.T) {
	h := start(t, Config{})
	admin := h.admin()
	h.fault(Fault{Kind: FaultStatus, Status: 500, Path: "/v1.0/*/applications", Count: Forever}) // matches nothing
	id := h.fault(Fault{Kind: FaultStatus, Status: 500, Path: "/applications*", Skip: 1, Count: 2})
	var got []int
	for range 4 {
		got = append(got, h.graph(admin, "GET", "/applications", "", false).status)
	}
	if got[0] != 200 || got[1] != 500 || got[2] != 500 || got[3] != 200 {
		t.Errorf("statuses %v", got)
	}
	h.fault(Fault{Kind: FaultStatus, Status: 500, Count: Forever})
	if !h.Faults().Remove(id) || h.Faults().Remove(id) {
		t.Error("remove")
	}
	h.Faults().Clear()
	if a := h.graph(admin, "GET", "/applications", "", false); a.status != 200 {
		t.Errorf("after Clear: %d", a.status)
	}
	for _, bad := range []Fault{{}, {Kind: "x"}, {Kind: FaultStatus, Status: 200}, {Kind: FaultDelay}, {Kind: FaultCutBefore, Skip: -1}} {
		if _, err := h.Faults().Add(bad); err == nil {
			t.Errorf("taken: %+v", bad)
		}
	}
}

// The act of a lost answer stands; that of a call cut before it does not.
func TestFaults_cuts(t *testing.T) {
	for _, tt := range []struct {
		kind  FaultKind
		acts  bool
		proto int
	}{
		{FaultLostAnswer, true, 2},
		{FaultCutBody, true, 2},
		{FaultCutBefore, false, 2},
		{FaultLostAnswer, true, 1},
		{FaultCutBody, true, 1},
		{FaultCutBefore, false, 1},
	} {
		t.Run(fmt.Sprintf("%s over HTTP/%d", tt.kind, tt.proto), func(t *testing.T) {
			h := start(t, Config{})
			h.speak(tt.proto)
			admin := h.admin()
			m := h.makeApp(admin, "one")
			before := h.Journal().Count("", "")
			h.fault(Fault{Kind: tt.kind, Path: "addPassword"})
			if a, err := h.tryGraph(admin, "POST", "/applications/"+m.id+"/addPassword", "{}", false); err == nil {
				t.Fatalf("an answer arrived: %d", a.status)
			}
			app, _ := h.State().ByUniqueName("one")
			want := 1
			if tt.acts {
				want = 2
			}
			if len(app.Live()) != want {
				t.Errorf("%d live secrets, want %d", len(app.Live()), want)
			}
			calls := h.Journal().Calls()[before:]
			if len(calls) != 1 || calls[0].Fault != tt.kind || calls[0].Acted != tt.acts {
				t.Errorf("journal: %+v", calls)
			}
		})
	}
}

// A call that hangs is done; who waits for it hears nothing.
func TestFaults_hang(t *testing.T) {
	h := start(t, Config{})
	admin := h.admin()
	id := h.fault(Fault{Kind: FaultHang, Method: "POST", Path: "/applications"})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		r, err := http.NewRequestWithContext(ctx, "POST", h.URL()+"/v1.0/applications", strings.NewReader(newApp))
		if err == nil {
			r.Header.Set("Authorization", "Bearer "+admin)
			var res *http.Response
			if res, err = h.hc.Do(r); err == nil {
				_ = res.Body.Close()
			}
		}
		ended <- err
	}()
	if err := h.Faults().Wait(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	for len(h.State().Issued()) == 0 { // it acts after it is taken up
		runtime.Gosched()
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the caller hears %v", err)
	}
}

func TestFaults_delay(t *testing.T) {
	h := start(t, Config{})
	admin := h.admin()
	const d = 60 * time.Millisecond
	h.fault(Fault{Kind: FaultDelay, Delay: Duration(d)})
	from := time.Now()
	if a := h.graph(admin, "GET", "/applications", "", false); a.status != 200 || time.Since(from) < d {
		t.Errorf("status %d after %s", a.status, time.Since(from))
	}
}

func TestProfiles(t *testing.T) {
	for _, p := range []Profile{ProfileInstant, ProfileRealistic, ProfileHostile} {
		k, err := KnobsOf(p)
		if err != nil || k.Check() != nil {
			t.Errorf("%s: %v %v", p, err, k.Check())
		}
	}
	h := start(t, Config{Profile: ProfileHostile, Seed: 3})
	broken := 0
	for range 200 {
		a, err := h.do("POST", "/"+h.TenantID()+"/oauth2/v2.0/token", grantForm(h.ClientID(), h.ClientSecret(), graphScope).Encode(),
			map[string]string{"Content-Type": "application/x-www-form-urlencoded"})
		if err != nil || a.status != 200 {
			broken++
		}
	}
	if broken < 5 || broken > 60 {
		t.Errorf("seed 3: %d of 200 calls broken under the hostile profile", broken)
	}
}

func TestJournal_holdsNoSecret(t *testing.T) {
	h := start(t, Config{})
	admin := h.admin()
	m := h.makeApp(admin, "one")
	h.tokenOf(m.appID, m.secret, graphScope)
	control := map[string]string{"X-Control-Key": h.ControlKey()}
	for _, what := range []string{"requests", "state", "knobs", "faults"} {
		a := h.must("GET", controlPath+"/"+what, "", control)
		if a.status != 200 {
			t.Errorf("%s: %d %s", what, a.status, a.raw)
		}
		for _, s := range []string{m.secret, h.ClientSecret(), admin} {
			if strings.Contains(a.raw, s) {
				t.Errorf("%s shows a secret", what)
			}
		}
	}
	if h.Journal().Count("POST", "addPassword") != 1 || h.Journal().Count("POST", "/token") != 2 {
		t.Errorf("journal: %d secrets, %d tokens", h.Journal().Count("POST", "addPassword"), h.Journal().Count("POST", "/token"))
	}
}

func TestControl(t *testing.T) {
	h := start(t, Config{})
	admin := h.admin()
	h.makeApp(admin, "one")
	if a := h.must("GET", controlPath+"/state", "", nil); a.status != 403 {
		t.Errorf("without the key: %d", a.status)
	}
	key := map[string]string{"X-Control-Key": h.ControlKey()}
	for _, tt := range []struct {
		method, what, body string
		status             int
		holds              string
	}{
		{"PATCH", "knobs", `{"replicas":2,"lag":{"secret":{"min":"4s","max":"18s"}}}`, 200, `"max":"18s"`},
		{"PATCH", "knobs", `{"replicaz":2}`, 400, "replicaz"},
		{"PUT", "knobs", `{"chance":{"throttle":101}}`, 400, "chance.throttle"},
		{"PUT", "knobs", `{"profile":"realistic"}`, 200, `"appWrites":3000`},
		{"PUT", "knobs", `{"profile":"nice"}`, 400, "nice"},
		{"POST", "faults", `{"kind":"status","status":503,"path":"/applications"}`, 201, `"id":1`},
		{"GET", "faults", ``, 200, `"status":503`},
		{"DELETE", "faults/1", ``, 204, ""},
		{"DELETE", "faults/1", ``, 404, "no fault"},
		{"POST", "faults", `{"kind":"status"}`, 400, "400 to 599"},
		{"POST", "clock", `{"set":"2030-01-02T03:04:05Z","advance":"1h"}`, 200, `2030-01-02T04:04:05Z`},
		{"POST", "clock", `{"run":true}`, 200, `"now"`},
		{"POST", "rotate", ``, 204, ""},
		{"GET", "nothing", ``, 404, "not one of"},
		{"POST", "reset", ``, 204, ""},
	} {
		a := h.must(tt.method, controlPath+"/"+tt.what, tt.body, key)
		if a.status != tt.status || !strings.Contains(a.raw, tt.holds) {
			t.Errorf("%s %s %s: %d %s", tt.method, tt.what, tt.body, a.status, a.raw)
		}
	}
	if n := len(h.State().Issued()); n != 0 || h.Knobs().Replicas != 1 {
		t.Errorf("after the reset: %d applications, %d replicas", n, h.Knobs().Replicas)
	}
	if a := h.graph(admin, "GET", "/applications", "", false); a.status != 200 {
		t.Errorf("a token from before the rotation: %d %s", a.status, a.raw)
	}
}

func TestDir_goesOn(t *testing.T) {
	dir := t.TempDir()
	first := start(t, Config{Dir: dir})
	m := first.makeApp(first.admin(), "one")
	secret, ca := first.ClientSecret(), string(first.CAPEM())
	// A kill leaves no time to say goodbye: the state is on disk already.
	second := start(t, Config{Dir: dir})
	if second.ClientSecret() != secret || string(second.CAPEM()) != ca || second.ControlKey() != first.ControlKey() {
		t.Error("the second run is another tenant")
	}
	second.tokenOf(m.appID, m.secret, graphScope)
	if a := second.graph(second.admin(), "PATCH", "/applications(uniqueName='one')", newApp, true); a.status != 204 {
		t.Errorf("upsert after the restart: %d %s", a.status, a.raw)
	}
	if _, err := Start(t.Context(), Config{Dir: dir, Seed: 2}); err == nil || !strings.Contains(err.Error(), "-seed") {
		t.Errorf("another seed over the same folder: %v", err)
	}
}

func TestConfig_refuses(t *testing.T) {
	for want, cfg := range map[string]Config{
		"not a loopback address":     {Listen: "0.0.0.0:0"},
		"is not host:port":           {Proxy: "x"},
		"tenant: \"x\" is not a":     {Tenant: "x"},
		"client-id: \"x\" is not a":  {ClientID: "x"},
		"profile: \"x\" is not one":  {Profile: "x"},
		"api-token-version: 3":       {APITokenVersion: 3},
		"only one was given":         {CertFile: "x"},
		"public-url: \"http://x\" i": {PublicURL: "http://x"},
	} {
		if _, err := Start(t.Context(), cfg); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

func TestGateway_ladder(t *testing.T) {
	h := start(t, Config{})
	admin := h.admin()
	m := h.makeApp(admin, "one")
	sandbox, prod := h.Gateway(Sandbox), h.Gateway(Prod)
	good := h.tokenOf(m.appID, m.secret, sandbox.Scope)
	other := h.tokenOf(m.appID, m.secret, prod.Scope)
	get := func(path, key, token string) answer {
		header := map[string]string{}
		if key != "" {
			header["Ocp-Apim-Subscription-Key"] = key
		}
		if token != "" {
			header["Authorization"] = "Bearer " + token
		}
		return h.must("GET", "/gateway/sandbox/ihce/"+path, "", header)
	}
	for _, tt := range []struct {
		name   string
		a      answer
		status int
		holds  string
	}{
		{"no key", get("CodeSystem", "", good), 401, "missing subscription key"},
		{"wrong key", get("CodeSystem", prod.SubscriptionKey, good), 401, "invalid subscription key"},
		{"no token", get("CodeSystem", sandbox.SubscriptionKey, ""), 401, "JWT not present."},
		{"broken token", get("CodeSystem", sandbox.SubscriptionKey, good[:len(good)-6]+"AAAAAA"), 401, "signature"},
		{"other environment", get("CodeSystem", sandbox.SubscriptionKey, other), 401, "audience"},
		{"no role", get("Patient", sandbox.SubscriptionKey, good), 403, "Consultas"},
		{"good", get("CodeSystem?since=2026-01-01", sandbox.SubscriptionKey, good), 200, `"resourceType":"Bundle"`},
		{"key in the query", get("CodeSystem?subscription-key="+sandbox.SubscriptionKey, "", good), 200, "Bundle"},
	} {
		if tt.a.status != tt.status || !strings.Contains(tt.a.raw, tt.holds) {
			t.Errorf("%s: %d %s", tt.name, tt.a.status, tt.a.raw)
		}
	}
	if v := get("CodeSystem", "", "").header.Get("WWW-Authenticate"); !strings.HasPrefix(v, "AzureApiManagementKey realm=") {
		t.Errorf("WWW-Authenticate %q", v)
	}
	h.turn(func(k *Knobs) { k.Gateway.NoTokenSandbox = true; k.Gateway.NoRoleStatus = 401 })
	if a := get("CodeSystem", sandbox.SubscriptionKey, ""); a.status != 200 {
		t.Errorf("sandbox without token: %d %s", a.status, a.raw)
	}
}

func TestProxy_leadsHere(t *testing.T) {
	h := start(t, Config{Proxy: "127.0.0.1:0", ExtraHosts: []string{"login.microsoftonline.com", "graph.microsoft.com"}})
	lines := strings.Join(h.Env(), "\n")
	_, proxyURL, _ := strings.Cut(lines, "ENTRA_PROXY_URL=")
	proxyURL, _, _ = strings.Cut(proxyURL, "\n")
	hc := viaProxy(t, h, proxyURL)
	get := func(u string) (*http.Response, error) {
		r, err := http.NewRequestWithContext(t.Context(), "GET", u, nil)
		if err != nil {
			t.Fatal(err)
		}
		return hc.Do(r)
	}
	res, err := get("https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration")
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if err != nil || !strings.Contains(string(body), "https://login.microsoftonline.com/common/oauth2/v2.0/token") {
		t.Errorf("through the proxy: %v %s", err, body)
	}
	if res, err := get("https://example.org/"); err == nil {
		_ = res.Body.Close()
		t.Error("the proxy leads elsewhere")
	}
}
