package daemon

import (
	"bytes"
	"context"
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

	"llavero/server/internal/store"
	"llavero/shared/secret"
)

// waiting is a log that says when a message came.
type waiting struct {
	slog.Handler
	message string
	came    chan struct{}
}

func (w waiting) Enabled(context.Context, slog.Level) bool { return true }

func (w waiting) Handle(ctx context.Context, r slog.Record) error {
	if strings.Contains(r.Message, w.message) {
		select {
		case w.came <- struct{}{}:
		default:
		}
	}
	return nil
}

// A server whose own certificate ends in two days says so when it starts, once.
func TestServer_ownCredentialEnds(t *testing.T) {
	cfg := workable(t)
	cfg.Remind.Hour, cfg.Entra.CheckPermissions = 0, false
	cfg.Entra.Authority, cfg.Entra.GraphURL, cfg.Entra.InstanceDiscovery = "https://127.0.0.1:1", "https://127.0.0.1:1", false
	cfg.Entra.Tenant, cfg.Entra.ClientID, cfg.Entra.ClientSecret = tenant, resource, secret.Text{}
	cfg.Entra.CertificateFile = endingIdentity(t, time.Now().Add(48*time.Hour))
	came := make(chan struct{}, 1)
	log := slog.New(waiting{slog.DiscardHandler, "own credential ends soon", came})
	s, err := New(t.Context(), cfg, log)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	select {
	case <-came:
	case err := <-done:
		t.Fatalf("it ended: %v", err)
	}
	err = s.Store().Read(t.Context(), func(tx *store.Tx) error {
		mark, err := tx.Meta("credential.preproduction")
		if err == nil && !strings.Contains(mark, `"days":7`) {
			t.Errorf("the mark is %s", mark)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// endingIdentity writes a certificate with its key to a file.
func endingIdentity(t *testing.T, ends time.Time) (file string) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "llavero"}, NotBefore: ends.AddDate(-1, 0, 0), NotAfter: ends,
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	for _, block := range []*pem.Block{{Type: "CERTIFICATE", Bytes: cert}, {Type: "PRIVATE KEY", Bytes: raw}} {
		if err := pem.Encode(&out, block); err != nil {
			t.Fatal(err)
		}
	}
	file = filepath.Join(t.TempDir(), "identity.pem")
	if err := os.WriteFile(file, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
