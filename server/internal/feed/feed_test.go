package feed

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"llavero/server/internal/store"
	"llavero/shared/wire"
)

func TestFeed_firstTime(t *testing.T) {
	b := newBench(t, settings())
	c := b.dial(b.entry[0].token)
	c.hello("", 0)
	w := c.until(wire.FrameWelcome)
	if !w.Reset || w.Epoch == "" || w.Head < 10 {
		t.Fatalf("welcome %+v", w)
	}
	r := c.until(wire.FrameReady)
	if r.Seq != w.Head || r.Time.IsZero() {
		t.Errorf("ready %+v, head %d", r, w.Head)
	}
	if got := slices.Sorted(maps.Keys(c.rows)); len(got) != 9 || got[0] != "0500199000" {
		t.Errorf("rows %q", got)
	}
}

func TestFeed_resumes(t *testing.T) {
	b := newBench(t, settings())
	mine, other := b.entry[0], b.entry[1]
	c := b.dial(mine.token)
	c.hello("", 0)
	c.until(wire.FrameReady)
	_ = c.Close()

	// Meanwhile two rows change, one of them three times, and others' too.
	b.touch(other, other.codes[0], other.codes[0])
	b.touch(mine, mine.codes[2], mine.codes[3], mine.codes[2])
	b.touch(other, other.codes[0], other.codes[0], other.codes[0], other.codes[0], other.codes[0])
	last := b.touch(mine, mine.codes[2])

	again := b.dial(mine.token)
	again.hello(c.epoch, c.after)
	if w := again.until(wire.FrameWelcome); w.Reset || w.Head != last {
		t.Fatalf("welcome %+v", w)
	}
	again.until(wire.FrameReady)
	if again.after != last || len(again.rows) != 2 || again.rows[string(mine.codes[3])] != 1 {
		t.Errorf("at %d of %d with %v", again.after, last, again.rows)
	}

	// Live, one at a time.
	for _, code := range mine.codes[:3] {
		seq := b.touch(mine, code)
		before := again.rows[string(code)]
		again.upTo(seq)
		if again.rows[string(code)] != before+1 {
			t.Errorf("%s did not come", code)
		}
	}

	// Nothing is missing: ready at once, at the same place.
	idle := b.dial(mine.token)
	idle.hello(again.epoch, again.after)
	idle.until(wire.FrameReady)
	if len(idle.rows) != 0 || idle.after != again.after {
		t.Errorf("at %d with %v", idle.after, idle.rows)
	}
}

func TestFeed_othersMoveThePositionWithTheBeat(t *testing.T) {
	b := newBench(t, settings())
	c := b.dial(b.entry[0].token)
	c.hello("", 0)
	c.until(wire.FrameReady)
	last := b.touch(b.entry[1], b.entry[1].codes[0])
	for c.after < last {
		c.until(wire.FrameBeat)
	}
	if c.rows[string(b.entry[1].codes[0])] != 0 {
		t.Error("another entity's row came")
	}
}

func TestFeed_resets(t *testing.T) {
	b := newBench(t, settings())
	head := b.touch(b.entry[0], b.entry[0].codes[0])
	epoch, err := b.db.Epoch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for name, at := range map[string]struct {
		epoch string
		after int64
		reset bool
	}{
		"resume":         {epoch, head, false},
		"from the first": {epoch, 1, false},
		"other epoch":    {"another", head, true},
		"ahead":          {epoch, head + 1, true},
		"nothing yet":    {epoch, 0, true},
	} {
		c := b.dial(b.entry[0].token)
		c.hello(at.epoch, at.after)
		if w := c.until(wire.FrameWelcome); w.Reset != at.reset {
			t.Errorf("%s: reset %t", name, w.Reset)
		}
		c.until(wire.FrameReady)
		if c.after != head || (at.reset && len(c.rows) != 9) {
			t.Errorf("%s: at %d of %d with %d rows", name, c.after, head, len(c.rows))
		}
	}

	// A restored backup: the same client, told to forget.
	err = b.db.Write(t.Context(), func(tx *store.Tx) error { return tx.SetMeta("epoch", "restored") })
	if err != nil {
		t.Fatal(err)
	}
	c := b.dial(b.entry[0].token)
	c.hello(epoch, head)
	if w := c.until(wire.FrameWelcome); !w.Reset || w.Epoch != "restored" {
		t.Errorf("after a restore: %+v", w)
	}
}

func TestFeed_byes(t *testing.T) {
	b := newBench(t, settings())
	for name, tt := range map[string]struct {
		send func(*client) error
		want wire.ByeCode
	}{
		"protocol": {func(c *client) error {
			return c.WriteJSON(wire.Frame{Type: wire.FrameHello, Protocol: wire.Protocol + 1})
		}, wire.ByeProtocol},
		"no hello":     {func(c *client) error { return c.WriteJSON(wire.Frame{Type: wire.FrameReady}) }, wire.ByeBadFrame},
		"no json":      {func(c *client) error { return c.WriteMessage(websocket.TextMessage, []byte("{")) }, wire.ByeBadFrame},
		"binary":       {func(c *client) error { return c.WriteMessage(websocket.BinaryMessage, []byte("{}")) }, wire.ByeBadFrame},
		"second frame": {func(c *client) error { c.hello("", 0); c.until(wire.FrameReady); c.hello("", 0); return nil }, wire.ByeBadFrame},
	} {
		c := b.dial(b.entry[0].token)
		if err := tt.send(c); err != nil {
			t.Fatal(err)
		}
		if f := c.until(wire.FrameBye); f.Code != tt.want {
			t.Errorf("%s: bye %s", name, f.Code)
		}
		if _, err := c.next(); !websocket.IsCloseError(err, websocket.CloseNormalClosure) {
			t.Errorf("%s: after bye: %v", name, err)
		}
	}
}

func TestFeed_tooLongAFrame(t *testing.T) {
	b := newBench(t, settings())
	c := b.dial(b.entry[0].token)
	c.EnableWriteCompression(false)
	long := []byte(strings.Repeat(" ", 2*maxHello) + `{"type":"hello","protocol":1}`)
	if err := c.WriteMessage(websocket.TextMessage, long); err != nil {
		t.Fatal(err)
	}
	if f, err := c.next(); err == nil {
		t.Errorf("answered %+v", f)
	}
	packed := b.dial(b.entry[0].token) // short on the line, long when unpacked
	if err := packed.WriteMessage(websocket.TextMessage, long); err != nil {
		t.Fatal(err)
	}
	if f := packed.until(wire.FrameBye); f.Code != wire.ByeBadFrame {
		t.Errorf("bye %s", f.Code)
	}
}

func TestFeed_helloMustCome(t *testing.T) {
	f := settings()
	f.HelloTimeout = 50 * time.Millisecond
	b := newBench(t, f)
	c := b.dial(b.entry[0].token)
	if got, err := c.next(); err == nil {
		t.Errorf("answered %+v", got)
	}
	waitFor(t, func() bool { return b.hub.Open() == 0 })
}
