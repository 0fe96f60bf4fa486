package e2e

import (
	"bytes"
	"encoding/json"
	"net/http"
	"sync/atomic"
	"time"
)

// graph makes a call as the administrator, which must succeed.
func (e tenant) graph(method, path string, body, answer any) {
	e.t.Helper()
	emu := e.s.Emulator
	token, refusal := e.signIn(emu.ClientID(), emu.ClientSecret(), "https://graph.microsoft.com/.default")
	if token == "" {
		e.t.Fatalf("the administrator is refused: %s", refusal)
	}
	payload, err := json.Marshal(body)
	must(e.t, err)
	r, err := http.NewRequestWithContext(e.t.Context(), method, emu.GraphURL()+"/v1.0/"+path, bytes.NewReader(payload))
	must(e.t, err)
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	status, raw := e.send(r)
	if status >= http.StatusMultipleChoices {
		e.t.Fatalf("%s %s: %d %s", method, path, status, raw)
	}
	if answer != nil {
		must(e.t, json.Unmarshal(raw, answer))
	}
}

// addSecret is a secret added by hand.
func (e tenant) addSecret(clientID, name string) (value string) {
	e.t.Helper()
	var made struct {
		Text string `json:"secretText"`
	}
	e.graph(http.MethodPost, "applications(appId='"+clientID+"')/addPassword",
		map[string]any{"passwordCredential": map[string]any{"displayName": name}}, &made)
	return made.Text
}

// byHand makes an application with a secret in the portal, as an officer does who
// then types it.
func (e tenant) byHand(name string, tags ...string) (clientID, value string) {
	e.t.Helper()
	var app struct {
		ClientID string `json:"appId"`
	}
	e.graph(http.MethodPost, "applications", map[string]any{"displayName": name, "tags": append([]string{}, tags...)}, &app)
	e.graph(http.MethodPost, "servicePrincipals", map[string]any{"appId": app.ClientID}, nil)
	return app.ClientID, e.addSecret(app.ClientID, "a mano")
}

// offset is a server's clock that runs ahead by what it is told to.
type offset struct{ ahead atomic.Int64 }

func (o *offset) now() time.Time { return time.Now().Add(time.Duration(o.ahead.Load())) }

// pass moves it on.
func (o *offset) pass(d time.Duration) { o.ahead.Add(int64(d)) }
