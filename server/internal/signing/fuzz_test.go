package signing

import (
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// FuzzKeyFile: a file of whatever bytes is a key or ErrKey, never a panic.
func FuzzKeyFile(f *testing.F) {
	path := filepath.Join(f.TempDir(), "good.pem")
	key, err := makeKey(path, rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	good, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range [][]byte{good, good[:len(good)/2], append(good[:len(good):len(good)], good...), nil, []byte("-----BEGIN PRIVATE KEY-----\n\n-----END PRIVATE KEY-----\n")} {
		f.Add(seed)
	}
	if kept, err := read(path); err != nil || !kept.Equal(key) {
		f.Fatalf("the good one: %v", err)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		file := filepath.Join(t.TempDir(), "signing.pem")
		if err := os.WriteFile(file, body, 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := read(file)
		switch {
		case err != nil && !errors.Is(err, ErrKey):
			t.Errorf("no ErrKey: %v", err)
		case err == nil && len(got) != ed25519.PrivateKeySize:
			t.Errorf("a key of %d bytes", len(got))
		}
	})
}
