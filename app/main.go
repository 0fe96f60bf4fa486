// Command llavero is the desktop program of Llavero IHCE.
package main

import (
	"os"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"

	"llavero/app/internal/desktop"
)

// version is set by the build.
var version = "dev"

func main() {
	app.SetMetadata(fyne.AppMetadata{ID: desktop.AppID, Name: "Llavero IHCE", Version: "0.1.0", Build: 1, Release: version != "dev"})
	os.Exit(desktop.Main(os.Args[1:], version, app.NewWithID))
}
