package wire

import (
	"time"

	"llavero/shared/access"
)

// NewRequest asks for the keys of a code; the answer is Accepted.
type NewRequest struct {
	Kind   access.Kind        `json:"kind"`
	Reason access.Reason      `json:"reason,omitempty"`
	Code   access.LicenseCode `json:"code"`
	Form   access.RequestForm `json:"form"`
}

// ChangeRequest rewrites an unsigned request. Codes sent before stop working.
type ChangeRequest struct {
	Reason access.Reason      `json:"reason,omitempty"`
	Form   access.RequestForm `json:"form"`
}

// Accepted answers every intent: the fact stands at position Seq of the feed.
type Accepted struct {
	Seq     int64            `json:"seq"`
	ID      access.RequestID `json:"id"`
	Number  string           `json:"number,omitempty"`
	Version int64            `json:"version"`
}

// RequestDetail is a request with what never enters the feed: the contacts, and
// what will be signed. Delegates read their own, officers any that was signed.
type RequestDetail struct {
	Row  RequestRow         `json:"row"`
	Form access.RequestForm `json:"form"`
	// ContentHash is the SHA-256 of the canonical request and of the exact
	// texts, hex: what the code will sign. Empty once signed texts changed.
	ContentHash string `json:"contentHash"`
	// OldSecrets is what becomes of the secrets in force, of a change of key; it
	// is part of what is signed.
	OldSecrets []OldSecret `json:"oldSecrets,omitempty"`
	// KeyNames are the names the program gives the keys, by environment, for the
	// officer who types their values.
	KeyNames map[access.Environment]string `json:"keyNames,omitempty"`
	// Receipt is the proof of the signature; none of an unsigned request, or of one
	// signed before there were receipts.
	Receipt *ReceiptRef `json:"receipt,omitempty"`
	// Contacts is where the notices to the people it names stand; none before it
	// is signed.
	Contacts []ContactNotice `json:"contacts,omitempty"`
}

// ContactNotice is the notice to one contact of a signed request: they did not
// consent, so they are told who gave their data and can confirm or object.
type ContactNotice struct {
	Role access.ContactRole `json:"role"`
	// Contact is as it is now: a delegate may have corrected what was signed.
	Contact access.Contact     `json:"contact"`
	State   access.NoticeState `json:"state"`
	SentAt  time.Time          `json:"sentAt"`          // the last one
	At      time.Time          `json:"at,omitzero"`     // confirmed, bounced or objected
	Why     string             `json:"why,omitempty"`   // what the person wrote; of a bounce, the mail server's status
	Sends   int                `json:"sends,omitempty"` // how often it was sent
	// AgainAt is from when it can be sent again; zero: it cannot.
	AgainAt time.Time `json:"againAt,omitzero"`
}

// CorrectContact puts another contact in the place of one that was signed; a
// notice goes to them.
type CorrectContact struct {
	Contact access.Contact `json:"contact"`
}

// OldSecret is the end of a secret that a change of key replaces.
type OldSecret struct {
	Environment access.Environment `json:"environment"`
	// Until is when it stops working; zero: as soon as the new one exists.
	Until time.Time `json:"until,omitzero"`
	// ExpiresAt is its own end, whatever is asked for.
	ExpiresAt time.Time `json:"expiresAt"`
	// ByHand: an officer typed it, and the server cannot remove it.
	ByHand bool `json:"byHand,omitempty"`
}

// ConsentTexts are the texts in force, in the order they are shown.
type ConsentTexts struct {
	Texts []ConsentText `json:"texts"`
}

// ConsentText is one text with its own box.
type ConsentText struct {
	ID      string `json:"id"` // "terms", "data"; "signing" of an Agreement
	Version string `json:"version"`
	Label   string `json:"label"` // what stands beside the box
	Body    string `json:"body"`
	Hash    string `json:"hash"` // SHA-256 of Body's bytes, hex
}

// SendCode asks for a one-time code by mail for the content as it stands.
// Accepted names each text the person ticked, with the hash of what they saw.
type SendCode struct {
	Accepted []AcceptedText `json:"accepted"`
	// Shown says how each was shown, for the receipt; a client that cannot tell
	// leaves it out. It needs HeaderClientTime.
	Shown []ShownText `json:"shown,omitempty"`
}

// AcceptedText is one ticked box.
type AcceptedText struct {
	ID   string `json:"id"`
	Hash string `json:"hash"`
}

// CodeSent says where the code went and what may follow. The code itself is
// only in the mail.
type CodeSent struct {
	To          string    `json:"to"`     // masked
	From        string    `json:"from"`   // the sender's address, to look for
	SentAt      time.Time `json:"sentAt"` // UTC
	ExpiresAt   time.Time `json:"expiresAt"`
	ResendAt    time.Time `json:"resendAt"` // not before
	Sends       int       `json:"sends"`    // codes sent for this content so far
	TriesLeft   int       `json:"triesLeft"`
	ContentHash string    `json:"contentHash"`
}

// Sign presents the code; If-Match carries the request's version.
type Sign struct {
	Code        string `json:"code"`
	ContentHash string `json:"contentHash"`
}

// Take takes a pending request, or renews the lease. Why is needed to take it
// over from a colleague.
type Take struct {
	Why string `json:"why,omitempty"`
}

// Assign is the officer's form: the keys of both environments.
type Assign struct {
	Production    TypedKey `json:"production"`
	Preproduction TypedKey `json:"preproduction"`
}

// TypedKey is one environment of Assign.
type TypedKey struct {
	ClientID  string    `json:"clientId"`
	Secret    string    `json:"secret"`
	ExpiresAt time.Time `json:"expiresAt"`
}

// HandOver records that a key was handed to the technology vendor.
type HandOver struct {
	Vendor string `json:"vendor"`
	Person string `json:"person"` // who received it
}

// KeyAudit lists who saw, copied or exported a key's values or handed it over,
// newest first.
type KeyAudit struct {
	Entries []KeyAuditEntry `json:"entries"`
}

// KeyAuditEntry is one such act.
type KeyAuditEntry struct {
	At      time.Time      `json:"at"`
	Person  string         `json:"person"`
	Field   access.Field   `json:"field,omitempty"` // none: the key was handed over
	Purpose access.Purpose `json:"purpose"`
	Device  string         `json:"device,omitempty"`
	To      string         `json:"to,omitempty"` // whom it was handed to
}
