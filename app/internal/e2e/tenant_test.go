package e2e

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"llavero/server/servertest"
	"llavero/shared/access"
)

// tenant is the directory as its administrator, or the holder of a secret, speaks
// with it: past Llavero.
type tenant struct {
	t *testing.T
	s *servertest.Server
}

func (e tenant) send(r *http.Request) (status int, body []byte) {
	e.t.Helper()
	resp, err := e.s.Emulator.HTTPClient().Do(r)
	must(e.t, err)
	defer func() { _ = resp.Body.Close() }()
	body, err = io.ReadAll(resp.Body)
	must(e.t, err)
	return resp.StatusCode, body
}

// signIn asks for a token with a secret; no token: the tenant refuses it.
func (e tenant) signIn(id, value, scope string) (token, refusal string) {
	e.t.Helper()
	form := url.Values{"client_id": {id}, "client_secret": {value}, "grant_type": {"client_credentials"}, "scope": {scope}}
	at := e.s.Emulator.URL() + "/" + e.s.Emulator.TenantID() + "/oauth2/v2.0/token"
	r, err := http.NewRequestWithContext(e.t.Context(), http.MethodPost, at, strings.NewReader(form.Encode()))
	must(e.t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	_, body := e.send(r)
	var answer struct {
		Token  string `json:"access_token"`
		Error  string `json:"error"`
		Detail string `json:"error_description"`
	}
	must(e.t, json.Unmarshal(body, &answer))
	return answer.Token, answer.Detail
}

// takes reports whether the tenant takes a key's secret; what it refuses it must
// refuse as a secret that is not the application's.
func (e tenant) takes(env access.Environment, id, value string) bool {
	e.t.Helper()
	scope := e.s.World.Settings().Production.Scope
	if env == access.Preproduction {
		scope = e.s.World.Settings().Preproduction.Scope
	}
	token, refusal := e.signIn(id, value, scope)
	if token == "" && !strings.HasPrefix(refusal, "AADSTS7000215") {
		e.t.Errorf("refused for another reason than its secret: %s", refusal)
	}
	return token != ""
}
