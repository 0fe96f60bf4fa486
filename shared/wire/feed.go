package wire

import (
	"encoding/json"
	"time"

	"llavero/shared/access"
)

// Subprotocol is the websocket subprotocol of the feed.
const Subprotocol = "llavero.feed.v1"

// BeatEvery is how often the server says it lives; two missed beats and the
// client connects anew.
const BeatEvery = 15 * time.Second

// FrameType names a feed frame.
type FrameType string

// The frames. Only FrameHello goes up.
const (
	FrameHello   FrameType = "hello"
	FrameWelcome FrameType = "welcome"
	FrameChanges FrameType = "changes"
	FrameReady   FrameType = "ready"
	FrameBeat    FrameType = "beat"
	FrameBye     FrameType = "bye"
)

// Frame is one websocket text message. Which members are set depends on Type.
type Frame struct {
	Type FrameType `json:"type"`

	// hello: where the client stopped.
	Protocol int    `json:"protocol,omitempty"`
	Epoch    string `json:"epoch,omitempty"` // hello, welcome
	After    int64  `json:"after,omitempty"`

	// welcome: Reset means "forget your rows, all that you may see follows".
	Head  int64 `json:"head,omitempty"`
	Reset bool  `json:"reset,omitempty"`
	// Restored tells a client that knew another epoch of which instant the state
	// is that the server was restored to.
	Restored time.Time `json:"restored,omitzero"`

	// changes: rows in the order of their sequence. While a reset is under way
	// their Seq is 0 and they move no position.
	Changes []Change `json:"changes,omitempty"`

	// ready, beat: all up to Seq has been sent. A client may store Seq as its
	// position together with the rows that came before it.
	Seq  int64     `json:"seq,omitempty"`
	Time time.Time `json:"time,omitzero"` // beat, ready: the server's clock

	// bye: why the server closes.
	Code ByeCode `json:"code,omitempty"`
}

// ByeCode says why the server closes the feed.
type ByeCode string

// The reasons.
const (
	ByeSignedOut ByeCode = "signed_out" // the session ended: sign in again
	ByeProtocol  ByeCode = "protocol"   // the client is too old or too new
	ByeSlow      ByeCode = "slow"       // the client does not read; connect anew
	ByeGoingDown ByeCode = "going_down" // the server restarts; connect anew
	ByeBadFrame  ByeCode = "bad_frame"  // what came up is no hello
)

// Position is where a client stands in the feed: all up to Seq of that Epoch is
// in its rows. At is the server's clock when it last said "up to date"; zero:
// never.
type Position struct {
	Epoch string
	Seq   int64
	At    time.Time
}

// RowKind names what a change is about.
type RowKind string

// The kinds of rows.
const (
	RowRequest  RowKind = "request"  // body RequestRow
	RowKey      RowKind = "key"      // body KeyRow
	RowProvider RowKind = "provider" // body ProviderRow
	RowDrift    RowKind = "drift"    // body access.Drift; officers only
)

// Change is one row as this viewer may see it, whole. An empty Body: the row
// left the viewer's sight. Applying one twice is harmless.
type Change struct {
	Seq     int64           `json:"seq,omitempty"`
	Kind    RowKind         `json:"kind"`
	ID      string          `json:"id"`
	Version int64           `json:"version"`
	Body    json.RawMessage `json:"body,omitempty"`
}

