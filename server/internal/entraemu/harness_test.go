package entraemu

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// harness is an emulator with a plain HTTP client, as any language would use it.
type harness struct {
	*Emulator
	t  *testing.T
	hc *http.Client
}

func start(t *testing.T, cfg Config) *harness {
	t.Helper()
	e, err := Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	h := &harness{Emulator: e, t: t, hc: e.HTTPClient()}
	t.Cleanup(func() {
		h.hc.CloseIdleConnections()
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

// stopped is a harness whose clock only moves when told.
func stopped(t *testing.T) *harness {
	t.Helper()
	h := start(t, Config{})
	h.SetClock(time.Now())
	return h
}

// speak makes the client use HTTP/1.1 or 2 only, and checks that it does.
func (h *harness) speak(version int) {
	h.t.Helper()
	tr, ok := h.hc.Transport.(*http.Transport)
	if !ok {
		h.t.Fatal("the client has no transport of its own")
	}
	tr.Protocols = new(http.Protocols)
	tr.Protocols.SetHTTP1(version == 1)
	tr.Protocols.SetHTTP2(version == 2)
	a := h.must("GET", "/"+h.TenantID()+"/v2.0/.well-known/openid-configuration", "", nil)
	if a.proto != version {
		h.t.Fatalf("the emulator speaks HTTP/%d, not %d", a.proto, version)
	}
}

type answer struct {
	proto int

	status int
	header http.Header
	body   map[string]any
	raw    string
}

func (a answer) str(path ...string) string {
	var v any = a.body
	for _, p := range path {
		m, ok := v.(map[string]any)
		if !ok {
			return ""
		}
		v = m[p]
	}
	s, _ := v.(string)
	return s
}

// code is the error code of a Graph refusal.
func (a answer) code() string { return a.str("error", "code") }

func (h *harness) do(method, path, body string, header map[string]string) (answer, error) {
	r, err := http.NewRequestWithContext(h.t.Context(), method, h.URL()+path, strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	for k, v := range header {
		r.Header.Set(k, v)
	}
	res, err := h.hc.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return answer{}, err
	}
	a := answer{proto: res.ProtoMajor, status: res.StatusCode, header: res.Header, raw: string(raw)}
	if bytes.HasPrefix(bytes.TrimSpace(raw), []byte("{")) {
		if err := json.Unmarshal(raw, &a.body); err != nil {
			h.t.Fatalf("%s %s: body is no JSON: %v", method, path, err)
		}
	}
	return a, nil
}

func (h *harness) must(method, path, body string, header map[string]string) answer {
	h.t.Helper()
	a, err := h.do(method, path, body, header)
	if err != nil {
		h.t.Fatalf("%s %s: %v", method, path, err)
	}
	return a
}

func (h *harness) form(values url.Values) answer {
	h.t.Helper()
	return h.must("POST", "/"+h.TenantID()+"/oauth2/v2.0/token", values.Encode(),
		map[string]string{"Content-Type": "application/x-www-form-urlencoded"})
}

func grantForm(id, secret, scope string) url.Values {
	return url.Values{"grant_type": {"client_credentials"}, "client_id": {id}, "client_secret": {secret}, "scope": {scope}}
}

const graphScope = "https://graph.microsoft.com/.default"

func (h *harness) tokenOf(id, secret, scope string) string {
	h.t.Helper()
	a := h.form(grantForm(id, secret, scope))
	if a.status != 200 {
		h.t.Fatalf("token: %d %s", a.status, a.raw)
	}
	return a.str("access_token")
}

func (h *harness) admin() string { return h.tokenOf(h.ClientID(), h.ClientSecret(), graphScope) }

// graph calls Graph with a token; upsert adds the Prefer header.
func (h *harness) graph(token, method, path, body string, upsert bool) answer {
	h.t.Helper()
	a, err := h.tryGraph(token, method, path, body, upsert)
	if err != nil {
		h.t.Fatalf("%s %s: %v", method, path, err)
	}
	return a
}

func (h *harness) tryGraph(token, method, path, body string, upsert bool) (answer, error) {
	header := map[string]string{"Authorization": "Bearer " + token, "Content-Type": "application/json"}
	if upsert {
		header["Prefer"] = "create-if-missing"
	}
	return h.do(method, "/v1.0"+path, body, header)
}

const newApp = `{"displayName":"pre 0500199001","signInAudience":"AzureADMyOrg","tags":["llavero"]}`

// made is an application with its service principal and a secret.
type made struct{ id, appID, sp, keyID, secret string }

func (h *harness) makeApp(token, name string) made {
	h.t.Helper()
	app := h.graph(token, "PATCH", "/applications(uniqueName='"+name+"')", newApp, true)
	if app.status != 201 {
		h.t.Fatalf("application: %d %s", app.status, app.raw)
	}
	m := made{id: app.str("id"), appID: app.str("appId")}
	sp := h.graph(token, "PATCH", "/servicePrincipals(appId='"+m.appID+"')", `{"displayName":"pre 0500199001"}`, true)
	if sp.status != 201 {
		h.t.Fatalf("service principal: %d %s", sp.status, sp.raw)
	}
	m.sp = sp.str("id")
	pw := h.addPassword(token, m.id, "op-1")
	m.keyID, m.secret = pw.str("keyId"), pw.str("secretText")
	return m
}

func (h *harness) addPassword(token, id, name string) answer {
	h.t.Helper()
	end := h.Now().AddDate(1, 0, 0).Format(time.RFC3339)
	a := h.graph(token, "POST", "/applications/"+id+"/addPassword", `{"passwordCredential":{"displayName":"`+name+`","endDateTime":"`+end+`"}}`, false)
	if a.status != 200 {
		h.t.Fatalf("addPassword: %d %s", a.status, a.raw)
	}
	return a
}

func (h *harness) turn(change func(*Knobs)) {
	h.t.Helper()
	if err := h.TurnKnobs(change); err != nil {
		h.t.Fatal(err)
	}
}

func (h *harness) fault(f Fault) int {
	h.t.Helper()
	id, err := h.Faults().Add(f)
	if err != nil {
		h.t.Fatal(err)
	}
	return id
}
