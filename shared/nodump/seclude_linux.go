package nodump

import (
	"fmt"
	"syscall"
)

// prSetDumpable is PR_SET_DUMPABLE of prctl(2).
const prSetDumpable = 4

// Seclude keeps other programs of the same user from reading this one's memory
// (ptrace, /proc/PID/mem), and the kernel from handing a dump to a collector,
// which no limit stops. It is for the server: on a desktop the system's portals
// refuse to serve a program that they cannot look at.
func Seclude() error {
	if _, _, errno := syscall.RawSyscall6(syscall.SYS_PRCTL, prSetDumpable, 0, 0, 0, 0, 0); errno != 0 {
		return fmt.Errorf("keep memory to ourselves: %w", errno)
	}
	return nil
}
