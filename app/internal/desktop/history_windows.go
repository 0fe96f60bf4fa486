package desktop

import (
	"fmt"
	"runtime"
	"syscall"
	"unsafe"

	"github.com/atotto/clipboard"
)

// Formats that keep a text out of clipboard histories: the first speaks to every
// program that watches the clipboard, the others to the history of Windows and to
// its cloud. Each of the last two holds a DWORD that is zero: no.
var hidingFormats = []string{
	"ExcludeClipboardContentFromMonitorProcessing",
	"CanIncludeInClipboardHistory",
	"CanUploadToCloudClipboard",
}

const (
	formatUnicodeText = 13
	globalMoveable    = 0x0002
)

var (
	user32         = syscall.NewLazyDLL("user32.dll")
	kernel32       = syscall.NewLazyDLL("kernel32.dll")
	openClipboard  = user32.NewProc("OpenClipboard")
	closeClipboard = user32.NewProc("CloseClipboard")
	emptyClipboard = user32.NewProc("EmptyClipboard")
	setClipboard   = user32.NewProc("SetClipboardData")
	registerFormat = user32.NewProc("RegisterClipboardFormatW")
	globalAlloc    = kernel32.NewProc("GlobalAlloc")
	globalFree     = kernel32.NewProc("GlobalFree")
	globalLock     = kernel32.NewProc("GlobalLock")
	globalUnlock   = kernel32.NewProc("GlobalUnlock")
	moveMemory     = kernel32.NewProc("RtlMoveMemory")
)

// writeSecret puts a text in the clipboard with the three formats beside it.
// Hidden is false when Windows took the text and not all of them.
func writeSecret(text string) (hidden bool, err error) {
	words, err := syscall.UTF16FromString(text)
	if err != nil {
		return false, fmt.Errorf("clipboard: %w", err)
	}
	runtime.LockOSThread() // the clipboard is open for one thread
	defer runtime.UnlockOSThread()
	if ok, _, err := openClipboard.Call(0); ok == 0 {
		// Another program has it open: the way without formats waits for its turn.
		return false, errOr(clipboard.WriteAll(text), err)
	}
	defer func() { _, _, _ = closeClipboard.Call() }()
	if ok, _, err := emptyClipboard.Call(); ok == 0 {
		return false, fmt.Errorf("clipboard: empty: %w", err)
	}
	if err := setData(formatUnicodeText, unsafe.Pointer(&words[0]), uintptr(len(words))*2); err != nil {
		return false, err
	}
	hidden = true
	for _, name := range hidingFormats {
		hidden = setHiding(name) == nil && hidden
	}
	return hidden, nil
}

// errOr is the first error: what went wrong before counts only with it.
func errOr(err, before error) error {
	if err != nil {
		return fmt.Errorf("clipboard: %w (%v)", err, before) //nolint:errorlint // the second one is for the log alone
	}
	return nil
}

func setHiding(name string) error {
	wide, err := syscall.UTF16PtrFromString(name)
	if err != nil {
		return err
	}
	format, _, err := registerFormat.Call(uintptr(unsafe.Pointer(wide)))
	if format == 0 {
		return fmt.Errorf("clipboard: format %s: %w", name, err)
	}
	var no uint32
	return setData(format, unsafe.Pointer(&no), 4)
}

// setData hands a copy of size bytes to the open clipboard, which owns it then.
func setData(format uintptr, data unsafe.Pointer, size uintptr) error {
	block, _, err := globalAlloc.Call(globalMoveable, size)
	if block == 0 {
		return fmt.Errorf("clipboard: memory: %w", err)
	}
	place, _, err := globalLock.Call(block)
	if place == 0 {
		_, _, _ = globalFree.Call(block)
		return fmt.Errorf("clipboard: memory: %w", err)
	}
	_, _, _ = moveMemory.Call(place, uintptr(data), size)
	_, _, _ = globalUnlock.Call(block)
	if ok, _, err := setClipboard.Call(format, block); ok == 0 {
		_, _, _ = globalFree.Call(block)
		return fmt.Errorf("clipboard: set: %w", err)
	}
	return nil
}
