package entraemu

import (
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"
)

// maxPrincipalName bounds a service principal's display name.
const maxPrincipalName = 256

// principals is the collection of service principals.
type principals struct{}

func (principals) name() string            { return "servicePrincipals" }
func (principals) typeName() string        { return "servicePrincipal" }
func (principals) resource() string        { return "ServicePrincipal" }
func (principals) upsertKey() string       { return "appId" }
func (principals) all(d *directory) []item { return d.spOrder }

func (principals) find(d *directory, key objectKey) item {
	var p *principal
	switch strings.ToLower(key.property) {
	case "id":
		p = d.Principals[strings.ToLower(key.value)]
	case "appid":
		p = d.spByAppID[strings.ToLower(key.value)]
	}
	if p == nil {
		return nil
	}
	return p
}

// keeps: an application may get a new service principal after the deletion.
func (principals) keeps(item) bool { return false }

func (principals) taken(*operation) *graphError { return sameKeyValue() }

func (c principals) create(op *operation, appID string) *graphError {
	if !op.mayCreate() {
		return denied()
	}
	body, refusal := op.object()
	if refusal != nil {
		return refusal
	}
	owners, refusal := op.boundOwners(body)
	if refusal != nil {
		return refusal
	}
	p := &principal{entity: entity{AppID: strings.ToLower(appID), Extra: map[string]json.RawMessage{}}, Enabled: true}
	if refusal := p.set(body); refusal != nil {
		return refusal
	}
	if p.AppID == "" {
		return required("appId", c.resource())
	}
	app, refusal := op.backing(p.AppID)
	if refusal != nil {
		return refusal
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
	op.enter(p, op.e.knobs.Lag.Principal, owners)
	op.e.dir.addPrincipal(p)
	return op.createdOne(p)
}

// backing finds the application that a new service principal stands for, as
// the caller may see it.
func (op *operation) backing(appID string) (*application, *graphError) {
	app := op.e.dir.byAppID[appID]
	known := app != nil && !app.deleted() && op.shows(&app.object)
	switch {
	case op.writesAll() && !known:
		return nil, noBackingApplication(appID)
	case !known:
		return nil, foreignApplication()
	case !op.mayWrite(app.Owners):
		return nil, denied()
	}
	return app, nil
}

func foreignApplication() *graphError {
	g := denied()
	g.message = "When using this permission, the backing application of the service principal being created must in the local tenant"
	return g
}

func (principals) set(op *operation, it item, body map[string]json.RawMessage) *graphError {
	p, ok := it.(*principal)
	if !ok {
		return badRequest("Not a service principal.")
	}
	next := *p
	next.Extra = cloneMap(p.Extra)
	if refusal := next.set(body); refusal != nil {
		return refusal
	}
	if refusal := op.checkKeys(&p.entity, &next.entity); refusal != nil {
		return refusal
	}
	*p = next
	return nil
}

func (principals) under(op *operation, it item, rest []segment) *graphError {
	p, ok := it.(*principal)
	if !ok {
		return noSegment(rest[0].name)
	}
	switch strings.ToLower(rest[0].name) {
	case "approleassignedto":
		return op.roleAssignments(p, rest[1:], true)
	case "approleassignments":
		return op.roleAssignments(p, rest[1:], false)
	case "createdobjects":
		return op.createdObjects(p, rest[1:])
	}
	return noSegment(rest[0].name)
}

// dropped: the role assignments of a service principal go with it, those of
// others on it too.
func (principals) dropped(op *operation, it item, gone []time.Time) {
	id := it.core().ID
	for _, side := range [][]*assignment{op.e.dir.byPrincipal[id], op.e.dir.byResource[id]} {
		for _, a := range side {
			if !a.deleted() {
				a.drop(op.now, gone, id)
			}
		}
	}
}

func (p *principal) set(body map[string]json.RawMessage) *graphError {
	for name, raw := range body {
		ok := true
		switch name {
		case "displayName":
			ok = decode(raw, &p.DisplayName) && utf8.RuneCountInString(p.DisplayName) <= maxPrincipalName
		case "appId":
			var v string
			ok = decode(raw, &v) && isGUID(v) && (p.AppID == "" || strings.EqualFold(v, p.AppID))
			p.AppID = strings.ToLower(v)
		case "accountEnabled":
			ok = decode(raw, &p.Enabled)
		case "appRoleAssignmentRequired":
			ok = decode(raw, &p.AssignmentRequired)
		case "tags":
			p.Tags = nil
			ok = decode(raw, &p.Tags)
		case "keyCredentials":
			ok = p.setCertificates(raw)
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
