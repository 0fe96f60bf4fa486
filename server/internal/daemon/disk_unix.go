//go:build unix

package daemon

import (
	"fmt"
	"path/filepath"
	"syscall"
)

// diskFree is the room left for the server on a file's volume, in bytes.
func diskFree(path string) (uint64, error) {
	var v syscall.Statfs_t
	if err := syscall.Statfs(filepath.Dir(path), &v); err != nil {
		return 0, fmt.Errorf("disk: %w", err)
	}
	return v.Bavail * uint64(v.Bsize), nil
}
