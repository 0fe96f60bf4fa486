// Package world is the whole of Llavero's surroundings in one process: the
// Entra and gateway emulators, a mail drop, the server itself with TLS, SQLite
// and seeded data, and the people of the demonstration. The development server
// and the tests are thin shells around it.
//
// A World lives in a folder and can be left and entered again: what the server
// and the emulators keep is there, and so are the passwords made for the demo
// people, in a file only its owner reads.
//
// Concurrency: a World's methods may be called from any goroutine. Start, Stop
// and Kill take turns; the rest is set before Open returns.
package world

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"llavero/server/internal/config"
	"llavero/server/internal/daemon"
	"llavero/server/internal/entraemu"
	"llavero/server/internal/maildrop"
	"llavero/shared/secret"
	"llavero/shared/seed"
)

// Config says what world to open.
type Config struct {
	// Dir holds the state: state/, mail/.
	Dir string
	// Listen, EntraListen and MailListen are loopback host:port; empty is any
	// free port.
	Listen, EntraListen, MailListen string
	// Profile of the emulated tenant; empty is instant.
	Profile entraemu.Profile
	Seed    uint64 // of the emulated tenant; 0 is 1
	// Quick makes passwords and waits cheap, for tests.
	Quick bool
	// ImageCode is what every image code shows; "" is chance, and ImageCode when
	// Quick.
	ImageCode string
	// Providers are more to import than the demonstration's own; nil: none.
	Providers iter.Seq[seed.Provider]
	// Tune changes the server's settings before it starts.
	Tune  func(*config.Config)
	Clock func() time.Time // of the server; nil is the system's
	Log   *slog.Logger     // of the server and the emulators; nil: none
	// Watch is put around the server's HTTP handler; nil: nothing.
	Watch func(http.Handler) http.Handler
}

// ImageCode is what image codes show in tests.
const ImageCode = "KMNPR"

// World is the running surroundings and the server in them.
type World struct {
	Emulator *entraemu.Emulator
	Mail     *maildrop.Drop
	People   []Person // the demo people, with their way in

	cfg      Config
	settings config.Config
	ctx      context.Context //nolint:containedctx // the life of the servers, not a request's

	mu     sync.Mutex
	server *daemon.Server
	run    *run
	addr   string
}

// run is one life of the server.
type run struct {
	ended chan struct{}
	err   error // once ended
}

// Open starts the emulators and the mail drop, starts the server, imports the
// seed and makes the demo people where they are missing. The end of ctx stops
// the server gracefully; Close ends the emulators, which must outlive it.
func Open(ctx context.Context, cfg Config) (_ *World, err error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if cfg.Quick && cfg.ImageCode == "" {
		cfg.ImageCode = ImageCode
	}
	w := &World{cfg: cfg, ctx: ctx}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.Close())
		}
	}()
	if err := os.MkdirAll(w.stateDir(), 0o700); err != nil {
		return nil, err
	}
	around := context.WithoutCancel(ctx)
	w.Emulator, err = entraemu.Start(around, entraemu.Config{
		Listen: cfg.EntraListen, Dir: filepath.Join(w.stateDir(), "entra"), Profile: cfg.Profile, Seed: cfg.Seed, Log: cfg.Log,
	})
	if err != nil {
		return nil, err
	}
	w.Mail, err = maildrop.Start(around, maildrop.Config{Listen: cfg.MailListen, Dir: filepath.Join(cfg.Dir, "mail"), Log: cfg.Log})
	if err != nil {
		return nil, err
	}
	if w.settings, err = w.makeSettings(); err != nil {
		return nil, err
	}
	if err := w.Start(); err != nil {
		return nil, err
	}
	if err := w.populate(ctx); err != nil {
		return nil, fmt.Errorf("seed: %w", err)
	}
	return w, nil
}

func (w *World) stateDir() string { return filepath.Join(w.cfg.Dir, "state") }

// Settings are those the server runs with.
func (w *World) Settings() config.Config { return w.settings }

// makeSettings points the server at the emulators and the mail drop.
func (w *World) makeSettings() (config.Config, error) {
	c := config.Default()
	c.Listen = w.cfg.Listen
	if c.Listen == "" {
		c.Listen = "127.0.0.1:0"
	}
	c.DataDir, c.Demo = filepath.Join(w.stateDir(), "server"), true
	c.Help.Phones = "601 000 0000 (Bogotá), 01 8000 000 000"
	host, port, err := net.SplitHostPort(w.Mail.Addr())
	if err != nil {
		return c, err
	}
	if c.Mail.Port, err = strconv.Atoi(port); err != nil {
		return c, err
	}
	c.Mail.Mode, c.Mail.Host, c.Mail.Security = config.MailSMTP, host, config.MailPlain
	e := w.Emulator
	c.Entra.Authority, c.Entra.GraphURL = e.URL(), e.GraphURL()+"/v1.0"
	c.Entra.Tenant, c.Entra.ClientID, c.Entra.ClientSecret = e.TenantID(), e.ClientID(), secret.New(e.ClientSecret())
	c.Entra.CAFile, c.Entra.InstanceDiscovery = e.CAFile(), false
	c.Test.GatewayCAFile = e.CAFile()
	c.Preproduction = w.environment(entraemu.Sandbox, entraemu.CareRoles)
	c.Production = w.environment(entraemu.Prod, nil)
	if w.cfg.Profile == "" || w.cfg.Profile == entraemu.ProfileInstant {
		atHand(&c)
	}
	if w.cfg.Quick {
		quick(&c)
	}
	if w.cfg.Tune != nil {
		w.cfg.Tune(&c)
	}
	return c, nil
}

