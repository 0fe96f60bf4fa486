// Devserver brings up everything Llavero needs on one machine, in one process:
// the Entra and gateway emulators, the server with TLS 1.3 and its own
// development authority, a mail drop, and seeded data with people to sign in
// as. State lives in a folder and goes on where it was left.
//
// Once ready it prints KEY=VALUE lines on standard output and writes them to
// the folder's env file (mode 0600), LLAVERO_READY=1 last; what it does
// meanwhile goes to standard error. Exit codes: 0 stopped on request, 1 it
// could not start or go on, 2 a flag is wrong.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
