package daemon

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"llavero/server/internal/config"
	"llavero/server/internal/metrics"
	"llavero/shared/wire"
)

// healthTime bounds the question to a running server.
const healthTime = 5 * time.Second

// healthCommand asks the running server how it is, for containers and scripts.
func healthCommand() command {
	return command{
		name: "health", summary: "Ask the running server how it is; code 0 when it can work",
		help: "Asks metrics.listen and prints each part; without it, the server's own address, which says\nonly whether it can work. Degraded parts are code 0: the server works and somebody should look.",
		flags: withSettings(func(ctx context.Context, w world, cfg config.Config) error {
			ctx, cancel := context.WithTimeout(ctx, healthTime)
			defer cancel()
			if cfg.Metrics.Listen != "" {
				return askReady(ctx, w, "http://"+reachable(cfg.Metrics.Listen)+metrics.PathReady)
			}
			return askHealthy(ctx, w, cfg)
		}),
	}
}

// reachable is where something that listens on every address is asked.
func reachable(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return listen
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}

// askReady prints each part of the report.
func askReady(ctx context.Context, w world, address string) error {
	body, status, err := fetch(ctx, http.DefaultClient, address)
	if err != nil {
		return err
	}
	var r metrics.Report
	if err := json.Unmarshal(body, &r); err != nil || r.Status == "" {
		return fmt.Errorf("%s is no server of this kind: status %d", address, status)
	}
	for _, p := range r.Parts {
		say(w.stdout, "%-9s %-26s %s\n", p.Status, p.Name, p.Detail)
	}
	if r.Status == metrics.Failing {
		return errors.New("the server cannot work")
	}
	say(w.stdout, "%s\n", r.Status)
	return nil
}

// askHealthy asks the server's own address, trusting the very certificate that
// its settings name.
func askHealthy(ctx context.Context, w world, cfg config.Config) error {
	file := cfg.TLS.CertFile
	if file == "" {
		file = filepath.Join(cfg.TLSDir(), "server.pem")
	}
	pool, name, err := pin(file)
	if err != nil {
		return err
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS13, RootCAs: pool, ServerName: name}}
	defer transport.CloseIdleConnections()
	_, path, _ := strings.Cut(wire.RouteHealth, " ")
	body, status, err := fetch(ctx, &http.Client{Transport: transport}, "https://"+reachable(cfg.Listen)+path)
	if err != nil {
		return err
	}
	if status != http.StatusOK {
		return fmt.Errorf("the server cannot work: status %d: %s", status, body)
	}
	say(w.stdout, "%s\n", metrics.OK)
	return nil
}

// pin trusts one certificate, under a name that it has.
func pin(file string) (*x509.CertPool, string, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, "", fmt.Errorf("certificate: %w", err)
	}
	block, _ := pem.Decode(b)
	if block == nil {
		return nil, "", fmt.Errorf("certificate: %s holds nothing in PEM", file)
	}
	leaf, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, "", fmt.Errorf("certificate: %s: %w", file, err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	switch {
	case len(leaf.DNSNames) > 0:
		return pool, leaf.DNSNames[0], nil
	case len(leaf.IPAddresses) > 0:
		return pool, leaf.IPAddresses[0].String(), nil
	}
	return nil, "", fmt.Errorf("certificate: %s is for no name", file)
}

// fetch gets a small answer.
func fetch(ctx context.Context, c *http.Client, address string) ([]byte, int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, 0, err
	}
	resp, err := c.Do(req)
	if err != nil {
		return nil, 0, fmt.Errorf("the server does not answer: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err != nil {
		return nil, 0, fmt.Errorf("the server does not answer: %w", err)
	}
	return body, resp.StatusCode, nil
}
