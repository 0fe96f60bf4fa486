package nodump

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// childVariable makes this test's binary the program that is looked at.
const childVariable = "LLAVERO_TEST_NODUMP"

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) == "" {
		os.Exit(m.Run())
	}
	if err := Off(); err != nil {
		panic(err)
	}
	if err := Seclude(); err != nil {
		panic(err)
	}
	limits, err := os.ReadFile("/proc/self/limits")
	if err != nil {
		panic(err)
	}
	const prGetDumpable = 3
	dumpable, _, _ := syscall.RawSyscall6(syscall.SYS_PRCTL, prGetDumpable, 0, 0, 0, 0, 0)
	_, _ = os.Stdout.WriteString(string(limits) + "dumpable " + string(rune('0'+dumpable)) + "\n")
}

func TestOff(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if !regexp.MustCompile(`(?m)^Max core file size +0 +0 `).Match(out) || !strings.Contains(string(out), "dumpable 0") {
		t.Errorf("%s", out)
	}
}
