package gatewayemu

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// issuer is a tenant that publishes keys over HTTP and signs what it is given.
type issuer struct {
	*httptest.Server
	t *testing.T

	mu   sync.Mutex
	keys map[string]*rsa.PrivateKey
	asks int // of the key set
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	i := &issuer{t: t, keys: map[string]*rsa.PrivateKey{}}
	i.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/openid" {
			_ = json.NewEncoder(w).Encode(map[string]string{"jwks_uri": i.URL + "/keys"})
			return
		}
		i.mu.Lock()
		defer i.mu.Unlock()
		i.asks++
		list := []map[string]string{{"kty": "EC", "kid": "other"}}
		for kid, k := range i.keys {
			list = append(list, map[string]string{
				"kty": "RSA", "kid": kid, "n": raw(k.N.Bytes()), "e": raw(big.NewInt(int64(k.E)).Bytes()),
			})
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"keys": list})
	}))
	t.Cleanup(i.Close)
	i.publish("first")
	return i
}

func (i *issuer) publish(kid string) {
	i.t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		i.t.Fatal(err)
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.keys[kid] = key
}

func raw(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// token signs claims with a published key; alg is only what the header says.
func (i *issuer) token(kid, alg string, c map[string]any) string {
	i.t.Helper()
	h, err := json.Marshal(map[string]string{"alg": alg, "kid": kid})
	if err != nil {
		i.t.Fatal(err)
	}
	b, err := json.Marshal(c)
	if err != nil {
		i.t.Fatal(err)
	}
	input := raw(h) + "." + raw(b)
	sum := sha256.Sum256([]byte(input))
	sig, err := rsa.SignPKCS1v15(rand.Reader, i.keys[kid], crypto.SHA256, sum[:])
	if err != nil {
		i.t.Fatal(err)
	}
	return input + "." + raw(sig)
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func good(change func(map[string]any)) map[string]any {
	c := map[string]any{
		"aud": "api://sandbox", "iss": "https://us/", "exp": noon.Add(time.Hour).Unix(), "nbf": noon.Add(-time.Hour).Unix(),
		"roles": []string{"ConsultaExterna"},
	}
	if change != nil {
		change(c)
	}
	return c
}

// door is a gateway in front of an issuer.
type door struct {
	t   *testing.T
	g   http.Handler
	set Settings
}

func newDoor(t *testing.T, i *issuer) *door {
	t.Helper()
	d := &door{t: t}
	env := func(name string) Environment {
		return Environment{Audiences: []string{"api://" + name}, SubscriptionKey: "key of " + name, KeyMadeAt: noon.Add(-time.Minute)}
	}
	d.g = New(Config{
		Prefix:              "/gateway",
		Environments:        map[string]Environment{"sandbox": env("sandbox"), "prod": env("prod")},
		Settings:            func() Settings { return d.set },
		Now:                 func() time.Time { return noon },
		OpenIDConfiguration: func() string { return i.URL + "/openid" },
		Client:              i.Client(),
		Issuer:              func(s string) bool { return s == "https://us/" },
	})
	return d
}

func (d *door) call(method, path string, header map[string]string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(d.t.Context(), method, "https://gw.test"+path, nil)
	for k, v := range header {
		r.Header.Set(k, v)
	}
	w := httptest.NewRecorder()
	d.g.ServeHTTP(w, r)
	return w
}

func with(token string) map[string]string {
	h := map[string]string{keyHeader: "key of sandbox"}
	if token != "" {
		h["Authorization"] = "Bearer " + token
	}
	return h
}

const base = "/gateway/sandbox/ihce/"

// The subscription key comes first, word for word, whatever the token says.
func TestGateway_subscriptionKey(t *testing.T) {
	d := newDoor(t, newIssuer(t))
	const (
		missing = `{"statusCode":401,"message":"Access denied due to missing subscription key. Make sure to include subscription key when making requests to an API."}`
		invalid = `{"statusCode":401,"message":"Access denied due to invalid subscription key. Make sure to provide a valid key for an active subscription."}`
	)
	for _, tt := range []struct{ name, path, key, want string }{
		{"none", base + "CodeSystem", "", missing},
		{"wrong", base + "CodeSystem", "x", invalid},
		{"of the other environment", base + "CodeSystem", "key of prod", invalid},
		{"empty in the query", base + "CodeSystem?subscription-key=", "", missing},
		{"right, then the token is looked for", base + "CodeSystem", "key of sandbox", `{"statusCode":401,"message":"JWT not present."}`},
		{"right in the query", base + "CodeSystem?subscription-key=key+of+sandbox", "", `{"statusCode":401,"message":"JWT not present."}`},
	} {
		w := d.call("GET", tt.path, map[string]string{keyHeader: tt.key})
		if w.Code != 401 || strings.TrimSpace(w.Body.String()) != tt.want {
			t.Errorf("%s: %d %s", tt.name, w.Code, w.Body)
		}
		got := w.Header().Get("WWW-Authenticate")
		asks := `AzureApiManagementKey realm="https://gw.test/gateway/sandbox/ihce",name="Ocp-Apim-Subscription-Key",type="header"`
		if strings.Contains(tt.want, "subscription key") != (got == asks) {
			t.Errorf("%s: WWW-Authenticate %q", tt.name, got)
		}
	}
	d.set.KeyDelay = time.Hour
	if w := d.call("GET", base+"CodeSystem", with("")); strings.TrimSpace(w.Body.String()) != invalid {
		t.Errorf("a key too new: %s", w.Body)
	}
}

func TestGateway_token(t *testing.T) {
	i := newIssuer(t)
	d := newDoor(t, i)
	sound := i.token("first", "RS256", good(nil))
	forged := sound[:len(sound)-8] + "AAAAAAAA"
	head, rest, _ := strings.Cut(sound, ".")
	for _, tt := range []struct {
		name, token string
		status      int
		holds       string
	}{
		{"sound", sound, 200, `"resourceType":"Bundle"`},
		{"not a token", "x", 401, "JWT validation failed: signature is not valid."},
		{"forged", forged, 401, "signature is not valid"},
		{"header of another", raw([]byte(`{"alg":"RS256","kid":"nobody"}`)) + "." + rest, 401, "signature is not valid"},
		{"no signature", raw([]byte(`{"alg":"none"}`)) + "." + strings.Split(rest, ".")[0] + ".", 401, "signature is not valid"},
		{"claims of another", head + "." + raw([]byte(`{}`)) + "." + strings.Split(rest, ".")[1], 401, "signature is not valid"},
		{"other algorithm", i.token("first", "PS256", good(nil)), 401, "signature is not valid"},
		{"issuer", i.token("first", "RS256", good(func(c map[string]any) { c["iss"] = "https://them/" })), 401, "JWT validation failed: invalid issuer."},
		{"expired this second", i.token("first", "RS256", good(func(c map[string]any) { c["exp"] = noon.Unix() })), 401, "JWT validation failed: token is expired."},
		{"not yet", i.token("first", "RS256", good(func(c map[string]any) { c["nbf"] = noon.Unix() + 1 })), 401, "JWT validation failed: token is not yet valid."},
		{"other environment", i.token("first", "RS256", good(func(c map[string]any) { c["aud"] = "api://prod" })), 401, "JWT validation failed: invalid audience."},
		{"slash at the end", i.token("first", "RS256", good(func(c map[string]any) { c["aud"] = "api://sandbox/" })), 200, "Bundle"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if w := d.call("GET", base+"CodeSystem", with(tt.token)); w.Code != tt.status || !strings.Contains(w.Body.String(), tt.holds) {
				t.Errorf("%d %s", w.Code, w.Body)
			}
		})
	}
	for _, scheme := range []string{"Basic " + sound, "Bearer ", sound} {
		if w := d.call("GET", base+"CodeSystem", map[string]string{keyHeader: "key of sandbox", "Authorization": scheme}); w.Code != 401 || !strings.Contains(w.Body.String(), "JWT not present.") {
			t.Errorf("%.8q: %d %s", scheme, w.Code, w.Body)
		}
	}
}

// The key set is kept, and asked for again when a token names a new key.
func TestGateway_keysRotate(t *testing.T) {
	i := newIssuer(t)
	d := newDoor(t, i)
	use := func(kid string) int {
		return d.call("GET", base+"CodeSystem", with(i.token(kid, "RS256", good(nil)))).Code
	}
	for range 2 {
		if use("first") != 200 || i.asks != 1 {
			t.Errorf("%d asks", i.asks)
		}
	}
	i.publish("second")
	if use("second") != 200 || use("first") != 200 || i.asks != 2 {
		t.Errorf("after the rotation: %d asks", i.asks)
	}
	stale := i.token("first", "RS256", good(nil))
	i.Close()
	if w := d.call("GET", base+"CodeSystem", with(stale)); w.Code != 200 {
		t.Errorf("the kept keys are gone with the issuer: %d", w.Code)
	}
}

func TestGateway_roles(t *testing.T) {
	i := newIssuer(t)
	d := newDoor(t, i)
	all := []string{"ConsultaExterna", "Urgencias", "Hospitalizacion", "Consultas", "Prestadores"}
	for _, tt := range []struct{ method, operation, role string }{
		{"POST", "$enviar-rda-consulta-externa", "ConsultaExterna"},
		{"POST", "Bundle/$enviar-rda-urgencias", "Urgencias"},
		{"POST", "$enviar-rda-hospitalizacion", "Hospitalizacion"},
		{"GET", "Patient?identifier=1", "Consultas"},
		{"POST", "Patient/$consultar-paciente", "Consultas"},
		{"POST", "Organization/$consultar-organizacion", "Prestadores"}, //nolint:misspell // Spanish
		{"POST", "Practitioner/$consultar-profesional", "Prestadores"},
		{"GET", "CodeSystem?since=2026-01-01", ""},
	} {
		for _, held := range append(all, "") {
			token := i.token("first", "RS256", good(func(c map[string]any) {
				delete(c, "roles")
				if held != "" {
					c["roles"] = []string{held}
				}
			}))
			w := d.call(tt.method, base+tt.operation, with(token))
			want := 403
			if tt.role == "" || tt.role == held {
				want = 200
			}
			if w.Code != want {
				t.Errorf("%s %s with %q: %d", tt.method, tt.operation, held, w.Code)
			}
		}
	}
	d.set.NoRoleStatus = 401
	if w := d.call("GET", base+"Patient", with(i.token("first", "RS256", good(nil)))); w.Code != 401 || !strings.Contains(w.Body.String(), "Consultas") {
		t.Errorf("the knob: %d %s", w.Code, w.Body)
	}
}

func TestGateway_bundleAndPaths(t *testing.T) {
	i := newIssuer(t)
	d := newDoor(t, i)
	token := i.token("first", "RS256", good(func(c map[string]any) { c["roles"] = []string{"Prestadores"} }))
	for method, operation := range map[string]string{
		"GET":  "CodeSystem?since=2026-01-01",
		"POST": "Organization/$consultar-organizacion", //nolint:misspell // Spanish
	} {
		w := d.call(method, base+operation, with(token))
		var b struct {
			ResourceType string
			Type         string
			Total        *int
			Entry        []any
		}
		if err := json.Unmarshal(w.Body.Bytes(), &b); err != nil {
			t.Fatal(err)
		}
		ct := w.Header().Get("Content-Type")
		if w.Code != 200 || !strings.HasPrefix(ct, "application/fhir+json") || b.ResourceType != "Bundle" || b.Type != "searchset" || b.Total == nil || *b.Total != 0 || len(b.Entry) != 0 {
			t.Errorf("%s: %d %s %s", operation, w.Code, ct, w.Body)
		}
	}
	for _, path := range []string{"/gateway/sandbox/other", "/gateway/test/ihce/CodeSystem", "/gateway/sandbox/ihcex/CodeSystem"} {
		if w := d.call("GET", path, with(token)); w.Code != 404 || strings.TrimSpace(w.Body.String()) != `{"statusCode":404,"message":"Resource not found"}` {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	d.set.NoTokenSandbox = true
	if w := d.call("GET", base+"Patient", with("")); w.Code != 200 {
		t.Errorf("no token asked for: %d", w.Code)
	}
	if w := d.call("GET", "/gateway/prod/ihce/Patient", map[string]string{keyHeader: "key of prod"}); w.Code != 401 {
		t.Errorf("production asks for a token all the same: %d", w.Code)
	}
}

func FuzzGateway_token(f *testing.F) {
	for _, s := range []string{"", "a.b.c", "e30.e30.", raw([]byte(`{"alg":"RS256","kid":"k"}`)) + "." + raw([]byte(`{"aud":[]}`)) + ".AA"} {
		f.Add(s)
	}
	v := &verifier{cfg: Config{
		OpenIDConfiguration: func() string { return "http://127.0.0.1:0/" }, Client: http.DefaultClient,
		Issuer: func(string) bool { return true }, Now: func() time.Time { return noon },
	}, keys: map[string]*rsa.PublicKey{}}
	f.Fuzz(func(t *testing.T, token string) {
		if _, err := v.check(t.Context(), token, nil); err == nil {
			t.Fatalf("taken: %q", token)
		}
	})
}
