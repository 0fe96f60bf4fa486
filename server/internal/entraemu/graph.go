package entraemu

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// operation is one Graph call that passed the door: who calls, which replica
// answers, and the one instant it happens at. Emulator.mu is held.
type operation struct {
	*request
	e       *Emulator
	now     time.Time
	replica int
	caller  accessClaims
	path    []segment
	query   url.Values
}

// serveGraph is Graph's door: token, path, throttle; then the resource.
func (e *Emulator) serveGraph(rq *request) {
	rq.graphHeaders()
	caller, refusal := e.caller(rq)
	if refusal == nil {
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
	return op.route()
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

// route leads to a resource by the names in the path.
func (op *operation) route() *graphError {
	first := op.path[0]
	switch strings.ToLower(first.name) {
	case "applications":
		return op.applications()
	case "serviceprincipals":
		return op.servicePrincipals()
	case "directoryobjects":
		return op.directoryObject()
	case "organization":
		return op.organization()
	}
	return noSegment(first.name)
}

// address takes the object key out of a path that begins with a collection,
// and returns what follows it. No key: the collection itself.
func (op *operation) address() (*objectKey, []segment) {
	if op.path[0].key != nil {
		return op.path[0].key, op.path[1:]
	}
	if len(op.path) > 1 && op.path[1].name != "$count" {
		return &objectKey{property: "id", value: op.path[1].name}, op.path[2:]
	}
	return nil, op.path[1:]
}

// may reports whether the caller's token holds one of the permissions.
func (op *operation) may(permissions ...string) bool {
	return slices.ContainsFunc(permissions, func(p string) bool { return slices.Contains(op.caller.Roles, p) })
}

func (op *operation) mayReadApps() bool {
	return op.may(permAppReadAll, permAppWriteAll, permAppOwned, permDirReadAll, permDirWriteAll)
}

// mayWrite reports whether the caller may change an object with these owners.
func (op *operation) mayWrite(owners []string) bool {
	return op.may(permAppWriteAll, permDirWriteAll) || op.may(permAppOwned) && slices.Contains(owners, op.caller.OID)
}

func (op *operation) mayCreate() bool {
	return op.may(permAppWriteAll, permAppOwned, permDirWriteAll)
}

// newObject numbers a new object and sets when each replica learns of it.
func (op *operation) newObject(lag Span) object {
	op.wrote()
	op.e.dir.Serial++
	n := op.e.dir.Serial
	return object{
		ID: guidOf(op.random()), Serial: n,
		CreatedAt: op.now, CreatedBy: op.caller.OID, Seen: op.e.spread(op.now, lag),
	}
}

// random is 16 bytes of replayable randomness, for ids.
func (op *operation) random() []byte {
	b := make([]byte, 16)
	for i := range b {
		b[i] = byte(op.e.rng.IntN(256))
	}
	return b
}

// spread draws a lag and gives each replica its share: the last one learns of
// a change after the whole lag, the first after a part of it.
func (e *Emulator) spread(from time.Time, lag Span) []time.Time {
	d := lag.draw(e.rng)
	if d == 0 {
		return nil
	}
	n := max(1, e.knobs.Replicas)
	out := make([]time.Time, n)
	for i := range out {
		out[i] = from.Add(d * time.Duration(i+1) / time.Duration(n))
	}
	return out
}

// wrote marks the tenant as changed.
func (op *operation) wrote() {
	op.e.changed++
	op.entry.Wrote = true
}

// overQuota refuses one more object, when there are quotas.
func (op *operation) overQuota() *graphError {
	q := op.e.knobs.Quota
	if q.Creator > 0 && op.e.dir.countObjects(op.caller.OID) >= q.Creator {
		return overQuota("Principal")
	}
	if q.Directory > 0 && op.e.dir.countObjects("") >= q.Directory {
		return overQuota("Tenant")
	}
	return nil
}

// object decodes the JSON object of a write. Annotations are left out.
func (op *operation) object() (map[string]json.RawMessage, *graphError) {
	return decodeObject(op.r.Header.Get("Content-Type"), op.body)
}

func decodeObject(contentType string, body []byte) (map[string]json.RawMessage, *graphError) {
	ct, _, _ := strings.Cut(contentType, ";")
	if ct = strings.TrimSpace(ct); ct != "" && !strings.EqualFold(ct, "application/json") {
		return nil, &graphError{status: http.StatusUnsupportedMediaType, code: "UnsupportedMediaType", message: "The content type of the request is not supported."}
	}
	var m map[string]json.RawMessage
	if err := json.Unmarshal(body, &m); err != nil || m == nil {
		return nil, &graphError{status: http.StatusBadRequest, code: "BadRequest", message: "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format."}
	}
	for name := range m {
		if strings.HasPrefix(name, "@odata.") {
			delete(m, name)
		}
	}
	return m, nil
}

// created answers a write that made something.
func (op *operation) created(location string, v fields) *graphError {
	if location != "" {
		op.w.Header().Set("Location", op.root()+location)
	}
	return op.answer(http.StatusCreated, v)
}

func (op *operation) answer(status int, v fields) *graphError {
	op.w.Header().Set("OData-Version", "4.0")
	writeJSON(op.w, status, "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8", v)
	return nil
}

func (op *operation) noContent() *graphError {
	op.w.WriteHeader(http.StatusNoContent)
	return nil
}

// root is Graph's base with the version the caller used.
func (op *operation) root() string {
	version, _, _ := strings.Cut(strings.TrimPrefix(op.r.URL.Path, "/"), "/")
	return op.e.base(op.r) + "/" + version
}

func (op *operation) context(of string) pair {
	return pair{"@odata.context", op.root() + "/$metadata#" + of}
}

// createIfMissing reports whether the Prefer header asks for an upsert.
func (op *operation) createIfMissing() bool {
	for _, v := range op.r.Header.Values("Prefer") {
		for p := range strings.SplitSeq(v, ",") {
			if strings.EqualFold(strings.TrimSpace(p), "create-if-missing") {
				return true
			}
		}
	}
	return false
}
