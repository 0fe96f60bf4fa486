package seal

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"llavero/shared/secret"
)

func newBox(t *testing.T) (*Box, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "keyset.json")
	box, err := Create(path)
	if err != nil {
		t.Fatal(err)
	}
	return box, path
}

func TestBox_opensForItsIdentityOnly(t *testing.T) {
	box, path := newBox(t)
	for _, value := range []string{"", "x", "planted-value", strings.Repeat("ñ", 5000)} {
		sealed, err := box.Seal(secret.New(value), "secret/one")
		if err != nil {
			t.Fatal(err)
		}
		if value == "planted-value" && bytes.Contains(sealed, []byte(value)) {
			t.Error("the value stands in the sealed bytes")
		}
		again, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		got, err := again.Open(sealed, "secret/one")
		if err != nil || got.Reveal() != value {
			t.Errorf("opened %q, %v; want %q", got.Reveal(), err, value)
		}
		if _, err := box.Open(sealed, "secret/two"); !errors.Is(err, ErrNotOpened) {
			t.Errorf("opened for another record: %v", err)
		}
		for i := range sealed {
			changed := bytes.Clone(sealed)
			changed[i] ^= 1
			if _, err := box.Open(changed, "secret/one"); !errors.Is(err, ErrNotOpened) {
				t.Fatalf("opened with byte %d changed: %v", i, err)
			}
			if i > 60 {
				break
			}
		}
	}
	if _, err := box.Seal(secret.New("x"), ""); err == nil {
		t.Error("sealed for no identity")
	}
	if _, err := box.Open(nil, "secret/one"); !errors.Is(err, ErrNotOpened) {
		t.Errorf("opened nothing: %v", err)
	}
}

func TestBox_sealsDifferentlyEachTime(t *testing.T) {
	box, _ := newBox(t)
	a, errA := box.Seal(secret.New("same"), "secret/one")
	b, errB := box.Seal(secret.New("same"), "secret/one")
	if errA != nil || errB != nil || bytes.Equal(a, b) {
		t.Errorf("equal values can be told apart: %v %v", errA, errB)
	}
}

func TestOpen_anotherKeyset(t *testing.T) {
	one, _ := newBox(t)
	two, _ := newBox(t)
	sealed, err := one.Seal(secret.New("x"), "secret/one")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := two.Open(sealed, "secret/one"); !errors.Is(err, ErrNotOpened) {
		t.Errorf("got %v", err)
	}
}

func TestOpen_refusals(t *testing.T) {
	write := func(body string, mode os.FileMode) func(*testing.T) string {
		return func(t *testing.T) string {
			path := filepath.Join(t.TempDir(), "keyset.json")
			if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, mode); err != nil {
				t.Fatal(err)
			}
			return path
		}
	}
	tests := []struct {
		name string
		path func(*testing.T) string
		want error
		says string
	}{
		{"missing", func(t *testing.T) string { return filepath.Join(t.TempDir(), "none") }, ErrNoKeyset, "none"},
		{"folder", func(t *testing.T) string { return t.TempDir() }, ErrKeyset, "not a file"},
		{"read by others", write("{}", 0o644), ErrKeyset, "0600"},
		{"empty", write("", 0o600), ErrKeyset, "holds no keyset"},
		{"not JSON", write("planted-key-material", 0o600), ErrKeyset, "holds no keyset"},
		{"no keys", write(`{"primaryKeyId":1,"key":[]}`, 0o600), ErrKeyset, "holds no keyset"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if runtime.GOOS == "windows" && tt.name == "read by others" {
				t.Skip("no such modes on windows")
			}
			_, err := Open(tt.path(t))
			if !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %v, want %v saying %q", err, tt.want, tt.says)
			}
			if err != nil && strings.Contains(err.Error(), "planted") {
				t.Error("the error quotes the file")
			}
		})
	}
}

func TestCreate_neverOverwrites(t *testing.T) {
	_, path := newBox(t)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Create(path); err == nil {
		t.Error("made a second keyset over the first")
	}
	if _, err := OpenOrCreate(path); err != nil {
		t.Errorf("open: %v", err)
	}
	after, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("the keyset changed: %v", err)
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}
