package entraemu

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"
)

func claimsOf(t *testing.T, token string) map[string]any {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("token has %d parts", len(parts))
	}
	b, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	var c map[string]any
	if err := json.Unmarshal(b, &c); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestDiscovery(t *testing.T) {
	h := start(t, Config{})
	for _, tt := range []struct{ path, issuer, token string }{
		{"/" + h.TenantID() + "/v2.0", h.URL() + "/" + h.TenantID() + "/v2.0", "/oauth2/v2.0/token"},
		{"/llavero.example/v2.0", h.URL() + "/" + h.TenantID() + "/v2.0", "/oauth2/v2.0/token"},
		{"/common/v2.0", h.URL() + "/{tenantid}/v2.0", "/common/oauth2/v2.0/token"},
		{"/" + h.TenantID(), "https://sts.windows.net/" + h.TenantID() + "/", "/oauth2/token"},
	} {
		a := h.must("GET", tt.path+"/.well-known/openid-configuration?", "", nil)
		if a.status != 200 || a.str("issuer") != tt.issuer || !strings.HasSuffix(a.str("token_endpoint"), tt.token) {
			t.Errorf("%s: %d issuer %q token %q", tt.path, a.status, a.str("issuer"), a.str("token_endpoint"))
		}
		if a.str("authorization_endpoint") == "" || a.str("jwks_uri") == "" {
			t.Errorf("%s: endpoints missing", tt.path)
		}
	}
	a := h.must("GET", "/00000000-1111-4222-8333-444444444444/v2.0/.well-known/openid-configuration", "", nil)
	if a.status != 400 || !strings.Contains(a.str("error_description"), "AADSTS90002: Tenant '") {
		t.Errorf("unknown tenant: %d %s", a.status, a.raw)
	}
	keys := h.must("GET", "/"+h.TenantID()+"/discovery/v2.0/keys", "", nil)
	list, _ := keys.body["keys"].([]any)
	if len(list) < 2 {
		t.Fatalf("key set has %d keys", len(list))
	}
	first, _ := list[0].(map[string]any)
	if first["x5t"] != first["kid"] || first["x5c"] == nil || first["issuer"] == nil || first["kty"] != "RSA" {
		t.Errorf("key: %v", first)
	}
	inst := h.must("GET", "/common/discovery/instance?api-version=1.1&authorization_endpoint="+url.QueryEscape(h.URL()+"/common/oauth2/v2.0/authorize"), "", nil)
	if inst.status != 200 || inst.str("tenant_discovery_endpoint") == "" || inst.str("api-version") != "1.1" {
		t.Errorf("instance: %d %s", inst.status, inst.raw)
	}
	if bad := h.must("GET", "/common/discovery/instance?authorization_endpoint=https://evil.test/x", "", nil); bad.status != 400 || bad.str("error") != "invalid_instance" {
		t.Errorf("unknown instance: %d %s", bad.status, bad.raw)
	}
	if m := h.must("GET", "/metadata/endpoints?api-version=2022-09-01", "", nil); m.status != 200 || !strings.Contains(m.raw, `"microsoftGraphResourceId"`) {
		t.Errorf("metadata: %d %s", m.status, m.raw)
	}
}

