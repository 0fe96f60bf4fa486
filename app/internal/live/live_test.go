package live

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"llavero/shared/access"
	"llavero/shared/secret"
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
func (s *rows) Connecting()             {}

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

// start runs a client of a hub over TLS; the returned function stops it and
// gives what Run returned.
func start(t testing.TB, h *hub, sink Sink, edit func(*Config)) (stop func() error) {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.TLS = &tls.Config{MinVersion: tls.VersionTLS13}
	s.StartTLS()
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	c := Config{
		Server: func() string { return s.URL }, Token: func() secret.Text { return secret.New("ficha") },
		TLS:    &tls.Config{MinVersion: tls.VersionTLS13, RootCAs: pool},
		Jitter: rand.Float64, Wait: 5 * time.Millisecond,
	}
	if edit != nil {
		edit(&c)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- New(c, sink).Run(ctx) }()
	var once sync.Once
	var err error
	stop = func() error {
		once.Do(func() {
			cancel()
			err = <-done
			s.CloseClientConnections()
			s.Close()
		})
		return err
	}
	t.Cleanup(func() { _ = stop() })
	return stop
}

func TestRun_resumes(t *testing.T) {
	h, sink := newHub(t), newRows()
	h.write("a", `1`)
	stop := start(t, h, sink, nil)
	sink.until(t, "first rows", func() bool { return sink.isOnline && sink.at.Seq == 1 })
	h.write("b", `2`)
	h.write("a", ``)
	sink.until(t, "live rows", func() bool { return sink.at.Seq == 3 })
	if !maps.Equal(sink.rows, map[string]string{"b": "2"}) {
		t.Errorf("%v", sink.rows)
	}
	if err := stop(); err != nil {
		t.Errorf("run: %v", err)
	}
	h.write("c", `3`)
	start(t, h, sink, nil)
	sink.until(t, "what was missed", func() bool { return sink.at.Seq == 4 })
	h.mu.Lock()
	defer h.mu.Unlock()
	if last := h.hellos[len(h.hellos)-1]; last.Epoch != "e1" || last.After != 3 {
		t.Errorf("said hello with %+v", last)
	}
}

func TestRun_anotherEpochReplacesAll(t *testing.T) {
	h, sink := newHub(t), newRows()
	h.write("a", `1`)
	h.write("b", `2`)
	start(t, h, sink, nil)
	sink.until(t, "first rows", func() bool { return sink.at.Seq == 2 })
	h.restore("e2", []wire.Change{{Seq: 1, Kind: wire.RowRequest, ID: "z", Version: 1, Body: json.RawMessage(`9`)}})
	sink.until(t, "the restored rows", func() bool { return sink.at.Epoch == "e2" })
	if !maps.Equal(sink.rows, map[string]string{"z": "9"}) || sink.at.Seq != 1 {
		t.Errorf("%v at %+v", sink.rows, sink.at)
	}
}

func TestRun_sinkRefusesThenComesAgain(t *testing.T) {
	h, sink := newHub(t), newRows()
	start(t, h, sink, nil)
	sink.until(t, "connected", func() bool { return sink.isOnline })
	sink.mu.Lock()
	sink.refuse = errors.New("no room on the disk")
	sink.mu.Unlock()
	h.write("a", `1`)
	sink.until(t, "the row, again", func() bool { return len(sink.lost) > 0 && sink.rows["a"] == "1" })
}

func TestRun_missedBeats(t *testing.T) {
	h, sink := newHub(t), newRows()
	h.beat = 10 * time.Millisecond
	start(t, h, sink, func(c *Config) { c.Silence = 5 * time.Second })
	sink.until(t, "beats", func() bool { return sink.beats > 3 })
	if len(sink.lost) != 0 {
		t.Errorf("lost %v", sink.lost)
	}

	mute, other := newHub(t), newRows()
	start(t, mute, other, func(c *Config) { c.Silence = 30 * time.Millisecond })
	other.until(t, "silence", func() bool { return len(other.lost) > 1 })
	if err := other.lost[0]; access.HintOf(err) != access.HintNoAnswer {
		t.Errorf("%v", err)
	}
}

