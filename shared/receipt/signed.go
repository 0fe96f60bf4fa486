package receipt

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"
)

// Algorithm is the one there is.
const Algorithm = "Ed25519"

// Kind says what a signature is for. It is part of what is signed: one made for
// one use is none for another. In a signed document it is the member format.
type Kind string

// The uses of the server's signing key.
const (
	KindReceipt     Kind = "llavero.receipt.v1"      // constancia
	KindReceiptPDF  Kind = "llavero.receipt-pdf.v1"  // all bytes of a constancia's PDF
	KindAuditHead   Kind = "llavero.audit-head.v1"   // the end of a day's audit trail
	KindAuditExport Kind = "llavero.audit-export.v1" // entries of the audit trail
)

// Signature is a signature over the bytes of one use, at one time.
type Signature struct {
	KeyID KeyID
	At    time.Time // UTC, microseconds: what the server's clock said
	Value []byte
}

// message is what Ed25519 signs: use, key and time, a line each, then the bytes.
func message(kind Kind, id KeyID, at time.Time, body []byte) []byte {
	return append([]byte(string(kind)+"\n"+string(id)+"\n"+instant(at)+"\n"), body...)
}

// Sign signs bytes for one use.
func Sign(key ed25519.PrivateKey, kind Kind, at time.Time, body []byte) Signature {
	at = at.UTC().Truncate(time.Microsecond)
	id := KeyIDOf(key.Public().(ed25519.PublicKey))
	return Signature{KeyID: id, At: at, Value: ed25519.Sign(key, message(kind, id, at, body))}
}

// Verify says whether these bytes were signed for this use by a key of the ring
// that was in force. The refusal is a *FaultError.
func (r KeyRing) Verify(kind Kind, body []byte, s Signature) error {
	key, ok := r.Find(s.KeyID)
	if !ok {
		return &FaultError{Fault: FaultUnknownKey, KeyID: s.KeyID}
	}
	if !ed25519.Verify(key.Public, message(kind, s.KeyID, s.At, body), s.Value) {
		return &FaultError{Fault: FaultAltered, KeyID: s.KeyID}
	}
	if !key.wasInForce(s.At) {
		return &FaultError{Fault: FaultNotInForce, KeyID: s.KeyID}
	}
	return nil
}

// Signed is a signed document as its file says it, believed or not.
type Signed struct {
	Kind      Kind
	Document  []byte // canonical JSON object; its member format is Kind
	Signature Signature
}

type signedPaper struct {
	Document  json.RawMessage `json:"document"`
	Signature signaturePaper  `json:"signature"`
}

type signaturePaper struct {
	Algorithm string `json:"algorithm"`
	At        string `json:"at"`
	KeyID     KeyID  `json:"keyId"`
	Value     string `json:"value"` // base64
}

// maxSigned bounds a signed document's file, in bytes.
const maxSigned = 64 << 20

// SignDocument signs a JSON object whose member format is kind, and writes its
// file: the canonical form of {"document":…,"signature":{…}} and a newline.
func SignDocument(key ed25519.PrivateKey, kind Kind, at time.Time, document []byte) ([]byte, error) {
	body, err := Canonical(document)
	if err != nil {
		return nil, err
	}
	if got := formatOf(body); got != kind {
		return nil, fmt.Errorf("sign a document: its format is %q and not %q", got, kind)
	}
	return Signed{Kind: kind, Document: body, Signature: Sign(key, kind, at, body)}.File(), nil
}

// File writes a signed document as it was read.
func (s Signed) File() []byte {
	head, err := json.Marshal(signaturePaper{
		Algorithm: Algorithm, At: instant(s.Signature.At), KeyID: s.Signature.KeyID, Value: base64.StdEncoding.EncodeToString(s.Signature.Value),
	})
	if err != nil {
		panic("receipt: a signature is strings and always encodes: " + err.Error())
	}
	return slicesOf(`{"document":`, s.Document, `,"signature":`, head, "}\n")
}

func slicesOf(parts ...any) []byte {
	var b bytes.Buffer
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			b.WriteString(p)
		case []byte:
			b.Write(p)
		}
	}
	return b.Bytes()
}

// formatOf is the member format of a canonical object; "" when it has none.
func formatOf(document []byte) Kind {
	var members map[string]json.RawMessage // names as they are written, unlike a struct's
	var format Kind
	if json.Unmarshal(document, &members) != nil || json.Unmarshal(members["format"], &format) != nil {
		return ""
	}
	return format
}

// ParseSigned reads the file of a signed document. Its bytes must be exactly
// those File writes, the newline at the end aside: what could be written in two
// ways could be changed unseen. It believes nothing: see KeyRing.Open. The
// refusal is a *FaultError.
func ParseSigned(file []byte) (Signed, error) {
	if len(file) > maxSigned {
		return Signed{}, faultf(FaultMalformed, "larger than %d bytes", maxSigned)
	}
	var paper signedPaper
	if err := strictly(file, &paper); err != nil || len(paper.Document) == 0 {
		if looksSigned(file) {
			return Signed{}, faultf(FaultMalformed, "the file is not whole JSON")
		}
		return Signed{}, faultf(FaultForeign, "not a signed document")
	}
	body, err := Canonical(paper.Document)
	if err != nil {
		return Signed{}, faultf(FaultMalformed, "document")
	}
	s := Signed{Kind: formatOf(body), Document: body, Signature: Signature{KeyID: paper.Signature.KeyID}}
	if s.Signature.At, err = parseInstant(paper.Signature.At); err != nil {
		return Signed{}, faultf(FaultMalformed, "signature.at")
	}
	if s.Signature.Value, err = decode64(paper.Signature.Value); err != nil {
		return Signed{}, faultf(FaultMalformed, "signature.value")
	}
	if whole := s.File(); !bytes.Equal(file, whole) && !bytes.Equal(file, whole[:len(whole)-1]) {
		return Signed{}, faultf(FaultAltered, "the file is not written as it was signed")
	}
	return s, nil
}

// looksSigned reports that a file begins, or ends, as one of ours.
func looksSigned(file []byte) bool {
	return bytes.HasPrefix(file, []byte(`{"document":{`)) || bytes.Contains(file, []byte(`"signature":{"algorithm":"`+Algorithm+`"`))
}

// Open reads the file of a signed document and believes it, or answers a
// *FaultError. What the document says is checked by who knows its kind.
func (r KeyRing) Open(file []byte) (Signed, error) {
	s, err := ParseSigned(file)
	if err != nil {
		return Signed{}, err
	}
	if s.Kind == "" {
		return Signed{}, &FaultError{Fault: FaultForeign, KeyID: s.Signature.KeyID, What: "the document has no format"}
	}
	return s, r.Verify(s.Kind, s.Document, s.Signature)
}