func TestToken_claims(t *testing.T) {
	h := stopped(t)
	g := claimsOf(t, h.admin())
	if g["ver"] != "1.0" || g["aud"] != "https://graph.microsoft.com" || g["appid"] != h.ClientID() || g["idtyp"] != "app" || g["appidacr"] != "1" {
		t.Errorf("Graph claims: %v", g)
	}
	if g["oid"] != g["sub"] || g["tid"] != h.TenantID() || g["iss"] != "https://sts.windows.net/"+h.TenantID()+"/" {
		t.Errorf("Graph claims: %v", g)
	}
	exp, _ := g["exp"].(float64)
	if life := time.Unix(int64(exp), 0).Sub(h.Now()); life < 59*time.Minute || life > 91*time.Minute {
		t.Errorf("life %s", life)
	}
	api := h.Gateway(Prod)
	v2 := claimsOf(t, h.tokenOf(h.ClientID(), h.ClientSecret(), api.Scope))
	if v2["ver"] != "2.0" || v2["aud"] != api.AppID || v2["azp"] != h.ClientID() || v2["azpacr"] != "1" || v2["iss"] != h.URL()+"/"+h.TenantID()+"/v2.0" {
		t.Errorf("v2 claims: %v", v2)
	}
	if _, has := v2["roles"]; has {
		t.Errorf("roles without any: %v", v2["roles"])
	}
	h.turn(func(k *Knobs) { k.Token.APIVersion = 1; k.Token.Life = Duration(time.Minute) })
	v1 := claimsOf(t, h.tokenOf(h.ClientID(), h.ClientSecret(), api.Scope))
	if v1["ver"] != "1.0" || v1["aud"] != "api://"+api.AppID || v1["appid"] != h.ClientID() {
		t.Errorf("v1 claims: %v", v1)
	}
	form := grantForm(h.ClientID(), h.ClientSecret(), "")
	form.Set("resource", api.Scope[:len(api.Scope)-len("/.default")])
	a := h.must("POST", "/"+h.TenantID()+"/oauth2/token", form.Encode(), map[string]string{"Content-Type": "application/x-www-form-urlencoded"})
	if a.status != 200 || a.str("expires_in") != "60" || a.str("resource") != "api://"+api.AppID {
		t.Errorf("v1 endpoint: %d %s", a.status, a.str("resource"))
	}
}

func TestToken_refusals(t *testing.T) {
	h := stopped(t)
	admin := h.admin()
	m := h.makeApp(admin, "one")
	noSP := h.graph(admin, "PATCH", "/applications(uniqueName='alone')", newApp, true).str("appId")
	wrong := newSecretText()
	with := func(change func(url.Values)) url.Values {
		f := grantForm(m.appID, m.secret, h.Gateway(Sandbox).Scope)
		change(f)
		return f
	}
	for _, tt := range []struct {
		name   string
		form   url.Values
		status int
		oauth  string
		code   int
		text   string
	}{
		{"wrong secret", with(func(f url.Values) { f.Set("client_secret", wrong) }), 401, "invalid_client", 7000215, "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '" + m.appID + "'."},
		{"no credential", with(func(f url.Values) { f.Del("client_secret") }), 401, "invalid_client", 7000216, "'client_assertion', 'client_secret' or 'request' is required"},
		{"unknown client", with(func(f url.Values) { f.Set("client_id", "11111111-2222-4333-8444-555555555555") }), 400, "unauthorized_client", 700016, "was not found in the directory '"},
		{"no service principal", with(func(f url.Values) { f.Set("client_id", noSP) }), 401, "invalid_client", 7000229, "is missing service principal in the tenant"},
		{"no grant type", with(func(f url.Values) { f.Del("grant_type") }), 400, "invalid_request", 900144, "The request body must contain the following parameter: 'grant_type'."},
		{"no scope", with(func(f url.Values) { f.Del("scope") }), 400, "invalid_request", 900144, "The request body must contain the following parameter: 'scope'."},
		{"other grant", with(func(f url.Values) { f.Set("grant_type", "password") }), 400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type 'password'."},
		{"scope without default", with(func(f url.Values) { f.Set("scope", "api://x/read") }), 400, "invalid_scope", 1002012, "The provided value for scope api://x/read is not valid. Client credential flows must have a scope value with /.default suffixed"},
		{"unknown resource", with(func(f url.Values) { f.Set("scope", "api://x/.default") }), 400, "invalid_resource", 500011, "The resource principal named api://x was not found in the tenant named"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := h.form(tt.form)
			codes, _ := a.body["error_codes"].([]any)
			if a.status != tt.status || a.str("error") != tt.oauth || len(codes) != 1 || codes[0] != float64(tt.code) {
				t.Errorf("got %d %s", a.status, a.raw)
			}
			if !strings.Contains(a.str("error_description"), tt.text) {
				t.Errorf("got %q, want %q", a.str("error_description"), tt.text)
			}
			for _, name := range []string{"timestamp", "trace_id", "correlation_id"} {
				if a.str(name) == "" {
					t.Errorf("%s is missing", name)
				}
			}
		})
	}
	t.Run("expired secret", func(t *testing.T) {
		h.AdvanceClock(400 * 24 * time.Hour)
		defer h.AdvanceClock(-400 * 24 * time.Hour)
		a := h.form(grantForm(m.appID, m.secret, graphScope))
		if a.status != 401 || !strings.Contains(a.raw, "AADSTS7000222: The provided client secret keys for app '"+m.appID+"' are expired.") {
			t.Errorf("got %d %s", a.status, a.raw)
		}
	})
	t.Run("assignment required", func(t *testing.T) {
		h.turn(func(k *Knobs) { k.Token.AssignmentRequired = true })
		a := h.form(grantForm(m.appID, m.secret, h.Gateway(Prod).Scope))
		if a.status != 400 || a.str("error") != "invalid_grant" || !strings.Contains(a.raw, "AADSTS501051") {
			t.Errorf("got %d %s", a.status, a.raw)
		}
	})
	t.Run("disabled application", func(t *testing.T) {
		h.turn(func(k *Knobs) { k.Token.DisabledApps = []string{m.appID} })
		if a := h.form(grantForm(m.appID, m.secret, graphScope)); a.status != 400 || !strings.Contains(a.raw, "AADSTS7000112") {
			t.Errorf("got %d %s", a.status, a.raw)
		}
	})
	for path, code := range map[string]string{
		"/other.example/oauth2/v2.0/token": "AADSTS90002",
		"/nonsense/oauth2/v2.0/token":      "AADSTS900023: Specified tenant identifier 'nonsense' is neither a valid DNS name, nor a valid external domain.",
	} {
		a := h.must("POST", path, with(func(url.Values) {}).Encode(), map[string]string{"Content-Type": "application/x-www-form-urlencoded"})
		if a.status != 400 || !strings.Contains(a.raw, code) {
			t.Errorf("%s: %d %s", path, a.status, a.raw)
		}
	}
}

