//go:build !unix

package daemon

import (
	"fmt"
	"os"
)

// lockDatabase keeps the lock file open. Elsewhere than on Unix the listening
// port is what keeps a second server away.
func lockDatabase(database string) (*os.File, error) {
	f, err := os.OpenFile(database+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock: %w", err)
	}
	return f, nil
}
