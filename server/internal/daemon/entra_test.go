package daemon

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"log/slog"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"llavero/server/internal/config"
	"llavero/server/internal/entraemu"
	"llavero/shared/access"
	"llavero/shared/secret"
)

// identity writes a certificate with its key, as an administrator keeps them.
func identity(t *testing.T) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	shape := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotAfter: time.Now().Add(time.Hour)}
	leaf, err := x509.CreateCertificate(rand.Reader, shape, shape, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	text := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: leaf}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})...)
	path := filepath.Join(t.TempDir(), "identity.pem")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestNewClients(t *testing.T) {
	c := workable(t)
	if clients, err := newClients(c, time.Now); err != nil || len(clients) != 0 {
		t.Errorf("no directory: %v, %v", clients, err)
	}
	c.Entra.Tenant, c.Entra.ClientID, c.Entra.ClientSecret = tenant, resource, secret.New("common")
	clients, err := newClients(c, time.Now)
	if err != nil || clients[access.Production] == nil || clients[access.Production] != clients[access.Preproduction] {
		t.Errorf("one application for both: %v, %v", clients, err)
	}
	c.Production.Entra = config.EnvironmentEntra{ClientID: tenant, CertificateFile: identity(t)}
	clients, err = newClients(c, time.Now)
	if err != nil || clients[access.Production] == nil || clients[access.Production] == clients[access.Preproduction] {
		t.Errorf("one each: %v, %v", clients, err)
	}
	c.Production.Entra.CertificateFile = filepath.Join(t.TempDir(), "absent.pem")
	if _, err := newClients(c, time.Now); err == nil || !strings.Contains(err.Error(), "production: certificate_file") || !strings.Contains(err.Error(), "absent.pem") {
		t.Errorf("an absent certificate: %v", err)
	}
}

// What each environment's application may do is told by name.
func TestTellPermissions(t *testing.T) {
	emu, err := entraemu.Start(t.Context(), entraemu.Config{Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = emu.Close() })
	c := workable(t)
	c.Entra.Authority, c.Entra.GraphURL, c.Entra.CAFile, c.Entra.InstanceDiscovery = emu.URL(), emu.GraphURL(), emu.CAFile(), false
	c.Entra.Tenant, c.Entra.ClientID, c.Entra.ClientSecret = emu.TenantID(), emu.ClientID(), secret.New(emu.ClientSecret())
	c.Production.Entra = config.EnvironmentEntra{ClientID: emu.OwnedByClientID(), ClientSecret: c.Entra.ClientSecret}
	clients, err := newClients(c, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	tellPermissions(t.Context(), true, clients, slog.New(slog.NewTextHandler(&out, nil)))
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 2 || !strings.Contains(lines[0], "environment=preproduction") || !strings.Contains(lines[0], "has the permissions it needs") ||
		!strings.Contains(lines[1], "environment=production") || !strings.Contains(lines[1], "AppRoleAssignment.ReadWrite.All") {
		t.Errorf("told %s", out.String())
	}
	out.Reset()
	delete(clients, access.Production)
	tellPermissions(t.Context(), false, clients, slog.New(slog.NewTextHandler(&out, nil)))
	if got := out.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, "environment=production") || !strings.Contains(got, "no directory") {
		t.Errorf("told %s", got)
	}
}
