//go:build !unix

package daemon

import (
	"fmt"
	"os"
)

// lockDatabase keeps the lock file open. Elsewhere than on Unix the listening
// port is what keeps a second server away.
func lockDatabase(database string) (*os.File, error) { return lockBeside(database) }

// lockKeyset keeps the lock file open, and keeps nobody away.
func lockKeyset(keyset string) (*os.File, error) { return lockBeside(keyset) }

func lockBeside(path string) (*os.File, error) {
	f, err := os.OpenFile(path+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock: %w", err)
	}
	return f, nil
}
