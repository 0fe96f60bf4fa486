package feed

import (
	"compress/flate"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"llavero/server/internal/auth"
	"llavero/server/internal/store"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// How hard frames are compressed. A large copy is worth the server's time, for
// it is what a first start waits for on a slow line; a live row, which goes to
// hundreds at once, is not, nor a delegate's few codes.
const (
	levelLive  = flate.BestSpeed
	levelWhole = 6
	wholeFrame = 64 << 10 // bytes from which on a copy's frame is worth it
)

// lull is how long an ended connection waits for the client's own goodbye.
const lull = time.Second

// stream is one connection. Only serve's goroutine writes.
type stream struct {
	hub     *Hub
	conn    *websocket.Conn
	session auth.Session
	log     *slog.Logger

	position int64 // all up to it was sent
	greeted  bool  // a first frame came; the reader's own
}

// bye is an end that the client is told of.
type bye wire.ByeCode

func (b bye) Error() string { return "feed: bye " + string(b) }

// errGone is an end the client cannot be told of: it is not there.
var errGone = errors.New("feed: the client is gone")

func (s *stream) serve(ctx context.Context) {
	defer func() { _ = s.conn.Close() }()
	hello := make(chan []byte, 2) // the first frame, and that there was a second
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		s.read(hello)
	}()

	err := s.talk(ctx, hello, gone)
	if code, ok := errors.AsType[bye](err); ok {
		s.log.InfoContext(ctx, "feed ended", "code", string(code))
		_ = s.write(wire.Frame{Type: wire.FrameBye, Code: wire.ByeCode(code)})
		_ = s.conn.WriteControl(websocket.CloseMessage,
			websocket.FormatCloseMessage(websocket.CloseNormalClosure, string(code)), s.hub.wall().Add(lull))
		// Wait for its close frame: closing with unread bytes would reset the
		// connection and the goodbye with it.
		select {
		case <-gone:
		case <-time.After(lull):
		}
	} else if !errors.Is(err, errGone) {
		s.log.WarnContext(ctx, "feed failed", "err", err)
	}
	_ = s.conn.Close()
	<-gone
}

// read hands on the first frame and then only keeps the connection alive. It
// ends with the connection, or with the second frame.
func (s *stream) read(hello chan<- []byte) {
	alive := func() error {
		return s.conn.SetReadDeadline(s.hub.wall().Add(3 * s.hub.settings.Beat))
	}
	s.conn.SetReadLimit(maxHello)
	s.boundControls(alive)
	if err := s.conn.SetReadDeadline(s.hub.wall().Add(s.hub.settings.HelloTimeout)); err != nil {
		return
	}
	kind, r, err := s.conn.NextReader()
	if err != nil {
		return
	}
	// The read limit counts bytes on the line: what they unpack to has its own.
	b, err := io.ReadAll(io.LimitReader(r, maxHello+1))
	if err != nil {
		return
	}
	if kind != websocket.TextMessage || len(b) > maxHello {
		b = nil // no hello
	}
	hello <- b
	s.greeted = true
	if err := alive(); err != nil {
		return
	}
	for {
		if _, _, err := s.conn.NextReader(); err != nil {
			return
		}
		// A second frame: the socket carries no command.
		select {
		case hello <- nil:
		default:
		}
	}
}

// boundControls answers pings and takes pongs, so many between two beats: more is
// an attack. Only the reader's goroutine comes here.
func (s *stream) boundControls(alive func() error) {
	var since time.Time
	count := 0
	isMany := func() bool {
		if now := s.hub.wall(); now.Sub(since) > s.hub.settings.Beat {
			since, count = now, 0
		}
		count++
		return count > maxControls
	}
	pong := s.conn.PingHandler() // gorilla's own: the same payload back
	s.conn.SetPingHandler(func(data string) error {
		if isMany() {
			return errGone
		}
		return pong(data)
	})
	s.conn.SetPongHandler(func(string) error {
		if isMany() {
			return errGone
		}
		if !s.greeted { // the hello's time is not stretched
			return nil
		}
		return alive()
	})
}

