package feed

import (
	"bytes"
	"compress/flate"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"llavero/server/internal/config"
	"llavero/shared/wire"
)

// conformance are the tests of the numbered sentences of docs/protocol.md.
var conformance = map[string]struct {
	tune func(*config.Feed) // nil: as usual
	test func(*testing.T, *bench)
}{
	"F-01": {nil, func(t *testing.T, b *bench) {
		b.refuses("401", func(h http.Header) { h.Del("Authorization") })
		b.refuses("401", func(h http.Header) { h.Set("Authorization", "Bearer nobody") })
		b.refuses("422", func(h http.Header) { h.Del("Upgrade") })
		b.refuses("422", func(h http.Header) { h.Set("Connection", "close") })
	}},
	"F-02": {nil, func(t *testing.T, b *bench) {
		b.refuses("422", func(h http.Header) { h.Del("Sec-WebSocket-Protocol") })
		b.refuses("422", func(h http.Header) { h.Set("Sec-WebSocket-Protocol", "llavero.feed.v2, soap") })
		_, resp := b.upgrade(func(h http.Header) { h.Set("Sec-WebSocket-Protocol", "soap, "+wire.Subprotocol) })
		if got := resp.Header.Get("Sec-WebSocket-Protocol"); got != wire.Subprotocol {
			t.Errorf("answered %q", got)
		}
	}},
	"F-03": {nil, func(t *testing.T, b *bench) {
		host := strings.TrimPrefix(b.url, "https://")
		for _, origin := range []string{"https://evil.example", "http://" + host, "null", "", "https://" + host + ".evil.example", "https://" + host + "@evil.example"} {
			b.refuses("403", func(h http.Header) { h["Origin"] = []string{origin} })
		}
		b.refuses("403", func(h http.Header) { h["Origin"] = []string{b.url, "https://evil.example"} })
		b.open(func(h http.Header) { h.Set("Origin", b.url) })
	}},
	"F-04": {nil, func(t *testing.T, b *bench) {
		for _, v := range []string{"8", "12", "14", "x"} {
			resp := b.refuses("400", func(h http.Header) { h.Set("Sec-WebSocket-Version", v) })
			if got := resp.Header.Get("Sec-WebSocket-Version"); got != "13" {
				t.Errorf("%s: names %q", v, got)
			}
		}
	}},
	"F-05": {nil, func(t *testing.T, b *bench) {
		_, resp := b.upgrade(nil)
		if resp.Header.Get("X-Request-Id") != "r-1" || resp.Header.Get("Strict-Transport-Security") == "" {
			t.Errorf("%v", resp.Header)
		}
	}},
	"F-06": {func(f *config.Feed) { f.HelloTimeout = 100 * time.Millisecond }, func(t *testing.T, b *bench) {
		c := b.open(nil)
		e := c.rest()
		for _, f := range e.frames {
			if f.op == opText {
				t.Errorf("said %q", f.payload)
			}
		}
		c = b.open(nil)
		for range 30 { // signs of life, and no hello
			c.send(frame{op: opPing}, frame{op: opPong})
		}
		if e := c.rest(); e.bye != "" {
			t.Errorf("%+v", e)
		}
		c = b.open(nil)
		c.send(frame{op: opText, more: true, payload: `{"type":`})
		if e := c.rest(); e.bye != "" {
			t.Errorf("%+v", e)
		}
	}},
	"F-07": {nil, func(t *testing.T, b *bench) {
		b.ends(ending{status: 1009}, text(strings.Repeat(" ", maxHello+1)))
		b.ends(ending{status: 1009}, frame{op: opText, more: true, payload: strings.Repeat(" ", maxHello)}, frame{op: opContinue, payload: hello})
		c := b.open(nil) // a frame that says it is huge, and of which nothing follows
		if _, err := c.conn.Write([]byte{0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0}); err != nil {
			t.Fatal(err)
		}
		if e := c.rest(); e.status != 1009 {
			t.Errorf("%+v", e)
		}
		c = b.open(compressed)
		c.send(frame{op: opText, rsv: 0x40, payload: squeeze(t, strings.Repeat(" ", 2<<20)+hello)})
		if e := c.rest(); e.bye != wire.ByeBadFrame {
			t.Errorf("a bomb: %+v", e)
		}
	}},
	"F-08": {nil, func(t *testing.T, b *bench) {
		for _, f := range []frame{
			{op: opBinary, payload: hello},
			text(``), text(`{`), text(`[]`), text(`"hello"`), text(hello + "x"), text(hello + hello),
			text(`{"type":"ready","protocol":1}`), text(`{"type":"bye","code":"slow"}`), text(`{"protocol":1}`),
			text(`{"type":"hello","protocol":1,"after":-1}`), text(`{"type":"hello","protocol":1,"after":1e30}`),
			text("{\"type\":\"hello\",\"protocol\":1,\"epoch\":\"\xff\xfe\"}"), text("{\"type\":\"hello\",\"protocol\":1,\"epoch\":\"\xed\xa0\x80\"}"),
			text(`{"type":"hello","protocol":1,"epoch":"` + strings.Repeat("e", 101) + `"}`),
		} {
			b.ends(ending{bye: wire.ByeBadFrame, status: 1000, reason: string(wire.ByeBadFrame)}, f)
		}
	}},
	"F-09": {nil, func(t *testing.T, b *bench) {
		for _, p := range []string{"0", "2", "-1", "1000000"} {
			b.ends(ending{bye: wire.ByeProtocol, status: 1000, reason: string(wire.ByeProtocol)}, text(`{"type":"hello","protocol":`+p+`}`))
		}
	}},
	"F-10": {nil, func(t *testing.T, b *bench) {
		for _, second := range []frame{text(hello), text(""), {op: opBinary, payload: "x"}, {op: opText, more: true, payload: "x"}} {
			b.ends(ending{bye: wire.ByeBadFrame, status: 1000, reason: string(wire.ByeBadFrame)}, text(hello), second)
		}
	}},
	"F-11": {nil, func(t *testing.T, b *bench) {
		c := b.open(nil)
		for i := range len(hello) {
			op := byte(opContinue)
			if i == 0 {
				op = opText
			}
			c.send(frame{op: op, more: i < len(hello)-1, payload: hello[i : i+1]})
			if i == 10 {
				c.send(frame{op: opPing, payload: "between"})
			}
		}
		all := c.until(wire.FrameReady)
		if all[0].op != opPong || all[0].payload != "between" {
			t.Errorf("first came %+v", all[0])
		}
	}},
	"F-12": {nil, func(t *testing.T, b *bench) {
		unmasked := text(hello)
		unmasked.unmasked = true
		for name, f := range map[string]frame{
			"not masked": unmasked, "bit 2": {op: opText, rsv: 0x20, payload: hello}, "bit 3": {op: opText, rsv: 0x10, payload: hello},
			"opcode 3": {op: 3, payload: "x"}, "opcode 7": {op: 7}, "opcode 11": {op: 11}, "opcode 15": {op: 15},
			"long ping": {op: opPing, payload: strings.Repeat("x", 126)}, "ping in fragments": {op: opPing, more: true},
			"nothing to go on with": {op: opContinue, payload: hello},
		} {
			c := b.open(nil)
			c.send(f)
			if e := c.rest(); e.status != 1002 || e.bye != "" {
				t.Errorf("%s: %+v", name, e)
			}
		}
		b.ends(ending{status: 1002}, frame{op: opText, more: true, payload: "{"}, text(hello)) // one message in another
	}},
	"F-13": {func(f *config.Feed) { f.Beat = time.Minute }, func(t *testing.T, b *bench) {
		c := b.open(nil)
		c.send(frame{op: opPing, payload: "one"}, text(hello))
		all := c.until(wire.FrameReady)
		if all[0].op != opPong || all[0].payload != "one" {
			t.Errorf("first came %+v", all[0])
		}
		for i := range maxControls - 1 { // with the one before, as many as may be
			c.send(frame{op: opPing, payload: fmt.Sprint(i)})
		}
		for i := range maxControls - 1 {
			if f, err := c.next(); err != nil || f.op != opPong || f.payload != fmt.Sprint(i) {
				t.Fatalf("%d: %+v, %v", i, f, err)
			}
		}
		c.send(frame{op: opPong}) // one too many
		if e := c.rest(); e.bye != "" {
			t.Errorf("%+v", e)
		}
	}},
	"F-14": {nil, func(t *testing.T, b *bench) {
		c := b.open(nil)
		c.send(text(hello))
		pings := 0
		for _, f := range c.rest().frames { // it answers none
			if f.op == opPing {
				pings++
			}
		}
		if pings == 0 { // on a busy machine beats come late, the cut does not
			t.Errorf("%d pings", pings)
		}
	}},
	"F-15": {nil, func(t *testing.T, b *bench) {
		c := b.open(nil)
		c.send(text(hello))
		c.until(wire.FrameReady)
		go func() { _ = b.hub.GoDown(t.Context()) }()
		e := c.rest()
		if e.bye != wire.ByeGoingDown || e.status != 1000 || e.reason != string(wire.ByeGoingDown) {
			t.Errorf("%+v", e)
		}
		if last := e.frames[len(e.frames)-1]; last.op != opClose {
			t.Errorf("after all came %+v", last)
		}
	}},
	"F-16": {nil, func(t *testing.T, b *bench) {
		for _, payload := range []string{"\x03\xe8adios", ""} {
			c := b.open(nil)
			c.send(text(hello))
			c.until(wire.FrameReady)
			c.send(frame{op: opClose, payload: payload})
			answered := false
			for {
				f, err := c.next()
				if err != nil {
					break
				}
				answered = answered || f.op == opClose
			}
			if !answered {
				t.Errorf("%q: no close frame", payload)
			}
		}
	}},
	"F-17": {nil, func(t *testing.T, b *bench) {
		squeezed := frame{op: opText, rsv: 0x40, payload: squeeze(t, hello)}
		b.ends(ending{status: 1002}, squeezed)
		c := b.open(compressed)
		c.send(squeezed)
		c.until(wire.FrameWelcome)
		c = b.open(compressed) // and what is not is taken all the same
		c.send(text(hello))
		c.until(wire.FrameWelcome)
	}},
	"F-18": {func(f *config.Feed) { f.PerAccount, f.PerAddress, f.Total = 2, 3, 4 }, func(t *testing.T, b *bench) {
		b.open(nil)
		b.open(nil)
		resp := b.refuses("429", nil) // of the account
		if resp.Header.Get("Retry-After") != "30" {
			t.Errorf("%v", resp.Header)
		}
		other := func(h http.Header) { h.Set("Authorization", "Bearer "+b.entry[1].token) }
		b.open(other)
		b.refuses("429", other) // of the address
		b.hub.mu.Lock()
		b.hub.open++ // one from elsewhere
		b.hub.mu.Unlock()
		if resp = b.refuses("503", other); resp.Header.Get("Retry-After") != "30" {
			t.Errorf("%v", resp.Header)
		}
		b.hub.mu.Lock()
		b.hub.open--
		b.hub.mu.Unlock()
	}},
	"F-19": {nil, func(t *testing.T, b *bench) {
		c := b.open(nil)
		c.send(text(hello))
		all := c.until(wire.FrameReady)
		if !strings.Contains(all[0].payload, `"type":"welcome"`) {
			t.Errorf("first came %q", all[0].payload)
		}
	}},
	"F-20": {nil, func(t *testing.T, b *bench) {
		c := b.open(nil)
		c.send(text(hello))
		for _, f := range c.until(wire.FrameBeat) {
			if !f.good() || f.op != opText && f.op != opPing {
				t.Errorf("%+v", f)
			}
		}
	}},
}

