package entra

import (
	"context"
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"llavero/shared/secret"
)

// Addresses of Microsoft's public cloud.
const (
	MicrosoftAuthority = "https://login.microsoftonline.com"
	MicrosoftGraph     = "https://graph.microsoft.com"
	// GraphScope is what a token for Graph is asked with, wherever Graph is.
	GraphScope = "https://graph.microsoft.com/.default"
)

// Config says which Entra, as whom, and how patiently. The zero value of a
// field with a default takes it.
type Config struct {
	Authority string // sign-in address without tenant; default MicrosoftAuthority
	GraphURL  string // Graph's address, with or without /v1.0; default MicrosoftGraph
	Tenant    string // GUID or domain
	ClientID  string // the provisioning application's appId

	// Secret or Certificate with Key: how the provisioning application proves
	// itself. The certificate wins when both are given.
	Secret      secret.Text
	Certificate []*x509.Certificate // leaf and chain, in any order
	Key         crypto.PrivateKey   // RSA
	// Renewed tells a certificate that took the place of the one before; nil: none
	// did. It is asked before each use of a token, and from several goroutines.
	Renewed func() *Identity

	// HTTPClient carries token and Graph calls alike; default NewHTTPClient(nil).
	HTTPClient *http.Client
	// InstanceDiscovery lets MSAL check the authority with Microsoft. It stays
	// off for an authority that is not Microsoft's.
	InstanceDiscovery bool

	// Seen is told of each attempt of each call, from several goroutines; nil:
	// nobody is.
	Seen func(Attempt)

	Clock  func() time.Time                                 // required
	Jitter func() float64                                   // in [0,1); default math/rand
	Sleep  func(ctx context.Context, d time.Duration) error // default Sleep
	Pacer  *Pacer                                           // default NewPacer(DefaultWritesPerWindow); share one per provisioning application
	Retry  Retry
}

// Retry bounds the repetitions of one call while somebody waits for it. What is
// still failing then goes back to the job, which has its own, longer patience.
type Retry struct {
	Tries     int           // attempts at most; default 3
	Budget    time.Duration // from the first attempt; default 2 min
	Base      time.Duration // first back-off, before jitter; default 1 s
	Max       time.Duration // longest back-off, before jitter; default 30 s
	LagWindow time.Duration // how long a fresh object may look absent; default 5 min
	Timeout   time.Duration // of one attempt; default 30 s
}

func (r Retry) withDefaults() Retry {
	orInt := func(v, d int) int {
		if v == 0 {
			return d
		}
		return v
	}
	or := func(v, d time.Duration) time.Duration {
		if v == 0 {
			return d
		}
		return v
	}
	return Retry{
		Tries:     orInt(r.Tries, 3),
		Budget:    or(r.Budget, 2*time.Minute),
		Base:      or(r.Base, time.Second),
		Max:       or(r.Max, 30*time.Second),
		LagWindow: or(r.LagWindow, 5*time.Minute),
		Timeout:   or(r.Timeout, 30*time.Second),
	}
}

// Client talks to one tenant as one provisioning application. Safe for
// concurrent use.
type Client struct {
	cfg    Config
	graph  *url.URL // with /v1.0
	web    *wire
	tokens *tokens
}

