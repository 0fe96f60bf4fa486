package wire

import (
	"time"

	"llavero/shared/receipt"
)

// Headers that say who asks, for receipts. Both may be left out; what is there must
// be right. They are no part of the body, so that a repeated call stays the same.
const (
	// HeaderClient is the program and its version, one line: "llavero 0.9.0 linux/amd64".
	HeaderClient = "X-Client"
	// HeaderClientTime is what the client's clock says as it sends, RFC 3339.
	HeaderClientTime = "X-Client-Time"
)

// Media types of a receipt.
const (
	ReceiptJSON = "application/json"
	ReceiptPDF  = "application/pdf"
)

// ReceiptRef says that a signed request has a receipt (constancia), and which. The
// file of RouteReceipt is read and checked with package receipt.
type ReceiptRef struct {
	Number string        `json:"number"` // "CON-2026-000001"
	Hash   string        `json:"hash"`   // SHA-256 of the JSON file, hex
	KeyID  receipt.KeyID `json:"keyId"`
	At     time.Time     `json:"at"`
}

// ShownText is what the client says of how it showed a text that was accepted: when
// it was on screen whole, when its box was ticked, both by the client's clock (which
// HeaderClientTime tells), and that the box was unticked at the start.
type ShownText struct {
	ID              string    `json:"id"`
	ShownAt         time.Time `json:"shownAt"`
	TickedAt        time.Time `json:"tickedAt"`
	UntickedAtStart bool      `json:"untickedAtStart"` // false is refused: silence accepts nothing
}

// Agreement is the prior agreement on the signing method (acuerdo sobre el método
// de firma), which a delegate accepts once before they sign, and again when the
// ministry publishes another version.
type Agreement struct {
	Text ConsentText `json:"text"` // the version in force; its id is "signing"
	// AcceptedAt is when this account accepted this version; zero: it is still due.
	AcceptedAt time.Time `json:"acceptedAt,omitzero"`
}

// AcceptAgreement accepts the version in force, by the hash of what was shown. The
// answer is Agreement; accepting again changes nothing.
type AcceptAgreement struct {
	Hash  string     `json:"hash"`
	Shown *ShownText `json:"shown,omitempty"` // none: the client does not say
}
