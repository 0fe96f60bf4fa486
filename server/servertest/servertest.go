// Package servertest runs the whole server for a test: TLS 1.3 on a free port,
// a real SQLite file, the Entra emulator over HTTPS, a real SMTP mail drop, the
// demonstration's providers and people. Only its clock and its costs are a
// test's.
//
// It is the test face of package world, which see for the parts. The methods
// that take part in a test's verdict (those without an error) must be called
// from the test's own goroutine.
package servertest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"iter"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strconv"
	"testing"
	"time"

	"llavero/server/internal/config"
	"llavero/server/internal/entraemu"
	"llavero/server/internal/maildrop"
	"llavero/server/internal/params"
	"llavero/server/servertest/world"
	"llavero/shared/secret"
	"llavero/shared/seed"
)

// Server is a running server in its world.
type Server struct {
	// URL is the base address, without a slash at the end.
	URL string
	// CAFile is the authority to trust, PEM.
	CAFile string
	// Emulator is the Entra tenant: knobs, faults, journal, state.
	Emulator *entraemu.Emulator
	// Mail waits for what was sent to an address.
	Mail *maildrop.Drop
	// World is everything, for what is not said here.
	World *world.World
	// Dir holds the files: a test may look for secrets in them.
	Dir string

	t  testing.TB
	hc *http.Client
}

// Option changes the world before it starts.
type Option func(*world.Config)

// WithSettings changes the server's settings, after what other options change.
func WithSettings(tune func(*config.Config)) Option {
	return func(c *world.Config) {
		before := c.Tune
		c.Tune = func(s *config.Config) {
			if before != nil {
				before(s)
			}
			tune(s)
		}
	}
}

// WithProductionShownOnce has the secrets of production shown a single time.
func WithProductionShownOnce() Option {
	return WithSettings(func(c *config.Config) { c.Production.Reveal = string(params.RevealOnce) })
}

// WithTestsAtWill lets a key be tested again at once.
func WithTestsAtWill() Option {
	return WithSettings(func(c *config.Config) { c.Test.Pause = 0 })
}

// WithMailPassword gives the server a password for the mail server, a page of
// figures, and lets a key be tested again at once.
func WithMailPassword(password secret.Text) Option {
	return WithSettings(func(c *config.Config) {
		c.Mail.Password, c.Test.Pause, c.Metrics.Listen = password, 0, "127.0.0.1:0"
	})
}

// WithMailAt has the server send its mail to an address of the test's, with
// little patience, and tells where the drop is.
func WithMailAt(address string, drop *string) Option {
	return WithSettings(func(c *config.Config) {
		*drop = net.JoinHostPort(c.Mail.Host, strconv.Itoa(c.Mail.Port))
		host, port, err := net.SplitHostPort(address)
		if err == nil {
			c.Mail.Port, err = strconv.Atoi(port)
		}
		if c.Mail.Host = host; err != nil {
			c.Mail.Host = err.Error() // the check of the settings says so
		}
		c.Mail.Timeout, c.Metrics.Listen = time.Second, "127.0.0.1:0"
	})
}

// WithFigures gives the server a page for the operator's tools.
func WithFigures() Option {
	return WithSettings(func(c *config.Config) { c.Metrics.Listen = "127.0.0.1:0" })
}

// WithDirectoryAsked has the server look at its start how it stands in the tenant.
func WithDirectoryAsked() Option {
	return WithSettings(func(c *config.Config) { c.Entra.CheckPermissions = true })
}

// WithReminders has the server tell people that their keys end, at its start and
// every hour.
func WithReminders() Option {
	return WithSettings(func(c *config.Config) { c.Remind.Enabled = true })
}

// WithClock replaces the server's clock.
func WithClock(clock func() time.Time) Option { return func(c *world.Config) { c.Clock = clock } }

// WithProfile sets the tenant's manners; instant is usual.
func WithProfile(p entraemu.Profile) Option { return func(c *world.Config) { c.Profile = p } }

// WithProviders imports more providers than the demonstration has.
func WithProviders(p iter.Seq[seed.Provider]) Option {
	return func(c *world.Config) { c.Providers = p }
}

// WithLog shows what the server logs.
func WithLog(log *slog.Logger) Option { return func(c *world.Config) { c.Log = log } }

// New starts a server that ends with the test.
func New(t testing.TB, opts ...Option) *Server {
	t.Helper()
	dir := t.TempDir()
	cfg := world.Config{Dir: dir, Quick: true}
	var strays strays
	cfg.Watch = strays.watch
	for _, o := range opts {
		o(&cfg)
	}
	// The test's own context ends before its cleanups, and would end the server
	// while they still use it.
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	w, err := world.Open(ctx, cfg)
	if err != nil {
		cancel()
		t.Fatalf("server: %v", err)
	}
	s := &Server{URL: w.URL(), CAFile: w.Server().CAFile(), Emulator: w.Emulator, Mail: w.Mail, World: w, Dir: dir, t: t}
	s.hc = s.newClient()
	t.Cleanup(func() {
		s.hc.CloseIdleConnections()
		if err := w.Close(); err != nil {
			t.Errorf("server: %v", err)
		}
		cancel()
		strays.tell(t)
	})
	return s
}

// HTTPClient is a client that trusts the server, over TLS 1.3.
func (s *Server) HTTPClient() *http.Client { return s.hc }

// Roots is the authority as a pool, for clients of other kinds.
func (s *Server) Roots() *x509.CertPool {
	s.t.Helper()
	pem, err := os.ReadFile(s.CAFile)
	if err != nil {
		s.t.Fatal(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		s.t.Fatalf("%s holds no certificate", s.CAFile)
	}
	return pool
}

func (s *Server) newClient() *http.Client {
	return &http.Client{
		Timeout:   30 * time.Second,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: s.Roots(), MinVersion: tls.VersionTLS13}},
	}
}

// Person is the demo person of a login (seed.LoginDelegate and its kin).
func (s *Server) Person(login string) world.Person {
	s.t.Helper()
	p, ok := s.World.Person(login)
	if !ok {
		s.t.Fatalf("no demo person has the login %s", login)
	}
	return p
}

// Kill stops the server without goodbye or flush, as a power cut does to a
// process. The emulators and the files stay.
func (s *Server) Kill() {
	s.t.Helper()
	if err := s.World.Kill(); err != nil {
		s.t.Logf("killed server: %v", err)
	}
	s.hc.CloseIdleConnections()
}

// Start starts the server again after Kill, at the same address.
func (s *Server) Start() {
	s.t.Helper()
	if err := s.World.Start(); err != nil {
		s.t.Fatalf("server does not start again: %v", err)
	}
}
