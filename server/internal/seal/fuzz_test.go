package seal

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"llavero/shared/secret"
)

// FuzzKeyset: a file of whatever bytes is a keyset that seals and opens, or
// ErrKeyset, never a panic.
func FuzzKeyset(f *testing.F) {
	path := filepath.Join(f.TempDir(), "good.json")
	if _, err := Create(path); err != nil {
		f.Fatal(err)
	}
	good, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range [][]byte{good, good[:len(good)/2], nil, []byte("{}"), []byte(`{"primaryKeyId":1,"key":[]}`), []byte(`{"primaryKeyId":1,"key":[null]}`), []byte(`{"key":[{"keyId":1}]}`)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		file := filepath.Join(t.TempDir(), "keyset.json")
		if err := os.WriteFile(file, body, 0o600); err != nil {
			t.Fatal(err)
		}
		box, err := Open(file)
		if err != nil {
			if !errors.Is(err, ErrKeyset) {
				t.Errorf("no ErrKeyset: %v", err)
			}
			return
		}
		sealed, err := box.Seal(secret.New("v"), "row")
		if err != nil {
			t.Fatalf("it opened, and does not seal: %v", err)
		}
		if got, err := box.Open(sealed, "row"); err != nil || got.Reveal() != "v" {
			t.Errorf("it opened, and does not open what it sealed: %v", err)
		}
	})
}
