package live

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"llavero/shared/wire"
)

// hub is a small server of the feed: a log of changes and the rows they made.
type hub struct {
	t testing.TB

	mu     sync.Mutex
	epoch  string
	log    []wire.Change
	wake   chan struct{}
	status int // refuse the handshake with it
	beat   time.Duration
	hellos []wire.Frame
	script func(*websocket.Conn) // in place of following the log
}

func newHub(t testing.TB) *hub { return &hub{t: t, epoch: "e1", wake: make(chan struct{})} }

// write appends a change; an empty body deletes.
func (h *hub) write(id, body string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c := wire.Change{Seq: int64(len(h.log) + 1), Kind: wire.RowRequest, ID: id, Version: int64(len(h.log) + 1)}
	if body != "" {
		c.Body = json.RawMessage(body)
	}
	h.log = append(h.log, c)
	close(h.wake)
	h.wake = make(chan struct{})
}

// restore is a backup put back: another epoch, another story.
func (h *hub) restore(epoch string, log []wire.Change) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.epoch, h.log = epoch, log
	close(h.wake)
	h.wake = make(chan struct{})
}

func (h *hub) rows() map[string]string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return rowsOf(h.log)
}

func rowsOf(log []wire.Change) map[string]string {
	rows := map[string]string{}
	for _, c := range log {
		if len(c.Body) == 0 {
			delete(rows, c.ID)
			continue
		}
		rows[c.ID] = string(c.Body)
	}
	return rows
}

func (h *hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if h.status != 0 || r.Header.Get("Authorization") != "Bearer ficha" || r.URL.Path != "/v1/feed" {
		http.Error(w, "no", max(h.status, 400))
		return
	}
	up := websocket.Upgrader{Subprotocols: []string{wire.Subprotocol}, EnableCompression: true}
	conn, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer func() { _ = conn.Close() }()
	var hello wire.Frame
	if err := conn.ReadJSON(&hello); err != nil || hello.Type != wire.FrameHello || hello.Protocol != wire.Protocol {
		return
	}
	h.mu.Lock()
	h.hellos = append(h.hellos, hello)
	script := h.script
	h.mu.Unlock()
	if script != nil {
		script(conn)
		return
	}
	h.follow(conn, hello)
}

func (h *hub) follow(conn *websocket.Conn, hello wire.Frame) {
	go func() { // the client says no more: this ends with the connection
		for {
			if _, _, err := conn.ReadMessage(); err != nil {
				_ = conn.Close()
				return
			}
		}
	}()
	h.mu.Lock()
	epoch, head := h.epoch, int64(len(h.log))
	reset := hello.Epoch != epoch || hello.After > head || hello.After == 0
	after := hello.After
	frames := []wire.Frame{{Type: wire.FrameWelcome, Epoch: epoch, Head: head, Reset: reset}}
	if reset {
		rows := rowsOf(h.log)
		for _, id := range slices.Sorted(maps.Keys(rows)) {
			frames = append(frames, wire.Frame{Type: wire.FrameChanges, Changes: []wire.Change{{Kind: wire.RowRequest, ID: id, Body: json.RawMessage(rows[id])}}})
		}
		after = head
		frames = append(frames, wire.Frame{Type: wire.FrameReady, Seq: head, Time: time.Now()})
	}
	h.mu.Unlock()
	for _, f := range frames {
		if conn.WriteJSON(f) != nil {
			return
		}
	}
	for isFirst := true; ; isFirst = false {
		h.mu.Lock()
		wake := h.wake
		isRestored := h.epoch != epoch
		var list []wire.Change
		if !isRestored {
			list = slices.Clone(h.log[after:])
		}
		h.mu.Unlock()
		if isRestored {
			return
		}
		for chunk := range slices.Chunk(list, 3) {
			if conn.WriteJSON(wire.Frame{Type: wire.FrameChanges, Changes: chunk}) != nil {
				return
			}
			after = chunk[len(chunk)-1].Seq
		}
		if len(list) > 0 || isFirst {
			if conn.WriteJSON(wire.Frame{Type: wire.FrameReady, Seq: after, Time: time.Now()}) != nil {
				return
			}
		}
		select {
		case <-wake:
		case <-time.After(cmpOr(h.beat, time.Hour)):
			if conn.WriteJSON(wire.Frame{Type: wire.FrameBeat, Seq: after, Time: time.Now()}) != nil {
				return
			}
		}
	}
}

func cmpOr(a, b time.Duration) time.Duration {
	if a != 0 {
		return a
	}
	return b
}

// rows is a Sink that keeps rows and position as the program does.
type rows struct {
	mu       sync.Mutex
	at       wire.Position
	rows     map[string]string
	filling  map[string]string
	filled   string // its epoch
	isOnline bool
	beats    int
	lost     []error
	refuse   error // of the next change
	moved    chan struct{}
}

func newRows() *rows { return &rows{rows: map[string]string{}, moved: make(chan struct{}, 1)} }

func (s *rows) Position() wire.Position { s.mu.Lock(); defer s.mu.Unlock(); return s.at }

func (s *rows) Connecting() {}

func (s *rows) Lost(err error) {
	s.mu.Lock()
	s.lost, s.isOnline, s.filling = append(s.lost, err), false, nil
	s.mu.Unlock()
	s.poke()
}

func (s *rows) poke() {
	select {
	case s.moved <- struct{}{}:
	default:
	}
}

func (s *rows) Restored(time.Time) {}

func (s *rows) Welcome(_ context.Context, epoch string, _ int64, reset bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if reset {
		s.filling, s.filled = map[string]string{}, epoch
	}
	return nil
}

func (s *rows) Changes(_ context.Context, list []wire.Change) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.refuse; err != nil {
		s.refuse = nil
		return err
	}
	into := s.rows
	if s.filling != nil {
		into = s.filling
	}
	for _, c := range list {
		if len(c.Body) == 0 {
			delete(into, c.ID)
		} else {
			into[c.ID] = string(c.Body)
		}
		if s.filling == nil {
			if c.Seq != s.at.Seq+1 {
				return fmt.Errorf("change %d after %d", c.Seq, s.at.Seq)
			}
			s.at.Seq = c.Seq
		}
	}
	return nil
}

func (s *rows) Ready(_ context.Context, seq int64, at time.Time) error {
	s.mu.Lock()
	if s.filling != nil {
		s.rows, s.filling, s.at.Epoch = s.filling, nil, s.filled
	}
	s.at.Seq, s.at.At, s.isOnline = seq, at, true
	s.mu.Unlock()
	s.poke()
	return nil
}

func (s *rows) Beat(context.Context, int64, time.Time) error {
	s.mu.Lock()
	s.beats++
	s.mu.Unlock()
	s.poke()
	return nil
}

// until waits until the rows are as they should be.
func (s *rows) until(t testing.TB, what string, is func() bool) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		s.mu.Lock()
		isIt := is()
		s.mu.Unlock()
		if isIt {
			return
		}
		select {
		case <-s.moved:
		case <-deadline:
			t.Fatalf("%s: not in time; lost %v", what, s.lost)
		}
	}
}
