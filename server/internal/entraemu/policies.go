package entraemu

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

const policyName = "Default app management policy"

func againstPolicy(code, message string) *graphError {
	return &graphError{status: http.StatusBadRequest, code: code, message: message}
}

// checkKeys refuses a certificate newly there that lives longer than allowed
// for secrets: one knob bounds both.
func (op *operation) checkKeys(before, after *entity) *graphError {
	longest := time.Duration(op.e.knobs.Policy.LongestLife)
	if longest == 0 {
		return nil
	}
	known := map[string]bool{}
	for _, c := range before.Certificates {
		known[c.KeyID] = true
	}
	for _, c := range after.Certificates {
		if !known[c.KeyID] && c.End.Sub(c.Start) > longest {
			return againstPolicy("CredentialInvalidLifetimeAsPerAppPolicy", "Credential lifetime exceeds the max value allowed as per assigned policy '"+policyName+"'.")
		}
	}
	return nil
}

// policies shows the tenant's application management policies. They are set by
// the knobs, not over Graph.
func (op *operation) policies() *graphError {
	if len(op.path) < 2 {
		return noSegment(op.path[0].name)
	}
	name := op.path[1].name
	single := strings.EqualFold(name, "defaultAppManagementPolicy")
	if !single && !strings.EqualFold(name, "appManagementPolicies") {
		return noSegment(name)
	}
	if len(op.path) > 2 {
		if single {
			return noSegment(op.path[2].name)
		}
		return notFound(op.path[2].name)
	}
	switch op.r.Method {
	case http.MethodGet:
	case http.MethodPatch, http.MethodPost:
		if single == (op.r.Method == http.MethodPatch) {
			return denied() // nobody here holds Policy.ReadWrite.ApplicationConfiguration
		}
		return wrongMethod()
	default:
		return wrongMethod()
	}
	if !op.may(permPolicyReadAl) {
		return denied()
	}
	if !single {
		return op.answer(http.StatusOK, append(op.context("policies/appManagementPolicies"), pair{"value", []fields{}}))
	}
	f, refusal := selected("TenantAppManagementPolicy", op.defaultPolicy(), op.selectNames(op.query.Get("$select")))
	if refusal != nil {
		return refusal
	}
	return op.answer(http.StatusOK, append(op.context("policies/defaultAppManagementPolicy"+op.selectText()+"/$entity"), f...))
}

func (op *operation) defaultPolicy() fields {
	passwords, keys := []fields{}, []fields{}
	since := createdStamp(op.now.AddDate(-1, 0, 0))
	if op.e.knobs.Policy.NoSecrets {
		passwords = append(passwords, fields{
			{"restrictionType", "passwordAddition"}, {"state", "enabled"}, {"maxLifetime", nil}, {"restrictForAppsCreatedAfterDateTime", since},
		})
	}
	longest := time.Duration(op.e.knobs.Policy.LongestLife)
	if longest > 0 {
		life := pair{"maxLifetime", isoDuration(longest)}
		passwords = append(passwords, fields{{"restrictionType", "passwordLifetime"}, {"state", "enabled"}, life, {"restrictForAppsCreatedAfterDateTime", since}})
		keys = append(keys, fields{{"restrictionType", "asymmetricKeyLifetime"}, {"state", "enabled"}, life, {"restrictForAppsCreatedAfterDateTime", since}})
	}
	restrictions := func() fields { return fields{{"passwordCredentials", passwords}, {"keyCredentials", keys}} }
	return fields{
		{"id", "00000000-0000-0000-0000-000000000000"},
		{"deletedDateTime", nil},
		{"displayName", policyName},
		{"description", "Default tenant policy that enforces app management restrictions on applications and service principals."},
		{"isEnabled", len(passwords)+len(keys) > 0},
		{"applicationRestrictions", append(restrictions(), pair{"identifierUris", fields{{"nonDefaultUriAddition", nil}}})},
		{"servicePrincipalRestrictions", restrictions()},
	}
}

// isoDuration writes a duration in days and seconds: P30DT5S.
func isoDuration(d time.Duration) string {
	days, rest := d/(24*time.Hour), d%(24*time.Hour)
	if rest == 0 {
		return fmt.Sprintf("P%dD", days)
	}
	return fmt.Sprintf("P%dDT%dS", days, int(rest.Seconds()))
}
