package httpapi

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

func TestBodies_strict(t *testing.T) {
	b := newBench(t)
	for name, tt := range map[string]struct {
		body   string
		status int
		field  string
		hint   access.Hint
	}{
		"empty":                 {"", 422, "", access.HintMalformed},
		"broken":                {`{"kind":`, 422, "", access.HintMalformed},
		"no object":             {`[]`, 422, "", access.HintMalformed},
		"trailing data":         {`{} {}`, 422, "", access.HintMalformed},
		"unknown field":         {`{"kind":"enroll","knid":1}`, 422, "knid", access.HintUnknownField},
		"unknown field, deeper": {`{"form":{"lead":{"fax":"1"}}}`, 422, "form.lead.fax", access.HintUnknownField},
		"other case":            {`{"Kind":"enroll"}`, 422, "Kind", access.HintUnknownField},
		"wrong type":            {`{"kind":7}`, 422, "kind", access.HintFormat},
		"wrong type, deeper":    {`{"form":{"lead":{"name":[]}}}`, 422, "form.lead.name", access.HintFormat},
		"too large":             {`{"kind":"` + strings.Repeat("a", wire.MaxBody) + `"}`, 413, "", access.HintTooLarge},
	} {
		p := b.bad(b.do(ask{
			method: http.MethodPost, path: "/v1/key-requests", token: b.delegate, body: []byte(tt.body),
			head: map[string]string{wire.HeaderIdempotencyKey: uuid.NewString()},
		}), tt.status)
		if p.Code != access.CodeInvalid {
			t.Errorf("%s: %+v", name, p)
		}
		if tt.field == "" {
			if p.Hint != tt.hint {
				t.Errorf("%s: hint %s, want %s", name, p.Hint, tt.hint)
			}
		} else if len(p.Errors) != 1 || p.Errors[0].Field != tt.field || p.Errors[0].Hint != tt.hint {
			t.Errorf("%s: %+v", name, p.Errors)
		}
	}
}

func TestHeaders_ofIntents(t *testing.T) {
	b := newBench(t)
	path := "/v1/key-requests/" + uuid.NewString() + "/sign"
	key := uuid.NewString()
	for name, tt := range map[string]struct{ key, match, field string }{
		"no key":         {"", `"1"`, wire.HeaderIdempotencyKey},
		"key is no UUID": {"one", `"1"`, wire.HeaderIdempotencyKey},
		"key in braces":  {"{" + key + "}", `"1"`, wire.HeaderIdempotencyKey},
		"no version":     {key, "", wire.HeaderIfMatch},
		"no quotes":      {key, "1", wire.HeaderIfMatch},
		"any":            {key, "*", wire.HeaderIfMatch},
		"zero":           {key, `"0"`, wire.HeaderIfMatch},
		"weak":           {key, `W/"1"`, wire.HeaderIfMatch},
		"plus":           {key, `"+1"`, wire.HeaderIfMatch},
		"not a number":   {key, `"x"`, wire.HeaderIfMatch},
	} {
		head := map[string]string{wire.HeaderIdempotencyKey: tt.key, wire.HeaderIfMatch: tt.match}
		for k, v := range head {
			if v == "" {
				delete(head, k)
			}
		}
		p := b.bad(b.do(ask{method: http.MethodPost, path: path, token: b.delegate, body: []byte(`{"code":"1"}`), head: head}), 422)
		if len(p.Errors) != 1 || p.Errors[0].Field != tt.field {
			t.Errorf("%s: %+v", name, p.Errors)
		}
	}
}

func TestUnknownPaths(t *testing.T) {
	b := newBench(t)
	for _, path := range []string{"/", "/v1", "/v1/nothing", "/v1/keys", "/v1/about/"} {
		b.bad(b.do(ask{method: http.MethodGet, path: path, token: b.delegate}), http.StatusNotFound)
	}
	resp := b.do(ask{method: http.MethodPatch, path: "/v1/session", token: b.delegate})
	b.bad(resp, http.StatusMethodNotAllowed)
	if allow := resp.head.Get("Allow"); !strings.Contains(allow, "GET") || !strings.Contains(allow, "DELETE") {
		t.Errorf("Allow: %s", allow)
	}
}

