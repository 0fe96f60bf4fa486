package entracontract

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/url"
	"slices"
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
	versions     map[string]uint16
	lags         map[string][]time.Duration
}

func newRun(t *target, clock func() time.Time) (*run, error) {
	r := &run{
		target: t, clock: clock, vars: t.variables("llavero-contract-" + uuid.NewString()[:8]),
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
	sign := func(method jwt.SigningMethod, sha1too bool) func() (string, error) {
		return func() (string, error) { return r.assertion(r.vars["appId"], der, key, method, sha1too) }
	}
	r.made = map[string]func() (string, error){
		"assertionPS256": sign(jwt.SigningMethodPS256, false),
		"assertionRS256": sign(jwt.SigningMethodRS256, true),
		"basic": func() (string, error) {
			return base64.StdEncoding.EncodeToString([]byte(r.vars["callsApp"] + ":" + url.QueryEscape(r.vars["callsSecret"]))), nil
		},
		"assertionStranger": func() (string, error) {
			der, key, err := newCertificate(now)
			if err != nil {
				return "", err
			}
			return r.assertion(r.vars["appId"], der, key, jwt.SigningMethodPS256, false)
		},
	}
	return r, nil
}

func (r *run) remember(id string) {
	r.applications.Add(1)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ids = append(r.ids, id)
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

// assertion signs a client assertion with a certificate's key, naming the
// certificate by its SHA-256, or by its SHA-1 as older clients do.
func (r *run) assertion(client string, der []byte, key crypto.PrivateKey, method jwt.SigningMethod, sha1too bool) (string, error) {
	now := r.clock()
	token := jwt.NewWithClaims(method, jwt.MapClaims{
		"aud": r.target.login + "/" + r.target.tenant + "/oauth2/v2.0/token", "iss": client, "sub": client,
		"jti": uuid.NewString(), "nbf": now.Add(-time.Minute).Unix(), "iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(),
	})
	if sha1too {
		token.Header["x5t"] = sha1Of(der)
	} else {
		sum := sha256.Sum256(der)
		token.Header["x5t#S256"] = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	return token.SignedString(key)
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
		assertion, err := r.assertion(r.target.client, der, private, jwt.SigningMethodPS256, false)
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

// purge deletes for good every application the run made, with its service
// principal, and reports what is left.
func (r *run) purge(ctx context.Context) error {
	var left []error
	for _, id := range r.ids {
		r.vars["purged"] = id
		steps := []step{{say: "purge", call: "DELETE /directory/deletedItems/{purged}", want: 204}}
		if a, err := r.send(ctx, step{say: "principal", call: "GET /applications/{purged}"}); err == nil && a.status == 200 {
			r.vars["purgedAppId"], _ = at(a.raw, "appId")
			sp, err := r.send(ctx, step{say: "principal", call: "GET /servicePrincipals(appId='{purgedAppId}')"})
			steps = slices.Insert(steps, 0, step{say: "delete", call: "DELETE /applications/{purged}", want: 204})
			if err == nil && sp.status == 200 {
				r.vars["purgedSp"], _ = at(sp.raw, "id")
				steps = append(steps, step{say: "purge", call: "DELETE /directory/deletedItems/{purgedSp}", want: 204})
			}
		} else if a, err := r.send(ctx, step{say: "deleted?", call: "GET /directory/deletedItems/{purged}"}); err == nil && a.status == 404 {
			continue // a case purged it
		}
		for _, s := range steps {
			if _, err := r.play(ctx, s); err != nil {
				left = append(left, fmt.Errorf("left behind: application %s: %w", id, err))
				break
			}
		}
	}
	return errors.Join(left...)
}

// report is what a run measured: TLS, and each kind of lag.
func (r *run) report() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var b strings.Builder
	for _, host := range slices.Sorted(func(yield func(string) bool) {
		for h := range r.versions {
			if !yield(h) {
				return
			}
		}
	}) {
		fmt.Fprintf(&b, "%-40s %s\n", mask(host, r.vars), tls.VersionName(r.versions[host]))
	}
	b.WriteString("after a new…          samples       p50       p95     worst\n")
	for _, kind := range []string{"application", "service principal", "secret", "role", "deletion"} {
		d := slices.Sorted(slices.Values(r.lags[kind]))
		if len(d) == 0 {
			continue
		}
		rank := func(p float64) time.Duration { return d[min(len(d)-1, int(float64(len(d))*p))] }
		fmt.Fprintf(&b, "%-22s %6d %9s %9s %9s\n", kind, len(d), short(rank(0.5)), short(rank(0.95)), short(d[len(d)-1]))
	}
	return b.String()
}

func short(d time.Duration) string { return d.Round(10 * time.Millisecond).String() }

// withoutEnd outlives the test's own context: cleaning up has two minutes of
// its own and more for a slow directory.
func withoutEnd(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), 20*time.Minute)
}
