// Package daemon is llavero-server: its commands and the wiring of every part.
//
// Each long-running part is a Run(ctx) in one errgroup; the first that fails
// stops the rest. On a stop the feeds say bye, requests under way end, then the
// store closes.
package daemon

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"llavero/server/internal/config"
)

// Version is the server's version, set when it is built.
var Version = "0.1.0-dev"

// Server is the whole server, built and listening but not yet serving.
type Server struct {
	addr string
}

// Option changes how a Server is built.
type Option func(*settings)

type settings struct {
	clock func() time.Time
}

// WithClock replaces the clock, for tests.
func WithClock(clock func() time.Time) Option { return func(s *settings) { s.clock = clock } }

// New builds a server: opens the store (migrating it), makes what a first start
// needs (keyset, development certificates), checks the settings and opens the
// listening socket. Run serves; a Server that is not run must be closed.
func New(ctx context.Context, cfg config.Config, log *slog.Logger, opts ...Option) (*Server, error) {
	return nil, errors.New("not wired yet")
}

// Addr is host:port as it listens, with the real port.
func (s *Server) Addr() string { return s.addr }

// URL is the base address for clients: "https://127.0.0.1:8443".
func (s *Server) URL() string { return "https://" + s.addr }

// CAFile is the development authority's certificate, PEM; empty when the
// certificate was given in the settings.
func (s *Server) CAFile() string { return "" }

// Run serves until ctx ends or a part fails, then stops gracefully. It returns
// nil after an asked-for stop. It may be called once.
func (s *Server) Run(ctx context.Context) error { return nil }

// Close releases everything at once without saying goodbye: what a kill leaves.
func (s *Server) Close() error { return nil }
