// Package live brings facts down: it keeps a websocket to the server's feed,
// says where the rows stand, and hands what comes to a Sink. Nothing but the
// first hello goes up.
//
// A connection that is lost is tried anew, after a wait that doubles from half a
// second to thirty, with jitter, so that a server which comes back is not met by
// all at once. Two missed beats are a lost connection too. What the Sink refuses
// (a row that cannot be kept) closes the connection: the rows then come again
// from the last position kept.
//
// Run is one goroutine and calls the Sink from it alone. A second one reads and
// decodes a few frames ahead of it, so that a whole copy is received while the
// rows before are being kept; a third only closes the socket when the context
// ends. All have ended when Run returns.
package live

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"llavero/app/internal/trust"
	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// Sink takes in what the feed says, in order, from one goroutine.
type Sink interface {
	// Position is where the rows stand, for the hello of each connection.
	Position() wire.Position
	Connecting()
	// Restored says that the server was restored to the state of an instant; the
	// Welcome that follows begins all rows anew.
	Restored(at time.Time)
	Welcome(ctx context.Context, epoch string, head int64, reset bool) error
	Changes(ctx context.Context, changes []wire.Change) error
	Ready(ctx context.Context, seq int64, at time.Time) error
	Beat(ctx context.Context, seq int64, at time.Time) error
	Lost(err error)
}

// How long things may take.
const (
	dialTime  = 10 * time.Second
	writeTime = 5 * time.Second
	// silenceTime is two missed beats and some slack for a slow network.
	silenceTime = 2*wire.BeatEvery + wire.BeatEvery/3
	firstWait   = 500 * time.Millisecond
	longestWait = 30 * time.Second
)

// ahead is how many frames are read before the sink asks for them.
const ahead = 4

// Config is what a Client connects with.
type Config struct {
	Server func() string      // "https://host:port"
	Token  func() secret.Text // the session's
	TLS    *tls.Config
	// Jitter returns a number in [0, 1), for the waits between tries.
	Jitter func() float64
	Log    *slog.Logger
	// Dial connects; nil: TCP. Tests cut connections here.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Wait is the longest wait between tries; zero: thirty seconds.
	Wait time.Duration
	// Silence is how long nothing may come; zero: two beats and some slack.
	Silence time.Duration
}

// Client follows one feed into one sink.
type Client struct {
	config Config
	sink   Sink
	dialer websocket.Dialer
}

// New makes a client; Run connects.
func New(c Config, sink Sink) *Client {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Wait == 0 {
		c.Wait = longestWait
	}
	if c.Silence == 0 {
		c.Silence = silenceTime
	}
	tlsConfig := c.TLS.Clone()
	tlsConfig.NextProtos = []string{"http/1.1"} // websockets are of HTTP/1.1
	return &Client{config: c, sink: sink, dialer: websocket.Dialer{
		TLSClientConfig: tlsConfig, NetDialContext: c.Dial, HandshakeTimeout: dialTime,
		Subprotocols: []string{wire.Subprotocol}, EnableCompression: true,
	}}
}

// Run follows the feed until ctx is done (nil), or the server ends it for good:
// CodeUnauthorized when the session is no more, HintProtocol when this program
// is too old or too new for the server. A server whose certificate is not to be
// trusted is tried again as if it were silent, and told as HintCertificate.
func (c *Client) Run(ctx context.Context) error {
	wait := min(firstWait, c.config.Wait)
	for ctx.Err() == nil {
		c.sink.Connecting()
		isReady, err := c.connect(ctx)
		if ctx.Err() != nil {
			break
		}
		c.sink.Lost(err)
		if isFinal(err) {
			return err
		}
		if isReady {
			wait = min(firstWait, c.config.Wait)
		}
		pause := time.NewTimer(wait/2 + time.Duration(c.config.Jitter()*float64(wait)))
		select {
		case <-ctx.Done():
			pause.Stop()
		case <-pause.C:
		}
		wait = min(2*wait, c.config.Wait)
	}
	return nil
}

// isFinal reports that connecting anew would change nothing.
func isFinal(err error) bool {
	e, ok := errors.AsType[*access.Error](err)
	return ok && (e.Code == access.CodeUnauthorized || e.Hint == access.HintProtocol)
}

// connect is one connection, from hello to its end. It reports whether the rows
// were current at some time.
func (c *Client) connect(ctx context.Context) (isReady bool, err error) {
	conn, err := c.dial(ctx)
	if err != nil {
		return false, err
	}
	// Closing the socket is what ends a read when ctx does.
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer func() {
		stop()
		_ = conn.Close()
	}()
	conn.SetReadLimit(wire.MaxFrame)
	at := c.sink.Position()
	if err := conn.SetWriteDeadline(time.Now().Add(writeTime)); err != nil { //nolint:forbidigo // a socket's deadline is the system's clock
		return false, silence(err)
	}
	hello := wire.Frame{Type: wire.FrameHello, Protocol: wire.Protocol, Epoch: at.Epoch, After: at.Seq}
	if err := conn.WriteJSON(hello); err != nil {
		return false, silence(err)
	}
	frames := make(chan received, ahead)
	done := make(chan struct{})
	var reading sync.WaitGroup
	reading.Go(func() { c.readAhead(conn, frames, done) })
	defer func() {
		close(done)
		_ = conn.Close() // ends the read under way
		reading.Wait()
	}()
	isWelcome := false
	for {
		next := <-frames // the last one holds an error
		frame := next.frame
		if next.err != nil {
			return isReady, next.err
		}
		if frame.Type != wire.FrameWelcome && frame.Type != wire.FrameBye && !isWelcome {
			return isReady, silence(fmt.Errorf("frame %s before welcome", frame.Type))
		}
		if err := c.take(ctx, frame); err != nil {
			return isReady, err
		}
		isWelcome = true
		isReady = isReady || frame.Type == wire.FrameReady
	}
}

