package entraemu

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"
)

// servicePrincipals serves /servicePrincipals and what is under it.
func (op *operation) servicePrincipals() *graphError {
	key, rest := op.address()
	if key == nil {
		if len(rest) > 0 {
			return noSegment(rest[0].name)
		}
		switch op.r.Method {
		case http.MethodGet:
			return op.listPrincipals()
		case http.MethodPost:
			return op.createPrincipal("")
		}
		return wrongMethod()
	}
	if len(rest) > 0 {
		return op.underPrincipal(*key, rest)
	}
	switch op.r.Method {
	case http.MethodGet:
		return op.readPrincipal(*key)
	case http.MethodPatch:
		return op.patchPrincipal(*key)
	case http.MethodDelete:
		return op.deletePrincipal(*key)
	}
	return wrongMethod()
}

func (op *operation) underPrincipal(key objectKey, rest []segment) *graphError {
	switch strings.ToLower(rest[0].name) {
	case "approleassignedto":
		return op.roleAssignments(key, rest[1:], true)
	case "approleassignments":
		return op.roleAssignments(key, rest[1:], false)
	case "createdobjects":
		return op.createdObjects(key)
	case "owners":
		p, refusal := op.findPrincipal(key)
		if refusal != nil {
			return refusal
		}
		return op.owners(&p.Owners, rest[1:])
	}
	return noSegment(rest[0].name)
}

// lookUpPrincipal finds by key whatever the replicas know. Deleted ones too.
func (op *operation) lookUpPrincipal(key objectKey) *principal {
	switch strings.ToLower(key.property) {
	case "id":
		return op.e.dir.Principals[strings.ToLower(key.value)]
	case "appid":
		return op.e.dir.spByAppID[strings.ToLower(key.value)]
	}
	return nil
}

func (op *operation) findPrincipal(key objectKey) (*principal, *graphError) {
	if !op.mayReadApps() {
		return nil, denied()
	}
	p := op.lookUpPrincipal(key)
	if p == nil || !p.visible(op.replica, op.now) {
		return nil, notFound(key.value)
	}
	return p, nil
}

func (op *operation) readPrincipal(key objectKey) *graphError {
	p, refusal := op.findPrincipal(key)
	if refusal != nil {
		return refusal
	}
	return op.answer(http.StatusOK, op.selected(append(fields{op.context("servicePrincipals/$entity")}, op.showPrincipal(p)...)))
}

func (op *operation) listPrincipals() *graphError {
	if !op.mayReadApps() {
		return denied()
	}
	var seen []*principal
	for _, p := range inOrder(op.e.dir.Principals) {
		if p.visible(op.replica, op.now) {
			seen = append(seen, p)
		}
	}
	read := func(p *principal, property string) ([]string, bool) {
		switch property {
		case "id":
			return []string{p.ID}, true
		case "appId":
			return []string{p.AppID}, true
		case "displayName":
			return []string{p.DisplayName}, true
		case "tags":
			return p.Tags, true
		case "servicePrincipalNames":
			return op.principalNames(p), true
		case "servicePrincipalType":
			return []string{"Application"}, true
		}
		return nil, false
	}
	return list(op, "servicePrincipals", seen, read, op.showPrincipal)
}

// patchPrincipal updates, or creates for an appId when asked to.
func (op *operation) patchPrincipal(key objectKey) *graphError {
	if !op.mayCreate() {
		return denied()
	}
	p := op.lookUpPrincipal(key)
	upsert := op.createIfMissing() && strings.EqualFold(key.property, "appId")
	if upsert && (p == nil || p.deleted()) {
		return op.createPrincipal(strings.ToLower(key.value))
	}
	if upsert && !p.visible(op.replica, op.now) && op.e.knobs.UpsertConflict {
		return sameKeyValue()
	}
	if p == nil || p.deleted() || !upsert && !p.visible(op.replica, op.now) {
		return notFound(key.value)
	}
	if !op.mayWrite(p.Owners) {
		return denied()
	}
	body, refusal := op.object()
	if refusal != nil {
		return refusal
	}
	next := *p
	next.Extra = cloneMap(p.Extra)
	if refusal := next.set(body); refusal != nil {
		return refusal
	}
	*p = next
	op.wrote()
	return op.noContent()
}

func (op *operation) createPrincipal(appID string) *graphError {
	if !op.mayCreate() {
		return denied()
	}
	body, refusal := op.object()
	if refusal != nil {
		return refusal
	}
	p := &principal{AppID: appID, Enabled: true, Extra: map[string]json.RawMessage{}}
	if refusal := p.set(body); refusal != nil {
		return refusal
	}
	if p.AppID == "" {
		return badRequest("A value is required for property 'appId' of resource 'ServicePrincipal'.").detail("ObjectRequired", "appId")
	}
	app := op.e.dir.byAppID[p.AppID]
	known := app != nil && !app.deleted() && app.visible(op.replica, op.now)
	if !op.may(permAppWriteAll, permDirWriteAll) {
		if !known {
			return foreignApplication()
		}
		if !op.mayWrite(app.Owners) {
			return denied()
		}
	}
	if !known {
		return noBackingApplication(p.AppID)
	}
	if old := op.e.dir.spByAppID[p.AppID]; old != nil && !old.deleted() {
		return sameKeyValue()
	}
	if refusal := op.overQuota(); refusal != nil {
		return refusal
	}
	if p.DisplayName == "" {
		p.DisplayName = app.DisplayName
	}
	p.object = op.newObject(op.e.knobs.Lag.Principal)
	p.Owners = []string{op.caller.OID}
	op.e.dir.addPrincipal(p)
	return op.created("/servicePrincipals/"+p.ID, append(fields{op.context("servicePrincipals/$entity")}, op.showPrincipal(p)...))
}

