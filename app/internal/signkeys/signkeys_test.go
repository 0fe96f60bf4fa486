package signkeys_test

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"llavero/app/internal/signkeys"
	"llavero/shared/receipt"
)

func ring(t *testing.T, seeds ...byte) receipt.KeyRing {
	t.Helper()
	var keys []receipt.SigningKey
	for _, n := range seeds {
		public := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{n}, ed25519.SeedSize)).Public().(ed25519.PublicKey)
		keys = append(keys, receipt.SigningKey{ID: receipt.KeyIDOf(public), Public: public, From: time.Date(2026, 1, int(n), 0, 0, 0, 0, time.UTC)})
	}
	r, err := receipt.NewKeyRing(keys...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Each server has its own keys, in a file that the commands take as it is.
func TestStore(t *testing.T) {
	data := t.TempDir()
	s := signkeys.In(data)
	if r, err := s.Load("https://a.example:8443"); err != nil || len(r.Keys()) != 0 {
		t.Fatalf("nothing kept: %v, %v", r, err)
	}
	for server, r := range map[string]receipt.KeyRing{"https://a.example:8443": ring(t, 1), "https://[::1]:8443": ring(t, 2)} {
		for range 2 { // again, over what is there
			if err := s.Save(server, r); err != nil {
				t.Fatal(err)
			}
		}
	}
	for server, seed := range map[string]byte{"https://a.example:8443": 1, "https://A.example:8443": 1, "https://[::1]:8443": 2} {
		if r, err := s.Load(server); err != nil || !bytes.Equal(r.File(), ring(t, seed).File()) {
			t.Errorf("%s: %v, %v", server, r, err)
		}
	}
	files, err := s.Files()
	if err != nil || len(files) != 2 {
		t.Errorf("%v, %v", files, err)
	}
	all, err := os.ReadDir(filepath.Join(data, signkeys.Folder))
	if err != nil || len(all) != 2 {
		t.Errorf("left behind: %v, %v", all, err)
	}
	if err := os.WriteFile(files[0], []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, errA := s.Load("https://a.example:8443")
	_, errB := s.Load("https://[::1]:8443")
	if !errors.Is(errors.Join(errA, errB), receipt.ErrKeyRing) {
		t.Errorf("a damaged file: %v, %v", errA, errB)
	}
	if err := s.Save("no address", ring(t, 1)); err == nil {
		t.Error("no address has keys")
	}
}
