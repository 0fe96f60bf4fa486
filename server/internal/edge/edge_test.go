package edge

import (
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
)

// listen takes connections on a free port.
func listen(t *testing.T, limits Limits) *Listener {
	t.Helper()
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := New(inner, limits)
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func dial(t *testing.T, l net.Listener) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func accept(t *testing.T, l net.Listener) net.Conn {
	t.Helper()
	c, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// Of one address, one too many is closed without a word; when one ends another
// may come.
func TestListener_perAddress(t *testing.T) {
	l := listen(t, Limits{Total: 9, PerAddress: 2})
	dial(t, l)
	first := accept(t, l)
	dial(t, l)
	accept(t, l)
	third := dial(t, l)
	taken := make(chan net.Conn, 1)
	go func() {
		if c, err := l.Accept(); err == nil {
			taken <- c
		}
	}()
	if n, err := third.Read(make([]byte, 1)); n != 0 || err == nil {
		t.Errorf("read %d, %v", n, err)
	}
	if l.Open() != 2 || l.Refused() != 1 {
		t.Errorf("%d open, %d refused", l.Open(), l.Refused())
	}
	for range 2 { // twice is once
		_ = first.Close()
	}
	dial(t, l)
	if c := <-taken; c == nil || l.Open() != 2 {
		t.Errorf("%v, %d open", c, l.Open())
	} else {
		_ = c.Close()
	}
}

// pipes is a listener whose connections are there at once.
type pipes struct {
	net.Listener
	accepted int
	ended    chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	p.accepted++
	server, client := net.Pipe()
	go func() { <-p.ended; _ = client.Close() }()
	return server, nil
}

func (p *pipes) Close() error { close(p.ended); return nil }

// When all places are taken nobody is accepted until one ends.
func TestListener_total(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inner := &pipes{ended: make(chan struct{})}
		l := New(inner, Limits{Total: 2, PerAddress: 9})
		conns := make(chan net.Conn, 9)
		done := make(chan error, 1)
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					done <- err
					return
				}
				conns <- c
			}
		}()
		synctest.Wait()
		if inner.accepted != 2 || l.Open() != 2 {
			t.Errorf("%d accepted, %d open", inner.accepted, l.Open())
		}
		_ = (<-conns).Close()
		synctest.Wait()
		if inner.accepted != 3 || l.Open() != 2 {
			t.Errorf("%d accepted, %d open", inner.accepted, l.Open())
		}
		_ = l.Close()
		if err := <-done; !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
	})
}

// Whoever speaks HTTP in clear is told so, whole; TLS goes through untouched.
func TestConn_plain(t *testing.T) {
	for _, said := range []string{"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "POST / HTTP/1.0\r\nContent-Length: 9999\r\n\r\n" + strings.Repeat("x", 9999), "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"} {
		l := listen(t, Limits{Total: 1, PerAddress: 1})
		c := dial(t, l)
		if _, err := io.WriteString(c, said); err != nil {
			t.Fatal(err)
		}
		_ = c.(*net.TCPConn).CloseWrite()
		server := accept(t, l)
		n, err := server.Read(make([]byte, 64))
		if n != 0 || err == nil {
			t.Errorf("%.5q went through: %d, %v", said, n, err)
		}
		_ = server.Close()
		answer, err := io.ReadAll(c)
		if err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 400 ") || !strings.HasSuffix(string(answer), "\r\n\r\nEste puerto habla HTTPS: use https:// en la dirección.\n") {
			t.Errorf("%.5q: %q, %v", said, answer, err)
		}
		if l.Plain() != 1 {
			t.Errorf("%d plain", l.Plain())
		}
	}
	l := listen(t, Limits{Total: 1, PerAddress: 1})
	c := dial(t, l)
	server := accept(t, l)
	for _, sent := range []string{"\x16\x03\x01", "GET"} { // letters later are nobody's business
		if _, err := io.WriteString(c, sent); err != nil {
			t.Fatal(err)
		}
		b := make([]byte, 3)
		if _, err := io.ReadFull(server, b); err != nil || string(b) != sent {
			t.Errorf("%q, %v", b, err)
		}
	}
}

func TestOwner(t *testing.T) {
	for host, want := range map[string]string{
		"192.0.2.7":          "192.0.2.7",
		"::ffff:192.0.2.7":   "192.0.2.7",
		"2001:db8:1:2::7":    "2001:db8:1:2::",
		"2001:db8:1:2:f::1":  "2001:db8:1:2::",
		"fe80::1%eth0":       "fe80::",
		"@":                  "@",
		"":                   "",
		"2001:db8:1:3::7%x7": "2001:db8:1:3::",
	} {
		if got := Owner(host); got != want {
			t.Errorf("%q: %q, want %q", host, got, want)
		}
	}
}
