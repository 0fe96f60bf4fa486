// Package feed tells each client what changed, by websocket: facts only.
//
// One connection is two goroutines. The reader takes the hello and then listens
// for signs of life; whatever else a client sends ends the connection. The
// writer, which is the request's own goroutine, does all the talking: subscribe,
// then read the position, then send what is missing, then wait to be woken.
// Waking carries no data: the writer looks at the store again, so that a slow
// client queues nothing and loses nothing.
//
// What a viewer may see is decided in the store's SELECT. Rows are read in one
// transaction and encoded there. Sending never holds it up: a whole copy is read
// by a third goroutine and sent from a backlog without bound, the rest is sent
// after the transaction ended. No client, however slow, holds the store.
package feed

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/gorilla/websocket"

	"llavero/server/internal/auth"
	"llavero/server/internal/config"
	"llavero/server/internal/edge"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// maxHello bounds what a client may send in one frame, in bytes.
const maxHello = 4 << 10

// maxControls bounds the pings and pongs of a client between two beats.
const maxControls = 60

// resetsAtOnce bounds how many whole copies are read and encoded at a time: each
// takes memory for all its rows.
const resetsAtOnce = 4

// Deps are what a Hub works with. All are needed.
type Deps struct {
	Store    *store.DB
	Auth     *auth.Service
	Settings config.Feed
	Clock    func() time.Time // shown to clients
	Wall     func() time.Time // the machine's own, for deadlines of sockets
	Log      *slog.Logger
}

// Hub serves feeds. It is safe for many goroutines.
type Hub struct {
	store    *store.DB
	auth     *auth.Service
	settings config.Feed
	clock    func() time.Time
	wall     func() time.Time
	log      *slog.Logger
	upgrader websocket.Upgrader
	resets   chan struct{}

	closing chan struct{} // closed when the server goes down
	once    sync.Once
	conns   sync.WaitGroup

	mu      sync.Mutex
	open    int
	per     map[access.AccountID]int
	from    map[string]int // by edge.Owner of the address
	sockets map[*websocket.Conn]struct{}
}

// New makes a Hub.
func New(d Deps) *Hub {
	return &Hub{
		store: d.Store, auth: d.Auth, settings: d.Settings, clock: d.Clock, wall: d.Wall, log: d.Log,
		upgrader: websocket.Upgrader{
			HandshakeTimeout:  10 * time.Second,
			Subprotocols:      []string{wire.Subprotocol},
			EnableCompression: true,
			CheckOrigin:       isOwn, // asked before, in Refuse
			WriteBufferPool:   &sync.Pool{},
			WriteBufferSize:   4 << 10,
			ReadBufferSize:    1 << 10,
		},
		resets:  make(chan struct{}, resetsAtOnce),
		closing: make(chan struct{}),
		per:     map[access.AccountID]int{},
		from:    map[string]int{},
		sockets: map[*websocket.Conn]struct{}{},
	}
}

// Refuse says why a request cannot become a feed; nil when it can.
func (h *Hub) Refuse(r *http.Request) error {
	if !websocket.IsWebSocketUpgrade(r) {
		return access.Refuse(access.CodeInvalid, access.HintProtocol)
	}
	if !isOwn(r) {
		return access.Refuse(access.CodeForbidden, "")
	}
	if !slices.Contains(websocket.Subprotocols(r), wire.Subprotocol) {
		return access.Refuse(access.CodeInvalid, access.HintProtocol)
	}
	return nil
}

// isOwn reports a request that no browser sent for a page of somebody else's. The
// client of ours sends no Origin.
func isOwn(r *http.Request) bool {
	from, sent := r.Header["Origin"]
	if !sent {
		return true
	}
	if len(from) != 1 {
		return false
	}
	u, err := url.Parse(from[0])
	return err == nil && u.Scheme == "https" && r.Host != "" && strings.EqualFold(u.Host, r.Host)
}

