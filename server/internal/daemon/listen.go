package daemon

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"llavero/server/internal/accountpage"
	"llavero/server/internal/contactpage"
	"llavero/server/internal/edge"
	"llavero/server/internal/httpapi"
	"llavero/shared/wire"
)

// maxHead bounds the head of a request, in bytes.
const maxHead = 16 << 10

// open makes the socket: what stands in mails is its address.
func (s *Server) open(ctx context.Context) error {
	var err error
	if s.pair, s.caFile, err = newTLS(s.cfg, s.clock); err != nil {
		return err
	}
	var lc net.ListenConfig
	inner, err := lc.Listen(ctx, "tcp", s.cfg.Listen)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", s.cfg.Listen, err)
	}
	s.edge = edge.New(inner, edge.Limits{Total: s.cfg.HTTP.Connections, PerAddress: s.cfg.HTTP.PerAddress})
	s.listen = tls.NewListener(s.edge, s.pair.Config())
	return nil
}

// newHTTP makes the HTTPS server.
func (s *Server) newHTTP() (*http.Server, error) {
	help := s.cfg.Help
	about := wire.About{
		Name: productName, Version: Version, Protocol: wire.Protocol, Demo: s.cfg.Demo,
		Help: wire.HelpDesk{Phones: help.Phones, Hours: help.Hours, Mail: help.Mail, Terms: help.Terms},
	}
	page, err := accountpage.New(s.auth, about)
	if err != nil {
		return nil, err
	}
	contact, err := contactpage.New(s.flow, s.auth, about)
	if err != nil {
		return nil, err
	}
	h := s.cfg.HTTP
	api := httpapi.New(httpapi.Deps{
		Auth: s.auth, Flow: s.flow, Feed: s.hub, Page: page, Contact: contact, About: about, Clock: s.clock, Log: s.log,
		Ready: s.isReady, Answered: s.metrics.Request,
	})
	s.metrics.Routes(api.Patterns())
	return &http.Server{
		Handler:           api,
		ReadHeaderTimeout: h.HeaderTimeout,
		ReadTimeout:       h.ReadTimeout,
		WriteTimeout:      h.WriteTimeout,
		IdleTimeout:       h.IdleTimeout,
		MaxHeaderBytes:    maxHead,
		// OPTIONS * is answered by the API too, with its headers.
		DisableGeneralOptionsHandler: true,
		ErrorLog:                     slog.NewLogLogger(s.log.Handler(), slog.LevelDebug), // handshakes of strangers
	}, nil
}

// Days before the end of the server's own certificate from which the log warns,
// and from which it is an error.
const (
	warnDays  = 30
	alarmDays = 7
)

// watchCertificate takes new files of the certificate, and tells the log once a
// day that the one in use ends soon.
func (s *Server) watchCertificate(ctx context.Context) error {
	tick := time.NewTicker(s.cfg.TLS.WatchEvery)
	defer tick.Stop()
	told := -1 // days left when it was told last
	for {
		told = s.lookAtCertificate(ctx, told)
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		case <-s.reload:
			s.log.InfoContext(ctx, "asked to look at the certificate")
		}
	}
}

// lookAtCertificate looks once; told is for the next time.
func (s *Server) lookAtCertificate(ctx context.Context, told int) int {
	now := s.clock()
	isNew, err := s.pair.Look(now)
	switch {
	case err != nil:
		s.log.ErrorContext(ctx, "the new certificate does not serve: the one before goes on", "err", err, "ends", s.pair.Ends().UTC())
	case isNew:
		s.log.InfoContext(ctx, "the new certificate is in use", "ends", s.pair.Ends().UTC())
		told = -1
	}
	left := daysLeft(s.pair.Ends(), now)
	if left > warnDays || left == told {
		return told
	}
	level, text := slog.LevelWarn, "the server's certificate ends soon: replace it"
	if left <= alarmDays {
		level = slog.LevelError
	}
	if !now.Before(s.pair.Ends()) {
		text = "the server's certificate has expired: clients refuse it"
	}
	s.log.Log(ctx, level, text, "days", left, "ends", s.pair.Ends().UTC()) //nolint:sloglint // one of two
	return left
}

// daysLeft are whole days; negative: it ended.
func daysLeft(end, now time.Time) int {
	d := end.Sub(now)
	if d < 0 {
		return int(d/(24*time.Hour)) - 1
	}
	return int(d / (24 * time.Hour))
}
