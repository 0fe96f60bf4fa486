// Package httpapi is the server's HTTPS face: intents come in, facts go out by
// the feed.
//
// Every route stands in one table (routes.go) with who may call it. A handler
// decodes, calls one use case and encodes; the rest is done here for all of
// them: a request id, security headers, the session, the role, the idempotency
// key, errors as problem details, and panics. A wrong role is refused before the
// body is looked at, and recorded; what is another's is not found.
//
// Handlers keep nothing; an API is safe for many goroutines.
package httpapi

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"path"
	"time"

	"github.com/google/uuid"

	"llavero/server/internal/accountpage"
	"llavero/server/internal/auth"
	"llavero/server/internal/contactpage"
	"llavero/server/internal/feed"
	"llavero/shared/access"
	"llavero/shared/journal"
	"llavero/shared/wire"
)

// Deps are what an API works with. All but Answered are needed.
type Deps struct {
	Auth *auth.Service
	Flow Flow
	Feed *feed.Hub
	Page *accountpage.Page
	// Contact is the page of notices to third parties.
	Contact *contactpage.Page
	About   wire.About                  // what never changes of it; Time is filled in
	Ready   func(context.Context) error // nil when the server can work
	Clock   func() time.Time
	Log     *slog.Logger
	// Answered is told of each answer: the pattern that served it, "" when none
	// did; nil: nobody is.
	Answered func(pattern string, status int, took time.Duration)
}

// API serves the routes of package wire.
type API struct {
	Deps
	mux *http.ServeMux
}

// New makes the handler of the whole API.
func New(d Deps) *API {
	a := &API{Deps: d, mux: http.NewServeMux()}
	for _, r := range a.routes() {
		a.mux.Handle(r.pattern, a.serve(r))
	}
	for _, p := range a.pages() {
		a.mux.HandleFunc(p.pattern, p.handle)
	}
	return a
}

// Patterns are those of everything that is served.
func (a *API) Patterns() []string {
	var list []string
	for _, p := range a.pages() {
		list = append(list, p.pattern)
	}
	for _, r := range a.routes() {
		list = append(list, r.pattern)
	}
	return list
}

// ServeHTTP implements http.Handler.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := a.Clock()
	id := uuid.NewString()
	ctx := journal.With(context.WithValue(r.Context(), requestIDKey{}, id), slog.String("requestId", id))
	r = r.WithContext(ctx)
	out := &recorder{ResponseWriter: w}
	head := out.Header()
	head.Set(wire.HeaderRequestID, id)
	head.Set("Cache-Control", "no-store")
	head.Set("Strict-Transport-Security", "max-age=63072000")
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	head.Set("Referrer-Policy", "no-referrer")

	defer func() {
		if p := recover(); p != nil {
			if p == http.ErrAbortHandler { //nolint:errorlint // it is panicked with as it is
				panic(p)
			}
			a.Log.ErrorContext(ctx, "handler panicked", journal.Panicked(p))
			if !out.wrote {
				a.problem(out, r, access.Refuse(access.CodeInternal, ""))
			}
		}
		took := a.Clock().Sub(began)
		a.Log.InfoContext(ctx, "request", "pattern", patternOf(r), "status", out.status, "took", took)
		if a.Answered != nil {
			a.Answered(r.Pattern, out.status, took)
		}
	}()

	handler, pattern := a.mux.Handler(r)
	if pattern == "" || isCrooked(r.URL.Path) {
		a.unknown(out, r, handler)
		return
	}
	a.mux.ServeHTTP(out, r)
}

// isCrooked reports a path that the mux would send elsewhere: with a dot segment
// or an empty one. It names nothing here.
func isCrooked(p string) bool { return path.Clean(p) != p }

// unknown answers for a path nobody serves, or not with this method; fallback
// is what the mux would have said.
func (a *API) unknown(w http.ResponseWriter, r *http.Request, fallback http.Handler) {
	said := &recorder{ResponseWriter: discard{http.Header{}}}
	fallback.ServeHTTP(said, r)
	refusal := access.Refuse(access.CodeNotFound, "")
	if said.status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", said.Header().Get("Allow"))
		a.problemAs(w, r, refusal, said.status)
		return
	}
	a.problem(w, r, refusal)
}

// serve wraps one route: session, role, body, answer.
func (a *API) serve(rt route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := &call{api: a, w: w, r: r, visit: auth.Visit{Address: addressOf(r), RequestID: requestID(r.Context())}}
		if err := a.admit(r.Context(), c, rt); err != nil {
			a.problem(w, r, err)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, bodyLimit(rt.pattern))
		reply, err := rt.handle(r.Context(), c)
		if err != nil {
			a.problem(w, r, err)
			return
		}
		a.answer(w, r, reply)
	})
}

// admit finds the session and asks whether its role may come in at all.
func (a *API) admit(ctx context.Context, c *call, rt route) error {
	if rt.who == anyone {
		return nil
	}
	token := auth.Bearer(c.r.Header.Get("Authorization"))
	if token == "" {
		c.w.Header().Set("WWW-Authenticate", "Bearer")
		return access.Refuse(access.CodeUnauthorized, "")
	}
	var err error
	if c.session, err = a.Auth.Session(ctx, token); err != nil {
		c.w.Header().Set("WWW-Authenticate", "Bearer")
		return err
	}
	if rt.who.admits(c.session.Viewer) {
		return nil
	}
	if err := a.Auth.Refused(ctx, c.visit, c.session, rt.pattern); err != nil {
		return err
	}
	return access.Refuse(access.CodeForbidden, "")
}

// gate says who may call a route. The use case decides about the row.
type gate int

const (
	anyone gate = iota
	signedIn
	delegates
	officers
	administrators
)

func (g gate) admits(who access.Viewer) bool {
	switch g {
	case anyone:
		return true
	case signedIn:
		return who.IsDelegate() || who.IsOfficer()
	case delegates:
		return who.IsDelegate()
	case officers:
		return who.IsOfficer()
	case administrators:
		return who.IsAdministrator()
	}
	return false
}

// patternOf is what the log shows of a request: never its path, which may hold
// what somebody pasted there.
func patternOf(r *http.Request) string {
	if r.Pattern != "" {
		return r.Pattern
	}
	return "none"
}

type requestIDKey struct{}

func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

// addressOf is the peer's address without its port.
func addressOf(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
