package entra

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"llavero/shared/secret"
)

func TestDo_classes(t *testing.T) {
	cases := []struct {
		name         string
		status       int
		code         string
		retryAfter   string
		repeat, once Outcome // what a repeatable call and addPassword say
		triesRepeat  int
		triesOnce    int
	}{
		{"throttled", 429, "TooManyRequests", "7", Later, Later, 3, 3},
		{"throttled, no Retry-After", 429, "TooManyRequests", "", Later, Later, 3, 3},
		{"busy, with Retry-After", 503, "Service_ServiceUnavailable", "2", Later, Later, 3, 3},
		{"busy", 503, "Service_ServiceUnavailable", "", Later, Unknown, 3, 1},
		{"fault", 500, "UnknownError", "", Later, Unknown, 3, 1},
		{"gateway timeout", 504, "UnknownError", "", Later, Unknown, 3, 1},
		{"request timeout", 408, "RequestTimeout", "", Later, Unknown, 3, 1},
		{"concurrent", 409, "Directory_ConcurrencyViolation", "", Later, Unknown, 3, 1},
		{"other conflict", 409, "Request_Conflict", "", Refused, Refused, 1, 1},
		{"forbidden", 403, "Authorization_RequestDenied", "", Refused, Refused, 1, 1},
		{"wrong", 400, "Request_BadRequest", "", Refused, Refused, 1, 1},
		{"absent", 404, "Request_ResourceNotFound", "", Refused, Refused, 1, 1},
		{"token twice", 401, "InvalidAuthenticationToken", "", Refused, Refused, 2, 2},
		{"a portal's page", 302, "", "", Later, Unknown, 3, 1},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var calls atomic.Int32
			f := newFake(t, func(w http.ResponseWriter, _ *http.Request) {
				calls.Add(1)
				if c.retryAfter != "" {
					w.Header().Set("Retry-After", c.retryAfter)
				}
				if c.code == "" {
					w.WriteHeader(c.status)
					return
				}
				refuse(w, c.status, c.code, "wording that nobody reads")
			})
			check := func(err error, outcome Outcome, tries int) {
				t.Helper()
				e, ok := AsError(err)
				if !ok {
					t.Fatalf("got %v, want an *Error", err)
				}
				if e.Outcome != outcome || e.Tries != tries || int(calls.Load()) != tries {
					t.Errorf("got %v after %d tries (%d calls), want %s after %d", e, e.Tries, calls.Load(), outcome, tries)
				}
				if e.Status != c.status || c.code != "" && (e.Code != c.code || e.RequestID != "req-1" || e.ClientRequestID == "") {
					t.Errorf("got %+v, want status, code and both request ids", e)
				}
			}
			clock := newIdle()
			client := f.client(t, clock)
			_, err := client.Application(t.Context(), "object", false)
			check(err, c.repeat, c.triesRepeat)
			calls.Store(0)
			_, err = client.AddPassword(t.Context(), "object", "operation", clock.Now(), false)
			check(err, c.once, c.triesOnce)
			if c.retryAfter != "" && slices.Max(clock.naps) < 2*time.Second {
				t.Errorf("naps %v: Retry-After was no floor", clock.naps)
			}
		})
	}
}

func TestDo_cut(t *testing.T) {
	for _, body := range []string{"", `{"id":"x`} {
		t.Run(fmt.Sprintf("body %q", body), func(t *testing.T) {
			var calls atomic.Int32
			f := newFake(t, func(w http.ResponseWriter, _ *http.Request) {
				if calls.Add(1); body != "" {
					w.Header().Set("Content-Length", "500")
					_, _ = w.Write([]byte(body))
				}
				panic(http.ErrAbortHandler)
			})
			client := f.client(t, newIdle())
			_, err := client.AddPassword(t.Context(), "object", "operation", time.Now(), false)
			if OutcomeOf(err) != Unknown || calls.Load() != 1 {
				t.Errorf("addPassword: got %v after %d calls, want unknown after one", err, calls.Load())
			}
			calls.Store(0)
			if _, err = client.Application(t.Context(), "object", false); OutcomeOf(err) != Later || calls.Load() != 3 {
				t.Errorf("read: got %v after %d calls, want later after three", err, calls.Load())
			}
		})
	}
}

