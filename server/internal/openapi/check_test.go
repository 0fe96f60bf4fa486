package openapi

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"llavero/shared/wire"
)

func checker(t *testing.T) *Checker {
	t.Helper()
	c, err := NewChecker(built(t))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// exchange is a signature that went well.
func exchange(t *testing.T) Exchange {
	t.Helper()
	id := uuid.NewString()
	u, err := url.Parse("/v1/key-requests/" + id + "/sign")
	if err != nil {
		t.Fatal(err)
	}
	return Exchange{
		Method: http.MethodPost, URL: u, Body: []byte(`{"code":"123456","contentHash":"ab"}`),
		Head: http.Header{
			"Authorization": {"Bearer x"}, "Content-Type": {"application/json; charset=utf-8"}, wire.HeaderIdempotencyKey: {uuid.NewString()}, wire.HeaderIfMatch: {`"1"`},
		},
		Status: 202, Answer: []byte(`{"seq":1,"id":"` + id + `","number":"x","version":2}`),
		AnswerHead: http.Header{"Content-Type": {"application/json"}, wire.HeaderRequestID: {uuid.NewString()}},
	}
}

func problem(x *Exchange, status int, body string) {
	x.Status, x.Answer = status, []byte(body)
	x.AnswerHead.Set("Content-Type", wire.ProblemType)
}

func stale() string {
	text, err := json.Marshal(wire.Problem{Type: "about:blank", Title: "Conflict", Status: 409, Instance: "x", Code: "conflict", Hint: "stale", Version: 2})
	if err != nil {
		panic(err)
	}
	return string(text)
}

func to(path string) *url.URL {
	u, err := url.Parse(path)
	if err != nil {
		panic(err)
	}
	return u
}

// TestCheck plants what strays, one thing at a time, and sees it told.
func TestCheck(t *testing.T) {
	c := checker(t)
	if err := c.Check(exchange(t)); err != nil {
		t.Fatalf("what is right is complained of: %v", err)
	}
	planted := "planted-" + uuid.NewString()
	for name, tt := range map[string]struct {
		change func(*Exchange)
		want   string // empty: nothing strays
	}{
		"a refusal":              {func(x *Exchange) { problem(x, 409, stale()) }, ""},
		"a bad request, refused": {func(x *Exchange) { x.Body, x.Head = []byte("{"), http.Header{}; problem(x, 409, stale()) }, ""},
		"an unknown path": {func(x *Exchange) {
			x.URL = to("/v1/nothing")
			problem(x, 404, strings.ReplaceAll(stale(), "409", "404"))
		}, ""},
		"another method": {func(x *Exchange) { x.Method = "PATCH"; problem(x, 405, strings.ReplaceAll(stale(), "409", "405")) }, ""},
		"a sign-out": {func(x *Exchange) {
			x.Method, x.URL, x.Status, x.Answer, x.Body = "DELETE", to("/v1/session"), 204, nil, nil
			x.AnswerHead.Del("Content-Type")
		}, ""},
		"a body left out where it may be": {func(x *Exchange) { x.URL, x.Body = to(strings.Replace(x.URL.Path, "/sign", "/take", 1)), nil }, ""},
		"a file": {func(x *Exchange) {
			x.Method, x.URL, x.Status = "GET", to("/v1/evidence/"+uuid.NewString()+"/file"), 200
			x.AnswerHead.Set("Content-Type", "application/pdf")
		}, ""},

		"an undeclared status":  {func(x *Exchange) { x.Status = 200 }, ".refuses(200)"},
		"a refusal of no route": {func(x *Exchange) { problem(x, 429, stale()) }, ".refuses(429)"},
		"an extra member":       {func(x *Exchange) { x.Answer = []byte(`{"more":1,` + string(x.Answer[1:])) }, "members that it has not: more"},
		"a missing member":      {func(x *Exchange) { x.Answer = []byte(`{"seq":1,"id":"` + uuid.NewString() + `"}`) }, "members that must be there: version"},
		"another type": {func(x *Exchange) {
			x.Answer = []byte(strings.Replace(string(x.Answer), `"seq":1`, `"seq":"`+planted+`"`, 1))
		}, "at /seq: a string, not integer"},
		"no UUID":                  {func(x *Exchange) { x.Answer = []byte(`{"seq":1,"id":"` + planted + `","version":2}`) }, "at /id: no uuid"},
		"null":                     {func(x *Exchange) { x.Answer = []byte("null") }, "a null, not object"},
		"no JSON":                  {func(x *Exchange) { x.Answer = []byte("<html>") }, "no JSON"},
		"another media type":       {func(x *Exchange) { x.AnswerHead.Set("Content-Type", "text/html") }, `type "text/html"`},
		"no media type":            {func(x *Exchange) { x.AnswerHead.Del("Content-Type") }, `type ""`},
		"no request id":            {func(x *Exchange) { x.AnswerHead.Del(wire.HeaderRequestID) }, "no header X-Request-Id"},
		"an unknown code":          {func(x *Exchange) { problem(x, 409, strings.Replace(stale(), `"conflict"`, `"`+planted+`"`, 1)) }, "at /code: none of its values"},
		"an unknown hint":          {func(x *Exchange) { problem(x, 409, strings.Replace(stale(), `"stale"`, `"`+planted+`"`, 1)) }, "at /hint: none of its values"},
		"a problem as plain JSON":  {func(x *Exchange) { problem(x, 409, stale()); x.AnswerHead.Set("Content-Type", "application/json") }, "not among its types"},
		"unavailable without wait": {func(x *Exchange) { problem(x, 503, stale()) }, "no header Retry-After"},
		"wait for no time":         {func(x *Exchange) { problem(x, 503, stale()); x.AnswerHead.Set("Retry-After", "0") }, "Retry-After"},

		"an unknown path that answers":   {func(x *Exchange) { x.URL = to("/v1/nothing") }, "no such path: give the route its row"},
		"an unknown method that answers": {func(x *Exchange) { x.Method = "PUT" }, "with other methods"},
		"an unknown path as plain text": {func(x *Exchange) {
			x.URL, x.Status = to("/v1/nothing"), 404
			x.AnswerHead.Set("Content-Type", "text/plain")
		}, "not among its types"},
		"an unknown path that goes on": {func(x *Exchange) { x.URL, x.Status = to("/v1//about"), 301 }, "no such path"},
		"a body where there is none":   {func(x *Exchange) { x.Method, x.URL, x.Status = "DELETE", to("/v1/session"), 204 }, "no body there"},
		"a file of another type": {func(x *Exchange) {
			x.Method, x.URL, x.Status = "GET", to("/v1/evidence/"+uuid.NewString()+"/file"), 200
		}, `type "application/json"`},
		"taken without key":               {func(x *Exchange) { x.Head.Del(wire.HeaderIdempotencyKey) }, "needs the header parameter Idempotency-Key"},
		"taken with a key that is none":   {func(x *Exchange) { x.Head.Set(wire.HeaderIdempotencyKey, planted) }, "Idempotency-Key: its value strays"},
		"taken without version":           {func(x *Exchange) { x.Head.Del(wire.HeaderIfMatch) }, "needs the header parameter If-Match"},
		"taken with a version unquoted":   {func(x *Exchange) { x.Head.Set(wire.HeaderIfMatch, "1") }, "If-Match: its value strays"},
		"taken with a clock that is none": {func(x *Exchange) { x.Head.Set(wire.HeaderClientTime, planted) }, "X-Client-Time: its value strays"},
		"taken without session":           {func(x *Exchange) { x.Head.Del("Authorization") }, "needs a session"},
		"taken without body":              {func(x *Exchange) { x.Body = nil }, "needs a body"},
		"taken with an unknown member":    {func(x *Exchange) { x.Body = []byte(`{"code":"1","contentHash":"a","x":1}`) }, "the request strays: at /: members that it has not: x"},
		"taken with a member left out":    {func(x *Exchange) { x.Body = []byte(`{"code":"1"}`) }, "members that must be there: contentHash"},
		"taken as a form":                 {func(x *Exchange) { x.Head.Set("Content-Type", "text/plain") }, "takes no body of the type text/plain"},
		"taken with an id that is none":   {func(x *Exchange) { x.URL = to("/v1/key-requests/" + planted + "/sign") }, "path parameter id"},
		"taken with an unknown parameter": {func(x *Exchange) { x.URL.RawQuery = "x=1" }, `no query parameter x`},
	} {
		x := exchange(t)
		tt.change(&x)
		err := c.Check(x)
		switch {
		case tt.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case tt.want == "":
		case err == nil || !strings.Contains(err.Error(), tt.want):
			t.Errorf("%s: told %v, want %q", name, err, tt.want)
		case strings.Contains(strings.ReplaceAll(err.Error(), x.URL.Path, ""), planted):
			t.Errorf("%s: the complaint holds a value: %v", name, err)
		}
	}
}

// What a query parameter may be is looked at as well.
func TestCheck_query(t *testing.T) {
	c := checker(t)
	x := exchange(t)
	x.Method, x.Status, x.Answer = http.MethodGet, 200, []byte(`{"entries":[]}`)
	for query, want := range map[string]string{"": "", "after=7": "", "after=x": "query parameter after", "before=1": `no query parameter before`} {
		x.URL = to("/v1/audit?" + query)
		if err := c.Check(x); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", query, err)
		}
	}
}

