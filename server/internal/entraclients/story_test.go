package entraclients

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// client is one way to reach Graph and the token endpoint.
type client interface {
	// api finds an API's service principal and one of its roles.
	api(ctx context.Context, appID string) (sp, roleID, role string, err error)
	createApplication(ctx context.Context, name string) (id, appID string, err error)
	createPrincipal(ctx context.Context, appID string) (id string, err error)
	addSecret(ctx context.Context, id, name string) (keyID, text string, err error)
	removeSecret(ctx context.Context, id, keyID string) error
	grant(ctx context.Context, sp, api, roleID string) error
	// roles counts what a service principal was granted.
	roles(ctx context.Context, sp string) (int, error)
	token(ctx context.Context, appID, secret, scope string) (string, error)
	deleteApplication(ctx context.Context, id string) error
	// gone reports whether the application is no longer there.
	gone(ctx context.Context, id string) (bool, error)
}

// tell walks through the life of one key with a client.
func tell(t *testing.T, c client) {
	t.Helper()
	ctx := t.Context()
	scope := os.Getenv("IHCE_SANDBOX_SCOPE")
	apiAppID := strings.TrimSuffix(strings.TrimPrefix(scope, "api://"), "/.default")
	var api, roleID, role, id, appID, sp, keyID, secret, first string
	do := func(what string, step func() error) {
		t.Helper()
		settle(t, what, step)
	}
	do("find the API", func() (err error) { api, roleID, role, err = c.api(ctx, apiAppID); return err })
	do("create the application", func() (err error) {
		id, appID, err = c.createApplication(ctx, "clients "+rand.Text()[:8])
		return err
	})
	do("create the principal", func() (err error) { sp, err = c.createPrincipal(ctx, appID); return err })
	do("add a secret", func() (err error) { keyID, secret, err = c.addSecret(ctx, id, "first"); return err })
	do("grant a role", func() error { return c.grant(ctx, sp, api, roleID) })
	do("the role is listed", func() error {
		n, err := c.roles(ctx, sp)
		if err == nil && n != 1 {
			err = fmt.Errorf("%d roles", n)
		}
		return err
	})
	signsIn := func(secret string) func() error {
		return func() error {
			token, err := c.token(ctx, appID, secret, scope)
			if err != nil {
				return err
			}
			return check(ctx, token, claims{Azp: appID, Oid: sp, Roles: []string{role}}, apiAppID)
		}
	}
	do("the token holds the role", signsIn(secret))
	first = secret
	var second string
	do("add a second secret", func() (err error) { second, secret, err = c.addSecret(ctx, id, "second"); return err })
	if second == keyID || secret == first {
		t.Error("the second secret is the first")
	}
	do("the second signs in", signsIn(secret))
	do("remove the first", func() error { return c.removeSecret(ctx, id, keyID) })
	do("the first is refused", func() error {
		_, err := c.token(ctx, appID, first, scope)
		if err == nil || !strings.Contains(err.Error(), "AADSTS7000215") {
			return fmt.Errorf("not refused as an invalid secret: %w", errors.Join(err))
		}
		return nil
	})
	do("the second still signs in", signsIn(secret))
	do("delete the application", func() error { return c.deleteApplication(ctx, id) })
	do("it is gone", func() error {
		gone, err := c.gone(ctx, id)
		if err == nil && !gone {
			err = errors.New("still there")
		}
		return err
	})
	do("its secret is refused", func() error {
		if _, err := c.token(ctx, appID, secret, scope); err == nil || !strings.Contains(err.Error(), "AADSTS") {
			return fmt.Errorf("not refused: %w", errors.Join(err))
		}
		return nil
	})
}

type claims struct {
	jwt.RegisteredClaims
	Azp   string   `json:"azp"`
	Oid   string   `json:"oid"`
	Roles []string `json:"roles"`
	Tid   string   `json:"tid"`
	Ver   string   `json:"ver"`
}

// check verifies a token as an API does: by the published keys, then claims.
// The emulator's clock may be ahead, so the times are its own affair.
func check(ctx context.Context, token string, want claims, audience string) error {
	var got claims
	_, err := jwt.NewParser(jwt.WithValidMethods([]string{"RS256"}), jwt.WithAudience(audience), jwt.WithLeeway(24*time.Hour)).
		ParseWithClaims(token, &got, func(t *jwt.Token) (any, error) { return publishedKey(ctx, fmt.Sprint(t.Header["kid"])) })
	switch tenant := os.Getenv("ENTRA_TENANT_ID"); {
	case err != nil:
		return err
	case got.Azp != want.Azp, got.Oid != want.Oid, got.Subject != want.Oid, got.Tid != tenant, got.Ver != "2.0":
		return fmt.Errorf("claims %+v", got)
	case !slices.Equal(got.Roles, want.Roles):
		return fmt.Errorf("roles %v, want %v", got.Roles, want.Roles)
	case !strings.HasSuffix(got.Issuer, "/"+tenant+"/v2.0"):
		return fmt.Errorf("issuer %s", got.Issuer)
	}
	return nil
}

func publishedKey(ctx context.Context, kid string) (*rsa.PublicKey, error) {
	rq, err := http.NewRequestWithContext(ctx, http.MethodGet, os.Getenv("ENTRA_AUTHORITY_HOST")+os.Getenv("ENTRA_TENANT_ID")+"/discovery/v2.0/keys", nil)
	if err != nil {
		return nil, err
	}
	res, err := http.DefaultClient.Do(rq)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	var set struct {
		Keys []struct{ Kid, N, E string }
	}
	if err := json.NewDecoder(res.Body).Decode(&set); err != nil {
		return nil, err
	}
	for _, k := range set.Keys {
		if k.Kid != kid {
			continue
		}
		n, err1 := base64.RawURLEncoding.DecodeString(k.N)
		e, err2 := base64.RawURLEncoding.DecodeString(k.E)
		return &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}, errors.Join(err1, err2)
	}
	return nil, fmt.Errorf("key %s is not published", kid)
}

// certificate makes one to sign in with.
func certificate(t *testing.T) (*x509.Certificate, *rsa.PrivateKey) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	tpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "clients"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(0, 0, 1),
	}
	der, err := x509.CreateCertificate(rand.Reader, tpl, tpl, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert, key
}
