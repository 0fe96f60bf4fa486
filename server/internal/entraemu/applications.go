package entraemu

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	audienceMyOrg  = "AzureADMyOrg"
	maxDisplayName = 120
)

// audiences are the values of signInAudience.
var audiences = []string{audienceMyOrg, "AzureADMultipleOrgs", "AzureADandPersonalMicrosoftAccount", "PersonalMicrosoftAccount"}

// applications serves /applications and what is under it.
func (op *operation) applications() *graphError {
	key, rest := op.address()
	if key == nil {
		if len(rest) > 0 {
			return noSegment(rest[0].name)
		}
		switch op.r.Method {
		case http.MethodGet:
			return op.listApplications()
		case http.MethodPost:
			return op.createApplication("")
		}
		return wrongMethod()
	}
	if len(rest) > 0 {
		return op.underApplication(*key, rest)
	}
	switch op.r.Method {
	case http.MethodGet:
		return op.readApplication(*key)
	case http.MethodPatch:
		return op.patchApplication(*key)
	case http.MethodDelete:
		return op.deleteApplication(*key)
	}
	return wrongMethod()
}

func (op *operation) underApplication(key objectKey, rest []segment) *graphError {
	name := strings.TrimPrefix(rest[0].name, "microsoft.graph.")
	switch strings.ToLower(name) {
	case "addpassword", "removepassword":
		if op.r.Method != http.MethodPost || len(rest) > 1 {
			return wrongMethod()
		}
		if strings.EqualFold(name, "addPassword") {
			return op.addPassword(key)
		}
		return op.removePassword(key)
	case "owners":
		app, refusal := op.findApplication(key)
		if refusal != nil {
			return refusal
		}
		return op.owners(&app.Owners, rest[1:])
	}
	return noSegment(rest[0].name)
}

// lookUpApplication finds by key whatever the replicas know. Deleted ones too.
func (op *operation) lookUpApplication(key objectKey) *application {
	switch strings.ToLower(key.property) {
	case "id":
		return op.e.dir.Apps[strings.ToLower(key.value)]
	case "appid":
		return op.e.dir.byAppID[strings.ToLower(key.value)]
	case "uniquename":
		return op.e.dir.byUniqueName[key.value]
	}
	return nil
}

// findApplication finds what this replica shows.
func (op *operation) findApplication(key objectKey) (*application, *graphError) {
	if !op.mayReadApps() {
		return nil, denied()
	}
	a := op.lookUpApplication(key)
	if a == nil || !a.visible(op.replica, op.now) {
		return nil, notFound(key.value)
	}
	return a, nil
}

// ownApplication finds an application the caller may change.
func (op *operation) ownApplication(key objectKey) (*application, *graphError) {
	if !op.mayCreate() {
		return nil, denied()
	}
	a := op.lookUpApplication(key)
	if a == nil || a.deleted() || !a.visible(op.replica, op.now) {
		return nil, notFound(key.value)
	}
	if !op.mayWrite(a.Owners) {
		return nil, denied()
	}
	return a, nil
}

func (op *operation) readApplication(key objectKey) *graphError {
	a, refusal := op.findApplication(key)
	if refusal != nil {
		return refusal
	}
	return op.answer(http.StatusOK, op.selected(append(fields{op.context("applications/$entity")}, op.showApplication(a)...)))
}

func (op *operation) listApplications() *graphError {
	if !op.mayReadApps() {
		return denied()
	}
	var seen []*application
	for _, a := range inOrder(op.e.dir.Apps) {
		if a.visible(op.replica, op.now) {
			seen = append(seen, a)
		}
	}
	read := func(a *application, property string) ([]string, bool) {
		switch property {
		case "id":
			return []string{a.ID}, true
		case "appId":
			return []string{a.AppID}, true
		case "displayName":
			return []string{a.DisplayName}, true
		case "tags":
			return a.Tags, true
		case "identifierUris":
			return a.URIs, true
		}
		return nil, false
	}
	return list(op, "applications", seen, read, op.showApplication)
}

// patchApplication updates, or creates under a uniqueName when asked to.
func (op *operation) patchApplication(key objectKey) *graphError {
	if !op.mayCreate() {
		return denied()
	}
	a := op.lookUpApplication(key)
	upsert := op.createIfMissing() && strings.EqualFold(key.property, "uniqueName")
	if upsert && a == nil {
		return op.createApplication(key.value)
	}
	if upsert && a.deleted() {
		return nameTaken(true)
	}
	if upsert && !a.visible(op.replica, op.now) && op.e.knobs.UpsertConflict {
		return nameTaken(op.e.replicas%2 == 0)
	}
	if a == nil || a.deleted() || !upsert && !a.visible(op.replica, op.now) {
		return notFound(key.value)
	}
	if !op.mayWrite(a.Owners) {
		return denied()
	}
	body, refusal := op.object()
	if refusal != nil {
		return refusal
	}
	next := *a
	next.Extra = cloneMap(a.Extra)
	if refusal := next.set(body, false); refusal != nil {
		return refusal
	}
	*a = next
	op.wrote()
	return op.noContent()
}

func (op *operation) createApplication(uniqueName string) *graphError {
	if !op.mayCreate() {
		return denied()
	}
	body, refusal := op.object()
	if refusal != nil {
		return refusal
	}
	a := &application{Audience: audienceMyOrg, Extra: map[string]json.RawMessage{}, UniqueName: uniqueName}
	if refusal := a.set(body, true); refusal != nil {
		return refusal
	}
	if a.DisplayName == "" {
		return badRequest("A value is required for property 'displayName' of resource 'Application'.").detail("ObjectRequired", "displayName")
	}
	if taken := op.e.dir.byUniqueName[a.UniqueName]; a.UniqueName != "" && taken != nil {
		return nameTaken(true)
	}
	if refusal := op.overQuota(); refusal != nil {
		return refusal
	}
	a.object = op.newObject(op.e.knobs.Lag.Application)
	a.AppID = guidOf(op.random())
	a.Owners = []string{op.caller.OID}
	op.e.dir.addApp(a)
	return op.created("/applications/"+a.ID, append(fields{op.context("applications/$entity")}, op.showApplication(a)...))
}

func (op *operation) deleteApplication(key objectKey) *graphError {
	a, refusal := op.ownApplication(key)
	if refusal != nil {
		return refusal
	}
	op.wrote()
	gone := op.e.spread(op.now, op.e.knobs.Lag.Delete)
	a.DeletedAt, a.Gone = op.now, gone
	if sp := op.e.dir.spByAppID[a.AppID]; sp != nil && !sp.deleted() {
		op.e.dropPrincipal(sp, op.now, gone)
	}
	return op.noContent()
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
			ok = decode(raw, &a.Tags)
		case "identifierUris":
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

func (a *application) setCertificates(raw json.RawMessage) bool {
	var in []struct {
		Key, KeyID, DisplayName, Type, Usage string
	}
	if !decode(raw, &in) {
		return false
	}
	next := []certificate{}
	for _, k := range in {
		der, err := base64.StdEncoding.DecodeString(k.Key)
		if err != nil || k.Usage != "Verify" {
			return false
		}
		c, ok := newCertificate(der, k.KeyID, k.DisplayName)
		if !ok {
			return false
		}
		next = append(next, c)
	}
	a.Certificates = next
	return true
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
