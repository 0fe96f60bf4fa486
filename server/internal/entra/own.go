package entra

import (
	"context"
	"crypto"
	"crypto/x509"
	"strings"
	"time"

	"llavero/shared/secret"
)

// OwnCredential is how the provisioning application proves itself, and until
// when.
type OwnCredential struct {
	IsCertificate bool
	// Ends is its end; zero: the directory does not tell, because it lists no
	// secret that begins as ours does.
	Ends time.Time
}

// hintLength is how many characters of a secret Graph shows.
const hintLength = 3

// OwnCredential tells the end of the server's own credential: of the certificate
// that it was given, or of its secret as the directory lists it. Of several
// secrets that begin alike the first to end counts, of those still valid: a
// warning too early costs less than one too late.
func (c *Client) OwnCredential(ctx context.Context) (OwnCredential, error) {
	if leaf := c.Certificate(); leaf != nil { // the one in use, which may have been taken up since
		return OwnCredential{IsCertificate: true, Ends: leaf.NotAfter.UTC()}, nil
	}
	app, err := c.ApplicationByClientID(ctx, c.cfg.ClientID)
	if err != nil {
		return OwnCredential{}, err
	}
	return OwnCredential{Ends: ownEnd(app.Passwords, c.cfg.Secret, c.cfg.Clock())}, nil
}

// ownEnd is the end of the secret among those of an application; zero: none of
// them begins so.
func ownEnd(all []Password, s secret.Text, now time.Time) time.Time {
	var end time.Time
	for _, p := range all {
		if len(p.Hint) != hintLength || !strings.HasPrefix(s.Reveal(), p.Hint) {
			continue
		}
		isValid, wasValid := p.End.After(now), end.After(now)
		if end.IsZero() || isValid && (!wasValid || p.End.Before(end)) || !isValid && !wasValid && p.End.After(end) {
			end = p.End.UTC()
		}
	}
	return end
}

// leaf is the certificate of the chain that is the server's own: that of its key;
// nil when it signs in with a secret.
func (c *Client) leaf() *x509.Certificate {
	signer, ok := c.cfg.Key.(crypto.Signer)
	if !ok {
		return nil
	}
	for _, cert := range c.cfg.Certificate {
		if key, ok := cert.PublicKey.(interface{ Equal(crypto.PublicKey) bool }); ok && key.Equal(signer.Public()) {
			return cert
		}
	}
	return nil
}
