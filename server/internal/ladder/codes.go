package ladder

import (
	"errors"
	"time"

	"llavero/server/internal/entra"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
)

// Codes of our own, where Microsoft gave none.
const (
	CodeNotConfigured = "NotConfigured" // the server has no directory to ask
	CodeInternal      = "Internal"      // a fault of ours

	CodeNotAKey       = "NotAKey"                     // the id or the secret cannot be a key's
	CodeNotInEntra    = workflow.CodeMissing          // no application of that client id
	CodeObjectID      = "ObjectIDTyped"               // it is an application's object id
	CodeOtherCode     = workflow.CodeOtherCode        // the application is another code's
	CodeOtherEnv      = workflow.CodeOtherEnvironment // or the other environment's
	CodeSecretUnknown = "SecretUnknown"               // no secret of the application begins so
	CodeSecretExpired = "SecretExpired"

	CodeRolesMissing  = "RolesMissing"  // granted, and absent from new tokens
	CodeOtherKey      = "OtherKey"      // the token obtained is another application's
	CodeOtherAudience = "OtherAudience" // it is for another API
	CodeOtherTenant   = "OtherTenant"   // it is of another directory

	CodeGatewayKeyMissing   = "GatewayKeyMissing"   // the subscription key did not arrive
	CodeGatewayKeyRefused   = "GatewayKeyRefused"   // it is not valid there
	CodeGatewayTokenRefused = "GatewayTokenRefused" // the token is not
	CodeGatewayRoleRefused  = "GatewayRoleRefused"  // the token lacks what the question needs
	CodeGatewayNoAnswer     = "GatewayNoAnswer"
	CodeGatewayUnexpected   = "GatewayUnexpected" // another status than those understood
)

// noRole is the token endpoint's refusal of a key that holds no role of an API
// which demands one. Secrets are looked at before roles: it proves the secret.
const noRole = "AADSTS501051"

// refusal is a failure of ours that the same question will meet again.
type refusal struct{ code string }

func (e *refusal) Error() string { return "ladder: " + e.code }

func refuse(code string) error { return &refusal{code} }

// CodeOf is the code of a failure to show: ours, Microsoft's, or CodeInternal.
func CodeOf(err error) string {
	if own, ok := errors.AsType[*refusal](err); ok {
		return own.code
	}
	if e, ok := entra.AsError(err); ok && e.Code != "" {
		return e.Code
	}
	return CodeInternal
}

// IsRefusal reports a failure of a key, which trying again soon will not change.
func IsRefusal(err error) bool {
	_, ok := errors.AsType[*refusal](err)
	return ok
}

// problems are what the codes of a typed key's failure mean to who typed it. A
// code that is not here is not about the key: its check goes on waiting.
var problems = map[string]access.Hint{
	CodeNotAKey:       access.HintRefused,
	CodeNotInEntra:    access.HintNotInEntra,
	CodeObjectID:      access.HintNotInEntra,
	CodeOtherCode:     access.HintOtherEnvironment,
	CodeOtherEnv:      access.HintOtherEnvironment,
	CodeSecretUnknown: access.HintSecretUnknown,
	CodeSecretExpired: access.HintExpired,
	"AADSTS7000222":   access.HintExpired,
	"AADSTS7000215":   access.HintRefused,
	"AADSTS7000216":   access.HintRefused,
	"AADSTS700016":    access.HintNotInEntra,
	"AADSTS7000229":   access.HintNotInEntra,
	"AADSTS7000112":   access.HintRefused,
	CodeOtherKey:      access.HintRefused,
}

// The pace of looking again: at what Entra did not answer, doubled each time; at
// what may only be too new to be seen everywhere.
const (
	firstWait   = 30 * time.Second
	longestWait = 15 * time.Minute
	youngWait   = 2 * time.Minute
)

// end is how a test ended that failed so; nil: it went all the way, or as far as
// it is asked to.
func (c *climb) end(failed error) workflow.TestEnd {
	if failed == nil {
		return workflow.TestEnd{}
	}
	end := workflow.TestEnd{Code: CodeOf(failed)}
	if !c.plan.IsChecked {
		return end
	}
	isYoung := c.cfg.Prover.Clock().Before(c.young)
	end.Problem = problems[end.Code]
	switch {
	case end.Problem == access.HintNotInEntra, end.Problem == access.HintSecretUnknown:
		if isYoung { // the one who typed it may have made it moments ago
			end.Again, end.Times = youngWait, c.times+1
		}
	case end.Problem != "", end.Code == CodeNotConfigured:
	default:
		end.Again, end.Times = min(longestWait, firstWait<<min(c.times, 10)), c.times+1
		if e, ok := entra.AsError(failed); ok {
			end.Again = max(end.Again, e.RetryAfter)
		}
	}
	return end
}
