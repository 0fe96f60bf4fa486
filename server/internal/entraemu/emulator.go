package entraemu

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"llavero/server/internal/gatewayemu"
)

// Emulator is a running emulator. Safe for concurrent use.
type Emulator struct {
	cfg     Config
	log     *slog.Logger
	keys    *keyring
	cert    tls.Certificate
	caPEM   []byte
	caFile  string
	control string // key of the control API
	secret  string // of the administrator application
	subKeys map[string]string
	server  *http.Server
	addr    string
	gateway http.Handler
	own     string // marks the emulator's own calls to itself
	tempCA  string // folder of a CA file that nobody asked to keep

	faults  Faults
	journal Journal

	mu       sync.Mutex
	dir      *directory
	knobs    Knobs
	clock    clock
	rng      *rand.Rand
	replicas uint64 // counts reads, to choose the replica that answers
	windows  map[string]*window
	counters Counters
	changed  uint64 // counts changes of the tenant, for the saver

	saver  *saver
	served chan struct{}
	close  func() error
}

// Start makes an emulator that listens and serves until ctx ends or Close is
// called. With a Dir, the tenant saved there goes on; otherwise a new one is
// made from the seed.
func Start(ctx context.Context, cfg Config) (*Emulator, error) {
	e, err := New(cfg)
	if err != nil {
		return nil, err
	}
	if err := e.prepareTLS(); err != nil {
		return nil, fmt.Errorf("emulator: %w", err)
	}
	if err := e.listen(ctx); err != nil {
		return nil, fmt.Errorf("emulator: %w", errors.Join(err, e.dropTemporaryCA()))
	}
	return e, nil
}

// New makes an emulator without a socket, for a test or a benchmark in the same
// process: reach it by HTTPClient, RoundTripper or Handler. It starts no
// goroutine and knows no time but cfg.Clock, so that it works inside a
// testing/synctest bubble and under any virtual clock.
func New(cfg Config) (*Emulator, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, fmt.Errorf("emulator: %w", err)
	}
	knobs, err := startKnobs(cfg)
	if err != nil {
		return nil, fmt.Errorf("emulator: %w", err)
	}
	e := &Emulator{
		cfg: cfg, log: cfg.Log, knobs: knobs, dir: newDirectory(), windows: map[string]*window{},
		rng: newRand(cfg.Seed), clock: standing(cfg.Clock, cfg.At), own: randomID(),
		close: func() error { return nil }, served: make(chan struct{}),
	}
	e.faults.replay(cfg.Seed)
	if err := e.restore(); err != nil {
		return nil, fmt.Errorf("emulator: %w", err)
	}
	e.gateway = gatewayemu.New(e.gatewayConfig())
	return e, nil
}

// startKnobs are the profile's, and what the configuration says over them.
func startKnobs(cfg Config) (Knobs, error) {
	k, err := KnobsOf(cfg.Profile)
	k.Token.APIVersion = cfg.APITokenVersion
	return k, err
}

func (e *Emulator) listen(ctx context.Context) error {
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", e.cfg.Listen)
	if err != nil {
		return err
	}
	e.addr = ln.Addr().String()
	var proxy *proxy
	if e.cfg.Proxy != "" {
		if proxy, err = listenProxy(ctx, e.cfg.Proxy, e.addr, e.log); err != nil {
			return errors.Join(err, ln.Close())
		}
		e.cfg.Proxy = proxy.addr
	}
	e.server = &http.Server{
		Handler:           e.Handler(),
		ReadHeaderTimeout: 10 * time.Second,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug), // faults abort on purpose
		TLSConfig:         &tls.Config{Certificates: []tls.Certificate{e.cert}, MinVersion: tls.VersionTLS12},
	}
	e.close = sync.OnceValue(func() error {
		err := e.server.Close()
		if proxy != nil {
			err = errors.Join(err, proxy.close())
		}
		<-e.served
		return errors.Join(err, e.dropTemporaryCA())
	})
	go func() {
		defer close(e.served)
		if err := e.server.ServeTLS(ln, "", ""); !errors.Is(err, http.ErrServerClosed) {
			e.log.Error("emulator stopped", slog.String("error", err.Error()))
		}
	}()
	context.AfterFunc(ctx, func() { _ = e.Close() })
	return nil
}

func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, seed)) }

// Close stops listening and cuts what is open. Without a socket it does nothing.
func (e *Emulator) Close() error { return e.close() }

// Done is closed once the emulator no longer serves; without a socket, never.
func (e *Emulator) Done() <-chan struct{} { return e.served }

// Addr is the listening address, host:port; empty without a socket.
func (e *Emulator) Addr() string { return e.addr }

