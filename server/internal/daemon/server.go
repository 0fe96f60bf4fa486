// Package daemon is llavero-server: its commands and the wiring of every part.
//
// Each long-running part is a Run(ctx) in one errgroup; the first that fails
// stops the rest. On a stop the feeds say bye, requests under way end, jobs stop
// where they can go on later, and the store closes last.
package daemon

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"llavero/server/internal/auth"
	"llavero/server/internal/certs"
	"llavero/server/internal/config"
	"llavero/server/internal/edge"
	"llavero/server/internal/entra"
	"llavero/server/internal/feed"
	"llavero/server/internal/metrics"
	"llavero/server/internal/params"
	"llavero/server/internal/seal"
	"llavero/server/internal/signing"
	"llavero/server/internal/store"
	"llavero/server/internal/worker"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
	"llavero/shared/journal"
	"llavero/shared/receipt"
)

// Version is the server's version, set when it is built.
var Version = "0.1.0-dev"

const productName = "Llavero IHCE"

// Times of a stop and of the work between times.
const (
	byeTime      = 3 * time.Second  // for the feeds to say goodbye
	shutdownTime = 10 * time.Second // for requests under way
	sweepEvery   = time.Hour
	lapseEvery   = 5 * time.Second // at least so often: a lease may have been taken meanwhile
	shortestNap  = 50 * time.Millisecond
	lookForNight = 10 * time.Minute // at least so often: the clock may be set
	sweepAgain   = time.Second      // while permissions are being read
	watchEvery   = 2 * time.Second  // what another process wrote, an import, is told by then
)

// Server is the whole server, built and listening but not yet serving.
type Server struct {
	cfg     config.Config
	clock   func() time.Time
	log     *slog.Logger
	lock    *os.File // held while the server works on the database
	store   *store.DB
	box     *seal.Box
	flow    *workflow.Flow
	auth    *auth.Service
	hub     *feed.Hub
	entra   map[access.Environment]*entra.Client // none: no directory
	workers []*worker.Worker
	http    *http.Server
	listen  net.Listener
	edge    *edge.Listener // under listen
	pair    *certs.Pair
	caFile  string
	signer  *signing.Signer
	copied  lastBackup
	metrics *metrics.Metrics
	health  *health
	notify  func(context.Context, string)
	reload  <-chan os.Signal // look at the certificate's files now; nil: never

	aside       *http.Server // the operator's page; nil: none
	asideListen net.Listener

	killed   chan struct{} // closed to end everything at once
	killing  sync.Once
	finished chan struct{} // closed when Run returned
	running  sync.Once
	closing  sync.Once
	closeErr error
}

// Option changes how a Server is built.
type Option func(*settings)

type settings struct {
	clock     func() time.Time
	imageCode string
	reload    <-chan os.Signal
	wrap      func(http.Handler) http.Handler
	notify    func(context.Context, string)
}

// WithClock replaces the clock, for tests. Deadlines of sockets stay the
// machine's own.
func WithClock(clock func() time.Time) Option { return func(s *settings) { s.clock = clock } }

// WithNotify has the service manager told when the server serves, lives and stops.
func WithNotify(tell func(context.Context, string)) Option {
	return func(s *settings) { s.notify = tell }
}

// WithReload has the files of the certificate looked at whenever something comes.
func WithReload(when <-chan os.Signal) Option { return func(s *settings) { s.reload = when } }

// WithImageCode makes every image code show the same, for tests that have no
// eyes.
func WithImageCode(code string) Option { return func(s *settings) { s.imageCode = code } }

// WithWatch puts a handler around that of the API, for tests that look at every
// exchange.
func WithWatch(wrap func(http.Handler) http.Handler) Option {
	return func(s *settings) { s.wrap = wrap }
}

