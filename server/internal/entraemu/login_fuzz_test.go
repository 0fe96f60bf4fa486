package entraemu

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// fuzzed is an emulator without a socket that takes anything.
func fuzzed(f *testing.F) *Emulator {
	f.Helper()
	e, err := New(Config{Clock: func() time.Time { return time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC) }})
	if err != nil {
		f.Fatal(err)
	}
	return e
}

func posted(t *testing.T, e *Emulator, method, path, body string, header map[string]string) answer {
	t.Helper()
	h := &harness{Emulator: e, t: t, hc: e.HTTPClient()}
	return h.must(method, path, body, header)
}

// Whatever the form, the answer is a token or a refusal with its code.
func FuzzTokenEndpoint(f *testing.F) {
	for _, s := range []string{"", "grant_type=client_credentials&client_id=x&client_secret=y&scope=z%2F.default", "a=%zz", "grant_type=a&grant_type=b", "client_assertion=a.b.c&grant_type=client_credentials&client_id=x&scope=y"} {
		f.Add(s)
	}
	e := fuzzed(f)
	f.Fuzz(func(t *testing.T, form string) {
		a := posted(t, e, "POST", "/"+e.TenantID()+"/oauth2/v2.0/token", form, map[string]string{"Content-Type": "application/x-www-form-urlencoded"})
		if a.status != 400 && a.status != 401 && a.status != 413 || a.status != 413 && !strings.HasPrefix(a.str("error_description"), "AADSTS") {
			t.Fatalf("%q: %d %s", form, a.status, a.raw)
		}
	})
}

// No assertion that the key did not sign is taken, and none breaks the endpoint.
func FuzzAssertion(f *testing.F) {
	for _, s := range []string{"", "a.b.c", "e30.e30.", b64([]byte(`{"alg":"RS256","x5t":"AA"}`)) + ".e30.AA", b64([]byte(`{"alg":"none"}`)) + ".e30."} {
		f.Add(s)
	}
	e := fuzzed(f)
	f.Fuzz(func(t *testing.T, text string) {
		e.mu.Lock()
		app := e.dir.byAppID[e.ClientID()]
		e.mu.Unlock()
		r, err := http.NewRequestWithContext(t.Context(), "POST", e.URL(), http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		refusal := e.checkAssertion(r, app, tokenForm{assertionType: assertionType, assertion: text}, e.Now())
		if refusal == nil || refusal.status != 401 || refusal.code == 0 {
			t.Fatalf("%q: %+v", text, refusal)
		}
	})
}

// A control body is taken whole, or refused with 400 and nothing changed.
func FuzzControlBody(f *testing.F) {
	for _, s := range []string{"", "{}", "null", `{"replicas":2}`, `{"profile":"hostile"}`, `{"lag":{"secret":{"min":"1s","max":"2s"}}}`, `{"kind":"status","status":503}`, `{"set":"2026-01-01T00:00:00Z","advance":"1h"}`, `{"token":{"disabledApps":["x"]}}`} {
		for what := range byte(3) {
			f.Add(what, s)
		}
	}
	e := fuzzed(f)
	f.Fuzz(func(t *testing.T, what byte, body string) {
		call := [][2]string{{"PATCH", "knobs"}, {"POST", "faults"}, {"POST", "clock"}}[int(what)%3]
		before, faults, now := e.Knobs(), len(e.faults.List()), e.Now()
		a := posted(t, e, call[0], controlPath+"/"+call[1], body, map[string]string{"X-Control-Key": e.ControlKey()})
		switch a.status {
		case 200, 201:
			if err := e.Knobs().Check(); err != nil {
				t.Fatalf("%s %q: taken: %v", call[1], body, err)
			}
		case 400:
			if after := e.Knobs(); after.Replicas != before.Replicas || after.Lag != before.Lag || after.Throttle != before.Throttle || after.Chance != before.Chance {
				t.Fatalf("%q: refused and changed", body)
			}
			if len(e.faults.List()) != faults || !e.Now().Equal(now) || a.str("error") == "" {
				t.Fatalf("%s %q: refused with %s", call[1], body, a.raw)
			}
		case 413:
		default:
			t.Fatalf("%s %q: %d %s", call[1], body, a.status, a.raw)
		}
		e.faults.Clear()
	})
}
