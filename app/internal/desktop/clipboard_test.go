package desktop

import (
	"errors"
	"os/exec"
	"testing"
	"testing/synctest"
	"time"

	"fyne.io/fyne/v2/test"
)

func TestBoard_systemFirst(t *testing.T) {
	held := ""
	system := systemBoard{
		read:  func() (string, error) { return held, nil },
		write: func(s string) error { held = s; return nil },
	}
	window := windowBoard{test.NewClipboard()}
	for _, c := range []struct {
		unsupported, slow bool
	}{{false, true}, {true, false}} {
		held = ""
		b := chooseBoard(c.unsupported, system, window)
		if b.IsSlow() != c.slow {
			t.Errorf("unsupported %v: slow %v", c.unsupported, b.IsSlow())
		}
		for _, text := range []string{"llave ñ", ""} {
			if err := b.Write(text); err != nil {
				t.Fatal(err)
			}
			if got, err := b.Read(); err != nil || got != text {
				t.Errorf("unsupported %v: read %q, %v; want %q", c.unsupported, got, err, text)
			}
		}
		if c.unsupported && held != "" {
			t.Error("the system's clipboard was used")
		}
	}
}

func TestBoard_errorsCome(t *testing.T) {
	sad := errors.New("no display")
	b := systemBoard{read: func() (string, error) { return "", sad }, write: func(string) error { return sad }}
	if _, err := b.Read(); !errors.Is(err, sad) {
		t.Errorf("read: %v", err)
	}
	if err := b.Write("x"); !errors.Is(err, sad) {
		t.Errorf("write: %v", err)
	}
}

// What a program could not read for want of text is no failure; any other is.
func TestBoard_withoutText(t *testing.T) {
	for said, isEmpty := range map[string]bool{
		"Error: target STRING not available\n": true, "Nothing is copied\n": true, "No suitable type of content copied\n": true,
		"Error: Can't open display: :9\n": false, "": false,
	} {
		b := systemBoard{read: func() (string, error) { return "", &exec.ExitError{Stderr: []byte(said)} }}
		if got, err := b.Read(); got != "" || (err == nil) != isEmpty {
			t.Errorf("%q reads as %q, %v", said, got, err)
		}
	}
}

// The text is there when Write comes back, though the desktop learns of it late.
func TestBoard_writeSettles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		held, next, reads := "old", "old", 0
		b := systemBoard{
			read: func() (string, error) {
				if reads++; reads == 3 {
					held = next
				}
				return held, nil
			},
			write: func(s string) error { next = s; return nil },
		}
		if err := b.Write(""); err != nil || held != "" {
			t.Errorf("holds %q, %v", held, err)
		}
		start := time.Now()
		b.read = func() (string, error) { return "another program's", nil }
		if err := b.Write("x"); err != nil || time.Since(start) < settleWithin || time.Since(start) > 2*settleWithin {
			t.Errorf("came back after %s, %v", time.Since(start), err)
		}
	})
}

func TestCloseSoon_waitsForTheClipboard(t *testing.T) {
	w := test.NewTempApp(t).NewWindow("")
	closed := 0
	w.SetOnClosed(func() { closed++ })
	var done func()
	closeSoon(w, func(d func()) { done = d })
	if closed != 0 {
		t.Fatal("closed before the clipboard was cleared")
	}
	done()
	done()
	if closed != 1 {
		t.Errorf("closed %d times", closed)
	}
}
