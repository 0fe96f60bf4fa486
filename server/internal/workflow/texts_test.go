package workflow

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"llavero/server/internal/consent"
	"llavero/server/internal/params"
	"llavero/server/internal/signing"
	"llavero/server/internal/store"
)

// A program of tomorrow brings its own texts along, also between two versions of the
// ministry's: its own come into force where the ministry published none.
func TestNew_publishedTextsStay(t *testing.T) {
	d := newDesk(t)
	start := func(version string) {
		t.Helper()
		d.wait(time.Minute)
		texts, err := consent.Texts()
		ok(t, err)
		for i := range texts {
			texts[i].Version, texts[i].Body = version, "Texto propio "+version
			texts[i].Hash = consent.HashOf(texts[i].Body)
		}
		signer, err := signing.Start(t.Context(), d.db, filepath.Join(d.dir, "signing.pem"))
		ok(t, err)
		_, err = New(t.Context(), Deps{
			Store: d.db, Box: d.box, Signer: signer, Texts: texts,
			Params: params.New(params.Environment{}, params.Environment{}),
		})
		ok(t, err)
	}
	publish := func(version string) {
		t.Helper()
		d.wait(time.Minute)
		text := consent.Text{ID: consent.Terms, Version: version, Language: "es-CO", Label: "Acepto.", Body: "Texto oficial " + version}
		text.Hash = consent.HashOf(text.Body)
		_, err := PublishText(t.Context(), d.db, text, "operador")
		ok(t, err)
	}
	inForce := func(want ...string) {
		t.Helper()
		var got []string
		ok(t, d.db.Read(t.Context(), func(tx *store.Tx) error {
			all, err := tx.TextsInForce()
			for _, text := range all {
				got = append(got, text.ID+" "+text.Version+" "+string(text.Origin))
			}
			return err
		}))
		if !slices.Equal(got, want) {
			t.Errorf("in force %q, want %q", got, want)
		}
	}
	inForce("terms 1 program", "signing 1 program", "pledge 1 program", "data 1 program")
	start("2")
	inForce("terms 2 program", "signing 2 program", "pledge 2 program", "data 2 program")
	publish("2026-10")
	inForce("terms 2026-10 published", "signing 2 program", "pledge 2 program", "data 2 program")
	start("3")
	inForce("terms 2026-10 published", "signing 3 program", "pledge 3 program", "data 3 program")
	publish("2026-11")
	start("2026-11") // the program's own of the same name takes no place
	inForce("terms 2026-11 published", "signing 2026-11 program", "pledge 2026-11 program", "data 2026-11 program")
}

// The program's own words can be made official, under a version of their own: a row
// that is there never changes its origin.
func TestPublishText_programsOwn(t *testing.T) {
	d := newDesk(t)
	texts, err := consent.Texts()
	ok(t, err)
	text := texts[0]
	d.wait(time.Minute)
	if published, err := PublishText(t.Context(), d.db, text, "operador"); err == nil || published {
		t.Errorf("published %t, %v", published, err)
	}
	text.Version = "oficial-1"
	if published, err := PublishText(t.Context(), d.db, text, "operador"); err != nil || !published {
		t.Errorf("published %t, %v", published, err)
	}
	d.wait(time.Minute)
	if published, err := PublishText(t.Context(), d.db, text, "operador"); err != nil || published {
		t.Errorf("again: published %t, %v", published, err)
	}
	if shown, err := d.flow.ConsentTexts(t.Context()); err != nil || shown.Texts[0].Version != "oficial-1" {
		t.Errorf("shown %+v, %v", shown, err)
	}
}
