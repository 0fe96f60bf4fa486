package httpapi

import (
	"net/http"
	"strconv"
	"testing"

	"llavero/server/internal/workflow"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// TestKeyTest is the road of a key's test by HTTPS: asked for, under way, and too
// soon again. No If-Match is needed: nobody's form is overwritten by a test.
func TestKeyTest(t *testing.T) {
	b := newBench(t)
	pro, _ := b.assigned()
	path := "/v1/keys/" + string(pro.ID) + "/test"
	var done wire.AcceptedKey
	first := b.post(b.delegate, path, nil)
	b.good(first, &done)
	if first.status != http.StatusAccepted || done.ID != pro.ID || done.Seq == 0 || done.Version != pro.Version {
		t.Errorf("%d %+v", first.status, done)
	}
	if p := b.bad(b.post(b.officer, path, nil), http.StatusConflict); p.Hint != access.HintUnderWay {
		t.Errorf("under way: %+v", p)
	}
	b.bad(b.post(b.other, path, nil), http.StatusNotFound)
	if err := b.flow.AbandonTest(t.Context(), pro.ID, workflow.TestEnd{Code: workflow.CodeInterrupted}); err != nil {
		t.Fatal(err)
	}
	soon := b.post(b.officer, path, nil)
	p := b.bad(soon, http.StatusTooManyRequests)
	if wait, err := strconv.Atoi(soon.head.Get("Retry-After")); p.Code != access.CodeThrottled || err != nil || wait < 1 || wait > 30 {
		t.Errorf("too soon: %+v, Retry-After %q", p, soon.head.Get("Retry-After"))
	}
}
