package feed

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"llavero/server/internal/auth"
	"llavero/server/internal/config"
	"llavero/server/internal/seal"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/puzzle"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// bench is a Hub over real sockets, a real store and real sessions.
type bench struct {
	t     *testing.T
	dir   string
	db    *store.DB
	auth  *auth.Service
	hub   *Hub
	url   string
	entry []entity
}

// entity is a delegate with their codes.
type entity struct {
	document access.Document
	codes    []access.LicenseCode
	token    string
}

func settings() config.Feed {
	f := config.Default().Feed
	f.Beat, f.HelloTimeout, f.WriteTimeout, f.PerAccount, f.PerAddress, f.Batch = 50*time.Millisecond, 5*time.Second, 5*time.Second, 300, 300, 4
	return f
}

func newBench(t *testing.T, f config.Feed) *bench {
	t.Helper()
	b := &bench{t: t, dir: t.TempDir()}
	var err error
	b.db, err = store.Open(t.Context(), filepath.Join(b.dir, "llavero.db"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.db.Close() })
	box, err := seal.Create(filepath.Join(b.dir, "keyset.json"))
	if err != nil {
		t.Fatal(err)
	}
	a := config.Default().Auth
	a.ArgonMemory, a.PuzzleBits = 64, 2
	b.auth, err = auth.New(auth.Deps{Store: b.db, Box: box, Settings: a, Rand: rand.Reader, Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	b.hub = New(Deps{Store: b.db, Auth: b.auth, Settings: f, Clock: time.Now, Wall: time.Now, Log: slog.New(slog.DiscardHandler)})
	b.fill()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Request-Id", "r-1") // as the API does for all answers
		w.Header().Set("Strict-Transport-Security", "max-age=1")
		s, err := b.auth.Session(r.Context(), auth.Bearer(r.Header.Get("Authorization")))
		if err == nil {
			err = b.hub.Serve(w, r, s)
		}
		if refused, ok := errors.AsType[*access.Error](err); ok && refused.Args["wait"] != "" {
			w.Header().Set("Retry-After", refused.Args["wait"])
		}
		if err != nil {
			http.Error(w, err.Error(), wire.StatusOf(access.CodeOf(err)))
		}
	}))
	// Small buffers: a client that does not read is felt soon.
	server.Config.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		if outer, ok := c.(*tls.Conn); ok {
			c = outer.NetConn()
		}
		if tcp, ok := c.(*net.TCPConn); ok {
			_ = tcp.SetWriteBuffer(8 << 10)
		}
		return ctx
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 10*time.Second)
		defer cancel()
		if err := b.hub.GoDown(ctx); err != nil {
			t.Errorf("feeds did not end: %v, %d open", err, b.hub.Open())
		}
	})
	b.url = server.URL
	return b
}

