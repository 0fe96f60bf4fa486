package entra

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net/http"
	"strings"
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
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	_ = pem.Encode(&file, &pem.Block{Type: "CERTIFICATE", Bytes: der})
	_ = pem.Encode(&file, &pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})
	certs, private, err := ParseCertificate(file.Bytes())
	if err != nil {
		t.Fatal(err)
	}

	f := newFake(t, func(w http.ResponseWriter, _ *http.Request) { reply(w, 200, map[string]any{"id": "object"}) })
	f.token = func(w http.ResponseWriter, r *http.Request) {
		_, err := jwt.Parse(r.FormValue("client_assertion"), func(*jwt.Token) (any, error) { return key.Public(), nil }, jwt.WithValidMethods([]string{"PS256"}))
		if err != nil || r.FormValue("client_secret") != "" {
			t.Errorf("assertion: %v; a secret too: %t", err, r.FormValue("client_secret") != "")
		}
		reply(w, 200, map[string]any{"token_type": "Bearer", "expires_in": 3600, "access_token": "bearer"})
	}
	client := f.client(t, newIdle(), func(c *Config) {
		c.Certificate, c.Key = certs, private
		c.Secret = secret.New("not used: the certificate wins")
	})
	if _, err := client.Application(t.Context(), "object", false); err != nil {
		t.Error(err)
	}
}

func TestParseCertificate_refuses(t *testing.T) {
	for _, text := range []string{"", "planted-key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"} {
		if _, _, err := ParseCertificate([]byte(text)); err == nil || strings.Contains(err.Error(), "planted") {
			t.Errorf("%q: got %v, want a refusal that does not repeat it", text, err)
		}
	}
}
