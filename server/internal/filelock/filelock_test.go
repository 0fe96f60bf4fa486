//go:build unix

package filelock

import (
	"errors"
	"path/filepath"
	"testing"
)

func TestLock_oneAtATime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	first, err := Lock(path)
	if err != nil {
		t.Fatal(err)
	}
	if second, err := Lock(path); !errors.Is(err, ErrHeld) || second != nil {
		t.Fatalf("a second lock: %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Lock(path)
	if err != nil {
		t.Fatalf("after it was given up: %v", err)
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Lock(filepath.Join(path, "no folder")); err == nil || errors.Is(err, ErrHeld) {
		t.Errorf("a place where no file can be: %v", err)
	}
}
