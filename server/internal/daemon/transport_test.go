package daemon

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"llavero/server/internal/config"
)

// patient bounds a wait on the network that ends at once when all is well.
const patient = 20 * time.Second

// roots are the server's own authority.
func rootsOf(t *testing.T, s *Server) *x509.CertPool {
	t.Helper()
	b, err := os.ReadFile(s.CAFile())
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(b)
	return pool
}

// plug is a TLS connection to the server, for bytes.
func plug(t *testing.T, s *Server) *tls.Conn {
	t.Helper()
	d := &tls.Dialer{NetDialer: &net.Dialer{Timeout: patient}, Config: &tls.Config{RootCAs: rootsOf(t, s), MinVersion: tls.VersionTLS13}}
	c, err := d.DialContext(t.Context(), "tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.SetDeadline(time.Now().Add(patient)); err != nil {
		t.Fatal(err)
	}
	return c.(*tls.Conn)
}

func send(t *testing.T, c io.Writer, text string) {
	t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
}

// answer reads one answer whole.
func answer(t *testing.T, r *bufio.Reader) (status int, head http.Header) {
	t.Helper()
	resp, err := http.ReadResponse(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Header
}

// ends fails unless the server, and not the test's patience, ended it.
func ends(t *testing.T, what string, err error) {
	t.Helper()
	if timeout, ok := errors.AsType[net.Error](err); err == nil || ok && timeout.Timeout() {
		t.Errorf("%s: the server did not end it: %v", what, err)
	}
}

// clientHello is the first message of a client that knows no extension: versions
// are told by its head alone, as SSL 3.0 to TLS 1.2 do.
func clientHello(version uint16) []byte {
	hello := append([]byte{byte(version >> 8), byte(version)}, make([]byte, 32)...)
	hello = append(hello, 0)                                     // no session
	hello = append(hello, 0, 6, 0xc0, 0x2f, 0xc0, 0x13, 0, 0x2f) // suites of those times
	hello = append(hello, 1, 0)                                  // no compression
	handshake := append([]byte{1, 0, byte(len(hello) >> 8), byte(len(hello))}, hello...)
	return append([]byte{22, 3, 1, byte(len(handshake) >> 8), byte(len(handshake))}, handshake...)
}

// No client is served with anything older than TLS 1.3, whatever it is written
// with.
func TestTransport_tls13Only(t *testing.T) {
	s, _ := start(t, workable(t))
	for _, version := range []uint16{0x0300, tls.VersionTLS10, tls.VersionTLS11, tls.VersionTLS12} {
		c, err := net.DialTimeout("tcp", s.Addr(), patient)
		if err != nil {
			t.Fatal(err)
		}
		_ = c.SetDeadline(time.Now().Add(patient))
		send(t, c, string(clientHello(version)))
		got, err := io.ReadAll(c)
		_ = c.Close()
		if len(got) != 7 || got[0] != 21 || got[5] != 2 || got[6] != 70 { // fatal alert: protocol_version
			t.Errorf("%x: answered %x, %v", version, got, err)
		}
		if version < tls.VersionTLS10 {
			continue
		}
		_, err = tls.Dial("tcp", s.Addr(), &tls.Config{RootCAs: rootsOf(t, s), MinVersion: version, MaxVersion: version})
		if err == nil || !strings.Contains(err.Error(), "protocol version") {
			t.Errorf("%s: %v", tls.VersionName(version), err)
		}
	}
	for _, tt := range []struct {
		args []string
		ok   bool
	}{
		{[]string{"curl", "-sS", "--cacert", s.CAFile(), "--tls-max", "1.2", s.URL() + "/healthz"}, false},
		{[]string{"curl", "-sS", "--cacert", s.CAFile(), "--tlsv1.3", s.URL() + "/healthz"}, true},
		{[]string{"openssl", "s_client", "-brief", "-CAfile", s.CAFile(), "-connect", s.Addr(), "-tls1_2"}, false},
		{[]string{"openssl", "s_client", "-brief", "-CAfile", s.CAFile(), "-connect", s.Addr(), "-tls1_3"}, true},
	} {
		path, err := exec.LookPath(tt.args[0])
		if err != nil {
			t.Logf("%s is not here", tt.args[0])
			continue
		}
		ctx, cancel := context.WithTimeout(t.Context(), patient)
		out, err := exec.CommandContext(ctx, path, tt.args[1:]...).CombinedOutput()
		cancel()
		if (err == nil) != tt.ok {
			t.Errorf("%q: %v: %s", tt.args, err, out)
		}
	}
}

// HTTP/2 is not offered: what it lets one connection ask for at once (rapid
// reset) cannot be asked for.
func TestTransport_noHTTP2(t *testing.T) {
	s, _ := start(t, workable(t))
	conf := &tls.Config{RootCAs: rootsOf(t, s), NextProtos: []string{"h2", "http/1.1"}}
	c, err := tls.Dial("tcp", s.Addr(), conf)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if got := c.ConnectionState().NegotiatedProtocol; got != "http/1.1" {
		t.Errorf("speaks %q", got)
	}
	conf.NextProtos = []string{"h2"}
	if c, err := tls.Dial("tcp", s.Addr(), conf); err == nil {
		_ = c.Close()
		t.Error("HTTP/2 alone was accepted")
	}
}

// A request in clear gets the one answer that says so, and nothing of the API.
func TestTransport_noCleartext(t *testing.T) {
	s, _ := start(t, workable(t))
	resp, err := http.Get("http://" + s.Addr() + "/v1/about")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusBadRequest || string(b) != "Este puerto habla HTTPS: use https:// en la dirección.\n" || len(resp.Header) != 2 {
		t.Errorf("%d %v %q, %v", resp.StatusCode, resp.Header, b, err)
	}
	if s.edge.Plain() != 1 {
		t.Errorf("%d counted", s.edge.Plain())
	}
}

// Every answer of the program says that the host is HTTPS only.
func TestTransport_hsts(t *testing.T) {
	s, _ := start(t, workable(t))
	c := client(t, s)
	for ask, status := range map[string]int{
		"GET /healthz": 200, "GET /v1/about": 200, "GET /cuenta": 200, "GET /nada": 404, "PUT /v1/about": 405,
		"GET /v1/session": 401, "POST /v1/sessions": 422, "GET /v1/feed": 401, "OPTIONS /v1/about": 405,
	} {
		method, path, _ := strings.Cut(ask, " ")
		req, err := http.NewRequestWithContext(t.Context(), method, s.URL()+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := c.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != status || resp.Header.Get("Strict-Transport-Security") != "max-age=63072000" {
			t.Errorf("%s: %d %q", ask, resp.StatusCode, resp.Header.Get("Strict-Transport-Security"))
		}
	}
}

// hasty are settings whose deadlines end soon; the test waits for the end itself.
func hasty(t *testing.T) config.Config {
	t.Helper()
	c := workable(t)
	c.HTTP.HeaderTimeout = 100 * time.Millisecond
	c.HTTP.ReadTimeout, c.HTTP.WriteTimeout = 300*time.Millisecond, 300*time.Millisecond
	c.HTTP.IdleTimeout = 200 * time.Millisecond
	return c
}

// Clients that take their time are let go: in the handshake, in the head, in the
// body, between requests, and while they do not read.
func TestTransport_slowClients(t *testing.T) {
	t.Parallel()
	s, _ := start(t, hasty(t))
	rest := func(c net.Conn) error {
		_, err := io.Copy(io.Discard, c)
		if err == nil {
			err = io.EOF
		}
		return err
	}

	silent, err := net.DialTimeout("tcp", s.Addr(), patient)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = silent.Close() }()
	_ = silent.SetDeadline(time.Now().Add(patient))
	ends(t, "no handshake", rest(silent))

	slow := plug(t, s)
	send(t, slow, "GET /v1/about HTTP/1.1\r\nHost: x\r\nX-A: ")
	ends(t, "half a head", rest(slow))

	body := plug(t, s)
	send(t, body, "POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"login\":")
	ends(t, "half a body", rest(body))

	idle := plug(t, s)
	r := bufio.NewReader(idle)
	for range 2 { // kept alive
		send(t, idle, "GET /v1/about HTTP/1.1\r\nHost: x\r\n\r\n")
		if status, _ := answer(t, r); status != http.StatusOK {
			t.Errorf("status %d", status)
		}
	}
	_, err = r.ReadByte()
	ends(t, "idle", err)

	deaf := plug(t, s) // asks, and never reads
	if err := deaf.NetConn().(*net.TCPConn).SetReadBuffer(1 << 10); err != nil {
		t.Fatal(err)
	}
	ask := strings.Repeat("GET /v1/about HTTP/1.1\r\nHost: x\r\n\r\n", 1000)
	for err = error(nil); err == nil; {
		_, err = io.WriteString(deaf, ask)
	}
	ends(t, "does not read", err)

	about(t, client(t, s), s.URL()) // nobody else noticed
	if n := s.edge.Open(); n > 2 {
		t.Errorf("%d connections are still open", n)
	}
}

// A head that is too long is refused; so is what is no request.
func TestTransport_heads(t *testing.T) {
	s, _ := start(t, workable(t))
	for name, tt := range map[string]struct {
		text   string
		status int
	}{
		"long":          {"GET /v1/about HTTP/1.1\r\nHost: x\r\nX-A: " + strings.Repeat("a", 2*maxHead) + "\r\n\r\n", 431},
		"many":          {"GET /v1/about HTTP/1.1\r\nHost: x\r\n" + strings.Repeat("X-A: a\r\n", maxHead/4) + "\r\n", 431},
		"long line":     {"GET /" + strings.Repeat("a", 2*maxHead) + " HTTP/1.1\r\nHost: x\r\n\r\n", 431},
		"no host":       {"GET /v1/about HTTP/1.1\r\n\r\n", 400},
		"no request":    {"nada\r\n\r\n", 400},
		"two lengths":   {"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400},
		"both lengths":  {"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 422},
		"odd coding":    {"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501},
		"space in name": {"GET /v1/about HTTP/1.1\r\nHost: x\r\nX A: a\r\n\r\n", 400},
		"NUL":           {"GET /v1/about HTTP/1.1\r\nHost: x\r\nX-A: a\x00\r\n\r\n", 400},
	} {
		c := plug(t, s)
		send(t, c, tt.text)
		if status, _ := answer(t, bufio.NewReader(c)); status != tt.status {
			t.Errorf("%s: %d, want %d", name, status, tt.status)
		}
	}
}

// Of one address, one connection too many is closed before any handshake.
func TestTransport_connections(t *testing.T) {
	cfg := workable(t)
	cfg.HTTP.PerAddress = 2
	s, _ := start(t, cfg)
	one := plug(t, s)
	plug(t, s)
	third, err := net.DialTimeout("tcp", s.Addr(), patient)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = third.Close() }()
	_ = third.SetDeadline(time.Now().Add(patient))
	_, err = third.Read(make([]byte, 1))
	ends(t, "a third", err)
	if s.edge.Refused() != 1 {
		t.Errorf("%d refused", s.edge.Refused())
	}
	_ = one.Close()
	eventually(t, func() bool { return s.edge.Open() == 1 })
	plug(t, s)
}

// eventually polls for what another goroutine does at once.
func eventually(t *testing.T, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	limit := time.After(patient)
	for !ok() {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatal("it never happens")
		}
	}
}

// An answer to one request is whole before the next is looked at.
func TestTransport_pipelined(t *testing.T) {
	s, _ := start(t, workable(t))
	c := plug(t, s)
	var ask bytes.Buffer
	for i := range 5 {
		fmt.Fprintf(&ask, "GET /v1/about?n=%d HTTP/1.1\r\nHost: x\r\n\r\n", i)
	}
	send(t, c, ask.String())
	r := bufio.NewReader(c)
	seen := map[string]bool{}
	for range 5 {
		status, head := answer(t, r)
		if status != http.StatusOK {
			t.Errorf("status %d", status)
		}
		seen[head.Get("X-Request-Id")] = true
	}
	if len(seen) != 5 {
		t.Errorf("%d request ids", len(seen))
	}
}
