package signing

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/receipt"
)

// place is a server's data, with a clock that is moved by hand.
type place struct {
	*testing.T
	db   *store.DB
	path string
	now  time.Time
}

func newPlace(t *testing.T) *place {
	t.Helper()
	p := &place{T: t, path: filepath.Join(t.TempDir(), "signing.pem"), now: time.Date(2026, 9, 16, 15, 4, 5, 0, time.UTC)}
	var err error
	p.db, err = store.Open(t.Context(), filepath.Join(t.TempDir(), "llavero.db"), func() time.Time { return p.now })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.db.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

func (p *place) start() *Signer {
	p.Helper()
	s, err := Start(p.Context(), p.db, p.path)
	if err != nil {
		p.Fatal(err)
	}
	return s
}

func (p *place) rotate() Rotated {
	p.Helper()
	done, err := Rotate(p.Context(), p.db, Rotation{Path: p.path})
	if err != nil {
		p.Fatal(err)
	}
	return done
}

func (p *place) ring() receipt.KeyRing {
	p.Helper()
	var ring receipt.KeyRing
	err := p.db.Read(p.Context(), func(tx *store.Tx) (err error) { ring, err = Ring(tx); return err })
	if err != nil {
		p.Fatal(err)
	}
	return ring
}

func (p *place) sign(s *Signer) ([]byte, error) {
	var file []byte
	err := p.db.Write(p.Context(), func(tx *store.Tx) (err error) {
		file, err = s.Document(tx, receipt.KindReceipt, []byte(`{"format":"llavero.receipt.v1"}`))
		return err
	})
	return file, err
}

func (p *place) mustSign(s *Signer) []byte {
	p.Helper()
	file, err := p.sign(s)
	if err != nil {
		p.Fatal(err)
	}
	if _, err := p.ring().Open(file); err != nil {
		p.Errorf("just signed: %v", err)
	}
	return file
}

func keyOf(t *testing.T, file []byte) receipt.KeyID {
	t.Helper()
	s, err := receipt.ParseSigned(file)
	if err != nil {
		t.Fatal(err)
	}
	return s.Signature.KeyID
}

// The first start makes a key that only its owner reads; the next one finds it.
func TestStart_makesOneKey(t *testing.T) {
	p := newPlace(t)
	first := keyOf(t, p.mustSign(p.start()))
	if again := keyOf(t, p.mustSign(p.start())); again != first {
		t.Errorf("key %s, then %s", first, again)
	}
	info, err := os.Stat(p.path)
	if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if ring := p.ring().Keys(); len(ring) != 1 || ring[0].ID != first || !ring[0].From.Equal(p.now) || !ring[0].Until.IsZero() {
		t.Errorf("ring %+v", ring)
	}
	var kinds []audit.Kind
	err = p.db.EachAuditRecord(t.Context(), func(r audit.Record) error { kinds = append(kinds, r.Kind); return nil })
	if err != nil || len(kinds) != 1 || kinds[0] != audit.SigningKeyMade {
		t.Errorf("trail %v, %v", kinds, err)
	}
}

// A machine that died between the key's file and its row goes on with that file.
func TestStart_fileWithoutRow(t *testing.T) {
	p := newPlace(t)
	key, err := makeKey(p.path, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if got := keyOf(t, p.mustSign(p.start())); got != publicOf(key).ID {
		t.Errorf("signs with %s", got)
	}
}

// A private key that is gone stops the start and says what next; nothing is made.
func TestStart_keyIsGone(t *testing.T) {
	for name, breakIt := range map[string]func(t *testing.T, path string){
		"gone": func(t *testing.T, path string) { must(t, os.Remove(path)) },
		"another's": func(t *testing.T, path string) {
			must(t, os.Remove(path))
			if _, err := makeKey(path, rand.Reader); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			p.start()
			breakIt(t, p.path)
			before, _ := os.ReadFile(p.path)
			_, err := Start(t.Context(), p.db, p.path)
			if err == nil || !strings.Contains(err.Error(), p.path) || !strings.Contains(err.Error(), string(p.ring().Keys()[0].ID)) ||
				!strings.Contains(err.Error(), "restore") || !strings.Contains(err.Error(), "signing rotate --lost") {
				t.Errorf("got %v", err)
			}
			if after, _ := os.ReadFile(p.path); string(after) != string(before) {
				t.Error("the key was made anew")
			}
			if _, err := Rotate(t.Context(), p.db, Rotation{Path: p.path}); err == nil {
				t.Error("rotated without the key, unasked")
			}
			done, err := Rotate(t.Context(), p.db, Rotation{Path: p.path, Lost: true})
			if err != nil || keyOf(t, p.mustSign(p.start())) != done.Now {
				t.Errorf("%+v, %v", done, err)
			}
			if aside, _ := filepath.Glob(p.path + ".????????????????"); name == "another's" && len(aside) != 1 {
				t.Errorf("the other key was not kept: %v", aside)
			}
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestStart_fileCannotBeUsed(t *testing.T) {
	other, err := rsa.GenerateKey(rand.Reader, 1024) //nolint:gosec // it is to be refused
	must(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(other)
	must(t, err)
	good := func() []byte {
		_, key, err := ed25519.GenerateKey(rand.Reader)
		must(t, err)
		der, err := x509.MarshalPKCS8PrivateKey(key)
		must(t, err)
		return pem.EncodeToMemory(&pem.Block{Type: pemType, Bytes: der})
	}()
	for name, tt := range map[string]struct {
		body []byte
		mode fs.FileMode
	}{
		"others may read":   {good, 0o640},
		"empty":             {nil, 0o600},
		"a letter":          {[]byte("Estimada señora"), 0o600},
		"another algorithm": {pem.EncodeToMemory(&pem.Block{Type: pemType, Bytes: der}), 0o600},
		"another type":      {[]byte(strings.ReplaceAll(string(good), pemType, "PUBLIC KEY")), 0o600},
		"two keys":          {append(append([]byte{}, good...), good...), 0o600},
		"too large":         {[]byte(strings.Repeat("x", maxFile+1)), 0o600},
	} {
		if name == "others may read" && runtime.GOOS == "windows" {
			continue
		}
		p := newPlace(t)
		must(t, os.WriteFile(p.path, tt.body, tt.mode))
		_, err := Start(t.Context(), p.db, p.path)
		if !errors.Is(err, ErrKey) || !strings.Contains(err.Error(), p.path) {
			t.Errorf("%s: %v", name, err)
		}
		if len(tt.body) > 0 && strings.Contains(err.Error(), string(tt.body[:min(len(tt.body), 40)])) {
			t.Errorf("%s: the message quotes the file", name)
		}
	}
}

// A running server takes up the new key at its next signature; what the old one
// signed still verifies, and nothing can be signed in its name any more.
func TestRotate_besideARunningServer(t *testing.T) {
	p := newPlace(t)
	s := p.start()
	old := p.mustSign(s)
	p.now = p.now.Add(time.Hour)
	done := p.rotate()
	if keyOf(t, old) != done.Before {
		t.Errorf("rotated %+v, the old key is %s", done, keyOf(t, old))
	}
	if got := keyOf(t, p.mustSign(s)); got != done.Now {
		t.Errorf("the server signs with %s", got)
	}
	if _, err := p.ring().Open(old); err != nil {
		t.Errorf("what the old key signed: %v", err)
	}
	if kept, err := read(p.path); err != nil || publicOf(kept).ID != done.Now {
		t.Errorf("the file holds another key: %v", err)
	}
	if _, err := read(waiting(p.path)); !errors.Is(err, ErrNoKey) {
		t.Errorf("a key waits: %v", err)
	}
}

// Whatever moment the machine dies at, the key in force is found.
func TestRotate_cutOff(t *testing.T) {
	t.Run("before the row", func(t *testing.T) {
		p := newPlace(t)
		before := keyOf(t, p.mustSign(p.start()))
		if _, err := makeKey(waiting(p.path), rand.Reader); err != nil {
			t.Fatal(err)
		}
		if got := keyOf(t, p.mustSign(p.start())); got != before {
			t.Errorf("signs with %s", got)
		}
		done := p.rotate() // and again, whole
		if got := keyOf(t, p.mustSign(p.start())); got != done.Now || done.Before != before {
			t.Errorf("signs with %s, rotated %+v", got, done)
		}
	})
	t.Run("before the old file went", func(t *testing.T) {
		p := newPlace(t)
		s := p.start()
		old, err := os.ReadFile(p.path)
		must(t, err)
		done := p.rotate()
		must(t, os.Rename(p.path, waiting(p.path)))
		must(t, os.WriteFile(p.path, old, 0o600))
		if got := keyOf(t, p.mustSign(s)); got != done.Now {
			t.Errorf("a running server signs with %s", got)
		}
		if got := keyOf(t, p.mustSign(p.start())); got != done.Now {
			t.Errorf("after a start it signs with %s", got)
		}
	})
}

// A clock that goes back makes no receipt that does not verify.
func TestSign_clockGoesBack(t *testing.T) {
	p := newPlace(t)
	s := p.start()
	p.now = p.now.Add(time.Hour)
	late := p.mustSign(s)
	p.now = p.now.Add(-2 * time.Hour)
	p.mustSign(s)
	p.rotate()
	p.mustSign(s)
	if _, err := p.ring().Open(late); err != nil {
		t.Errorf("signed before the clock went back: %v", err)
	}
}

func TestRotate_beforeTheFirstStart(t *testing.T) {
	p := newPlace(t)
	if _, err := Rotate(t.Context(), p.db, Rotation{Path: p.path, Lost: true}); err == nil || !strings.Contains(err.Error(), "first start") {
		t.Errorf("got %v", err)
	}
}