// New checks the configuration and makes a Client. It makes no call.
func New(cfg Config) (*Client, error) {
	if cfg.Authority == "" {
		cfg.Authority = MicrosoftAuthority
	}
	if cfg.GraphURL == "" {
		cfg.GraphURL = MicrosoftGraph
	}
	if cfg.Clock == nil {
		return nil, errors.New("entra: a clock is required")
	}
	if cfg.Tenant == "" || strings.ContainsAny(cfg.Tenant, "/?#") {
		return nil, errors.New("entra: the tenant must be a GUID or a domain")
	}
	if cfg.ClientID == "" {
		return nil, errors.New("entra: the provisioning application's client id is missing")
	}
	authority, err := httpsURL(cfg.Authority)
	if err != nil {
		return nil, fmt.Errorf("entra: authority: %w", err)
	}
	graph, err := httpsURL(cfg.GraphURL)
	if err != nil {
		return nil, fmt.Errorf("entra: graph address: %w", err)
	}
	if cfg.HTTPClient == nil {
		cfg.HTTPClient = NewHTTPClient(nil)
	}
	if cfg.Jitter == nil {
		cfg.Jitter = rand.Float64
	}
	if cfg.Sleep == nil {
		cfg.Sleep = Sleep
	}
	if cfg.Pacer == nil {
		cfg.Pacer = NewPacer(DefaultWritesPerWindow)
	}
	cfg.Retry = cfg.Retry.withDefaults()
	cfg.Authority = strings.TrimSuffix(authority.String(), "/")
	cfg.InstanceDiscovery = cfg.InstanceDiscovery && isMicrosoft(authority.Host)
	if !strings.HasSuffix(strings.TrimSuffix(graph.Path, "/"), "/v1.0") {
		graph = graph.JoinPath("v1.0")
	}
	c := &Client{cfg: cfg, graph: graph, web: &wire{client: cfg.HTTPClient}}
	c.tokens, err = newTokens(cfg, c.web)
	if err != nil {
		return nil, fmt.Errorf("entra: %w", err)
	}
	return c, nil
}

// TLSVersion names the TLS version of the last answer, "" before the first.
func (c *Client) TLSVersion() string { return c.web.tlsVersion() }

// NewHTTPClient makes an HTTP client for Entra: TLS 1.2 or better, the given
// roots (nil: the system's), no redirects followed, so that no bearer token
// travels to an address that was not asked for.
func NewHTTPClient(roots *x509.CertPool) *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			TLSClientConfig:       &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots},
			ForceAttemptHTTP2:     true,
			MaxIdleConnsPerHost:   16,
			IdleConnTimeout:       90 * time.Second,
			TLSHandshakeTimeout:   10 * time.Second,
			ExpectContinueTimeout: time.Second,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// wire is the HTTP client as MSAL wants it. It notes the TLS version and keeps
// a peer from sending more than it should.
type wire struct {
	client *http.Client
	tls    atomic.Uint32
}

// maxBody bounds every answer, in bytes.
const maxBody = 4 << 20

// ids are those of the last answer that a context's calls got; MSAL keeps them
// to itself when a sign-in succeeds.
type ids struct{ request, client string }

type answered struct{}

// Do implements MSAL's HTTP client.
func (w *wire) Do(req *http.Request) (*http.Response, error) {
	resp, err := w.client.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.TLS != nil {
		w.tls.Store(uint32(resp.TLS.Version))
	}
	if seen, ok := req.Context().Value(answered{}).(*ids); ok {
		*seen = ids{machineWord(resp.Header.Get("x-ms-request-id")), machineWord(req.Header.Get("client-request-id"))}
	}
	resp.Body = http.MaxBytesReader(nil, resp.Body, maxBody)
	return resp, nil
}

// CloseIdleConnections implements MSAL's HTTP client.
func (w *wire) CloseIdleConnections() { w.client.CloseIdleConnections() }

func (w *wire) tlsVersion() string {
	v := w.tls.Load()
	if v == 0 {
		return ""
	}
	return tls.VersionName(uint16(v))
}

func httpsURL(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil {
		return nil, errors.New("not an address")
	}
	if u.Scheme != "https" || u.Host == "" || u.User != nil {
		return nil, fmt.Errorf("%q is not an https address", u.Redacted())
	}
	u.RawQuery, u.Fragment = "", ""
	return u, nil
}

func isMicrosoft(host string) bool {
	switch strings.ToLower(host) {
	case "login.microsoftonline.com", "login.microsoftonline.us", "login.partner.microsoftonline.cn", "login.windows.net":
		return true
	}
	return false
}

// Sleep waits for d, or until ctx ends and then returns its error.
func Sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