func (s *stream) talk(ctx context.Context, hello <-chan []byte, gone <-chan struct{}) error {
	var first wire.Frame
	select {
	case b := <-hello:
		var code wire.ByeCode
		if first, code = parseHello(b); code != "" {
			return bye(code)
		}
	case <-s.hub.closing:
		return bye(wire.ByeGoingDown)
	case <-gone:
		return errGone
	}

	ended, unwatch := s.hub.auth.Watch(s.session)
	defer unwatch()
	if err := s.check(ctx); err != nil { // signed out between the upgrade and now
		return err
	}
	wake, cancel := s.hub.store.Subscribe()
	defer cancel()
	if err := s.welcome(ctx, first); err != nil {
		return err
	}
	beat := time.NewTicker(s.hub.settings.Beat)
	defer beat.Stop()
	for {
		select {
		case <-wake:
			if err := s.catchUp(ctx, false); err != nil {
				return err
			}
		case <-beat.C:
			if err := s.beat(ctx); err != nil {
				return err
			}
		case <-ended:
			return bye(wire.ByeSignedOut)
		case <-s.hub.closing:
			return bye(wire.ByeGoingDown)
		case <-hello:
			return bye(wire.ByeBadFrame)
		case <-gone:
			return errGone
		}
	}
}

// check asks whether the session still is what it was.
func (s *stream) check(ctx context.Context) error {
	now, err := s.hub.auth.Check(ctx, s.session)
	if access.CodeOf(err) == access.CodeUnauthorized {
		return bye(wire.ByeSignedOut)
	}
	if err != nil {
		return err
	}
	if now.Viewer != s.session.Viewer {
		return bye(wire.ByeSignedOut) // another role or entity: other rows
	}
	return nil
}

// beat tells that the server lives, and asks whether the client does.
func (s *stream) beat(ctx context.Context) error {
	if err := s.check(ctx); err != nil {
		return err
	}
	deadline := s.hub.wall().Add(s.hub.settings.WriteTimeout)
	if err := s.conn.WriteControl(websocket.PingMessage, nil, deadline); err != nil {
		return errGone
	}
	// An import on the command line is another process: it wakes nobody here.
	if err := s.catchUp(ctx, false); err != nil {
		return err
	}
	return s.write(wire.Frame{Type: wire.FrameBeat, Seq: s.position, Time: s.hub.clock().UTC()})
}

// welcome answers the hello and sends what is missing: the changes since, or
// everything when the client's position means nothing here.
func (s *stream) welcome(ctx context.Context, hello wire.Frame) error {
	var reset bool
	var head int64
	var epoch string
	var restored time.Time
	err := s.hub.store.Read(ctx, func(tx *store.Tx) error {
		var err error
		if epoch, err = tx.Meta("epoch"); err != nil {
			return err
		}
		if head, err = tx.Head(); err != nil {
			return err
		}
		oldest, err := tx.OldestChange()
		if err != nil {
			return err
		}
		if hello.Epoch != "" && hello.Epoch != epoch {
			if restored, err = workflow.RestoredFrom(tx); err != nil {
				return err
			}
		}
		reset = hello.Epoch != epoch || hello.After == 0 || hello.After > head || (oldest > 0 && hello.After < oldest-1)
		return nil
	})
	if err != nil {
		return fmt.Errorf("read position: %w", err)
	}
	if err := s.write(wire.Frame{Type: wire.FrameWelcome, Epoch: epoch, Head: head, Reset: reset, Restored: restored}); err != nil {
		return err
	}
	s.position = hello.After
	if reset {
		if err := s.everything(ctx); err != nil {
			return err
		}
	}
	return s.catchUp(ctx, true)
}

// everything sends all the viewer may see, while it is being read.
func (s *stream) everything(ctx context.Context) error {
	select {
	case s.hub.resets <- struct{}{}:
	case <-s.hub.closing:
		return bye(wire.ByeGoingDown)
	}
	ctx, cancel := context.WithCancel(ctx)
	rows := newBacklog()
	var head int64
	var reading sync.WaitGroup
	reading.Go(func() {
		defer func() { <-s.hub.resets }()
		var err error
		head, err = s.readAll(ctx, rows.add)
		rows.end(err)
	})
	err := s.sendRows(rows)
	cancel()
	reading.Wait()
	if err != nil {
		return err
	}
	s.position = head
	return nil
}

