package e2e

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"llavero/app/internal/api"
	"llavero/app/internal/live"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// issuer signs certificates.
type issuer struct {
	t    *testing.T
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// issue makes a certificate signed by by, or by itself, as edit wants it.
func issue(t *testing.T, by *issuer, edit func(*x509.Certificate)) *issuer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 100))
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "Llavero de prueba"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	if edit != nil {
		edit(template)
	}
	parent, signer := template, key
	if by != nil {
		parent, signer = by.cert, by.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &issuer{t, cert, key}
}

func authority(name string) func(*x509.Certificate) {
	return func(c *x509.Certificate) {
		c.Subject = pkix.Name{CommonName: name, Organization: []string{name}}
		c.IsCA, c.KeyUsage, c.ExtKeyUsage, c.IPAddresses = true, x509.KeyUsageCertSign, nil, nil
	}
}

// serve shows the certificate, and what signed it after it.
func (i *issuer) serve(chain ...*issuer) (address string, asked func() int) {
	i.t.Helper()
	var count atomic.Int64
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { count.Add(1) }))
	pair := tls.Certificate{Certificate: [][]byte{i.cert.Raw}, PrivateKey: i.key}
	for _, c := range chain {
		pair.Certificate = append(pair.Certificate, c.cert.Raw)
	}
	s.TLS = &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{pair}}
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)
	s.StartTLS()
	i.t.Cleanup(s.Close)
	return s.URL, func() int { s.Close(); return int(count.Load()) }
}

// lost is a sink that keeps the first error.
type lost chan error

func (lost) Position() wire.Position                            { return wire.Position{} }
func (lost) Connecting()                                        {}
func (lost) Welcome(context.Context, string, int64, bool) error { return nil }
func (lost) Changes(context.Context, []wire.Change) error       { return nil }
func (lost) Ready(context.Context, int64, time.Time) error      { return nil }
func (lost) Restored(time.Time)                                 {}
func (lost) Beat(context.Context, int64, time.Time) error       { return nil }
func (l lost) Lost(err error) {
	select {
	case l <- err:
	default:
	}
}

// A program that was given an authority trusts no server but those that it
// signed, for their name and in their time. Both roads say so in the same words,
// and nothing reaches a server that is not trusted.
func TestCertificate_onlyTheGivenAuthority(t *testing.T) {
	own := issue(t, nil, authority("Autoridad del Ministerio"))
	public := issue(t, nil, authority("DigiCert Global Root G2")) // it looks like one that systems trust
	twin := issue(t, nil, authority("Autoridad del Ministerio"))  // the same name and another key
	middle := issue(t, own, func(c *x509.Certificate) { c.Subject.CommonName = "no authority" })
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: own.cert.Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	conf, err := api.TLSConfig(file)
	if err != nil {
		t.Fatal(err)
	}
	alone := x509.NewCertPool()
	alone.AddCert(own.cert)
	if !conf.RootCAs.Equal(alone) || conf.MinVersion != tls.VersionTLS13 || conf.InsecureSkipVerify {
		t.Error("more is trusted than the given authority")
	}

	for _, tt := range []struct {
		name  string
		leaf  *issuer
		chain []*issuer
		good  bool
	}{
		{"its own", issue(t, own, nil), nil, true},
		{"another authority", issue(t, issue(t, nil, authority("Otra")), nil), nil, false},
		{"a public-looking authority", issue(t, public, nil), []*issuer{public}, false},
		{"an authority of the same name", issue(t, twin, nil), []*issuer{twin}, false},
		{"signed by itself", issue(t, nil, nil), nil, false},
		{"another host", issue(t, own, func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, []string{"llaves.example"} }), nil, false},
		{"another address", issue(t, own, func(c *x509.Certificate) { c.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 2)} }), nil, false},
		{"by its common name alone", issue(t, own, func(c *x509.Certificate) { c.IPAddresses, c.Subject.CommonName = nil, "127.0.0.1" }), nil, false},
		{"expired", issue(t, own, func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) }), nil, false},
		{"not yet valid", issue(t, own, func(c *x509.Certificate) { c.NotBefore = time.Now().Add(time.Minute) }), nil, false},
		{"for clients", issue(t, own, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }), nil, false},
		{"signed by a server's", issue(t, middle, nil), []*issuer{middle}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.leaf.t = t
			address, asked := tt.leaf.serve(tt.chain...)
			c, err := api.New(address, conf)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			_, err = c.About(t.Context())
			told := make(lost, 1)
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error, 1)
			go func() {
				done <- live.New(live.Config{
					Server: func() string { return address }, Token: func() secret.Text { return secret.New("ficha") },
					TLS: conf, Jitter: func() float64 { return 0 }, Wait: time.Hour,
				}, told).Run(ctx)
			}()
			feed := <-told
			cancel()
			if err := <-done; err != nil {
				t.Error(err)
			}
			for road, err := range map[string]error{"api": err, "live": feed} {
				hint := access.HintOf(err)
				if (hint == access.HintCertificate) == tt.good {
					t.Errorf("%s: %v", road, err)
				}
				if refused, ok := errors.AsType[*access.Error](err); !tt.good && (!ok || es.Error(refused) != es.NoCertificate) {
					t.Errorf("%s: people are not told that the certificate is wrong: %v", road, err)
				}
			}
			if n := asked(); (n > 0) != tt.good {
				t.Errorf("%d requests reached it", n)
			}
		})
	}
	if !strings.Contains(es.NoCertificate, "No escriba su contraseña") || !strings.Contains(es.NoCertificate, "administrador") {
		t.Errorf("it does not say what to do: %s", es.NoCertificate)
	}
}
