package wire

import (
	"time"

	"llavero/shared/access"
)

// AcceptedKey answers an intent about a key: the fact stands at Seq of the feed.
type AcceptedKey struct {
	Seq     int64        `json:"seq"`
	ID      access.KeyID `json:"id"`
	Version int64        `json:"version"`
}

// AmendKeys is the officer's form «Actualizar Keys» of a code that has its keys;
// an environment left out stays as it is.
type AmendKeys struct {
	Production    *AmendKey `json:"production,omitempty"`
	Preproduction *AmendKey `json:"preproduction,omitempty"`
}

// AmendKey is one environment of AmendKeys.
type AmendKey struct {
	Version   int64     `json:"version"` // of the key row that was seen
	ClientID  string    `json:"clientId"`
	Secret    string    `json:"secret,omitempty"` // empty: the one in force stays
	ExpiresAt time.Time `json:"expiresAt"`
}

// Amended answers AmendKeys.
type Amended struct {
	Seq  int64         `json:"seq"`
	Keys []AcceptedKey `json:"keys"`
}

// Permissions are the permissions (roles) that can be granted in production, as
// Entra names them, in the order they are shown.
type Permissions struct {
	Application string       `json:"application"` // APP-IHCE-PROD
	Items       []Permission `json:"items"`
}

// Permission is one of them.
type Permission struct {
	Value string `json:"value"` // the app role's value in Entra
	Label string `json:"label"` // «Consulta Externa»
}

// ChangePermissions grants and takes away permissions of a production key;
// If-Match carries the key row's version. Taking away needs Why.
type ChangePermissions struct {
	Grant  []string `json:"grant,omitempty"`
	Remove []string `json:"remove,omitempty"`
	Why    string   `json:"why,omitempty"`
}

// RefreshPermissions has the permissions read from Entra again; no keys: all.
type RefreshPermissions struct {
	Keys []access.KeyID `json:"keys,omitempty"`
}

// Refreshing answers it: so many keys wait to be read.
type Refreshing struct {
	Keys int `json:"keys"`
}

// PermissionTask is a change of one permission that is on its way, or failed.
type PermissionTask struct {
	Permission string               `json:"permission"`
	Act        access.PermissionAct `json:"act"`
	// Failed is empty while it is on its way; else Graph's code.
	Failed string    `json:"failed,omitempty"`
	At     time.Time `json:"at"`
}

// NewEvidence is a proof that a code passed the sandbox tests: a file, or the
// record of a test. Its body may be as long as MaxEvidence allows.
type NewEvidence struct {
	Kind access.EvidenceKind `json:"kind"`
	Note string              `json:"note"`           // what it shows; one line
	Name string              `json:"name,omitempty"` // the file's
	File []byte              `json:"file,omitempty"` // base64 in JSON
}

// MaxEvidence bounds a file of evidence, in bytes.
const MaxEvidence = 5 << 20

// EvidenceList is what is kept for a code, newest first.
type EvidenceList struct {
	Items []Evidence `json:"items"`
}

// Evidence is one proof, without its file.
type Evidence struct {
	ID     string              `json:"id"`
	Kind   access.EvidenceKind `json:"kind"`
	Note   string              `json:"note"`
	Name   string              `json:"name,omitempty"`
	Size   int64               `json:"size,omitempty"` // bytes
	Hash   string              `json:"hash,omitempty"` // SHA-256 of the file, hex
	Person string              `json:"person"`
	At     time.Time           `json:"at"`
}

// Validity is the life of new secrets, by environment.
type Validity struct {
	Items []EnvironmentValidity `json:"items"`
}

// EnvironmentValidity is one environment's.
type EnvironmentValidity struct {
	Environment access.Environment `json:"environment"`
	Days        int                `json:"days"`
	Person      string             `json:"person,omitempty"` // who set it; empty: the server's settings
	Why         string             `json:"why,omitempty"`
	At          time.Time          `json:"at,omitzero"`
}

// SetValidity sets the life of new secrets, of an environment or of one key; for
// a key, zero days go back to the environment's.
type SetValidity struct {
	Days int    `json:"days"` // 1 to access.MaxValidityDays
	Why  string `json:"why"`
}

// KeyHistory is what was done to the keys of a code, newest first.
type KeyHistory struct {
	Entries []KeyHistoryEntry `json:"entries"`
}

// KeyHistoryEntry is one act of it. Detail never holds a secret.
type KeyHistoryEntry struct {
	At          time.Time          `json:"at"`
	Person      string             `json:"person"` // empty: the server itself
	Act         string             `json:"act"`    // audit.Kind
	Environment access.Environment `json:"environment,omitempty"`
	Detail      map[string]string  `json:"detail,omitempty"`
}
