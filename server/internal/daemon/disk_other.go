//go:build !unix

package daemon

import "errors"

// diskFree cannot be told here.
func diskFree(string) (uint64, error) { return 0, errors.New("disk: cannot be told on this system") }