// TestWatch: what goes through a watched handler is seen whole, and counted.
func TestWatch(t *testing.T) {
	c := checker(t)
	var strays []error
	id := uuid.NewString()
	handler := c.Watch(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set(wire.HeaderRequestID, uuid.NewString())
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.WriteString(w, `{"seq":1,"id":"`+id+`","version":2`+r.Header.Get("X-Extra")+`}`)
	}), func(err error) { strays = append(strays, err) })
	send := func(extra, body string) {
		r := httptest.NewRequest(http.MethodPost, "/v1/key-requests/"+id+"/sign", strings.NewReader(body))
		r.Header = exchange(t).Head
		r.Header.Set("X-Extra", extra)
		handler.ServeHTTP(httptest.NewRecorder(), r)
	}
	send("", `{"code":"1","contentHash":"a"}`)
	if len(strays) != 0 {
		t.Errorf("strays: %v", strays)
	}
	send(`,"planted":1`, `{"code":"1","contentHash":"a"}`)
	send("", `{}`)
	if len(strays) != 2 || !strings.Contains(strays[0].Error(), "planted") || !strings.Contains(strays[1].Error(), "contentHash") {
		t.Errorf("strays: %v", strays)
	}
	if n := c.Seen()["sign"][202]; n != 3 {
		t.Errorf("seen %d times", n)
	}
	if all := c.Listed()["sign"]; len(all) < 8 || all[0] != 202 {
		t.Errorf("listed %v", all)
	}
}

func TestNewChecker_refuses(t *testing.T) {
	for _, doc := range []string{"", "{}", `{"paths":{}}`, "[]"} {
		if _, err := NewChecker([]byte(doc)); err == nil {
			t.Errorf("%q is taken for a document", doc)
		}
	}
}