// Serve turns the request into a feed and returns when it ended. A non-nil
// error means that nothing was answered yet: the caller says why.
func (h *Hub) Serve(w http.ResponseWriter, r *http.Request, session auth.Session) error {
	if err := h.Refuse(r); err != nil {
		return err
	}
	from := owner(r)
	if err := h.enter(session.Viewer.Account, from); err != nil {
		return err
	}
	defer h.leave(session.Viewer.Account, from)
	// What stands on every answer stands on this one too.
	conn, err := h.upgrader.Upgrade(w, r, w.Header().Clone())
	if err != nil {
		h.log.DebugContext(r.Context(), "feed not opened", "err", err)
		return nil // the upgrader answered
	}
	h.mu.Lock()
	h.sockets[conn] = struct{}{}
	h.mu.Unlock()
	defer func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.sockets, conn)
	}()
	s := &stream{hub: h, conn: conn, session: session, log: h.log.With("account", session.Viewer.Account)}
	// The request's context ends with the handler, not with the connection it
	// gave away: the stream's own ends when its reader does.
	s.serve(context.WithoutCancel(r.Context()))
	return nil
}

// owner is whom the connections of an address are counted with.
func owner(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	return edge.Owner(host)
}

// enter counts a connection of an account from an address, or refuses one too
// many.
func (h *Hub) enter(id access.AccountID, from string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	select {
	case <-h.closing:
		return access.Refuse(access.CodeUnavailable, "")
	default:
	}
	wait := map[string]string{"wait": "30"}
	if h.open >= h.settings.Total {
		return &access.Error{Code: access.CodeUnavailable, Args: wait}
	}
	if h.per[id] >= h.settings.PerAccount || h.from[from] >= h.settings.PerAddress {
		return &access.Error{Code: access.CodeThrottled, Args: wait}
	}
	h.open++
	h.per[id]++
	h.from[from]++
	h.conns.Add(1)
	return nil
}

func (h *Hub) leave(id access.AccountID, from string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.open--
	if h.per[id]--; h.per[id] == 0 {
		delete(h.per, id)
	}
	if h.from[from]--; h.from[from] == 0 {
		delete(h.from, from)
	}
	h.conns.Done()
}

// Open is how many connections there are.
func (h *Hub) Open() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.open
}

// GoDown says goodbye to every client and waits until they are gone, or ctx
// ends. New ones are refused from the call on.
func (h *Hub) GoDown(ctx context.Context) error {
	h.shut()
	gone := make(chan struct{})
	go func() {
		h.conns.Wait()
		close(gone)
	}()
	select {
	case <-gone:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// shut refuses new connections and tells the present ones to end.
func (h *Hub) shut() {
	h.once.Do(func() {
		h.mu.Lock() // so that nobody enters between
		defer h.mu.Unlock()
		close(h.closing)
	})
}

// Kill cuts every connection without a word and returns when they are gone.
func (h *Hub) Kill() {
	h.mu.Lock()
	for conn := range h.sockets {
		cut(conn)
	}
	h.mu.Unlock()
	h.shut()
	h.mu.Lock()
	for conn := range h.sockets { // opened between
		cut(conn)
	}
	h.mu.Unlock()
	h.conns.Wait()
}

// cut closes the socket under the goodbyes of websocket and TLS, which could wait
// for a client that does not read.
func cut(conn *websocket.Conn) {
	inner := conn.NetConn()
	if outer, ok := inner.(*tls.Conn); ok {
		inner = outer.NetConn()
	}
	_ = inner.Close() // it may be gone already
}

// parseHello reads a client's first frame.
func parseHello(b []byte) (wire.Frame, wire.ByeCode) {
	var f wire.Frame
	if !utf8.Valid(b) || json.Unmarshal(b, &f) != nil || f.Type != wire.FrameHello || f.After < 0 || len(f.Epoch) > 100 {
		return wire.Frame{}, wire.ByeBadFrame
	}
	if f.Protocol != wire.Protocol {
		return wire.Frame{}, wire.ByeProtocol
	}
	return f, ""
}
