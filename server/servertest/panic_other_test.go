//go:build !unix

package servertest

// panicOnSignal has no signal to wait for.
func panicOnSignal() {}
