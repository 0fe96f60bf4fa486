package entraemu

import "encoding/json"

// settable are the other members of an application a body may carry; they are
// kept and shown as given.
var settable = map[string]bool{
	"description": true, "groupMembershipClaims": true, "isDeviceOnlyAuthSupported": true, "isFallbackPublicClient": true,
	"notes": true, "serviceManagementReference": true, "tokenEncryptionKeyId": true, "samlMetadataUrl": true,
	"defaultRedirectUri": true, "optionalClaims": true, "servicePrincipalLockConfiguration": true,
	"requestSignatureVerification": true, "addIns": true, "api": true, "info": true, "parentalControlSettings": true,
	"publicClient": true, "requiredResourceAccess": true, "web": true, "spa": true, "nativeAuthenticationApisEnabled": true,
}

func emptyInfo() fields {
	return fields{{"logoUrl", nil}, {"marketingUrl", nil}, {"privacyStatementUrl", nil}, {"supportUrl", nil}, {"termsOfServiceUrl", nil}}
}

func emptyPublisher() fields {
	return fields{{"displayName", nil}, {"verifiedPublisherId", nil}, {"addedDateTime", nil}}
}

// show is the whole object, in the order Graph documents.
func (apps) show(op *operation, it item) fields {
	a, ok := it.(*application)
	if !ok {
		return nil
	}
	none := []any{}
	f := fields{
		{"id", a.ID},
		{"deletedDateTime", deletedStamp(&a.object)},
		{"appId", a.AppID},
		{"applicationTemplateId", nil},
		{"disabledByMicrosoftStatus", nil},
		{"createdDateTime", stamp(a.CreatedAt)},
		{"displayName", a.DisplayName},
		{"description", nil},
		{"groupMembershipClaims", nil},
		{"identifierUris", orEmpty(a.URIs)},
		{"isDeviceOnlyAuthSupported", nil},
		{"isFallbackPublicClient", nil},
		{"nativeAuthenticationApisEnabled", nil},
		{"notes", nil},
		{"publisherDomain", tenantDomain},
		{"serviceManagementReference", nil},
		{"signInAudience", a.Audience},
		{"tags", orEmpty(a.Tags)},
		{"tokenEncryptionKeyId", nil},
		{"uniqueName", orNull(a.UniqueName)},
		{"samlMetadataUrl", nil},
		{"defaultRedirectUri", nil},
		{"certification", nil},
		{"optionalClaims", nil},
		{"servicePrincipalLockConfiguration", nil},
		{"requestSignatureVerification", nil},
		{"addIns", none},
		{"api", fields{
			{"acceptMappedClaims", nil},
			{"knownClientApplications", none},
			{"requestedAccessTokenVersion", nil},
			{"oauth2PermissionScopes", none},
			{"preAuthorizedApplications", none},
		}},
		{"appRoles", showRoles(a.AppRoles)},
		{"info", emptyInfo()},
		{"keyCredentials", op.showCertificates(&a.entity)},
		{"parentalControlSettings", fields{{"countriesBlockedForMinors", none}, {"legalAgeGroupRule", "Allow"}}},
		{"passwordCredentials", op.showPasswords(&a.entity)},
		{"publicClient", fields{{"redirectUris", none}}},
		{"requiredResourceAccess", none},
		{"verifiedPublisher", emptyPublisher()},
		{"web", fields{
			{"homePageUrl", nil},
			{"logoutUrl", nil},
			{"redirectUris", none},
			{"implicitGrantSettings", fields{{"enableAccessTokenIssuance", false}, {"enableIdTokenIssuance", false}}},
			{"redirectUriSettings", none},
		}},
		{"spa", fields{{"redirectUris", none}}},
	}
	return f.with(a.Extra)
}

// with puts kept members over the defaults.
func (f fields) with(extra map[string]json.RawMessage) fields {
	for i, p := range f {
		if raw, ok := extra[p.name]; ok {
			f[i].value = raw
		}
	}
	return f
}

func orEmpty(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func showRoles(roles []appRole) []fields {
	out := make([]fields, len(roles))
	for i, r := range roles {
		out[i] = fields{
			{"allowedMemberTypes", []string{"Application"}},
			{"description", r.Description},
			{"displayName", r.DisplayName},
			{"id", r.ID},
			{"isEnabled", !r.Disabled},
			{"origin", "Application"},
			{"value", r.Value},
		}
	}
	return out
}

func deletedStamp(o *object) any {
	if !o.deleted() {
		return nil
	}
	return stamp(o.DeletedAt)
}