// New builds a server: opens the store (migrating it), makes what a first start
// needs (keyset, development certificates), checks the settings and opens the
// listening socket. Run serves; a Server that is not run must be closed.
func New(ctx context.Context, cfg config.Config, log *slog.Logger, opts ...Option) (_ *Server, err error) {
	o := settings{clock: time.Now, notify: notifier(nil)}
	for _, opt := range opts {
		opt(&o)
	}
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	set, err := params.Load(cfg)
	if err != nil {
		return nil, err
	}
	s := &Server{cfg: cfg, clock: o.clock, log: log, reload: o.reload, notify: o.notify, metrics: metrics.New(Version, time.Now), health: newHealth(time.Now), killed: make(chan struct{}), finished: make(chan struct{})}
	if err := makeFolders(cfg); err != nil {
		return nil, err
	}
	if s.lock, err = lockDatabase(cfg.DatabasePath()); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.release())
		}
	}()
	if err := s.openData(ctx); err != nil {
		return nil, err
	}
	signer, err := signing.Start(ctx, s.store, cfg.SigningKeyPath())
	s.signer = signer
	if err != nil {
		return nil, err
	}
	s.flow, err = workflow.New(ctx, workflow.Deps{
		Store: s.store, Box: s.box, Signer: signer, Params: set,
		Server: receipt.Server{Name: productName, Version: Version, Demo: cfg.Demo},
		Policy: workflow.Policy{
			Agreement: cfg.Consent.Agreement,
			Prefix:    cfg.Provision.Prefix, VendorOverlap: orNone(time.Duration(cfg.Provision.VendorOverlapDays) * 24 * time.Hour),
			TestPause: orNone(cfg.Test.Pause), NotKeys: ownIDs(cfg),
			Reminders: workflow.Reminders{Hour: cfg.Remind.Hour, EscalateTo: cfg.EscalateTo()},
		},
		FreeMail: freeMail(cfg.FreeMail), MailFrom: cfg.Mail.From, PublicURL: s.publicURL,
	})
	if err != nil {
		return nil, err
	}
	if err := s.open(ctx); err != nil {
		return nil, err
	}
	s.auth, err = auth.New(auth.Deps{
		Store: s.store, Box: s.box, Settings: cfg.Auth, Rand: rand.Reader, Clock: o.clock,
		Flow: s.flow, MailFrom: cfg.Mail.From, PublicURL: s.publicURL(), ImageCode: o.imageCode,
	})
	if err != nil {
		return nil, err
	}
	if s.entra, err = watchedClients(cfg, o.clock, log, s.sawEntra); err != nil {
		return nil, err
	}
	if s.workers, err = s.newWorkers(); err != nil {
		return nil, err
	}
	s.hub = feed.New(feed.Deps{Store: s.store, Auth: s.auth, Settings: cfg.Feed, Clock: o.clock, Wall: time.Now, Log: log})
	if s.http, err = s.newHTTP(); err != nil {
		return nil, err
	}
	if err = s.openAside(ctx); err != nil {
		return nil, err
	}
	if o.wrap != nil {
		s.http.Handler = o.wrap(s.http.Handler)
	}
	return s, nil
}

// publicURL is where people's browsers reach the server: as the settings say, or
// where it listens; on every address, by the first name of its certificate.
func (s *Server) publicURL() string {
	if s.cfg.PublicURL != "" {
		return s.cfg.PublicURL
	}
	host, port, err := net.SplitHostPort(s.Addr())
	if ip := net.ParseIP(host); err == nil && ip != nil && ip.IsUnspecified() && len(s.cfg.TLS.Hosts) > 0 {
		return "https://" + net.JoinHostPort(s.cfg.TLS.Hosts[0], port)
	}
	return s.URL()
}

// Addr is host:port as it listens, with the real port.
func (s *Server) Addr() string { return s.listen.Addr().String() }

// URL is the base address for clients: "https://127.0.0.1:8443".
func (s *Server) URL() string { return "https://" + s.Addr() }

// CAFile is the development authority's certificate, PEM; empty when the
// certificate was given in the settings.
func (s *Server) CAFile() string { return s.caFile }

// Store is the server's store, for seeds and tests.
func (s *Server) Store() *store.DB { return s.store }

// Auth is the server's accounts, for seeds and tests.
func (s *Server) Auth() *auth.Service { return s.auth }

// Flow is the server's use cases, for seeds and tests.
func (s *Server) Flow() *workflow.Flow { return s.flow }

// Run serves until ctx ends or a part fails, then stops gracefully and closes
// everything. It returns nil after an asked-for stop. It may be called once.
func (s *Server) Run(ctx context.Context) error {
	first := false
	s.running.Do(func() { first = true })
	if !first {
		return errors.New("daemon: this server ran already")
	}
	defer close(s.finished)
	// Requests and goodbyes outlive the order to stop, not the kill.
	life, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		select {
		case <-s.killed:
		case <-life.Done():
		}
		end()
		stop()
	}()
	s.http.BaseContext = func(net.Listener) context.Context { return life }

	// This is the only server on this database: what it leased before it died
	// is due again.
	if err := s.store.Write(life, func(tx *store.Tx) error { _, err := tx.DropLeases(); return err }); err != nil {
		return errors.Join(err, s.close())
	}
	if err := s.beatOnce(life); err != nil {
		return errors.Join(err, s.close())
	}
	s.notify(life, stateReady) // it listens: whoever connects now is served
	g, ctx := errgroup.WithContext(ctx)
	part := func(run func() error) { // whose panic ends the server in order, and is told by its log
		g.Go(func() error { return journal.Guard(ctx, s.log, run) })
	}
	part(s.serveAside)
	part(func() error {
		if err := s.http.Serve(s.listen); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve: %w", err)
		}
		return nil
	})
	part(func() error {
		<-ctx.Done()
		s.health.set(func() { s.health.isDown = true })
		s.notify(life, stateStopping)
		return errors.Join(s.goDown(life), s.closeAside())
	})
	for _, w := range s.workers {
		part(func() error { return w.Run(ctx) })
	}
	part(func() error { return s.beatAlways(ctx) })
	part(func() error { return s.watchCertificate(ctx) })
	part(func() error { return s.watchStanding(ctx) })
	part(func() error { return s.watchKeyset(ctx) })
	part(func() error { return s.watchClock(ctx) })
	part(func() error { return s.lapse(ctx) })
	part(func() error { return s.sweep(ctx) })
	part(func() error { return s.readPermissions(ctx) })
	part(func() error { return s.compareNightly(ctx) })
	part(func() error { return s.checkTyped(ctx) })
	part(func() error { return s.remind(ctx) })
	part(func() error { return s.backups(ctx) })
	part(func() error { return s.signDays(ctx) })
	part(func() error { return s.store.Watch(ctx, watchEvery) })
	part(func() error { return s.auth.Run(ctx) })
	err := g.Wait()
	return errors.Join(err, s.close())
}

