package feed

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"llavero/server/internal/auth"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// clientTLS trusts the test server, whose certificate is made anew each run.
func clientTLS(t *testing.T, address string) *tls.Config {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	host, _, err := net.SplitHostPort(u.Host)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Config{ServerName: host, InsecureSkipVerify: true} // package certs tests trust
}

func TestFeed_signOut(t *testing.T) {
	b := newBench(t, settings())
	c := b.dial(b.entry[0].token)
	c.hello("", 0)
	c.until(wire.FrameReady)
	s, err := b.auth.Session(t.Context(), b.entry[0].token)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.auth.SignOut(t.Context(), auth.Visit{}, s); err != nil {
		t.Fatal(err)
	}
	if f := c.until(wire.FrameBye); f.Code != wire.ByeSignedOut {
		t.Errorf("bye %s", f.Code)
	}
	if _, status, err := b.tryDial(b.entry[0].token); err == nil || status != http.StatusUnauthorized {
		t.Errorf("dialled with an ended session: %v", err)
	}
}

func TestFeed_disabledElsewhere(t *testing.T) {
	b := newBench(t, settings())
	c := b.dial(b.entry[0].token)
	c.hello("", 0)
	c.until(wire.FrameReady)
	all, err := b.auth.Accounts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range all {
		if a.Entity == access.EntityOf(b.entry[0].document) {
			if err := b.auth.Disable(t.Context(), a.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	if f := c.until(wire.FrameBye); f.Code != wire.ByeSignedOut {
		t.Errorf("bye %s", f.Code)
	}
}

// Who ends a session ends its feed, without waiting for a beat.
func TestFeed_sessionEnded(t *testing.T) {
	set := settings()
	set.Beat = time.Hour
	b := newBench(t, set)
	watching := make(chan error, 1)
	ctx, stop := context.WithCancel(t.Context())
	go func() { watching <- b.auth.Run(ctx) }()
	defer func() {
		stop()
		if err := <-watching; err != nil {
			t.Error(err)
		}
	}()
	c, other := b.dial(b.entry[0].token), b.dial(b.entry[1].token)
	for _, client := range []*client{c, other} {
		client.hello("", 0)
		client.until(wire.FrameReady)
	}
	s, err := b.auth.Session(t.Context(), b.entry[0].token)
	if err != nil {
		t.Fatal(err)
	}
	ended, cancel := b.auth.Watch(mustSession(t, b, b.entry[1].token))
	defer cancel()
	if err := b.auth.Disable(t.Context(), s.Viewer.Account); err != nil {
		t.Fatal(err)
	}
	if f := c.until(wire.FrameBye); f.Code != wire.ByeSignedOut {
		t.Errorf("bye %s", f.Code)
	}
	select {
	case <-ended:
		t.Error("another account's session was told of")
	default:
	}
}

func mustSession(t *testing.T, b *bench, token string) auth.Session {
	t.Helper()
	s, err := b.auth.Session(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestFeed_goingDown(t *testing.T) {
	b := newBench(t, settings())
	c, silent := b.dial(b.entry[0].token), b.dial(b.entry[1].token)
	c.hello("", 0)
	c.until(wire.FrameReady)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- b.hub.GoDown(ctx) }()
	for _, each := range []*client{c, silent} {
		if f := each.until(wire.FrameBye); f.Code != wire.ByeGoingDown {
			t.Errorf("bye %s", f.Code)
		}
		_, _ = each.next() // the close frame, which answers by itself
	}
	if err := <-done; err != nil || b.hub.Open() != 0 {
		t.Errorf("%v, %d open", err, b.hub.Open())
	}
	if _, status, err := b.tryDial(b.entry[0].token); err == nil || status != http.StatusServiceUnavailable {
		t.Errorf("dialled a server going down: %v", err)
	}
}

// A kill says nothing: what is left is a broken connection.
func TestFeed_kill(t *testing.T) {
	b := newBench(t, settings())
	c := b.dial(b.entry[0].token)
	c.hello("", 0)
	c.until(wire.FrameReady)
	b.hub.Kill()
	if b.hub.Open() != 0 {
		t.Errorf("%d open", b.hub.Open())
	}
	for {
		f, err := c.next()
		if err != nil {
			break
		}
		if f.Type == wire.FrameBye {
			t.Errorf("bye %s", f.Code)
		}
	}
	if _, status, err := b.tryDial(b.entry[0].token); err == nil || status != http.StatusServiceUnavailable {
		t.Errorf("dialled a killed hub: %d, %v", status, err)
	}
}

func TestFeed_limitsAnAccount(t *testing.T) {
	f := settings()
	f.PerAccount = 2
	b := newBench(t, f)
	one := b.dial(b.entry[0].token)
	b.dial(b.entry[0].token)
	if _, status, err := b.tryDial(b.entry[0].token); err == nil || status != http.StatusTooManyRequests {
		t.Errorf("a third: %v", err)
	}
	b.dial(b.entry[1].token) // others are not concerned
	_ = one.Close()
	waitFor(t, func() bool { return b.hub.Open() == 2 })
	b.dial(b.entry[0].token)
}

func TestFeed_refusesWhatIsNoFeed(t *testing.T) {
	b := newBench(t, settings())
	h := &http.Client{Transport: &http.Transport{TLSClientConfig: clientTLS(t, b.url)}}
	defer h.CloseIdleConnections()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+b.entry[0].token)
	resp, err := h.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusUnprocessableEntity || b.hub.Open() != 0 {
		t.Errorf("status %d, %d open", resp.StatusCode, b.hub.Open())
	}
}

// A client that no longer answers pings is let go after three beats.
func TestFeed_deadClient(t *testing.T) {
	b := newBench(t, settings())
	c := b.dial(b.entry[0].token)
	c.SetPingHandler(func(string) error { return nil }) // reads, and never pongs
	c.hello("", 0)
	began := time.Now()
	for {
		if _, err := c.next(); err != nil {
			break
		}
	}
	if took := time.Since(began); took < 2*settings().Beat {
		t.Errorf("let go after %s", took)
	}
	waitFor(t, func() bool { return b.hub.Open() == 0 })
}

// A client that does not read is cut off; the others notice nothing, and it
// resumes where it stopped.
func TestFeed_slowReader(t *testing.T) {
	f := settings()
	f.WriteTimeout, f.Batch = time.Second, 1
	f.Beat = 10 * time.Second // what it does not read are rows, not beats
	b := newBench(t, f)
	mine := b.entry[0]
	slow, quick := b.dial(mine.token), b.dial(mine.token)
	if tcp, ok := slow.NetConn().(*tls.Conn); ok {
		if inner, ok := tcp.NetConn().(*net.TCPConn); ok {
			_ = inner.SetReadBuffer(1 << 10)
		}
	}
	for _, c := range []*client{slow, quick} {
		c.hello("", 0)
		c.until(wire.FrameReady)
	}
	var last int64
	for b.hub.Open() == 2 { // until the buffers between are full
		last = b.touch(mine, slices.Repeat([]access.LicenseCode{bigCode}, 50)...)
		quick.upTo(last)
		if last > 500_000 {
			t.Fatal("the slow client was never cut off")
		}
	}
	before := quick.rows[string(mine.codes[0])]
	last = b.touch(mine, mine.codes[0])
	quick.upTo(last)
	if quick.rows[string(mine.codes[0])] != before+1 {
		t.Error("the quick one no longer gets what changes")
	}
	again := b.dial(mine.token)
	again.hello(slow.epoch, slow.after)
	if w := again.until(wire.FrameWelcome); w.Reset {
		t.Error("the slow one starts anew")
	}
	again.upTo(last)
}

// Two hundred clients all see every commit.
func TestFeed_twoHundred(t *testing.T) {
	f := settings()
	f.Beat = time.Minute // nobody reads until all are there: no client may seem dead meanwhile
	b := newBench(t, f)
	mine := b.entry[0]
	clients := make([]*client, 200)
	var wg sync.WaitGroup
	for i := range clients {
		clients[i] = b.dial(mine.token)
		clients[i].hello("", 0)
	}
	for _, c := range clients {
		c.until(wire.FrameReady)
	}
	var last int64
	for round := range 5 {
		last = b.touch(mine, mine.codes[round], mine.codes[round+1])
	}
	failed := make(chan string, len(clients))
	for _, c := range clients {
		wg.Go(func() {
			for c.after < last {
				frame, err := c.next()
				if err != nil {
					failed <- err.Error()
					return
				}
				for _, change := range frame.Changes {
					c.rows[change.ID]++
				}
				if frame.Type == wire.FrameReady {
					c.after = frame.Seq
				}
			}
			for _, code := range mine.codes[:6] {
				if c.rows[string(code)] < 2 {
					failed <- "lacks " + string(code)
				}
			}
		})
	}
	wg.Wait()
	close(failed)
	for why := range failed {
		t.Error(why)
	}
}

func FuzzHello(f *testing.F) {
	f.Add([]byte(`{"type":"hello","protocol":1,"epoch":"e","after":7}`))
	f.Add([]byte(`{"type":"hello","protocol":1,"after":-1}`))
	f.Add([]byte(`{"type":"changes","changes":[{"body":{}}]}`))
	f.Add([]byte(`null`))
	f.Add([]byte(``))
	f.Fuzz(func(t *testing.T, b []byte) {
		h, code := parseHello(b)
		if code == "" && (h.Type != wire.FrameHello || h.Protocol != wire.Protocol || h.After < 0) {
			t.Fatalf("accepted %+v", h)
		}
		if code != "" && code != wire.ByeBadFrame && code != wire.ByeProtocol {
			t.Fatalf("bye %s", code)
		}
	})
}

// A client that takes long for a frame, but takes it, is told why it is let go.
func TestFeed_slowIsTold(t *testing.T) {
	b := newBench(t, settings())
	var steps atomic.Int64
	b.hub.wall = func() time.Time { // each look at the clock is longer than a frame may take
		return time.Now().Add(time.Duration(steps.Add(1)) * (settings().WriteTimeout + time.Second))
	}
	c := b.dial(b.entry[0].token)
	c.hello("", 0)
	if f := c.until(wire.FrameBye); f.Code != wire.ByeSlow {
		t.Errorf("bye %s", f.Code)
	}
}
