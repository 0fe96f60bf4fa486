package api

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// serve starts an HTTPS server and returns a client that trusts it.
func serve(t *testing.T, handler http.Handler, edit func(*tls.Config)) *Client {
	t.Helper()
	s := httptest.NewUnstartedServer(handler)
	s.TLS = &tls.Config{MinVersion: tls.VersionTLS13}
	if edit != nil {
		edit(s.TLS)
	}
	s.Config.ErrorLog = nil
	s.StartTLS()
	t.Cleanup(s.Close)
	c, err := New(s.URL, config(t, s))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func config(t *testing.T, s *httptest.Server) *tls.Config {
	t.Helper()
	file := filepath.Join(t.TempDir(), "ca.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	if err := os.WriteFile(file, block, 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := TLSConfig(file)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// problem answers as the server does.
func problem(w http.ResponseWriter, e *access.Error) {
	w.Header().Set("Content-Type", wire.ProblemType+"; charset=utf-8")
	w.Header().Set(wire.HeaderRequestID, "ref-1")
	w.WriteHeader(wire.StatusOf(e.Code))
	_ = json.NewEncoder(w).Encode(wire.ProblemOf(e, "title", "ref-1"))
}

func TestEveryRoute(t *testing.T) {
	type seen struct{ route, path, key, match, auth, body string }
	var got seen
	mux := http.NewServeMux()
	replies := map[string]string{
		wire.RouteSignOut: "", wire.RouteConfirmEnrolment: "", wire.RouteChangePassword: "", wire.RouteReveal: `{"value":"v","at":"2026-04-07T17:00:00Z"}`,
	}
	for _, route := range []string{
		wire.RouteAbout, wire.RoutePuzzle, wire.RouteSignIn, wire.RouteSecondFactor, wire.RouteSession, wire.RouteSignOut,
		wire.RouteNewImage, wire.RouteRegistrationInfo, wire.RoutePrerequisites, wire.RouteRegister, wire.RouteRecover,
		wire.RouteAccountLink, wire.RouteSetPassword, wire.RouteConfirmEnrolment, wire.RouteChangePassword,
		wire.RouteConsentTexts, wire.RouteCreateRequest, wire.RouteRequest, wire.RouteChangeRequest, wire.RouteCancelRequest,
		wire.RouteSendCode, wire.RouteSign, wire.RouteTake, wire.RouteRelease, wire.RouteResume, wire.RouteAssign,
		wire.RouteParameters, wire.RouteReveal, wire.RouteKeyAudit, wire.RouteHandOver, wire.RouteEndOverlap,
		wire.RouteTestKey, wire.RouteCompromise, wire.RouteRevoke, wire.RouteSecrets, wire.RouteReminder, wire.RouteSigningKeys, wire.RouteReceipt, wire.RouteReceiptPDF,
	} {
		mux.HandleFunc(route, func(w http.ResponseWriter, r *http.Request) {
			b, _ := io.ReadAll(r.Body)
			got = seen{route, r.URL.EscapedPath(), r.Header.Get(wire.HeaderIdempotencyKey), r.Header.Get(wire.HeaderIfMatch), r.Header.Get("Authorization"), strings.TrimSpace(string(b))}
			reply, ok := replies[route]
			switch {
			case ok && reply == "":
				w.WriteHeader(http.StatusNoContent)
			case ok:
				_, _ = io.WriteString(w, reply)
			default:
				_, _ = io.WriteString(w, `{"seq":7,"number":"SOL-1"}`)
			}
		})
	}
	c := serve(t, mux, nil)
	c.SetToken(secret.New("ficha"))
	ctx := t.Context()
	const id, key = access.RequestID("r/1"), "act-1"
	for route, call := range map[string]struct {
		do         func() error
		isIntent   bool
		hasVersion bool
	}{
		wire.RouteAbout:            {do: func() error { _, err := c.About(ctx); return err }},
		wire.RoutePuzzle:           {do: func() error { _, err := c.Puzzle(ctx); return err }},
		wire.RouteSignIn:           {do: func() error { _, err := c.SignIn(ctx, wire.SignIn{Login: "x"}); return err }},
		wire.RouteSecondFactor:     {do: func() error { _, err := c.SecondFactor(ctx, wire.SecondFactor{}); return err }},
		wire.RouteSession:          {do: func() error { _, err := c.Session(ctx); return err }},
		wire.RouteSignOut:          {do: func() error { return c.SignOut(ctx, secret.Text{}) }},
		wire.RouteNewImage:         {do: func() error { _, err := c.NewImage(ctx, wire.NewImage{Scale: 2}); return err }},
		wire.RouteRegistrationInfo: {do: func() error { _, err := c.RegistrationInfo(ctx); return err }},
		wire.RoutePrerequisites:    {do: func() error { _, err := c.CheckPrerequisites(ctx, wire.CheckPrerequisites{}); return err }},
		wire.RouteRegister:         {do: func() error { _, err := c.Register(ctx, wire.Register{}); return err }},
		wire.RouteRecover:          {do: func() error { _, err := c.Recover(ctx, wire.Recover{}); return err }},
		wire.RouteAccountLink:      {do: func() error { _, err := c.AccountLink(ctx, wire.AccountLink{Token: "t"}); return err }},
		wire.RouteSetPassword:      {do: func() error { _, err := c.SetPassword(ctx, wire.SetPassword{}); return err }},
		wire.RouteConfirmEnrolment: {do: func() error { _, err := c.ConfirmEnrolment(ctx, wire.ConfirmEnrolment{}); return err }},
		wire.RouteChangePassword:   {do: func() error { return c.ChangePassword(ctx, key, wire.ChangePassword{}) }, isIntent: true},
		wire.RouteConsentTexts:     {do: func() error { _, err := c.ConsentTexts(ctx); return err }},
		wire.RouteRequest:          {do: func() error { _, err := c.Request(ctx, id); return err }},
		wire.RouteCreateRequest:    {do: func() error { a, err := c.CreateRequest(ctx, key, wire.NewRequest{}); return seven(a, err) }, isIntent: true},
		wire.RouteChangeRequest:    {do: func() error { a, err := c.ChangeRequest(ctx, key, id, 3, wire.ChangeRequest{}); return seven(a, err) }, isIntent: true, hasVersion: true},
		wire.RouteCancelRequest:    {do: func() error { a, err := c.CancelRequest(ctx, key, id, 3); return seven(a, err) }, isIntent: true, hasVersion: true},
		wire.RouteSendCode:         {do: func() error { _, err := c.SendCode(ctx, key, id, wire.SendCode{}); return err }, isIntent: true},
		wire.RouteSign:             {do: func() error { a, err := c.Sign(ctx, key, id, 3, wire.Sign{}); return seven(a, err) }, isIntent: true, hasVersion: true},
		wire.RouteSigningKeys:      {do: func() error { _, err := c.SigningKeys(ctx); return err }},
		wire.RouteReceipt:          {do: func() error { _, err := c.Receipt(ctx, id, false); return err }},
		wire.RouteReceiptPDF:       {do: func() error { _, err := c.Receipt(ctx, id, true); return err }},
		wire.RouteTake:             {do: func() error { a, err := c.Take(ctx, key, id, wire.Take{}); return seven(a, err) }, isIntent: true},
		wire.RouteRelease:          {do: func() error { a, err := c.Release(ctx, key, id); return seven(a, err) }, isIntent: true},
		wire.RouteResume:           {do: func() error { a, err := c.Resume(ctx, key, id, 3); return seven(a, err) }, isIntent: true, hasVersion: true},
		wire.RouteAssign:           {do: func() error { a, err := c.Assign(ctx, key, id, 3, wire.Assign{}); return seven(a, err) }, isIntent: true, hasVersion: true},
		wire.RouteParameters:       {do: func() error { _, err := c.Parameters(ctx, "k"); return err }},
		wire.RouteReveal: {do: func() error {
			r, err := c.Reveal(ctx, key, "k", wire.Reveal{Field: access.FieldSecret})
			if r.Value.Reveal() != "v" {
				return errors.New("the value did not arrive")
			}
			return err
		}, isIntent: true},
		wire.RouteKeyAudit:   {do: func() error { _, err := c.KeyAudit(ctx, "k"); return err }},
		wire.RouteHandOver:   {do: func() error { _, err := c.HandOver(ctx, key, "k", wire.HandOver{Vendor: "v"}); return err }, isIntent: true},
		wire.RouteEndOverlap: {do: func() error { _, err := c.EndOverlap(ctx, key, "k", 3); return err }, isIntent: true, hasVersion: true},
		wire.RouteTestKey:    {do: func() error { _, err := c.TestKey(ctx, key, "k"); return err }, isIntent: true},
		wire.RouteCompromise: {do: func() error { _, err := c.Compromise(ctx, key, "k", 3, wire.Compromise{}); return err }, isIntent: true, hasVersion: true},
		wire.RouteRevoke:     {do: func() error { _, err := c.Revoke(ctx, key, "k", 3, wire.Revoke{}); return err }, isIntent: true, hasVersion: true},
		wire.RouteSecrets:    {do: func() error { _, err := c.Secrets(ctx, "k"); return err }},
		wire.RouteReminder:   {do: func() error { _, err := c.AnswerReminder(ctx, key, "k", 3, wire.AnswerReminder{}); return err }, isIntent: true, hasVersion: true},
	} {
		got = seen{}
		if err := call.do(); err != nil {
			t.Errorf("%s: %v", route, err)
		}
		if got.route != route || got.auth != "Bearer ficha" || (got.key == key) != call.isIntent || (got.match == `"3"`) != call.hasVersion {
			t.Errorf("%s: the server saw %+v", route, got)
		}
	}
	if _, err := c.Request(ctx, id); err != nil || got.path != "/v1/key-requests/r%2F1" {
		t.Errorf("an id with a slash went to %s: %v", got.path, err)
	}
}

func seven(a wire.Accepted, err error) error {
	if err == nil && (a.Seq != 7 || a.Number != "SOL-1") {
		return errors.New("the answer did not arrive")
	}
	return err
}

func TestRefusals(t *testing.T) {
	full := &access.Error{Code: access.CodeConflict, Hint: access.HintTaken, Args: map[string]string{"by": "Colega"}, Version: 4}
	for name, c := range map[string]struct {
		answer    func(http.ResponseWriter)
		code      access.Code
		hint      access.Hint
		requestID string
	}{
		"problem":        {func(w http.ResponseWriter) { problem(w, full) }, access.CodeConflict, access.HintTaken, "ref-1"},
		"a proxy's page": {func(w http.ResponseWriter) { w.WriteHeader(502); _, _ = io.WriteString(w, "<html>") }, access.CodeUnavailable, "", ""},
		"teapot":         {func(w http.ResponseWriter) { w.WriteHeader(418) }, access.CodeInternal, "", ""},
		"redirect": {func(w http.ResponseWriter) {
			w.Header().Set("Location", "https://elsewhere.example")
			w.WriteHeader(302)
		}, access.CodeInternal, "", ""},
		"a code that does not fit": {func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", wire.ProblemType)
			w.WriteHeader(500)
			_, _ = io.WriteString(w, `{"code":"unauthorized","status":401}`)
		}, access.CodeInternal, "", ""},
		"no JSON where it should be": {func(w http.ResponseWriter) { _, _ = io.WriteString(w, "hola") }, access.CodeInternal, "", ""},
		"too much": {func(w http.ResponseWriter) {
			_, _ = w.Write(bytes.Repeat([]byte(" "), maxReply+10))
		}, access.CodeInternal, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			client := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { c.answer(w) }), nil)
			_, err := client.About(t.Context())
			var failure *Failure
			if access.CodeOf(err) != c.code || access.HintOf(err) != c.hint || !errors.As(err, &failure) || failure.RequestID() != c.requestID {
				t.Errorf("%v", err)
			}
		})
	}
	t.Run("wait", func(t *testing.T) {
		client := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "90")
			problem(w, &access.Error{Code: access.CodeThrottled})
		}), nil)
		_, err := client.About(t.Context())
		if e, ok := errors.AsType[*access.Error](err); !ok || e.Args["seconds"] != "90" {
			t.Errorf("%v", err)
		}
	})
}

