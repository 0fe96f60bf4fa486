package entraemu

import (
	"encoding/json"
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

// route leads to a resource by the names in the path.
func (op *operation) route() *graphError {
	switch first := op.path[0]; strings.ToLower(first.name) {
	case "applications":
		return op.collection(apps{})
	case "serviceprincipals":
		return op.collection(principals{})
	case "directoryobjects":
		return op.directoryObjects()
	case "directory":
		return op.directoryFolder()
	case "organization":
		return op.organization()
	case "policies":
		return op.policies()
	default:
		return noSegment(first.name)
	}
}

// address takes the object key out of a path that begins with a collection,
// and returns what follows it. No key: the collection itself.
func address(path []segment) (*objectKey, []segment) {
	if path[0].key != nil {
		return path[0].key, path[1:]
	}
	if len(path) > 1 && !strings.HasPrefix(path[1].name, "$") {
		return &objectKey{property: "id", value: path[1].name}, path[2:]
	}
	return nil, path[1:]
}

// may reports whether the caller's token holds one of the permissions.
func (op *operation) may(permissions ...string) bool {
	return slices.ContainsFunc(permissions, func(p string) bool { return slices.Contains(op.caller.Roles, p) })
}

func (op *operation) mayReadApps() bool {
	return op.may(permAppReadAll, permAppWriteAll, permAppOwned, permDirReadAll, permDirWriteAll)
}

// mayReadAll is what reads of relations ask for: owning is not enough.
func (op *operation) mayReadAll() bool {
	return op.may(permAppReadAll, permAppWriteAll, permDirReadAll, permDirWriteAll)
}

// mayWrite reports whether the caller may change an object with these owners.
func (op *operation) mayWrite(owners []string) bool {
	return op.writesAll() || op.may(permAppOwned) && slices.Contains(owners, op.caller.OID)
}

// writesAll reports whether the caller may change what it does not own.
func (op *operation) writesAll() bool { return op.may(permAppWriteAll, permDirWriteAll) }

func (op *operation) mayCreate() bool { return op.writesAll() || op.may(permAppOwned) }

// shows reports whether the replica that answers holds the object.
func (op *operation) shows(o *object) bool { return o.visible(op.replica, op.now) }

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

// overQuota refuses one more object, when there are quotas. Who may write every
// application is no ordinary creator: only the tenant's quota binds it.
func (op *operation) overQuota() *graphError {
	q := op.e.knobs.Quota
	if q.Creator > 0 && !op.writesAll() && len(op.e.dir.byCreator[op.caller.OID]) >= q.Creator {
		return overQuota("Principal")
	}
	if q.Directory > 0 && op.e.dir.weight() >= q.Directory {
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
		return nil, badPayload()
	}
	for name := range m {
		if strings.Contains(name, "@odata.") && !strings.HasSuffix(name, bindSuffix) {
			delete(m, name)
		}
	}
	return m, nil
}

// read decodes a body into a struct; a member of the wrong kind is refused.
func (op *operation) read(into any) *graphError {
	if _, refusal := op.object(); refusal != nil {
		return refusal
	}
	if err := json.Unmarshal(op.body, into); err != nil {
		return badRequest("Invalid value specified in the request body.")
	}
	return nil
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