func TestToken_basicHeader(t *testing.T) {
	h := start(t, Config{})
	basic := base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(h.ClientID()) + ":" + url.QueryEscape(h.ClientSecret())))
	f := url.Values{"grant_type": {"client_credentials"}, "scope": {graphScope + " openid offline_access profile"}, "client_info": {"1"}}
	a := h.must("POST", "/"+h.TenantID()+"/oauth2/v2.0/token?client-request-id=abc", f.Encode(),
		map[string]string{"Content-Type": "application/x-www-form-urlencoded;charset=utf-8", "Authorization": "Basic " + basic})
	if a.status != 200 {
		t.Fatalf("got %d %s", a.status, a.raw)
	}
}

func TestSecretShape(t *testing.T) {
	seen := map[string]bool{}
	for range 200 {
		s := newSecretText()
		if len(s) != 40 || s[3:6] != "8Q~" || seen[s] {
			t.Fatal("a secret has the wrong shape, or repeats")
		}
		seen[s] = true
	}
}

func FuzzTokenForm(f *testing.F) {
	f.Add("application/x-www-form-urlencoded", "Basic YTpi", "grant_type=client_credentials&client_id=a&scope=b%2F.default")
	f.Add("application/x-www-form-urlencoded; charset=utf-8", "", "client_id=a&client_id=b")
	f.Add("text/plain", "Basic %%%", "%zz=1;2")
	f.Fuzz(func(t *testing.T, contentType, authorization, body string) {
		h := map[string][]string{"Content-Type": {contentType}, "Authorization": {authorization}}
		form, refusal := parseTokenForm(h, []byte(body))
		if refusal != nil {
			if refusal.code == 0 || refusal.status < 400 {
				t.Fatalf("refusal without code or status: %+v", refusal)
			}
			return
		}
		if form.check(true) == nil && (form.grantType != "client_credentials" || form.clientID == "" && !form.has["client_id"] || form.scope == "") {
			t.Fatalf("an incomplete form passed: %q", body)
		}
		if name := form.resourceName(true); strings.ContainsAny(name, " \t\n") {
			t.Fatalf("resource %q has spaces", name)
		}
	})
}

func FuzzParseJWT(f *testing.F) {
	f.Add("eyJhbGciOiJSUzI1NiJ9.e30.AA")
	f.Add("..")
	f.Fuzz(func(t *testing.T, token string) {
		j, err := parseJWT(token)
		if err == nil && strings.Count(token, ".") != 2 {
			t.Fatalf("%q passed", token)
		}
		if err == nil && !strings.HasPrefix(token, j.input) {
			t.Fatalf("signed part %q is not of %q", j.input, token)
		}
	})
}
