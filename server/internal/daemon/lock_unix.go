//go:build unix

package daemon

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// lockDatabase makes sure that only one server works on a database: two would
// both run its jobs. The lock ends with the file or with the process, however it
// dies.
func lockDatabase(database string) (*os.File, error) {
	f, err := os.OpenFile(database+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		err = errors.Join(fmt.Errorf("another server works on %s; stop it first", database), err, f.Close())
		return nil, err
	}
	return f, nil
}
