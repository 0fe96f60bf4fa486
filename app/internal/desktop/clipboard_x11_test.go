//go:build linux

package desktop

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2/test"
	"github.com/atotto/clipboard"

	"llavero/app/internal/ui/kit"
)

// display starts a display of the test's own, so that nobody's clipboard is
// touched. It skips where the programs for it are missing.
func display(t *testing.T) {
	t.Helper()
	for _, name := range []string{"Xvfb", "xclip"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skip(name + " is not installed; `make tour` installs it and looks at the same in the real window")
		}
	}
	if clipboard.Unsupported || os.Getenv("WAYLAND_DISPLAY") != "" {
		t.Skip("another clipboard than X11's")
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	server := exec.CommandContext(ctx, "Xvfb", "-displayfd", "3", "-screen", "0", "64x64x24", "-nolisten", "tcp", "-noreset")
	server.ExtraFiles = []*os.File{w}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		_ = server.Wait()
	})
	_ = w.Close()
	number, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatalf("the display did not start: %v", err)
	}
	t.Setenv("DISPLAY", ":"+strings.TrimSpace(number))
}

// held is the clipboard as another program sees it.
func held(t *testing.T) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "xclip", "-out", "-selection", "clipboard").Output()
	if err != nil {
		t.Fatalf("xclip: %v", err)
	}
	return string(out)
}

// otherCopies puts a text in the clipboard as another program does.
func otherCopies(t *testing.T, text string) {
	t.Helper()
	c := exec.CommandContext(t.Context(), "xclip", "-in", "-selection", "clipboard")
	c.Stdin = strings.NewReader(text)
	if err := c.Run(); err != nil {
		t.Fatal(err)
	}
	for since := time.Now(); held(t) != text; {
		if time.Since(since) > 10*time.Second {
			t.Fatal("the other program's text did not come")
		}
	}
}

// The clipboard of a real display, read back by another program: what is copied
// is there at once, it is gone when it was to go, and what others put there stays.
func TestKeeper_onARealDisplay(t *testing.T) {
	display(t)
	b := board(test.NewTempApp(t).Clipboard())
	if !b.IsSlow() {
		t.Fatal("not the system's clipboard")
	}
	if got, err := b.Read(); got != "" || err != nil {
		t.Errorf("of a display without a clipboard: %q, %v", got, err)
	}
	k := kit.NewKeeper(b, nil)
	for range 5 { // the programs behind it are quick at times
		const ours = "secreto de ejemplo ñ"
		k.CopySecret("Secreto copiado", ours)
		if got := held(t); got != ours {
			t.Fatalf("after copying it holds %q", got)
		}
		k.ClearNow()
		if got := held(t); got != "" {
			t.Fatalf("after clearing it holds %q", got)
		}
		k.CopySecret("Secreto copiado", ours)
		otherCopies(t, "de otro programa")
		k.ClearNow()
		if got := held(t); got != "de otro programa" {
			t.Fatalf("another program's text became %q", got)
		}
		k.CopySecret("Secreto copiado", ours)
		k.Close(nil)
		if got := held(t); got != "" {
			t.Fatalf("after quitting it holds %q", got)
		}
	}
}