func TestSilence(t *testing.T) {
	ok := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "{}") })
	hint := func(t *testing.T, c *Client, want access.Hint) {
		t.Helper()
		_, err := c.About(t.Context())
		if access.CodeOf(err) != access.CodeUnavailable || access.HintOf(err) != want {
			t.Errorf("%v, not %s", err, want)
		}
	}
	t.Run("nobody there", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		_ = l.Close()
		c := serve(t, ok, nil)
		if err := c.SetServer("https://" + l.Addr().String()); err != nil {
			t.Fatal(err)
		}
		hint(t, c, access.HintNoAnswer)
	})
	t.Run("cut off", func(t *testing.T) {
		c := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "{")
			panic(http.ErrAbortHandler)
		}), nil)
		hint(t, c, access.HintNoAnswer)
	})
	t.Run("another authority", func(t *testing.T) {
		other := httptest.NewUnstartedServer(ok)
		other.StartTLS()
		defer other.Close()
		stranger, err := New(other.URL, &tls.Config{MinVersion: tls.VersionTLS13, RootCAs: nil})
		if err != nil {
			t.Fatal(err)
		}
		hint(t, stranger, access.HintCertificate)
	})
	t.Run("another name", func(t *testing.T) {
		c := serve(t, ok, nil)
		if err := c.SetServer(strings.Replace(c.Server(), "127.0.0.1", "localhost", 1)); err != nil {
			t.Fatal(err)
		}
		hint(t, c, access.HintCertificate)
	})
	t.Run("older TLS", func(t *testing.T) {
		c := serve(t, ok, func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS12, tls.VersionTLS12 })
		hint(t, c, access.HintCertificate)
	})
	t.Run("no TLS", func(t *testing.T) {
		plain := httptest.NewServer(ok)
		defer plain.Close()
		c := serve(t, ok, nil)
		if err := c.SetServer(strings.Replace(plain.URL, "http:", "https:", 1)); err != nil {
			t.Fatal(err)
		}
		hint(t, c, access.HintCertificate)
	})
	t.Run("given up", func(t *testing.T) {
		entered := make(chan struct{})
		c := serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { close(entered); <-r.Context().Done() }), nil)
		ctx, cancel := context.WithCancel(t.Context())
		go func() { <-entered; cancel() }()
		if _, err := c.About(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
	})
	t.Run("too slow", func(t *testing.T) {
		c := serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }), nil)
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		if _, err := c.About(ctx); access.HintOf(err) != access.HintNoAnswer {
			t.Errorf("%v", err)
		}
	})
}

