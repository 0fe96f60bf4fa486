package entraemu

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// collection is what differs between applications and service principals; all
// else about them is here.
type collection interface {
	name() string     // in paths and contexts
	typeName() string // microsoft.graph.…
	resource() string // in the texts of refusals
	upsertKey() string
	all(d *directory) []item
	find(d *directory, key objectKey) item // deleted ones included
	keeps(it item) bool                    // a deleted object keeps its upsert key from others
	taken(op *operation) *graphError       // the upsert key is another's
	create(op *operation, key string) *graphError
	set(op *operation, it item, body map[string]json.RawMessage) *graphError
	show(op *operation, it item) fields
	properties() properties[item]
	under(op *operation, it item, rest []segment) *graphError
	dropped(op *operation, it item, gone []time.Time) // what a deletion takes along
}

// collection serves a collection and what is under it.
func (op *operation) collection(c collection) *graphError {
	key, rest := address(op.path)
	if key == nil {
		switch {
		case len(rest) > 0 && rest[0].name == "$count":
			return op.list(c, true)
		case len(rest) > 0:
			return noSegment(rest[0].name)
		case op.r.Method == http.MethodGet:
			return op.list(c, false)
		case op.r.Method == http.MethodPost:
			return c.create(op, "")
		}
		return wrongMethod()
	}
	if len(rest) > 0 {
		return op.beneath(c, *key, rest)
	}
	switch op.r.Method {
	case http.MethodGet:
		it, refusal := op.find(c, *key)
		if refusal != nil {
			return refusal
		}
		if refusal, done := op.stale(it.core()); done {
			return refusal
		}
		return op.showOne(it)
	case http.MethodPatch:
		return op.patch(c, *key)
	case http.MethodDelete:
		return op.remove(c, *key)
	}
	return wrongMethod()
}

// beneath serves what hangs on one object.
func (op *operation) beneath(c collection, key objectKey, rest []segment) *graphError {
	name := strings.TrimPrefix(strings.ToLower(rest[0].name), "microsoft.graph.")
	switch name {
	case "addpassword", "removepassword", "addkey", "removekey":
		if op.r.Method != http.MethodPost {
			return wrongMethod()
		}
		if len(rest) > 1 {
			return noSegment(rest[1].name)
		}
		return op.credentials(c, key, name)
	case "owners":
		it, refusal := op.find(c, key)
		if refusal != nil {
			return refusal
		}
		return op.owners(it, rest[1:])
	}
	it, refusal := op.find(c, key)
	if refusal != nil {
		return refusal
	}
	return c.under(op, it, rest)
}

// list answers the collection, or its size.
func (op *operation) list(c collection, size bool) *graphError {
	if op.r.Method != http.MethodGet {
		return wrongMethod()
	}
	if !op.mayReadApps() {
		return denied()
	}
	one := func(property string) func(string) []item {
		return func(value string) []item {
			if it := c.find(op.e.dir, objectKey{property, value}); it != nil {
				return []item{it}
			}
			return nil
		}
	}
	return list(op, source[item]{
		context: c.name(), resource: c.resource(), items: c.all(op.e.dir), properties: c.properties(),
		visible: func(it item) bool { return op.shows(&it.core().object) },
		show:    func(it item) fields { return op.whole(it, false) },
		lookUp:  map[string]func(string) []item{"id": one("id"), "appId": one("appId")},
		size:    size,
	})
}

// find finds what this replica shows.
func (op *operation) find(c collection, key objectKey) (item, *graphError) {
	if !op.mayReadApps() {
		return nil, denied()
	}
	it := c.find(op.e.dir, key)
	if it == nil || !op.shows(&it.core().object) {
		return nil, notFound(key.value)
	}
	return it, nil
}

// own finds a living object that the caller may change.
func (op *operation) own(c collection, key objectKey) (item, *graphError) {
	if !op.mayCreate() {
		return nil, denied()
	}
	it := c.find(op.e.dir, key)
	if it == nil || it.core().deleted() || !op.shows(&it.core().object) {
		return nil, notFound(key.value)
	}
	if !op.mayWrite(it.core().Owners) {
		return nil, denied()
	}
	return it, nil
}

// patch updates, or creates under the upsert key when asked to.
func (op *operation) patch(c collection, key objectKey) *graphError {
	if !op.mayCreate() {
		return denied()
	}
	it := c.find(op.e.dir, key)
	upsert := op.createIfMissing() && strings.EqualFold(key.property, c.upsertKey())
	if upsert {
		switch {
		case it == nil || it.core().deleted() && !c.keeps(it):
			return c.create(op, key.value)
		case it.core().deleted(), !op.shows(&it.core().object) && op.e.knobs.UpsertConflict:
			return c.taken(op)
		}
	}
	if it == nil || it.core().deleted() || !upsert && !op.shows(&it.core().object) {
		return notFound(key.value)
	}
	if !op.mayWrite(it.core().Owners) {
		return denied()
	}
	if refusal, done := op.stale(it.core()); done {
		return refusal
	}
	body, refusal := op.object()
	if refusal != nil {
		return refusal
	}
	if refusal := c.set(op, it, body); refusal != nil {
		return refusal
	}
	op.touched(it)
	return op.noContent()
}

// touched marks an object as changed.
func (op *operation) touched(it item) {
	it.core().Revision++
	op.wrote()
}

// remove deletes softly.
func (op *operation) remove(c collection, key objectKey) *graphError {
	it, refusal := op.own(c, key)
	if refusal != nil {
		return refusal
	}
	if refusal, done := op.stale(it.core()); done {
		return refusal
	}
	gone := op.e.spread(op.now, op.e.knobs.Lag.Delete)
	op.drop(it, gone, "")
	c.dropped(op, it, gone)
	return op.noContent()
}

// drop puts an object into the bin.
func (op *operation) drop(it item, gone []time.Time, with string) {
	it.core().drop(op.now, gone, with)
	op.e.dir.bin = append(op.e.dir.bin, it)
	op.touched(it)
}

// enter completes a new object: its birth, its owners.
func (op *operation) enter(it item, lag Span, owners []string) {
	e := it.core()
	e.object = op.newObject(lag)
	e.Owners = []string{op.caller.OID}
	for _, id := range owners {
		if id != op.caller.OID {
			e.Owners = append(e.Owners, id)
		}
	}
}

func required(property, resource string) *graphError {
	return badRequest("A value is required for property '%s' of resource '%s'.", property, resource).detail("ObjectRequired", property)
}

// maxValues bounds the values of one object; what a directory object may hold
// is limited by its size.
const maxValues = 1200

// tooBig refuses an object with too many values.
func tooBig(e *entity) *graphError {
	n := len(e.AppRoles) + len(e.Passwords) + len(e.Certificates) + len(e.URIs) + len(e.Tags)
	if len(e.Passwords) <= maxSecrets && n <= maxValues {
		return nil
	}
	return &graphError{
		status: http.StatusForbidden, code: "Directory_ResourceSizeExceeded",
		message: "The size of the object has exceeded its limit. Please reduce the number of values and retry your request.",
	}
}
