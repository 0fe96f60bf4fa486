package ui

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"llavero/shared/es"
	"llavero/shared/receipt"
	"llavero/shared/verify/verifytest"
)

// A document is checked without a session: each kind as it was signed, with a byte
// changed, with other keys, and what is none of ours.
func TestVerifyDocument(t *testing.T) {
	set := verifytest.Make(t, "../../../shared/receipt/testdata/receipt.json")
	synctest.Test(t, func(t *testing.T) {
		d := sit(t, &server{})
		shown := func(name string, body []byte, ring receipt.KeyRing) string {
			t.Helper()
			path := filepath.Join(t.TempDir(), name)
			if err := os.WriteFile(path, body, 0o600); err != nil {
				t.Fatal(err)
			}
			d.shell.do(func() { d.shell.checkDocument(path, name, ring) })
			synctest.Wait()
			text := d.words()
			d.shell.do(func() {
				over := d.canvas.Overlays()
				for over.Top() != nil {
					over.Remove(over.Top())
				}
			})
			return text
		}
		for name, body := range set.Files {
			if text := shown(name, body, set.Ring); !strings.Contains(text, es.Matches) || !strings.Contains(text, name) {
				t.Errorf("%s: %s", name, text)
			}
			if text := shown(name, verifytest.Flip(body, len(body)/2), set.Ring); strings.Contains(text, es.Matches) {
				t.Errorf("%s with a byte changed: %s", name, text)
			}
			if text := shown(name, body, receipt.KeyRing{}); strings.Contains(text, es.Matches) {
				t.Errorf("%s with no key: %s", name, text)
			}
		}
		if text := shown("foto.png", []byte("\x89PNG\r\n\x1a\nnada"), set.Ring); !strings.Contains(text, es.NotOurs) {
			t.Errorf("a picture: %s", text)
		}
		d.shell.do(func() { d.shell.checkDocument(t.TempDir(), "carpeta", set.Ring) })
		synctest.Wait()
		if text := d.words(); !strings.Contains(text, unreadable) {
			t.Errorf("a folder: %s", text)
		}
	})
}
