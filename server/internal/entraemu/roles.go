package entraemu

import (
	"net/http"
	"slices"
	"strings"
)

// roleAssignments serves both sides of the relation: what a client was granted
// (appRoleAssignments) and who holds an API's roles (appRoleAssignedTo).
func (op *operation) roleAssignments(p *principal, rest []segment, onResource bool) *graphError {
	size := len(rest) == 1 && rest[0].name == "$count"
	switch {
	case len(rest) > 1:
		return noSegment(rest[1].name)
	case len(rest) == 1 && !size:
		return op.oneAssignment(p, rest[0].name, onResource)
	case op.r.Method == http.MethodPost && !size:
		return op.grantRole(p, onResource)
	}
	return op.listAssignments(p, onResource, size)
}

// mayGrant: granting asks for reading too, as the caller must see both ends.
func (op *operation) mayGrant() bool { return op.may(permAssignAll) && op.mayReadAll() }

func (op *operation) mayReadAssignments() bool { return op.may(permAssignAll) || op.mayReadAll() }

func (op *operation) listAssignments(p *principal, onResource, size bool) *graphError {
	if !op.mayReadAssignments() {
		return denied()
	}
	among := func(list []*assignment) []*assignment {
		return slices.DeleteFunc(slices.Clone(list), func(a *assignment) bool { return !a.on(p, onResource) })
	}
	return list(op, source[*assignment]{
		context: "appRoleAssignments", resource: "AppRoleAssignment", items: op.e.dir.side(p, onResource), properties: assignmentProperties,
		visible: func(a *assignment) bool { return op.shows(&a.object) },
		show:    op.showAssignment,
		size:    size,
		lookUp: map[string]func(string) []*assignment{
			"id": func(id string) []*assignment {
				if a := op.e.dir.Assignments[id]; a != nil {
					return among([]*assignment{a})
				}
				return nil
			},
			"principalId": func(id string) []*assignment { return among(op.e.dir.byPrincipal[strings.ToLower(id)]) },
		},
	})
}

// on reports whether an assignment is on this side of the principal.
func (a *assignment) on(p *principal, onResource bool) bool {
	if onResource {
		return a.Resource == p.ID
	}
	return a.Principal == p.ID
}

func (op *operation) oneAssignment(p *principal, id string, onResource bool) *graphError {
	if op.r.Method != http.MethodGet && op.r.Method != http.MethodDelete {
		return wrongMethod()
	}
	if op.r.Method == http.MethodDelete && !op.mayGrant() || !op.mayReadAssignments() {
		return denied()
	}
	a := op.e.dir.Assignments[id]
	if a == nil || !a.on(p, onResource) || !op.shows(&a.object) {
		return notFound(id)
	}
	if op.r.Method == http.MethodDelete {
		if a.deleted() {
			return notFound(id)
		}
		op.wrote()
		a.drop(op.now, op.e.spread(op.now, op.e.knobs.Lag.Delete), "")
		return op.noContent()
	}
	f, refusal := selected("AppRoleAssignment", op.showAssignment(a), op.selectNames(op.query.Get("$select")))
	if refusal != nil {
		return refusal
	}
	return op.answer(http.StatusOK, append(op.context("appRoleAssignments"+op.selectText()+"/$entity"), f...))
}

func (op *operation) grantRole(p *principal, onResource bool) *graphError {
	if !op.mayGrant() {
		return denied()
	}
	var in struct{ PrincipalID, ResourceID, AppRoleID string }
	if refusal := op.read(&in); refusal != nil {
		return refusal
	}
	for name, v := range map[string]*string{"principalId": &in.PrincipalID, "resourceId": &in.ResourceID, "appRoleId": &in.AppRoleID} {
		if !isGUID(*v) {
			return badValue(name, "AppRoleAssignment")
		}
		*v = strings.ToLower(*v)
	}
	mine := in.PrincipalID
	if onResource {
		mine = in.ResourceID
	}
	holder, api := op.e.dir.Principals[in.PrincipalID], op.e.dir.Principals[in.ResourceID]
	if mine != p.ID || !op.living(holder) || !op.living(api) {
		return badRequest("Not a valid reference update.")
	}
	if !slices.ContainsFunc(op.e.dir.roles(api), func(r appRole) bool { return r.ID == in.AppRoleID && !r.Disabled }) {
		return badRequest("Permission being assigned was not found on application '%s'.", api.AppID)
	}
	for _, a := range op.e.dir.byPrincipal[holder.ID] {
		if !a.deleted() && a.Resource == api.ID && a.RoleID == in.AppRoleID {
			return badRequest("Permission being assigned already exists on the object").detail("InvalidUpdate", "")
		}
	}
	a := &assignment{Principal: holder.ID, Resource: api.ID, RoleID: in.AppRoleID}
	a.object = op.newObject(op.e.knobs.Lag.Role)
	a.ID = assignmentID(holder.ID, op.random())
	op.e.dir.addAssignment(a)
	path := "/servicePrincipals/" + p.ID + "/appRoleAssignments/" + a.ID
	if onResource {
		path = "/servicePrincipals/" + p.ID + "/appRoleAssignedTo/" + a.ID
	}
	return op.created(path, append(op.context("appRoleAssignments/$entity"), op.showAssignment(a)...))
}

func (op *operation) living(p *principal) bool {
	return p != nil && !p.deleted() && op.shows(&p.object)
}

func (op *operation) showAssignment(a *assignment) fields {
	name := func(id string) any {
		if p := op.e.dir.Principals[id]; p != nil {
			return p.DisplayName
		}
		return nil
	}
	f := fields{
		{"id", a.ID},
		{"deletedDateTime", nil},
		{"appRoleId", a.RoleID},
		{"createdDateTime", stamp(a.CreatedAt)},
		{"principalDisplayName", name(a.Principal)},
		{"principalId", a.Principal},
		{"principalType", "ServicePrincipal"},
		{"resourceDisplayName", name(a.Resource)},
		{"resourceId", a.Resource},
	}
	if op.level() != metaFull {
		return f
	}
	link := "servicePrincipals/" + a.Principal + "/appRoleAssignments/" + a.ID
	return typed("appRoleAssignment", append(fields{{"@odata.id", op.root() + "/" + link}, {"@odata.editLink", link}}, f...))
}