func TestDo_notSent(t *testing.T) {
	f := newFake(t, func(http.ResponseWriter, *http.Request) {})
	client := f.client(t, newIdle())
	if _, err := client.tokens.bearer(t.Context()); err != nil { // so that only Graph is out of reach
		t.Fatal(err)
	}
	f.CloseClientConnections()
	f.Close()
	_, err := client.AddPassword(t.Context(), "object", "operation", time.Now(), false)
	if e, _ := AsError(err); e == nil || e.Outcome != Later || e.Code != CodeNotSent || e.Tries != 3 {
		t.Errorf("got %v, want three tries and later: nothing was sent", err)
	}
	if strings.Contains(err.Error(), "addPassword\"") {
		t.Errorf("the error repeats the address: %v", err)
	}
}

func TestDo_oneSuccessAfterFaults(t *testing.T) {
	var n atomic.Int32
	f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
		switch n.Add(1) {
		case 1:
			refuse(w, 401, "InvalidAuthenticationToken", "Lifetime validation failed, the token is expired.")
		case 2:
			if r.Header.Get("Authorization") != "Bearer bearer-2" {
				t.Errorf("second try with %q, want a new token", r.Header.Get("Authorization"))
			}
			w.Header().Set("Retry-After", "3")
			refuse(w, 429, "TooManyRequests", "Please retry again later.")
		default:
			reply(w, 200, map[string]any{"id": "object", "appId": "client"})
		}
	})
	clock := newIdle()
	start := clock.Now()
	var seen []Attempt
	ctx := Observe(t.Context(), func(a Attempt) { seen = append(seen, a) })
	app, err := f.client(t, clock).Application(ctx, "object", false)
	if err != nil || app.ClientID != "client" {
		t.Fatalf("got %+v, %v", app, err)
	}
	if waited := clock.Now().Sub(start); waited < 3*time.Second {
		t.Errorf("waited %s, want the asked-for 3 s at least", waited)
	}
	var got []string
	for _, a := range seen {
		got = append(got, fmt.Sprintf("%d %d %s", a.Try, a.Status, a.Outcome))
		if a.ClientRequestID == "" || a.RequestID == "" || !strings.HasPrefix(a.TLS, "TLS 1.") {
			t.Errorf("attempt %+v lacks an id or the TLS version", a)
		}
	}
	if want := []string{"1 401 refused", "2 429 later", "3 200 done"}; !slices.Equal(got, want) {
		t.Errorf("attempts %v, want %v", got, want)
	}
}

func TestDo_lagWindow(t *testing.T) {
	refusals := map[string]func(http.ResponseWriter){
		"404": func(w http.ResponseWriter) { refuse(w, 404, "Request_ResourceNotFound", "x") },
		"detail": func(w http.ResponseWriter) {
			refuse(w, 400, "Request_BadRequest", "x", "NoBackingApplicationObject")
		},
		"owned": func(w http.ResponseWriter) { refuse(w, 403, "Authorization_RequestDenied", "x") },
	}
	for name, say := range refusals {
		t.Run(name, func(t *testing.T) {
			var n atomic.Int32
			f := newFake(t, func(w http.ResponseWriter, _ *http.Request) {
				if n.Add(1) <= 8 {
					say(w)
					return
				}
				reply(w, 201, map[string]any{"id": "principal", "appId": "client"})
			})
			clock := newIdle()
			if _, err := f.client(t, clock).EnsurePrincipal(t.Context(), "client", "name", true); err != nil {
				t.Errorf("fresh: %v", err)
			}
			n.Store(0)
			if _, err := f.client(t, clock).EnsurePrincipal(t.Context(), "client", "name", false); OutcomeOf(err) != Refused || n.Load() != 1 {
				t.Errorf("not fresh: got %v after %d calls, want refused at once", err, n.Load())
			}
			n.Store(-1_000_000)
			start := clock.Now()
			_, err := f.client(t, clock).EnsurePrincipal(t.Context(), "client", "name", true)
			if took := clock.Now().Sub(start); OutcomeOf(err) != Refused || took < 4*time.Minute || took > 5*time.Minute {
				t.Errorf("for ever: got %v after %s, want refused near five minutes", err, took)
			}
		})
	}
}