// URL is the base of every endpoint, without a slash at the end. It is also
// the authority's host.
func (e *Emulator) URL() string {
	if e.cfg.PublicURL != "" {
		return strings.TrimRight(e.cfg.PublicURL, "/")
	}
	if e.addr == "" {
		return "https://localhost"
	}
	_, port, _ := net.SplitHostPort(e.addr)
	return "https://localhost:" + port
}

// GraphURL is Graph's base, without a version and without a slash at the end.
func (e *Emulator) GraphURL() string { return e.URL() }

// TenantID is the tenant's GUID.
func (e *Emulator) TenantID() string { return e.cfg.Tenant }

// ClientID is the client id of the seeded administrator application.
func (e *Emulator) ClientID() string { return e.cfg.ClientID }

// ClientSecret is its secret. The two other seeded applications share it.
func (e *Emulator) ClientSecret() string { return e.secret }

// OwnedByClientID is a seeded application that holds only
// Application.ReadWrite.OwnedBy.
func (e *Emulator) OwnedByClientID() string {
	return derivedID(e.cfg.Seed, "owned-by application")
}

// RolelessClientID is a seeded application without any permission.
func (e *Emulator) RolelessClientID() string {
	return derivedID(e.cfg.Seed, "roleless application")
}

// CAFile is the file of what a client has to trust: the emulator's own
// authority, or the certificate that was given.
func (e *Emulator) CAFile() string { return e.caFile }

// CAPEM is that file's content.
func (e *Emulator) CAPEM() []byte { return e.caPEM }

// ControlURL and ControlKey reach the control API.
func (e *Emulator) ControlURL() string { return e.URL() + controlPath }

// ControlKey goes into the X-Control-Key header.
func (e *Emulator) ControlKey() string { return e.control }

// HTTPClient returns a client that trusts the emulator's authority; without a
// socket, one that calls the handler in the same process.
func (e *Emulator) HTTPClient() *http.Client {
	if e.addr == "" {
		return &http.Client{Transport: e.RoundTripper()}
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(e.caPEM)
	return &http.Client{
		Timeout:   time.Minute,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true},
	}
}

// Faults is the list of faults to come.
func (e *Emulator) Faults() *Faults { return &e.faults }

// Journal is what was asked so far.
func (e *Emulator) Journal() *Journal { return &e.journal }

// IHCE names one of the two IHCE APIs.
type IHCE string

// The IHCE APIs.
const (
	Sandbox IHCE = "sandbox"
	Prod    IHCE = "prod"
)

// Gateway is how to reach one of the IHCE APIs.
type Gateway struct {
	AppID           string // of the API's application
	URL             string // base, without a slash at the end
	Scope           string // "api://<AppID>/.default"
	SubscriptionKey string
	RoleIDs         map[string]string // by value
}

// Gateway returns how to reach an IHCE API.
func (e *Emulator) Gateway(api IHCE) Gateway {
	name := nameSandbox
	if api == Prod {
		name = nameProd
	}
	g := Gateway{
		AppID: derivedID(e.cfg.Seed, name+" app id"), URL: e.URL() + gatewayPath + "/" + string(api) + "/ihce",
		SubscriptionKey: e.subKeys[string(api)], RoleIDs: map[string]string{},
	}
	g.Scope = "api://" + g.AppID + "/.default"
	for _, v := range CareRoles {
		g.RoleIDs[v] = derivedID(e.cfg.Seed, name+" role "+v)
	}
	return g
}

// Env returns the KEY=VALUE lines a client of the emulator needs. They hold
// its secrets: write them to files of mode 0600 only.
func (e *Emulator) Env() []string {
	host := strings.TrimPrefix(e.URL(), "https://")
	proxyURL := ""
	if e.cfg.Proxy != "" {
		proxyURL = "http://" + e.cfg.Proxy
	}
	lines := []string{
		"ENTRA_TENANT_ID=" + e.TenantID(),
		"ENTRA_CLIENT_ID=" + e.ClientID(),
		"ENTRA_CLIENT_SECRET=" + e.secret,
		"ENTRA_AUTHORITY_HOST=" + e.URL() + "/",
		"ENTRA_GRAPH_URL=" + e.GraphURL(),
		"ENTRA_METADATA_HOST=" + host,
		"ENTRA_CA_FILE=" + e.caFile,
		"ENTRA_PROXY_URL=" + proxyURL,
		"ENTRA_CONTROL_URL=" + e.ControlURL(),
		"ENTRA_CONTROL_KEY=" + e.control,
	}
	for _, api := range []IHCE{Sandbox, Prod} {
		g, p := e.Gateway(api), "IHCE_"+strings.ToUpper(string(api))+"_"
		lines = append(lines, p+"URL="+g.URL, p+"SCOPE="+g.Scope, p+"SUBSCRIPTION_KEY="+g.SubscriptionKey)
	}
	return lines
}

func (e *Emulator) dropTemporaryCA() error {
	if e.tempCA == "" {
		return nil
	}
	return os.RemoveAll(e.tempCA)
}
