package httpapi

import (
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"llavero/shared/access"
	"llavero/shared/wire"
)

// TestBadPaths: what is no id of ours names nothing, over every route that takes
// one: not found, and nothing stored.
func TestBadPaths(t *testing.T) {
	b := newBench(t, patient)
	look := b.witness()
	before := look.digest()
	names := []string{"{id}", "{code}", "{environment}", "{role}"}
	tried := 0
	for _, rt := range b.api.routes() {
		method, path, _ := strings.Cut(rt.pattern, " ")
		for _, name := range names {
			if !strings.Contains(path, name) {
				continue
			}
			tried++
			for _, bad := range []string{
				"no-es-un-id", "%00", "a%00b", "..%2f..%2fetc%2fpasswd", "%2e%2e%2fsession", "..%5c..%5cx", "%ff%fe", "%E2%80%AE", "%20",
				"'%20OR%201=1--", "%3Cscript%3E", "-1", strings.Repeat("9", 4000), strings.ToUpper(uuid.NewString()), "{" + uuid.NewString() + "}",
			} {
				a := ask{method: method, path: strings.Replace(path, name, bad, 1), token: b.officer, head: map[string]string{
					wire.HeaderIdempotencyKey: uuid.NewString(), wire.HeaderIfMatch: quote(1),
				}}
				a.token = b.tokenFor(rt.who)
				if l := badLines()[rt.pattern]; l.body != nil {
					a.body = []byte(quotedJSON(reflect.Zero(l.body).Interface()))
				}
				got := b.do(a)
				if why := judge(got, refused, ""); why != "" || got.status != http.StatusNotFound && got.status != http.StatusUnprocessableEntity {
					t.Errorf("%s with %.40s: %d %s", rt.pattern, bad, got.status, got.body)
				}
			}
		}
	}
	if tried < 20 {
		t.Errorf("only %d routes take a name", tried)
	}
	if after := look.digest(); !reflect.DeepEqual(before, after) {
		t.Errorf("stored something: %s", moved(before, after))
	}
}

// TestBadHeaders: a good body under bad headers, over every route that takes
// one: the header is named, and nothing stored.
func TestBadHeaders(t *testing.T) {
	for _, rt := range (&API{}).routes() {
		l := badLines()[rt.pattern]
		if l.ready == nil {
			continue
		}
		t.Run(rt.pattern, func(t *testing.T) {
			b := newBench(t, patient)
			r := l.ready(b)
			look := b.witness()
			body := []byte(quotedJSON(r.body()))
			before := look.digest()
			good := map[string]string{wire.HeaderIdempotencyKey: uuid.NewString(), "Authorization": "Bearer " + r.token, "Content-Type": "application/json"}
			if r.version > 0 {
				good[wire.HeaderIfMatch] = quote(r.version)
			}
			method, _, _ := strings.Cut(rt.pattern, " ")
			try := func(name, bad string, status int) {
				t.Helper()
				a := ask{method: method, path: r.path, body: body, head: map[string]string{}}
				for k, v := range good {
					a.head[k] = v
				}
				a.head[name] = bad
				got := b.do(a)
				p := b.bad(got, status)
				if status == http.StatusUnprocessableEntity && (len(p.Errors) != 1 || p.Errors[0].Field != name) {
					t.Errorf("%s: %s: %s", name, bad, got.body)
				}
				if after := look.digest(); !reflect.DeepEqual(before, after) {
					t.Fatalf("%s: %s: stored something: %s", name, bad, moved(before, after))
				}
			}
			for _, bad := range []string{
				"text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "application/json; charset=utf-16",
				"application/problem+json", "json", "application/json; charset", ";",
			} {
				try("Content-Type", bad, http.StatusUnprocessableEntity)
			}
			for _, bad := range []string{"gzip", "br", "x"} {
				try("Content-Encoding", bad, http.StatusUnprocessableEntity)
			}
			if rt.who != anyone {
				for _, bad := range []string{"", "Bearer", "Bearer ", "Basic " + r.token, r.token, "Bearer " + r.token + "x", "Bearer " + r.token + " x", "Bearer " + strings.Repeat("a", 5000), "Bearer ñ"} {
					try("Authorization", bad, http.StatusUnauthorized)
				}
			}
			if rt.tells.versioned != (r.version > 0) {
				t.Errorf("the row in routes.go says versioned: %v", rt.tells.versioned)
			}
			if signed := rt.who != anyone && !slices.Contains(unkeyed, rt.pattern); rt.tells.keyed != signed {
				t.Errorf("the row in routes.go says keyed: %v", rt.tells.keyed)
			}
			if rt.tells.keyed {
				for _, bad := range []string{"", "1", "no-es-una-llave", strings.Repeat("a", 36), "{" + uuid.NewString() + "}", "urn:uuid:" + uuid.NewString(), strings.Repeat("9", 4000)} {
					try(wire.HeaderIdempotencyKey, bad, http.StatusUnprocessableEntity)
				}
			}
			if r.version > 0 {
				for _, bad := range []string{"", "1", "*", `W/"1"`, `"0"`, `"-1"`, `"+1"`, `"1.5"`, `"1e3"`, `"NaN"`, `"99999999999999999999"`, `"1","2"`, `" 1"`, `""`, `"1`} {
					try(wire.HeaderIfMatch, bad, http.StatusUnprocessableEntity)
				}
				try(wire.HeaderIfMatch, `"999999"`, http.StatusConflict)
			}
		})
	}
}

