package httpapi

import (
	"bytes"
	"net/http"
	"testing"

	"llavero/shared/access"
)

// TestReplay is the rule of the idempotency key, over every route that takes one:
// the same key with the same body is answered the same, and with one more byte
// it is refused as used.
func TestReplay(t *testing.T) {
	lines := badLines()
	for _, rt := range (&API{}).routes() {
		if !rt.tells.keyed {
			continue
		}
		l := lines[rt.pattern]
		if l.ready == nil {
			t.Errorf("%s takes a key, and badLines says not how it is called", rt.pattern)
			continue
		}
		t.Run(rt.pattern, func(t *testing.T) {
			b := newBench(t, patient)
			r := l.ready(b)
			a := asking(rt.pattern, r, []byte(quotedJSON(r.body())))
			first, again := b.do(a), b.do(a)
			b.good(first, nil)
			// A value is revealed each time anew, and each look is in the trail.
			if again.status != first.status || !rt.tells.anew && !bytes.Equal(again.body, first.body) {
				t.Errorf("first %d %s, then %d %s", first.status, first.body, again.status, again.body)
			}
			a.body = append(a.body, ' ')
			if rt.tells.anew {
				return
			}
			if p := b.bad(b.do(a), http.StatusConflict); p.Hint != access.HintReused {
				t.Errorf("with another body: %+v", p)
			}
		})
	}
}
