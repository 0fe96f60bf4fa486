package entraemu

import "strconv"

// one is the value of a property, or none.
func one(v string) []string {
	if v == "" {
		return nil
	}
	return []string{v}
}

// ofEntity are the properties that applications and service principals share.
func ofEntity(more properties[item]) properties[item] {
	all := properties[item]{
		"id":          func(_ *operation, it item) []string { return one(it.core().ID) },
		"appId":       func(_ *operation, it item) []string { return one(it.core().AppID) },
		"displayName": func(_ *operation, it item) []string { return one(it.core().DisplayName) },
		"tags":        func(_ *operation, it item) []string { return it.core().Tags },
		"createdDateTime": func(_ *operation, it item) []string {
			return one(stamp(it.core().CreatedAt))
		},
		"deletedDateTime": func(_ *operation, it item) []string {
			if !it.core().deleted() {
				return nil
			}
			return one(stamp(it.core().DeletedAt))
		},
	}
	for name, read := range more {
		all[name] = read
	}
	return all
}

var applicationProperties = ofEntity(properties[item]{
	"identifierUris": func(_ *operation, it item) []string { return it.core().URIs },
	"signInAudience": func(_ *operation, it item) []string {
		if a, ok := it.(*application); ok {
			return one(a.Audience)
		}
		return nil
	},
	"publisherDomain": func(*operation, item) []string { return one(tenantDomain) },
})

var principalProperties = ofEntity(properties[item]{
	"servicePrincipalNames": func(op *operation, it item) []string { return op.principalNames(it.core()) },
	"servicePrincipalType":  func(*operation, item) []string { return one("Application") },
	"appOwnerOrganizationId": func(op *operation, it item) []string {
		return one(op.ownerOrganization(it.core()))
	},
	"appDisplayName": func(op *operation, it item) []string { return one(op.appDisplayName(it.core())) },
	"accountEnabled": func(_ *operation, it item) []string {
		p, ok := it.(*principal)
		return one(strconv.FormatBool(ok && p.Enabled))
	},
})

func (apps) properties() properties[item]       { return applicationProperties }
func (principals) properties() properties[item] { return principalProperties }

// directoryProperties are those of collections of several types.
var directoryProperties = properties[item]{
	"id":              applicationProperties["id"],
	"appId":           applicationProperties["appId"],
	"displayName":     applicationProperties["displayName"],
	"deletedDateTime": applicationProperties["deletedDateTime"],
}

func (a *application) order() int64 { return a.Serial }
func (p *principal) order() int64   { return p.Serial }
func (a *assignment) order() int64  { return a.Serial }

var assignmentProperties = properties[*assignment]{
	"id":            func(_ *operation, a *assignment) []string { return one(a.ID) },
	"principalId":   func(_ *operation, a *assignment) []string { return one(a.Principal) },
	"resourceId":    func(_ *operation, a *assignment) []string { return one(a.Resource) },
	"appRoleId":     func(_ *operation, a *assignment) []string { return one(a.RoleID) },
	"principalType": func(*operation, *assignment) []string { return one("ServicePrincipal") },
	"principalDisplayName": func(op *operation, a *assignment) []string {
		if p := op.e.dir.Principals[a.Principal]; p != nil {
			return one(p.DisplayName)
		}
		return nil
	},
}
