// Package filelock keeps two processes from doing the same work on the same
// files. A lock ends with its file or with the process, however it dies; the
// file itself stays and means nothing.
package filelock

import (
	"errors"
	"fmt"
	"os"
)

// ErrHeld says that another process holds the lock.
var ErrHeld = errors.New("filelock: another process holds it")

// Lock takes the lock of a path, making the file when it is not there, or
// answers ErrHeld at once. Close the file to give it up. Elsewhere than on Unix
// it keeps nobody away.
func Lock(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock: %w", err)
	}
	if err := lock(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}
