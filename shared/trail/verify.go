package trail

import (
	"bytes"
	"context"
	"fmt"
)

// Reader hands over the trail from its first record on, in order. It stops at
// the first error fn returns and returns it.
type Reader interface {
	EachAuditRecord(ctx context.Context, fn func(Record) error) error
	// AuditLength is how many records the store counted as it wrote them.
	AuditLength(ctx context.Context) (int64, error)
}

// Head is the end of a checked trail.
type Head struct {
	Seq  int64
	Hash []byte
}

// Fault is what is wrong with a broken trail.
type Fault string

// The faults.
const (
	FaultMissing Fault = "missing" // a record is not there
	FaultChanged Fault = "changed" // a record is not what was written
	FaultChain   Fault = "chain"   // a record does not follow the one before it

	// Of an export alone.
	FaultAdded     Fault = "added"     // a record that has no place there
	FaultOrder     Fault = "order"     // a record stands elsewhere in the file
	FaultMalformed Fault = "malformed" // a line is not written as an export's line
	FaultTruncated Fault = "truncated" // the file ends before its last line does
	FaultHeader    Fault = "header"    // the header is not the one that was signed
	FaultHead      Fault = "head"      // a signed head of a day says otherwise, or is not believed
	FaultCounts    Fault = "counts"    // the last line tells of another file
	FaultSignature Fault = "signature" // the last line is not what was signed
	FaultUnknown   Fault = "unknown"   // the key that signed is not in the ring, or was not in force
)

// BrokenError says where a trail breaks: the first record that is not as it was
// written.
type BrokenError struct {
	Seq   int64
	Fault Fault
}

// Error implements error.
func (e *BrokenError) Error() string {
	return fmt.Sprintf("audit trail broken at record %d: %s", e.Seq, e.Fault)
}

// Verify checks the whole trail: numbers without gaps, each record's own hash,
// each link to the one before, and the length. It returns a *BrokenError that
// names the first broken record. A trail whose end was cut off together with the
// counter is found only by comparing Head with one kept elsewhere.
func Verify(ctx context.Context, trail Reader) (Head, error) {
	var head Head
	// A trail under work grows meanwhile: what is read lies between its lengths
	// before and after.
	before, err := trail.AuditLength(ctx)
	if err != nil {
		return head, err
	}
	err = trail.EachAuditRecord(ctx, func(r Record) error {
		want := head.Seq + 1
		if r.Seq != want {
			return &BrokenError{Seq: want, Fault: FaultMissing}
		}
		sum, err := r.Sum()
		if err != nil {
			return err
		}
		if !bytes.Equal(sum, r.Hash) {
			return &BrokenError{Seq: r.Seq, Fault: FaultChanged}
		}
		if !bytes.Equal(r.PrevHash, head.Hash) {
			return &BrokenError{Seq: r.Seq, Fault: FaultChain}
		}
		head = Head{Seq: r.Seq, Hash: r.Hash}
		return nil
	})
	if err != nil {
		return head, err
	}
	length, err := trail.AuditLength(ctx)
	if err != nil {
		return head, err
	}
	if before > head.Seq {
		return head, &BrokenError{Seq: head.Seq + 1, Fault: FaultMissing}
	}
	if length < head.Seq {
		return head, &BrokenError{Seq: length + 1, Fault: FaultChain}
	}
	return head, nil
}
