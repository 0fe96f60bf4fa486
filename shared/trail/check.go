package trail

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"

	"llavero/shared/receipt"
)

// Report is what an export says, once it was checked.
type Report struct {
	Header   Header
	Records  int64 // written out
	Left     int64 // left out, by their hash
	Last     int64 // number of the last record
	LastHash []byte
	Heads    []DayHead // believed
	Signed   receipt.Signature
	Lines    int
}

// BreakError says where an export is not as it was made: its first line, and the
// record it is about.
type BreakError struct {
	Line  int   // from 1
	Seq   int64 // the record's number; 0: about none
	Fault Fault
	Err   error // the cause, for a log
}

// Error implements error.
func (e *BreakError) Error() string {
	return fmt.Sprintf("audit export broken at line %d, record %d: %s", e.Line, e.Seq, e.Fault)
}

// Unwrap returns the cause.
func (e *BreakError) Unwrap() error { return e.Err }

// maxLine bounds a line, in bytes; the longest there is holds a request's body.
const maxLine = 4 << 20

// CheckExport reads an export to its end and checks every byte of it, with the
// public keys of a ring. It answers a *BreakError with the first place that is
// not as it was made; other errors are the reader's. What was found until then is
// in the Report. It keeps a line, not the file.
func CheckExport(r io.Reader, ring receipt.KeyRing) (Report, error) {
	c := &checker{lines: bufio.NewReaderSize(r, 64<<10), ring: ring, sum: sha256.New()}
	err := c.run()
	if b, ok := errors.AsType[*BreakError](err); ok && b.Line == 2 && c.headerLied() {
		err = &BreakError{Line: 1, Fault: FaultHeader, Err: err}
	}
	return c.report, err
}

type checker struct {
	lines  *bufio.Reader
	ring   receipt.KeyRing
	sum    hash.Hash // of the lines before
	bytes  int64
	report Report
	first  []byte // SHA-256 of the header's line
	next   int64  // number of the record that must come
	prev   string // hash before it
	fresh  bool   // a record was just read: its day's head may follow
	ended  bool
	last   []byte // line that was read last
}

func (c *checker) broken(fault Fault, seq int64, cause error) error {
	return &BreakError{Line: c.report.Lines, Seq: seq, Fault: fault, Err: cause}
}

func (c *checker) run() error {
	for {
		line, err := c.readLine()
		if errors.Is(err, io.EOF) && len(line) == 0 && c.ended {
			return nil
		}
		c.report.Lines++
		switch {
		case errors.Is(err, io.EOF):
			return c.broken(FaultTruncated, c.next, nil)
		case errors.Is(err, bufio.ErrBufferFull):
			return c.broken(FaultMalformed, c.next, err)
		case err != nil:
			return err
		case c.ended:
			return c.broken(FaultAdded, 0, nil)
		}
		if err := c.take(line); err != nil {
			return err
		}
		c.sum.Write(line)
		c.bytes += int64(len(line))
	}
}

// readLine reads a line with its newline; bufio.ErrBufferFull for one that is too
// long.
func (c *checker) readLine() ([]byte, error) {
	var line []byte
	for {
		part, err := c.lines.ReadSlice('\n')
		line = append(line, part...)
		if len(line) > maxLine {
			return line, bufio.ErrBufferFull
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			if len(line) > 0 {
				c.last = line
			}
			return line, err
		}
	}
}

// take reads one line as what it begins like.
func (c *checker) take(line []byte) error {
	if c.report.Lines == 1 {
		return c.header(line)
	}
	switch {
	case bytes.HasPrefix(line, []byte(`{"hash":`)):
		return c.record(line)
	case bytes.HasPrefix(line, []byte(`{"left":`)):
		return c.left(line)
	case bytes.HasPrefix(line, []byte(`{"head":`)):
		return c.head(line)
	case bytes.HasPrefix(line, []byte(`{"document":`)):
		return c.end(line)
	}
	return c.broken(FaultMalformed, c.next, nil)
}

// written reads a line into v, and demands that v is written so and not
// otherwise.
func (c *checker) written(line []byte, v any) error {
	if err := strictly(line, v); err != nil {
		return c.broken(FaultMalformed, c.next, err)
	}
	again, err := canonical(v)
	if err != nil || !bytes.Equal(again, line) {
		return c.broken(FaultMalformed, c.next, err)
	}
	return nil
}

func (c *checker) header(line []byte) error {
	var l headerLine
	if err := c.written(line, &l); err != nil {
		return err
	}
	_, ok := digest(l.Header.Prev, l.Header.First > 1)
	if l.Header.Format != ExportFormat || l.Header.First < 0 || !ok {
		return c.broken(FaultMalformed, 0, nil)
	}
	sum := sha256.Sum256(line)
	c.report.Header, c.first = l.Header, sum[:]
	c.next, c.prev = l.Header.First, l.Header.Prev
	return nil
}

