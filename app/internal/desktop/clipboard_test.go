package desktop

import (
	"errors"
	"testing"

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
