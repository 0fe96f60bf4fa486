// Package verify finds out what a file is that the server signed, and whether it
// is still as it was signed: a receipt as JSON or PDF, an export of the audit
// trail, or the signed end of one of its days. The client's screen, its command
// and the server's command all ask here, so that they cannot disagree.
//
// A check needs a file and a ring of public keys, no network and no database. It
// is a pure function of them; nothing is kept.
package verify

import (
	"bytes"
	"errors"
	"io"
	"os"

	"llavero/shared/receipt"
	"llavero/shared/trail"
)

// Kind is what a file is.
type Kind string

// The kinds.
const (
	KindNone    Kind = ""        // no document of this product
	KindReceipt Kind = "receipt" // constancia, JSON or PDF
	KindExport  Kind = "export"  // entries of the audit trail
	KindDay     Kind = "day"     // the signed end of a day of the audit trail
)

// Report is what was found out about a file. Of the members of a kind only those
// of Kind are filled in.
type Report struct {
	Kind    Kind
	Receipt receipt.Report // KindReceipt
	Export  trail.Report   // KindExport; as far as it was read
	Day     trail.DayHead  // KindDay
	// Signature is the one that the file as a whole was believed by.
	Signature receipt.Signature
	// Fault is why a receipt or a day is not believed, or why a file is no document
	// of ours.
	Fault *receipt.FaultError
	// Break is where an export is not as it was made.
	Break *trail.BreakError
}

// IsGood reports that nothing changed since the file was signed.
func (r Report) IsGood() bool { return r.Kind != KindNone && r.Fault == nil && r.Break == nil }

// Err is what is wrong, for a log and an exit code; nil: nothing.
func (r Report) Err() error {
	switch {
	case r.Break != nil:
		return r.Break
	case r.Fault != nil:
		return r.Fault
	}
	return nil
}

// MaxDocument bounds a file that is read as a whole, in bytes. An export is read
// line by line and may be of any size.
const MaxDocument = 64 << 20

// tail is how much of a file's end is looked at to tell an export by its last line.
const tail = 4 << 10

// ErrNoFile is what is no file to read: a folder, a device.
var ErrNoFile = errors.New("verify: not a regular file")

// File checks the file of this path. The error is one of reading it: what is wrong
// with its content is in the Report.
func File(path string, ring receipt.KeyRing) (Report, error) {
	f, err := os.Open(path)
	if err != nil {
		return Report{}, err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return Report{}, err
	}
	if !info.Mode().IsRegular() {
		return Report{}, &os.PathError{Op: "verify", Path: path, Err: ErrNoFile}
	}
	return Check(f, info.Size(), ring)
}

// Check checks size bytes. The error is the reader's.
func Check(file io.ReaderAt, size int64, ring receipt.KeyRing) (Report, error) {
	isExport, err := isExport(file, size)
	switch {
	case err != nil:
		return Report{}, err
	case isExport:
		return export(io.NewSectionReader(file, 0, size), ring)
	case size > MaxDocument:
		return Report{Fault: &receipt.FaultError{Fault: receipt.FaultForeign, What: "larger than any document of ours"}}, nil
	}
	body := make([]byte, size)
	if _, err := io.ReadFull(io.NewSectionReader(file, 0, size), body); err != nil {
		return Report{}, err
	}
	return document(body, ring), nil
}

// isExport tells an export by its first line, or by its last should that one have
// been changed.
func isExport(file io.ReaderAt, size int64) (bool, error) {
	start, err := part(file, 0, min(size, 16))
	if err != nil || bytes.HasPrefix(start, []byte(`{"header"`)) {
		return err == nil, err
	}
	end, err := part(file, max(0, size-tail), min(size, tail))
	lines := bytes.Split(bytes.TrimSuffix(end, []byte("\n")), []byte("\n"))
	return len(lines) > 1 && bytes.Contains(lines[len(lines)-1], []byte(`"format":"`+receipt.KindAuditExport+`"`)), err
}

func part(file io.ReaderAt, from, size int64) ([]byte, error) {
	b := make([]byte, size)
	_, err := io.ReadFull(io.NewSectionReader(file, from, size), b)
	return b, err
}

func export(r io.Reader, ring receipt.KeyRing) (Report, error) {
	found, err := trail.CheckExport(r, ring)
	report := Report{Kind: KindExport, Export: found, Signature: found.Signed}
	if broken, ok := errors.AsType[*trail.BreakError](err); ok {
		report.Break, err = broken, nil
	}
	return report, err
}

// document checks what is read as a whole.
func document(body []byte, ring receipt.KeyRing) Report {
	found, err := receipt.Check(body, ring)
	if found.Kind == receipt.KindAuditHead {
		h, s, err := trail.OpenHead(body, ring)
		return Report{Kind: KindDay, Day: h, Signature: s, Fault: faultOf(err)}
	}
	report := Report{Kind: KindReceipt, Receipt: found, Signature: found.Signature, Fault: faultOf(err)}
	if f := report.Fault; f != nil && f.Fault == receipt.FaultForeign {
		if !isOurs(body) {
			return Report{Fault: f}
		}
		report.Fault = &receipt.FaultError{Fault: receipt.FaultMalformed, KeyID: f.KeyID, What: f.What}
		report.Receipt.Problems = []*receipt.FaultError{report.Fault}
	}
	return report
}

func faultOf(err error) *receipt.FaultError {
	if f, ok := errors.AsType[*receipt.FaultError](err); ok || err == nil {
		return f
	}
	return &receipt.FaultError{Fault: receipt.FaultMalformed, What: err.Error()}
}

// isOurs reports that a file that is not read as one of ours still bears a mark of
// one: it was one before something happened to it.
func isOurs(body []byte) bool {
	for _, mark := range []string{
		"%llavero-", "signature " + receipt.Algorithm + " ", `"signature":{"algorithm":"`, `"format":"llavero.receipt`, `"format":"llavero.audit-`,
	} {
		if bytes.Contains(body, []byte(mark)) {
			return true
		}
	}
	return false
}
