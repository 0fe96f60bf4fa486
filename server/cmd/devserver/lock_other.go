//go:build !unix

package main

import (
	"os"
	"path/filepath"
)

// lock only marks the folder: this system has no lock that a kill releases.
func lock(dir string) (*os.File, error) {
	return os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
}
