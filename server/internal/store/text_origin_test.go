package store

import (
	"maps"
	"path/filepath"
	"testing"

	"llavero/server/internal/audit"
)

// A database from before the origin was kept: what the trail says somebody published
// is the ministry's, all else the program's.
func TestMigration_textOrigin(t *testing.T) {
	path := filepath.Join(t.TempDir(), "llavero.db")
	all, err := migrations(migrationFiles)
	if err != nil {
		t.Fatal(err)
	}
	before := 0
	for all[before].name[len("0000_"):] != "text_origin" {
		before++
	}
	old := &DB{path: path, clock: fixed, wakes: map[chan struct{}]struct{}{}}
	if old.writer, err = openSQL(dsn(path, "_txlock", "immediate")); err != nil {
		t.Fatal(err)
	}
	old.writer.SetMaxOpenConns(1)
	if err := old.migrateTo(t.Context(), all[:before]); err != nil {
		t.Fatal(err)
	}
	err = old.Write(t.Context(), func(tx *Tx) error {
		for _, text := range []struct{ id, version, operator string }{
			{"terms", "1", ""},
			{"terms", "2026-10", "Operadora de Ejemplo"},
			{"terms", "2", ""},
			{"data", "1", ""},
			{"pledge", "2026-10", ""}, // not the one that was published
		} {
			_, err := tx.exec(`INSERT INTO consent_texts (id, version, label, body, hash, published_at) VALUES ($1, $2, 'l', 'b', 'h', 1)`, text.id, text.version)
			if err != nil {
				return err
			}
			attrs := []audit.Attr{audit.Word("version", text.version), audit.Word("hash", "h")}
			if text.operator != "" {
				attrs = append(attrs, audit.Word("operator", text.operator))
			}
			e := audit.ByServer(audit.TextInstalled, text.id, "")
			e.Detail = audit.Details(attrs...)
			if err := tx.Audit(e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := old.writer.Close(); err != nil {
		t.Fatal(err)
	}

	db, err := Open(t.Context(), path, fixed)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	got := map[string]TextOrigin{}
	err = db.Read(t.Context(), func(tx *Tx) error {
		for _, id := range []string{"terms", "data", "pledge"} {
			versions, err := tx.ConsentTextVersions(id)
			if err != nil {
				return err
			}
			for _, v := range versions {
				got[id+" "+v.Version] = v.Origin
			}
		}
		return nil
	})
	want := map[string]TextOrigin{"terms 1": OfProgram, "terms 2": OfProgram, "terms 2026-10": OfPublisher, "data 1": OfProgram, "pledge 2026-10": OfProgram}
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("origins %v, want %v, %v", got, want, err)
	}
}
