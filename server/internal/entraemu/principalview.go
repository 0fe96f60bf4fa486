package entraemu

// principalNames are the names an API answers to.
func (op *operation) principalNames(p *entity) []string {
	names := append([]string{p.AppID}, p.URIs...)
	if a := op.e.dir.byAppID[p.AppID]; a != nil {
		names = append(names, a.URIs...)
	}
	return names
}

// microsoftTenant owns what is Microsoft's own.
const microsoftTenant = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"

// ownerOrganization is the tenant of the application behind a service principal.
func (op *operation) ownerOrganization(p *entity) string {
	if p.AppID == graphAppID {
		return microsoftTenant
	}
	return op.e.cfg.Tenant
}

// appDisplayName is the name of the application behind a service principal.
func (op *operation) appDisplayName(p *entity) string {
	if a := op.e.dir.byAppID[p.AppID]; a != nil {
		return a.DisplayName
	}
	return p.DisplayName
}

func (principals) show(op *operation, it item) fields {
	p, ok := it.(*principal)
	if !ok {
		return nil
	}
	none := []any{}
	audience := audienceMyOrg
	if p.AppID == graphAppID {
		audience = "AzureADMultipleOrgs"
	}
	f := fields{
		{"id", p.ID},
		{"deletedDateTime", deletedStamp(&p.object)},
		{"accountEnabled", p.Enabled},
		{"alternativeNames", none},
		{"appDisplayName", op.appDisplayName(&p.entity)},
		{"appDescription", nil},
		{"appId", p.AppID},
		{"applicationTemplateId", nil},
		{"appOwnerOrganizationId", op.ownerOrganization(&p.entity)},
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
		{"servicePrincipalNames", op.principalNames(&p.entity)},
		{"servicePrincipalType", "Application"},
		{"signInAudience", audience},
		{"tags", orEmpty(p.Tags)},
		{"tokenEncryptionKeyId", nil},
		{"samlSingleSignOnSettings", nil},
		{"addIns", none},
		{"appRoles", showRoles(op.e.dir.roles(p))},
		{"info", emptyInfo()},
		{"keyCredentials", op.showCertificates(&p.entity)},
		{"oauth2PermissionScopes", none},
		{"passwordCredentials", op.showPasswords(&p.entity)},
		{"resourceSpecificApplicationPermissions", none},
		{"verifiedPublisher", emptyPublisher()},
	}
	return f.with(p.Extra)
}
