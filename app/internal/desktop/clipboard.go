package desktop

import (
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
}

// Read implements kit.Board.
func (b systemBoard) Read() (string, error) { return b.read() }

// Write implements kit.Board.
func (b systemBoard) Write(text string) error { return b.write(text) }

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
	return chooseBoard(clipboard.Unsupported, systemBoard{read: clipboard.ReadAll, write: clipboard.WriteAll}, windowBoard{toolkit})
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
