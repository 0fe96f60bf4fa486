package desktop

import (
	"runtime"
	"syscall"
	"testing"
	"unsafe"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver"
)

// systemWindow is a toolkit window that is a real window of the system, without
// the toolkit's driver.
type systemWindow struct {
	fyne.Window
	handle uintptr
}

func (w systemWindow) RunNative(f func(context any)) { f(driver.WindowsWindowContext{HWND: w.handle}) }

// The system says of a real window that it is out of captures while the shield
// is on, and in them before and after.
func TestShield_onARealWindow(t *testing.T) {
	runtime.LockOSThread() // a window belongs to its thread
	defer runtime.UnlockOSThread()
	user32 := syscall.NewLazyDLL("user32.dll")
	class, err := syscall.UTF16PtrFromString("STATIC")
	if err != nil {
		t.Fatal(err)
	}
	const overlapped = 0x00cf0000
	handle, _, err := user32.NewProc("CreateWindowExW").Call(0, uintptr(unsafe.Pointer(class)), 0, overlapped, 0, 0, 200, 100, 0, 0, 0, 0)
	if handle == 0 {
		t.Fatalf("no window: %v", err)
	}
	defer func() { _, _, _ = user32.NewProc("DestroyWindow").Call(handle) }()
	affinity := func() (value uint32) {
		if ok, _, err := user32.NewProc("GetWindowDisplayAffinity").Call(handle, uintptr(unsafe.Pointer(&value))); ok == 0 {
			t.Fatalf("the affinity cannot be read: %v", err)
		}
		return value
	}
	order := shield(systemWindow{handle: handle})
	if order == nil {
		t.Fatal("no shield for a window of the system")
	}
	if got := affinity(); got != affinityNone {
		t.Fatalf("before: affinity %#x", got)
	}
	if !order(true) {
		if syscall.NewLazyDLL("ntdll.dll").NewProc("wine_get_version").Find() == nil {
			t.Skip("this wine refuses SetWindowDisplayAffinity")
		}
		t.Fatal("the system did not take the order")
	}
	if got := affinity(); got != affinityExclude && got != affinityMonitor {
		t.Errorf("while on: affinity %#x", got)
	}
	if !order(false) || affinity() != affinityNone {
		t.Errorf("after: affinity %#x", affinity())
	}
}