func (c *checker) record(line []byte) error {
	var l recordLine
	if err := c.written(line, &l); err != nil {
		return err
	}
	r := l.Record.record()
	if err := c.place(r.Seq); err != nil {
		return err
	}
	var ok bool
	if r.PrevHash, ok = digest(l.Prev, r.Seq > 1); !ok {
		return c.broken(FaultChain, r.Seq, nil)
	}
	sum, err := r.Sum()
	if err != nil || hex.EncodeToString(sum) != l.Hash {
		return c.broken(FaultChanged, r.Seq, err)
	}
	if l.Prev != c.prev {
		return c.broken(FaultChain, r.Seq, nil)
	}
	c.report.Records++
	c.follow(r.Seq, l.Hash)
	return nil
}

// place says whether a record of this number may come now.
func (c *checker) place(seq int64) error {
	switch {
	case seq == c.next && seq > 0:
		return nil
	case seq < c.next || c.next == 0:
		return c.broken(FaultAdded, seq, nil)
	case c.comesLater(c.next):
		return c.broken(FaultOrder, c.next, nil)
	}
	return c.broken(FaultMissing, c.next, nil)
}

// comesLater looks for a record in the rest of the file; nothing is checked after
// it.
func (c *checker) comesLater(seq int64) bool {
	for {
		line, err := c.readLine()
		if err != nil {
			return false
		}
		var l recordLine
		if json.Unmarshal(line, &l) == nil && l.Record.Seq == seq {
			return true
		}
	}
}

func (c *checker) follow(seq int64, hash string) {
	c.next, c.prev, c.fresh = seq+1, hash, true
	c.report.Last = seq
	c.report.LastHash, _ = hex.DecodeString(hash)
}

func (c *checker) left(line []byte) error {
	var l leftLine
	if err := c.written(line, &l); err != nil {
		return err
	}
	if err := c.place(l.Left.From); err != nil {
		return err
	}
	_, ok := digest(l.Left.Hash, true)
	if !ok || l.Left.To < l.Left.From {
		return c.broken(FaultMalformed, l.Left.From, nil)
	}
	if l.Left.Prev != c.prev {
		return c.broken(FaultChain, l.Left.From, nil)
	}
	c.report.Left += l.Left.To - l.Left.From + 1
	c.follow(l.Left.To, l.Left.Hash)
	return nil
}

// head checks the signed head of a day against the record before it.
func (c *checker) head(line []byte) error {
	file := bytes.TrimSuffix(bytes.TrimPrefix(line, []byte(`{"head":`)), []byte("}\n"))
	if !bytes.Equal(headLine(file), line) {
		return c.broken(FaultMalformed, c.next-1, nil)
	}
	h, _, err := OpenHead(file, c.ring)
	if err != nil {
		return c.broken(signatureFault(err, FaultHead), c.next-1, err)
	}
	if h.Seq > c.next-1 {
		return c.broken(FaultMissing, c.next, nil)
	}
	if n := len(c.report.Heads); n > 0 && h.Day <= c.report.Heads[n-1].Day {
		return c.broken(FaultOrder, c.next-1, nil)
	}
	if !c.fresh || h.Seq != c.next-1 || !bytes.Equal(h.Hash, c.report.LastHash) {
		return c.broken(FaultHead, c.next-1, nil)
	}
	c.report.Heads = append(c.report.Heads, h)
	return nil
}

func signatureFault(err error, otherwise Fault) Fault {
	if f, ok := errors.AsType[*receipt.FaultError](err); ok && (f.Fault == receipt.FaultUnknownKey || f.Fault == receipt.FaultNotInForce) {
		return FaultUnknown
	}
	return otherwise
}

// end checks the last line: who signed it, and that it tells of this file.
func (c *checker) end(line []byte) error {
	s, err := c.ring.Open(line)
	if err != nil {
		return c.broken(signatureFault(err, FaultSignature), 0, err)
	}
	var p endPaper
	if s.Kind != receipt.KindAuditExport || strictly(s.Document, &p) != nil {
		return c.broken(FaultSignature, 0, nil)
	}
	if p.Header != hex.EncodeToString(c.first) {
		return &BreakError{Line: 1, Fault: FaultHeader}
	}
	if p.Last > c.report.Last && c.next > 0 {
		return c.broken(FaultMissing, c.next, nil)
	}
	r := c.report
	if p.Records != r.Records || p.Left != r.Left || p.First != r.Header.First || p.Last != r.Last || p.LastHash != hex.EncodeToString(r.LastHash) ||
		p.Bytes != c.bytes || p.FileHash != hex.EncodeToString(c.sum.Sum(nil)) {
		return c.broken(FaultCounts, 0, nil)
	}
	c.report.Signed, c.ended = s.Signature, true
	return nil
}

// headerLied says, of an export that broke where its records begin, whether it is
// the header that is not as it was signed. It reads the file to its end.
func (c *checker) headerLied() bool {
	for {
		if _, err := c.readLine(); err != nil {
			break
		}
	}
	s, err := c.ring.Open(c.last)
	var p endPaper
	return err == nil && s.Kind == receipt.KindAuditExport && strictly(s.Document, &p) == nil && p.Header != hex.EncodeToString(c.first)
}
