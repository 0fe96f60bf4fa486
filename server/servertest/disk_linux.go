package servertest

import (
	"database/sql"
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"llavero/server/internal/config"
)

// Disk is a small disk of its own for a server's data, in memory: it can be
// filled, and made read only.
type Disk struct {
	Dir string
	t   testing.TB
}

// NewDisk mounts a disk of so many MiB; where that is not allowed the test is
// skipped. Call it before New, so that it outlives the server.
func NewDisk(t testing.TB, mib string) *Disk {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+mib+"m,mode=0700"); err != nil {
		t.Skipf("no disk of its own can be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil { // it goes when its last file is closed
			t.Error(err)
		}
	})
	return &Disk{Dir: dir, t: t}
}

// WithDisk keeps the server's data on a disk.
func WithDisk(d *Disk) Option {
	return WithSettings(func(s *config.Config) { s.DataDir, s.Metrics.Listen = d.Dir, "127.0.0.1:0" })
}

// Fill leaves no byte free, not even what the database's log has kept for itself.
func (d *Disk) Fill(s *Server) {
	d.t.Helper()
	for _, name := range []string{"ballast", "ballast2"} {
		db, err := sql.Open("sqlite3", "file:"+s.World.Settings().DatabasePath()+"?_busy_timeout=5000")
		if err == nil {
			_, err = db.ExecContext(d.t.Context(), `PRAGMA wal_checkpoint(TRUNCATE)`)
			err = errors.Join(err, db.Close())
		}
		if err != nil {
			d.t.Fatal(err)
		}
		d.ballast(name)
	}
}

// ballast is a file as large as there is room.
func (d *Disk) ballast(name string) {
	d.t.Helper()
	f, err := os.Create(filepath.Join(d.Dir, name))
	if err != nil {
		if errors.Is(err, syscall.ENOSPC) {
			return
		}
		d.t.Fatal(err)
	}
	_, err = io.Copy(f, zeros{})
	if !errors.Is(err, syscall.ENOSPC) {
		d.t.Errorf("the disk takes more and more: %v", err)
	}
	if err := f.Close(); err != nil {
		d.t.Error(err)
	}
}

// Free throws out what Fill put there.
func (d *Disk) Free() {
	d.t.Helper()
	for _, name := range []string{"ballast", "ballast2"} {
		if err := os.Remove(filepath.Join(d.Dir, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			d.t.Fatal(err)
		}
	}
}

// ReadOnly makes the disk read only, or writable again. Nothing on it may be open.
func (d *Disk) ReadOnly(is bool) {
	d.t.Helper()
	flags := uintptr(syscall.MS_REMOUNT)
	if is {
		flags |= syscall.MS_RDONLY
	}
	if err := syscall.Mount("tmpfs", d.Dir, "tmpfs", flags, ""); err != nil {
		d.t.Fatal(err)
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }
