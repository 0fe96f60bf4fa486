package desktop

import (
	"errors"
	"os/exec"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"github.com/atotto/clipboard"

	"llavero/app/internal/ui/kit"
)

// systemBoard is the clipboard of the whole desktop, reached through the
// system's own calls or programs: what it holds outlives this program, so it
// must be cleared on quitting.
type systemBoard struct {
	read  func() (string, error)
	write func(string) error
	// hide writes a secret, out of histories where the system allows.
	hide func(string) (hidden bool, err error)
}

// Read implements kit.Board. A clipboard without text, be it empty or a picture,
// reads as "".
func (b systemBoard) Read() (string, error) {
	text, err := b.read()
	if err != nil && saysNoText(err) {
		return "", nil
	}
	return text, err
}

// Write implements kit.Board. The programs behind it come back before the
// desktop knows of the new text: it returns when the text can be read, or after
// settleWithin in any case.
func (b systemBoard) Write(text string) error {
	if err := b.write(text); err != nil {
		return err
	}
	b.settle(text)
	return nil
}

// WriteSecret implements kit.SecretBoard.
func (b systemBoard) WriteSecret(text string) (hidden bool, err error) {
	if hidden, err = b.hide(text); err == nil {
		b.settle(text)
	}
	return hidden, err
}

func (b systemBoard) settle(text string) {
	for since := time.Now(); time.Since(since) < settleWithin; time.Sleep(settlePause) {
		if held, err := b.read(); err == nil && held == text {
			break
		}
	}
}

const (
	settleWithin = time.Second
	settlePause  = 10 * time.Millisecond
)

// saysNoText reports what xclip and wl-paste say of a clipboard without text:
// they fail then, and their error output alone tells it from a real failure.
func saysNoText(err error) bool {
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok {
		return false
	}
	for _, words := range []string{"target STRING not available", "Nothing is copied", "No suitable type of content copied"} {
		if strings.Contains(string(exit.Stderr), words) {
			return true
		}
	}
	return false
}

// IsSlow implements kit.Board: each use may start a program.
func (systemBoard) IsSlow() bool { return true }

// windowBoard is the toolkit's clipboard, for desktops without the programs that
// systemBoard needs. It goes with the window.
type windowBoard struct{ of fyne.Clipboard }

// Read implements kit.Board.
func (b windowBoard) Read() (string, error) { return b.of.Content(), nil }

// Write implements kit.Board.
func (b windowBoard) Write(text string) error {
	b.of.SetContent(text)
	return nil
}

// IsSlow implements kit.Board: the toolkit wants its own goroutine.
func (windowBoard) IsSlow() bool { return false }

// board chooses the clipboard: the system's, or the toolkit's where the programs
// for it are missing.
func board(toolkit fyne.Clipboard) kit.Board {
	return chooseBoard(clipboard.Unsupported, systemBoard{read: clipboard.ReadAll, write: clipboard.WriteAll, hide: writeSecret}, windowBoard{toolkit})
}

func chooseBoard(unsupported bool, system, window kit.Board) kit.Board {
	if unsupported {
		return window
	}
	return system
}

// patience is how long quitting waits for the clipboard to be cleared.
const patience = 3 * time.Second

// closeSoon closes a window once leave is done, after patience in any case, or
// when it is asked to close a second time.
func closeSoon(w fyne.Window, leave func(done func())) {
	isClosed := false
	shut := func() {
		if !isClosed {
			isClosed = true
			w.Close()
		}
	}
	w.SetCloseIntercept(shut)
	time.AfterFunc(patience, func() { fyne.Do(shut) })
	leave(shut)
}
