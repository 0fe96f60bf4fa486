package wire

import (
	"time"

	"llavero/shared/access"
)

// Compromise reports that a key's secret may be known to others: a new one is
// made and the old one removed at once. If-Match carries the key row's version.
// LastDigits are the last four digits of the license code, typed.
type Compromise struct {
	LastDigits string `json:"lastDigits"`
	What       string `json:"what"` // what happened; one line
}

// Compromised answers it: the request that makes the new secret, and the
// incident's number.
type Compromised struct {
	Seq      int64            `json:"seq"`
	Key      access.KeyID     `json:"key"`
	Version  int64            `json:"version"` // the key row's
	Request  access.RequestID `json:"request"`
	Number   string           `json:"number"`   // the request's
	Incident string           `json:"incident"` // "INC-2026-000012"
}

// Revoke takes all secrets of a key away without making another. If-Match
// carries the key row's version.
type Revoke struct {
	LastDigits string `json:"lastDigits"`
	Why        string `json:"why"`
}

// Incident is the report of a compromised key as its row shows it.
type Incident struct {
	Number string    `json:"number"`
	At     time.Time `json:"at"`
	By     string    `json:"by"` // who reported it; officers and the key's own delegates see it
	What   string    `json:"what"`
	// RemovedAt is when Entra stopped taking the old secret; zero: not yet.
	RemovedAt time.Time `json:"removedAt,omitzero"`
}

// KeySecrets are the secrets that a key has had, newest first. No value.
type KeySecrets struct {
	Items []KeySecret `json:"items"`
}

// KeySecret is one of them.
type KeySecret struct {
	State     access.KeyState `json:"state"` // active, overlap, replaced, revoked, expired, unverified
	Hint      string          `json:"hint,omitempty"`
	IssuedAt  time.Time       `json:"issuedAt"`
	ExpiresAt time.Time       `json:"expiresAt"`
	EndsAt    time.Time       `json:"endsAt,omitzero"`  // of an overlap
	EndedAt   time.Time       `json:"endedAt,omitzero"` // when Entra stopped taking it
	// TokensUntil is until when tokens asked with it may still work; zero, or
	// past: none does.
	TokensUntil time.Time     `json:"tokensUntil,omitzero"`
	Request     string        `json:"request,omitempty"` // number of the request it came from
	Reason      access.Reason `json:"reason,omitempty"`  // why it was replaced
	ByHand      bool          `json:"byHand,omitempty"`
}

// AnswerReminder answers the reminder of a key. If-Match carries the key row's
// version.
type AnswerReminder struct {
	Act   access.ReminderAct `json:"act"`
	Until time.Time          `json:"until,omitzero"` // of «Posponer»
}

// CompareDrift compares keys with Entra now; no keys: all.
type CompareDrift struct {
	Keys []access.KeyID `json:"keys,omitempty"`
}

// Comparing answers it: so many keys are compared.
type Comparing struct {
	Keys int `json:"keys"`
}

// FixDrift has a difference mended, or leaves it with a reason.
type FixDrift struct {
	Fix access.DriftFix `json:"fix"`
	Why string          `json:"why,omitempty"` // needed to dismiss and to remove
}

// FixingDrift answers it.
type FixingDrift struct {
	Seq int64  `json:"seq"`
	ID  string `json:"id"`
}

// Directory is what the server knows of its own standing in Entra, for officers.
type Directory struct {
	Items      []DirectoryOf `json:"items"`
	ComparedAt time.Time     `json:"comparedAt,omitzero"` // last comparison of all keys
	Compared   int           `json:"compared,omitempty"`  // keys in it
}

// DirectoryOf is one environment's.
type DirectoryOf struct {
	Environment access.Environment `json:"environment"`
	Configured  bool               `json:"configured"`
	ClientID    string             `json:"clientId,omitempty"` // of the provisioning application
	Credential  string             `json:"credential,omitempty"`
	// ExpiresAt is the end of the server's own credential; zero: not known yet.
	ExpiresAt time.Time `json:"expiresAt,omitzero"`
	Missing   []string  `json:"missing,omitempty"` // Graph permissions it needs and has not
	Excess    []string  `json:"excess,omitempty"`  // those it has and should not
	Objects   int       `json:"objects,omitempty"` // of the directory, as Graph counts them
	Quota     int       `json:"quota,omitempty"`   // how many it may have; 0: not told
	Created   int       `json:"created,omitempty"` // by the provisioning application
	TLS       string    `json:"tls,omitempty"`
	CheckedAt time.Time `json:"checkedAt,omitzero"` // zero: not asked yet
	Failed    string    `json:"failed,omitempty"`   // code, when the directory could not be asked
}

// The credentials of a provisioning application.
const (
	CredentialSecret      = "secret"
	CredentialCertificate = "certificate"
)
