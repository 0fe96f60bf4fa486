//go:build !linux

package servertest

import "testing"

// Disk is a small disk of its own for a server's data; here there is none.
type Disk struct{ Dir string }

// NewDisk skips the test: only Linux has disks to mount in memory.
func NewDisk(t testing.TB, _ string) *Disk {
	t.Helper()
	t.Skip("no disk of its own can be mounted here")
	return nil
}

// WithDisk changes nothing.
func WithDisk(*Disk) Option { return WithFigures() }

// Fill does nothing.
func (*Disk) Fill(*Server) {}

// Free does nothing.
func (*Disk) Free() {}

// ReadOnly does nothing.
func (*Disk) ReadOnly(bool) {}
