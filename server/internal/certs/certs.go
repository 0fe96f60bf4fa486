// Package certs gives the server its TLS: 1.3 and nothing older, with the
// certificate of the settings or, in development, with one that the server
// signs itself.
//
// The development authority is made on first start in a folder of its own and
// kept, so that a client which was given ca.pem goes on trusting the server.
// Its leaf is made anew when it is about to expire or when other names are
// asked for. Functions here are called at start, by one goroutine.
package certs

import (
	"crypto/tls"
	"fmt"
)

// Load returns the TLS settings for a certificate chain and its key, PEM files.
func Load(certFile, keyFile string) (*tls.Config, error) {
	pair, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		return nil, fmt.Errorf("certs: %s with %s: %w", certFile, keyFile, err)
	}
	return configOf(pair), nil
}

func configOf(pair tls.Certificate) *tls.Config {
	return &tls.Config{
		MinVersion:   tls.VersionTLS13,
		Certificates: []tls.Certificate{pair},
		NextProtos:   []string{"http/1.1"}, // the feed's upgrade is HTTP/1.1's
	}
}
