//go:build !unix

package nodump

// Off has nothing to forbid: where there are no core dumps, the system's own
// crash reports are for its administrator to switch off.
func Off() error { return nil }