// RequestRow is a request as lists show it: no contact's data.
type RequestRow struct {
	ID     access.RequestID   `json:"id"`
	Number string             `json:"number"`
	Kind   access.Kind        `json:"kind"`
	Reason access.Reason      `json:"reason,omitempty"`
	Status access.Status      `json:"status"`
	Code   access.LicenseCode `json:"code"`
	// Only is the one environment it is about; empty: both.
	Only access.Environment `json:"only,omitempty"`

	NIT        access.NIT `json:"nit"`        // the entity's number, whatever its document type
	ProviderNo int64      `json:"providerNo"` // «Id Prestador»: a row number, names nothing
	Provider   string     `json:"provider"`
	Place      string     `json:"place"` // «Antioquia-MEDELLÍN»

	RequestedAt time.Time `json:"requestedAt"`
	SignedAt    time.Time `json:"signedAt,omitzero"`
	UpdatedAt   time.Time `json:"updatedAt"`

	Environment access.Environment `json:"environment,omitempty"`
	Step        access.Step        `json:"step,omitempty"`
	Failure     *access.Failure    `json:"failure,omitempty"` // officers only
	RetryAt     time.Time          `json:"retryAt,omitzero"`  // until when Entra asked the worker to wait
	// Contacts is the worst of its notices to third parties; empty: none yet.
	Contacts access.NoticeState `json:"contacts,omitempty"`

	TakenBy   access.AccountID `json:"takenBy,omitempty"` // officers only, as the next three
	TakenName string           `json:"takenName,omitempty"`
	TakenAt   time.Time        `json:"takenAt,omitzero"`
	TakenWhy  string           `json:"takenWhy,omitempty"` // why it was taken over from a colleague

	Version int64 `json:"version"`
}

// KeyRow is a key as lists show it. No secret is ever in it.
type KeyRow struct {
	ID          access.KeyID       `json:"id"`
	Code        access.LicenseCode `json:"code"`
	Environment access.Environment `json:"environment"`
	Name        string             `json:"name"`
	ClientID    string             `json:"clientId,omitempty"` // officers only: delegates reveal it
	State       access.KeyState    `json:"state"`
	IssuedAt    time.Time          `json:"issuedAt"`
	ExpiresAt   time.Time          `json:"expiresAt"`
	// OverlapUntil is when the secret before this one stops working; zero: there
	// is none that still works.
	OverlapUntil time.Time `json:"overlapUntil,omitzero"`
	// OverlapByHand: the server cannot remove that secret, an officer typed it.
	OverlapByHand bool `json:"overlapByHand,omitempty"`

	// Stage, Test and Check are of the secret in force. Check is that of a typed
	// key; none: the server made it.
	Stage access.Stage     `json:"stage,omitempty"`
	Test  *access.KeyTest  `json:"test,omitempty"`
	Check *access.KeyCheck `json:"check,omitempty"`
	// TokensUntil is until when tokens asked with a secret that was removed may
	// still work; zero, or past: none does.
	TokensUntil time.Time `json:"tokensUntil,omitzero"`
	// RevokeAskedAt is when somebody asked to take all secrets away, until that is
	// done; RevokeFailed, officers only, is the code of its last failure.
	RevokeAskedAt time.Time        `json:"revokeAskedAt,omitzero"`
	RevokeFailed  string           `json:"revokeFailed,omitempty"`
	RevokedAt     time.Time        `json:"revokedAt,omitzero"`
	Incident      *Incident        `json:"incident,omitempty"` // the last one
	Reminder      *access.Reminder `json:"reminder,omitempty"`

	// Permissions are those Entra showed at PermissionsAt; zero: never read.
	Permissions   []string  `json:"permissions,omitempty"`
	PermissionsAt time.Time `json:"permissionsAt,omitzero"`

	// Officers only, as the next three. Tasks are changes on their way, or failed.
	Tasks []PermissionTask `json:"tasks,omitempty"`
	// IsMissing: Entra has no application of this client id.
	IsMissing bool `json:"isMissing,omitempty"`
	// Evidence counts the proofs of the sandbox tests, on a production key.
	Evidence int `json:"evidence,omitempty"`
	// Drift counts the open differences between Entra and the records.
	Drift int `json:"drift,omitempty"`
	// ValidityDays is this key's own validity; 0: the environment's.
	ValidityDays int `json:"validityDays,omitempty"`

	Version int64 `json:"version"`
}

// ProviderRow is a license code a delegate may ask keys for, with its sites.
type ProviderRow struct {
	Code         access.LicenseCode `json:"code"`
	NIT          access.NIT         `json:"nit"`
	Name         string             `json:"name"`
	Department   string             `json:"department"`
	Municipality string             `json:"municipality"`
	Sites        []SiteRow          `json:"sites"`
	Current      bool               `json:"current"`
	Version      int64              `json:"version"`
}

// SiteRow is one site (sede) of a code.
type SiteRow struct {
	Number access.SiteNumber `json:"number"`
	Name   string            `json:"name"`
}