// atHand shortens what waits for Microsoft's replicas: this tenant has no lag
// unless somebody turns a knob.
func atHand(c *config.Config) {
	c.Provision.VerifyTimes, c.Provision.VerifySpacing, c.Provision.VerifyWait = 2, 300*time.Millisecond, time.Second
	c.Provision.VerifyWindow = 20 * time.Second
	c.Provision.FirstWait, c.Provision.LongestWait = time.Second, 5*time.Second
	c.Provision.LookAgain = time.Second
	c.Entra.BackOff, c.Entra.Budget, c.Entra.LagWindow = 200*time.Millisecond, 10*time.Second, 2*time.Second
}

// quick takes the cost out of what tests do not look at.
func quick(c *config.Config) {
	c.Auth.ArgonMemory, c.Auth.ArgonTime, c.Auth.PuzzleBits = 8<<10, 1, 4
	c.Provision.Attempts = 2
	c.Provision.FirstWait, c.Provision.LongestWait = 20*time.Millisecond, 50*time.Millisecond
	c.Provision.VerifyTimes, c.Provision.VerifySpacing = 1, 0
	c.Provision.VerifyWait, c.Provision.LookAgain = 20*time.Millisecond, 10*time.Millisecond
	c.Entra.BackOff, c.Entra.Budget, c.Entra.Tries = 10*time.Millisecond, 5*time.Second, 2
	c.Entra.WritesPerWindow, c.Entra.LagWindow = 30_000, 100*time.Millisecond
	c.Provision.ReadEvery = 0        // as the next
	c.Test.CheckEvery = 0            // likewise
	c.Entra.CheckPermissions = false // a test counts calls and plants faults
	c.Remind.Enabled = false         // likewise, and reads its mail
	c.Backup.Enabled = false         // likewise, and asks for one when it wants it
}

func (w *World) environment(api entraemu.IHCE, permissions []string) config.Environment {
	g := w.Emulator.Gateway(api)
	return config.Environment{
		TenantID: w.Emulator.TenantID(), Scope: g.Scope, ResourceAppID: g.AppID, Permissions: permissions,
		ValidityDays: 365, Reveal: "always",
		Parameters: []config.Parameter{
			{Name: "EndPoint", Value: g.URL},
			{Name: "TenantID", Value: w.Emulator.TenantID()},
			{Name: "Scope", Value: g.Scope},
			{Name: "APIMSubskey", Sensitive: true, Secret: secret.New(g.SubscriptionKey)},
		},
	}
}

// Start starts the server, on the address it had before if it ran already.
func (w *World) Start() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.server != nil {
		return errors.New("the server runs already")
	}
	c := w.settings
	if w.addr != "" {
		c.Listen = w.addr
	}
	s, err := daemon.New(w.ctx, c, w.cfg.Log, daemon.WithClock(w.cfg.Clock), daemon.WithImageCode(w.cfg.ImageCode), daemon.WithWatch(w.cfg.Watch))
	if err != nil {
		return err
	}
	r := &run{ended: make(chan struct{})}
	w.server, w.addr, w.run = s, s.Addr(), r
	go func() {
		defer close(r.ended)
		r.err = s.Run(w.ctx)
	}()
	return nil
}

// Kill stops the server at once: no goodbye, no flush.
func (w *World) Kill() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.server == nil {
		return nil
	}
	err := w.server.Close()
	<-w.run.ended
	w.server = nil // what Run says of being killed is nobody's concern
	return err
}

// Command runs a command of llavero-server on this world's data, beside the server
// or without it: Command(ctx, "backup", "--to", file). It returns what was
// printed.
func (w *World) Command(ctx context.Context, name string, args ...string) (string, error) {
	var out, errs strings.Builder
	all := slices.Concat(strings.Fields(name), []string{"--data", w.settings.DataDir}, args)
	if code := daemon.Command(ctx, all, &out, &errs, w.cfg.Clock); code != 0 {
		return out.String(), fmt.Errorf("%s: exit code %d: %s", name, code, errs.String())
	}
	return out.String(), nil
}

// Server is the running server; nil after Kill.
func (w *World) Server() *daemon.Server {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.server
}

// URL is the server's base address. It stays over Kill and Start.
func (w *World) URL() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return "https://" + w.addr
}

// Wait returns when this life of the server ended: because ctx did, by Kill, or
// by itself, and then says why.
func (w *World) Wait() error {
	w.mu.Lock()
	r := w.run
	w.mu.Unlock()
	<-r.ended
	return r.err
}

// Close ends everything at once.
func (w *World) Close() error {
	err := w.Kill()
	if w.Mail != nil {
		err = errors.Join(err, w.Mail.Close())
	}
	if w.Emulator != nil {
		err = errors.Join(err, w.Emulator.Close())
	}
	return err
}
