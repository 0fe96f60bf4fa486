package daemon

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"llavero/server/internal/config"
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
