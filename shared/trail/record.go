// Package trail is the audit trail (bitácora) as both sides know it: the form of
// a record, the bytes that are hashed of it, the chain from one record to the
// next, the signed head of each day, and the export that is checked offline.
//
// A record's hash is taken over the hash before it and the record's canonical
// bytes: whoever changes, removes, adds or reorders a record must change every
// hash after it, and the signed heads that stand elsewhere do not follow.
//
// Everything here is a pure function over values; nothing is kept. What there is
// to tell, the kinds, belongs to the server's package audit.
package trail

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"llavero/shared/access"
)

// Kind says what happened: "key.revealed". The part before the point is its
// family.
type Kind string

// Record is an entry as it stands in the trail.
type Record struct {
	Seq       int64
	At        time.Time // UTC, microseconds
	Kind      Kind
	Account   access.AccountID // empty: the server itself, or nobody signed in
	Person    string           // "CC 9999000001 Name"
	Entity    access.EntityID  // whom it concerns; "" when no entity
	Subject   string           // id of what it is about
	Detail    string           // canonical JSON object
	RequestID string           // X-Request-Id of the act; "" for the server's own
	PrevHash  []byte
	Hash      []byte
}

// PersonText writes a person as the trail shows them.
func PersonText(p access.Person) string {
	if p.Document.Number == "" {
		return p.Name
	}
	return string(p.Document.Type) + " " + p.Document.Number + " " + p.Name
}

// DetailOf reads a record's details back.
func (r Record) DetailOf(name string) string { return r.Details()[name] }

// Details reads all of a record's details back; nil when they are no JSON object.
func (r Record) Details() map[string]string {
	var values map[string]string
	if err := json.Unmarshal([]byte(r.Detail), &values); err != nil {
		return nil
	}
	return values
}

// paper is what is hashed of a record; its members are in sorted order.
type paper struct {
	Account   access.AccountID `json:"account"`
	At        int64            `json:"at"` // Unix microseconds
	Detail    string           `json:"detail"`
	Entity    access.EntityID  `json:"entity"`
	Kind      Kind             `json:"kind"`
	Person    string           `json:"person"`
	RequestID string           `json:"requestId"`
	Seq       int64            `json:"seq"`
	Subject   string           `json:"subject"`
}

func (r Record) paper() paper {
	return paper{
		Account: r.Account, At: r.At.UnixMicro(), Detail: r.Detail, Entity: r.Entity, Kind: r.Kind,
		Person: r.Person, RequestID: r.RequestID, Seq: r.Seq, Subject: r.Subject,
	}
}

func (p paper) record() Record {
	return Record{
		Seq: p.Seq, At: time.UnixMicro(p.At).UTC(), Kind: p.Kind, Account: p.Account, Person: p.Person,
		Entity: p.Entity, Subject: p.Subject, Detail: p.Detail, RequestID: p.RequestID,
	}
}

// chainTag keeps these hashes apart from every other SHA-256 in the system.
const chainTag = "llavero.audit.v1\n"

// Sum computes the hash a record must have.
func (r Record) Sum() ([]byte, error) {
	doc, err := canonical(r.paper())
	if err != nil {
		return nil, fmt.Errorf("encode audit record %d: %w", r.Seq, err)
	}
	h := sha256.New()
	h.Write([]byte(chainTag))
	h.Write(r.PrevHash)
	h.Write(doc)
	return h.Sum(nil), nil
}

// Follow gives a record its place after the one whose hash is prev, empty for
// the first.
func (r Record) Follow(prev []byte) (Record, error) {
	r.At, r.PrevHash = r.At.UTC().Truncate(time.Microsecond), prev
	var err error
	r.Hash, err = r.Sum()
	return r, err
}

// canonical writes a document as it is hashed and exported: members in the
// struct's order, nothing escaped but what JSON demands, a newline at the end.
func canonical(v any) ([]byte, error) {
	var doc bytes.Buffer
	e := json.NewEncoder(&doc)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return doc.Bytes(), err
}