// received is a frame, or why none comes any more.
type received struct {
	frame wire.Frame
	err   error
}

// readAhead reads frames until one cannot be read, or done is closed.
func (c *Client) readAhead(conn *websocket.Conn, frames chan<- received, done <-chan struct{}) {
	for {
		var next received
		next.frame, next.err = c.read(conn)
		select {
		case frames <- next:
		case <-done:
			return
		}
		if next.err != nil {
			return
		}
	}
}

func (c *Client) dial(ctx context.Context) (*websocket.Conn, error) {
	_, path, _ := strings.Cut(wire.RouteFeed, " ")
	address := "wss" + strings.TrimPrefix(c.config.Server(), "https") + path
	header := http.Header{"Authorization": {"Bearer " + c.config.Token().Reveal()}}
	conn, res, err := c.dialer.DialContext(ctx, address, header) //nolint:bodyclose // the dialer closes it, and keeps what is there of it
	switch {
	case err == nil && conn.Subprotocol() != wire.Subprotocol:
		_ = conn.Close()
		return nil, &access.Error{Code: access.CodeInvalid, Hint: access.HintProtocol, Err: errors.New("the server speaks another subprotocol")}
	case err == nil:
		return conn, nil
	case res != nil && errors.Is(err, websocket.ErrBadHandshake):
		return nil, &access.Error{Code: wire.CodeOfStatus(res.StatusCode), Err: fmt.Errorf("feed refused with status %d", res.StatusCode)}
	default:
		return nil, silence(err)
	}
}

// read waits for the next frame, two beats at most.
func (c *Client) read(conn *websocket.Conn) (wire.Frame, error) {
	if err := conn.SetReadDeadline(time.Now().Add(c.config.Silence)); err != nil { //nolint:forbidigo // a socket's deadline is the system's clock
		return wire.Frame{}, silence(err)
	}
	kind, reader, err := conn.NextReader()
	if err != nil {
		return wire.Frame{}, silence(err)
	}
	raw, err := io.ReadAll(io.LimitReader(reader, wire.MaxFrame+1)) // as it is after decompression
	if err != nil {
		return wire.Frame{}, silence(err)
	}
	if kind != websocket.TextMessage {
		return wire.Frame{}, silence(errors.New("a frame that is no text"))
	}
	return parseFrame(raw)
}

// parseFrame reads a frame and checks what it must have.
func parseFrame(raw []byte) (wire.Frame, error) {
	if len(raw) > wire.MaxFrame {
		return wire.Frame{}, silence(fmt.Errorf("frame of more than %d bytes", wire.MaxFrame))
	}
	var f wire.Frame
	if err := json.Unmarshal(raw, &f); err != nil {
		return wire.Frame{}, silence(fmt.Errorf("frame: %w", err))
	}
	if f.Seq < 0 || f.Head < 0 || f.Type == wire.FrameWelcome && f.Epoch == "" {
		return wire.Frame{}, silence(fmt.Errorf("frame %s lacks its epoch or has a negative position", f.Type))
	}
	for _, c := range f.Changes {
		if c.ID == "" || c.Kind == "" || c.Seq < 0 {
			return wire.Frame{}, silence(errors.New("a change without kind, id or position"))
		}
	}
	return f, nil
}

// take hands a frame to the sink. A type of a later server is passed over.
func (c *Client) take(ctx context.Context, f wire.Frame) error {
	switch f.Type {
	case wire.FrameWelcome:
		if !f.Restored.IsZero() {
			c.sink.Restored(f.Restored)
		}
		return c.sink.Welcome(ctx, f.Epoch, f.Head, f.Reset)
	case wire.FrameChanges:
		return c.sink.Changes(ctx, f.Changes)
	case wire.FrameReady:
		return c.sink.Ready(ctx, f.Seq, f.Time)
	case wire.FrameBeat:
		return c.sink.Beat(ctx, f.Seq, f.Time)
	case wire.FrameBye:
		return goodbye(f.Code)
	default:
		c.config.Log.Info("feed frame passed over", "type", string(f.Type))
		return nil
	}
}

// goodbye is the error of the server's reason to close.
func goodbye(code wire.ByeCode) error {
	cause := fmt.Errorf("the server said goodbye: %s", code)
	switch code {
	case wire.ByeSignedOut:
		return &access.Error{Code: access.CodeUnauthorized, Err: cause}
	case wire.ByeProtocol, wire.ByeBadFrame:
		return &access.Error{Code: access.CodeInvalid, Hint: access.HintProtocol, Err: cause}
	default:
		return silence(cause)
	}
}

// silence is the refusal of a connection that is not there, or of a server that
// could not prove who it is.
func silence(err error) error {
	hint := access.HintNoAnswer
	if trust.IsBroken(err) {
		hint = access.HintCertificate
	}
	return &access.Error{Code: access.CodeUnavailable, Hint: hint, Err: err}
}