func TestRun_ends(t *testing.T) {
	bye := func(code wire.ByeCode) func(*hub) {
		return func(h *hub) {
			h.script = func(c *websocket.Conn) {
				_ = c.WriteJSON(wire.Frame{Type: wire.FrameBye, Code: code})
			}
		}
	}
	for name, c := range map[string]struct {
		set  func(*hub)
		code access.Code
		hint access.Hint
	}{
		"signed out":       {bye(wire.ByeSignedOut), access.CodeUnauthorized, ""},
		"too old":          {bye(wire.ByeProtocol), access.CodeInvalid, access.HintProtocol},
		"no session":       {func(h *hub) { h.status = 401 }, access.CodeUnauthorized, ""},
		"not even a hello": {bye(wire.ByeBadFrame), access.CodeInvalid, access.HintProtocol},
	} {
		t.Run(name, func(t *testing.T) {
			h, sink := newHub(t), newRows()
			c.set(h)
			s := httptest.NewTLSServer(h)
			defer s.Close()
			pool := x509.NewCertPool()
			pool.AddCert(s.Certificate())
			client := New(Config{
				Server: func() string { return s.URL }, Token: func() secret.Text { return secret.New("ficha") },
				TLS: &tls.Config{MinVersion: tls.VersionTLS13, RootCAs: pool}, Jitter: rand.Float64, Wait: time.Millisecond,
			}, sink)
			err := client.Run(t.Context())
			if access.CodeOf(err) != c.code || access.HintOf(err) != c.hint {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestRun_connectsAnew(t *testing.T) {
	for name, set := range map[string]func(*hub){
		"going down": func(h *hub) {
			h.script = func(c *websocket.Conn) { _ = c.WriteJSON(wire.Frame{Type: wire.FrameBye, Code: wire.ByeGoingDown}) }
		},
		"no JSON": func(h *hub) {
			h.script = func(c *websocket.Conn) { _ = c.WriteMessage(websocket.TextMessage, []byte("{")) }
		},
		"binary": func(h *hub) {
			h.script = func(c *websocket.Conn) { _ = c.WriteMessage(websocket.BinaryMessage, []byte("{}")) }
		},
		"no welcome": func(h *hub) {
			h.script = func(c *websocket.Conn) { _ = c.WriteJSON(wire.Frame{Type: wire.FrameReady, Seq: 5}) }
		},
		"too large": func(h *hub) {
			h.script = func(c *websocket.Conn) {
				_ = c.WriteJSON(wire.Frame{Type: wire.FrameWelcome, Epoch: "e1"})
				_ = c.WriteMessage(websocket.TextMessage, []byte(`{"type":"beat","code":"`+strings.Repeat("x", wire.MaxFrame)+`"}`))
				_, _, _ = c.ReadMessage()
			}
		},
		"unavailable": func(h *hub) { h.status = 503 },
	} {
		t.Run(name, func(t *testing.T) {
			h, sink := newHub(t), newRows()
			set(h)
			stop := start(t, h, sink, nil)
			sink.until(t, "tries", func() bool { return len(sink.lost) > 2 })
			for _, err := range sink.lost {
				if access.CodeOf(err) != access.CodeUnavailable {
					t.Errorf("%v", err)
				}
			}
			if sink.Position() != (wire.Position{}) {
				t.Errorf("position %+v", sink.Position())
			}
			if err := stop(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestRun_stranger(t *testing.T) {
	h, sink := newHub(t), newRows()
	start(t, h, sink, func(c *Config) { c.TLS.RootCAs = x509.NewCertPool() })
	sink.until(t, "a try", func() bool { return len(sink.lost) > 0 })
	if err := sink.lost[0]; access.HintOf(err) != access.HintCertificate || len(h.hellos) != 0 {
		t.Errorf("%v", err)
	}
}

// cutting is a connection that breaks after so many bytes came.
type cutting struct {
	net.Conn
	left int
}

func (c *cutting) Read(p []byte) (int, error) {
	if c.left <= 0 {
		_ = c.Close()
		return 0, errors.New("the network broke")
	}
	n, err := c.Conn.Read(p[:min(len(p), c.left)])
	c.left -= n
	return n, err
}

// TestRun_randomDrops: whatever breaks and whenever, the client ends equal to
// the server. The rows' own order (each position follows the one before) is
// checked by the sink.
func TestRun_randomDrops(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	defer func() {
		if t.Failed() {
			t.Logf("seed %d", seed)
		}
	}()
	r := rand.New(rand.NewPCG(seed, 1))
	var mu sync.Mutex
	random := func(n int) int { mu.Lock(); defer mu.Unlock(); return r.IntN(n) }
	h, sink := newHub(t), newRows()
	dials := 0
	isCalm := false
	start(t, h, sink, func(c *Config) {
		c.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
			mu.Lock()
			defer mu.Unlock()
			dials++
			if err != nil || isCalm {
				return conn, err
			}
			// From inside the handshake to well into the rows.
			return &cutting{conn, 500 + r.IntN(4000)}, nil
		}
	})
	for i := range 400 {
		id := fmt.Sprint(random(40))
		body := fmt.Sprintf(`{"n":%d,"pad":%q}`, i, strings.Repeat("x", random(60)))
		if random(5) == 0 {
			body = ""
		}
		h.write(id, body)
		if i == 200 {
			log := []wire.Change{}
			for j := range 30 {
				log = append(log, wire.Change{Seq: int64(j + 1), Kind: wire.RowRequest, ID: fmt.Sprint(j), Version: 1, Body: json.RawMessage(`"restored"`)})
			}
			h.restore("e2", log)
		}
		if i%10 == 0 { // let some of it come down
			sink.until(t, "a connection", func() bool { return sink.isOnline || len(sink.lost) > i/10 })
		}
	}
	mu.Lock()
	isCalm = true
	mu.Unlock()
	h.write("last", `1`)
	h.mu.Lock()
	head := int64(len(h.log))
	h.mu.Unlock()
	sink.until(t, "the end", func() bool { return sink.at.Seq == head && sink.at.Epoch == "e2" })
	if want := h.rows(); !maps.Equal(sink.rows, want) {
		t.Errorf("client %v\nserver %v", sink.rows, want)
	}
	mu.Lock()
	defer mu.Unlock()
	if dials < 5 {
		t.Errorf("only %d connections: nothing was tested", dials)
	}
}

func FuzzParseFrame(f *testing.F) {
	for _, s := range []string{
		`{"type":"welcome","epoch":"e","head":3,"reset":true}`, `{"type":"changes","changes":[{"seq":1,"kind":"key","id":"k","version":1,"body":{}}]}`,
		`{"type":"ready","seq":7,"time":"2026-04-07T17:00:00Z"}`, `{"type":"bye","code":"slow"}`, `{"type":"welcome"}`, `{"seq":-1}`, `[]`, ``,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		frame, err := parseFrame(raw)
		if err != nil {
			if access.CodeOf(err) != access.CodeUnavailable {
				t.Errorf("a bad frame ends the feed: %v", err)
			}
			return
		}
		if frame.Seq < 0 || frame.Head < 0 || frame.Type == wire.FrameWelcome && frame.Epoch == "" {
			t.Errorf("let through %+v", frame)
		}
		for _, c := range frame.Changes {
			if c.ID == "" || c.Seq < 0 {
				t.Errorf("let through %+v", c)
			}
		}
	})
}
