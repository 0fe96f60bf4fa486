package servertest

import (
	"bytes"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"github.com/BurntSushi/toml"

	"llavero/server/internal/backup"
	"llavero/server/internal/config"
	"llavero/server/internal/daemon"
	"llavero/server/internal/entraemu"
	"llavero/server/internal/seal"
	"llavero/server/internal/store"
	"llavero/shared/secret"
)

// Command runs a command line of llavero-server on the server's files, as an
// administrator does beside it, and returns its exit code and what it said.
func (s *Server) Command(args ...string) (code int, said string) {
	s.t.Helper()
	var out bytes.Buffer
	code = daemon.Run(s.t.Context(), args, daemon.Surroundings{
		Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out,
		Environ: append(s.environ(), config.Prefix+"CONFIG="+s.settingsFile()),
	})
	return code, out.String()
}

// settingsFile writes the server's settings as an administrator would.
func (s *Server) settingsFile() string {
	s.t.Helper()
	c := s.World.Settings()
	c.Listen = "127.0.0.1:0"
	path := filepath.Join(s.Dir, "llavero.toml")
	var text bytes.Buffer
	if err := toml.NewEncoder(&text).Encode(c); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, text.Bytes(), 0o600); err != nil {
		s.t.Fatal(err)
	}
	return path
}

// environ are the variables that hold what stands in no settings file.
func (s *Server) environ() []string {
	return []string{
		config.Prefix + "ENTRA_CLIENT_SECRET=" + s.Emulator.ClientSecret(),
		config.Prefix + "PREPRODUCTION_PARAMETER_APIMSUBSKEY=" + s.Emulator.Gateway(entraemu.Sandbox).SubscriptionKey,
		config.Prefix + "PRODUCTION_PARAMETER_APIMSUBSKEY=" + s.Emulator.Gateway(entraemu.Prod).SubscriptionKey,
	}
}

// MetricsURL is the page for the operator's tools, without a slash at the end.
func (s *Server) MetricsURL() string { return "http://" + s.World.Server().MetricsAddr() }

// Data is the folder of the server's database and keyset.
func (s *Server) Data() string { return s.World.Settings().DataDir }

// Sealed opens every sealed value of the database with the keyset as its file is
// now, by what each is bound to. One that does not open fails the test.
func (s *Server) Sealed() map[string]secret.Text {
	s.t.Helper()
	box, err := seal.Open(s.World.Settings().KeysetPath())
	if err != nil {
		s.t.Fatal(err)
	}
	all := map[string]secret.Text{}
	err = s.World.Server().Store().Read(s.t.Context(), func(tx *store.Tx) error {
		for _, c := range store.SealedColumns() {
			values, err := tx.SealedAfter(c, nil, []byte{}, 100_000)
			if err != nil {
				return err
			}
			for _, v := range values {
				text, err := box.Open(v.Sealed, v.Identity)
				if err != nil {
					s.t.Errorf("%s: %v", c.Table, err)
				}
				all[v.Identity] = text
			}
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}

// KeyMaterial is what must never leave the keyset file: each key as it stands
// there, and its bare bytes.
func (s *Server) KeyMaterial() map[string]secret.Text {
	s.t.Helper()
	body, err := os.ReadFile(s.World.Settings().KeysetPath())
	if err != nil {
		s.t.Fatal(err)
	}
	var doc struct {
		Key []struct {
			KeyData struct{ Value []byte }
		}
	}
	if err := json.Unmarshal(body, &doc); err != nil || len(doc.Key) == 0 {
		s.t.Fatalf("the keyset file: %d keys, %v", len(doc.Key), err)
	}
	all := map[string]secret.Text{}
	for i, k := range doc.Key {
		name := string(rune('a' + i))
		maps.Copy(all, map[string]secret.Text{
			"sealing key " + name + " as it stands": secret.New(base64.StdEncoding.EncodeToString(k.KeyData.Value)),
			"sealing key " + name:                   secret.New(string(k.KeyData.Value[len(k.KeyData.Value)-32:])),
		})
	}
	document, err := os.ReadFile(s.World.Settings().SigningKeyPath())
	if errors.Is(err, fs.ErrNotExist) {
		return all // it has not signed yet
	}
	block, _ := pem.Decode(document)
	if err != nil || block == nil {
		s.t.Fatalf("the signing key's file: %v", err)
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	private, ok := key.(ed25519.PrivateKey)
	if err != nil || !ok {
		s.t.Fatalf("the signing key's file: %v", err)
	}
	all["signing key"] = secret.New(string(private.Seed()))
	return all
}

// Unpack is the database in a backup.
func (s *Server) Unpack(file string) []byte {
	s.t.Helper()
	to := filepath.Join(s.t.TempDir(), "unpacked.db")
	if _, err := backup.Unpack(file, to); err != nil {
		s.t.Fatal(err)
	}
	raw, err := os.ReadFile(to)
	if err != nil {
		s.t.Fatal(err)
	}
	return raw
}

// SubscriptionKeys are those of the gateways, by environment.
func (s *Server) SubscriptionKeys() map[string]string {
	return map[string]string{
		"preproduction": s.Emulator.Gateway(entraemu.Sandbox).SubscriptionKey, "production": s.Emulator.Gateway(entraemu.Prod).SubscriptionKey,
	}
}
