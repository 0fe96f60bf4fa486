package servertest

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"llavero/server/servertest/world"
	"llavero/shared/puzzle"
	"llavero/shared/seed"
	"llavero/shared/wire"
)

// page sends a form of the account page, or opens it with none, as a browser
// without JavaScript does.
func page(t *testing.T, s *Server, form url.Values) (int, string) {
	t.Helper()
	method, body := http.MethodGet, ""
	if form != nil {
		method, body = http.MethodPost, form.Encode()
	}
	r, err := http.NewRequestWithContext(t.Context(), method, s.URL+"/cuenta", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := s.HTTPClient().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	html, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	h := res.Header
	csp := h.Get("Content-Security-Policy")
	if !strings.HasPrefix(h.Get("Content-Type"), "text/html") || h.Get("Cache-Control") != "no-store" || h.Get("Set-Cookie") != "" ||
		h.Get("Referrer-Policy") != "no-referrer" || strings.Contains(csp, "unsafe") || !strings.Contains(csp, "default-src 'none'") ||
		!strings.Contains(csp, "frame-ancestors 'none'") || !strings.Contains(csp, "form-action 'self'") {
		t.Errorf("headers: %v", h)
	}
	return res.StatusCode, string(html)
}

// A forgotten password: the mail's code, pasted into the page without any
// script, sets another one and ends the sessions there are.
func TestRecovery_withoutJavaScript(t *testing.T) {
	s := New(t)
	p := s.Person(seed.LoginDelegate)
	var before wire.SignedIn
	post(t, s, "/v1/sessions", solve(t, s, p.Login, p.Password.Reveal()), &before)

	var answer wire.Recovering
	status := post(t, s, "/v1/recovery", wire.Recover{Login: p.Login, Document: p.Person.Person.Document, Image: *readImage(t, s)}, &answer)
	if status != http.StatusOK || answer.Sender == "" || answer.LinkExpiresAt.IsZero() {
		t.Fatalf("recover: %d %+v", status, answer)
	}
	m, err := s.Mail.Wait(limit(t), p.Email)
	if err != nil {
		t.Fatal(err)
	}
	token, err := world.LinkIn(m)
	if err != nil {
		t.Fatal(err)
	}
	if status, html := page(t, s, nil); status != http.StatusOK || !strings.Contains(html, "Código del correo") {
		t.Errorf("open: %d\n%s", status, html)
	}
	if status, html := page(t, s, url.Values{"step": {"open"}, "token": {" "}}); status != http.StatusUnprocessableEntity || !strings.Contains(html, "Pegue el código que llegó a su correo.") {
		t.Errorf("nothing pasted: %d\n%s", status, html)
	}
	status, html := page(t, s, url.Values{"step": {"open"}, "token": {strings.ToLower(token) + " "}})
	if status != http.StatusOK || !strings.Contains(html, p.Login) || !strings.Contains(html, "se cierran todas las sesiones") {
		t.Fatalf("pasted: %d\n%s", status, html)
	}
	const good = "ocho pasteles de yuca morada"
	set := url.Values{"step": {"password"}, "token": {token}, "password": {good}, "repeat": {good + "."}}
	if status, html := page(t, s, set); status != http.StatusUnprocessableEntity || !strings.Contains(html, "Las dos contraseñas no son iguales.") || strings.Contains(html, good) {
		t.Errorf("not the same twice: %d\n%s", status, html)
	}
	for weak, words := range map[string]string{
		"":                       "Escriba su contraseña.",
		"corta":                  "La contraseña es fácil de adivinar.",
		p.Login + "2026":         "La contraseña es fácil de adivinar.",
		strings.Repeat("ñ", 129): "Es demasiado larga.",
	} {
		set := url.Values{"step": {"password"}, "token": {token}, "password": {weak}, "repeat": {weak}}
		if status, html := page(t, s, set); status != http.StatusUnprocessableEntity || !strings.Contains(html, words) || !strings.Contains(html, `value="`+token+`"`) {
			t.Errorf("%q: %d\n%s", weak, status, html)
		}
	}
	set.Set("repeat", good)
	if status, html := page(t, s, set); status != http.StatusOK || !strings.Contains(html, "Contraseña guardada.") || !strings.Contains(html, p.Login) {
		t.Fatalf("set: %d\n%s", status, html)
	}
	if status, html := page(t, s, set); status != http.StatusGone || !strings.Contains(html, "Referencia") {
		t.Errorf("twice: %d\n%s", status, html)
	}
	if got := session(t, s, before.Token); got != http.StatusUnauthorized {
		t.Errorf("the session from before: %d", got)
	}
	var after wire.SignedIn
	if status := post(t, s, "/v1/sessions", solve(t, s, p.Login, good), &after); status != http.StatusOK || after.Token == "" {
		t.Errorf("sign in with the new one: %d", status)
	}
	if status := post(t, s, "/v1/sessions", solve(t, s, p.Login, p.Password.Reveal()), &after); status != http.StatusUnauthorized {
		t.Errorf("sign in with the old one: %d", status)
	}
}

func session(t *testing.T, s *Server, token string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/v1/session", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	res, err := s.HTTPClient().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	return res.StatusCode
}

// The page refuses what is no form of its own.
func TestAccountPage_refuses(t *testing.T) {
	s := New(t)
	for name, body := range map[string]struct {
		kind, text string
	}{
		"JSON":     {"application/json", `{"step":"open"}`},
		"no kind":  {"", "step=open"},
		"too long": {"application/x-www-form-urlencoded", "token=" + strings.Repeat("A", 20<<10)},
		"no form":  {"application/x-www-form-urlencoded", "token=%zz"},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/cuenta", strings.NewReader(body.text))
		if err != nil {
			t.Fatal(err)
		}
		if body.kind != "" {
			r.Header.Set("Content-Type", body.kind)
		}
		res, err := s.HTTPClient().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		html, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(string(html), "Crear contraseña") {
			t.Errorf("%s: %d\n%s", name, res.StatusCode, html)
		}
	}
	if status, html := page(t, s, url.Values{"step": {"code"}, "ticket": {"none"}, "code": {"123456"}}); status != http.StatusGone || !strings.Contains(html, "banner") {
		t.Errorf("a ticket that is none: %d\n%s", status, html)
	}
	// The token is looked for in the body alone: an address is written down.
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/cuenta?step=open&token=AAAA", strings.NewReader("step=open"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := s.HTTPClient().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a token in the address: %d", res.StatusCode)
	}
}

// readImage answers a new image.
func readImage(t *testing.T, s *Server) *wire.ImageAnswer {
	t.Helper()
	var m wire.Image
	if status := post(t, s, "/v1/images", wire.NewImage{Scale: 2}, &m); status != http.StatusOK {
		t.Fatalf("image: %d", status)
	}
	return &wire.ImageAnswer{ID: m.ID, Code: world.ImageCode}
}

func solve(t *testing.T, s *Server, login, password string) wire.SignIn {
	t.Helper()
	var p wire.Puzzle
	post(t, s, "/v1/puzzles", struct{}{}, &p)
	nonce, err := puzzle.Solve(t.Context(), p.Challenge, p.Difficulty, nil)
	if err != nil {
		t.Fatal(err)
	}
	return wire.SignIn{Login: login, Password: password, Challenge: p.Challenge, Nonce: nonce, Device: "prueba"}
}
