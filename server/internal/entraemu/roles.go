package entraemu

import (
	"net/http"
	"slices"
	"strings"
)

// roleAssignments serves both sides of the relation: what a client was granted
// (appRoleAssignments) and who holds an API's roles (appRoleAssignedTo).
func (op *operation) roleAssignments(key objectKey, rest []segment, onResource bool) *graphError {
	if len(rest) > 1 {
		return noSegment(rest[1].name)
	}
	p, refusal := op.findPrincipal(key)
	if refusal != nil {
		return refusal
	}
	if len(rest) == 1 {
		return op.oneAssignment(p, rest[0].name, onResource)
	}
	switch op.r.Method {
	case http.MethodGet:
		return op.listAssignments(p, onResource)
	case http.MethodPost:
		return op.grantRole(p, onResource)
	}
	return wrongMethod()
}

func (op *operation) mayGrant() bool {
	return op.may(permAssignAll) && op.may(permAppReadAll, permAppWriteAll, permDirReadAll, permDirWriteAll)
}

func (op *operation) side(p *principal, onResource bool) []*assignment {
	all := op.e.dir.byPrincipal[p.ID]
	if onResource {
		all = op.e.dir.byResource[p.ID]
	}
	var out []*assignment
	for _, a := range all {
		if a.visible(op.replica, op.now) {
			out = append(out, a)
		}
	}
	return out
}

func (op *operation) listAssignments(p *principal, onResource bool) *graphError {
	read := func(a *assignment, property string) ([]string, bool) {
		switch property {
		case "id":
			return []string{a.ID}, true
		case "resourceId":
			return []string{a.Resource}, true
		case "principalId":
			return []string{a.Principal}, true
		}
		return nil, false
	}
	name := "appRoleAssignments"
	return list(op, name, op.side(p, onResource), read, op.showAssignment)
}

func (op *operation) oneAssignment(p *principal, id string, onResource bool) *graphError {
	i := slices.IndexFunc(op.side(p, onResource), func(a *assignment) bool { return a.ID == id })
	if i < 0 {
		return notFound(id)
	}
	a := op.side(p, onResource)[i]
	switch op.r.Method {
	case http.MethodGet:
		return op.answer(http.StatusOK, op.selected(append(fields{op.context("appRoleAssignments/$entity")}, op.showAssignment(a)...)))
	case http.MethodDelete:
		if !op.mayGrant() {
			return denied()
		}
		if a.deleted() {
			return notFound(id)
		}
		op.wrote()
		a.DeletedAt, a.Gone = op.now, op.e.spread(op.now, op.e.knobs.Lag.Delete)
		return op.noContent()
	}
	return wrongMethod()
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
	return op.created(path, append(fields{op.context("appRoleAssignments/$entity")}, op.showAssignment(a)...))
}

func (op *operation) living(p *principal) bool {
	return p != nil && !p.deleted() && p.visible(op.replica, op.now)
}

func (op *operation) showAssignment(a *assignment) fields {
	name := func(id string) any {
		if p := op.e.dir.Principals[id]; p != nil {
			return p.DisplayName
		}
		return nil
	}
	return fields{
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
}
