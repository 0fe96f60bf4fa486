package entraemu

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// bindSuffix ends the members of a body that hold references.
const bindSuffix = "@odata.bind"

// ownersOf lists the owners this replica shows.
func (op *operation) ownersOf(it item) []item {
	var out []item
	for _, id := range it.core().Owners {
		if p := op.e.dir.Principals[id]; p != nil && op.shows(&p.object) {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b item) int { return int(a.order() - b.order()) })
	return out
}

// owners lists, adds and removes the owners of an object.
func (op *operation) owners(it item, rest []segment) *graphError {
	ref := len(rest) > 0 && rest[len(rest)-1].name == "$ref"
	switch {
	case len(rest) == 1 && ref && op.r.Method == http.MethodPost:
		return op.addOwner(it)
	case len(rest) == 2 && ref && rest[0].key == nil:
		if op.r.Method != http.MethodDelete {
			return wrongMethod()
		}
		return op.removeOwner(it, strings.ToLower(rest[0].name))
	case len(rest) == 1 && ref && op.r.Method == http.MethodDelete && op.query.Get("$id") != "":
		id, ok := op.reference(op.query.Get("$id"))
		if !ok {
			return badReference()
		}
		return op.removeOwner(it, id)
	}
	rest = castTo(rest, "serviceprincipal")
	size := len(rest) == 1 && rest[0].name == "$count"
	if len(rest) > 0 && !size && !ref {
		return noSegment(rest[0].name)
	}
	s := op.mixed(op.ownersOf(it))
	s.size = size
	if ref {
		s.context = "Collection($ref)"
		s.show = func(it item) fields {
			return fields{{"@odata.id", op.root() + "/" + op.e.cfg.Tenant + "/directoryObjects/" + it.core().ID}}
		}
	}
	return list(op, s)
}

// castTo takes a type cast out of a path: owners/microsoft.graph.servicePrincipal,
// or the older name of the type that @odata.id has.
func castTo(rest []segment, kind string) []segment {
	for i, s := range rest {
		if name := strings.ToLower(s.name); name == "microsoft.graph."+kind || name == "microsoft.directoryservices."+kind {
			return slices.Delete(slices.Clone(rest), i, i+1)
		}
	}
	return rest
}

func badReference() *graphError {
	return badRequest("Invalid URL format specified in @odata.id for 'owners'")
}

// reference reads the object id out of a reference: on our host or Microsoft's,
// absolute or not, with a tenant in the path or without.
func (op *operation) reference(text string) (string, bool) {
	u, err := url.Parse(text)
	if err != nil {
		return "", false
	}
	own, err := url.Parse(op.e.base(op.r))
	if err != nil {
		return "", false
	}
	if u.Host != "" && !strings.EqualFold(u.Host, own.Host) && !strings.EqualFold(u.Host, "graph.microsoft.com") {
		return "", false
	}
	return referenced(u.EscapedPath())
}

// referenced finds the id after a collection's name in a path.
func referenced(escaped string) (string, bool) {
	path, refusal := parseGraphPath(escaped)
	if refusal != nil {
		return "", false
	}
	for i, s := range path {
		switch strings.ToLower(s.name) {
		case "directoryobjects", "serviceprincipals", "applications", "users":
		default:
			continue
		}
		id := ""
		if s.key != nil {
			id = s.key.value
		} else if i+1 < len(path) {
			id = path[i+1].name
		}
		if id = strings.ToLower(id); isGUID(id) {
			return id, true
		}
	}
	return "", false
}

// boundOwners takes owners@odata.bind out of the body of a creation.
func (op *operation) boundOwners(body map[string]json.RawMessage) ([]string, *graphError) {
	const name = "owners" + bindSuffix
	raw, ok := body[name]
	delete(body, name)
	if !ok {
		return nil, nil
	}
	var refs []string
	if !decode(raw, &refs) || len(refs) > 20 {
		return nil, badReference()
	}
	var out []string
	for _, ref := range refs {
		id, ok := op.reference(ref)
		if !ok {
			return nil, badReference()
		}
		if refusal := op.checkOwner(id); refusal != nil {
			return nil, refusal
		}
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out, nil
}

// checkOwner refuses who cannot own: what is not there, and applications.
func (op *operation) checkOwner(id string) *graphError {
	it := op.e.dir.any(id)
	if it == nil || it.core().deleted() || !op.shows(&it.core().object) {
		return notFound(id)
	}
	if _, ok := it.(*principal); !ok {
		return badRequest("The reference target '%s' of type 'Application' is invalid for the 'owners' reference.", id)
	}
	return nil
}

func (op *operation) addOwner(it item) *graphError {
	e := it.core()
	if e.deleted() {
		return notFound(e.ID)
	}
	if !op.mayWrite(e.Owners) {
		return denied()
	}
	var in struct {
		ID string `json:"@odata.id"`
	}
	if refusal := op.read(&in); refusal != nil {
		return refusal
	}
	id, ok := op.reference(in.ID)
	if !ok {
		return badReference()
	}
	if refusal := op.checkOwner(id); refusal != nil {
		return refusal
	}
	if slices.Contains(e.Owners, id) {
		return badRequest("One or more added object references already exist for the following modified properties: 'owners'.")
	}
	e.Owners = append(slices.Clone(e.Owners), id)
	op.touched(it)
	return op.noContent()
}

func (op *operation) removeOwner(it item, id string) *graphError {
	e := it.core()
	if e.deleted() {
		return notFound(e.ID)
	}
	if !op.mayWrite(e.Owners) {
		return denied()
	}
	i := slices.Index(e.Owners, id)
	if i < 0 {
		return badRequest("One or more removed object references do not exist for the following modified properties: 'owners'.")
	}
	e.Owners = slices.Delete(slices.Clone(e.Owners), i, i+1)
	op.touched(it)
	return op.noContent()
}
