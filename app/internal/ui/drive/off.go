//go:build !e2e

package drive

import (
	"log/slog"

	"fyne.io/fyne/v2"
)

// Serve does nothing in this build.
func Serve(fyne.Window, *slog.Logger) {}