// fill makes two entities, of 9 codes and of 1, with a delegate each.
func (b *bench) fill() {
	b.t.Helper()
	b.entry = []entity{
		{document: access.Document{Type: access.DocumentNI, Number: "999100005"}},
		{document: access.Document{Type: access.DocumentNI, Number: "999100001"}},
	}
	for i := range 9 {
		b.entry[0].codes = append(b.entry[0].codes, access.LicenseCode(fmt.Sprintf("050019900%d", i)))
	}
	b.entry[1].codes = []access.LicenseCode{"0800199777"}
	r := store.Registry{
		Snapshot: store.Snapshot{Kind: store.SnapshotREPS},
		Entities: func(yield func(store.RegistryEntity) bool) {
			for _, e := range b.entry {
				if !yield(store.RegistryEntity{Document: e.document, Name: "ENTIDAD " + e.document.Number}) {
					return
				}
			}
		},
		Providers: b.providers(),
		Unsure:    func(access.LicenseCode) bool { return false },
	}
	err := b.db.Write(b.t.Context(), func(tx *store.Tx) error {
		_, err := tx.ApplyRegistry(r)
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	for i, e := range b.entry {
		pw := make([]byte, 12)
		_, _ = rand.Read(pw)
		n := auth.NewAccount{
			Person: access.Person{Document: access.Document{Type: access.DocumentCC, Number: fmt.Sprint(9999000001 + i)}, Name: "Persona Inventada"},
			Role:   access.RoleDelegate, Entity: e.document, Password: secret.New(hex.EncodeToString(pw)),
		}
		if _, err := b.auth.Add(b.t.Context(), n); err != nil {
			b.t.Fatal(err)
		}
		b.entry[i].token = b.signIn("ADMIHCEIPS"+e.document.Number, n.Password)
	}
}

func (b *bench) providers() iter.Seq[store.Provider] {
	return func(yield func(store.Provider) bool) {
		for _, e := range b.entry {
			for _, c := range e.codes {
				p := store.Provider{Code: c, Entity: access.EntityOf(e.document), Name: "PRESTADOR " + string(c), Sites: []store.Site{{Number: "01", Name: "SEDE"}}}
				if c == bigCode {
					p.Sites = bigSites()
				}
				if !yield(p) {
					return
				}
			}
		}
	}
}

// bigCode has many sites, with names that compress badly.
const bigCode = access.LicenseCode("0500199008")

func bigSites() []store.Site {
	var sites []store.Site
	for n := 1; n < 100; n++ {
		name := make([]byte, 60)
		_, _ = rand.Read(name)
		sites = append(sites, store.Site{Number: access.SiteNumber(fmt.Sprintf("%02d", n)), Name: "SEDE " + hex.EncodeToString(name)})
	}
	return sites
}

func (b *bench) signIn(login string, pw secret.Text) string {
	b.t.Helper()
	p, err := b.auth.Puzzle()
	if err != nil {
		b.t.Fatal(err)
	}
	nonce, err := puzzle.Solve(b.t.Context(), p.Challenge, p.Difficulty, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	in, err := b.auth.SignIn(b.t.Context(), auth.Visit{Address: "192.0.2.1"}, wire.SignIn{Login: login, Password: pw.Reveal(), Challenge: p.Challenge, Nonce: nonce})
	if err != nil {
		b.t.Fatal(err)
	}
	return in.Token
}

// touch writes a change of each code of an entity and returns the last position.
func (b *bench) touch(e entity, codes ...access.LicenseCode) int64 {
	b.t.Helper()
	var last int64
	err := b.db.Write(b.t.Context(), func(tx *store.Tx) error {
		for _, c := range codes {
			var err error
			if last, err = tx.Change(wire.RowProvider, string(c), access.EntityOf(e.document)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return last
}

// client is a feed's other end, as small as can be.
type client struct {
	*websocket.Conn
	t     *testing.T
	rows  map[string]int // by id, how often they came
	after int64
	epoch string
}

func (b *bench) dial(token string) *client {
	b.t.Helper()
	c, status, err := b.tryDial(token)
	if err != nil {
		b.t.Fatalf("dial: %v, status %d", err, status)
	}
	b.t.Cleanup(func() { _ = c.Close() })
	return &client{Conn: c, t: b.t, rows: map[string]int{}}
}

// tryDial also tells the status of a refusal.
func (b *bench) tryDial(token string) (*websocket.Conn, int, error) {
	d := websocket.Dialer{
		Subprotocols: []string{wire.Subprotocol}, EnableCompression: true, HandshakeTimeout: 10 * time.Second,
		TLSClientConfig: clientTLS(b.t, b.url),
	}
	c, resp, err := d.DialContext(b.t.Context(), strings.Replace(b.url, "https:", "wss:", 1), http.Header{"Authorization": {"Bearer " + token}})
	status := 0
	if resp != nil {
		status = resp.StatusCode
		_ = resp.Body.Close()
	}
	return c, status, err
}

func (c *client) hello(epoch string, after int64) {
	c.t.Helper()
	if err := c.WriteJSON(wire.Frame{Type: wire.FrameHello, Protocol: wire.Protocol, Epoch: epoch, After: after}); err != nil {
		c.t.Fatal(err)
	}
}

// next reads a frame, within ten seconds.
func (c *client) next() (wire.Frame, error) {
	var f wire.Frame
	if err := c.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		return f, err
	}
	_, b, err := c.ReadMessage()
	if err != nil {
		return f, err
	}
	if len(b) > wire.MaxFrame {
		return f, fmt.Errorf("a frame of %d bytes", len(b))
	}
	return f, json.Unmarshal(b, &f)
}

// until reads frames up to one of a type, keeping the rows that pass; beats are
// skipped unless asked for.
func (c *client) until(want wire.FrameType) wire.Frame {
	c.t.Helper()
	for {
		f, err := c.next()
		if err != nil {
			c.t.Fatalf("waiting for %s: %v", want, err)
		}
		for _, change := range f.Changes {
			c.rows[change.ID]++
		}
		switch f.Type {
		case wire.FrameReady, wire.FrameBeat:
			if f.Seq < c.after {
				c.t.Fatalf("the position went back from %d to %d", c.after, f.Seq)
			}
			c.after = f.Seq
		case wire.FrameWelcome:
			c.epoch = f.Epoch
		}
		if f.Type == want {
			return f
		}
		if f.Type == wire.FrameBye {
			c.t.Fatalf("waiting for %s: bye %s", want, f.Code)
		}
	}
}

// upTo reads until the position is reached.
func (c *client) upTo(seq int64) {
	c.t.Helper()
	for c.after < seq {
		c.until(wire.FrameReady)
	}
}

// waitFor polls what a socket's other end does by itself.
func waitFor(t *testing.T, done func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(10 * time.Second)
	for !done() {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatal("did not happen in 10 s")
		}
	}
}
