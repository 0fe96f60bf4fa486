package keychain

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/zalando/go-keyring"

	"llavero/shared/secret"
)

const entry = "session"

func (k Keychain) get() (secret.Text, error) {
	value, _, err := k.Get(entry)
	return value, err
}

func TestKeychain(t *testing.T) {
	keyring.MockInit() // the package's own in-memory keychain; the real one is below
	check(t)
}

func check(t *testing.T) {
	t.Helper()
	a, b := For("https://a.example"), For("https://b.example")
	if got, err := a.get(); err != nil || !got.IsEmpty() {
		t.Fatalf("first: %v", err)
	}
	if err := a.Set(entry, secret.New("uno")); err != nil {
		t.Fatal(err)
	}
	if got, err := a.get(); err != nil || got.Reveal() != "uno" {
		t.Errorf("kept: %v", err)
	}
	if got, err := b.get(); err != nil || !got.IsEmpty() {
		t.Errorf("another server's token: %v", err)
	}
	for range 2 { // forgetting twice is no fault
		if err := a.Delete(entry); err != nil {
			t.Error(err)
		}
	}
	if got, err := a.get(); err != nil || !got.IsEmpty() {
		t.Errorf("forgotten: %v", err)
	}
	first, err := a.CacheKey("cuenta")
	if err != nil || len(first) != keyBytes {
		t.Fatalf("cache key: %d bytes, %v", len(first), err)
	}
	if again, err := a.CacheKey("cuenta"); err != nil || !bytes.Equal(first, again) {
		t.Errorf("the key changed: %v", err)
	}
	if other, err := a.CacheKey("otra"); err != nil || bytes.Equal(first, other) {
		t.Errorf("two accounts share a key: %v", err)
	}
}

func TestKeychain_damagedKey(t *testing.T) {
	keyring.MockInit()
	k := For("https://a.example")
	if err := k.write("cache:cuenta", secret.New("not a key")); err != nil {
		t.Fatal(err)
	}
	if key, err := k.CacheKey("cuenta"); err != nil || len(key) != keyBytes {
		t.Errorf("%d bytes, %v", len(key), err)
	}
}

func TestKeychain_none(t *testing.T) {
	keyring.MockInitWithError(errors.New("the bus is dead"))
	k := For("https://a.example")
	if _, err := k.get(); !errors.Is(err, ErrNone) {
		t.Errorf("token: %v", err)
	}
	if err := k.Set(entry, secret.New("x")); !errors.Is(err, ErrNone) {
		t.Errorf("keep: %v", err)
	}
	if err := k.Delete(entry); !errors.Is(err, ErrNone) {
		t.Errorf("forget: %v", err)
	}
	if _, err := k.CacheKey("cuenta"); !errors.Is(err, ErrNone) {
		t.Errorf("cache key: %v", err)
	}
}

// TestKeychain_real runs this test again under a session bus of its own with
// GNOME's keyring, and there checks the real keychain.
func TestKeychain_real(t *testing.T) {
	if os.Getenv("LLAVERO_KEYCHAIN_TEST") == "inside" {
		check(t)
		return
	}
	for _, program := range []string{"dbus-run-session", "gnome-keyring-daemon"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed here; `make run` installs it", program)
		}
	}
	home := t.TempDir()
	run := filepath.Join(home, "run")
	if err := os.Mkdir(run, 0o700); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "dbus-run-session", "--", "bash", "-c",
		`printf '\n' | gnome-keyring-daemon --unlock --components=secrets --daemonize >/dev/null && exec "$0" -test.run '^TestKeychain_real$' -test.v`, os.Args[0])
	cmd.Env = append(os.Environ(), "LLAVERO_KEYCHAIN_TEST=inside", "HOME="+home, "XDG_DATA_HOME="+home, "XDG_RUNTIME_DIR="+run)
	out, err := cmd.CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("--- PASS: TestKeychain_real")) {
		t.Fatalf("%v\n%s", err, out)
	}
}
