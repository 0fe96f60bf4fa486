package wire

import (
	"time"

	"llavero/shared/access"
	"llavero/shared/secret"
)

// Health says that the server can work; it cannot when the answer is a problem.
type Health struct {
	Status string `json:"status"` // "ok"
}

// About says what server this is, before anybody signed in.
type About struct {
	Name     string    `json:"name"`
	Version  string    `json:"version"`
	Protocol int       `json:"protocol"`
	Demo     bool      `json:"demo"` // demonstration data: the client says so on every screen
	Time     time.Time `json:"time"`
	Help     HelpDesk  `json:"help"`
}

// HelpDesk is whom to call, from the server's settings.
type HelpDesk struct {
	Phones string `json:"phones"`
	Hours  string `json:"hours"`
	Mail   string `json:"mail"`
	// Terms is the text of «condiciones legales»; empty: there is none to show.
	Terms string `json:"terms,omitempty"`
}

// Puzzle is a challenge of package puzzle, good once.
type Puzzle struct {
	Challenge  string    `json:"challenge"`
	Difficulty int       `json:"difficulty"` // leading zero bits asked for
	ExpiresAt  time.Time `json:"expiresAt"`
}

// SignIn asks for a session.
type SignIn struct {
	Login    string `json:"login"`
	Password string `json:"password"` // revealed only into the TLS stream
	// Challenge and Nonce are the solved puzzle of «No soy un robot».
	Challenge string `json:"challenge"`
	Nonce     uint64 `json:"nonce"`
	Device    string `json:"device"` // system and host kind, for the list of sessions
}

// SignedIn is the answer to SignIn and SecondFactor. When Ticket is set the
// session waits for the second factor and Token is empty. When Enrolment is set
// a second factor has to be enrolled first: its first code, sent with its ticket
// to RouteSignInEnrolment, opens the session. Nothing is reached before.
type SignedIn struct {
	Token     string     `json:"token,omitempty"`
	ExpiresAt time.Time  `json:"expiresAt,omitzero"`
	Ticket    string     `json:"ticket,omitempty"`
	Enrolment *Enrolment `json:"enrolment,omitempty"`
	Session   *Session   `json:"session,omitempty"`
}

// SecondFactor completes a sign-in with a TOTP code or with a recovery code, and
// not both. How many of those are left stands in the answer's session.
type SecondFactor struct {
	Ticket       string `json:"ticket"`
	Code         string `json:"code,omitempty"`
	RecoveryCode string `json:"recoveryCode,omitempty"` // in any case, with any spaces and hyphens
}

// Session is who is signed in, for the header of every screen.
type Session struct {
	Account     access.AccountID `json:"account"`
	Login       string           `json:"login"`
	Person      access.Person    `json:"person"`
	Role        access.Role      `json:"role"`
	Independent bool             `json:"independent,omitempty"`
	Entity      access.EntityID  `json:"entity,omitempty"`
	EntityName  string           `json:"entityName,omitempty"`
	// MaskedEmail is where codes go: "j•••@example.org". Empty: no address on file.
	MaskedEmail string `json:"maskedEmail,omitempty"`

	Administrator bool              `json:"administrator,omitempty"` // an officer who may appoint others
	SecondFactor  SecondFactorState `json:"secondFactor,omitzero"`
	// ExpiresAt is when the session ends whatever happens. IdleSeconds is how long
	// it lasts without a request or a feed.
	ExpiresAt   time.Time `json:"expiresAt,omitzero"`
	IdleSeconds int64     `json:"idleSeconds,omitempty"`

	// AgreementDue: the prior agreement on the signing method is still to be
	// accepted, in its version in force (RouteAgreement).
	AgreementDue bool `json:"agreementDue,omitempty"`
}

// RevealReply carries one revealed value of a key: with recovery codes, the only
// bodies of ours that hold a secret. It travels under TLS 1.3 with Cache-Control: no-store.
type RevealReply struct {
	Value secret.Text
	At    time.Time
}

type revealBody struct {
	Value string    `json:"value"`
	At    time.Time `json:"at"`
}
