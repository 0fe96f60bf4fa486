package receipt

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
)

// Report is what was found out about a file that says it is a receipt, offline.
type Report struct {
	PDF       bool
	Kind      Kind // of the signed document; "" when it got not that far
	Signature Signature
	Paper     Signature // of the PDF's bytes; PDF only
	Receipt   *Receipt  // what it says, believed or not; nil when it is not readable
	FileHash  string    // SHA-256 of the JSON file, hex, as the QR code has it
	Problems  []*FaultError
}

// IsGood reports that nothing was found wrong.
func (r Report) IsGood() bool { return len(r.Problems) == 0 }

func (r *Report) blame(err error) {
	if f, ok := errors.AsType[*FaultError](err); ok {
		r.Problems = append(r.Problems, f)
	} else if err != nil {
		r.Problems = append(r.Problems, faultf(FaultMalformed, "%s", err))
	}
}

// Check looks at a receipt's file, JSON or PDF, with the public keys of a ring: the
// signatures, the way the file is written, and that what it says fits together. It
// needs no network and no database. The error is the first problem, or nil.
func Check(file []byte, ring KeyRing) (Report, error) {
	var r Report
	if IsPDF(file) {
		r.PDF = true
		file = r.paper(file, ring)
	}
	if file != nil {
		r.document(file, ring)
	}
	if len(r.Problems) > 0 {
		return r, r.Problems[0]
	}
	return r, nil
}

// paper checks a PDF and returns the JSON inside it; nil when there is none to see.
func (r *Report) paper(file []byte, ring KeyRing) []byte {
	pdf, s, err := SplitPDF(file)
	r.blame(err)
	if err != nil {
		return nil
	}
	r.Paper = s
	err = ring.Verify(KindReceiptPDF, pdf, s)
	r.blame(err)
	if f, ok := errors.AsType[*FaultError](err); ok && f.Fault == FaultAltered {
		return nil // whatever is inside, somebody else may have put it there
	}
	inner, err := Embedded(pdf)
	if err != nil && r.IsGood() {
		r.blame(err)
	}
	return inner
}

func (r *Report) document(file []byte, ring KeyRing) {
	s, err := ring.Open(file)
	if err != nil && s.Document == nil {
		r.blame(err)
		return
	}
	r.blame(err)
	r.Kind, r.Signature = s.Kind, s.Signature
	sum := sha256.Sum256(s.File()) // with its newline, as it is handed out
	r.FileHash = hex.EncodeToString(sum[:])
	if s.Kind != KindReceipt {
		if err == nil {
			r.blame(faultf(FaultForeign, "signed by us, and not a receipt: %s", s.Kind))
		}
		return
	}
	paper, err := ParseReceipt(s.Document)
	r.blame(err)
	if err != nil {
		return
	}
	r.Receipt = &paper
	for _, err := range paper.problems() {
		r.blame(err)
	}
}

// problems lists what in a receipt does not fit together: the canonical request
// with its hash, with what the receipt says of it and with the texts; the times
// with each other.
func (r Receipt) problems() []error {
	var all []error
	bad := func(what string) { all = append(all, faultf(FaultAltered, "%s", what)) }
	sum := sha256.Sum256([]byte(r.Action.Content))
	if hex.EncodeToString(sum[:]) != r.Action.Hash {
		bad("action.contentHash")
	}
	said, err := ParseContent([]byte(r.Action.Content))
	if err != nil {
		return append(all, faultf(FaultAltered, "action.content"))
	}
	texts := make([]Text, len(r.Texts))
	for i, t := range r.Texts {
		texts[i] = t.Text
	}
	for _, c := range []struct {
		what string
		same bool
	}{
		{"action.request", said.Request == r.Action.Request},
		{"action.number", said.Number == r.Action.Number},
		{"action.kind", said.Kind == r.Action.Kind},
		{"action.reason", said.Reason == r.Action.Reason},
		{"license.code", said.Code == r.License.Code},
		{"capacity.entity", said.Entity == r.Capacity.Entity},
		{"texts", len(texts) > 0 && slices.Equal(said.Texts, texts)},
		{"oneTimeCode.verified", r.Code.Verified},
		{"times", !r.Times.EnteredAt.Before(r.Code.SentAt.Time) && r.Times.EnteredAt.Before(r.Code.ExpiresAt.Time)},
	} {
		if !c.same {
			bad(c.what)
		}
	}
	return all
}

// TextOf finds the text of a receipt, or its prior agreement, that these bytes are,
// as they are or without the empty lines around them; "" when they are none.
func (r Receipt) TextOf(body []byte) string {
	all := make([]Text, 0, len(r.Texts)+1)
	for _, t := range r.Texts {
		all = append(all, t.Text)
	}
	if r.Agreement != nil {
		all = append(all, r.Agreement.Text)
	}
	for _, as := range [][]byte{body, bytes.TrimSpace(body)} {
		sum := sha256.Sum256(as)
		for _, t := range all {
			if t.Hash == hex.EncodeToString(sum[:]) {
				return t.ID
			}
		}
	}
	return ""
}
