package desktop

import (
	"syscall"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver"
)

// Display affinities of a window, as user32 names them.
const (
	affinityNone    = 0x00
	affinityMonitor = 0x01 // black in captures; Windows 7 and later
	affinityExclude = 0x11 // absent from captures; Windows 10 2004 and later
)

var setAffinity = syscall.NewLazyDLL("user32.dll").NewProc("SetWindowDisplayAffinity")

// shield returns what keeps a window out of screen captures while on, and
// reports whether Windows took the order.
func shield(w fyne.Window) func(on bool) bool {
	native, ok := w.(driver.NativeWindow)
	if !ok || setAffinity.Find() != nil {
		return nil
	}
	return func(on bool) (done bool) {
		native.RunNative(func(context any) {
			c, ok := context.(driver.WindowsWindowContext)
			if !ok {
				return
			}
			order := func(affinity uintptr) bool {
				r, _, _ := setAffinity.Call(c.HWND, affinity)
				return r != 0
			}
			if on {
				done = order(affinityExclude) || order(affinityMonitor)
			} else {
				done = order(affinityNone)
			}
		})
		return done
	}
}