// readAll reads all the viewer may see, as frames, and where the feed stood.
func (s *stream) readAll(ctx context.Context, send func([]byte)) (head int64, err error) {
	p := packer{most: s.hub.settings.Batch, send: send}
	err = s.hub.store.Read(ctx, func(tx *store.Tx) error {
		var err error
		if head, err = tx.Head(); err != nil {
			return err
		}
		return tx.VisibleRows(s.session.Viewer, p.add)
	})
	if err != nil {
		return 0, fmt.Errorf("read all rows: %w", err)
	}
	p.flush()
	return head, nil
}

// sendRows sends a backlog until its end.
func (s *stream) sendRows(rows *backlog) (err error) {
	defer func() { err = errors.Join(err, s.conn.SetCompressionLevel(levelLive)) }()
	for {
		frames, isDone, err := rows.take()
		if err != nil {
			return err
		}
		if len(frames) > 0 && len(frames[0]) >= wholeFrame {
			if err := s.conn.SetCompressionLevel(levelWhole); err != nil {
				return fmt.Errorf("compress: %w", err)
			}
		}
		if err := s.sendAll(frames); err != nil || isDone {
			return err
		}
		select {
		case <-rows.more:
		case <-s.hub.closing:
			return bye(wire.ByeGoingDown)
		}
	}
}

// catchUp sends the changes after the position, until there are none. ready
// says so even when nothing was sent; without it a viewer whom nothing concerned
// learns the position from the next beat.
func (s *stream) catchUp(ctx context.Context, ready bool) error {
	for {
		var changes []wire.Change
		var last, head int64
		err := s.hub.store.Read(ctx, func(tx *store.Tx) error {
			var err error
			if head, err = tx.Head(); err != nil {
				return err
			}
			changes, last, err = tx.ChangesAfter(s.session.Viewer, s.position, s.hub.settings.Batch)
			return err
		})
		if err != nil {
			return fmt.Errorf("read changes: %w", err)
		}
		var frames [][]byte
		p := packer{most: s.hub.settings.Batch, send: func(b []byte) { frames = append(frames, b) }}
		for _, c := range changes {
			if err := p.add(c); err != nil {
				return err
			}
		}
		p.flush()
		if err := s.sendAll(frames); err != nil {
			return err
		}
		ready = ready || len(changes) > 0
		s.position = max(s.position, last)
		if s.position >= head {
			break
		}
	}
	if !ready {
		return nil
	}
	return s.write(wire.Frame{Type: wire.FrameReady, Seq: s.position, Time: s.hub.clock().UTC()})
}

func (s *stream) sendAll(frames [][]byte) error {
	for _, b := range frames {
		select { // a goodbye does not wait for a country
		case <-s.hub.closing:
			return bye(wire.ByeGoingDown)
		default:
		}
		if err := s.send(b); err != nil {
			return err
		}
	}
	return nil
}

func (s *stream) write(f wire.Frame) error {
	b, err := json.Marshal(f)
	if err != nil {
		return fmt.Errorf("encode frame: %w", err)
	}
	return s.send(b)
}

// send writes one frame. A client that takes longer than WriteTimeout for it is
// told so and ended; one that takes twice as long is cut off, for nothing more
// can be told.
func (s *stream) send(b []byte) error {
	began := s.hub.wall()
	if err := s.conn.SetWriteDeadline(began.Add(2 * s.hub.settings.WriteTimeout)); err != nil {
		return errGone
	}
	s.conn.EnableWriteCompression(len(b) > 512)
	if err := s.conn.WriteMessage(websocket.TextMessage, b); err != nil {
		return errGone
	}
	if s.hub.wall().Sub(began) > s.hub.settings.WriteTimeout {
		return bye(wire.ByeSlow)
	}
	return nil
}
