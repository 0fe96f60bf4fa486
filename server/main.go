// Command llavero-server keeps the keys of IHCE: it issues them in Entra and
// tells clients what changed.
package main

import (
	"os"

	"llavero/server/internal/daemon"
)

func main() { os.Exit(daemon.Main(os.Args[1:])) }
