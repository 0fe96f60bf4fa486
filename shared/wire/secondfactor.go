package wire

import (
	"encoding/json"
	"time"

	"llavero/shared/secret"
)

// SecondFactorState is how the second factor of an account stands, for itself
// and for the list of officers.
type SecondFactorState struct {
	Enrolled bool `json:"enrolled,omitempty"`
	// Mandatory: the role demands one. It is replaced, never removed; while none
	// is enrolled a sign-in begins with its enrolment, or is refused to officers.
	Mandatory bool `json:"mandatory,omitempty"`
	// Passed: this session passed one. One's own session alone.
	Passed bool `json:"passed,omitempty"`
	// RecoveryCodesLeft counts the recovery codes that were not used.
	RecoveryCodesLeft int `json:"recoveryCodesLeft,omitempty"`
}

// BeginSecondFactor asks for a second factor of one's own; the answer is an
// Enrolment. It is not in force before its first code is shown. Replacing one
// takes a code of it or a recovery code, and not both.
type BeginSecondFactor struct {
	Password     string `json:"password"` // revealed only into the TLS stream
	Code         string `json:"code,omitempty"`
	RecoveryCode string `json:"recoveryCode,omitempty"`
}

// ProveSecondFactor proves that it is the person: for another set of recovery
// codes, and to remove the second factor.
type ProveSecondFactor struct {
	Password string `json:"password"` // revealed only into the TLS stream
	Code     string `json:"code"`
}

// RecoveryCodes are told once and kept nowhere in clear. Each stands once for the
// code of the authenticator; a new set ends the one before.
type RecoveryCodes struct {
	Codes []secret.Text // 10, as ABCD-EFGH-JKLM-NPQR
}

type recoveryCodesBody struct {
	Codes []string `json:"codes"`
}

// MarshalJSON reveals the codes into the reply, on purpose.
func (r RecoveryCodes) MarshalJSON() ([]byte, error) {
	body := recoveryCodesBody{Codes: make([]string, len(r.Codes))}
	for i, c := range r.Codes {
		body.Codes[i] = c.Reveal()
	}
	return json.Marshal(body)
}

// UnmarshalJSON takes a reply in.
func (r *RecoveryCodes) UnmarshalJSON(b []byte) error {
	var body recoveryCodesBody
	if err := json.Unmarshal(b, &body); err != nil {
		return err
	}
	r.Codes = make([]secret.Text, len(body.Codes))
	for i, c := range body.Codes {
		r.Codes[i] = secret.New(c)
	}
	return nil
}

// EnrolledIn answers the first code of an enrolment that a sign-in began: the
// session, and the recovery codes.
type EnrolledIn struct {
	SignedIn      SignedIn      `json:"signedIn"`
	RecoveryCodes RecoveryCodes `json:"recoveryCodes"`
}

// OpenSessions are one's own sessions, the last used first.
type OpenSessions struct {
	Items []OpenSession `json:"items"`
}

// OpenSession is one of them. ID names it and opens nothing.
type OpenSession struct {
	ID           string    `json:"id"`
	Device       string    `json:"device,omitempty"`
	Address      string    `json:"address,omitempty"` // network address it was opened from
	OpenedAt     time.Time `json:"openedAt"`
	SeenAt       time.Time `json:"seenAt"` // to a minute
	ExpiresAt    time.Time `json:"expiresAt"`
	SecondFactor bool      `json:"secondFactor,omitempty"`
	Current      bool      `json:"current,omitempty"` // the one that asks
}

// EndedSessions says how many sessions ended.
type EndedSessions struct {
	Ended int64 `json:"ended"`
}

// Unlock proves that who unlocks the client is who locked it. A wrong password
// is 422 on "password" with args "left"; the last of them ends the session: 401.
//
// It says nothing that serves without a connection: what a client keeps for that
// is the client's, and the server knows nothing of it.
type Unlock struct {
	Password string `json:"password"` // revealed only into the TLS stream
}
