package entra

import (
	"bytes"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"
)

// Identity is a certificate with its private key: how a provisioning application
// proves itself without a secret.
type Identity struct {
	Certificate *x509.Certificate
	Key         *rsa.PrivateKey
}

// Why a file holds no identity. Each says what to do about it.
var (
	errNoPEM     = errors.New(`holds nothing in PEM; of a .pfx or .p12 file make one with: openssl pkcs12 -in FILE -nodes -out identity.pem`)
	errNoCert    = errors.New("holds no certificate; put the certificate (BEGIN CERTIFICATE) beside its private key")
	errNoKey     = errors.New("holds no private key; put the key (BEGIN PRIVATE KEY) beside its certificate")
	errEncrypted = errors.New("its private key is encrypted and nobody is there to type the password; take it off with: openssl pkey -in FILE, and keep the file readable by the server alone")
	errManyKeys  = errors.New("holds several private keys; keep the one in use")
	errBadKey    = errors.New("its private key cannot be read; make key and certificate anew, or copy the file again") // the cause may quote it
	errNotRSA    = errors.New("its private key is not RSA, which is all that Entra takes here; make key and certificate anew with: openssl req -newkey rsa:3072")
	errBadCert   = errors.New("one of its certificates cannot be read; copy the file again")
	errStranger  = errors.New("its private key is of none of its certificates; put the certificate that was made with this key")
)

// ParseIdentity reads PEM with a private key and its certificate; others, as of a
// chain, may stand beside. Of several certificates of one key, as after a
// renewal, the one that is valid at now counts, then the one that ends last.
// Errors hold nothing of the key.
func ParseIdentity(text []byte, now time.Time) (*Identity, error) {
	var all []*x509.Certificate
	var keys []any
	if block, _ := pem.Decode(text); block == nil {
		return nil, errNoPEM
	}
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		switch block.Type {
		case "CERTIFICATE":
			c, err := x509.ParseCertificate(block.Bytes)
			if err != nil {
				return nil, errBadCert
			}
			all = append(all, c)
		case "PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY":
			key, err := parseKey(block)
			if err != nil {
				return nil, err
			}
			keys = append(keys, key)
		}
	}
	switch {
	case len(keys) == 0 && len(all) == 0:
		return nil, errNoPEM
	case len(all) == 0:
		return nil, errNoCert
	case len(keys) == 0:
		return nil, errNoKey
	case len(keys) > 1:
		return nil, errManyKeys
	}
	key, ok := keys[0].(*rsa.PrivateKey)
	if !ok {
		return nil, errNotRSA
	}
	var best *x509.Certificate
	for _, c := range all {
		if public, ok := c.PublicKey.(*rsa.PublicKey); ok && public.Equal(key.Public()) && (best == nil || isBetter(c, best, now)) {
			best = c
		}
	}
	if best == nil {
		return nil, errStranger
	}
	return &Identity{best, key}, nil
}

func parseKey(block *pem.Block) (key any, err error) {
	switch {
	case block.Type == "ENCRYPTED PRIVATE KEY" || block.Headers["DEK-Info"] != "":
		return nil, errEncrypted
	case block.Type == "EC PRIVATE KEY":
		return nil, errNotRSA
	case block.Type == "RSA PRIVATE KEY":
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	default:
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	}
	if err != nil {
		return nil, errBadKey
	}
	return key, nil
}

func isBetter(c, than *x509.Certificate, now time.Time) bool {
	isValid := func(c *x509.Certificate) bool { return !now.Before(c.NotBefore) && now.Before(c.NotAfter) }
	if a, b := isValid(c), isValid(than); a != b {
		return a
	}
	return c.NotAfter.After(than.NotAfter)
}

// IdentityFile is a file with an Identity that may be replaced while the server
// runs. Safe for concurrent use.
type IdentityFile struct {
	path string

	mu   sync.Mutex
	at   time.Time // of the file's last change that was looked at
	size int64
	sum  [sha256.Size]byte
}

// OpenIdentity reads a file. Its errors name the file, what is wrong with it and
// what to do.
func OpenIdentity(path string, now time.Time) (*IdentityFile, *Identity, error) {
	f := &IdentityFile{path: path}
	id, err := f.Changed(now)
	return f, id, err
}

// Changed reads the file again when it changed since; nil: it holds what it held.
// What cannot be read is told once for each change of the file.
func (f *IdentityFile) Changed(now time.Time) (*Identity, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	info, err := os.Stat(f.path)
	if err != nil {
		if f.at.IsZero() && f.sum != [sha256.Size]byte{} {
			return nil, nil // gone, and told already
		}
		f.at = time.Time{}
		return nil, f.failed(err)
	}
	if info.ModTime().Equal(f.at) && info.Size() == f.size {
		return nil, nil
	}
	f.at, f.size = info.ModTime(), info.Size()
	text, err := os.ReadFile(f.path)
	if err != nil {
		return nil, f.failed(err)
	}
	sum := sha256.Sum256(text)
	if sum == f.sum {
		return nil, nil
	}
	f.sum = sum
	id, err := ParseIdentity(bytes.TrimSpace(text), now)
	if err != nil {
		return nil, f.failed(err)
	}
	return id, nil
}

func (f *IdentityFile) failed(err error) error {
	what := err.Error()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		what = "there is no such file; correct the path, or put the certificate there"
	case errors.Is(err, fs.ErrPermission):
		what = "the server's user may not read it; change the file's owner or mode"
	default:
		if path, ok := errors.AsType[*fs.PathError](err); ok {
			what = "it cannot be read: " + path.Err.Error()
		}
	}
	return fmt.Errorf("%s: %s", f.path, what)
}
