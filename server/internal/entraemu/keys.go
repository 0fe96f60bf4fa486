package entraemu

import (
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" // x5t is a SHA-1 thumbprint by its definition
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"sync"
	"time"
)

// keyring holds the keys that sign tokens: the one in use and the next one, so
// that clients meet more than one. Safe for concurrent use.
type keyring struct {
	mu   sync.RWMutex
	keys []*signingKey // the first signs

	mockOnce sync.Once
	mockKey  [32]byte // of mock signatures
}

type signingKey struct {
	key  *rsa.PrivateKey
	cert []byte // self-signed, DER
	kid  string // its SHA-1 thumbprint, which is also x5t
}

// madeKeys are the two keys every new tenant of this process begins with: making
// them is by far the slowest part of a start.
var madeKeys struct {
	sync.Mutex
	keys []*signingKey
}

func newKeyring(now time.Time) (*keyring, error) {
	madeKeys.Lock()
	defer madeKeys.Unlock()
	for len(madeKeys.keys) < 2 {
		k, err := newSigningKey(now)
		if err != nil {
			return nil, err
		}
		madeKeys.keys = append(madeKeys.keys, k)
	}
	return &keyring{keys: append([]*signingKey(nil), madeKeys.keys...)}, nil
}

func newSigningKey(now time.Time) (*signingKey, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	t := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: "accounts.accesscontrol.example"},
		NotBefore: now.AddDate(0, 0, -1), NotAfter: now.AddDate(5, 0, 0),
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, key.Public(), key)
	if err != nil {
		return nil, err
	}
	return restoredKey(key, der), nil
}

func restoredKey(key *rsa.PrivateKey, der []byte) *signingKey {
	sum := sha1.Sum(der) // x5t is a SHA-1 thumbprint by its definition
	return &signingKey{key: key, cert: der, kid: b64(sum[:])}
}

// rotate retires the signing key: the next one signs, a new one waits, and the
// old one stays published so that held tokens still verify.
func (r *keyring) rotate(now time.Time) error {
	fresh, err := newSigningKey(now)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keys = []*signingKey{r.keys[1], fresh, r.keys[0]}
	return nil
}

func (r *keyring) all() []*signingKey {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return append([]*signingKey(nil), r.keys...)
}

// jwks is the published key set.
func (r *keyring) jwks(issuer string) fields {
	var keys []any
	for _, k := range r.all() {
		pub := k.key.PublicKey
		keys = append(keys, fields{
			{"kty", "RSA"},
			{"use", "sig"},
			{"kid", k.kid},
			{"x5t", k.kid},
			{"n", b64(pub.N.Bytes())},
			{"e", b64(big.NewInt(int64(pub.E)).Bytes())},
			{"x5c", []string{base64.StdEncoding.EncodeToString(k.cert)}},
			{"issuer", issuer},
			{"cloud_instance_name", "microsoftonline.com"},
		})
	}
	return fields{{"keys", keys}}
}

// sign makes a token; v1 tokens name the key by x5t too. A mock signature is a
// keyed hash of the usual length.
func (r *keyring) sign(claims fields, v1, mock bool) (string, error) {
	k := r.all()[0]
	header := fields{{"typ", "JWT"}, {"alg", "RS256"}}
	if v1 {
		header = append(header, pair{"x5t", k.kid})
	}
	header = append(header, pair{"kid", k.kid})
	h, err := json.Marshal(header)
	if err != nil {
		return "", err
	}
	c, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	input := b64(h) + "." + b64(c)
	if mock {
		return input + "." + b64(r.mockSignature(input)), nil
	}
	sum := sha256.Sum256([]byte(input))
	sig, err := rsa.SignPKCS1v15(rand.Reader, k.key, crypto.SHA256, sum[:])
	if err != nil {
		return "", err
	}
	return input + "." + b64(sig), nil
}

// mockSignature is what only this keyring can make and recognise.
func (r *keyring) mockSignature(input string) []byte {
	r.mockOnce.Do(func() { _, _ = rand.Read(r.mockKey[:]) }) // never fails, see crypto/rand
	m := hmac.New(sha256.New, r.mockKey[:])
	_, _ = m.Write([]byte(input))
	return append(make([]byte, 256-sha256.Size), m.Sum(nil)...)
}

// verify checks a token's form and signature and returns its claims.
func (r *keyring) verify(token string) (accessClaims, error) {
	var claims accessClaims
	t, err := parseJWT(token)
	if err != nil {
		return claims, err
	}
	if t.header.Alg != "RS256" {
		return claims, fmt.Errorf("%w: alg %q", errSignature, t.header.Alg)
	}
	if hmac.Equal(t.signature, r.mockSignature(t.input)) {
		return claims, json.Unmarshal(t.payload, &claims)
	}
	for _, k := range r.all() {
		if k.kid != t.header.Kid {
			continue
		}
		if err := t.verify(&k.key.PublicKey); err != nil {
			return claims, err
		}
		return claims, json.Unmarshal(t.payload, &claims)
	}
	return claims, fmt.Errorf("%w: unknown kid", errSignature)
}

// accessClaims is what the emulator reads in its own tokens.
type accessClaims struct {
	Aud   string   `json:"aud"`
	Iss   string   `json:"iss"`
	Exp   int64    `json:"exp"`
	Iat   int64    `json:"iat"`
	AppID string   `json:"appid"` // v1
	Azp   string   `json:"azp"`   // v2
	OID   string   `json:"oid"`
	Tid   string   `json:"tid"`
	Roles []string `json:"roles"`
}

func (c accessClaims) client() string {
	if c.AppID != "" {
		return c.AppID
	}
	return c.Azp
}

var (
	errMalformedJWT = errors.New("not a JSON web token")
	errSignature    = errors.New("signature does not verify")
)

// jwt is a token taken apart, not yet believed.
type jwt struct {
	header struct {
		Alg     string `json:"alg"`
		Kid     string `json:"kid"`
		X5t     string `json:"x5t"`
		X5tS256 string `json:"x5t#S256"`
	}
	payload   []byte
	input     string
	signature []byte
}

func parseJWT(token string) (*jwt, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 || len(token) > 64<<10 {
		return nil, errMalformedJWT
	}
	var raw [3][]byte
	for i, p := range parts {
		b, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(p, "="))
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errMalformedJWT, err)
		}
		raw[i] = b
	}
	t := &jwt{payload: raw[1], input: parts[0] + "." + parts[1], signature: raw[2]}
	if err := json.Unmarshal(raw[0], &t.header); err != nil {
		return nil, fmt.Errorf("%w: %w", errMalformedJWT, err)
	}
	return t, nil
}

// verify checks the signature, RS256 or PS256.
func (t *jwt) verify(pub *rsa.PublicKey) error {
	sum := sha256.Sum256([]byte(t.input))
	var err error
	switch t.header.Alg {
	case "RS256":
		err = rsa.VerifyPKCS1v15(pub, crypto.SHA256, sum[:], t.signature)
	case "PS256":
		err = rsa.VerifyPSS(pub, crypto.SHA256, sum[:], t.signature, nil)
	default:
		return fmt.Errorf("%w: alg %q", errSignature, t.header.Alg)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", errSignature, err)
	}
	return nil
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
