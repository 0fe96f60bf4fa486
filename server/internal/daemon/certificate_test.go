package daemon

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"io"
	"log/slog"
	"math/big"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"llavero/server/internal/entra"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// credential is a certificate with its key, as an administrator makes them; the
// zero value has both made when it is written.
type credential struct {
	key      *rsa.PrivateKey
	der      []byte
	from, to time.Time
}

func (c credential) made(t *testing.T) credential {
	t.Helper()
	var err error
	if c.key == nil {
		if c.key, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
			t.Fatal(err)
		}
	}
	if c.from.IsZero() {
		c.from = time.Now().Add(-time.Hour)
	}
	if c.to.IsZero() {
		c.to = time.Now().AddDate(1, 0, 0)
	}
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		t.Fatal(err)
	}
	shape := &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: "llavero"}, NotBefore: c.from, NotAfter: c.to}
	if c.der, err = x509.CreateCertificate(rand.Reader, shape, shape, c.key.Public(), c.key); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c credential) certPEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.der})
}

func (c credential) keyPEM(t *testing.T) []byte {
	t.Helper()
	private, err := x509.MarshalPKCS8PrivateKey(c.key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})
}

// write writes it to a file of its own, as an administrator keeps it.
func (c credential) write(t *testing.T) string {
	t.Helper()
	if c.der == nil {
		c = c.made(t)
	}
	path := filepath.Join(t.TempDir(), "identity.pem")
	keep(t, path, c.certPEM(), c.keyPEM(t))
	return path
}

func keep(t *testing.T, path string, parts ...[]byte) {
	t.Helper()
	if err := os.WriteFile(path, bytes.Join(parts, nil), 0o600); err != nil {
		t.Fatal(err)
	}
}