// Each numbered sentence of the page holds, and has its test here.
func TestConformance(t *testing.T) {
	page, err := os.ReadFile("../../../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	numbered := regexp.MustCompile(`(?m)^- \*\*(F-\d\d)\*\* (.+)$`).FindAllSubmatch(page, -1)
	if len(numbered) != len(conformance) {
		t.Errorf("%d sentences and %d tests", len(numbered), len(conformance))
	}
	for _, m := range numbered {
		c, ok := conformance[string(m[1])]
		if !ok {
			t.Errorf("nothing checks %s: %s", m[1], m[2])
			continue
		}
		t.Run(string(m[1]), func(t *testing.T) {
			f := settings()
			if c.tune != nil {
				c.tune(&f)
			}
			c.test(t, newBench(t, f))
			if t.Failed() {
				t.Logf("the page says: %s", m[2])
			}
		})
	}
}

// refuses asks for a feed that is not given.
func (b *bench) refuses(status string, change func(http.Header)) head {
	b.t.Helper()
	c, resp := b.upgrade(change)
	if resp.Status != status {
		b.t.Errorf("answered %s, want %s", resp.Status, status)
	}
	_ = c.conn.Close()
	return resp
}

// ends sends frames and compares how the feed ended.
func (b *bench) ends(want ending, frames ...frame) {
	b.t.Helper()
	c := b.open(nil)
	c.send(frames...)
	e := c.rest()
	if e.bye != want.bye || e.status != want.status || want.reason != "" && e.reason != want.reason {
		b.t.Errorf("%.60q: bye %q, status %d %q, want %q, %d", frames[len(frames)-1].payload, e.bye, e.status, e.reason, want.bye, want.status)
	}
}

func compressed(h http.Header) {
	h.Set("Sec-WebSocket-Extensions", "permessage-deflate; client_no_context_takeover; server_no_context_takeover")
}

// squeeze compresses a message as permessage-deflate does.
func squeeze(t *testing.T, s string) string {
	t.Helper()
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(s)); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(b.String(), "\x00\x00\xff\xff")
}
