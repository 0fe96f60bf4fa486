package access

import "time"

// Stage (etapa) says how far the secret in force of a key has got.
type Stage string

// The stages. A key is never called ready before its test passed LightSteady.
const (
	StageCreated     Stage = "created"     // creada: the secret exists
	StagePropagating Stage = "propagating" // propagándose: not all of Entra's servers take it yet
	StageReady       Stage = "ready"       // lista: it signed in several times, spaced
)

// Light (luz) is one of the four things that the test of a key proves, in order.
type Light string

// The lights.
const (
	LightSecret  Light = "secret"  // the token endpoint takes the secret
	LightSteady  Light = "steady"  // it goes on taking it, over spaced tries
	LightRoles   Light = "roles"   // the tokens carry the permissions that the key holds
	LightGateway Light = "gateway" // the gateway of IHCE answers a harmless question
)

// Lights lists them in the order they are lit.
func Lights() []Light { return []Light{LightSecret, LightSteady, LightRoles, LightGateway} }

// LightState is what became of a light.
type LightState string

// The states of a light.
const (
	LightWaiting LightState = "waiting" // its turn has not come
	LightRunning LightState = "running"
	LightOn      LightState = "on"
	LightFailed  LightState = "failed"
	LightSkipped LightState = "skipped" // one before it failed, or nothing is configured to ask
)

// LightResult is one light of a test. It holds no secret, no token and no body.
type LightResult struct {
	Light Light      `json:"light"`
	State LightState `json:"state"`
	Tries int        `json:"tries,omitempty"` // sign-ins or calls made
	// Status and Code are those of the last refusal: HTTP status, and AADSTS
	// number, Graph's code or one of ours. They stay while a young key is tried
	// again.
	Status    int       `json:"status,omitempty"`
	Code      string    `json:"code,omitempty"`
	RequestID string    `json:"requestId,omitempty"` // Microsoft's, to quote
	At        time.Time `json:"at,omitzero"`         // of the last news
}

// KeyTest (prueba de la llave) is the last test of the secret in force.
type KeyTest struct {
	StartedAt time.Time     `json:"startedAt"`
	EndedAt   time.Time     `json:"endedAt,omitzero"` // zero: it is under way
	By        string        `json:"by,omitempty"`     // who asked for it; empty: the server itself
	TLS       string        `json:"tls,omitempty"`    // version of the last answer: "TLS 1.3"
	Lights    []LightResult `json:"lights"`           // as Lights
}

// IsRunning reports a test under way.
func (t *KeyTest) IsRunning() bool { return t != nil && t.EndedAt.IsZero() }

// Light is one of the test's lights; waiting when the test has not got there.
func (t *KeyTest) Light(l Light) LightResult {
	if t != nil {
		for _, r := range t.Lights {
			if r.Light == l {
				return r
			}
		}
	}
	return LightResult{Light: l, State: LightWaiting}
}

// CheckState is how far a key that an officer typed was checked in Entra.
type CheckState string

// The states of a check.
const (
	CheckWaiting CheckState = "waiting" // not asked yet, or Entra is out of order: asked again
	CheckPassed  CheckState = "passed"
	CheckFailed  CheckState = "failed"
)

// KeyCheck is what Entra says of a key that an officer typed. Until it passed
// the key is KeyUnverified, and can get no permission in production.
type KeyCheck struct {
	State CheckState `json:"state"`
	// Problem says why it failed: HintNotInEntra, HintOtherEnvironment,
	// HintSecretUnknown, HintExpired, HintRefused.
	Problem Hint      `json:"problem,omitempty"`
	Code    string    `json:"code,omitempty"` // of the refusal, or why it waits
	At      time.Time `json:"at,omitzero"`    // of the last look
}

// CanTest says whether a viewer may have a key tested: nil, or the refusal.
func CanTest(who Viewer, k *Key, running bool) error {
	if err := CanActOnKey(who, k); err != nil {
		return err
	}
	switch {
	case k.State == KeyRevoked:
		return &Error{Code: CodeConflict, Hint: HintState, Version: k.Version}
	case running:
		return &Error{Code: CodeConflict, Hint: HintUnderWay, Version: k.Version}
	}
	return nil
}

// CanActOnKey says whether a key exists for a viewer who wants to test, change
// or revoke it: delegates their own, officers any.
func CanActOnKey(who Viewer, k *Key) error {
	switch {
	case !who.IsDelegate() && !who.IsOfficer():
		return Refuse(CodeForbidden, "")
	case k.State == KeyCreating || !who.IsOfficer() && k.Entity != who.Entity:
		return Refuse(CodeNotFound, "")
	}
	return nil
}

// CanRevoke says whether a viewer may revoke a key, or report it compromised.
// typed are the last four digits of its license code, as a check that the
// person means this one.
func CanRevoke(who Viewer, k *Key, typed string) error {
	if err := CanActOnKey(who, k); err != nil {
		return err
	}
	switch {
	case k.State == KeyRevoked:
		return &Error{Code: CodeConflict, Hint: HintState, Version: k.Version}
	case typed == "":
		return InvalidField("lastDigits", HintRequired)
	case typed != LastDigits(k.Code):
		return InvalidField("lastDigits", HintDifferentCode)
	}
	return nil
}

// LastDigits are the four digits that a person types to confirm a code.
func LastDigits(code LicenseCode) string { return string(code[max(0, len(code)-4):]) }

// TokenLife is how long a token that was issued goes on working, at most,
// whatever becomes of the secret it was asked with.
const TokenLife = 90 * time.Minute
