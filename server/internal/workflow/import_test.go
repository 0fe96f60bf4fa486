package workflow_test

import (
	"bytes"
	"errors"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/registry"
	"llavero/server/internal/store"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
	"llavero/shared/seed"
)

func importDB(t testing.TB) *store.DB {
	t.Helper()
	now := time.Date(2026, 3, 12, 20, 11, 0, 0, time.UTC)
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "import.db"), func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

type registerFiles struct{ mains, sites, open bytes.Buffer }

func writeRegister(t testing.TB, rows func(func(seed.Provider) bool), o seed.Options) *registerFiles {
	t.Helper()
	f := &registerFiles{}
	if _, err := seed.WriteA(&f.mains, &f.sites, rows, o); err != nil {
		t.Fatal(err)
	}
	if _, err := seed.WriteB(&f.open, rows, o); err != nil {
		t.Fatal(err)
	}
	return f
}

func (f *registerFiles) portal() []registry.File {
	return []registry.File{
		{Name: seed.FileMain, Reader: bytes.NewReader(f.mains.Bytes())},
		{Name: seed.FileSites, Reader: bytes.NewReader(f.sites.Bytes())},
	}
}

func (f *registerFiles) openData() []registry.File {
	return []registry.File{{Name: seed.FileOpen, Reader: bytes.NewReader(f.open.Bytes())}}
}

func lastImport(t *testing.T, db *store.DB) (n int, last audit.Record) {
	t.Helper()
	err := db.Read(t.Context(), func(tx *store.Tx) error {
		records, err := tx.AuditAfter(0, 100)
		for _, r := range records {
			if r.Kind == audit.RegistryImported {
				n, last = n+1, r
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n, last
}

func TestImportREPS_demo(t *testing.T) {
	for _, format := range []string{"portal", "open data"} {
		t.Run(format, func(t *testing.T) {
			db := importDB(t)
			f := writeRegister(t, seed.Demo().Rows(), seed.Options{Broken: true})
			files := f.portal
			if format == "open data" {
				files = f.openData
			}
			done, err := workflow.ImportREPS(t.Context(), db, workflow.Import{}, files()...)
			if err != nil {
				t.Fatal(err)
			}
			_, rejected, _ := done.Report.Totals()
			if done.Diff.Added < seed.Count(seed.Demo().Rows()).Codes || rejected == 0 {
				t.Errorf("%+v, %d rejected", done.Diff, rejected)
			}
			again, err := workflow.ImportREPS(t.Context(), db, workflow.Import{}, files()...)
			if err != nil || !again.Diff.IsZero() {
				t.Errorf("the same files again: %+v, %v", again.Diff, err)
			}
			n, entry := lastImport(t, db)
			if n != 2 || entry.Kind != audit.RegistryImported || entry.Person != audit.ServerName || entry.DetailOf("added") != "0" || len(entry.DetailOf("hash")) != 64 {
				t.Errorf("%d entries, the last %+v", n, entry)
			}
			err = db.Read(t.Context(), func(tx *store.Tx) error {
				own, err := tx.ProvidersOf("NI-999100005")
				if len(own) != 8 || len(own[0].Sites) != 3 {
					t.Errorf("the delegate's codes: %+v", own)
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestImportREPS_cutShort(t *testing.T) {
	db := importDB(t)
	f := writeRegister(t, seed.Demo().Rows(), seed.Options{})
	if _, err := workflow.ImportREPS(t.Context(), db, workflow.Import{}, f.openData()...); err != nil {
		t.Fatal(err)
	}
	few := func(yield func(seed.Provider) bool) {
		for _, p := range seed.Demo().Providers[:2] {
			if !yield(p) {
				return
			}
		}
	}
	short := writeRegister(t, few, seed.Options{})
	who := access.Viewer{Account: "a1", Person: access.Person{Name: "Quien importa"}, Role: access.RoleOfficer}
	refused, err := workflow.ImportREPS(t.Context(), db, workflow.Import{By: who}, short.openData()...)
	many, ok := errors.AsType[*store.ManyGoneError](err)
	if !ok || many.Gone == 0 || refused.Report == nil {
		t.Fatalf("a short file was taken: %v", err)
	}
	if n, _ := lastImport(t, db); n != 1 {
		t.Errorf("%d imports in the trail after a refusal", n)
	}
	done, err := workflow.ImportREPS(t.Context(), db, workflow.Import{By: who, RequestID: "r1", Confirm: true}, short.openData()...)
	if err != nil || done.Diff.Gone != many.Gone {
		t.Fatalf("confirmed: %+v, %v", done.Diff, err)
	}
	if _, entry := lastImport(t, db); entry.Account != "a1" || !strings.Contains(entry.Person, "Quien importa") || entry.RequestID != "r1" || entry.DetailOf("confirmed") != "true" {
		t.Errorf("entry %+v", entry)
	}
}

func TestImportREPS_refusedFile(t *testing.T) {
	db := importDB(t)
	_, err := workflow.ImportREPS(t.Context(), db, workflow.Import{}, registry.File{Name: "x.xls", Reader: strings.NewReader("<html>")})
	if e, ok := errors.AsType[*registry.FileError](err); !ok || e.Problem != registry.HTML {
		t.Errorf("ImportREPS = %v", err)
	}
	if n, _ := lastImport(t, db); n != 0 {
		t.Errorf("%d imports in the trail", n)
	}
}

// BenchmarkImportCountry reads the portal's files of a whole country and
// applies them to an empty database; then once more, changing nothing.
func BenchmarkImportCountry(b *testing.B) {
	f := writeRegister(b, seed.Country(1), seed.Options{Windows1252: true})
	b.Logf("%d + %d bytes", f.mains.Len(), f.sites.Len())
	for _, again := range []bool{false, true} {
		name := "first"
		if again {
			name = "again"
		}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				db := importDB(b)
				if again {
					if _, err := workflow.ImportREPS(b.Context(), db, workflow.Import{}, f.portal()...); err != nil {
						b.Fatal(err)
					}
				}
				runtime.GC()
				b.StartTimer()
				done, err := workflow.ImportREPS(b.Context(), db, workflow.Import{}, f.portal()...)
				if err != nil {
					b.Fatal(err)
				}
				if !again && done.Diff.Added != seed.CountryCodes || again && !done.Diff.IsZero() {
					b.Fatalf("%+v", done.Diff)
				}
			}
		})
	}
}
