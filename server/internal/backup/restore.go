package backup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"llavero/server/internal/store"
)

// Companions of a database file: what SQLite keeps beside it.
var companions = []string{"-wal", "-shm"}

// Staged is a database that was checked and lies beside the place it is to take.
type Staged struct {
	Path     string // of mode 0600, brought up to date with this program
	Manifest Manifest
	MadeAt   time.Time // of the state
}

// Stage checks a backup wholly and unpacks it beside the place of a database.
func Stage(ctx context.Context, file, database string, clock func() time.Time) (*Staged, error) {
	return stage(ctx, database, clock, func(to string) (Manifest, time.Time, error) {
		checked, err := Unpack(file, to)
		return checked.Manifest, checked.Manifest.MadeAt, err
	})
}

// StageDatabase is Stage of a plain database file, with what SQLite keeps beside
// it: what Litestream restores, or the database of another disk.
func StageDatabase(ctx context.Context, file, database string, clock func() time.Time) (*Staged, error) {
	return stage(ctx, database, clock, func(to string) (Manifest, time.Time, error) {
		info, err := os.Stat(file)
		if err != nil {
			return Manifest{}, time.Time{}, err
		}
		if err := os.WriteFile(to, nil, 0o600); err != nil {
			return Manifest{}, time.Time{}, err
		}
		facts, err := store.Copy(ctx, file, to)
		return manifestOf(facts), info.ModTime(), err
	})
}

func stage(ctx context.Context, database string, clock func() time.Time, fill func(to string) (Manifest, time.Time, error)) (_ *Staged, err error) {
	s := &Staged{Path: database + ".restoring"}
	if err := s.Remove(); err != nil { // of a restoration that was killed
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Remove())
		}
	}()
	if s.Manifest, s.MadeAt, err = fill(s.Path); err != nil {
		return nil, err
	}
	isNewer, err := CheckDatabase(ctx, s.Path, s.Manifest, clock)
	if err != nil {
		return nil, err
	}
	if isNewer {
		return nil, fmt.Errorf("%w: its tables are at %s; restore it with the program that made it or a newer one", ErrNewer, s.Manifest.Schema.Name)
	}
	return s, nil
}

// Remove forgets a staged database.
func (s *Staged) Remove() error {
	var all error
	for _, path := range append([]string{s.Path}, with(s.Path, companions)...) {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			all = errors.Join(all, err)
		}
	}
	return all
}

func with(path string, suffixes []string) (all []string) {
	for _, s := range suffixes {
		all = append(all, path+s)
	}
	return all
}

// Present lists what stands at the place of a database: its file and companions.
func Present(database string) (all []string) {
	for _, path := range append([]string{database}, with(database, companions)...) {
		if _, err := os.Lstat(path); err == nil {
			all = append(all, path)
		}
	}
	return all
}

// Put has the staged database take its place. What stands there is moved into a
// folder of its own beside it first, and never deleted; a kill at any moment
// leaves the old database or the new one in the place, whole.
func (s *Staged) Put(ctx context.Context, database string, now time.Time) (aside string, err error) {
	if err := syncFile(s.Path); err != nil {
		return "", err
	}
	if left := Present(s.Path); len(left) != 1 {
		return "", fmt.Errorf("%s is not settled: %v", s.Path, left)
	}
	if old := Present(database); len(old) > 0 {
		if aside, err = setAside(ctx, database, now); err != nil {
			return "", fmt.Errorf("move the old database aside: %w", err)
		}
	}
	return aside, errors.Join(os.Rename(s.Path, database), syncDir(filepath.Dir(database)))
}

// setAside moves the old files into a folder of their own. A sound database is
// settled first: it is one file then, which is linked there and replaced in one
// step. One that cannot be is moved whole.
func setAside(ctx context.Context, database string, now time.Time) (string, error) {
	dir := database + ".replaced-" + now.UTC().Format(nameTime)
	if err := os.Mkdir(dir, 0o700); err != nil {
		return "", err
	}
	settled := store.Settle(ctx, database) == nil
	for _, path := range Present(database) {
		to := filepath.Join(dir, filepath.Base(path))
		if settled && path == database && os.Link(path, to) == nil {
			continue // the new one is renamed over it
		}
		if err := os.Rename(path, to); err != nil {
			return "", err
		}
	}
	return dir, errors.Join(syncDir(dir), syncDir(filepath.Dir(database)))
}

func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
