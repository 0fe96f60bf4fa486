package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// problem answers with problem details. What is no *access.Error is internal:
// logged whole, told as nothing but its request id.
func (a *API) problem(w http.ResponseWriter, r *http.Request, err error) {
	refusal, ok := errors.AsType[*access.Error](err)
	if !ok {
		refusal = refusalOf(err)
	}
	switch {
	case r.Context().Err() != nil:
		a.Log.DebugContext(r.Context(), "client left", "pattern", r.Pattern)
	case wire.StatusOf(refusal.Code) >= http.StatusInternalServerError:
		a.Log.ErrorContext(r.Context(), "request failed", "pattern", r.Pattern, "err", err)
	default:
		a.Log.DebugContext(r.Context(), "request refused", "pattern", r.Pattern, "err", refusal)
	}
	status := wire.StatusOf(refusal.Code)
	if refusal.Hint == access.HintTooLarge {
		status = http.StatusRequestEntityTooLarge
	}
	a.problemAs(w, r, refusal, status)
}

// refusalOf is what a person is told of a failure of ours.
func refusalOf(err error) *access.Error {
	switch {
	case errors.Is(err, store.ErrNoWrite):
		return access.Refuse(access.CodeUnavailable, access.HintStorage)
	case errors.Is(err, store.ErrBusy), errors.Is(err, context.DeadlineExceeded):
		return access.Refuse(access.CodeUnavailable, "")
	}
	return access.Refuse(access.CodeInternal, "")
}

func (a *API) problemAs(w http.ResponseWriter, r *http.Request, refusal *access.Error, status int) {
	p := wire.ProblemOf(refusal, http.StatusText(status), requestID(r.Context()))
	p.Status = status
	if wait := a.retryAfter(refusal, status); wait > 0 {
		w.Header().Set("Retry-After", strconv.FormatInt(wait, 10))
	}
	w.Header().Set("Content-Type", wire.ProblemType)
	w.WriteHeader(status)
	a.encode(w, r, p)
}

// retryAfter is how many seconds to wait before another try; 0 when it does not
// apply.
func (a *API) retryAfter(refusal *access.Error, status int) int64 {
	if status != http.StatusTooManyRequests && status != http.StatusServiceUnavailable {
		return 0
	}
	if wait, err := strconv.ParseInt(refusal.Args["wait"], 10, 64); err == nil && wait > 0 {
		return wait
	}
	if until, err := time.Parse(time.RFC3339, refusal.Args["until"]); err == nil {
		return max(1, int64((until.Sub(a.Clock())+time.Second-1)/time.Second))
	}
	return 5
}

// encode writes a body. The status is out already: a client that left is all
// that can be wrong.
func (a *API) encode(w http.ResponseWriter, r *http.Request, body any) {
	var doc bytes.Buffer
	if err := json.NewEncoder(&doc).Encode(body); err != nil {
		a.Log.ErrorContext(r.Context(), "reply not encoded", "err", err)
		return
	}
	if _, err := w.Write(doc.Bytes()); err != nil {
		a.Log.DebugContext(r.Context(), "reply not written", "err", err)
	}
}