// TestIntent_repeatedOnAnotherConnection: a connection that the server closed
// while idle costs no answer.
func TestIntent_repeatedOnAnotherConnection(t *testing.T) {
	var keys []string
	isFirst := true
	c := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		keys = append(keys, r.Header.Get(wire.HeaderIdempotencyKey))
		if len(keys) == 2 && isFirst {
			isFirst = false
			panic(http.ErrAbortHandler)
		}
		_, _ = io.WriteString(w, `{"seq":7,"number":"SOL-1"}`)
	}), func(c *tls.Config) { c.NextProtos = []string{"http/1.1"} })
	for _, key := range []string{"a", "b"} {
		if _, err := c.CreateRequest(t.Context(), key, wire.NewRequest{}); err != nil {
			t.Fatal(err)
		}
	}
	if strings.Join(keys, "") != "abb" {
		t.Errorf("keys %q", keys)
	}
}

func TestSetServer(t *testing.T) {
	c := serve(t, http.NotFoundHandler(), nil)
	for address, want := range map[string]string{
		" llavero.example:8443/ ": "https://llavero.example:8443", "https://llavero.example": "https://llavero.example",
		"http://llavero.example": "", "": "", "https://u:p@llavero.example": "", "https://": "", "https://x/y?z": "", "ftp://x": "", "https://x y": "",
	} {
		before := c.Server()
		err := c.SetServer(address)
		switch {
		case want == "" && (access.CodeOf(err) != access.CodeInvalid || c.Server() != before):
			t.Errorf("%q: %v, now %s", address, err, c.Server())
		case want != "" && (err != nil || c.Server() != want):
			t.Errorf("%q: %v, now %s", address, err, c.Server())
		}
	}
	c.SetToken(secret.New("ficha"))
	if err := c.SetServer("https://other.example"); err != nil || !c.Token().IsEmpty() {
		t.Error("another server gets this one's token")
	}
}

func TestTLSConfig(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "bad.pem")
	if err := os.WriteFile(bad, []byte("not PEM"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{bad, bad + ".absent"} {
		if _, err := TLSConfig(file); err == nil {
			t.Errorf("took %s", file)
		}
	}
}

func FuzzParseProblem(f *testing.F) {
	good, err := json.Marshal(wire.ProblemOf(&access.Error{Code: access.CodeInvalid, Fields: []access.FieldError{{Field: "lead.email", Hint: access.HintFormat}}}, "t", "r"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(wire.ProblemType, 422, good)
	f.Add("text/html", 502, []byte("<html>"))
	f.Add(wire.ProblemType, 500, []byte(`{"code":"unauthorized"}`))
	f.Add("", 0, []byte(nil))
	f.Fuzz(func(t *testing.T, contentType string, status int, body []byte) {
		e := parseProblem(contentType, status, body)
		if e == nil || e.Code == "" {
			t.Fatal("an error answer without a code")
		}
		if e.Code == access.CodeUnauthorized && status != 401 {
			t.Errorf("status %d signs out", status)
		}
	})
}
