package daemon

import (
	"context"
	"database/sql"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"llavero/server/internal/config"
	"llavero/server/internal/signing"
	"llavero/server/internal/store"
	"llavero/shared/receipt"
)

// signedData is a database with a few entries whose days are signed, with a copy
// of each in a folder, and the file of its public keys.
func signedData(t *testing.T) (path, data, heads, keys string) {
	t.Helper()
	path, data = usedData(t)
	if code, _, errs := call(t, "", "user", "add", "--config", path, "--data", data, "--role", "officer", "--document", "CC:9999000102", "--name", "Otra Inventada"); code != 0 {
		t.Fatal(errs)
	}
	cfg, err := config.Load(path, []string{config.Prefix + "DATA_DIR=" + data})
	must(t, err)
	heads = filepath.Join(t.TempDir(), "cierres")
	cfg.Audit.HeadDir = heads
	now := time.Now().Add(48 * time.Hour)
	s, err := New(t.Context(), cfg, slog.New(slog.DiscardHandler), WithClock(func() time.Time { return now }))
	must(t, err)
	n, _, err := s.flow.SignDays(t.Context(), "")
	must(t, err)
	if n != 2 {
		t.Fatalf("%d days signed", n)
	}
	for range 2 { // again: what is there is left
		must(t, copyHeads(t.Context(), s.flow, heads))
	}
	var ring receipt.KeyRing
	must(t, s.store.Read(t.Context(), func(tx *store.Tx) (err error) { ring, err = signing.Ring(tx); return err }))
	keys = filepath.Join(t.TempDir(), "llaves.json")
	must(t, os.WriteFile(keys, ring.File(), 0o600))
	must(t, s.Close())
	return path, data, heads, keys
}

// From the command line: the trail is exported and checked, with the database and
// without it, and what was done to either is told in plain words.
func TestAuditCommands(t *testing.T) {
	path, data, heads, keys := signedData(t)
	audit := func(args ...string) (int, string, string) {
		return call(t, "", append([]string{"audit", args[0], "--config", path, "--data", data}, args[1:]...)...)
	}
	code, out, errs := audit("head")
	if code != exitOK || !strings.HasPrefix(out, `{"document":{"day":"`) || !strings.HasPrefix(errs, "Cadena íntegra hasta el ") {
		t.Errorf("%d %s %s", code, out, errs)
	}
	if code, out, errs := audit("verify"); code != exitOK || !strings.Contains(out, "Cadena íntegra: ") || !strings.Contains(out, "2 cierres firmados") {
		t.Errorf("%d %s %s", code, out, errs)
	}
	export := filepath.Join(t.TempDir(), "bitacora.jsonl")
	if code, out, errs := audit("export", "--out", export, "--by", "Auditora de Ejemplo"); code != exitOK || !strings.Contains(out, "asientos") {
		t.Fatalf("%d %s %s", code, out, errs)
	}
	if code, _, errs := audit("export", "--out", export); code != exitFailed || !strings.Contains(errs, "exists") {
		t.Errorf("written over: %d %s", code, errs)
	}
	// Offline: no database, only the file and the public keys.
	offline := func(file string) (int, string) {
		code, out, errs := call(t, "", "audit", "verify", "--keys", keys, file)
		return code, out + errs
	}
	if code, out := offline(export); code != exitOK || !strings.HasPrefix(out, "Exportación íntegra: ") || !strings.Contains(out, "2 cierres firmados") {
		t.Errorf("%d %s", code, out)
	}
	copies, err := filepath.Glob(filepath.Join(heads, "cierre-*.json"))
	if err != nil || len(copies) != 2 {
		t.Fatalf("%v, %v", copies, err)
	}
	if code, out := offline(copies[0]); code != exitOK || !strings.Contains(out, "Cadena íntegra hasta el ") {
		t.Errorf("%d %s", code, out)
	}
	spoil := func(file, old, next string) string {
		body, err := os.ReadFile(file)
		must(t, err)
		if !strings.Contains(string(body), old) {
			t.Fatalf("no %s in %s", old, body)
		}
		bad := filepath.Join(t.TempDir(), "otro")
		must(t, os.WriteFile(bad, []byte(strings.Replace(string(body), old, next, 1)), 0o600))
		return bad
	}
	if code, out := offline(spoil(export, "Persona Inventada", "Persona Inventado")); code != exitBroken || !strings.HasPrefix(out, "No coincide. Rota en la línea ") || !strings.Contains(out, "no es el que se escribió") {
		t.Errorf("%d %s", code, out)
	}
	if code, out := offline(spoil(copies[1], `"entries":`, `"entries":1`)); code != exitBroken || !strings.HasPrefix(out, "No coincide") {
		t.Errorf("%d %s", code, out)
	}
	for name, tt := range map[string]struct {
		args []string
		code int
		want string
	}{
		"no file":       {[]string{"export"}, exitUsage, "--out"},
		"no day":        {[]string{"export", "--out", "x", "--from", "ayer"}, exitUsage, "--from"},
		"bad group":     {[]string{"export", "--out", "x", "--group", "x"}, exitUsage, "group"},
		"two files":     {[]string{"verify", "a", "b"}, exitUsage, `"b"`},
		"keys alone":    {[]string{"verify", "--keys", keys}, exitUsage, "--keys"},
		"nothing there": {[]string{"verify", "nowhere"}, exitFailed, "nowhere"},
		"head of what":  {[]string{"head", "x"}, exitUsage, `"x"`},
	} {
		if code, _, errs := audit(tt.args...); code != tt.code || !strings.Contains(errs, tt.want) {
			t.Errorf("%s: %d %s", name, code, errs)
		}
	}
}

