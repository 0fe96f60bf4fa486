package entraemu

import (
	"encoding/json"
	"net/http/httptest"
	"testing"
)

func FuzzGraphPath(f *testing.F) {
	for _, s := range []string{"applications(uniqueName='a%2Fb')/addPassword", "applications/x/owners/y/$ref", "a(b='it''s')", "(", "%zz", "a('"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, path string) {
		parts, refusal := parseGraphPath(path)
		if (refusal == nil) == (len(parts) == 0) {
			t.Fatalf("%q: %d parts and refusal %v", path, len(parts), refusal)
		}
		if refusal != nil && refusal.status != 400 {
			t.Fatalf("%q: status %d", path, refusal.status)
		}
	})
}

func FuzzGraphBody(f *testing.F) {
	f.Add(newApp)
	f.Add(`{"appRoles":[{"id":"x","displayName":""}],"keyCredentials":[{"key":"AA==","usage":"Verify"}],"tags":null}`)
	f.Add(`[]`)
	f.Fuzz(func(t *testing.T, body string) {
		m, refusal := decodeObject("application/json", []byte(body))
		if refusal != nil {
			if refusal.status != 400 {
				t.Fatalf("status %d", refusal.status)
			}
			return
		}
		a := &application{entity: entity{Extra: map[string]json.RawMessage{}}, Audience: audienceMyOrg}
		if refusal := a.set(m, true); refusal != nil {
			if refusal.status != 400 || refusal.code != "Request_BadRequest" {
				t.Fatalf("refusal %+v", refusal)
			}
			return
		}
		op := &operation{request: &request{r: httptest.NewRequest("GET", "/v1.0/applications", nil)}, e: &Emulator{}}
		if text, err := json.Marshal(apps{}.show(op, a)); err != nil || !json.Valid(text) {
			t.Fatalf("taken but not shown: %v", err)
		}
	})
}

func FuzzFilter(f *testing.F) {
	for _, s := range []string{"a eq 'b'", "startswith(a,'b') and c in ('d','e')", "tags/any(t:t eq 'x')", "a eq 'it''s and so'", "'"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		parsed, refusal := parseFilter(text)
		if refusal != nil {
			if refusal.status != 400 || parsed != nil {
				t.Fatalf("%q: %+v with a filter", text, refusal)
			}
			return
		}
		if parsed == nil {
			return
		}
		parsed.unknown(func(string) bool { return true })
		parsed.advanced()
		parsed.holds(func(string) []string { return []string{"x"} })
	})
}

func FuzzPageToken(f *testing.F) {
	f.Add(pageToken(7).text(3))
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		if n, ok := parsePageToken(text, 3); ok && n <= 0 {
			t.Fatalf("%q leads to %d", text, n)
		}
	})
}

func FuzzBatch(f *testing.F) {
	f.Add(`{"requests":[{"id":"1","method":"GET","url":"/applications"},{"id":"2","method":"post","url":"x","dependsOn":["1"],"headers":{"content-type":"application/json"},"body":{}}]}`)
	f.Add(`{"requests":[{"id":"1","method":"GET","url":"%zz"}]}`)
	f.Fuzz(func(t *testing.T, body string) {
		steps, refusal := parseBatch([]byte(body))
		if refusal != nil && (refusal.status != 400 || steps != nil) {
			t.Fatalf("%+v with %d steps", refusal, len(steps))
		}
		rq := &request{r: httptest.NewRequest("POST", "/v1.0/$batch", nil), entry: &Call{}}
		for _, s := range steps {
			if sub := rq.step(s); sub.r.URL.Host != "" {
				t.Fatalf("%q leaves the host", s.URL)
			}
		}
	})
}

func FuzzReference(f *testing.F) {
	f.Add("https://graph.microsoft.com/v2/t/directoryObjects/11111111-2222-4333-8444-555555555555/Microsoft.DirectoryServices.User")
	f.Add("directoryObjects('11111111-2222-4333-8444-555555555555')")
	f.Fuzz(func(t *testing.T, text string) {
		if id, ok := referenced(text); ok && !isGUID(id) {
			t.Fatalf("%q: %q is no id", text, id)
		}
	})
}
