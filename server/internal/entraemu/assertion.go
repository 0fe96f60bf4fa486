package entraemu

import (
	"crypto/rsa"
	"crypto/sha1" // x5t is a SHA-1 thumbprint by its definition
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// audience is a JWT aud: one text or a list.
type audience []string

// UnmarshalJSON takes either form.
func (a *audience) UnmarshalJSON(b []byte) error {
	var one string
	if err := json.Unmarshal(b, &one); err == nil {
		*a = audience{one}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(a))
}

type assertionClaims struct {
	Aud audience `json:"aud"`
	Iss string   `json:"iss"`
	Sub string   `json:"sub"`
	Exp float64  `json:"exp"`
	Nbf float64  `json:"nbf"`
}

// checkAssertion checks a client_assertion against the application's
// certificates.
func (e *Emulator) checkAssertion(r *http.Request, app *application, f tokenForm, now time.Time) *loginRefusal {
	if f.assertionType != assertionType {
		return invalidRequest(900144, "The request body must contain the following parameter: 'client_assertion_type'.")
	}
	t, err := parseJWT(f.assertion)
	if err != nil {
		return invalidClient(50027, "JWT token is invalid or malformed.")
	}
	if t.header.X5t == "" && t.header.X5tS256 == "" && t.header.Kid == "" {
		return invalidClient(50027, "Invalid JWT token. No certificate thumbprint specified in token header.")
	}
	cert, pub := certificateOf(app, t)
	if cert == nil {
		return invalidClient(700027, "The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key was not found., %sPlease visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id '%s'.]", thumbprint(t), app.AppID)
	}
	if err := t.verify(pub); err != nil {
		return invalidClient(700027, "Client assertion failed signature validation. [Reason - The key was found, but use of the key to verify the signature failed.]")
	}
	if now.Before(cert.Start) || !now.Before(cert.End) {
		return invalidClient(700027, "Client assertion failed signature validation. [Reason - The key used is expired.]")
	}
	var c assertionClaims
	if err := json.Unmarshal(t.payload, &c); err != nil {
		return invalidClient(50027, "JWT token is invalid or malformed.")
	}
	const slack = 300
	if float64(now.Unix()) > c.Exp+slack || float64(now.Unix()) < c.Nbf-slack {
		return invalidClient(700024, "Client assertion is not within its valid time range. Current time: %s.", stamp(now))
	}
	if !strings.EqualFold(c.Iss, app.AppID) || !strings.EqualFold(c.Sub, app.AppID) {
		return invalidClient(700021, "Client assertion application identifier doesn't match 'client_id' parameter.")
	}
	if !e.ownAudience(r, c.Aud) {
		return invalidClient(700023, "Client assertion audience claim does not match Realm issuer. Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials.")
	}
	return nil
}

// certificateOf finds the certificate a JWT names by either thumbprint. Clients
// that know of no thumbprint's header write the SHA-1 one into kid.
func certificateOf(app *application, t *jwt) (*certificate, *rsa.PublicKey) {
	for i, c := range app.Certificates {
		s1, s256 := sha1.Sum(c.DER), sha256.Sum256(c.DER) // x5t, by its definition
		if !names(t.sha1(), s1[:]) && !names(t.header.X5tS256, s256[:]) {
			continue
		}
		parsed, err := x509.ParseCertificate(c.DER)
		if err != nil {
			continue
		}
		if pub, ok := parsed.PublicKey.(*rsa.PublicKey); ok {
			return &app.Certificates[i], pub
		}
	}
	return nil, nil
}

// sha1 is the SHA-1 thumbprint that a JWT names its key by: x5t, or kid where
// there is no thumbprint.
func (t *jwt) sha1() string {
	if t.header.X5t == "" && t.header.X5tS256 == "" {
		return t.header.Kid
	}
	return t.header.X5t
}

// thumbprint is the part of a refusal that says which key was used, in hex.
func thumbprint(t *jwt) string {
	sum, err := base64.RawURLEncoding.DecodeString(plainThumbprint(t.sha1()))
	if err != nil || len(sum) == 0 {
		return ""
	}
	return fmt.Sprintf("Thumbprint of key used by client: '%X', ", sum)
}

func plainThumbprint(s string) string {
	return strings.NewReplacer("+", "-", "/", "_", "=", "").Replace(s)
}

// names reports whether a thumbprint in a header is this one. Client libraries
// write it in either base64 alphabet, padded or not.
func names(given string, sum []byte) bool {
	plain := plainThumbprint(given)
	return plain != "" && plain == b64(sum)
}

func (e *Emulator) ownAudience(r *http.Request, aud audience) bool {
	for _, a := range aud {
		rest, ok := strings.CutPrefix(a, e.base(r)+"/")
		if !ok {
			continue
		}
		tenant, tail, _ := strings.Cut(strings.TrimRight(rest, "/"), "/")
		if e.checkTenant(tenant, false) != nil {
			continue
		}
		switch tail {
		case "", "v2.0", "oauth2/token", "oauth2/v2.0/token":
			return true
		}
	}
	return false
}
