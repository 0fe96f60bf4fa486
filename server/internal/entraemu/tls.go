package entraemu

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// prepareTLS takes the given certificate, or makes a leaf signed by the
// emulator's own authority. With a Dir the authority is kept there, so that a
// client goes on trusting it; otherwise it is new.
func (e *Emulator) prepareTLS() error {
	if e.cfg.CertFile != "" {
		cert, err := tls.LoadX509KeyPair(e.cfg.CertFile, e.cfg.KeyFile)
		if err != nil {
			return fmt.Errorf("own certificate: %w", err)
		}
		e.cert, e.caFile = cert, e.cfg.CertFile
		if e.caPEM, err = os.ReadFile(e.cfg.CertFile); err != nil {
			return fmt.Errorf("own certificate: %w", err)
		}
		if e.cfg.CAOut != "" {
			return e.writeCA()
		}
		return nil
	}
	ca, key, err := e.authority()
	if err != nil {
		return fmt.Errorf("certificate authority: %w", err)
	}
	e.caPEM = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ca.Raw})
	if e.cert, err = leaf(ca, key, e.cfg.ExtraHosts, wallClock()); err != nil {
		return fmt.Errorf("server certificate: %w", err)
	}
	return e.writeCA()
}

// wallClock is the time of certificates: clients hold them against the time of
// the machine, wherever the emulator's own clock stands.
func wallClock() time.Time {
	return time.Now() //nolint:forbidigo // see above
}

func (e *Emulator) writeCA() error {
	switch {
	case e.cfg.CAOut != "":
		e.caFile = e.cfg.CAOut
	case e.cfg.Dir != "":
		e.caFile = filepath.Join(e.cfg.Dir, "ca.pem")
	default:
		dir, err := os.MkdirTemp("", "entra-emulator-")
		if err != nil {
			return err
		}
		e.tempCA, e.caFile = dir, filepath.Join(dir, "ca.pem")
	}
	return os.WriteFile(e.caFile, e.caPEM, 0o644) // a public certificate
}

// authority loads the kept authority, or makes one.
func (e *Emulator) authority() (*x509.Certificate, *ecdsa.PrivateKey, error) {
	certFile, keyFile := filepath.Join(e.cfg.Dir, "authority.pem"), filepath.Join(e.cfg.Dir, "authority-key.pem")
	if e.cfg.Dir != "" {
		if pair, err := tls.LoadX509KeyPair(certFile, keyFile); err == nil {
			key, ok := pair.PrivateKey.(*ecdsa.PrivateKey)
			if ok && wallClock().Before(pair.Leaf.NotAfter.AddDate(0, -1, 0)) {
				return pair.Leaf, key, nil
			}
		}
	}
	ca, key, err := newAuthority(wallClock())
	if err != nil || e.cfg.Dir == "" {
		return ca, key, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, nil, err
	}
	keyPEM := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	if err := os.WriteFile(keyFile, keyPEM, 0o600); err != nil {
		return nil, nil, err
	}
	certPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ca.Raw})
	return ca, key, os.WriteFile(certFile, certPEM, 0o600)
}

func newAuthority(now time.Time) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	ca := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: "Entra emulator, development authority"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(2, 0, 0),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, ca, ca, key.Public(), key)
	if err != nil {
		return nil, nil, err
	}
	made, err := x509.ParseCertificate(der)
	return made, key, err
}

func leaf(ca *x509.Certificate, caKey *ecdsa.PrivateKey, extra []string, now time.Time) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	t := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: "localhost"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(1, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	for _, h := range extra {
		if ip := net.ParseIP(h); ip != nil {
			t.IPAddresses = append(t.IPAddresses, ip)
			continue
		}
		t.DNSNames = append(t.DNSNames, h)
	}
	der, err := x509.CreateCertificate(rand.Reader, t, ca, key.Public(), caKey)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: [][]byte{der, ca.Raw}, PrivateKey: key}, nil
}

func serial() *big.Int {
	n, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return big.NewInt(1) // never: crypto/rand does not fail
	}
	return n
}
