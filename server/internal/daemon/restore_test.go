package daemon

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"llavero/server/internal/audit"
	"llavero/server/internal/backup"
	"llavero/server/internal/store"
)

// lived makes a database that a server worked on, with its keyset, and a backup
// of it; more is written after the backup.
func lived(t *testing.T) (settings, data, copied string) {
	t.Helper()
	settings, data = file(t)
	add := func(number string) {
		code, _, errs := call(t, "", "user", "add", "--config", settings, "--data", data,
			"--role", "officer", "--document", "CC:"+number, "--name", "Persona Inventada")
		if code != exitOK {
			t.Fatal(errs)
		}
	}
	add("9999000901")
	copied = filepath.Join(t.TempDir(), "one.backup")
	if code, _, errs := call(t, "", "backup", "--config", settings, "--data", data, "--to", copied); code != exitOK {
		t.Fatal(errs)
	}
	add("9999000902")
	return settings, data, copied
}

func factsOf(t *testing.T, database string) store.Facts {
	t.Helper()
	if err := store.Settle(t.Context(), database); err != nil {
		t.Fatal(err)
	}
	f, err := store.FactsOf(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestRestore_command(t *testing.T) {
	settings, data, copied := lived(t)
	database := filepath.Join(data, "llavero.db")
	before := factsOf(t, database)
	restore := func(args ...string) (int, string, string) {
		return call(t, "", append([]string{"restore", "--config", settings, "--data", data, "--by", "Persona Inventada"}, args...)...)
	}
	if code, _, errs := restore(copied); code != exitFailed || !strings.Contains(errs, "--replace") {
		t.Fatalf("over a database: %d, %s", code, errs)
	}
	lock, err := lockDatabase(database)
	if err != nil {
		t.Fatal(err)
	}
	if code, _, errs := restore("--replace", copied); code != exitFailed || !strings.Contains(errs, "stop it first") {
		t.Errorf("beside a server: %d, %s", code, errs)
	}
	if err := lock.Close(); err != nil {
		t.Fatal(err)
	}
	bad := filepath.Join(t.TempDir(), "bad.backup")
	b, err := os.ReadFile(copied)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)/2] ^= 1
	if err := os.WriteFile(bad, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := restore("--replace", bad); code != exitFailed || !strings.Contains(errs, "damaged") {
		t.Errorf("a damaged backup: %d, %s", code, errs)
	}
	if now := factsOf(t, database); now.Epoch != before.Epoch || now.AuditSeq != before.AuditSeq {
		t.Error("what was refused changed the database")
	}

	code, out, errs := restore("--replace", copied)
	if code != exitOK || !strings.Contains(out, "epoch: ") {
		t.Fatalf("%d, %s, %s", code, out, errs)
	}
	now := factsOf(t, database)
	if now.Epoch == before.Epoch || now.Rows["accounts"] != 1 || now.Genesis != before.Genesis || now.Rows["sessions"] != 0 {
		t.Errorf("restored: %+v", now)
	}
	if left := backup.Present(database + ".restoring"); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
	aside, err := filepath.Glob(database + ".replaced-*/llavero.db")
	if err != nil || len(aside) != 1 {
		t.Fatalf("the old one: %v, %v", aside, err)
	}
	if old := factsOf(t, aside[0]); old.AuditSeq != before.AuditSeq || old.Rows["accounts"] != 2 {
		t.Errorf("the old one: %+v", old)
	}
	told := trailOf(t, data, audit.BackupRestored)
	if len(told) != 1 || told[0].Person != "Persona Inventada" || told[0].Subject != "one.backup" || told[0].DetailOf("epochBefore") != before.Epoch ||
		told[0].DetailOf("epoch") != now.Epoch || told[0].DetailOf("lost") == "unknown" {
		t.Errorf("the trail: %+v", told)
	}
}

// A keyset that does not open the backup stops it before anything is moved; one
// that is missing is told. A plain database is restored like a backup.
func TestRestore_keysetAndPlainDatabase(t *testing.T) {
	settings, data, _ := lived(t)
	cfgArgs := []string{"--config", settings}
	other := t.TempDir()
	if code, _, errs := call(t, "", append([]string{"user", "add", "--data", other, "--role", "officer", "--document", "CC:9999000903", "--name", "X"}, cfgArgs...)...); code != exitOK {
		t.Fatal(errs)
	}
	// The command seals a second factor, the server its key of hashes: a backup of
	// the latter is what tells one keyset from another.
	cfg := workable(t)
	_, stop := start(t, cfg)
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	served := filepath.Join(t.TempDir(), "served.backup")
	if code, _, errs := call(t, "", "backup", "--data", cfg.DataDir, "--to", served); code != exitOK {
		t.Fatal(errs)
	}
	was := factsOf(t, filepath.Join(other, "llavero.db"))
	code, _, errs := call(t, "", append([]string{"restore"}, append(cfgArgs, "--data", other, "--replace", served)...)...)
	if code != exitFailed || !strings.Contains(errs, "does not open this backup") || factsOf(t, filepath.Join(other, "llavero.db")).Epoch != was.Epoch {
		t.Errorf("another keyset: %d, %s", code, errs)
	}
	fresh := t.TempDir()
	code, out, errs := call(t, "", append([]string{"restore"}, append(cfgArgs, "--from-database", "--data", fresh, filepath.Join(data, "llavero.db"))...)...)
	if code != exitOK || !strings.Contains(errs, "keyset") {
		t.Fatalf("%d, %s, %s", code, out, errs)
	}
	now := factsOf(t, filepath.Join(fresh, "llavero.db"))
	if now.Rows["accounts"] != 2 || now.Epoch == factsOf(t, filepath.Join(data, "llavero.db")).Epoch {
		t.Errorf("%+v", now)
	}
	for name, body := range map[string]string{"empty": "", "text": "no database"} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, flags := range [][]string{{"--from-database", path}, {path}, {filepath.Join(path, "none")}} {
			at := t.TempDir()
			if code, _, errs := call(t, "", append([]string{"restore", "--data", at}, flags...)...); code != exitFailed {
				t.Errorf("%v: %d, %s", flags, code, errs)
			}
			if left := backup.Present(filepath.Join(at, "llavero.db")); len(left) > 0 {
				t.Errorf("%v left %v", flags, left)
			}
		}
	}
}
