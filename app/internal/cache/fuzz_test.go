package cache

import (
	"context"
	"testing"

	"llavero/shared/wire"
)

// FuzzLoad: a row of the file that somebody changed is an error, never a panic and
// never a row: only what was sealed as that row opens.
func FuzzLoad(f *testing.F) {
	c := New(f.TempDir(), keys{}, nil)
	if _, err := c.Open(f.Context(), "owner"); err != nil {
		f.Fatal(err)
	}
	// The fuzzer's own context ends before its cleanups.
	f.Cleanup(func() {
		if err := c.Close(); err != nil {
			f.Error(err)
		}
	})
	if err := c.Apply(f.Context(), []wire.Change{row("r1", `{"a":1}`, 1)}, at(1)); err != nil {
		f.Fatal(err)
	}
	var good []byte
	if err := c.db.QueryRowContext(f.Context(), "SELECT sealed FROM rows").Scan(&good); err != nil {
		f.Fatal(err)
	}
	for _, id := range []string{"r1", "r2", ""} {
		f.Add(id, int64(1), good)
	}
	f.Add("r1", int64(-1), good[:len(good)-1])
	f.Add("r1", int64(1), []byte{})
	f.Fuzz(func(t *testing.T, id string, version int64, sealed []byte) {
		if sealed == nil {
			sealed = []byte{}
		}
		if _, err := c.db.ExecContext(t.Context(), "UPDATE rows SET id = $1, version = $2, sealed = $3", id, version, sealed); err != nil {
			t.Fatal(err)
		}
		got := 0
		_, err := c.Load(context.WithoutCancel(t.Context()), func(r wire.Change) error {
			got++
			if string(r.Body) != `{"a":1}` || r.ID != "r1" {
				t.Errorf("row %q: %q", r.ID, r.Body)
			}
			return nil
		})
		if (got == 1) != (err == nil) {
			t.Errorf("%d rows, %v", got, err)
		}
	})
}
