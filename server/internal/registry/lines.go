package registry

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// maxLine bounds a line, in bytes. The widest rows of REPS have some 2,000.
const maxLine = 64 << 10

// line is one line of a file, decoded.
type line struct {
	no      int
	text    string
	tooLong bool // text is its beginning
}

// lines reads a file line by line, decoding and hashing on the way.
//
// A line that is valid UTF-8 is taken as that, any other as Windows-1252. In a
// file wholly of one encoding this is the same as deciding for the file; in one
// that was pasted together it is the only way not to spoil half of it.
type lines struct {
	in      *bufio.Reader
	sum     hash.Hash
	no      int
	bom     bool
	utf8    bool // a line had valid UTF-8 beyond ASCII
	cp1252  bool // a line was not valid UTF-8
	pushed  []line
	started bool
}

func newLines(r io.Reader) *lines {
	sum := sha256.New()
	return &lines{in: bufio.NewReaderSize(io.TeeReader(r, sum), maxLine), sum: sum}
}

// next returns the next line without its end, io.EOF after the last.
func (l *lines) next() (line, error) {
	if n := len(l.pushed); n > 0 {
		ln := l.pushed[n-1]
		l.pushed = l.pushed[:n-1]
		return ln, nil
	}
	raw, err := l.in.ReadSlice('\n')
	if len(raw) == 0 && err != nil {
		return line{}, err
	}
	l.no++
	ln := line{no: l.no}
	if errors.Is(err, bufio.ErrBufferFull) {
		ln.tooLong = true
		ln.text = l.decode(bytes.Clone(raw))
		for errors.Is(err, bufio.ErrBufferFull) {
			_, err = l.in.ReadSlice('\n')
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return line{}, err
		}
		return ln, nil
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return line{}, err
	}
	raw = bytes.TrimRight(raw, "\r\n")
	if !l.started {
		l.started = true
		raw, l.bom = bytes.CutPrefix(raw, []byte("\xef\xbb\xbf"))
	}
	ln.text = l.decode(raw)
	return ln, nil
}

// pushBack gives lines back, to be read again in their order.
func (l *lines) pushBack(ls []line) {
	for i := len(ls) - 1; i >= 0; i-- {
		l.pushed = append(l.pushed, ls[i])
	}
}

func (l *lines) decode(raw []byte) string {
	if utf8.Valid(raw) {
		if !l.utf8 && !isASCII(raw) {
			l.utf8 = true
		}
		return string(raw)
	}
	l.cp1252 = true
	text := make([]byte, 0, len(raw)+len(raw)/8)
	for from := 0; from < len(raw); {
		to := from
		for to < len(raw) && raw[to] < utf8.RuneSelf {
			to++
		}
		text = append(text, raw[from:to]...)
		if to < len(raw) {
			text = utf8.AppendRune(text, charmap.Windows1252.DecodeByte(raw[to]))
			to++
		}
		from = to
	}
	return string(text)
}

func isASCII(raw []byte) bool {
	for _, c := range raw {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// encoding names what was seen so far.
func (l *lines) encoding() string {
	switch {
	case l.cp1252 && (l.utf8 || l.bom):
		return "mixed"
	case l.cp1252:
		return "windows-1252"
	}
	return "utf-8"
}

// hash is the SHA-256 of the bytes read, hex; the file's after io.EOF.
func (l *lines) hash() string { return hex.EncodeToString(l.sum.Sum(nil)) }

// check refuses what is no text, by its first bytes.
func (l *lines) check() Problem {
	head, err := l.in.Peek(4096)
	if len(head) == 0 {
		if err != nil && !errors.Is(err, io.EOF) {
			return Unreadable
		}
		return Empty
	}
	for _, magic := range []string{"\xff\xfe", "\xfe\xff", "PK\x03\x04", "\xd0\xcf\x11\xe0", "\x1f\x8b", "%PDF"} {
		if bytes.HasPrefix(head, []byte(magic)) {
			return NotText
		}
	}
	if bytes.IndexByte(head, 0) >= 0 {
		return NotText
	}
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	if len(text) == 0 {
		return Empty
	}
	if text[0] == '<' {
		return HTML
	}
	return ""
}
