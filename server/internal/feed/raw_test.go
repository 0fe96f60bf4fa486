package feed

import (
	"bufio"
	"crypto/tls"
	"encoding/binary"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"llavero/shared/wire"
)

// Opcodes of RFC 6455.
const (
	opContinue = 0
	opText     = 1
	opBinary   = 2
	opClose    = 8
	opPing     = 9
	opPong     = 10
)

// frame is one frame as it is on the line.
type frame struct {
	more     bool // not the last of its message
	rsv      byte // reserved bits, as they stand in the first byte
	op       byte
	unmasked bool
	payload  string
}

func (f frame) bytes() []byte {
	first := f.rsv | f.op
	if !f.more {
		first |= 0x80
	}
	masked := byte(0x80)
	if f.unmasked {
		masked = 0
	}
	b := []byte{first}
	switch n := len(f.payload); {
	case n < 126:
		b = append(b, masked|byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, masked|126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, masked|127), uint64(n))
	}
	if f.unmasked {
		return append(b, f.payload...)
	}
	key := [4]byte{1, 2, 3, 4}
	b = append(b, key[:]...)
	for i := range len(f.payload) {
		b = append(b, f.payload[i]^key[i%4])
	}
	return b
}

// raw is a websocket client with no manners of its own.
type raw struct {
	t    *testing.T
	conn net.Conn
	r    *bufio.Reader
}

// headers of a good upgrade.
func (b *bench) headers() http.Header {
	return http.Header{
		"Upgrade": {"websocket"}, "Connection": {"Upgrade"}, "Sec-Websocket-Version": {"13"},
		"Sec-Websocket-Key": {"AAECAwQFBgcICQoLDA0ODw=="}, "Sec-Websocket-Protocol": {wire.Subprotocol},
		"Authorization": {"Bearer " + b.entry[0].token},
	}
}

// head is that of an answer to an upgrade.
type head struct {
	Status string // "101"
	Header http.Header
}

// upgrade asks for a feed as change wants it, and returns the answer's head.
func (b *bench) upgrade(change func(http.Header)) (*raw, head) {
	b.t.Helper()
	u, err := url.Parse(b.url)
	if err != nil {
		b.t.Fatal(err)
	}
	conn, err := tls.Dial("tcp", u.Host, clientTLS(b.t, b.url))
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		b.t.Fatal(err)
	}
	sent := b.headers()
	if change != nil {
		change(sent)
	}
	var ask strings.Builder
	ask.WriteString("GET /v1/feed HTTP/1.1\r\nHost: " + u.Host + "\r\n")
	_ = sent.Write(&ask)
	if _, err := io.WriteString(conn, ask.String()+"\r\n"); err != nil {
		b.t.Fatal(err)
	}
	c := &raw{t: b.t, conn: conn, r: bufio.NewReader(conn)}
	line, err := textproto.NewReader(c.r).ReadLine()
	if err != nil {
		b.t.Fatal(err)
	}
	mime, err := textproto.NewReader(c.r).ReadMIMEHeader()
	if err != nil {
		b.t.Fatal(err)
	}
	return c, head{Status: strings.SplitN(line, " ", 3)[1], Header: http.Header(mime)}
}

// open is an open feed.
func (b *bench) open(change func(http.Header)) *raw {
	b.t.Helper()
	c, resp := b.upgrade(change)
	if resp.Status != "101" {
		b.t.Fatalf("not opened: %s", resp.Status)
	}
	return c
}

func (c *raw) send(frames ...frame) {
	c.t.Helper()
	for _, f := range frames {
		if _, err := c.conn.Write(f.bytes()); err != nil {
			return // the server let go: what it says is still to be read
		}
	}
}

// next is the next frame down; io.EOF at the end of the connection.
func (c *raw) next() (frame, error) {
	var first [2]byte
	if _, err := io.ReadFull(c.r, first[:]); err != nil {
		return frame{}, err
	}
	n := uint64(first[1] & 0x7f)
	var more [8]byte
	switch n {
	case 126:
		if _, err := io.ReadFull(c.r, more[:2]); err != nil {
			return frame{}, err
		}
		n = uint64(binary.BigEndian.Uint16(more[:2]))
	case 127:
		if _, err := io.ReadFull(c.r, more[:]); err != nil {
			return frame{}, err
		}
		n = binary.BigEndian.Uint64(more[:])
	}
	payload := make([]byte, n)
	if _, err := io.ReadFull(c.r, payload); err != nil {
		return frame{}, err
	}
	return frame{more: first[0]&0x80 == 0, rsv: first[0] & 0x70, op: first[0] & 0xf, unmasked: first[1]&0x80 == 0, payload: string(payload)}, nil
}

// ending is how a feed ended.
type ending struct {
	bye    wire.ByeCode // "": none was said
	status int          // of the close frame; 0: none came
	reason string
	frames []frame
}

// rest reads to the end. It fails when the server left the connection open.
func (c *raw) rest() ending {
	c.t.Helper()
	var e ending
	for {
		f, err := c.next()
		if err != nil {
			if timeout, ok := err.(net.Error); ok && timeout.Timeout() { //nolint:errorlint // it comes as it is
				c.t.Error("the server did not end the connection")
			}
			return e
		}
		e.frames = append(e.frames, f)
		switch f.op {
		case opClose:
			if len(f.payload) >= 2 {
				e.status, e.reason = int(binary.BigEndian.Uint16([]byte(f.payload))), f.payload[2:]
			}
			c.send(frame{op: opClose, payload: f.payload})
		case opText:
			var w wire.Frame
			if json.Unmarshal([]byte(f.payload), &w) == nil && w.Type == wire.FrameBye {
				e.bye = w.Code
			}
		}
	}
}

// until reads frames down to one of this type.
func (c *raw) until(kind wire.FrameType) []frame {
	c.t.Helper()
	var all []frame
	for {
		f, err := c.next()
		if err != nil {
			c.t.Fatalf("no %s: %v", kind, err)
		}
		all = append(all, f)
		var w wire.Frame
		if f.op == opText && json.Unmarshal([]byte(f.payload), &w) == nil && w.Type == kind {
			return all
		}
	}
}

// good tells a frame down as it should be.
func (f frame) good() bool { return !f.more && f.rsv == 0 && f.unmasked && utf8.ValidString(f.payload) }

const hello = `{"type":"hello","protocol":1}`

func text(s string) frame { return frame{op: opText, payload: s} }
