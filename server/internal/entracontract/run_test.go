package entracontract

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/big"
	"net/http"
	"net/url"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"
)

// maxApplications bounds what a run leaves to purge, whatever its cases say.
const maxApplications = 10

// namePrefix begins the name of all that a run makes.
const namePrefix = "llavero-contract-"

// run is one pass over the cases: the variables they share, what was made, what
// was measured.
type run struct {
	target      *target
	vars        map[string]string
	made        map[string]func() (string, error) // variables made anew at each use
	permissions []string                          // of the provisioning application
	clock       func() time.Time

	applications atomic.Int32
	mu           sync.Mutex
	ids          []string // applications made
	principals   []string // service principals made
	versions     map[string]uint16
	lags         map[string][]time.Duration
}

func newRun(t *target, clock func() time.Time) (*run, error) {
	r := &run{
		target: t, clock: clock, vars: t.variables(namePrefix + uuid.NewString()[:8]),
		versions: map[string]uint16{}, lags: map[string][]time.Duration{},
	}
	now := clock().UTC()
	r.vars["inAYear"] = now.AddDate(1, 0, 0).Format("2006-01-02T15:04:05Z")
	r.vars["lastYear"] = now.AddDate(-1, 0, 0).Format("2006-01-02T15:04:05Z")
	r.vars["long"] = strings.Repeat("x", 121)
	der, key, err := newCertificate(now)
	if err != nil {
		return nil, err
	}
	r.vars["certificate"] = base64Of(der)
	sign := func(method jwt.SigningMethod, named string) func() (string, error) {
		return func() (string, error) {
			return r.assertion(r.vars["appId"], signer{der: der, key: key, method: method, named: named})
		}
	}
	r.made = map[string]func() (string, error){
		"assertionPS256": sign(jwt.SigningMethodPS256, byS256),
		"assertionRS256": sign(jwt.SigningMethodRS256, byS1),
		"assertionKid":   sign(jwt.SigningMethodRS256, byKid),
		"basic": func() (string, error) {
			return base64.StdEncoding.EncodeToString([]byte(r.vars["callsApp"] + ":" + url.QueryEscape(r.vars["callsSecret"]))), nil
		},
		"assertionStranger": func() (string, error) {
			der, key, err := newCertificate(now)
			if err != nil {
				return "", err
			}
			return r.assertion(r.vars["appId"], signer{der: der, key: key, method: jwt.SigningMethodPS256, named: byS256})
		},
	}
	return r, nil
}

// remember keeps what a call made, for the purge.
func (r *run) remember(rq *http.Request, raw []byte) {
	id, ok := at(raw, "id")
	if !ok {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.makes(rq, "applications"):
		r.applications.Add(1)
		r.ids = append(r.ids, id)
	case r.makes(rq, "servicePrincipals"):
		r.principals = append(r.principals, id)
	}
}

func (r *run) sample(kind string, d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lags[kind] = append(r.lags[kind], d)
}

func (r *run) sawTLS(host string, version uint16) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.versions[host] = max(r.versions[host], version)
}

// newCertificate makes a certificate for signing in, good for a day.
func newCertificate(now time.Time) (der []byte, key *rsa.PrivateKey, err error) {
	if key, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
		return nil, nil, err
	}
	t := &x509.Certificate{
		SerialNumber: big.NewInt(now.Unix()), Subject: pkix.Name{CommonName: "llavero contract"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(0, 0, 1),
	}
	der, err = x509.CreateCertificate(rand.Reader, t, t, key.Public(), key)
	return der, key, err
}

// The members of an assertion's header that name its certificate.
const (
	byS256 = "x5t#S256"
	byS1   = "x5t" // as older clients do
	byKid  = "kid" // holds the SHA-1 too
)

// signer signs client assertions with a certificate's key.
type signer struct {
	der    []byte
	key    crypto.PrivateKey
	method jwt.SigningMethod
	named  string
}

func (r *run) assertion(client string, s signer) (string, error) {
	now := r.clock()
	token := jwt.NewWithClaims(s.method, jwt.MapClaims{
		"aud": r.target.login + "/" + r.target.tenant + "/oauth2/v2.0/token", "iss": client, "sub": client,
		"jti": uuid.NewString(), "nbf": now.Add(-time.Minute).Unix(), "iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(),
	})
	sum := sha256.Sum256(s.der)
	token.Header[s.named] = base64.RawURLEncoding.EncodeToString(sum[:])
	if s.named != byS256 {
		token.Header[s.named] = sha1Of(s.der)
	}
	return token.SignedString(s.key)
}

