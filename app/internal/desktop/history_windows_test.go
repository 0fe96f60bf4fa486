package desktop

import (
	"syscall"
	"testing"
	"unsafe"

	"github.com/atotto/clipboard"
)

// A secret is readable by whoever pastes, and carries the three formats that
// keep it out of histories; what is copied otherwise carries none.
func TestWriteSecret_formats(t *testing.T) {
	has := func(name string) bool {
		wide, err := syscall.UTF16PtrFromString(name)
		if err != nil {
			t.Fatal(err)
		}
		format, _, _ := registerFormat.Call(uintptr(unsafe.Pointer(wide)))
		there, _, _ := user32.NewProc("IsClipboardFormatAvailable").Call(format)
		return there != 0
	}
	const text = "valor de ejemplo ñ"
	if hidden, err := writeSecret(text); err != nil || !hidden {
		t.Fatalf("hidden %v, %v", hidden, err)
	}
	if got, err := clipboard.ReadAll(); err != nil || got != text {
		t.Errorf("read back %q, %v", got, err)
	}
	for _, name := range hidingFormats {
		if !has(name) {
			t.Errorf("no %s", name)
		}
	}
	if err := clipboard.WriteAll("otro texto"); err != nil {
		t.Fatal(err)
	}
	for _, name := range hidingFormats {
		if has(name) {
			t.Errorf("another text has %s", name)
		}
	}
}
