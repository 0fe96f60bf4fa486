package certs

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Lives of development certificates, and how early a leaf is made anew.
const (
	authorityLife = 5 * 365 * 24 * time.Hour
	leafLife      = 365 * 24 * time.Hour
	renewBefore   = 30 * 24 * time.Hour
	backdate      = time.Hour // for clocks that disagree a little
)

// Development is a server certificate signed by our own authority.
type Development struct {
	Pair   *Pair
	CAFile string // ca.pem: what a client must be given
	IsNew  bool   // the authority was made just now
}

// NewDevelopment opens the development authority in dir, or makes it, with a
// leaf for hosts (names and IP addresses). Keys are written with mode 0600.
func NewDevelopment(dir string, hosts []string, now time.Time) (*Development, error) {
	if len(hosts) == 0 {
		return nil, errors.New("certs: the development certificate needs a name or an address")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("certs: %w", err)
	}
	d := &Development{CAFile: filepath.Join(dir, "ca.pem")}
	authority, err := openPair(d.CAFile, filepath.Join(dir, "ca-key.pem"))
	if errors.Is(err, fs.ErrNotExist) || (err == nil && now.After(authority.Leaf.NotAfter.Add(-renewBefore))) {
		d.IsNew = true
		authority, err = makeAuthority(dir, now)
	}
	if err != nil {
		return nil, err
	}
	certFile, keyFile := filepath.Join(dir, "server.pem"), filepath.Join(dir, "server-key.pem")
	leaf, err := openPair(certFile, keyFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err != nil || d.IsNew || !isGood(leaf.Leaf, authority.Leaf, hosts, now) {
		if _, err = makeLeaf(certFile, keyFile, authority, hosts, now); err != nil {
			return nil, err
		}
	}
	if d.Pair, err = Open(certFile, keyFile); err != nil {
		return nil, err
	}
	return d, nil
}

// isGood reports a leaf that is the authority's, for exactly these hosts, with
// time left.
func isGood(leaf, authority *x509.Certificate, hosts []string, now time.Time) bool {
	dns, ips := split(hosts)
	sameIPs := slices.EqualFunc(leaf.IPAddresses, ips, net.IP.Equal)
	return leaf.CheckSignatureFrom(authority) == nil && slices.Equal(leaf.DNSNames, dns) && sameIPs &&
		now.After(leaf.NotBefore) && now.Before(leaf.NotAfter.Add(-renewBefore))
}

func makeAuthority(dir string, now time.Time) (tls.Certificate, error) {
	template := &x509.Certificate{
		Subject:               pkix.Name{CommonName: "Llavero IHCE, autoridad de desarrollo", Organization: []string{"Llavero IHCE"}},
		NotBefore:             now.Add(-backdate),
		NotAfter:              now.Add(authorityLife),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
		IsCA:                  true,
		BasicConstraintsValid: true,
		MaxPathLenZero:        true,
	}
	return makePair(filepath.Join(dir, "ca.pem"), filepath.Join(dir, "ca-key.pem"), template, nil)
}

func makeLeaf(certFile, keyFile string, authority tls.Certificate, hosts []string, now time.Time) (tls.Certificate, error) {
	dns, ips := split(hosts)
	template := &x509.Certificate{
		Subject:     pkix.Name{CommonName: hosts[0]},
		NotBefore:   now.Add(-backdate),
		NotAfter:    now.Add(leafLife),
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:    dns,
		IPAddresses: ips,
	}
	return makePair(certFile, keyFile, template, &authority)
}

// makePair makes a key and its certificate, signed by parent or, without one,
// by itself, and writes both.
func makePair(certFile, keyFile string, template *x509.Certificate, parent *tls.Certificate) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("certs: key: %w", err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("certs: serial: %w", err)
	}
	template.SerialNumber = serial
	signer, signerKey := template, any(key)
	if parent != nil {
		signer, signerKey = parent.Leaf, parent.PrivateKey
	}
	der, err := x509.CreateCertificate(rand.Reader, template, signer, key.Public(), signerKey)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("certs: certificate: %w", err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("certs: key: %w", err)
	}
	// The key first: a certificate without its key would never be made anew.
	if err := writeFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}), 0o600); err != nil {
		return tls.Certificate{}, err
	}
	if err := writeFile(certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o644); err != nil {
		return tls.Certificate{}, err
	}
	return openPair(certFile, keyFile)
}

// writeFile replaces a file whole: a kill leaves the old one or the new one.
func writeFile(path string, content []byte, mode os.FileMode) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("certs: %w", err)
	}
	_, err = f.Write(content)
	err = errors.Join(err, f.Chmod(mode), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("certs: %s: %w", path, errors.Join(err, os.Remove(f.Name())))
	}
	return nil
}

// openPair opens a certificate and its key; fs.ErrNotExist when either is
// absent.
func openPair(certFile, keyFile string) (tls.Certificate, error) {
	pair, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("certs: %s with %s: %w", certFile, keyFile, err)
	}
	return pair, nil
}

func split(hosts []string) (dns []string, ips []net.IP) {
	for _, h := range hosts {
		if ip := net.ParseIP(h); ip != nil {
			ips = append(ips, ip)
		} else {
			dns = append(dns, h)
		}
	}
	return dns, ips
}
