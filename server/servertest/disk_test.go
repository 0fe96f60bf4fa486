package servertest

import (
	"strings"
	"testing"
)

// On a read-only disk the server does not start, says which file and why, and
// starts again as it was once the disk takes writes.
func TestStart_readOnlyDisk(t *testing.T) {
	d := NewDisk(t, "48")
	s := New(t, WithDisk(d))
	s.Kill()
	d.ReadOnly(true)
	err := s.World.Start()
	if err == nil {
		t.Fatal("it started")
	}
	if text := err.Error(); !strings.Contains(text, d.Dir) || !strings.Contains(text, "read-only file system") {
		t.Errorf("it says: %s", text)
	}
	d.ReadOnly(false)
	s.Start()
	if code, said := s.Command("audit", "verify"); code != 0 {
		t.Errorf("the audit trail: %s", said)
	}
}
