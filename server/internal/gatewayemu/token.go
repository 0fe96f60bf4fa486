package gatewayemu

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Reasons a token is refused for.
var (
	errSignature = errors.New("signature is not valid")
	errIssuer    = errors.New("invalid issuer")
	errExpired   = errors.New("token is expired")
	errNotYet    = errors.New("token is not yet valid")
	errAudience  = errors.New("invalid audience")
)

// claims is what the gateway reads in a token.
type claims struct {
	Audience string   `json:"aud"` // an application id or an identifier URI
	Issuer   string   `json:"iss"`
	Expires  int64    `json:"exp"`
	From     int64    `json:"nbf"`
	Roles    []string `json:"roles"`
}

// verifier checks bearer tokens with the keys that the tenant publishes, as the
// management gateway does: it reads the OpenID configuration, then the key set
// named there, keeps it, and asks again when a token names a key it lacks.
type verifier struct {
	cfg Config

	mu   sync.Mutex // held while asking: one question at a time
	keys map[string]*rsa.PublicKey
}

const maxToken, maxAnswer = 64 << 10, 1 << 20

// check returns the claims of a token that holds for one of the audiences.
func (v *verifier) check(ctx context.Context, token string, audiences []string) (claims, error) {
	var c claims
	parts := strings.Split(token, ".")
	if len(parts) != 3 || len(token) > maxToken {
		return c, errSignature
	}
	var header struct {
		Alg string `json:"alg"`
		Kid string `json:"kid"`
	}
	if unpack(parts[0], &header) != nil || header.Alg != "RS256" || unpack(parts[1], &c) != nil {
		return c, errSignature
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil {
		return c, errSignature
	}
	key, err := v.key(ctx, header.Kid)
	if err != nil {
		return c, fmt.Errorf("%w: %w", errSignature, err)
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], signature) != nil {
		return c, errSignature
	}
	return c, v.accept(c, audiences)
}

// accept checks what a genuine token says, in the gateway's order.
func (v *verifier) accept(c claims, audiences []string) error {
	now := v.cfg.Now()
	if !v.cfg.Issuer(c.Issuer) {
		return errIssuer
	}
	if !now.Before(time.Unix(c.Expires, 0)) {
		return errExpired
	}
	if now.Before(time.Unix(c.From, 0)) {
		return errNotYet
	}
	for _, a := range audiences {
		if a == strings.TrimRight(c.Audience, "/") {
			return nil
		}
	}
	return errAudience
}

func unpack(part string, into any) error {
	b, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, into)
}

func (v *verifier) key(ctx context.Context, kid string) (*rsa.PublicKey, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if k := v.keys[kid]; k != nil {
		return k, nil
	}
	keys, err := v.published(ctx)
	if err != nil {
		return nil, err
	}
	v.keys = keys
	if k := keys[kid]; k != nil {
		return k, nil
	}
	return nil, errors.New("no such key is published")
}

// published asks the tenant for its keys.
func (v *verifier) published(ctx context.Context) (map[string]*rsa.PublicKey, error) {
	var configuration struct {
		JWKS string `json:"jwks_uri"`
	}
	if err := v.get(ctx, v.cfg.OpenIDConfiguration(), &configuration); err != nil {
		return nil, err
	}
	var set struct {
		Keys []struct {
			Kty string `json:"kty"`
			Kid string `json:"kid"`
			N   string `json:"n"`
			E   string `json:"e"`
		} `json:"keys"`
	}
	if err := v.get(ctx, configuration.JWKS, &set); err != nil {
		return nil, err
	}
	keys := map[string]*rsa.PublicKey{}
	for _, k := range set.Keys {
		n, errN := base64.RawURLEncoding.DecodeString(k.N)
		e, errE := base64.RawURLEncoding.DecodeString(k.E)
		if k.Kty != "RSA" || errN != nil || errE != nil || len(e) > 4 {
			continue
		}
		keys[k.Kid] = &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}
	}
	return keys, nil
}

func (v *verifier) get(ctx context.Context, address string, into any) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	res, err := v.cfg.Client.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %d", address, res.StatusCode)
	}
	return json.NewDecoder(io.LimitReader(res.Body, maxAnswer)).Decode(into)
}
