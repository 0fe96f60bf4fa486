package trail

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"llavero/shared/receipt"
)

// DayHead is the end of one Colombian day of the trail (cabeza del día). The
// server signs it once the day is over, and a copy goes where the server cannot
// write: what stood in the trail by then can no more be written anew unseen.
type DayHead struct {
	Day     string // "2026-09-16"
	Seq     int64  // the day's last record, or that of a day before; 0: none yet
	Hash    []byte // that record's; nil: none yet
	Entries int64  // of the day: Seq less that of the head before
}

// headPaper is what is signed of a head; its members are in sorted order.
type headPaper struct {
	Day     string       `json:"day"`
	Entries int64        `json:"entries"`
	Format  receipt.Kind `json:"format"`
	Hash    string       `json:"hash"`
	Seq     int64        `json:"seq"`
}

// Document is the JSON object to sign, of receipt.KindAuditHead.
func (h DayHead) Document() ([]byte, error) {
	doc, err := canonical(headPaper{Day: h.Day, Entries: h.Entries, Format: receipt.KindAuditHead, Hash: hex.EncodeToString(h.Hash), Seq: h.Seq})
	return bytes.TrimSuffix(doc, []byte("\n")), err
}

// OpenHead reads the file of a signed head and believes it if a key of the ring
// signed it. The refusal is a *receipt.FaultError.
func OpenHead(file []byte, ring receipt.KeyRing) (DayHead, receipt.Signature, error) {
	s, err := ring.Open(file)
	if err != nil {
		return DayHead{}, s.Signature, err
	}
	h, err := readHead(s)
	return h, s.Signature, err
}

// ReadHead is OpenHead without asking who signed.
func ReadHead(file []byte) (DayHead, receipt.Signature, error) {
	s, err := receipt.ParseSigned(file)
	if err != nil {
		return DayHead{}, s.Signature, err
	}
	h, err := readHead(s)
	return h, s.Signature, err
}

func readHead(s receipt.Signed) (DayHead, error) {
	foreign := &receipt.FaultError{Fault: receipt.FaultForeign, KeyID: s.Signature.KeyID, What: "no head of an audit trail"}
	var p headPaper
	if s.Kind != receipt.KindAuditHead || strictly(s.Document, &p) != nil {
		return DayHead{}, foreign
	}
	hash, ok := digest(p.Hash, p.Seq > 0)
	if _, err := time.Parse(time.DateOnly, p.Day); err != nil || !ok || p.Seq < 0 || p.Entries < 0 || p.Entries > p.Seq {
		return DayHead{}, foreign
	}
	return DayHead{Day: p.Day, Seq: p.Seq, Hash: hash, Entries: p.Entries}, nil
}

// digest reads a hash as we write it, or the absence of one.
func digest(text string, wanted bool) ([]byte, bool) {
	if text == "" {
		return nil, !wanted
	}
	b, err := hex.DecodeString(text)
	return b, wanted && err == nil && len(b) == 32 && hex.EncodeToString(b) == text
}

// strictly reads a document that has nothing but what v has.
func strictly(doc []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(doc))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if d.More() {
		return fmt.Errorf("more than one document")
	}
	return nil
}
