package entraemu

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	msalerrors "github.com/AzureAD/microsoft-authentication-library-for-go/apps/errors"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"
)

func viaProxy(t *testing.T, h *harness, proxyURL string) *http.Client {
	t.Helper()
	u, err := url.Parse(proxyURL)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(h.CAPEM())
	tr := &http.Transport{Proxy: http.ProxyURL(u), TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS13}}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr}
}

func msal(t *testing.T, h *harness, clientID string, cred confidential.Credential) confidential.Client {
	t.Helper()
	c, err := confidential.New(h.URL()+"/"+h.TenantID(), clientID, cred, confidential.WithHTTPClient(h.hc), confidential.WithInstanceDiscovery(false))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestMSAL_secret(t *testing.T) {
	h := start(t, Config{})
	cred, err := confidential.NewCredFromSecret(h.ClientSecret())
	if err != nil {
		t.Fatal(err)
	}
	c := msal(t, h, h.ClientID(), cred)
	res, err := c.AcquireTokenByCredential(t.Context(), []string{graphScope})
	if err != nil {
		t.Fatal(err)
	}
	if a := h.graph(res.AccessToken, "GET", "/organization", "", false); a.status != 200 {
		t.Errorf("Graph: %d %s", a.status, a.raw)
	}
	before := h.Journal().Count("POST", "/token")
	if _, err := c.AcquireTokenByCredential(t.Context(), []string{graphScope}); err != nil || h.Journal().Count("POST", "/token") != before {
		t.Errorf("the second token is not from the cache: %v", err)
	}
	wrong, err := confidential.NewCredFromSecret(newSecretText())
	if err != nil {
		t.Fatal(err)
	}
	_, err = msal(t, h, h.ClientID(), wrong).AcquireTokenByCredential(t.Context(), []string{graphScope})
	var call msalerrors.CallErr
	if !errors.As(err, &call) || call.Resp.StatusCode != 401 || !strings.Contains(err.Error(), "AADSTS7000215") {
		t.Errorf("wrong secret: %v", err)
	}
}

// The library's own discovery, against the real host names through the proxy.
func TestMSAL_throughProxy(t *testing.T) {
	h := start(t, Config{Proxy: "127.0.0.1:0", ExtraHosts: []string{"login.microsoftonline.com"}})
	var proxyURL string
	for _, l := range h.Env() {
		if v, ok := strings.CutPrefix(l, "ENTRA_PROXY_URL="); ok {
			proxyURL = v
		}
	}
	cred, err := confidential.NewCredFromSecret(h.ClientSecret())
	if err != nil {
		t.Fatal(err)
	}
	c, err := confidential.New("https://login.microsoftonline.com/"+h.TenantID(), h.ClientID(), cred, confidential.WithHTTPClient(viaProxy(t, h, proxyURL)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.AcquireTokenByCredential(t.Context(), []string{graphScope}); err != nil {
		t.Fatal(err)
	}
}

func TestMSAL_certificate(t *testing.T) {
	h := start(t, Config{})
	admin := h.admin()
	m := h.makeApp(admin, "one")
	certificate := func() (*x509.Certificate, crypto.PrivateKey) {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			t.Fatal(err)
		}
		tpl := &x509.Certificate{SerialNumber: serial(), Subject: pkix.Name{CommonName: "client"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(1, 0, 0)}
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
	cert, key := certificate()
	body := `{"keyCredentials":[{"type":"AsymmetricX509Cert","usage":"Verify","key":"` + base64.StdEncoding.EncodeToString(cert.Raw) + `"}]}`
	if a := h.graph(admin, "PATCH", "/applications/"+m.id, body, false); a.status != 204 {
		t.Fatalf("certificate: %d %s", a.status, a.raw)
	}
	cred, err := confidential.NewCredFromCert([]*x509.Certificate{cert}, key)
	if err != nil {
		t.Fatal(err)
	}
	res, err := msal(t, h, m.appID, cred).AcquireTokenByCredential(t.Context(), []string{h.Gateway(Prod).Scope})
	if err != nil {
		t.Fatal(err)
	}
	if c := claimsOf(t, res.AccessToken); c["azpacr"] != "2" {
		t.Errorf("azpacr %v", c["azpacr"])
	}
	stranger, strangerKey := certificate()
	cred, err = confidential.NewCredFromCert([]*x509.Certificate{stranger}, strangerKey)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = msal(t, h, m.appID, cred).AcquireTokenByCredential(t.Context(), []string{graphScope}); err == nil || !strings.Contains(err.Error(), "AADSTS700027") {
		t.Errorf("unknown certificate: %v", err)
	}
	h.SetClock(time.Now().Add(time.Hour))
	cred, err = confidential.NewCredFromCert([]*x509.Certificate{cert}, key)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = msal(t, h, m.appID, cred).AcquireTokenByCredential(t.Context(), []string{graphScope}); err == nil || !strings.Contains(err.Error(), "AADSTS700024") {
		t.Errorf("assertion of another hour: %v", err)
	}
}