// tokenFor is of somebody whom a gate lets in.
func (b *bench) tokenFor(g gate) string {
	switch g {
	case delegates:
		return b.delegate
	case administrators:
		return b.admin
	case anyone, signedIn, officers:
	}
	return b.officer
}

// unkeyed are the acts of a session without an idempotency key: what they answer
// is kept nowhere, and each asked twice does no more than asked once.
var unkeyed = []string{
	wire.RouteChangePassword, wire.RouteBeginSecondFactor, wire.RouteConfirmSecondFactor, wire.RouteRecoveryCodes,
	wire.RouteRemoveSecondFactor, wire.RouteEndSession, wire.RouteEndOtherSessions, wire.RouteUnlock, wire.RouteGrantOfficer,
	wire.RouteWithdrawOfficer, wire.RouteReinstateOfficer, wire.RouteSetAdministrator, wire.RouteResetSecondFactor,
}

// TestBadForms: the page that sets a password, by a form of its own: refused, and
// nothing stored.
func TestBadForms(t *testing.T) {
	b := newBench(t, patient)
	token := b.link(b.people())
	look := b.witness()
	before := look.digest()
	const form = "application/x-www-form-urlencoded"
	long := strings.Repeat("a1b2", 100)
	for _, tt := range []struct {
		name, kind, body string
		status           int
	}{
		{"no token", form, "step=open", 422},
		{"a blank token", form, "step=open&token=+++", 422},
		{"another token", form, "step=open&token=ABCD-EFGH", 410},
		{"a token of HTML", form, "step=open&token=%3Cscript%3Ealert(1)%3C/script%3E", 410},
		{"a token of no UTF-8", form, "step=open&token=%ff%fe%00", 410},
		{"no password", form, "step=password&token=" + token, 422},
		{"not the same twice", form, "step=password&token=" + token + "&password=Una.frase.que.cuesta.7&repeat=otra", 422},
		{"weak", form, "step=password&token=" + token + "&password=123456789012&repeat=123456789012", 422},
		{"too long", form, "step=password&token=" + token + "&password=" + long + "&repeat=" + long, 422},
		{"of no UTF-8", form, "step=password&token=" + token + "&password=%ff%fe%ff%fe%ff%fe%ff%fe%ff%fe%ff%fe&repeat=%ff%fe%ff%fe%ff%fe%ff%fe%ff%fe%ff%fe", 422},
		{"with control characters", form, "step=password&token=" + token + "&password=Una.frase%00que.cuesta.7&repeat=Una.frase%00que.cuesta.7", 422},
		{"no ticket", form, "step=code&code=123456", 410},
		{"JSON", "application/json", "{}", 422},
		{"broken", form, "step=%zz", 422},
		{"too large", form, "token=" + strings.Repeat("a", 1<<20), 422},
	} {
		got := b.do(ask{method: http.MethodPost, path: "/cuenta", body: []byte(tt.body), head: map[string]string{"Content-Type": tt.kind}})
		if got.status != tt.status || !strings.HasPrefix(got.head.Get("Content-Type"), "text/html") || strings.Contains(string(got.body), "<script>alert") {
			t.Errorf("%s: %d, want %d: %.200s", tt.name, got.status, tt.status, got.body)
		}
		if after := look.digest(); !reflect.DeepEqual(before, after) {
			t.Fatalf("%s: stored something: %s", tt.name, moved(before, after))
		}
	}
}

// TestBadInput_tooLarge: a body over its bound is told as such, over every route
// that takes one.
func TestBadInput_tooLarge(t *testing.T) {
	b := newBench(t, patient)
	look := b.witness()
	before := look.digest()
	for _, rt := range b.api.routes() {
		l := badLines()[rt.pattern]
		if l.ready == nil {
			continue
		}
		method, path, _ := strings.Cut(rt.pattern, " ")
		path = strings.NewReplacer("{id}", uuid.NewString(), "{code}", string(myCode), "{environment}", "production", "{role}", "lead").Replace(path)
		token := b.tokenFor(rt.who)
		body := []byte(`{"x":"` + strings.Repeat("a", int(bodyLimit(rt.pattern))) + `"}`)
		got := b.do(ask{method: method, path: path, token: token, body: body, head: map[string]string{wire.HeaderIdempotencyKey: uuid.NewString()}})
		var p wire.Problem
		if err := json.Unmarshal(got.body, &p); err != nil || got.status != http.StatusRequestEntityTooLarge || p.Hint != access.HintTooLarge {
			t.Errorf("%s: %d %.200s", rt.pattern, got.status, got.body)
		}
	}
	if after := look.digest(); !reflect.DeepEqual(before, after) {
		t.Errorf("stored something: %s", moved(before, after))
	}
}