// register puts certificates on an application, over Graph, as the page for
// operators says.
func (w *tenantOf) register(app entra.Application, all ...credential) {
	w.t.Helper()
	var list []map[string]any
	for _, c := range all {
		list = append(list, map[string]any{"type": "AsymmetricX509Cert", "usage": "Verify", "key": base64.StdEncoding.EncodeToString(c.der)})
	}
	body, err := json.Marshal(map[string]any{"keyCredentials": list})
	if err != nil {
		w.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(w.t.Context(), http.MethodPatch, w.emu.GraphURL()+"/v1.0/applications/"+app.ID, bytes.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+w.token())
	req.Header.Set("Content-Type", "application/json")
	resp, err := w.emu.HTTPClient().Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusNoContent {
		text, _ := io.ReadAll(resp.Body)
		w.t.Fatalf("status %d: %s", resp.StatusCode, text)
	}
}

func (w *tenantOf) token() string {
	w.t.Helper()
	form := url.Values{
		"client_id": {w.emu.ClientID()}, "client_secret": {w.emu.ClientSecret()}, "grant_type": {"client_credentials"}, "scope": {entra.GraphScope},
	}
	req, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.emu.URL()+"/"+w.emu.TenantID()+"/oauth2/v2.0/token", strings.NewReader(form.Encode()))
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := w.emu.HTTPClient().Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var answer struct {
		Token string `json:"access_token"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || answer.Token == "" {
		w.t.Fatalf("no token: %v", err)
	}
	return answer.Token
}

// The server signs in with a certificate that stands on its application; with a
// secret beside it the certificate wins, and the log says so.
func TestCertificate_signsIn(t *testing.T) {
	w := newTenant(t)
	app, _ := w.application(365, graphPermissions...)
	own := credential{}.made(t)
	w.register(app, own)
	c := w.settings(app.ClientID, secret.New("wrong"))
	c.Entra.CertificateFile = own.write(t)
	all, told := stands(t, c)
	d := all[1]
	if d.err != nil || d.Credential != wire.CredentialCertificate || !d.ExpiresAt.Equal(own.to.UTC().Truncate(time.Second)) || len(d.Missing) != 0 {
		t.Errorf("%+v, %v", d.DirectoryOf, d.err)
	}
	if !strings.Contains(told, "both set: the certificate is used") || !strings.Contains(told, "setting=entra.certificate_file") {
		t.Errorf("told %s", told)
	}
	c.Entra.ClientSecret = secret.New("")
	if _, told := stands(t, c); strings.Contains(told, "both set") {
		t.Errorf("told without a secret: %s", told)
	}
	if code, out, errs := checked(t, c, secret.Text{}); code != 0 || !strings.Contains(out, "certificate, ends ") {
		t.Errorf("code %d, %s%s", code, out, errs)
	}
}

// Certificates that Entra refuses: the server starts, and says why.
func TestCertificate_refused(t *testing.T) {
	w := newTenant(t)
	day := 24 * time.Hour
	for name, tt := range map[string]struct {
		own          credential
		isRegistered bool
		told         string
	}{
		"stranger":      {credential{}, false, "AADSTS700027"},
		"expired":       {credential{from: time.Now().Add(-3 * day), to: time.Now().Add(-day)}, true, "has expired and Entra refuses it"},
		"not yet valid": {credential{from: time.Now().Add(day)}, true, "is not valid yet and Entra refuses it"},
	} {
		app, _ := w.application(365, graphPermissions...)
		own := tt.own.made(t)
		if tt.isRegistered {
			w.register(app, own)
		}
		c := w.settings(app.ClientID, secret.Text{})
		c.Entra.CertificateFile = own.write(t)
		all, told := stands(t, c)
		if all[0].Failed != "AADSTS700027" || !strings.Contains(told, tt.told) {
			t.Errorf("%s: %+v; told %s", name, all[0].DirectoryOf, told)
		}
		if tt.isRegistered && (!strings.Contains(told, "setting=entra.certificate_file") || !strings.Contains(told, c.Entra.CertificateFile)) {
			t.Errorf("%s: setting and file are not told: %s", name, told)
		}
		if code, out, _ := checked(t, c, secret.Text{}); code != exitFailed || strings.Contains(out, "HAS EXPIRED") != (name == "expired") {
			t.Errorf("%s: code %d, %s", name, code, out)
		}
	}
}

// A file that holds no identity stops the start: setting, file, what is wrong
// and what to do are told, and nothing of the key.
func TestCertificate_badFiles(t *testing.T) {
	one, other := credential{}.made(t), credential{}.made(t)
	elliptic256, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	notRSA, err := x509.MarshalPKCS8PrivateKey(elliptic256)
	if err != nil {
		t.Fatal(err)
	}
	block := func(kind string, b []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: b}) }
	key, cert := one.keyPEM(t), one.certPEM()
	legacy := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Headers: map[string]string{"Proc-Type": "4,ENCRYPTED", "DEK-Info": "AES-256-CBC,00"}, Bytes: []byte("x")})
	for name, tt := range map[string]struct {
		text []byte
		told string
	}{
		"empty":            {nil, "nothing in PEM"},
		"der":              {one.der, "openssl pkcs12"},
		"no key":           {cert, "holds no private key; put the key"},
		"no certificate":   {key, "holds no certificate; put the certificate"},
		"wrong key":        {bytes.Join([][]byte{cert, other.keyPEM(t)}, nil), "is of none of its certificates; put"},
		"two keys":         {bytes.Join([][]byte{cert, key, other.keyPEM(t)}, nil), "several private keys; keep"},
		"encrypted":        {bytes.Join([][]byte{cert, block("ENCRYPTED PRIVATE KEY", []byte("x"))}, nil), "encrypted"},
		"encrypted legacy": {bytes.Join([][]byte{cert, legacy}, nil), "openssl pkey"},
		"cut key":          {bytes.Join([][]byte{cert, block("PRIVATE KEY", []byte("x"))}, nil), "private key cannot be read; make"},
		"cut certificate":  {bytes.Join([][]byte{block("CERTIFICATE", one.der[:40]), key}, nil), "certificates cannot be read; copy"},
		"not RSA":          {bytes.Join([][]byte{cert, block("PRIVATE KEY", notRSA)}, nil), "not RSA"},
	} {
		c := workable(t)
		c.Entra.Tenant, c.Entra.ClientID = tenant, resource
		c.Entra.CertificateFile = filepath.Join(t.TempDir(), "identity.pem")
		keep(t, c.Entra.CertificateFile, tt.text)
		_, err := newClients(c, time.Now, slog.New(slog.DiscardHandler))
		if err == nil || !strings.HasPrefix(err.Error(), "entra.certificate_file: "+c.Entra.CertificateFile+": ") || !strings.Contains(err.Error(), tt.told) {
			t.Errorf("%s: %v", name, err)
		}
	}
	c := workable(t)
	c.Entra.Tenant, c.Entra.ClientID, c.Entra.CertificateFile = tenant, resource, t.TempDir()
	if _, err := newClients(c, time.Now, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "cannot be read: ") {
		t.Errorf("a folder: %v", err)
	}
}

// A chain may stand beside, and after a renewal of the same key both
// certificates: the one that is valid and ends last counts.
func TestCertificate_several(t *testing.T) {
	now := time.Now()
	old := credential{to: now.AddDate(0, 0, 20)}.made(t)
	next := credential{key: old.key, to: now.AddDate(1, 0, 0)}.made(t)
	later := credential{key: old.key, from: now.AddDate(0, 0, 9), to: now.AddDate(2, 0, 0)}.made(t)
	chain := credential{to: now.AddDate(9, 0, 0)}.made(t)
	for _, order := range [][][]byte{
		{old.certPEM(), next.certPEM(), later.certPEM(), chain.certPEM(), old.keyPEM(t)},
		{old.keyPEM(t), chain.certPEM(), later.certPEM(), next.certPEM(), old.certPEM()},
	} {
		id, err := entra.ParseIdentity(bytes.Join(order, nil), now)
		if err != nil || !bytes.Equal(id.Certificate.Raw, next.der) {
			t.Errorf("%v, %v", id, err)
		}
	}
}

// The file is replaced while the server runs: the next call signs in with the
// new certificate. One that cannot be used is told once, and the one before goes
// on.
func TestCertificate_rotates(t *testing.T) {
	w := newTenant(t)
	app, _ := w.application(365, graphPermissions...)
	old, next := credential{}.made(t), credential{to: time.Now().AddDate(2, 0, 0)}.made(t)
	w.register(app, old)
	c := w.settings(app.ClientID, secret.Text{})
	c.Entra.CertificateFile = old.write(t)
	var out bytes.Buffer
	clients, err := newClients(c, time.Now, slog.New(slog.NewTextHandler(&out, nil)))
	if err != nil {
		t.Fatal(err)
	}
	end := func() time.Time {
		t.Helper()
		d := standings(t.Context(), c, clients, time.Now)[0]
		if d.err != nil {
			t.Fatal(d.err)
		}
		return d.ExpiresAt
	}
	replace := func(parts ...[]byte) { // as mv does: at once, and never with the times of the one before
		t.Helper()
		path := c.Entra.CertificateFile + ".new"
		keep(t, path, parts...)
		if err := os.Rename(path, c.Entra.CertificateFile); err != nil {
			t.Fatal(err)
		}
	}
	first := end()
	if !first.Equal(old.to.UTC().Truncate(time.Second)) {
		t.Errorf("at first %v", first)
	}
	replace(next.certPEM(), old.keyPEM(t))
	for range 3 {
		if !end().Equal(first) {
			t.Error("the one before does not go on")
		}
	}
	if n := strings.Count(out.String(), "cannot be used"); n != 1 {
		t.Errorf("told %d times: %s", n, out.String())
	}
	w.register(app, next) // and the old one is gone
	replace(next.certPEM(), next.keyPEM(t))
	if got := end(); !got.Equal(next.to.UTC().Truncate(time.Second)) {
		t.Errorf("after the change it ends %v", got)
	}
	if got := out.String(); !strings.Contains(got, "the new one is used") || strings.Contains(got, "PRIVATE") {
		t.Errorf("told %s", got)
	}
	if err := os.Remove(c.Entra.CertificateFile); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if end().IsZero() {
			t.Error("the one in use is lost with its file")
		}
	}
	if n := strings.Count(out.String(), "no such file"); n != 1 {
		t.Errorf("told %d times: %s", n, out.String())
	}
}
