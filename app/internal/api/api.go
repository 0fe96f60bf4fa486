// Package api sends what people ask for to the server, by HTTPS: one method for
// each route, one file for each resource. It holds the session's token and
// speaks TLS 1.3 alone, with a server whose certificate comes from the
// authority it was given.
//
// Every refusal is an *access.Error; what the server answered stands around it
// as *Failure, which knows the request id. Silence is CodeUnavailable with
// HintNoAnswer, and a server that is not who it should be with HintCertificate:
// the two are never mixed up.
//
// A Client is safe for concurrent use.
package api

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"llavero/app/internal/trust"
	"llavero/shared/access"
	"llavero/shared/secret"
)

// How long things may take.
const (
	dialTime    = 5 * time.Second
	requestTime = 20 * time.Second
	fileTime    = 2 * time.Minute // a file over a slow line
	idleTime    = 90 * time.Second
)

// TLSConfig is how the program speaks to its server: TLS 1.3, and the
// certificate authority of a PEM file in place of the system's. The feed's
// connection uses it too.
func TLSConfig(caFile string) (*tls.Config, error) {
	pem, err := os.ReadFile(caFile) //nolint:gosec // the file is the person's choice
	if err != nil {
		return nil, fmt.Errorf("certificate authority of the server: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("certificate authority of the server: %s holds no PEM certificate", caFile)
	}
	return &tls.Config{MinVersion: tls.VersionTLS13, RootCAs: pool}, nil
}

// Client is a connection to one server at a time.
type Client struct {
	http *http.Client

	mu     sync.Mutex
	server *url.URL
	token  secret.Text
	name   string           // of the program, for receipts; empty: not said
	clock  func() time.Time // with it
}

// Identify has every request say which program asks ("llavero 0.9.0 linux/amd64")
// and what its clock shows: receipts tell both. Call it before the first request.
func (c *Client) Identify(name string, clock func() time.Time) { c.name, c.clock = name, clock }

// New makes a client of the server at an address ("https://host:port").
func New(server string, config *tls.Config) (*Client, error) {
	c := &Client{http: &http.Client{
		Transport: &http.Transport{
			TLSClientConfig:       config.Clone(),
			DialContext:           (&net.Dialer{Timeout: dialTime, KeepAlive: idleTime}).DialContext,
			TLSHandshakeTimeout:   dialTime,
			ResponseHeaderTimeout: fileTime, // each request has its own limit besides
			IdleConnTimeout:       idleTime,
			ForceAttemptHTTP2:     true,
		},
		// The server redirects nowhere; a token must not follow one who does.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	if err := c.SetServer(server); err != nil {
		return nil, err
	}
	return c, nil
}

// Server returns the address in use, without a slash at its end.
func (c *Client) Server() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.server.String()
}

// SetServer changes the server. Without a scheme https is meant; any other is
// refused as CodeInvalid of the field "server".
func (c *Client) SetServer(address string) error {
	address = strings.TrimSuffix(strings.TrimSpace(address), "/")
	if address == "" {
		return access.InvalidField("server", access.HintRequired)
	}
	if !strings.Contains(address, "://") {
		address = "https://" + address
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Path != "" {
		return access.InvalidField("server", access.HintFormat)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.server != nil && c.server.Host != u.Host {
		c.token = secret.Text{}
		c.http.CloseIdleConnections()
	}
	c.server = u
	return nil
}

// SetToken sets the bearer token of what follows; empty: none.
func (c *Client) SetToken(t secret.Text) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.token = t
}

// Token returns the bearer token, for the feed's connection.
func (c *Client) Token() secret.Text {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.token
}

// Close drops idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Failure is an error answer: the refusal, and the request id to quote.
type Failure struct {
	Err    *access.Error
	ID     string // X-Request-Id; empty when the answer had none
	Status int    // HTTP status
}

// Error implements error, for logs.
func (f *Failure) Error() string {
	return fmt.Sprintf("status %d, request %s: %v", f.Status, f.ID, f.Err)
}

// Unwrap returns the refusal.
func (f *Failure) Unwrap() error { return f.Err }

// RequestID is what to quote to the help desk.
func (f *Failure) RequestID() string { return f.ID }

// silence turns an error of the connection into a refusal. One that the caller's
// own context ended is handed back as it is.
func silence(err error) error {
	hint := access.HintNoAnswer
	if trust.IsBroken(err) {
		hint = access.HintCertificate
	}
	return &access.Error{Code: access.CodeUnavailable, Hint: hint, Err: err}
}
