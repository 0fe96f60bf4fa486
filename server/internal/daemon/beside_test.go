package daemon

import (
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"llavero/server/internal/config"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/seed"
)

// An import on the command line is another process: the feeds of a server that
// runs beside it are told all the same, soon and not only at their next beat.
func TestImportBesideServer(t *testing.T) {
	settings, data := file(t)
	cfg, err := config.Load(settings, []string{config.Prefix + "DATA_DIR=" + data})
	if err != nil {
		t.Fatal(err)
	}
	s, stop := start(t, cfg)
	wake, cancel := s.Store().Subscribe()
	defer cancel()

	names := []string{filepath.Join(t.TempDir(), "prestadores.txt"), filepath.Join(t.TempDir(), "sedes.txt")}
	var files []*os.File
	for _, name := range names {
		f, err := os.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	if _, err := seed.WriteA(files[0], files[1], seed.Demo().Rows(), seed.Options{}); err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if code, out, errs := call(t, "", "import", "reps", "--config", settings, "--data", data, names[0], names[1]); code != exitOK {
		t.Fatalf("import ended with %d:\n%s%s", code, out, errs)
	}
	select {
	case <-wake:
	case <-time.After(30 * time.Second):
		t.Error("the server was not told of the import")
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

// A delegation that an import beside the server ends takes its delegate's
// sessions with it within seconds, not at the next beat.
func TestImportBesideServer_endsSessions(t *testing.T) {
	settings, data := file(t)
	cfg, err := config.Load(settings, []string{config.Prefix + "DATA_DIR=" + data})
	if err != nil {
		t.Fatal(err)
	}
	s, stop := start(t, cfg)
	const token = "ficha de prueba"
	hash := sha256.Sum256([]byte(token))
	who := access.Person{Document: access.Document{Type: access.DocumentCC, Number: "9999000005"}, Name: "Ñ"}
	err = s.Store().Write(t.Context(), func(tx *store.Tx) error {
		return errors.Join(
			tx.CreateAccount(store.Account{ID: "d", Login: "x", Person: who, Role: access.RoleDelegate, Entity: "NI-999100005"}),
			tx.CreateSession(store.Session{TokenHash: hash[:], Account: "d", ExpiresAt: tx.Now().Add(time.Hour)}))
	})
	if err != nil {
		t.Fatal(err)
	}
	session, err := s.Auth().Session(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	ended, cancel := s.Auth().Watch(session)
	defer cancel()
	path := filepath.Join(t.TempDir(), "delegaciones.csv")
	text := "nit,tipo_documento,numero_documento,novedad,fecha_novedad\n999100005,CC,9999000005,O,2026-02-01\n999100005,CC,?,O,2026-02-01\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errs := call(t, "", "import", "mss-delegaciones", "--config", settings, "--data", data, path)
	if code != exitOK || !strings.Contains(out, "1 delegates shut out") || !strings.Contains(out, "delegaciones.csv:3: rejected: bad_document in numero_documento") {
		t.Fatalf("import ended with %d:\n%s%s", code, out, errs)
	}
	if strings.Contains(out, "9999000005") {
		t.Errorf("the report tells a document:\n%s", out)
	}
	select {
	case <-ended:
	case <-time.After(cfg.Feed.Beat - time.Second):
		t.Error("the session outlived its account")
	}
	if _, err := s.Auth().Session(t.Context(), token); access.CodeOf(err) != access.CodeUnauthorized {
		t.Errorf("Session = %v", err)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

// Every import and the officer's word work on a real database; what is refused
// says how to go on.
func TestImportPeople_commands(t *testing.T) {
	settings, data := file(t)
	dir := t.TempDir()
	at := []string{"--config", settings, "--data", data}
	for _, f := range seed.Demo().Registers().Files() {
		path := filepath.Join(dir, f.Name)
		out, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(out, seed.Options{}); err != nil {
			t.Fatal(err)
		}
		if err := out.Close(); err != nil {
			t.Fatal(err)
		}
		kind := map[string]string{
			seed.FilePersons: "mss-personas", seed.FileOrganizations: "mss-organizaciones", seed.FileDelegations: "mss-delegaciones",
			seed.FileRETHUS: "rethus", seed.FileStaff: "funcionarios",
		}[f.Name]
		code, said, errs := call(t, "", append(append([]string{"import", kind}, at...), path)...)
		if code != exitOK || !strings.Contains(said, " new, 0 changed") || !strings.Contains(said, " 0 rejected\n") {
			t.Fatalf("%s: %d %s%s", kind, code, said, errs)
		}
		short := filepath.Join(dir, "short.csv")
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		head, _, _ := strings.Cut(string(text), "\n")
		if err := os.WriteFile(short, []byte(head+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if code, _, errs := call(t, "", append(append([]string{"import", kind}, at...), short)...); code != exitFailed || !strings.Contains(errs, "--confirm") {
			t.Errorf("%s, cut short: %d %s", kind, code, errs)
		}
	}
	args := append([]string{"verify", "rethus"}, at...)
	if code, out, errs := call(t, "", append(args, "--document", "cc:77000", "--why", "acta")...); code != exitOK || !strings.Contains(out, "CC 77000") {
		t.Errorf("verify: %d %s%s", code, out, errs)
	}
}
