package certs

import (
	"crypto/tls"
	"fmt"
	"os"
	"sync"
	"time"
)

// Pair is a certificate and its key in two files that may be replaced while the
// server runs. It is safe for many goroutines.
type Pair struct {
	certFile, keyFile string

	looking sync.Mutex // one look at a time
	seen    [2]os.FileInfo

	mu     sync.RWMutex
	used   *tls.Certificate
	failed error // of the files as they were seen last; nil: they are in use
}

// Open opens a pair.
func Open(certFile, keyFile string) (*Pair, error) {
	p := &Pair{certFile: certFile, keyFile: keyFile}
	var err error
	if p.seen, err = p.stat(); err != nil {
		return nil, err
	}
	pair, err := openPair(certFile, keyFile)
	if err != nil {
		return nil, err
	}
	p.used = &pair
	return p, nil
}

// Config is the server's TLS with whatever certificate is in use at each
// handshake. Sessions are not resumed: every connection sees the certificate.
func (p *Pair) Config() *tls.Config {
	return &tls.Config{
		MinVersion:             tls.VersionTLS13,
		SessionTicketsDisabled: true,
		NextProtos:             []string{"http/1.1"}, // the feed's upgrade is HTTP/1.1's
		GetCertificate:         func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return p.current(), nil },
	}
}

func (p *Pair) current() *tls.Certificate {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.used
}

// Ends is when the certificate in use expires.
func (p *Pair) Ends() time.Time { return p.current().Leaf.NotAfter }

// Failed is why the files that stand there now are not in use; nil: they are.
func (p *Pair) Failed() error {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.failed
}

// Look takes the files if they were replaced since the last look. isNew: another
// certificate is in use from now on. The error says, once for each replacement,
// why it is not; the one before stays in use.
func (p *Pair) Look(now time.Time) (isNew bool, err error) {
	p.looking.Lock()
	defer p.looking.Unlock()
	seen, err := p.stat()
	if err == nil && same(seen, p.seen) {
		return false, nil
	}
	if err != nil && p.seen == [2]os.FileInfo{} {
		return false, nil // gone, and told
	}
	p.seen = seen
	var pair tls.Certificate
	if err == nil {
		pair, err = openPair(p.certFile, p.keyFile)
	}
	if err == nil {
		err = timely(pair, now)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.failed = err; err != nil {
		return false, err
	}
	p.used = &pair
	return true, nil
}

// timely refuses a certificate that no client would take now.
func timely(pair tls.Certificate, now time.Time) error {
	switch leaf := pair.Leaf; {
	case now.After(leaf.NotAfter):
		return fmt.Errorf("certs: the certificate expired on %s", leaf.NotAfter.UTC().Format(time.RFC3339))
	case now.Before(leaf.NotBefore):
		return fmt.Errorf("certs: the certificate is not valid before %s", leaf.NotBefore.UTC().Format(time.RFC3339))
	}
	return nil
}

// stat looks at both files; none of it is kept when one is gone.
func (p *Pair) stat() ([2]os.FileInfo, error) {
	var all [2]os.FileInfo
	for i, path := range []string{p.certFile, p.keyFile} {
		info, err := os.Stat(path)
		if err != nil {
			return [2]os.FileInfo{}, fmt.Errorf("certs: %w", err)
		}
		all[i] = info
	}
	return all, nil
}

func same(a, b [2]os.FileInfo) bool {
	for i := range a {
		if a[i] == nil || b[i] == nil || !os.SameFile(a[i], b[i]) || !a[i].ModTime().Equal(b[i].ModTime()) || a[i].Size() != b[i].Size() {
			return false
		}
	}
	return true
}
