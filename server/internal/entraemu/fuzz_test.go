package entraemu

import (
	"encoding/json"
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
		a := &application{Audience: audienceMyOrg, Extra: map[string]json.RawMessage{}}
		if refusal := a.set(m, true); refusal != nil {
			if refusal.status != 400 || refusal.code != "Request_BadRequest" {
				t.Fatalf("refusal %+v", refusal)
			}
			return
		}
		if _, err := json.Marshal((&operation{request: &request{}, e: &Emulator{}}).showApplication(a)); err != nil {
			t.Fatalf("taken but not shown: %v", err)
		}
	})
}

func FuzzFilter(f *testing.F) {
	for _, s := range []string{"a eq 'b'", "startswith(a,'b') and c in ('d','e')", "tags/any(t:t eq 'x')", "a eq 'it''s and so'", "'"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		list, refusal := parseFilter(text)
		if refusal != nil && (refusal.status != 400 || len(list) > 0) {
			t.Fatalf("%q: %+v with %d conditions", text, refusal, len(list))
		}
		for _, c := range list {
			if c.operator == "" || len(c.values) == 0 {
				t.Fatalf("%q: empty condition %+v", text, c)
			}
		}
	})
}
