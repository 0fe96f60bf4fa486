package store

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"llavero/shared/wire"
)

// openTwice opens one file as two processes would.
func openTwice(t *testing.T) (ours, theirs *DB) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "llavero.db")
	for _, db := range []**DB{&ours, &theirs} {
		opened, err := Open(t.Context(), path, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := opened.Close(); err != nil {
				t.Error(err)
			}
		})
		*db = opened
	}
	return ours, theirs
}

func change(t *testing.T, db *DB) {
	t.Helper()
	err := db.Write(t.Context(), func(tx *Tx) error {
		_, err := tx.Change(wire.RowProvider, "0500199001", "NI-999100005")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// What another process commits is told here, from any of our connections'
// point of view once, and what we commit ourselves is not told twice.
func TestForeignCommits(t *testing.T) {
	ours, theirs := openTwice(t)
	look := func() int64 {
		t.Helper()
		n, err := ours.foreignCommits(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	start := look()
	change(t, ours)
	if look() != start {
		t.Error("our own commit counts as another's")
	}
	change(t, theirs)
	after := look()
	if after == start {
		t.Error("the other's commit is not seen")
	}
	if look() != after {
		t.Error("one commit of the other is seen twice")
	}
}

func TestWatch_wakes(t *testing.T) {
	ours, theirs := openTwice(t)
	wake, cancel := ours.Subscribe()
	defer cancel()
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- ours.Watch(ctx, time.Millisecond) }()

	change(t, theirs)
	select {
	case <-wake:
	case <-time.After(20 * time.Second):
		t.Fatal("nobody was told of what the other process wrote")
	}
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

// What the other process committed between the opening and the watching is told.
func TestWatch_beforeItBegan(t *testing.T) {
	ours, theirs := openTwice(t)
	wake, cancel := ours.Subscribe()
	defer cancel()
	change(t, theirs)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- ours.Watch(ctx, time.Millisecond) }()
	select {
	case <-wake:
	case <-time.After(20 * time.Second):
		t.Error("what was written before the first look is told to nobody")
	}
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}
