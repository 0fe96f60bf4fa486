package entraemu

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" // x5t, by its definition
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"
)

// signer is a client's certificate and what it signs.
type signer struct {
	t   *testing.T
	key *rsa.PrivateKey
	der []byte
}

func newSigner(t *testing.T, from, to time.Time) *signer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	tpl := &x509.Certificate{SerialNumber: serial(), Subject: pkix.Name{CommonName: "client"}, NotBefore: from, NotAfter: to}
	der, err := x509.CreateCertificate(rand.Reader, tpl, tpl, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return &signer{t: t, key: key, der: der}
}

func (s *signer) register(h *harness, token, id string) {
	s.t.Helper()
	body := `{"keyCredentials":[{"type":"AsymmetricX509Cert","usage":"Verify","key":"` + base64.StdEncoding.EncodeToString(s.der) + `"}]}`
	if a := h.graph(token, "PATCH", "/applications/"+id, body, false); a.status != 204 {
		s.t.Fatalf("keyCredentials: %d %s", a.status, a.raw)
	}
}

func (s *signer) assertion(alg string, header, claims map[string]any) string {
	s.t.Helper()
	part := func(v any) string {
		b, err := json.Marshal(v)
		if err != nil {
			s.t.Fatal(err)
		}
		return b64(b)
	}
	header["alg"] = alg
	input := part(header) + "." + part(claims)
	sum := sha256.Sum256([]byte(input))
	var sig []byte
	var err error
	if alg == "PS256" {
		sig, err = rsa.SignPSS(rand.Reader, s.key, crypto.SHA256, sum[:], &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
	} else {
		sig, err = rsa.SignPKCS1v15(rand.Reader, s.key, crypto.SHA256, sum[:])
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return input + "." + b64(sig)
}

func TestAssertion(t *testing.T) {
	h := stopped(t)
	admin := h.admin()
	m := h.makeApp(admin, "one")
	now := h.Now()
	own := newSigner(t, now.Add(-time.Hour), now.AddDate(1, 0, 0))
	own.register(h, admin, m.id)
	stranger := newSigner(t, now.Add(-time.Hour), now.AddDate(1, 0, 0))
	s1, s256 := sha1.Sum(own.der), sha256.Sum256(own.der)
	x5t := func() map[string]any { return map[string]any{"x5t": b64(s1[:])} }
	claims := func(change func(map[string]any)) map[string]any {
		c := map[string]any{
			"aud": h.URL() + "/" + h.TenantID() + "/oauth2/v2.0/token", "iss": m.appID, "sub": m.appID, "jti": "1",
			"nbf": now.Unix(), "exp": now.Add(10 * time.Minute).Unix(),
		}
		if change != nil {
			change(c)
		}
		return c
	}
	for _, tt := range []struct {
		name, assertion string
		code            string // empty: taken
	}{
		{"RS256, x5t", own.assertion("RS256", x5t(), claims(nil)), ""},
		{"PS256, x5t#S256", own.assertion("PS256", map[string]any{"x5t#S256": b64(s256[:])}, claims(nil)), ""},
		{"PS256, x5t, padded plain base64", own.assertion("PS256", map[string]any{"x5t": base64.StdEncoding.EncodeToString(s1[:])}, claims(nil)), ""},
		{"RS256, x5t#S256", own.assertion("RS256", map[string]any{"x5t#S256": b64(s256[:])}, claims(nil)), ""},
		{"RS256, kid, padded", own.assertion("RS256", map[string]any{"kid": base64.URLEncoding.EncodeToString(s1[:])}, claims(nil)), ""},
		{"a thumbprint goes before kid", own.assertion("RS256", map[string]any{"kid": b64(s1[:]), "x5t": b64(make([]byte, 20))}, claims(nil)), "AADSTS700027: The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key was not found., Thumbprint of key used by client: '0000000000000000000000000000000000000000', "},
		{"a kid that is no thumbprint", own.assertion("RS256", map[string]any{"kid": "mine"}, claims(nil)), "AADSTS700027: The certificate with identifier used to sign the client assertion is not registered on application. "},
		{"the authority as audience", own.assertion("RS256", x5t(), claims(func(c map[string]any) { c["aud"] = []string{h.URL() + "/" + h.TenantID() + "/v2.0"} })), ""},
		{"not a token", "x", "AADSTS50027: JWT token is invalid or malformed."},
		{"no thumbprint", own.assertion("RS256", map[string]any{}, claims(nil)), "AADSTS50027: Invalid JWT token. No certificate thumbprint specified in token header."},
		{"unknown certificate", stranger.assertion("RS256", map[string]any{"x5t": b64(make([]byte, 20))}, claims(nil)), "AADSTS700027: The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key was not found., Thumbprint of key used by client: '0000000000000000000000000000000000000000', "},
		{"another's signature", stranger.assertion("RS256", x5t(), claims(nil)), "AADSTS700027: Client assertion failed signature validation."},
		{"other audience", own.assertion("RS256", x5t(), claims(func(c map[string]any) { c["aud"] = "https://other.test/x" })), "AADSTS700023: Client assertion audience claim does not match Realm issuer."},
		{"expired", own.assertion("RS256", x5t(), claims(func(c map[string]any) { c["exp"] = now.Add(-time.Hour).Unix() })), "AADSTS700024: Client assertion is not within its valid time range."},
		{"not yet", own.assertion("RS256", x5t(), claims(func(c map[string]any) { c["nbf"] = now.Add(time.Hour).Unix() })), "AADSTS700024: "},
		{"another's name", own.assertion("RS256", x5t(), claims(func(c map[string]any) { c["sub"] = h.ClientID() })), "AADSTS700021: Client assertion application identifier doesn't match 'client_id' parameter."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := url.Values{
				"grant_type": {"client_credentials"}, "client_id": {m.appID}, "scope": {h.Gateway(Sandbox).Scope},
				"client_assertion_type": {assertionType}, "client_assertion": {tt.assertion},
			}
			a := h.form(f)
			if tt.code == "" {
				if a.status != 200 || claimsOf(t, a.str("access_token"))["azpacr"] != "2" {
					t.Errorf("%d %s", a.status, a.raw)
				}
				return
			}
			if a.status != 401 || a.str("error") != "invalid_client" || !strings.HasPrefix(a.str("error_description"), tt.code) {
				t.Errorf("%d %s", a.status, a.raw)
			}
		})
	}
}
