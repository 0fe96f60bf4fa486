package backup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/wire"
)

var noon = time.Date(2026, 11, 28, 17, 0, 0, 0, time.UTC)

func clock() time.Time { return noon }

// database makes one with so many acts, each one audit entry and one change.
func database(t testing.TB, acts int) (*store.DB, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "llavero.db")
	db, err := store.Open(t.Context(), path, clock)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	for i := range acts {
		act(t, db, i)
	}
	return db, path
}

func act(t testing.TB, db *store.DB, i int) {
	t.Helper()
	err := db.Write(t.Context(), func(tx *store.Tx) error {
		if err := tx.Audit(audit.ByServer(audit.RequestDone, fmt.Sprint("request-", i), "")); err != nil {
			return err
		}
		_, err := tx.Change(wire.RowRequest, fmt.Sprint("request-", i), "")
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func optionsOf(database, dir string) Options {
	return Options{Database: database, Dir: dir, Cause: CauseCommand, Version: "test", Clock: clock}
}

func names(t testing.TB, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

func TestMake(t *testing.T) {
	db, path := database(t, 5)
	dir := filepath.Join(t.TempDir(), "copies")
	first, err := Make(t.Context(), optionsOf(path, dir))
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(first.Path); err != nil || info.Mode().Perm() != 0o600 || info.Size() != first.Bytes {
		t.Errorf("%v, %v", info, err)
	}
	if m := first.Manifest; m.Head != 5 || m.Audit.Seq != 5 || m.Schema.Number != store.Schema() || m.Rows["audit_entries"] != 5 || !m.MadeAt.Equal(noon) {
		t.Errorf("%+v", m)
	}
	act(t, db, 6)
	if err := db.Close(); err != nil { // without a server too
		t.Fatal(err)
	}
	second, err := Make(t.Context(), optionsOf(path, dir))
	if err != nil || second.Manifest.Head != 6 {
		t.Fatalf("%+v, %v", second.Manifest, err)
	}
	if got := strings.Join(names(t, dir), " "); got != "llavero-20261128T170000Z-000001.backup llavero-20261128T170000Z-000002.backup" {
		t.Errorf("the folder holds %s", got)
	}
	for i, made := range []Made{first, second} {
		checked, err := Verify(t.Context(), made.Path, "", clock)
		if err != nil || checked.Manifest.Head != int64(5+i) || checked.IsNewer {
			t.Errorf("%+v, %v", checked, err)
		}
	}
}

// A backup made while others write is of one commit, and the writers do not wait
// for it.
func TestMake_whileWriting(t *testing.T) {
	db, path := database(t, 20)
	stop, done := make(chan struct{}), make(chan int)
	var written atomic.Int64
	go func() {
		n := 0
		for ; ; n++ {
			select {
			case <-stop:
				done <- n
				return
			default:
				act(t, db, 100+n)
				written.Add(1)
			}
		}
	}()
	dir := t.TempDir()
	var last Made
	for range 5 {
		from := written.Load()
		made, err := Make(t.Context(), optionsOf(path, dir))
		if err != nil {
			t.Fatal(err)
		}
		if made.Manifest.Head < 20+from || made.Manifest.Head < last.Manifest.Head || made.Manifest.Head != made.Manifest.Audit.Seq {
			t.Errorf("of %d + %d acts: %+v", 20, from, made.Manifest)
		}
		if _, err := Verify(t.Context(), made.Path, "", clock); err != nil {
			t.Error(err)
		}
		last = made
	}
	close(stop)
	t.Logf("%d acts beside 5 backups", <-done)
}

// One byte that changed in a real backup is found, at places drawn by chance.
func TestVerify_flippedBytes(t *testing.T) {
	_, path := database(t, 300)
	made, err := Make(t.Context(), optionsOf(path, t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(made.Path)
	if err != nil {
		t.Fatal(err)
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d, %d bytes", seed, len(file))
	chance := rand.New(rand.NewPCG(seed, 2))
	bad := filepath.Join(t.TempDir(), "bad.backup")
	for range 60 {
		changed := bytes.Clone(file)
		at := chance.IntN(len(file))
		changed[at] ^= byte(1 + chance.IntN(255))
		if err := os.WriteFile(bad, changed, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Verify(t.Context(), bad, "", clock); err == nil {
			t.Errorf("byte %d of %d is not found", at, len(file))
		}
	}
}

// A backup that is whole and holds another database than it says, or a broken
// one, is found.
func TestCheckDatabase_finds(t *testing.T) {
	db, path := database(t, 3)
	made, err := Make(t.Context(), optionsOf(path, t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	copyOf := func(name string) string {
		to := filepath.Join(t.TempDir(), name)
		if _, err := Unpack(made.Path, to); err != nil {
			t.Fatal(err)
		}
		return to
	}
	if _, err := CheckDatabase(t.Context(), copyOf("good"), made.Manifest, clock); err != nil {
		t.Error(err)
	}
	lie := made.Manifest
	lie.Head++
	if _, err := CheckDatabase(t.Context(), copyOf("lie"), lie, clock); !isContent(err, "position") {
		t.Errorf("another position: %v", err)
	}
	torn := copyOf("torn")
	b, err := os.ReadFile(torn)
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.LastIndex(b, []byte("request-1"))
	copy(b[at:], "request-9")
	if err := os.WriteFile(torn, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := CheckDatabase(t.Context(), torn, made.Manifest, clock); err == nil {
		t.Error("a changed audit entry or index is not found")
	}
	if err := os.WriteFile(torn, []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := CheckDatabase(t.Context(), torn, made.Manifest, clock); !isContent(err, "") {
		t.Errorf("no database: %v", err)
	}
	_ = db
}

func isContent(err error, word string) bool {
	c, ok := errors.AsType[*ContentError](err)
	return ok && strings.Contains(c.Why, word)
}

// What goes wrong leaves nothing behind, and says what.
func TestMake_refuses(t *testing.T) {
	_, path := database(t, 1)
	dir := t.TempDir()
	there := filepath.Join(dir, "there.backup")
	if err := os.WriteFile(there, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	o := optionsOf(path, "")
	o.File = there
	if _, err := Make(t.Context(), o); !errors.Is(err, ErrExists) {
		t.Errorf("a file that is there: %v", err)
	}
	if _, err := Make(t.Context(), optionsOf(filepath.Join(dir, "none.db"), dir)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no database: %v", err)
	}
	if _, err := Make(t.Context(), optionsOf(path, filepath.Join(there, "folder"))); err == nil {
		t.Error("a folder that cannot be made")
	}
	foreign := filepath.Join(dir, "foreign.db")
	if err := os.WriteFile(foreign, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Make(t.Context(), optionsOf(foreign, dir)); !errors.Is(err, store.ErrForeign) {
		t.Errorf("another program's database: %v", err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := Make(ended, optionsOf(path, dir)); !errors.Is(err, context.Canceled) {
		t.Errorf("called off: %v", err)
	}
	o = optionsOf(path, dir)
	o.Sign = func([]byte) ([]byte, error) { return nil, errors.New("no key") }
	if _, err := Make(t.Context(), o); err == nil || !strings.Contains(err.Error(), "no key") {
		t.Errorf("a signer that fails: %v", err)
	}
	if got := strings.Join(names(t, dir), " "); got != "foreign.db foreign.db.backup.lock there.backup" {
		t.Errorf("the folder holds %s", got)
	}
}