// signIn gets the provisioning application's Graph token, and reads which
// permissions it holds.
func (r *run) signIn(ctx context.Context) error {
	form := "grant_type=client_credentials&client_id={client}&scope={graphDefault}"
	r.vars["graphDefault"] = "https://graph.microsoft.com/.default"
	switch {
	case r.target.cert != nil:
		der, key := keyAndChain(r.target.cert)
		private, ok := key.(crypto.PrivateKey)
		if !ok {
			return errors.New("the certificate has no key")
		}
		assertion, err := r.assertion(r.target.client, signer{der: der, key: private, method: jwt.SigningMethodPS256, named: byS256})
		if err != nil {
			return err
		}
		r.vars["ownCredential"] = assertion
		form += "&client_assertion_type={assertionType}&client_assertion={ownCredential}"
	default:
		r.vars["ownCredential"] = r.target.secret
		form += "&client_secret={ownCredential}"
	}
	r.vars["assertionType"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
	_, err := r.play(ctx, step{
		say: "sign in", call: "POST {login}/{tenant}/oauth2/v2.0/token", form: form, want: 200, keep: map[string]string{"own": "access_token"},
	})
	if err != nil {
		return err
	}
	delete(r.vars, "graphDefault")
	claims, err := claimsOf(r.vars["own"])
	if err != nil {
		return err
	}
	r.permissions, r.vars["ownSp"] = claims.Roles, claims.OID
	sort.Strings(r.permissions)
	return nil
}

type ownClaims struct {
	Roles []string
	OID   string
}

func claimsOf(token string) (c ownClaims, err error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return c, errors.New("the token is no JWT")
	}
	plain, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return c, err
	}
	return c, json.Unmarshal(plain, &c)
}

// fixture makes what most cases look at: one application with its service
// principal and a secret, and finds the API's roles.
var fixture = []step{
	{say: "the API", call: "GET /servicePrincipals(appId='{api}')", want: 200, keep: map[string]string{
		"apiSp": "id", "role": "appRoles/0/id", "roleValue": "appRoles/0/value", "apiName": "displayName",
	}},
	{
		say: "application", call: "PATCH /applications(uniqueName='{prefix}-main')", header: upsert, want: 201,
		body: `{"displayName":"{prefix} main","signInAudience":"AzureADMyOrg","tags":["llavero","{prefix}"]}`,
		keep: map[string]string{"app": "id", "appId": "appId"},
	},
	{say: "application shows", call: "GET /applications/{app}", want: 200, lag: "application"},
	{
		say: "service principal", call: "PATCH /servicePrincipals(appId='{appId}')", header: upsert, want: 201,
		body: `{"displayName":"{prefix} main"}`, keep: map[string]string{"sp": "id"},
	},
	{say: "service principal shows", call: "GET /servicePrincipals/{sp}", want: 200, lag: "service principal"},
	{
		say: "secret", call: "POST /applications/{app}/addPassword", want: 200,
		body: `{"passwordCredential":{"displayName":"fixture","endDateTime":"{inAYear}"}}`,
		keep: map[string]string{"secret": "secretText", "keyId": "keyId"},
	},
	{
		say: "the secret signs in", call: "POST {login}/{tenant}/oauth2/v2.0/token", want: 200, lag: "secret",
		form: "grant_type=client_credentials&client_id={appId}&client_secret={secret}&scope={apiScope}",
		keep: map[string]string{"bare": "access_token"},
	},
	{
		say: "and at Graph", call: "POST {login}/{tenant}/oauth2/v2.0/token", want: 200,
		form: "grant_type=client_credentials&client_id={appId}&client_secret={secret}&scope={graphApp}/.default",
		keep: map[string]string{"bareGraph": "access_token"},
	},
}

var upsert = map[string]string{"Prefer": "create-if-missing"}

// prepare signs in and makes the fixture.
func (r *run) prepare(ctx context.Context) error {
	if err := r.signIn(ctx); err != nil {
		return err
	}
	for _, s := range fixture {
		if _, err := r.play(ctx, s); err != nil {
			return err
		}
	}
	return nil
}
