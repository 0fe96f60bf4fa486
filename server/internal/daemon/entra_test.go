package daemon

import (
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"llavero/server/internal/config"
	"llavero/shared/access"
	"llavero/shared/secret"
)

func TestNewClients(t *testing.T) {
	c := workable(t)
	if clients, err := newClients(c, time.Now, slog.New(slog.DiscardHandler)); err != nil || len(clients) != 0 {
		t.Errorf("no directory: %v, %v", clients, err)
	}
	c.Entra.Tenant, c.Entra.ClientID, c.Entra.ClientSecret = tenant, resource, secret.New("common")
	clients, err := newClients(c, time.Now, slog.New(slog.DiscardHandler))
	if err != nil || clients[access.Production] == nil || clients[access.Production] != clients[access.Preproduction] {
		t.Errorf("one application for both: %v, %v", clients, err)
	}
	c.Production.Entra = config.EnvironmentEntra{ClientID: tenant, CertificateFile: credential{}.write(t)}
	clients, err = newClients(c, time.Now, slog.New(slog.DiscardHandler))
	if err != nil || clients[access.Production] == nil || clients[access.Production] == clients[access.Preproduction] {
		t.Errorf("one each: %v, %v", clients, err)
	}
	c.Production.Entra.CertificateFile = filepath.Join(t.TempDir(), "absent.pem")
	if _, err := newClients(c, time.Now, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "production.entra.certificate_file") || !strings.Contains(err.Error(), "absent.pem") {
		t.Errorf("an absent certificate: %v", err)
	}
}