// What was done to the database behind the server's back is told by place, and the
// server does not start on a database whose guards are gone.
func TestAuditVerify_tampered(t *testing.T) {
	for name, tt := range map[string]struct {
		sql  string
		want []string
	}{
		"changed":      {`DROP TRIGGER audit_entries_no_update; UPDATE audit_entries SET person = 'Otra' WHERE seq = 2`, []string{"rota en el asiento 2: el asiento no es el que se escribió.", "Guardas alteradas", "audit_entries_no_update is missing"}},
		"removed":      {`DROP TRIGGER audit_entries_no_delete; DELETE FROM audit_entries WHERE seq = 2`, []string{"rota en el asiento 2: falta un asiento."}},
		"a head gone":  {`DROP TRIGGER trail_heads_no_delete; DELETE FROM trail_heads WHERE day = (SELECT min(day) FROM trail_heads)`, []string{"rota en el asiento ", "el cierre firmado del día dice otra cosa"}},
		"a head moved": {`DROP TRIGGER trail_heads_no_update; UPDATE trail_heads SET seq = seq - 1, entries = entries - 1 WHERE day = (SELECT min(day) FROM trail_heads)`, []string{"el cierre firmado del día dice otra cosa"}},
		"only a guard": {`DROP TRIGGER audit_entries_in_order`, []string{"Guardas alteradas", "Cadena íntegra"}},
		"the end cut off": {`DROP TRIGGER audit_entries_no_delete; DELETE FROM audit_entries WHERE seq > 1;
			UPDATE counters SET value = (SELECT max(seq) FROM audit_entries) WHERE name = 'audit'`, []string{"falta un asiento"}},
	} {
		t.Run(name, func(t *testing.T) {
			path, data, _, _ := signedData(t)
			raw, err := sql.Open("sqlite3", filepath.Join(data, "llavero.db"))
			must(t, err)
			_, err = raw.ExecContext(t.Context(), tt.sql)
			must(t, err)
			must(t, raw.Close())
			code, out, errs := call(t, "", "audit", "verify", "--config", path, "--data", data)
			if code != exitBroken {
				t.Errorf("%d %s %s", code, out, errs)
			}
			for _, want := range tt.want {
				if !strings.Contains(out, want) {
					t.Errorf("no %q in %s", want, out)
				}
			}
			code, _, errs = call(t, "", "serve", "--config", path, "--data", data)
			if code != exitFailed || !strings.Contains(errs, "audit verify") || !strings.Contains(errs, "tampered") {
				t.Errorf("served: %d %s", code, errs)
			}
		})
	}
}

// until ends a context when a message is logged.
type until struct {
	slog.Handler
	message string
	end     context.CancelFunc
}

// Handle implements slog.Handler.
func (u until) Handle(_ context.Context, r slog.Record) error {
	if r.Message == u.message {
		u.end()
	}
	return nil
}

// A server that starts signs the days that went by, and copies them out.
func TestServer_signsDays(t *testing.T) {
	cfg := workable(t)
	cfg.Audit.HeadDir = filepath.Join(t.TempDir(), "cierres")
	now := time.Now()
	first, err := New(t.Context(), cfg, slog.New(slog.DiscardHandler), WithClock(func() time.Time { return now }))
	must(t, err)
	must(t, first.Close())
	now = now.Add(24 * time.Hour)
	ctx, end := context.WithCancel(t.Context())
	defer end()
	log := slog.New(until{slog.NewTextHandler(&output{}, nil), "audit trail signed", end})
	s, err := New(t.Context(), cfg, log, WithClock(func() time.Time { return now }))
	must(t, err)
	must(t, s.signDays(ctx))
	if copies, err := filepath.Glob(filepath.Join(cfg.Audit.HeadDir, "cierre-*.json")); err != nil || len(copies) != 1 {
		t.Errorf("%v, %v", copies, err)
	}
	must(t, s.Close())
}
