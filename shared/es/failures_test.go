package es

import (
	"slices"
	"strings"
	"testing"
	"time"

	"llavero/shared/access"
)

// understood are the codes that must have words of their own: those Graph and
// the token endpoint are known to answer with, and the server's.
var understood = []string{
	"Request_BadRequest", "NoBackingApplicationObject", "ObjectConflict", "Request_UnsupportedQuery",
	"CredentialInvalidLifetimeAsPerAppPolicy", "CredentialTypeNotAllowedAsPerAppPolicy", "InvalidAuthenticationToken",
	"Authorization_RequestDenied", "Directory_ResourceSizeExceeded", "Directory_QuotaExceeded", "Request_ResourceNotFound",
	"Directory_ObjectNotFound", "Request_MultipleObjectsWithSameKeyValue", "Directory_ConcurrencyViolation",
	"Error_MsaAppDoesNotExist", "TooManyRequests", "Service_ServiceUnavailable", "UnknownError",
	"AADSTS7000215", "AADSTS7000222", "AADSTS7000229", "AADSTS7000216", "AADSTS700016", "AADSTS7000112", "AADSTS90002",
	"AADSTS900023", "AADSTS900144", "AADSTS500011", "AADSTS1002012", "AADSTS70003", "AADSTS501051", "AADSTS700027",
	"StillThere", "KeyBusy", "ByRequest", "OurSecret", "LastSecret", "NoAnswer", "NotSent", "UnexpectedAnswer", "NotConfigured", "NoSuchRole", "RolesMissing", "OtherKey", "OtherApp",
	"OtherAudience", "OtherTenant", "NotInEntra", "ObjectIDTyped", "OtherEnvironment", "OtherCode", "SecretUnknown", "SecretExpired", "NotAKey", "Interrupted",
	"Internal",
	"GatewayKeyMissing", "GatewayKeyRefused", "GatewayTokenRefused", "GatewayRoleRefused", "GatewayNoAnswer", "GatewayUnexpected",
}

func TestFailureCases_understood(t *testing.T) {
	if len(understood) < 25 || len(FailureCases()) < 25 {
		t.Fatalf("%d codes in %d cases, want 25 at least", len(understood), len(FailureCases()))
	}
	at := time.Date(2026, 3, 12, 14, 0, 0, 0, time.UTC)
	for _, step := range []access.Step{access.StepSecret, access.StepVerify, access.StepTest} {
		for _, code := range understood {
			e := ExplainFailure(access.Failure{Code: code, Status: 418, Step: step, RequestID: "r-1", At: at})
			if e.Cause == otherRefusal.Cause {
				t.Errorf("%s at %s is not understood", code, step)
			}
			if e.Cause == "" || e.Who == "" || e.Next == "" || e.Reference != "Referencia r-1 · "+DateTime(at) {
				t.Errorf("%s at %s lacks one of its four parts: %+v", code, step, e)
			}
		}
	}
	t.Logf("%d codes understood, in %d cases", len(understood), len(FailureCases()))
}

// Each case is worded in full, in Spanish, and like no other.
func TestFailureCases_words(t *testing.T) {
	actors := []string{ActsReader, ActsHelpDesk, ActsDirectory, ActsServer, ActsNobody}
	seen := map[string]bool{}
	for _, c := range append(FailureCases(), otherRefusal) {
		name := strings.Join(c.Codes, " ")
		for _, text := range []string{c.Cause, c.Next} {
			if !strings.HasSuffix(text, ".") || strings.ContainsAny(text[:1], "abcdefghijklmnopqrstuvwxyz") || !isSpanish(text) {
				t.Errorf("%s %d: %q is no Spanish sentence", name, c.Status, text)
			}
		}
		if !slices.Contains(actors, c.Who) {
			t.Errorf("%s: who acts is %q", name, c.Who)
		}
		if seen[c.Cause] {
			t.Errorf("%s: %q is said of another case too", name, c.Cause)
		}
		seen[c.Cause] = true
	}
}

// isSpanish reports a text with words that Spanish sentences cannot do without,
// and without those of English.
func isSpanish(text string) bool {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return strings.ContainsRune(" ,.:;()", r) })
	has := func(list ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return slices.Contains(list, w) })
	}
	return has("el", "la", "los", "de", "en", "un", "una", "no", "es", "a", "entra", "su", "del") && !has("the", "is", "was", "of", "not")
}

// What is known of a policy is said: its name, its days and ours.
func TestFailureCause_policy(t *testing.T) {
	f := access.Failure{Status: 400, Code: lifetimePolicy, Policy: "«Llaves cortas»", PolicyDays: 180, Days: 365}
	want := "La política «Llaves cortas» del directorio permite 180 días de vigencia, no 365."
	if got := FailureCause(f); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	f.PolicyDays = 0
	if got := FailureCause(f); got != "La política «Llaves cortas» del directorio no permite esa vigencia." {
		t.Errorf("without its days: %q", got)
	}
	f.Code = "CredentialTypeNotAllowedAsPerAppPolicy"
	if got := FailureCause(f); got != "La política «Llaves cortas» del directorio no permite secretos." {
		t.Errorf("of no secrets at all: %q", got)
	}
}

func TestKeyExpiredOn(t *testing.T) {
	if got := KeyExpiredOn(time.Date(2026, 3, 12, 14, 0, 0, 0, time.UTC)); got != "La llave venció el 12/03/2026 y ya no sirve." {
		t.Error(got)
	}
	f := access.Failure{Status: 401, Code: keyExpired, Step: access.StepVerify}
	if got := FailureCause(f); got != KeyExpired {
		t.Error(got)
	}
}