func foreignApplication() *graphError {
	g := denied()
	g.message = "When using this permission, the backing application of the service principal being created must in the local tenant"
	return g
}

func (op *operation) deletePrincipal(key objectKey) *graphError {
	if !op.mayCreate() {
		return denied()
	}
	p := op.lookUpPrincipal(key)
	if p == nil || p.deleted() || !p.visible(op.replica, op.now) {
		return notFound(key.value)
	}
	if !op.mayWrite(p.Owners) {
		return denied()
	}
	op.wrote()
	op.e.dropPrincipal(p, op.now, op.e.spread(op.now, op.e.knobs.Lag.Delete))
	return op.noContent()
}

// dropPrincipal deletes a service principal with its role assignments; mu is
// held.
func (e *Emulator) dropPrincipal(p *principal, now time.Time, gone []time.Time) {
	p.DeletedAt, p.Gone = now, gone
	for _, a := range e.dir.byPrincipal[p.ID] {
		if !a.deleted() {
			a.DeletedAt, a.Gone = now, gone
		}
	}
}

func (p *principal) set(body map[string]json.RawMessage) *graphError {
	for name, raw := range body {
		ok := true
		switch name {
		case "displayName":
			ok = decode(raw, &p.DisplayName) && utf8.RuneCountInString(p.DisplayName) <= maxDisplayName
		case "appId":
			var v string
			ok = decode(raw, &v) && isGUID(v) && (p.AppID == "" || strings.EqualFold(v, p.AppID))
			p.AppID = strings.ToLower(v)
		case "accountEnabled":
			ok = decode(raw, &p.Enabled)
		case "appRoleAssignmentRequired":
			ok = decode(raw, &p.AssignmentRequired)
		case "tags":
			ok = decode(raw, &p.Tags)
		default:
			if ok = settablePrincipal[name] && json.Valid(raw); ok {
				p.Extra[name] = raw
			}
		}
		if !ok {
			return badValue(name, "ServicePrincipal")
		}
	}
	return nil
}

// settablePrincipal are the other members a body may carry.
var settablePrincipal = map[string]bool{
	"alternativeNames": true, "description": true, "homepage": true, "loginUrl": true, "logoutUrl": true, "notes": true,
	"notificationEmailAddresses": true, "preferredSingleSignOnMode": true, "replyUrls": true, "samlSingleSignOnSettings": true,
}

// principalNames are the names an API answers to.
func (op *operation) principalNames(p *principal) []string {
	names := append([]string{p.AppID}, p.URIs...)
	if a := op.e.dir.byAppID[p.AppID]; a != nil {
		names = append(names, a.URIs...)
	}
	return names
}

func (op *operation) showPrincipal(p *principal) fields {
	none := []any{}
	owner, audience := op.e.cfg.Tenant, audienceMyOrg
	app := op.e.dir.byAppID[p.AppID]
	if app == nil { // Microsoft's own
		owner, audience = "f8cdef31-a31e-4b4a-93e4-5f571e91255a", "AzureADMultipleOrgs"
	}
	f := fields{
		{"id", p.ID},
		{"deletedDateTime", nil},
		{"accountEnabled", p.Enabled},
		{"alternativeNames", none},
		{"appDisplayName", p.DisplayName},
		{"appDescription", nil},
		{"appId", p.AppID},
		{"applicationTemplateId", nil},
		{"appOwnerOrganizationId", owner},
		{"appRoleAssignmentRequired", p.AssignmentRequired},
		{"createdDateTime", createdStamp(p.CreatedAt)},
		{"description", nil},
		{"disabledByMicrosoftStatus", nil},
		{"displayName", p.DisplayName},
		{"homepage", nil},
		{"loginUrl", nil},
		{"logoutUrl", nil},
		{"notes", nil},
		{"notificationEmailAddresses", none},
		{"preferredSingleSignOnMode", nil},
		{"preferredTokenSigningKeyThumbprint", nil},
		{"replyUrls", none},
		{"servicePrincipalNames", op.principalNames(p)},
		{"servicePrincipalType", "Application"},
		{"signInAudience", audience},
		{"tags", orEmpty(p.Tags)},
		{"tokenEncryptionKeyId", nil},
		{"samlSingleSignOnSettings", nil},
		{"addIns", none},
		{"appRoles", showRoles(op.e.dir.roles(p))},
		{"info", emptyInfo()},
		{"keyCredentials", none},
		{"oauth2PermissionScopes", none},
		{"passwordCredentials", none},
		{"resourceSpecificApplicationPermissions", none},
		{"verifiedPublisher", emptyPublisher()},
	}
	return f.with(p.Extra)
}
