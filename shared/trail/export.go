package trail

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"time"

	"llavero/shared/receipt"
)

// An export is a text file of one JSON document a line (JSON Lines):
//
//	{"header":{…}}                                what was asked for
//	{"hash":"…","prev":"…","record":{…}}          a record: hash = SHA-256(tag, prev, record and its newline)
//	{"left":{"from":…,"hash":"…","prev":"…","to":…}}   records left out, by the hash before and the last of theirs
//	{"head":{"document":{…},"signature":{…}}}      the signed head of a day, after its last record
//	{"document":{…},"signature":{…}}              the end: how many, from where to where, the hash of all bytes before it
//
// Every line is written in one way only, so that a byte that changed cannot
// read as the same.

// ExportFormat is the header's member format.
const ExportFormat = "llavero.audit-lines.v1"

// Scope says what of the trail an export was asked for. Absent members ask for
// all.
type Scope struct {
	Account  string `json:"account,omitempty"` // one's own acts
	Code     string `json:"code,omitempty"`
	Document string `json:"document,omitempty"`
	Entity   string `json:"entity,omitempty"`
	From     string `json:"from,omitempty"` // RFC 3339, UTC
	Group    string `json:"group,omitempty"`
	Subject  string `json:"subject,omitempty"`
	Text     string `json:"text,omitempty"`
	To       string `json:"to,omitempty"` // exclusive
}

// Header is an export's first line.
type Header struct {
	First  int64  `json:"first"` // number of the first record, also if it is left out; 0: no records
	Format string `json:"format"`
	Made   string `json:"made"` // RFC 3339, UTC
	Prev   string `json:"prev"` // hash of the record before the first
	Scope  Scope  `json:"scope"`
}

// lines, as written
type (
	headerLine struct {
		Header Header `json:"header"`
	}
	recordLine struct {
		Hash   string `json:"hash"`
		Prev   string `json:"prev"`
		Record paper  `json:"record"`
	}
	leftLine struct {
		Left leftPaper `json:"left"`
	}
	leftPaper struct {
		From int64  `json:"from"`
		Hash string `json:"hash"` // of record To
		Prev string `json:"prev"`
		To   int64  `json:"to"`
	}
)

// endPaper is what is signed at the end; its members are in sorted order.
type endPaper struct {
	Bytes    int64        `json:"bytes"` // before this line
	FileHash string       `json:"fileHash"`
	First    int64        `json:"first"`
	Format   receipt.Kind `json:"format"`
	Header   string       `json:"header"` // SHA-256 of the first line
	Last     int64        `json:"last"`
	LastHash string       `json:"lastHash"`
	Left     int64        `json:"left"` // records left out
	Records  int64        `json:"records"`
}

// Exporter writes an export, line by line; it keeps a few hashes and no record.
// Not for several goroutines.
type Exporter struct {
	out    io.Writer
	sum    hash.Hash
	header []byte
	end    endPaper
	next   int64
	prev   string
	left   *leftPaper
}

// NewExporter writes the header. first is the number of the first record of the
// range, 0 when there is none, and prev the hash before it.
func NewExporter(out io.Writer, made time.Time, scope Scope, first int64, prev []byte) (*Exporter, error) {
	e := &Exporter{out: out, sum: sha256.New(), next: first, prev: hex.EncodeToString(prev)}
	h := Header{First: first, Format: ExportFormat, Made: made.UTC().Format(time.RFC3339), Prev: e.prev, Scope: scope}
	line, err := canonical(headerLine{h})
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(line)
	e.end = endPaper{First: first, Format: receipt.KindAuditExport, Header: hex.EncodeToString(sum[:])}
	return e, e.write(line)
}

// Next is the number of the record that must come next.
func (e *Exporter) Next() int64 { return e.next }

// Add writes the next record out. It refuses one that does not follow, or is not
// what was written, with a *BrokenError.
func (e *Exporter) Add(r Record) error {
	if r.Seq != e.next {
		return &BrokenError{Seq: e.next, Fault: FaultMissing}
	}
	if hex.EncodeToString(r.PrevHash) != e.prev {
		return &BrokenError{Seq: r.Seq, Fault: FaultChain}
	}
	sum, err := r.Sum()
	if err != nil {
		return err
	}
	if !bytes.Equal(sum, r.Hash) {
		return &BrokenError{Seq: r.Seq, Fault: FaultChanged}
	}
	if err := e.bridge(); err != nil {
		return err
	}
	own := hex.EncodeToString(r.Hash)
	line, err := canonical(recordLine{Hash: own, Prev: e.prev, Record: r.paper()})
	if err != nil {
		return err
	}
	e.end.Records++
	e.follow(r.Seq, own)
	return e.write(line)
}

// Skip leaves out the records from the next one to the one of this number, whose
// hash stands for them all.
func (e *Exporter) Skip(to int64, hash []byte) error {
	if to < e.next {
		return &BrokenError{Seq: e.next, Fault: FaultMissing}
	}
	if e.left == nil {
		e.left = &leftPaper{From: e.next, Prev: e.prev}
	}
	own := hex.EncodeToString(hash)
	e.left.To, e.left.Hash = to, own
	e.end.Left += to - e.next + 1
	e.follow(to, own)
	return nil
}

func (e *Exporter) follow(seq int64, hash string) {
	e.end.Last, e.end.LastHash = seq, hash
	e.next, e.prev = seq+1, hash
}

// Head takes in the signed head of the record that was just added.
func (e *Exporter) Head(file []byte) error {
	if err := e.bridge(); err != nil {
		return err
	}
	return e.write(headLine(file))
}

func headLine(file []byte) []byte {
	return []byte(`{"head":` + string(bytes.TrimSuffix(file, []byte("\n"))) + "}\n")
}

// bridge writes what stands for the records left out.
func (e *Exporter) bridge() error {
	if e.left == nil {
		return nil
	}
	line, err := canonical(leftLine{*e.left})
	if err != nil {
		return err
	}
	e.left = nil
	return e.write(line)
}

// End writes the last line, signed.
func (e *Exporter) End(sign func(kind receipt.Kind, document []byte) (file []byte, err error)) error {
	if err := e.bridge(); err != nil {
		return err
	}
	e.end.FileHash = hex.EncodeToString(e.sum.Sum(nil))
	doc, err := json.Marshal(e.end)
	if err != nil {
		return err
	}
	line, err := sign(receipt.KindAuditExport, doc)
	if err != nil {
		return fmt.Errorf("sign the export: %w", err)
	}
	return e.write(line)
}

// Counts tells how many records were written out, and how many left out.
func (e *Exporter) Counts() (records, left int64) { return e.end.Records, e.end.Left }

func (e *Exporter) write(line []byte) error {
	n, err := e.out.Write(line)
	e.sum.Write(line[:n])
	e.end.Bytes += int64(n)
	return err
}
