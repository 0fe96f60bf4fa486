package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"llavero/server/internal/metrics"
	"llavero/server/internal/store"
)

// openAside makes the socket of the operator's page, if the settings ask for it.
func (s *Server) openAside(ctx context.Context) error {
	s.metrics.Watch(metrics.Sources{
		Figures:   s.figures,
		FeedsOpen: s.hub.Open,
		Connections: func() metrics.Connections {
			return metrics.Connections{Open: s.edge.Open(), Refused: s.edge.Refused(), Plain: s.edge.Plain()}
		},
		WAL:    s.store.WALSize,
		Disk:   func() (uint64, error) { return diskFree(s.store.Path()) },
		Ends:   s.ends,
		Backup: func() (time.Time, error) { at, _ := s.LastBackup(); return at, nil },
		Health: s.report,
	})
	if s.cfg.Metrics.Listen == "" {
		return nil
	}
	var lc net.ListenConfig
	var err error
	if s.asideListen, err = lc.Listen(ctx, "tcp", s.cfg.Metrics.Listen); err != nil {
		return fmt.Errorf("metrics.listen: %w", err)
	}
	s.aside = &http.Server{
		Handler:           s.metrics.Handler(s.report, s.cfg.Metrics.Exposed),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       5 * time.Second,
		WriteTimeout:      20 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    8 << 10,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	return nil
}

func (s *Server) figures(ctx context.Context) (f store.Figures, err error) {
	err = s.store.Read(ctx, func(tx *store.Tx) error {
		f, err = tx.Figures()
		return err
	})
	return f, err
}

// MetricsAddr is host:port of the operator's page; "": there is none.
func (s *Server) MetricsAddr() string {
	if s.asideListen == nil {
		return ""
	}
	return s.asideListen.Addr().String()
}

func (s *Server) serveAside() error {
	if s.aside == nil {
		return nil
	}
	if err := s.aside.Serve(s.asideListen); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve metrics: %w", err)
	}
	return nil
}

// closeAside ends the operator's page, last of all.
func (s *Server) closeAside() error {
	if s.aside == nil {
		return nil
	}
	return s.aside.Close()
}
