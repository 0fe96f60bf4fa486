//go:build !windows

package desktop

import "fyne.io/fyne/v2"

// shield is nil where no window can be kept out of captures: X11 has no such
// order, and macOS takes it only from code in its own language.
func shield(fyne.Window) func(on bool) bool { return nil }
