package certs

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

var (
	hosts = []string{"localhost", "127.0.0.1"}
	now   = time.Now().UTC()
)

func development(t *testing.T, dir string, hosts []string, at time.Time) *Development {
	t.Helper()
	d, err := NewDevelopment(dir, hosts, at)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// handshake serves one connection with cfg and dials it.
func handshake(t *testing.T, cfg *tls.Config, client *tls.Config) (tls.ConnectionState, error) {
	t.Helper()
	l, err := tls.Listen("tcp", "127.0.0.1:0", cfg)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		c, err := l.Accept()
		if err != nil {
			return
		}
		_ = c.(*tls.Conn).Handshake()
		_ = c.Close()
	}()
	defer func() { _ = l.Close(); <-done }()
	d := &net.Dialer{Timeout: 10 * time.Second}
	c, err := tls.DialWithDialer(d, "tcp", l.Addr().String(), client)
	if err != nil {
		return tls.ConnectionState{}, err
	}
	defer func() { _ = c.Close() }()
	return c.ConnectionState(), nil
}

func poolOf(t *testing.T, d *Development) *x509.CertPool {
	t.Helper()
	b, err := os.ReadFile(d.CAFile)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(b) {
		t.Fatal("ca.pem holds no certificate")
	}
	return pool
}

func TestDevelopment_serves13Only(t *testing.T) {
	d := development(t, t.TempDir(), hosts, now)
	for _, name := range hosts {
		state, err := handshake(t, d.Pair.Config(), &tls.Config{RootCAs: poolOf(t, d), ServerName: name})
		if err != nil || state.Version != tls.VersionTLS13 {
			t.Errorf("%s: version %x, %v", name, state.Version, err)
		}
	}
	for _, version := range []uint16{tls.VersionTLS10, tls.VersionTLS11, tls.VersionTLS12} {
		_, err := handshake(t, d.Pair.Config(), &tls.Config{
			RootCAs: poolOf(t, d), ServerName: "localhost", MinVersion: version, MaxVersion: version,
		})
		if err == nil {
			t.Errorf("%s was served", tls.VersionName(version))
		}
	}
	if _, err := handshake(t, d.Pair.Config(), &tls.Config{RootCAs: x509.NewCertPool(), ServerName: "localhost"}); err == nil {
		t.Error("a client without ca.pem trusts the server")
	}
	if _, err := handshake(t, d.Pair.Config(), &tls.Config{RootCAs: poolOf(t, d), ServerName: "other.test"}); err == nil {
		t.Error("the certificate is good for a name it was not made for")
	}
}

func TestDevelopment_isKept(t *testing.T) {
	dir := t.TempDir()
	first := development(t, dir, hosts, now)
	if !first.IsNew {
		t.Error("the first is not new")
	}
	leaf := first.Pair.current().Certificate[0]
	again := development(t, dir, hosts, now.Add(time.Hour))
	if again.IsNew || !bytes.Equal(leaf, again.Pair.current().Certificate[0]) {
		t.Error("a second start made new certificates")
	}
	pool := poolOf(t, first)
	for name, d := range map[string]*Development{
		"other hosts":  development(t, dir, []string{"localhost", "127.0.0.1", "server.test"}, now),
		"about to end": development(t, dir, hosts, now.Add(leafLife-renewBefore+time.Hour)),
	} {
		got := d.Pair.current()
		if d.IsNew || bytes.Equal(leaf, got.Certificate[0]) {
			t.Errorf("%s: authority new %t, leaf the same %t", name, d.IsNew, bytes.Equal(leaf, got.Certificate[0]))
		}
		if _, err := got.Leaf.Verify(x509.VerifyOptions{Roots: pool, CurrentTime: got.Leaf.NotBefore.Add(2 * time.Hour)}); err != nil {
			t.Errorf("%s: not the kept authority's: %v", name, err)
		}
	}
}

func TestDevelopment_keysArePrivate(t *testing.T) {
	dir := t.TempDir()
	development(t, dir, hosts, now)
	for _, name := range []string{"ca-key.pem", "server-key.pem"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
	left, err := filepath.Glob(filepath.Join(dir, "*.pem.*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left over: %q %v", left, err)
	}
}

func TestDevelopment_refuses(t *testing.T) {
	if _, err := NewDevelopment(t.TempDir(), nil, now); err == nil {
		t.Error("no hosts were accepted")
	}
	dir := t.TempDir()
	for _, name := range []string{"ca.pem", "ca-key.pem"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("nonsense"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := NewDevelopment(dir, hosts, now); err == nil {
		t.Error("a broken authority was passed over in silence")
	}
}

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	d := development(t, dir, hosts, now)
	p, err := Open(filepath.Join(dir, "server.pem"), filepath.Join(dir, "server-key.pem"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := handshake(t, p.Config(), &tls.Config{RootCAs: poolOf(t, d), ServerName: "localhost"}); err != nil {
		t.Error(err)
	}
	if _, err := Open(filepath.Join(dir, "server.pem"), filepath.Join(dir, "ca-key.pem")); err == nil {
		t.Error("a key of another certificate was accepted")
	}
	if _, err := Open("/nonexistent.pem", "/nonexistent-key.pem"); err == nil {
		t.Error("absent files were accepted")
	}
}
