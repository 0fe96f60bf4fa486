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
	return lockBeside(database, fmt.Sprintf("another server works on %s; stop it first", database))
}

// lockKeyset makes sure that one command changes a keyset at a time.
func lockKeyset(keyset string) (*os.File, error) {
	return lockBeside(keyset, fmt.Sprintf("another command changes %s; let it end first", keyset))
}

func lockBeside(path, taken string) (*os.File, error) {
	f, err := os.OpenFile(path+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(errors.New(taken), err, f.Close())
	}
	return f, nil
}
