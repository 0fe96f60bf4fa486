package benchtest

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"llavero/server/internal/registry"
	"llavero/server/internal/store"
	"llavero/server/internal/workflow"
	"llavero/shared/seed"
)

// BenchmarkImport is the import of a whole country's REPS files, from files on
// disk into an empty database on disk, in one transaction: the portal's two
// text files (import_reps_country), the CSV of datos.gov.co
// (import_reps_country_csv), and the portal's again with nothing changed
// (import_reps_country_again). The median of three of each.
func BenchmarkImport(b *testing.B) {
	dir := b.TempDir()
	portal := []string{filepath.Join(dir, "prestadores.txt"), filepath.Join(dir, "sedes.txt")}
	open := []string{filepath.Join(dir, "datos.csv")}
	write(b, portal, func(f []*os.File) error {
		_, err := seed.WriteA(f[0], f[1], seed.Country(1), seed.Options{Windows1252: true})
		return err
	})
	write(b, open, func(f []*os.File) error {
		_, err := seed.WriteB(f[0], seed.Country(1), seed.Options{})
		return err
	})
	const passes = 3
	var first, again, csv []time.Duration
	for range passes {
		db := newStore(b)
		first = append(first, importFiles(b, db, seed.CountryCodes, portal))
		again = append(again, importFiles(b, db, 0, portal))
		csv = append(csv, importFiles(b, newStore(b), seed.CountryCodes, open))
	}
	Say(b, "import_reps_country", Quantile(first, 0.5).Seconds(), "s")
	Say(b, "import_reps_country_again", Quantile(again, 0.5).Seconds(), "s")
	Say(b, "import_reps_country_csv", Quantile(csv, 0.5).Seconds(), "s")
}

func write(b *testing.B, paths []string, fill func([]*os.File) error) {
	b.Helper()
	var files []*os.File
	for _, path := range paths {
		f, err := os.Create(path)
		if err != nil {
			b.Fatal(err)
		}
		files = append(files, f)
	}
	if err := fill(files); err != nil {
		b.Fatal(err)
	}
	for _, f := range files {
		if err := f.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func newStore(b *testing.B) *store.DB {
	b.Helper()
	db, err := store.Open(b.Context(), filepath.Join(b.TempDir(), "llavero.db"), time.Now)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := db.Close(); err != nil {
			b.Error(err)
		}
	})
	return db
}

// importFiles imports and returns how long that took.
func importFiles(b *testing.B, db *store.DB, added int, paths []string) time.Duration {
	b.Helper()
	var files []registry.File
	began := time.Now()
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			b.Fatal(err)
		}
		defer func() { _ = f.Close() }()
		files = append(files, registry.File{Name: filepath.Base(path), Reader: f})
	}
	done, err := workflow.ImportREPS(b.Context(), db, workflow.Import{}, files...)
	took := time.Since(began)
	if err != nil {
		b.Fatal(err)
	}
	if done.Diff.Added != added {
		b.Fatalf("%d codes added, want %d", done.Diff.Added, added)
	}
	return took
}
