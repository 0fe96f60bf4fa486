package httpapi

import (
	"context"
	"fmt"
	"net/http"
	"testing"

	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// A database that takes no write is told as what it is, and nothing of its file.
func TestStorage_isTold(t *testing.T) {
	b := newBench(t)
	for cause, hint := range map[error]access.Hint{store.ErrNoWrite: access.HintStorage, store.ErrBusy: ""} {
		b.api.Flow = troubled{b.flow, cause}
		resp := b.do(ask{method: http.MethodGet, path: "/v1/consent-texts", token: b.delegate})
		p := b.bad(resp, http.StatusServiceUnavailable)
		if p.Code != access.CodeUnavailable || p.Hint != hint || len(p.Args) != 0 || resp.head.Get("Retry-After") == "" {
			t.Errorf("%v: %+v", cause, p)
		}
	}
}

type troubled struct {
	Flow
	cause error
}

func (f troubled) ConsentTexts(context.Context) (wire.ConsentTexts, error) {
	return wire.ConsentTexts{}, fmt.Errorf("texts: %w", f.cause)
}
