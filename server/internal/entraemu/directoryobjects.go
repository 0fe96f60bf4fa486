package entraemu

import (
	"net/http"
	"slices"
	"strings"
)

// mixed is a collection of applications and service principals, in order of
// creation.
func (op *operation) mixed(items []item) source[item] {
	return source[item]{
		context: "directoryObjects", resource: "DirectoryObject", mixed: true, items: items, properties: directoryProperties,
		visible: func(it item) bool { return op.shows(&it.core().object) },
		show:    func(it item) fields { return op.whole(it, true) },
		related: func(it item) item { return it },
	}
}

// directoryObjects serves any object by its id.
func (op *operation) directoryObjects() *graphError {
	if len(op.path) == 2 && strings.EqualFold(strings.TrimPrefix(op.path[1].name, "microsoft.graph."), "getByIds") {
		return op.getByIDs()
	}
	key, rest := address(op.path)
	if key == nil {
		return noSegment(op.path[0].name)
	}
	if !strings.EqualFold(key.property, "id") {
		return badRequest("The request URI is not valid. The key property '%s' is not one of directoryObjects.", key.property)
	}
	it := op.e.dir.any(strings.ToLower(key.value))
	if len(rest) > 0 && it != nil {
		rest = castTo(rest, strings.ToLower(it.in().typeName()))
	}
	if len(rest) > 0 {
		return noSegment(rest[0].name)
	}
	switch op.r.Method {
	case http.MethodGet:
	case http.MethodDelete:
		if it == nil {
			return notFound(key.value)
		}
		return op.remove(it.in(), objectKey{"id", key.value})
	default:
		return wrongMethod()
	}
	if !op.mayReadApps() {
		return denied()
	}
	if it == nil || !op.shows(&it.core().object) {
		return notFound(key.value)
	}
	f, refusal := op.shaped("", op.whole(it, true), it)
	if refusal != nil {
		return refusal
	}
	return op.answer(http.StatusOK, append(op.context("directoryObjects"+op.selectText()+"/$entity"), f...))
}

// getByIDs shows those of up to 1000 objects that are there.
func (op *operation) getByIDs() *graphError {
	if op.r.Method != http.MethodPost {
		return wrongMethod()
	}
	if !op.mayReadApps() {
		return denied()
	}
	var in struct {
		IDs   []string `json:"ids"`
		Types []string `json:"types"`
	}
	if refusal := op.read(&in); refusal != nil {
		return refusal
	}
	if len(in.IDs) == 0 || len(in.IDs) > 1000 {
		return badRequest("Invalid value specified for property 'ids'. Give between 1 and 1000 ids.")
	}
	rows := []fields{}
	seen := map[string]bool{}
	for _, id := range in.IDs {
		if id = strings.ToLower(id); !isGUID(id) {
			return badRequest("Invalid GUID:%s", id)
		}
		it := op.e.dir.any(id)
		if it == nil || seen[id] || !op.shows(&it.core().object) {
			continue
		}
		seen[id] = true
		if len(in.Types) > 0 && !slices.ContainsFunc(in.Types, func(t string) bool {
			return strings.EqualFold(t, it.in().typeName()) || strings.EqualFold(t, "directoryObject")
		}) {
			continue
		}
		f, refusal := selected("", op.whole(it, true), op.selectNames(op.query.Get("$select")))
		if refusal != nil {
			return refusal
		}
		rows = append(rows, f)
	}
	return op.answer(http.StatusOK, append(op.context("directoryObjects"+op.selectText()), pair{"value", rows}))
}

// createdObjects lists what a service principal made: the quota watch.
func (op *operation) createdObjects(p *principal, rest []segment) *graphError {
	if !op.mayReadAll() {
		return denied()
	}
	items, size := op.e.dir.byCreator[p.ID], false
	for _, s := range rest {
		kind, cast := strings.CutPrefix(strings.ToLower(s.name), "microsoft.graph.")
		switch {
		case cast:
			items = slices.DeleteFunc(slices.Clone(items), func(it item) bool { return !strings.EqualFold(kind, it.in().typeName()) })
		case s.name == "$count":
			size = true
		default:
			return noSegment(s.name)
		}
	}
	s := op.mixed(items)
	s.size = size
	return list(op, s)
}

// organization describes the tenant.
func (op *operation) organization() *graphError {
	if op.r.Method != http.MethodGet {
		return wrongMethod()
	}
	if !op.may(permOrgReadAll, permDirReadAll, permDirWriteAll) {
		return denied()
	}
	org := fields{
		{"id", op.e.cfg.Tenant},
		{"deletedDateTime", nil},
		{"businessPhones", []any{}},
		{"city", nil},
		{"country", nil},
		{"countryLetterCode", "CO"},
		{"createdDateTime", createdStamp(op.now.AddDate(-3, 0, 0))},
		{"defaultUsageLocation", nil},
		{"displayName", tenantName},
		{"preferredLanguage", "es"},
		{"tenantType", "AAD"},
		{"assignedPlans", []any{}},
		{"verifiedDomains", []any{fields{
			{"capabilities", "Email, OfficeCommunicationsOnline"},
			{"isDefault", true},
			{"isInitial", false},
			{"name", tenantDomain},
			{"type", "Managed"},
		}}},
	}
	if strings.HasPrefix(op.r.URL.Path, "/beta/") {
		org = append(org, op.sizeQuota())
	}
	key, rest := address(op.path)
	if len(rest) > 0 {
		return noSegment(rest[0].name)
	}
	if key != nil && !strings.EqualFold(key.value, op.e.cfg.Tenant) {
		return notFound(key.value)
	}
	f, refusal := selected("Organization", org, op.selectNames(op.query.Get("$select")))
	if refusal != nil {
		return refusal
	}
	if key != nil {
		return op.answer(http.StatusOK, append(op.context("organization"+op.selectText()+"/$entity"), f...))
	}
	return op.answer(http.StatusOK, append(op.context("organization"+op.selectText()), pair{"value", []fields{f}}))
}

// sizeOfVerified is how many objects a tenant with a verified domain may have.
const sizeOfVerified = 300_000

// sizeQuota is how full the tenant is. Graph tells it on its beta address only.
func (op *operation) sizeQuota() pair {
	total := op.e.knobs.Quota.Directory
	if total == 0 {
		total = sizeOfVerified
	}
	return pair{"directorySizeQuota", fields{{"used", op.e.dir.weight()}, {"total", total}}}
}
