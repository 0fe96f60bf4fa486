package daemon

import (
	"bufio"
	"context"
	"crypto/tls"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"llavero/server/internal/certs"
	"llavero/server/internal/config"
)

// leafFiles makes a certificate of an authority of its own, as another program
// would hand it over; end is that of the leaf.
func leafFiles(t *testing.T, at time.Time) (cert, key, ca string) {
	t.Helper()
	dir := t.TempDir()
	if _, err := certs.NewDevelopment(dir, []string{"127.0.0.1"}, at); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "server.pem"), filepath.Join(dir, "server-key.pem"), filepath.Join(dir, "ca.pem")
}

func move(t *testing.T, from, to string) {
	t.Helper()
	b, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to+".new", b, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(to+".new", to); err != nil {
		t.Fatal(err)
	}
}

// reloading runs a server with certificate files of its own; look has it look at
// them, and returns when it has.
func reloading(t *testing.T) (s *Server, cfg config.Config, log *output, look func()) {
	t.Helper()
	cfg = workable(t)
	cert, key, _ := leafFiles(t, time.Now())
	dir := t.TempDir()
	cfg.TLS.CertFile, cfg.TLS.KeyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	cfg.TLS.WatchEvery = time.Hour
	move(t, cert, cfg.TLS.CertFile)
	move(t, key, cfg.TLS.KeyFile)
	log = &output{}
	hup := make(chan os.Signal)
	s, err := New(t.Context(), cfg, slog.New(slog.NewTextHandler(log, nil)), WithReload(hup))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return s, cfg, log, func() {
		for range 2 { // the second is taken once the first look is over
			hup <- os.Interrupt
		}
	}
}

// shown is the certificate that a new connection sees.
func shown(t *testing.T, s *Server) []byte {
	t.Helper()
	c, err := tls.Dial("tcp", s.Addr(), &tls.Config{InsecureSkipVerify: true}) // which one it is, is what is asked
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	return c.ConnectionState().PeerCertificates[0].Raw
}

// The files of the certificate are replaced while the server runs: who connects
// then sees the new one, who is connected goes on. A pair that cannot be used is
// told once, and the one before goes on.
func TestOwnCertificate_reloads(t *testing.T) {
	s, cfg, log, look := reloading(t)
	first := shown(t, s)
	open, err := tls.Dial("tcp", s.Addr(), &tls.Config{InsecureSkipVerify: true}) // as above
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = open.Close() }()
	r := bufio.NewReader(open)
	goesOn := func() {
		t.Helper()
		send(t, open, "GET /v1/about HTTP/1.1\r\nHost: x\r\n\r\n")
		if status, _ := answer(t, r); status != http.StatusOK {
			t.Errorf("status %d", status)
		}
	}
	goesOn()

	cert, key, _ := leafFiles(t, time.Now())
	move(t, cert, cfg.TLS.CertFile) // with the key of the one before
	look()
	look()
	if got := shown(t, s); string(got) != string(first) || s.pair.Failed() == nil {
		t.Errorf("half a pair is in use: %v", s.pair.Failed())
	}
	if n := strings.Count(log.String(), "does not serve"); n != 1 {
		t.Errorf("told %d times: %s", n, log.String())
	}
	move(t, key, cfg.TLS.KeyFile)
	look()
	second := shown(t, s)
	if string(second) == string(first) || s.pair.Failed() != nil {
		t.Errorf("the new one is not in use: %v", s.pair.Failed())
	}
	goesOn()
	for what, at := range map[string]time.Time{"expired": time.Now().AddDate(-3, 0, 0), "not yet valid": time.Now().AddDate(0, 0, 3)} {
		cert, key, _ = leafFiles(t, at)
		move(t, cert, cfg.TLS.CertFile)
		move(t, key, cfg.TLS.KeyFile)
		look()
		if got := shown(t, s); string(got) != string(second) || s.pair.Failed() == nil {
			t.Errorf("%s: in use, %v", what, s.pair.Failed())
		}
	}
	if err := os.Remove(cfg.TLS.KeyFile); err != nil {
		t.Fatal(err)
	}
	look()
	look()
	if n := strings.Count(log.String(), "no such file"); n != 1 || string(shown(t, s)) != string(second) {
		t.Errorf("told %d times: %s", n, log.String())
	}
	if strings.Contains(log.String(), "PRIVATE") {
		t.Error("the log holds a key")
	}
	goesOn()
}

// The end of the certificate is told once a day, from 30 days before on.
func TestOwnCertificate_ends(t *testing.T) {
	now := time.Now()
	log := &output{}
	s, err := New(t.Context(), workable(t), slog.New(slog.NewTextHandler(log, nil)), WithClock(func() time.Time { return now }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	})
	told := -1
	look := func(left time.Duration) string {
		now = s.pair.Ends().Add(-left)
		before := len(log.String())
		told = s.lookAtCertificate(t.Context(), told)
		return log.String()[before:]
	}
	day := 24 * time.Hour
	for _, tt := range []struct {
		left time.Duration
		want string
	}{
		{40 * day, ""},
		{30*day + time.Hour, "level=WARN msg=\"the server's certificate ends soon: replace it\" days=30"},
		{30 * day, ""}, // told today
		{29*day + time.Hour, "level=WARN"},
		{7*day + time.Hour, "level=ERROR"},
		{-time.Hour, "has expired"},
		{-2 * time.Hour, ""},
		{-25 * time.Hour, "has expired"},
	} {
		if got := look(tt.left); (tt.want == "") != (got == "") || !strings.Contains(got, tt.want) {
			t.Errorf("%s left: %q, want %q", tt.left, got, tt.want)
		}
	}
}
