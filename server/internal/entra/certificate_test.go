package entra

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"math/big"
	"net/http"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"llavero/shared/secret"
)

func TestClient_certificate(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	shape := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, shape, shape, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}

	claims := base64.RawURLEncoding.EncodeToString([]byte(`{"aud":"graph","appid":"a","roles":["Application.ReadWrite.OwnedBy"],"exp":4102444800}`))
	f := newFake(t, func(w http.ResponseWriter, _ *http.Request) { reply(w, 200, map[string]any{"id": "object"}) })
	f.token = func(w http.ResponseWriter, r *http.Request) {
		_, err := jwt.Parse(r.FormValue("client_assertion"), func(*jwt.Token) (any, error) { return key.Public(), nil }, jwt.WithValidMethods([]string{"PS256"}))
		if err != nil || r.FormValue("client_secret") != "" {
			t.Errorf("assertion: %v; a secret too: %t", err, r.FormValue("client_secret") != "")
		}
		reply(w, 200, map[string]any{"token_type": "Bearer", "expires_in": 3600, "access_token": "h." + claims + ".s"})
	}
	client := f.client(t, newIdle(), func(c *Config) {
		c.Certificate, c.Key = []*x509.Certificate{leaf}, key
		c.Secret = secret.New("not used: the certificate wins")
	})
	if _, err := client.Application(t.Context(), "object", false); err != nil {
		t.Error(err)
	}
	if own, err := client.OwnToken(t.Context()); err != nil || len(own.Roles) != 1 || own.Roles[0] != "Application.ReadWrite.OwnedBy" || own.ClientID != "a" {
		t.Errorf("own token: %+v, %v", own, err)
	}
}
