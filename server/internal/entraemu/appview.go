package entraemu

import (
	"crypto/sha1" // customKeyIdentifier is a SHA-1 thumbprint
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"strings"
)

// settable are the other members of an application a body may carry; they are
// kept and shown as given.
var settable = map[string]bool{
	"description": true, "groupMembershipClaims": true, "isDeviceOnlyAuthSupported": true, "isFallbackPublicClient": true,
	"notes": true, "serviceManagementReference": true, "tokenEncryptionKeyId": true, "samlMetadataUrl": true,
	"defaultRedirectUri": true, "optionalClaims": true, "servicePrincipalLockConfiguration": true,
	"requestSignatureVerification": true, "addIns": true, "api": true, "info": true, "parentalControlSettings": true,
	"publicClient": true, "requiredResourceAccess": true, "web": true, "spa": true, "nativeAuthenticationApisEnabled": true,
}

// newCertificate checks a certificate's bytes.
func newCertificate(der []byte, keyID, name string) (certificate, bool) {
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return certificate{}, false
	}
	if keyID == "" {
		keyID = randomID()
	}
	if name == "" {
		name = c.Subject.String()
	}
	return certificate{KeyID: keyID, DisplayName: name, DER: der, Start: c.NotBefore, End: c.NotAfter}, true
}

func emptyInfo() fields {
	return fields{{"logoUrl", nil}, {"marketingUrl", nil}, {"privacyStatementUrl", nil}, {"supportUrl", nil}, {"termsOfServiceUrl", nil}}
}

func emptyPublisher() fields {
	return fields{{"displayName", nil}, {"verifiedPublisherId", nil}, {"addedDateTime", nil}}
}

// showApplication is the whole object, in the order Graph documents.
func (op *operation) showApplication(a *application) fields {
	none := []any{}
	f := fields{
		{"id", a.ID},
		{"deletedDateTime", nil},
		{"appId", a.AppID},
		{"applicationTemplateId", nil},
		{"disabledByMicrosoftStatus", nil},
		{"createdDateTime", createdStamp(a.CreatedAt)},
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
		{"keyCredentials", showCertificates(a.Certificates)},
		{"parentalControlSettings", fields{{"countriesBlockedForMinors", none}, {"legalAgeGroupRule", "Allow"}}},
		{"passwordCredentials", op.showPasswords(a)},
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

func showCertificates(list []certificate) []fields {
	out := make([]fields, len(list))
	for i, c := range list {
		sum := sha1.Sum(c.DER) // customKeyIdentifier is a SHA-1 thumbprint
		out[i] = fields{
			{"customKeyIdentifier", strings.ToUpper(hex.EncodeToString(sum[:]))},
			{"displayName", c.DisplayName},
			{"endDateTime", createdStamp(c.End)},
			{"key", nil},
			{"keyId", c.KeyID},
			{"startDateTime", createdStamp(c.Start)},
			{"type", "AsymmetricX509Cert"},
			{"usage", "Verify"},
		}
	}
	return out
}

// showPasswords lists the secrets this replica knows, never their text.
func (op *operation) showPasswords(a *application) []fields {
	out := []fields{}
	for _, p := range a.Passwords {
		if reached(p.Seen, op.replica, op.now) {
			out = append(out, showPassword(p, nil))
		}
	}
	return out
}

func showPassword(p *password, text any) fields {
	return fields{
		{"customKeyIdentifier", nil},
		{"displayName", orNull(p.DisplayName)},
		{"endDateTime", stamp(p.End)},
		{"hint", p.Hint},
		{"keyId", p.KeyID},
		{"secretText", text},
		{"startDateTime", stamp(p.Start)},
	}
}
