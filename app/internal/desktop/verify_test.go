package desktop

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"llavero/app/internal/signkeys"
	"llavero/shared/verify/verifytest"
)

// Without a display and before any window: each kind of file, good and with one
// bit changed, with a file of keys and with those that were kept.
func TestVerifyCommand(t *testing.T) {
	s, dir, data := verifytest.Make(t, "../../../shared/receipt/testdata/receipt.json"), t.TempDir(), t.TempDir()
	write := func(name string, body []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, body, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	keys, letter := write("llaves.json", s.Ring.File()), write("carta.txt", []byte("Estimada señora"))
	run := func(args ...string) (int, string) {
		var out, errs strings.Builder
		code := verifyCommand(args, env(nil), &out, &errs)
		return code, out.String() + errs.String()
	}
	says := map[string]string{
		"constancia.json": "Coincide: constancia CON-2026-000001 (JSON)", "constancia.pdf": "Coincide: constancia CON-2026-000001 (PDF)",
		"bitacora.jsonl": "Exportación íntegra: 5 asientos", "cierre.json": "Cadena íntegra hasta el 16/09/2026",
	}
	if code, out := run("--data", data, letter); code != exitFault || !strings.Contains(out, "--llaves") {
		t.Errorf("nothing kept: %d %s", code, out)
	}
	if err := signkeys.In(data).Save("https://a.example:8443", s.Ring); err != nil {
		t.Fatal(err)
	}
	var good []string
	for name, body := range s.Files {
		path, bad := write(name, body), write("x-"+name, verifytest.Flip(body, len(body)/2))
		good = append(good, path)
		for what, with := range map[string][]string{"given": {"--llaves", keys}, "kept": {"--data", data}} {
			if code, out := run(append(with, path)...); code != exitOK || !strings.Contains(out, says[name]) {
				t.Errorf("%s, %s keys: %d %s", name, what, code, out)
			}
			if code, out := run(append(with, bad, path)...); code != exitBroken || !strings.Contains(out, "No coincide") || !strings.Contains(out, says[name]) {
				t.Errorf("%s changed, %s keys: %d %s", name, what, code, out)
			}
		}
	}
	if err := signkeys.In(data).Save("https://b.example:8443", s.Ring); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		args []string
		code int
		want string
	}{
		"all at once":        {append([]string{"--llaves", keys}, good...), exitOK, "constancia"},
		"of one server":      {[]string{"--data", data, "--server", "https://a.example:8443", good[0]}, exitOK, ""},
		"of an unknown one":  {[]string{"--data", data, "--server", "https://c.example:8443", good[0]}, exitFault, "c.example"},
		"of which one":       {[]string{"--data", data, good[0]}, exitFault, "varios servidores"},
		"a letter":           {[]string{"--llaves", keys, letter}, exitBroken, "No es un documento de Llavero"},
		"a folder":           {[]string{"--llaves", keys, dir}, exitFault, "no es un archivo"},
		"not there":          {[]string{"--llaves", keys, "nada.json", good[0]}, exitFault, "nada.json: no se pudo comprobar: el archivo no existe"},
		"letter as the keys": {[]string{"--llaves", letter, good[0]}, exitFault, "no es un archivo de llaves"},
		"keys not there":     {[]string{"--llaves", "nada.json", good[0]}, exitFault, "no existe"},
		"nothing":            {nil, exitUsage, "Uso:"},
		"a flag not known":   {[]string{"--otra"}, exitUsage, "Uso:"},
		"help":               {[]string{"--help"}, exitOK, "Uso:"},
	} {
		if code, out := run(tt.args...); code != tt.code || !strings.Contains(out, tt.want) {
			t.Errorf("%s: %d %s", name, code, out)
		}
	}
	t.Setenv("DISPLAY", "")
	t.Setenv("WAYLAND_DISPLAY", "")
	never := func(string) fyne.App { t.Error("a window was about to open"); return nil }
	for _, word := range verifyWords {
		if code := Main([]string{word, "--llaves", keys, good[0]}, "test", never); code != exitOK {
			t.Errorf("the program with %s: %d", word, code)
		}
	}
}