func TestHeaders_ofAnswers(t *testing.T) {
	b := newBench(t)
	seen := map[string]bool{}
	for _, a := range []ask{
		{method: http.MethodGet, path: "/v1/about"},
		{method: http.MethodGet, path: "/v1/nothing"},
		{method: http.MethodGet, path: "/v1/session", token: b.delegate},
		{method: http.MethodPost, path: "/v1/key-requests"},
	} {
		resp := b.do(a)
		h := resp.head
		id := h.Get(wire.HeaderRequestID)
		if _, err := uuid.Parse(id); err != nil || seen[id] {
			t.Errorf("%s: request id %q", a.path, id)
		}
		seen[id] = true
		if h.Get("Cache-Control") != "no-store" || !strings.HasPrefix(h.Get("Strict-Transport-Security"), "max-age=") || h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", a.path, h)
		}
	}
}

func TestHealthAndAbout(t *testing.T) {
	b := newBench(t)
	b.good(b.do(ask{method: http.MethodGet, path: "/healthz"}), nil)
	var about wire.About
	b.good(b.do(ask{method: http.MethodGet, path: "/v1/about"}), &about)
	if !about.Demo || about.Protocol != wire.Protocol || about.Time.IsZero() {
		t.Errorf("about %+v", about)
	}
	b.ready = errors.New("the disk is full")
	resp := b.do(ask{method: http.MethodGet, path: "/healthz"})
	if p := b.bad(resp, http.StatusServiceUnavailable); p.Code != access.CodeUnavailable || resp.head.Get("Retry-After") == "" {
		t.Errorf("%+v %v", p, resp.head)
	}
}

// What is no refusal is told as a request id and nothing else.
func TestInternal_isHidden(t *testing.T) {
	b := newBench(t)
	b.api.Flow = broken{b.flow}
	for _, path := range []string{"/v1/consent-texts", "/v1/key-requests/" + uuid.NewString()} {
		resp := b.do(ask{method: http.MethodGet, path: path, token: b.delegate})
		p := b.bad(resp, http.StatusInternalServerError)
		if p.Code != access.CodeInternal || p.Hint != "" || len(p.Args) != 0 {
			t.Errorf("%s: %+v", path, p)
		}
		if !strings.Contains(b.log.String(), p.Instance) || !strings.Contains(b.log.String(), "planted cause") {
			t.Errorf("%s: the log does not tell", path)
		}
	}
}

// broken fails as no use case should.
type broken struct{ Flow }

func (broken) ConsentTexts(context.Context) (wire.ConsentTexts, error) {
	return wire.ConsentTexts{}, errors.New("planted cause")
}

func (broken) RequestDetail(context.Context, act, access.RequestID) (wire.RequestDetail, error) {
	panic("planted cause")
}

func TestThrottled_saysWhenToComeBack(t *testing.T) {
	b := newBench(t)
	wrong := func() answer {
		return b.post("", "/v1/sessions", b.form("CC1", secret.New("not the password")))
	}
	for range 5 {
		if p := b.bad(wrong(), http.StatusUnauthorized); p.Hint != access.HintCredentials {
			t.Errorf("%+v", p)
		}
	}
	resp := wrong()
	if p := b.bad(resp, http.StatusTooManyRequests); p.Code != access.CodeThrottled || p.Args["until"] == "" || resp.head.Get("Retry-After") != "60" {
		t.Errorf("%+v, Retry-After %s", p, resp.head.Get("Retry-After"))
	}
}

// No log line of ours holds a password, a token or a code.
func TestLog_holdsNoSecret(t *testing.T) {
	b := newBench(t)
	planted := secret.New("planted-" + uuid.NewString())
	b.bad(b.post("", "/v1/sessions", b.form("CC1", planted)), http.StatusUnauthorized)
	b.bad(b.do(ask{method: http.MethodPost, path: "/v1/sessions", body: []byte(`{"password":"` + planted.Reveal() + `","x":1}`)}), 422)
	b.bad(b.do(ask{method: http.MethodPost, path: "/v1/sessions", body: []byte(`{"login":"` + planted.Reveal())}), 422)
	b.good(b.do(ask{method: http.MethodGet, path: "/v1/session", token: b.delegate}), nil)
	for _, value := range []string{planted.Reveal(), b.delegate, b.officer} {
		if strings.Contains(b.log.String(), value) {
			t.Error("the log holds a secret")
		}
	}
}
