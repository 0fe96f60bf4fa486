package httpapi

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"llavero/shared/wire"
)

// taker takes an answer, deadlines and all.
type taker struct{ *httptest.ResponseRecorder }

// SetWriteDeadline lets http.ResponseController set what nobody waits for.
func (taker) SetWriteDeadline(time.Time) error { return nil }

// FuzzAPI calls any route as anybody, with any body and headers, on a real store
// with an estate in it: whatever comes, the answer is one of openapi.json's, and
// no fault.
func FuzzAPI(f *testing.F) {
	b := newBench(f, patient)
	own := b.settle(b.delegate, myCode)
	tokens := []string{"", b.delegate, b.other, b.officer, b.half}
	var routes []route
	for _, rt := range b.api.routes() {
		if rt.pattern != wire.RouteFeed && rt.pattern != wire.RouteSignOut { // one gives the connection away, the other ends the session
			routes = append(routes, rt)
		}
	}
	const good = `{"code":"123456","contentHash":"00","form":{"vendor":"x","lead":{"email":"a@b.example"}},"kind":"enroll","why":"x"}`
	for i := range routes {
		f.Add(uint8(i), uint8(i), []byte(good), uuid.NewString(), `"1"`, "application/json")
		f.Add(uint8(i), uint8(3), []byte(`{}`), uuid.NewString(), quote(own.version), "")
	}
	f.Add(uint8(9), uint8(1), []byte("{\"a\":\"\\ud800\"}\x00"), "", `W/"1"`, "application/json; charset=utf-16")
	var strays []error
	handler := spec().Watch(b.api, func(err error) { strays = append(strays, err) })
	f.Fuzz(func(t *testing.T, route, who uint8, body []byte, key, match, media string) {
		rt := routes[int(route)%len(routes)]
		method, path, _ := strings.Cut(rt.pattern, " ")
		id := string(own.request)
		if strings.Contains(path, "/keys/") {
			id = string(own.key)
		}
		path = strings.NewReplacer("{id}", id, "{code}", string(own.code), "{environment}", "production", "{role}", "lead").Replace(path)
		r := httptest.NewRequestWithContext(t.Context(), method, path, bytes.NewReader(body))
		for name, value := range map[string]string{
			wire.HeaderIdempotencyKey: key, wire.HeaderIfMatch: match, "Content-Type": media, wire.HeaderClientTime: time.Now().Format(time.RFC3339),
		} {
			if value != "" {
				r.Header.Set(name, value)
			}
		}
		if token := tokens[int(who)%len(tokens)]; token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		strays = nil
		w := taker{httptest.NewRecorder()}
		handler.ServeHTTP(w, r)
		if w.Code >= http.StatusInternalServerError && w.Code != http.StatusServiceUnavailable {
			t.Errorf("%s: %d %s", rt.pattern, w.Code, w.Body)
		}
		for _, err := range strays {
			t.Error(err)
		}
	})
}
