package wire

import (
	"time"

	"llavero/shared/access"
)

// Officers are the people who have the officer's role, or had it, by name.
type Officers struct {
	Items []Officer `json:"items"`
}

// Officer is one of them, for administrators.
type Officer struct {
	ID            access.AccountID  `json:"id"`
	Login         string            `json:"login"`
	Person        access.Person     `json:"person"`
	MaskedEmail   string            `json:"maskedEmail,omitempty"` // empty: no address on file
	Administrator bool              `json:"administrator,omitempty"`
	From          access.RoleSource `json:"from,omitempty"`     // empty while the role is withdrawn
	Granted       OfficerAct        `json:"granted,omitzero"`   // zero: by the roster, or before this was kept
	Withdrawn     OfficerAct        `json:"withdrawn,omitzero"` // zero: the role is in force
	SecondFactor  SecondFactorState `json:"secondFactor,omitzero"`
	LastSignIn    time.Time         `json:"lastSignIn,omitzero"`
	Pending       bool              `json:"pending,omitempty"`   // no password yet: the link was not used
	DisabledAt    time.Time         `json:"disabledAt,omitzero"` // kept out, on the server's command line
	Sessions      int               `json:"sessions,omitempty"`  // open now
}

// OfficerAct is who gave or took the role, when and why.
type OfficerAct struct {
	By  string    `json:"by"` // the person; "servidor": the command line
	At  time.Time `json:"at"`
	Why string    `json:"why"`
}

// GrantOfficer gives the officer's role to a person by document. Who has no
// account of their own gets one, with the name and the address that
// MiSeguridadSocial has.
type GrantOfficer struct {
	Document access.Document `json:"document"`
	Why      string          `json:"why"`
}

// GrantedOfficer answers it. MaskedEmail is where the link went that sets a
// password and the second factor; empty: the person has both already.
type GrantedOfficer struct {
	ID            access.AccountID `json:"id"`
	MaskedEmail   string           `json:"maskedEmail,omitempty"`
	LinkExpiresAt time.Time        `json:"linkExpiresAt,omitzero"`
}

// OfficerWhy is the reason of an act on an officer.
type OfficerWhy struct {
	Why string `json:"why"`
}

// SetAdministrator makes an officer an administrator, or takes that away.
type SetAdministrator struct {
	Administrator bool   `json:"administrator"`
	Why           string `json:"why"`
}

// ResetOfficer answers a reset of the second factor: where the link went with
// which its owner sets another.
type ResetOfficer struct {
	MaskedEmail   string    `json:"maskedEmail"`
	LinkExpiresAt time.Time `json:"linkExpiresAt"`
}

// OfficerAudit is what an officer did and what was done to their account, newest
// first.
type OfficerAudit struct {
	Entries []OfficerAuditEntry `json:"entries"`
}

// OfficerAuditEntry is one entry of the audit trail. Detail never holds a secret.
type OfficerAuditEntry struct {
	Seq    int64             `json:"seq"` // its number in the trail
	At     time.Time         `json:"at"`
	Kind   string            `json:"kind"`   // audit.Kind
	Person string            `json:"person"` // who did it
	About  bool              `json:"about"`  // done to the officer's account, and not by them
	Detail map[string]string `json:"detail,omitempty"`
}
