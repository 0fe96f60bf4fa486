package receipt

import (
	"encoding/json"
	"fmt"
	"time"

	"llavero/shared/access"
)

// Receipt (constancia) is the proof of one signature by one-time code: who signed
// what, in whose name, on which texts, when and from where. It is made inside the
// transaction of the signature and never changed; it never holds the code. Times
// are UTC by the server's clock unless they say otherwise; a zero one, and an empty
// text, was not told.
type Receipt struct {
	Format         Kind           `json:"format"` // KindReceipt
	Number         string         `json:"number"` // "CON-2026-000001"
	Server         Server         `json:"server"`
	Person         Signatory      `json:"person"`
	Authentication Authentication `json:"authentication"`
	Capacity       Capacity       `json:"capacity"`
	License        License        `json:"license"`
	Action         Action         `json:"action"`
	Texts          []Accepted     `json:"texts"` // in the order shown: terms, then data
	Code           Code           `json:"oneTimeCode"`
	Times          Times          `json:"times"`
	Client         Client         `json:"client"`
	Agreement      *Prior         `json:"agreement"` // null: none was accepted before
	Audit          AuditLink      `json:"audit"`
}

// Server is which server made the receipt.
type Server struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Demo    bool   `json:"demo"` // demonstration data: it proves nothing
}

// Signatory is the person who signed.
type Signatory struct {
	access.Person
	Account access.AccountID `json:"account"`
	Login   string           `json:"login"`
}

// Authentication is how the person had signed in.
type Authentication struct {
	Password     bool `json:"password"`
	SecondFactor bool `json:"secondFactor"`
}

// The capacities in which people sign.
const (
	CapacityDelegate    = "delegate"    // for the entity that delegated them
	CapacityIndependent = "independent" // for themselves
)

// Capacity is in whose name the person signed, and what that rests on.
type Capacity struct {
	Kind       string          `json:"kind"`
	Role       access.Role     `json:"role"`
	Entity     access.EntityID `json:"entity"`
	EntityName string          `json:"entityName"`
	NIT        string          `json:"nit"` // without check digit; "" when the entity is a person
	Delegation *Delegation     `json:"delegation"`
}

// What a delegation rests on.
const (
	FromRegistry = "registry" // imported from MiSeguridadSocial
	FromCommand  = "command"  // an administrator made the account on the server
	FromProgram  = "program"  // the account's own registration, whose source is gone by now
)

// Delegation is since when a delegate acts for an entity, and how it is known.
type Delegation struct {
	Source   string    `json:"source"`
	Since    string    `json:"since"` // a date, 2026-01-02
	Snapshot *Snapshot `json:"snapshot"`
}

// Snapshot (corte) is the import that something was known from.
type Snapshot struct {
	Kind       string `json:"kind"`
	CutOff     string `json:"cutOff"` // as the file says
	FileHash   string `json:"fileHash"`
	ImportedAt Stamp  `json:"importedAt"`
}

// License is the code the request is about, and the corte of REPS it was known from.
type License struct {
	Code         access.LicenseCode `json:"code"`
	ProviderName string             `json:"providerName"`
	Snapshot     *Snapshot          `json:"snapshot"`
}

// Action is what was signed: the canonical request, byte for byte, and its hash.
type Action struct {
	Kind    access.Kind      `json:"kind"`
	Reason  access.Reason    `json:"reason"`
	Request access.RequestID `json:"request"`
	Number  string           `json:"number"`
	Content string           `json:"content"`     // the canonical request
	Hash    string           `json:"contentHash"` // SHA-256 of Content, hex
}

// Accepted is one text with its own box.
type Accepted struct {
	Text
	Language        string `json:"language"`
	Label           string `json:"label"`           // beside the box
	UntickedAtStart *bool  `json:"untickedAtStart"` // null: the client did not say
	ShownAt         Stamp  `json:"shownAt"`
	TickedAt        Stamp  `json:"tickedAt"`
}

// Code is the one-time code that signed; never its digits.
type Code struct {
	ID        string `json:"id"`
	SentTo    string `json:"sentTo"` // registered address, masked
	SentAt    Stamp  `json:"sentAt"`
	ExpiresAt Stamp  `json:"expiresAt"`
	Sends     int    `json:"sends"`    // codes mailed for this content, this one included
	Attempts  int    `json:"attempts"` // codes typed for this content, this one included
	Verified  bool   `json:"verified"`
}

// Times is when what happened; the texts have their own.
type Times struct {
	AcceptedAt Stamp `json:"acceptedAt"` // the ticks reached the server
	EnteredAt  Stamp `json:"enteredAt"`  // the code reached the server: the signature
	Client     Stamp `json:"client"`     // what the client's own clock said then
}

// Client is the program and machine that was signed from.
type Client struct {
	Program string `json:"program"` // "llavero 0.9.0 linux/amd64"
	Device  string `json:"device"`
	Address string `json:"address"` // network address
}

// Prior is the agreement on the signing method that was in force for this person.
type Prior struct {
	Text
	Language   string `json:"language"`
	Label      string `json:"label"`
	AcceptedAt Stamp  `json:"acceptedAt"`
	Device     string `json:"device"`
	Address    string `json:"address"`
}

// AuditLink is the entry of the audit trail that tells of this signature.
type AuditLink struct {
	Seq  int64  `json:"seq"`
	Hash string `json:"hash"` // of the chain up to it, hex
}

// Stamp is a time in a receipt: RFC 3339 in UTC to the microsecond, "" for none.
type Stamp struct{ time.Time }

// At makes a Stamp.
func At(t time.Time) Stamp { return Stamp{t.UTC().Truncate(time.Microsecond)} }

// MarshalJSON implements json.Marshaler.
func (s Stamp) MarshalJSON() ([]byte, error) {
	if s.IsZero() {
		return []byte(`""`), nil
	}
	return json.Marshal(instant(s.Time))
}

// UnmarshalJSON implements json.Unmarshaler.
func (s *Stamp) UnmarshalJSON(b []byte) error {
	var text string
	if err := json.Unmarshal(b, &text); err != nil {
		return err
	}
	*s = Stamp{}
	if text == "" {
		return nil
	}
	var err error
	s.Time, err = parseInstant(text)
	return err
}

// Document writes the receipt as it is signed.
func (r Receipt) Document() ([]byte, error) {
	r.Format = KindReceipt
	doc, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("encode a receipt: %w", err)
	}
	return Canonical(doc)
}

// ParseReceipt reads the document of a receipt.
func ParseReceipt(document []byte) (Receipt, error) {
	var r Receipt
	if err := strictly(document, &r); err != nil {
		return Receipt{}, faultf(FaultMalformed, "document: %s", err)
	}
	if r.Format != KindReceipt {
		return Receipt{}, faultf(FaultForeign, "not a receipt")
	}
	return r, nil
}
