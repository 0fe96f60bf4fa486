// Entra-emulator runs the emulator of Entra ID, Microsoft Graph and the IHCE
// gateway by itself, for clients in any language.
//
// It prints KEY=VALUE lines on standard output once it listens, ENTRA_READY=1
// last, and serves until it is interrupted. Exit codes: 0 stopped on request,
// 1 it could not start or go on, 2 a flag is wrong.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Environ(), os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
