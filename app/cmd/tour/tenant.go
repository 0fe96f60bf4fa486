package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// plantSecret adds a secret to the application of a code's production key, as somebody does in the
// portal: past Llavero.
func (w *world) plantSecret(ctx context.Context, code string) error {
	form := url.Values{
		"client_id": {w.env["ENTRA_CLIENT_ID"]}, "client_secret": {w.env["ENTRA_CLIENT_SECRET"]},
		"grant_type": {"client_credentials"}, "scope": {"https://graph.microsoft.com/.default"},
	}
	at := strings.TrimSuffix(w.env["ENTRA_AUTHORITY_HOST"], "/") + "/" + w.env["ENTRA_TENANT_ID"] + "/oauth2/v2.0/token"
	var signedIn struct {
		Token string `json:"access_token"`
	}
	if err := w.call(ctx, http.MethodPost, at, "application/x-www-form-urlencoded", []byte(form.Encode()), "", &signedIn); err != nil {
		return err
	}
	graph := w.env["ENTRA_GRAPH_URL"] + "/v1.0/applications"
	var app struct {
		ID string `json:"id"`
	}
	if err := w.call(ctx, http.MethodGet, graph+"(uniqueName='llavero-production-"+code+"')", "", nil, signedIn.Token, &app); err != nil {
		return err
	}
	body := []byte(`{"passwordCredential":{"displayName":"prueba a mano"}}`)
	return w.call(ctx, http.MethodPost, graph+"/"+app.ID+"/addPassword", "application/json", body, signedIn.Token, nil)
}

// call speaks with the tenant.
func (w *world) call(ctx context.Context, method, at, kind string, body []byte, token string, answer any) error {
	req, err := http.NewRequestWithContext(ctx, method, at, bytes.NewReader(body))
	if err != nil {
		return err
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := w.http.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return err
	}
	if res.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("%s %s: %s", method, req.URL.Path, res.Status) // its body may hold a value
	}
	if answer == nil {
		return nil
	}
	return json.Unmarshal(raw, answer)
}
