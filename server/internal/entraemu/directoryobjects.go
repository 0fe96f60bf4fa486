package entraemu

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// typed puts the type before an object of a mixed collection.
func typed(kind string, f fields) fields {
	return append(fields{{"@odata.type", "#microsoft.graph." + kind}}, f...)
}

// anyObject shows an application or service principal by id, as this replica
// knows it.
func (op *operation) anyObject(id string) (fields, bool) {
	id = strings.ToLower(id)
	if a := op.e.dir.Apps[id]; a != nil && a.visible(op.replica, op.now) {
		return typed("application", op.showApplication(a)), true
	}
	if p := op.e.dir.Principals[id]; p != nil && p.visible(op.replica, op.now) {
		return typed("servicePrincipal", op.showPrincipal(p)), true
	}
	return nil, false
}

func (op *operation) directoryObject() *graphError {
	key, rest := op.address()
	if key == nil || len(rest) > 0 {
		return noSegment("directoryObjects")
	}
	if op.r.Method != http.MethodGet {
		return wrongMethod()
	}
	if !op.mayReadApps() {
		return denied()
	}
	f, ok := op.anyObject(key.value)
	if !ok {
		return notFound(key.value)
	}
	return op.answer(http.StatusOK, op.selected(append(fields{op.context("directoryObjects/$entity")}, f...)))
}

// byID is how objects of a mixed collection are filtered.
func byID(f fields, property string) ([]string, bool) {
	if property != "id" {
		return nil, false
	}
	for _, p := range f {
		if p.name == "id" {
			id, ok := p.value.(string)
			return []string{id}, ok
		}
	}
	return nil, true
}

// createdObjects lists what a service principal made: the quota watch.
func (op *operation) createdObjects(key objectKey) *graphError {
	p, refusal := op.findPrincipal(key)
	if refusal != nil {
		return refusal
	}
	if op.r.Method != http.MethodGet {
		return wrongMethod()
	}
	type made struct {
		serial int64
		f      fields
	}
	var all []made
	for _, a := range op.e.dir.Apps {
		if a.CreatedBy == p.ID && a.visible(op.replica, op.now) {
			all = append(all, made{a.Serial, typed("application", op.showApplication(a))})
		}
	}
	for _, s := range op.e.dir.Principals {
		if s.CreatedBy == p.ID && s.visible(op.replica, op.now) {
			all = append(all, made{s.Serial, typed("servicePrincipal", op.showPrincipal(s))})
		}
	}
	slices.SortFunc(all, func(a, b made) int { return int(a.serial - b.serial) })
	out := make([]fields, len(all))
	for i, m := range all {
		out[i] = m.f
	}
	return list(op, "directoryObjects", out, byID, func(f fields) fields { return f })
}

// owners lists, adds and removes the owners of an object.
func (op *operation) owners(of *[]string, rest []segment) *graphError {
	switch {
	case len(rest) == 0 && op.r.Method == http.MethodGet:
		var out []fields
		for _, id := range *of {
			if f, ok := op.anyObject(id); ok {
				out = append(out, f)
			}
		}
		return list(op, "directoryObjects", out, byID, func(f fields) fields { return f })
	case len(rest) == 1 && rest[0].name == "$ref" && op.r.Method == http.MethodPost:
		return op.addOwner(of)
	case len(rest) == 2 && rest[1].name == "$ref" && op.r.Method == http.MethodDelete:
		return op.removeOwner(of, strings.ToLower(rest[0].name))
	}
	return wrongMethod()
}

func (op *operation) addOwner(of *[]string) *graphError {
	if !op.mayWrite(*of) {
		return denied()
	}
	var in struct {
		ID string `json:"@odata.id"`
	}
	if refusal := op.read(&in); refusal != nil {
		return refusal
	}
	u, err := url.Parse(in.ID)
	if err != nil {
		return badRequest("Invalid URL format specified in @odata.id for 'owners'")
	}
	id := strings.ToLower(u.Path[strings.LastIndex(u.Path, "/")+1:])
	if _, ok := op.anyObject(id); !ok {
		return notFound(id)
	}
	if slices.Contains(*of, id) {
		return badRequest("One or more added object references already exist for the following modified properties: 'owners'.")
	}
	*of = append(*of, id)
	op.wrote()
	return op.noContent()
}

func (op *operation) removeOwner(of *[]string, id string) *graphError {
	if !op.mayWrite(*of) {
		return denied()
	}
	i := slices.Index(*of, id)
	if i < 0 {
		return badRequest("One or more removed object references do not exist for the following modified properties: 'owners'.")
	}
	*of = slices.Delete(*of, i, i+1)
	op.wrote()
	return op.noContent()
}

// organization describes the tenant.
func (op *operation) organization() *graphError {
	if op.r.Method != http.MethodGet {
		return wrongMethod()
	}
	if len(op.caller.Roles) == 0 || !op.may(permOrgReadAll, permDirReadAll, permDirWriteAll, permAppReadAll, permAppOwned, permAppWriteAll) {
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
	key, rest := op.address()
	if len(rest) > 0 {
		return noSegment(rest[0].name)
	}
	if key != nil {
		if !strings.EqualFold(key.value, op.e.cfg.Tenant) {
			return notFound(key.value)
		}
		return op.answer(http.StatusOK, op.selected(append(fields{op.context("organization/$entity")}, org...)))
	}
	return list(op, "organization", []fields{org}, byID, func(f fields) fields { return f })
}