func TestDo_longRetryAfterGoesBackToTheJob(t *testing.T) {
	f := newFake(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "900")
		refuse(w, 429, "TooManyRequests", "")
	})
	clock := newIdle()
	start := clock.Now()
	_, err := f.client(t, clock).Application(t.Context(), "object", false)
	e, _ := AsError(err)
	if e == nil || e.Outcome != Later || e.RetryAfter != 15*time.Minute || clock.Now() != start {
		t.Errorf("got %+v after %s, want later at once, with 15 min", e, clock.Now().Sub(start))
	}
}

func TestToken_errorsAreScrubbed(t *testing.T) {
	planted := secret.New("planted-" + t.Name())
	answers := map[string]struct {
		status int
		body   string
		want   Error
	}{
		"refusal": {401, `{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret ` + planted.Reveal() + `","error_codes":[7000215],` +
			`"trace_id":"t-1","correlation_id":"c-1"}`, Error{Status: 401, Code: "AADSTS7000215", Detail: "invalid_client", Outcome: Refused, RequestID: "t-1"}},
		"busy":     {503, `{"error":"temporarily_unavailable","error_codes":[90033]}`, Error{Status: 503, Code: "AADSTS90033", Detail: "temporarily_unavailable", Outcome: Later}},
		"page":     {502, `<html>` + planted.Reveal(), Error{Status: 502, Code: CodeUnexpected, Outcome: Later}},
		"not json": {200, `{"access_token":"` + planted.Reveal() + `"`, Error{Code: CodeUnexpected, Outcome: Later}},
		"no token": {200, `{"token_type":"Bearer","x":"` + planted.Reveal() + `"}`, Error{Code: CodeUnexpected, Outcome: Later}},
	}
	for name, a := range answers {
		t.Run(name, func(t *testing.T) {
			f := newFake(t, func(http.ResponseWriter, *http.Request) { t.Error("Graph was asked without a token") })
			f.token = func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(a.status)
				_, _ = w.Write([]byte(a.body))
			}
			client := f.client(t, newIdle())
			_, err := client.Application(t.Context(), "object", false)
			_, errKey := client.TestKey(t.Context(), fakeTenant, "client", planted, "api://x/.default")
			for _, err := range []error{err, errKey} {
				e, ok := AsError(err)
				if !ok {
					t.Fatalf("got %v, want an *Error", err)
				}
				if e.Status != a.want.Status || e.Code != a.want.Code || e.Detail != a.want.Detail || e.Outcome != a.want.Outcome ||
					a.want.RequestID != "" && e.RequestID != a.want.RequestID {
					t.Errorf("got %+v, want %+v", e, a.want)
				}
				for cause := err; cause != nil; cause = errors.Unwrap(cause) {
					if s := fmt.Sprintf("%v %+v %#v", cause, cause, cause); strings.Contains(s, planted.Reveal()) {
						t.Errorf("%T shows what the answer held: %s", cause, s)
					}
				}
			}
			if IsPropagating(errKey) != (name == "refusal") {
				t.Errorf("IsPropagating(%v) = %t", errKey, IsPropagating(errKey))
			}
		})
	}
}

