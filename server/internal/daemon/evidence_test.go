package daemon

import (
	"bytes"
	"crypto/ed25519"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/config"
	"llavero/server/internal/receiptpdf"
	"llavero/server/internal/store"
	"llavero/shared/receipt"
)

// Offline: neither settings nor database are there. The golden receipt's key is
// made from a seed.
func TestVerify_offline(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, body []byte) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, body, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, ed25519.SeedSize))
	public := key.Public().(ed25519.PublicKey)
	ring, err := receipt.NewKeyRing(receipt.SigningKey{ID: receipt.KeyIDOf(public), Public: public, From: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	golden, err := os.ReadFile("../../../shared/receipt/testdata/receipt.json")
	if err != nil {
		t.Fatal(err)
	}
	pdf, err := receiptpdf.Make(golden)
	if err != nil {
		t.Fatal(err)
	}
	keys, good := write("llaves.json", ring.File()), write("constancia.json", golden)
	paper := write("constancia.pdf", receipt.SignPDF(key, time.Date(2026, 9, 16, 0, 0, 0, 0, time.UTC), pdf))
	bad := bytes.Clone(golden)
	bad[len(bad)/2] ^= 1
	altered, other := write("alterada.json", bad), write("carta.txt", []byte("Estimada señora"))
	t.Chdir(dir)
	for _, name := range []string{"verify", "verificar"} {
		for what, tt := range map[string]struct {
			args []string
			code int
			says []string
		}{
			"both forms":       {[]string{"--keys", keys, good, paper}, exitOK, []string{"Coincide: constancia CON-2026-000001 (JSON)", "(PDF)", "Ñáñez-Peñaranda"}},
			"one byte":         {[]string{"--keys", keys, good, altered}, exitBroken, []string{"Coincide", "No coincide"}},
			"a letter":         {[]string{"--keys", keys, other}, exitBroken, []string{"No es un documento de Llavero"}},
			"another text":     {[]string{"--keys", keys, "--text", other, good}, exitBroken, []string{"carta.txt: no coincide"}},
			"a file not there": {[]string{"--keys", keys, "nada.json", good}, exitFailed, []string{"nada.json: no se pudo", "Coincide"}},
			"no keys":          {[]string{"--keys", other, good}, exitFailed, nil},
			"nothing":          {nil, exitUsage, nil},
		} {
			code, out, errs := call(t, "", append([]string{name}, tt.args...)...)
			if code != tt.code {
				t.Errorf("%s %s: code %d: %s%s", name, what, code, out, errs)
			}
			for _, want := range tt.says {
				if !strings.Contains(out, want) {
					t.Errorf("%s %s: %q is not in %s", name, what, want, out)
				}
			}
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 5 {
		t.Errorf("it wrote something: %v, %v", left, err)
	}
}

const newTerms = "---\nid: terms\nversion: 2026-10\nlanguage: es-CO\nlabel: Acepto los términos.\n---\nTérminos oficiales.\n"

// Beside a running server: an official text comes into force, the signing key is
// rotated, the public keys are published.
func TestEvidenceCommands_besideARunningServer(t *testing.T) {
	path, data := file(t)
	cfg, err := config.Load(path, []string{"LLAVERO_DATA_DIR=" + data})
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	text := filepath.Join(t.TempDir(), "terms.md")
	save := func(body string) {
		t.Helper()
		if err := os.WriteFile(text, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	flags := []string{"--config", path, "--data", data}
	cli := func(code int, says string, args ...string) string {
		t.Helper()
		got, out, errs := call(t, "", append(args[:2:2], append(flags, args[2:]...)...)...)
		if got != code || !strings.Contains(out+errs, says) {
			t.Errorf("%v: code %d, %s%s", args, got, out, errs)
		}
		return out
	}
	save(newTerms)
	cli(exitOK, "terms 2026-10 is in force", "consent", "publish", "--by", "Operadora de Ejemplo", text)
	cli(exitOK, "nothing changed", "consent", "publish", text)
	save(strings.Replace(newTerms, "oficiales", "otros", 1))
	cli(exitFailed, "published already, with other words", "consent", "publish", text)
	save(strings.Replace(newTerms, "id: terms", "id: otros", 1))
	cli(exitFailed, `id "otros" is none of`, "consent", "publish", text)
	cli(exitUsage, "name the file", "consent", "publish")
	cli(exitOK, "2026-10", "consent", "list")
	texts, err := s.Flow().ConsentTexts(t.Context())
	if err != nil || texts.Texts[0].Version != "2026-10" || texts.Texts[0].Body != "Términos oficiales." {
		t.Errorf("the running server shows %+v, %v", texts.Texts, err)
	}
	published := 0
	err = s.Store().EachAuditRecord(t.Context(), func(r audit.Record) error {
		if r.Kind == audit.TextInstalled && r.DetailOf("operator") == "Operadora de Ejemplo" && r.DetailOf("version") == "2026-10" {
			published++
		}
		return nil
	})
	if err != nil || published != 1 {
		t.Errorf("%d entries name the operator, %v", published, err)
	}

	before := cli(exitOK, receipt.KeyRingFormat, "signing", "keys")
	cli(exitOK, "signs with key", "signing", "rotate")
	ringFile := filepath.Join(t.TempDir(), "llaves.json")
	cli(exitOK, "", "signing", "keys", "--out", ringFile)
	cli(exitFailed, "exists", "signing", "keys", "--out", ringFile)
	after, err := os.ReadFile(ringFile)
	if err != nil {
		t.Fatal(err)
	}
	old, errOld := receipt.ParseKeyRing([]byte(before))
	ring, err := receipt.ParseKeyRing(after)
	if errOld != nil || err != nil || len(old.Keys()) != 1 || len(ring.Keys()) != 2 || ring.Keys()[0].ID != old.Keys()[0].ID {
		t.Errorf("%s, then %s: %v %v", before, after, errOld, err)
	}
	var due bool
	if err := s.Store().Read(t.Context(), func(tx *store.Tx) (err error) { due, err = tx.AgreementDue("nobody"); return err }); err != nil || !due {
		t.Errorf("the agreement: %t, %v", due, err)
	}
}
