package entraemu

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// serveGraph is Graph's door: token, path, throttle; then the resource.
func (e *Emulator) serveGraph(rq *request) {
	rq.graphHeaders()
	caller, refusal := e.caller(rq)
	switch {
	case refusal != nil:
	case rq.isBatch():
		refusal = e.batch(rq, caller)
	default:
		refusal = e.operate(rq, caller)
	}
	if refusal != nil {
		rq.refuse(refusal)
	}
}

func (e *Emulator) operate(rq *request, caller accessClaims) *graphError {
	_, escaped, _ := strings.Cut(strings.TrimPrefix(rq.r.URL.EscapedPath(), "/"), "/")
	path, refusal := parseGraphPath(escaped)
	if refusal != nil {
		return refusal
	}
	path = e.withoutTenant(path)
	query, err := url.ParseQuery(rq.r.URL.RawQuery)
	if err != nil {
		return badRequest("The query string is not valid.")
	}
	if refusal := rq.inflate(); refusal != nil {
		return refusal
	}
	if rq.r.Method != http.MethodGet {
		rq.entry.Body = journalled(rq.body)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	op := &operation{request: rq, e: e, now: e.now(), replica: e.nextReplica(), caller: caller, path: path, query: query}
	rq.entry.Replica = op.replica
	if rq.r.Method != http.MethodGet && rq.r.Method != http.MethodHead {
		if refusal := e.spend(caller.client(), rq.w.Header()); refusal != nil {
			return refusal
		}
	}
	if e.dir.sweep(op.now) {
		op.wrote()
	}
	return op.route()
}

// withoutTenant takes a tenant out of the front of a path.
func (e *Emulator) withoutTenant(path []segment) []segment {
	first := strings.ToLower(path[0].name)
	if len(path) > 1 && path[0].key == nil && (first == "myorganization" || first == tenantDomain || first == e.cfg.Tenant) {
		return path[1:]
	}
	return path
}

// caller reads the bearer token.
func (e *Emulator) caller(rq *request) (accessClaims, *graphError) {
	token, ok := strings.CutPrefix(rq.r.Header.Get("Authorization"), "Bearer ")
	if !ok || strings.TrimSpace(token) == "" {
		return accessClaims{}, badToken("Access token is empty.")
	}
	c, err := e.keys.verify(strings.TrimSpace(token))
	switch {
	case errors.Is(err, errMalformedJWT):
		return c, badToken("CompactToken parsing failed with error code: 80049217")
	case err != nil:
		return c, badToken("Signature is invalid.")
	}
	rq.entry.Client = c.client()
	if e.Now().Unix() >= c.Exp {
		return c, badToken("Lifetime validation failed, the token is expired.")
	}
	aud := strings.TrimRight(c.Aud, "/")
	own := []string{"https://graph.microsoft.com", graphAppID, e.base(rq.r), e.URL()}
	if !slices.Contains(own, aud) {
		return c, badToken("Access token validation failure. Invalid audience.")
	}
	return c, nil
}

// inflate undoes the encoding of the body.
func (rq *request) inflate() *graphError {
	switch strings.ToLower(rq.r.Header.Get("Content-Encoding")) {
	case "", "identity":
		return nil
	case "gzip":
	default:
		return &graphError{status: http.StatusUnsupportedMediaType, code: "UnsupportedMediaType", message: "The content encoding of the request is not supported."}
	}
	z, err := gzip.NewReader(bytes.NewReader(rq.body))
	if err != nil {
		return badRequest("Unable to read the compressed request payload.")
	}
	plain, err := io.ReadAll(io.LimitReader(z, maxBody+1))
	if err != nil || len(plain) > maxBody {
		return badRequest("Unable to read the compressed request payload.")
	}
	rq.body = plain
	return nil
}
