package gatewayemu

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestGateway_rungs(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	set := Settings{}
	claims := Claims{Audience: "api://sandbox", Roles: []string{"ConsultaExterna"}}
	var refusal error
	g := New(Config{
		Prefix:       "/gateway",
		Environments: map[string]Environment{"sandbox": {Audiences: []string{"api://sandbox"}, SubscriptionKey: "k", KeyMadeAt: now.Add(-time.Minute)}},
		Check:        func(string) (Claims, error) { return claims, refusal },
		Settings:     func() Settings { return set },
		Now:          func() time.Time { return now },
	})
	get := func(path, token string) (int, string) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, nil)
		r.Header.Set("Ocp-Apim-Subscription-Key", "k")
		if token != "" {
			r.Header.Set("Authorization", token)
		}
		w := httptest.NewRecorder()
		g.ServeHTTP(w, r)
		return w.Code, w.Body.String()
	}
	const base = "/gateway/sandbox/ihce/"
	for _, tt := range []struct {
		name, path, token string
		prepare           func()
		status            int
		holds             string
	}{
		{"own role", base + "$enviar-rda-consulta-externa", "Bearer t", nil, 200, "Bundle"},
		{"another role", base + "$enviar-rda-urgencias", "Bearer t", nil, 403, "Urgencias"},
		{"no role needed", base + "CodeSystem", "Bearer t", nil, 200, "Bundle"},
		{"no path", "/gateway/sandbox/other", "Bearer t", nil, 404, "statusCode"},
		{"no such environment", "/gateway/test/ihce/CodeSystem", "Bearer t", nil, 404, "statusCode"},
		{"basic is no bearer", base + "CodeSystem", "Basic t", nil, 401, "JWT not present."},
		{"expired", base + "CodeSystem", "Bearer t", func() { refusal = ErrExpired }, 401, "expired"},
		{"issuer", base + "CodeSystem", "Bearer t", func() { refusal = ErrIssuer }, 401, "issuer"},
		{"anything else", base + "CodeSystem", "Bearer t", func() { refusal = errors.New("x") }, 401, "signature"},
		{"audience", base + "CodeSystem", "Bearer t", func() { claims.Audience = "api://prod" }, 401, "audience"},
		{"role refused by 401", base + "Patient", "Bearer t", func() { set.NoRoleStatus = 401 }, 401, "Consultas"},
		{"key too new", base + "CodeSystem", "Bearer t", func() { set.KeyDelay = time.Hour }, 401, "invalid subscription key"},
		{"no token asked for", base + "Patient", "", func() { set.NoTokenSandbox = true }, 200, "Bundle"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			set, refusal, claims.Audience = Settings{}, nil, "api://sandbox"
			if tt.prepare != nil {
				tt.prepare()
			}
			if status, body := get(tt.path, tt.token); status != tt.status || !strings.Contains(body, tt.holds) {
				t.Errorf("got %d %s", status, body)
			}
		})
	}
}
