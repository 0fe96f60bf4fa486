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
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

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
	if kept := sink.kept(); !maps.Equal(kept, map[string]string{"b": "2"}) {
		t.Errorf("%v", kept)
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
	sink.mu.Lock()
	defer sink.mu.Unlock()
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
	sink.mu.Lock()
	if len(sink.lost) != 0 {
		t.Errorf("lost %v", sink.lost)
	}
	sink.mu.Unlock()

	mute, other := newHub(t), newRows()
	start(t, mute, other, func(c *Config) { c.Silence = 30 * time.Millisecond })
	other.until(t, "silence", func() bool { return len(other.lost) > 1 })
	other.mu.Lock()
	defer other.mu.Unlock()
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
	sink.mu.Lock()
	err := sink.lost[0]
	sink.mu.Unlock()
	if access.HintOf(err) != access.HintCertificate || len(h.hellos) != 0 {
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
	isCalm := false
	start(t, h, sink, func(c *Config) {
		c.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
			mu.Lock()
			defer mu.Unlock()
			if err != nil || isCalm {
				return conn, err
			}
			// From inside the handshake to well into the rows.
			return &cutting{conn, 500 + r.IntN(4000)}, nil
		}
	})
	cuts := func() int { sink.mu.Lock(); defer sink.mu.Unlock(); return len(sink.lost) }
	for i := 0; i < 400 || cuts() < 8; i++ {
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
			before := cuts()
			h.mu.Lock()
			head := int64(len(h.log))
			h.mu.Unlock()
			sink.until(t, "rows, or a cut", func() bool { return sink.isOnline && sink.at.Seq >= head || len(sink.lost) > before })
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
	if want, kept := h.rows(), sink.kept(); !maps.Equal(kept, want) {
		t.Errorf("client %v\nserver %v", kept, want)
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

// kept is what the client holds now.
func (r *rows) kept() map[string]string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.rows)
}