func TestRoleAssignments_pagesStayHome(t *testing.T) {
	var f *fake
	f = newFake(t, func(w http.ResponseWriter, r *http.Request) {
		next := f.URL + "/v1.0/next?$skiptoken=2"
		if strings.Contains(r.URL.Path, "next") {
			next = "https://elsewhere.example/v1.0/steal"
		}
		reply(w, 200, map[string]any{"value": []map[string]string{{"id": "a"}}, "@odata.nextLink": next})
	})
	_, err := f.client(t, newIdle()).RoleAssignments(t.Context(), "principal", false)
	if OutcomeOf(err) != Refused {
		t.Errorf("got %v, want a refusal to follow a link to another host", err)
	}
}

func TestNew_refuses(t *testing.T) {
	good := func() Config {
		return Config{Tenant: fakeTenant, ClientID: "c", Secret: secret.New("s"), Clock: time.Now}
	}
	for name, change := range map[string]func(*Config){
		"plain http":     func(c *Config) { c.Authority = "http://login.example" },
		"graph with ftp": func(c *Config) { c.GraphURL = "ftp://graph.example" },
		"no tenant":      func(c *Config) { c.Tenant = "" },
		"tenant path":    func(c *Config) { c.Tenant = "a/b" },
		"no client":      func(c *Config) { c.ClientID = "" },
		"no credential":  func(c *Config) { c.Secret = secret.Text{} },
		"no clock":       func(c *Config) { c.Clock = nil },
		"userinfo":       func(c *Config) { c.GraphURL = "https://u:planted@graph.example" },
	} {
		t.Run(name, func(t *testing.T) {
			cfg := good()
			change(&cfg)
			if _, err := New(cfg); err == nil || strings.Contains(err.Error(), "planted") {
				t.Errorf("got %v, want a refusal without a password", err)
			}
		})
	}
	c, err := New(good())
	if err != nil {
		t.Fatal(err)
	}
	if got := c.graph.String(); got != MicrosoftGraph+"/v1.0" {
		t.Errorf("graph at %s", got)
	}
}

func TestEnsure_findsWhatExists(t *testing.T) {
	say := map[string]func(http.ResponseWriter){
		"no content":  func(w http.ResponseWriter) { w.WriteHeader(204) },
		"conflict":    func(w http.ResponseWriter) { refuse(w, 409, "Request_MultipleObjectsWithSameKeyValue", "x") },
		"by detail":   func(w http.ResponseWriter) { refuse(w, 400, "Request_BadRequest", "x", "ObjectConflict") },
		"empty 201":   func(w http.ResponseWriter) { reply(w, 201, map[string]any{}) },
		"other wrong": func(w http.ResponseWriter) { refuse(w, 400, "Request_BadRequest", "x") },
	}
	for name, answer := range say {
		t.Run(name, func(t *testing.T) {
			var reads atomic.Int32
			f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
				switch {
				case r.Method == http.MethodPatch:
					answer(w)
				case reads.Add(1) < 3: // a slow replica
					refuse(w, 404, "Request_ResourceNotFound", "x")
				default:
					reply(w, 200, map[string]any{"id": "object", "appId": "client"})
				}
			})
			client := f.client(t, newIdle())
			principal, err := client.EnsurePrincipal(t.Context(), "client", "name", false)
			if name == "other wrong" {
				if OutcomeOf(err) != Refused || reads.Load() != 0 {
					t.Errorf("principal: got %v after %d reads, want the refusal", err, reads.Load())
				}
				return
			}
			if err != nil || principal.ID != "object" {
				t.Errorf("principal: %+v, %v", principal, err)
			}
			if name == "conflict" {
				return // says nothing of an application
			}
			reads.Store(0)
			if app, created, err := client.EnsureApplication(t.Context(), "unique", "name", nil); err != nil || created || app.ID != "object" {
				t.Errorf("application: %+v, %t, %v", app, created, err)
			}
		})
	}
}
