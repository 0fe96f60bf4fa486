//go:build !linux

package desktop

import (
	"context"
	"log/slog"
)

// watchScreen hears nothing here: Windows tells a window's own procedure, and
// macOS code in its own language; the toolkit passes neither on. The lock for
// want of use stays, and counts by the wall clock: a computer that slept comes
// back locked.
func watchScreen(context.Context, *slog.Logger, func()) {}
