package seal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"llavero/shared/secret"
)

func mustSeal(t *testing.T, b *Box, value string) []byte {
	t.Helper()
	sealed, err := b.Seal(secret.New(value), "secret/one")
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

func opens(t *testing.T, b *Box, sealed []byte, want string) {
	t.Helper()
	if got, err := b.Open(sealed, "secret/one"); err != nil || got.Reveal() != want {
		t.Errorf("%q does not open: %v", want, err)
	}
}

func addKey(t *testing.T, path string) ID {
	t.Helper()
	id, err := AddKey(path)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// A Box in use takes up a new key at once, to open and to seal; one that was made
// before and never looked does not open what the new key sealed only if its file
// is gone.
func TestBox_followsItsFile(t *testing.T) {
	box, path := newBox(t)
	first := box.Primary()
	before := mustSeal(t, box, "before")
	second := addKey(t, path)
	another, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	after := mustSeal(t, another, "after")
	if id, ok := KeyOf(after); !ok || id != second || another.Primary() != second {
		t.Errorf("sealed with %d, the new key is %d", id, second)
	}
	opens(t, another, before, "before")
	opens(t, box, after, "after") // reload on an unknown key
	if box.Primary() != second || len(box.Keys()) != 2 {
		t.Errorf("primary %d of %v", box.Primary(), box.Keys())
	}
	if id, _ := KeyOf(mustSeal(t, box, "x")); id != second {
		t.Error("sealed with the old key")
	}

	third := addKey(t, path)
	if id, _ := KeyOf(mustSeal(t, box, "x")); id != third { // looks before it seals
		t.Error("sealed with the old key")
	}
	if err := RemoveKeys(path, []ID{first, second, third, 12345}); err != nil {
		t.Fatal(err)
	}
	opens(t, box, before, "before") // it was read before, perhaps
	if id, _ := KeyOf(mustSeal(t, box, "x")); id != third || len(box.Keys()) != 1 {
		t.Errorf("sealed with %d of %v", id, box.Keys())
	}
	opens(t, box, before, "before")
	opens(t, box, after, "after")
	fresh, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fresh.Open(before, "secret/one"); !errors.Is(err, ErrNotOpened) {
		t.Errorf("a removed key opens: %v", err)
	}
}

// A file that is gone, damaged or another database's is not taken up: the Box
// goes on with the keys it has, and Check says why.
func TestBox_goesOnWithoutItsFile(t *testing.T) {
	for name, spoil := range map[string]func(t *testing.T, path string){
		"gone":    func(t *testing.T, path string) { must(t, os.Remove(path)) },
		"damaged": func(t *testing.T, path string) { must(t, os.WriteFile(path, []byte("{"), 0o600)) },
		"open to others": func(t *testing.T, path string) {
			addKey(t, path)
			must(t, os.Chmod(path, 0o644)) //nolint:gosec // just what is refused
		},
		"another": func(t *testing.T, path string) {
			_, other := newBox(t)
			must(t, os.Rename(other, path))
		},
	} {
		t.Run(name, func(t *testing.T) {
			box, path := newBox(t)
			if err := box.Check(); err != nil {
				t.Fatal(err)
			}
			first := box.Primary()
			sealed := mustSeal(t, box, "x")
			spoil(t, path)
			if id, _ := KeyOf(mustSeal(t, box, "y")); id != first {
				t.Error("sealed with a key of the spoilt file")
			}
			opens(t, box, sealed, "x")
			if err := box.Check(); err == nil || !strings.Contains(err.Error(), path) {
				t.Errorf("check: %v", err)
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

// The guard decides on a keyset that shares no key with the one in use.
func TestBox_guard(t *testing.T) {
	box, path := newBox(t)
	first := box.Primary()
	kept := []byte{} // what stands in the database
	box.Guard(func(c *Box) error { _, err := c.Open(kept, "secret/one"); return err })
	second := addKey(t, path)
	another, err := Open(path)
	must(t, err)
	kept = mustSeal(t, another, "kept")
	must(t, RemoveKeys(path, []ID{first}))
	if id, _ := KeyOf(mustSeal(t, box, "x")); id != second {
		t.Error("the keyset of this database was not taken up")
	}
	_, other := newBox(t)
	must(t, os.Rename(other, path))
	if id, _ := KeyOf(mustSeal(t, box, "x")); id != second || box.Check() == nil {
		t.Error("another database's keyset was taken up")
	}
}

// The file is replaced whole, keeps its mode and its links, and what a killed
// change left does not stand in the way.
func TestAddKey_replacesTheFile(t *testing.T) {
	_, path := newBox(t)
	link := filepath.Join(t.TempDir(), "link.json")
	must(t, os.Symlink(path, link))
	must(t, os.WriteFile(path+".next", []byte("half"), 0o600))
	addKey(t, link)
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link: %v", err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if _, err := os.Stat(path + ".next"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("left behind: %v", err)
	}
	box, err := Open(link)
	if err != nil || len(box.Keys()) != 2 {
		t.Errorf("%v", err)
	}
	if _, err := AddKey(filepath.Join(t.TempDir(), "none")); !errors.Is(err, ErrKeyset) {
		t.Errorf("a missing file: %v", err)
	}
	must(t, RemoveKeys(path, nil))
}

// While keys come and go, everything that was sealed opens in every Box.
func TestBox_race(t *testing.T) {
	box, path := newBox(t)
	var wg sync.WaitGroup
	stop := make(chan struct{})
	for i := range 4 {
		wg.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				want := fmt.Sprint(i, n)
				sealed, err := box.Seal(secret.New(want), "secret/one")
				if err != nil {
					t.Error(err)
					return
				}
				if got, err := box.Open(sealed, "secret/one"); err != nil || got.Reveal() != want {
					t.Errorf("%v", err)
					return
				}
			}
		})
	}
	for range 8 {
		old := box.Primary()
		addKey(t, path)
		opens(t, box, mustSeal(t, box, "x"), "x")
		must(t, RemoveKeys(path, []ID{old}))
	}
	close(stop)
	wg.Wait()
}
