//go:build unix

package nodump

import (
	"fmt"
	"syscall"
)

// Off forbids core dumps of this program and of those it starts.
func Off() error {
	if err := syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{}); err != nil {
		return fmt.Errorf("forbid core dumps: %w", err)
	}
	return nil
}
