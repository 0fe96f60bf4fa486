package cache

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"llavero/shared/wire"
)

// keys is a keychain in memory: of what it is asked for, a key an owner.
type keys map[string][]byte

func (k keys) CacheKey(owner string) ([]byte, error) {
	if k == nil {
		return nil, errors.New("no keychain")
	}
	if k[owner] == nil {
		k[owner] = bytes.Repeat([]byte{byte(len(k) + 1)}, 32)
	}
	return k[owner], nil
}

var noon = time.Date(2026, 4, 7, 17, 0, 0, 0, time.UTC)

func at(seq int64) wire.Position {
	return wire.Position{Epoch: "e1", Seq: seq, At: noon.Add(time.Duration(seq) * time.Second)}
}

func row(id, body string, version int64) wire.Change {
	c := wire.Change{Kind: wire.RowRequest, ID: id, Version: version}
	if body != "" {
		c.Body = json.RawMessage(body)
	}
	return c
}

func open(t *testing.T, folder string, k Keys) *Cache {
	t.Helper()
	c := New(folder, k, nil)
	if anew, err := c.Open(t.Context(), "owner"); err != nil || anew {
		t.Fatalf("open: anew %v, %v", anew, err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func contents(t *testing.T, c *Cache) (map[string]string, wire.Position) {
	t.Helper()
	got := map[string]string{}
	at, err := c.Load(t.Context(), func(r wire.Change) error {
		got[string(r.Kind)+"/"+r.ID] = fmt.Sprintf("%s v%d", r.Body, r.Version)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return got, at
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestApply_survivesTheProgram(t *testing.T) {
	folder, k := t.TempDir(), keys{}
	c := open(t, folder, k)
	if !c.Kept() {
		t.Error("not kept")
	}
	must(t, c.Apply(t.Context(), []wire.Change{row("a", `{"n":1}`, 1), row("b", `{"n":2}`, 1)}, at(2)))
	must(t, c.Apply(t.Context(), []wire.Change{row("a", `{"n":3}`, 2), row("b", "", 2), row("nobody", "", 1)}, at(4)))
	must(t, c.Close())
	got, position := contents(t, open(t, folder, k))
	if diff := cmp.Diff(map[string]string{"request/a": `{"n":3} v2`}, got); diff != "" {
		t.Error(diff)
	}
	if !position.At.Equal(at(4).At) || position.Seq != 4 || position.Epoch != "e1" {
		t.Errorf("position %+v", position)
	}
}

// TestApply_inOrder: rows written, deleted and written again within one list end
// as the list says, whatever its length.
func TestApply_inOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 5))
	c := open(t, t.TempDir(), keys{})
	want := map[string]string{}
	for _, n := range []int{0, 1, many - 1, many, many + 1, 2 * many, 5*many + 7, 700} {
		for _, deletes := range []int{0, 3, 200} {
			var list []wire.Change
			for i := range n {
				id := fmt.Sprint(r.IntN(300))
				body := fmt.Sprint(n*1000 + i)
				if deletes > 0 && r.IntN(deletes) == 0 {
					body = ""
				}
				list = append(list, row(id, body, int64(i)))
				delete(want, "request/"+id)
				if body != "" {
					want["request/"+id] = fmt.Sprintf("%s v%d", body, i)
				}
			}
			must(t, c.Apply(t.Context(), list, at(int64(n))))
			got, position := contents(t, c)
			if diff := cmp.Diff(want, got); diff != "" || position.Seq != int64(n) {
				t.Fatalf("%d rows, deletes %d: at %d %s", n, deletes, position.Seq, diff)
			}
		}
	}
}

func TestReset_takesThePlaceAtOnce(t *testing.T) {
	folder, k := t.TempDir(), keys{}
	c := open(t, folder, k)
	must(t, c.Apply(t.Context(), []wire.Change{row("old", `1`, 1)}, at(7)))
	must(t, c.BeginReset(t.Context()))
	must(t, c.Apply(t.Context(), []wire.Change{row("half", `2`, 1)}, wire.Position{}))
	// The connection broke: another reset begins, and the first leaves nothing.
	must(t, c.BeginReset(t.Context()))
	must(t, c.Apply(t.Context(), []wire.Change{row("new", `3`, 1)}, wire.Position{}))
	if got, position := contents(t, c); len(got) != 1 || got["request/old"] == "" || position.Seq != 7 {
		t.Errorf("before its end: %v, %+v", got, position)
	}
	must(t, c.EndReset(t.Context(), wire.Position{Epoch: "e2", Seq: 3}))
	must(t, c.Apply(t.Context(), []wire.Change{row("later", `4`, 1)}, wire.Position{Epoch: "e2", Seq: 4}))
	must(t, c.Close())
	got, position := contents(t, open(t, folder, k))
	if want := []string{"request/later", "request/new"}; !slices.Equal(slices.Sorted(maps.Keys(got)), want) || position.Epoch != "e2" || position.Seq != 4 {
		t.Errorf("after: %v, %+v", got, position)
	}
	if err := c.EndReset(t.Context(), at(1)); err == nil {
		t.Error("ended a reset that was not under way")
	}
}

func TestReset_cutOffLeavesTheOldRows(t *testing.T) {
	folder, k := t.TempDir(), keys{}
	c := open(t, folder, k)
	must(t, c.Apply(t.Context(), []wire.Change{row("old", `1`, 1)}, at(7)))
	must(t, c.BeginReset(t.Context()))
	must(t, c.Apply(t.Context(), []wire.Change{row("half", `2`, 1)}, wire.Position{}))
	must(t, c.Close()) // the program ends in the middle
	got, position := contents(t, open(t, folder, k))
	if len(got) != 1 || got["request/old"] == "" || position.Seq != 7 {
		t.Errorf("%v, %+v", got, position)
	}
}

func TestApply_allOrNothing(t *testing.T) {
	c := open(t, t.TempDir(), keys{})
	must(t, c.Apply(t.Context(), []wire.Change{row("a", `1`, 1)}, at(1)))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.Apply(ctx, []wire.Change{row("b", `2`, 1)}, at(2)); err == nil {
		t.Fatal("applied for somebody who left")
	}
	if got, position := contents(t, c); len(got) != 1 || position.Seq != 1 {
		t.Errorf("%v, %+v", got, position)
	}
}

func TestFile_showsNothing(t *testing.T) {
	folder := t.TempDir()
	c := open(t, folder, keys{})
	const planted = "planted-provider-name"
	var many []wire.Change
	for i := range 500 {
		many = append(many, row(fmt.Sprint(i), fmt.Sprintf(`{"provider":"%s %d"}`, planted, i), 1))
	}
	must(t, c.Apply(t.Context(), many, wire.Position{Epoch: "planted-epoch", Seq: 1}))
	for _, closed := range []bool{false, true} {
		if closed {
			must(t, c.Close())
		}
		files, err := filepath.Glob(filepath.Join(folder, "*"))
		must(t, err)
		if len(files) == 0 {
			t.Fatal("no file")
		}
		for _, file := range files {
			raw, err := os.ReadFile(file)
			must(t, err)
			for _, leak := range []string{planted, "planted-epoch", "provider"} {
				if bytes.Contains(raw, []byte(leak)) {
					t.Errorf("%s holds %q", filepath.Base(file), leak)
				}
			}
			if info, err := os.Stat(file); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
				t.Errorf("%s has mode %v", filepath.Base(file), info.Mode())
			}
		}
	}
}

func TestLoad_refusesMovedBodies(t *testing.T) {
	c := open(t, t.TempDir(), keys{})
	must(t, c.Apply(t.Context(), []wire.Change{row("a", `1`, 1), row("b", `2`, 1)}, at(1)))
	_, err := c.db.ExecContext(t.Context(), "UPDATE rows SET sealed = (SELECT sealed FROM rows WHERE id = 'a') WHERE id = 'b'")
	must(t, err)
	if _, err := c.Load(t.Context(), func(wire.Change) error { return nil }); err == nil {
		t.Error("a body opened as another row")
	}
}

func TestOpen_unreadable(t *testing.T) {
	for name, spoil := range map[string]func(t *testing.T, path string, k keys){
		"another key": func(_ *testing.T, _ string, k keys) { k["owner"] = bytes.Repeat([]byte{9}, 32) },
		"no database": func(t *testing.T, path string, _ keys) {
			must(t, os.WriteFile(path, bytes.Repeat([]byte("not a database. "), 600), 0o600))
		},
		"cut short": func(t *testing.T, path string, _ keys) { must(t, os.Truncate(path, 5000)) },
		"later program": func(t *testing.T, path string, k keys) {
			c := New(filepath.Dir(path), k, nil)
			_, err := c.Open(t.Context(), "owner")
			must(t, err)
			_, err = c.db.ExecContext(t.Context(), "PRAGMA user_version = 99")
			must(t, err)
			must(t, c.Close())
		},
	} {
		t.Run(name, func(t *testing.T) {
			folder, k := t.TempDir(), keys{}
			c := open(t, folder, k)
			must(t, c.Apply(t.Context(), []wire.Change{row("a", `1`, 1)}, at(1)))
			must(t, c.Close())
			path := filepath.Join(folder, "owner.db")
			spoil(t, path, k)
			again := New(folder, k, nil)
			anew, err := again.Open(t.Context(), "owner")
			if err != nil || !anew {
				t.Fatalf("anew %v, %v", anew, err)
			}
			got, position := contents(t, again)
			if len(got) != 0 || position.Epoch != "" || !again.Kept() {
				t.Errorf("%v, %+v", got, position)
			}
			must(t, again.Apply(t.Context(), []wire.Change{row("b", `1`, 1)}, at(1)))
			must(t, again.Close())
			if _, err := os.Stat(path + ".damaged"); err != nil {
				t.Error("the old file was not kept aside")
			}
		})
	}
}

func TestOpen_withoutKeychainWritesNothing(t *testing.T) {
	folder := t.TempDir()
	c := open(t, folder, keys(nil))
	if c.Kept() {
		t.Error("says it keeps")
	}
	must(t, c.Apply(t.Context(), []wire.Change{row("a", `1`, 1)}, at(1)))
	if got, position := contents(t, c); len(got) != 1 || position.Seq != 1 {
		t.Errorf("%v, %+v", got, position)
	}
	if files, _ := os.ReadDir(folder); len(files) != 0 {
		t.Errorf("wrote %v", files)
	}
}

func TestOpen_secondProgramKeepsInMemory(t *testing.T) {
	folder, k := t.TempDir(), keys{}
	first := open(t, folder, k)
	must(t, first.Apply(t.Context(), []wire.Change{row("a", `1`, 1)}, at(1)))
	second := open(t, folder, k)
	if second.Kept() {
		t.Error("two programs share a file")
	}
	must(t, second.Apply(t.Context(), []wire.Change{row("b", `1`, 1)}, at(5)))
	if got, position := contents(t, first); len(got) != 1 || position.Seq != 1 {
		t.Errorf("%v, %+v", got, position)
	}
}

func TestOpen_refusesNames(t *testing.T) {
	for _, owner := range []string{"", "../x", "a/b", `a\b`, "a.db", "a?mode=memory"} {
		if _, err := New(t.TempDir(), keys{}, nil).Open(t.Context(), owner); err == nil {
			t.Errorf("took %q", owner)
		}
	}
}

// BenchmarkFirstSync writes a country of rows as a first synchronisation does.
func BenchmarkFirstSync(b *testing.B) {
	const rows, frame = 61_177, 500
	body := json.RawMessage(bytes.Repeat([]byte("x"), 420))
	for b.Loop() {
		c := New(b.TempDir(), keys{}, nil)
		if _, err := c.Open(b.Context(), "owner"); err != nil {
			b.Fatal(err)
		}
		if err := c.BeginReset(b.Context()); err != nil {
			b.Fatal(err)
		}
		for from := 0; from < rows; from += frame {
			var list []wire.Change
			for i := from; i < min(rows, from+frame); i++ {
				list = append(list, wire.Change{Kind: wire.RowRequest, ID: fmt.Sprintf("%08d-0000-4000-8000-000000000000", i), Version: 1, Body: body})
			}
			if err := c.Apply(b.Context(), list, wire.Position{}); err != nil {
				b.Fatal(err)
			}
		}
		if err := c.EndReset(b.Context(), at(1)); err != nil {
			b.Fatal(err)
		}
		if err := c.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