// goDown ends the conversations: feeds first, then requests. life ends when the
// server is killed.
func (s *Server) goDown(life context.Context) error {
	bye, cancel := context.WithTimeout(life, byeTime)
	defer cancel()
	if err := s.hub.GoDown(bye); err != nil && life.Err() == nil {
		s.log.WarnContext(bye, "feeds did not end in time", "open", s.hub.Open())
	}
	wait, cancelWait := context.WithTimeout(life, shutdownTime)
	defer cancelWait()
	err := s.http.Shutdown(wait)
	if err == nil || life.Err() != nil {
		return nil
	}
	return errors.Join(fmt.Errorf("shut down: %w", err), s.http.Close())
}

// lapse frees taken requests whose officer fell silent.
func (s *Server) lapse(ctx context.Context) error {
	return every(ctx, func() (time.Duration, error) {
		next, err := s.flow.LapseLeases(ctx)
		if err != nil || next.IsZero() {
			return lapseEvery, err
		}
		return min(max(next.Sub(s.clock()), shortestNap), lapseEvery), nil
	}, s.log)
}

// sweep forgets what nobody needs any more.
func (s *Server) sweep(ctx context.Context) error {
	return every(ctx, func() (time.Duration, error) {
		return sweepEvery, errors.Join(s.auth.Sweep(ctx), s.flow.Sweep(ctx), s.flow.ExpireKeys(ctx))
	}, s.log)
}

// readPermissions has permissions read that were not, a few at a time; without a
// directory there is nothing to read.
func (s *Server) readPermissions(ctx context.Context) error {
	if s.cfg.Provision.ReadEvery == 0 || s.entra[access.Production] == nil {
		return nil
	}
	return every(ctx, func() (time.Duration, error) {
		asked, err := s.flow.SweepPermissions(ctx)
		if asked > 0 { // there may be more, once these are read
			return min(s.cfg.Provision.ReadEvery, sweepAgain), err
		}
		return s.cfg.Provision.ReadEvery, err
	}, s.log)
}

// checkTyped has typed keys looked for in Entra once a day, a few at a time.
func (s *Server) checkTyped(ctx context.Context) error {
	if s.cfg.Test.CheckEvery == 0 {
		return nil
	}
	return every(ctx, func() (time.Duration, error) {
		_, err := s.flow.SweepChecks(ctx)
		return s.cfg.Test.CheckEvery, err
	}, s.log)
}

// compareNightly has all keys compared with the directory once a night.
func (s *Server) compareNightly(ctx context.Context) error {
	if !s.cfg.Drift.Nightly || len(s.entra) == 0 {
		return nil
	}
	return every(ctx, func() (time.Duration, error) {
		next, err := s.flow.CompareNightly(ctx, s.cfg.Drift.At)
		return min(max(next.Sub(s.clock()), shortestNap), lookForNight), err
	}, s.log)
}

// every does something now and then; do says when again. A failure is told, not
// fatal: the next time may do better.
func every(ctx context.Context, do func() (time.Duration, error), log *slog.Logger) error {
	said := "" // a failure that lasts is told once
	for {
		wait, err := do()
		if text := textOf(err); text != said && ctx.Err() == nil {
			if said = text; err != nil {
				log.ErrorContext(ctx, "housekeeping failed", "err", err)
			}
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-timer.C:
		}
	}
}

// Close releases everything at once without saying goodbye: what a kill leaves.
// After it Run returns.
func (s *Server) Close() error {
	s.kill()
	err := errors.Join(s.http.Close(), s.closeAside()) // what they listen on too
	s.hub.Kill()
	ran := true
	s.running.Do(func() { ran = false })
	if ran {
		<-s.finished
	}
	return errors.Join(err, s.close())
}

func (s *Server) kill() { s.killing.Do(func() { close(s.killed) }) }

// close ends what is left when nobody works with it any more.
func (s *Server) close() error {
	s.closing.Do(func() {
		s.kill()
		s.closeErr = s.release()
	})
	return s.closeErr
}

// release closes the socket and the database and lets another server have them.
func (s *Server) release() error {
	var err error
	for _, l := range []net.Listener{s.listen, s.asideListen} {
		if l == nil {
			continue
		}
		if errClose := l.Close(); !errors.Is(errClose, net.ErrClosed) {
			err = errors.Join(err, errClose)
		}
	}
	if s.store != nil {
		err = errors.Join(err, s.store.Close())
	}
	return errors.Join(err, s.lock.Close())
}
