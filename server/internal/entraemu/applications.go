package entraemu

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	audienceMyOrg  = "AzureADMyOrg"
	maxDisplayName = 120
	maxSecrets     = 500
)

// audiences are the values of signInAudience.
var audiences = []string{audienceMyOrg, "AzureADMultipleOrgs", "AzureADandPersonalMicrosoftAccount", "PersonalMicrosoftAccount"}

// apps is the collection of applications.
type apps struct{}

func (apps) name() string            { return "applications" }
func (apps) typeName() string        { return "application" }
func (apps) resource() string        { return "Application" }
func (apps) upsertKey() string       { return "uniqueName" }
func (apps) all(d *directory) []item { return d.appOrder }

func (apps) find(d *directory, key objectKey) item {
	var a *application
	switch strings.ToLower(key.property) {
	case "id":
		a = d.Apps[strings.ToLower(key.value)]
	case "appid":
		a = d.byAppID[strings.ToLower(key.value)]
	case "uniquename":
		a = d.byUniqueName[key.value]
	}
	if a == nil {
		return nil
	}
	return a
}

// keeps: a deleted application holds its uniqueName until it is purged.
func (apps) keeps(item) bool { return true }

func (apps) taken(op *operation) *graphError { return nameTaken(op.e.replicas%2 == 0) }

func (c apps) create(op *operation, uniqueName string) *graphError {
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
	a := &application{entity: entity{Extra: map[string]json.RawMessage{}}, Audience: audienceMyOrg, UniqueName: uniqueName}
	if refusal := a.set(body, true); refusal != nil {
		return refusal
	}
	if a.DisplayName == "" {
		return required("displayName", c.resource())
	}
	if taken := op.e.dir.byUniqueName[a.UniqueName]; a.UniqueName != "" && taken != nil {
		return nameTaken(true)
	}
	if refusal := op.checkURIs(&a.entity); refusal != nil {
		return refusal
	}
	if refusal := op.overQuota(); refusal != nil {
		return refusal
	}
	op.enter(a, op.e.knobs.Lag.Application, owners)
	a.AppID = guidOf(op.random())
	op.e.dir.addApp(a)
	return op.createdOne(a)
}

func (apps) set(op *operation, it item, body map[string]json.RawMessage) *graphError {
	a, ok := it.(*application)
	if !ok {
		return badRequest("Not an application.")
	}
	next := *a
	next.Extra = cloneMap(a.Extra)
	if refusal := next.set(body, false); refusal != nil {
		return refusal
	}
	if refusal := op.checkURIs(&next.entity); refusal != nil {
		return refusal
	}
	if refusal := tooBig(&next.entity); refusal != nil {
		return refusal
	}
	if refusal := op.checkKeys(&a.entity, &next.entity); refusal != nil {
		return refusal
	}
	old := a.URIs
	*a = next
	op.e.dir.renameURIs(&a.entity, old)
	return nil
}

// checkURIs refuses an identifier URI that another application has.
func (op *operation) checkURIs(e *entity) *graphError {
	for _, uri := range e.URIs {
		if owner, ok := op.e.dir.byURI[uri]; ok && owner != e.AppID {
			return badRequest("Another object with the same value for property identifierUris already exists.").detail("ObjectConflict", "identifierUris")
		}
	}
	return nil
}

func (apps) under(_ *operation, _ item, rest []segment) *graphError { return noSegment(rest[0].name) }

// dropped: the service principal goes with its application.
func (apps) dropped(op *operation, it item, gone []time.Time) {
	if sp := op.e.dir.spByAppID[it.core().AppID]; sp != nil && !sp.deleted() {
		op.drop(sp, gone, it.core().ID)
		principals{}.dropped(op, sp, gone)
	}
}

// readOnly are properties that exist and cannot be set.
var readOnly = map[string]bool{
	"id": true, "appId": true, "createdDateTime": true, "deletedDateTime": true, "publisherDomain": true,
	"passwordCredentials": true, "verifiedPublisher": true, "certification": true, "applicationTemplateId": true,
}

// set takes the members of a body into the application.
func (a *application) set(body map[string]json.RawMessage, creating bool) *graphError {
	const resource = "Application"
	for name, raw := range body {
		ok := true
		switch name {
		case "displayName":
			ok = decode(raw, &a.DisplayName) && a.DisplayName != "" && utf8.RuneCountInString(a.DisplayName) <= maxDisplayName
		case "uniqueName":
			var v string
			ok = decode(raw, &v) && (creating && a.UniqueName == "" || v == a.UniqueName)
			a.UniqueName = v
		case "signInAudience":
			ok = decode(raw, &a.Audience) && slices.Contains(audiences, a.Audience)
		case "tags":
			a.Tags = nil // decoding into the old list would change it
			ok = decode(raw, &a.Tags)
		case "identifierUris":
			a.URIs = nil
			ok = decode(raw, &a.URIs)
		case "appRoles":
			if refusal := a.setRoles(raw); refusal != nil {
				return refusal
			}
		case "keyCredentials":
			ok = a.setCertificates(raw)
		default:
			if readOnly[name] || !settable[name] {
				return badValue(name, resource)
			}
			ok = json.Valid(raw)
			a.Extra[name] = raw
		}
		if !ok {
			return badValue(name, resource)
		}
	}
	return nil
}

func (a *application) setRoles(raw json.RawMessage) *graphError {
	var in []struct {
		ID, Value, DisplayName, Description string
		IsEnabled                           *bool
	}
	if !decode(raw, &in) {
		return badValue("appRoles", "Application")
	}
	next := make([]appRole, 0, len(in))
	for _, r := range in {
		if !isGUID(r.ID) || r.DisplayName == "" {
			return badValue("appRoles", "Application")
		}
		next = append(next, appRole{
			ID: strings.ToLower(r.ID), Value: r.Value, DisplayName: r.DisplayName, Description: r.Description,
			Disabled: r.IsEnabled != nil && !*r.IsEnabled,
		})
	}
	for _, old := range a.AppRoles {
		i := slices.IndexFunc(next, func(r appRole) bool { return r.ID == old.ID })
		if !old.Disabled && (i < 0 || next[i].Value != old.Value) {
			return badRequest("Permission (scope or role) cannot be deleted or updated unless disabled first")
		}
	}
	a.AppRoles = next
	return nil
}

// decode reads a member's value; null is not one.
func decode(raw json.RawMessage, into any) bool {
	return string(raw) != "null" && json.Unmarshal(raw, into) == nil
}

func cloneMap(m map[string]json.RawMessage) map[string]json.RawMessage {
	out := make(map[string]json.RawMessage, len(m))
	for k, v := range m {
		out[k] = v
	}
	return out
}

func nameTaken(withDetail bool) *graphError {
	g := &graphError{
		status: http.StatusBadRequest, code: "Request_BadRequest",
		message: "Another object with the same value for property uniqueName already exists.",
	}
	if withDetail {
		return g.detail("ObjectConflict", "uniqueName")
	}
	return g
}
