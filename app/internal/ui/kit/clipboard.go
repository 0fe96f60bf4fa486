package kit

import (
	"fmt"

	"llavero/app/internal/ui/look"
)

// Board is the system's clipboard: text in, text out.
type Board interface {
	// Read returns the text it holds; an error when it cannot be told.
	Read() (string, error)
	// Write replaces what it holds; an empty text clears it.
	Write(text string) error
	// IsSlow reports a clipboard that is reached through other programs: it is
	// then used off the UI goroutine, any other one only on it.
	IsSlow() bool
}

// SecretBoard is a Board that can keep a text out of the system's clipboard
// history and cloud.
type SecretBoard interface {
	Board
	// WriteSecret writes as Write does; hidden is false where a history keeps it.
	WriteSecret(text string) (hidden bool, err error)
}

// ClearAfter is how long a copied secret stays in the clipboard, in seconds.
const ClearAfter = 30

// CannotClear is said when a copied secret may still be in the clipboard.
const CannotClear = "No pudimos borrar el portapapeles en este computador. Copie otro texto."

// Keeper puts values in the clipboard and takes secrets out again: after
// ClearAfter seconds, at once on demand, and on quitting; only if the clipboard
// still holds what it put there.
//
// It is used on the UI goroutine. A slow board is read and written one act after
// the other, in the order asked for, never while the UI goroutine waits: what
// reads the clipboard may be asking this very window for it.
type Keeper struct {
	// Run does work off the UI goroutine and then calls done on it. Needed for a
	// slow board; without it everything is done at once.
	Run func(work, done func())

	board   Board
	notices *Notices
	ours    string
	count   Countdown
	queue   []boardAct // the first one is under way
	isKept  bool       // it was said that this desktop keeps a history
	life    int        // grows with Close: what was asked for before tells nothing
}

// boardAct is one use of the board and what to tell after it.
type boardAct struct{ work, done func() }

// NewKeeper works on a clipboard and tells through notices, which may be nil.
func NewKeeper(board Board, notices *Notices) *Keeper {
	return &Keeper{board: board, notices: notices}
}

const clipboardKey = "clipboard"

// Copy puts a value that is no secret in the clipboard: «Identificador copiado.»
// It stays there.
func (k *Keeper) Copy(what, value string) {
	k.forget()
	k.put(value, func() { k.tell(Notice{Text: what + ".", Key: clipboardKey}) })
}

// CopySecret puts a secret in the clipboard for ClearAfter seconds and counts
// down in sight: «Secreto copiado. Se borra en 30 s. [Borrar ahora]».
func (k *Keeper) CopySecret(what, value string) {
	k.forget()
	k.ours = value
	k.count.Start(ClearAfter, nil, k.ClearNow)
	words := func(left int) string { return fmt.Sprintf("%s. Se borra en %d s.", what, left) }
	k.putSecret(value, func() {
		k.tell(Notice{
			Text: words(ClearAfter), Key: clipboardKey, Seconds: ClearAfter, OnSecond: words,
			Action: Action{Text: "Borrar ahora", Do: k.ClearNow},
		})
	})
}

// putSecret writes a secret, out of the system's history where that is possible;
// where it is not, that is said once.
func (k *Keeper) putSecret(value string, told func()) {
	board, ok := k.board.(SecretBoard)
	if !ok {
		k.put(value, told)
		return
	}
	hidden := true
	k.write(value, func() (err error) {
		hidden, err = board.WriteSecret(value)
		return err
	}, func() {
		told()
		if !hidden && !k.isKept {
			k.isKept = true
			k.tell(Notice{Level: look.Warning, Text: "Este escritorio guarda historial del portapapeles.", Key: "history", Seconds: ClearAfter})
		}
	})
}

// put writes a value and says so, or says that it could not.
func (k *Keeper) put(value string, told func()) {
	k.write(value, func() error { return k.board.Write(value) }, told)
}

func (k *Keeper) write(value string, write func() error, told func()) {
	var err error
	k.use(func() { err = write() }, func() {
		if err == nil {
			told()
			return
		}
		if k.ours == value {
			k.forget()
		}
		k.tell(Notice{Text: "No pudimos copiar en este computador. Muestre el valor y cópielo a mano.", Key: clipboardKey, Seconds: -1})
	})
}

// ClearNow takes our secret out of the clipboard, if it is still there.
func (k *Keeper) ClearNow() {
	ours := k.ours
	k.forget()
	if ours == "" {
		return
	}
	var how cleared
	k.use(func() { how = k.clear(ours) }, func() {
		switch how {
		case clearedNotOurs:
			if k.notices != nil {
				k.notices.Dismiss(clipboardKey)
			}
		case clearedDone:
			k.tell(Notice{Text: "Portapapeles borrado.", Key: clipboardKey})
		case clearedFailed:
			k.tell(Notice{Text: CannotClear, Key: clipboardKey, Seconds: -1})
		}
	})
}

// Withdraw takes our secret out without a notice, when the session is locked,
// and tells done (may be nil) whether it could not.
func (k *Keeper) Withdraw(done func(failed bool)) {
	ours := k.ours
	k.forget()
	if k.notices != nil {
		k.notices.Dismiss(clipboardKey)
	}
	if ours == "" {
		return
	}
	var how cleared
	k.use(func() { how = k.clear(ours) }, func() {
		if done != nil {
			done(how == clearedFailed)
		}
	})
}

// Close takes our secret out without telling, on signing out and on quitting,
// and calls done (may be nil) once that is over.
func (k *Keeper) Close(done func()) {
	ours := k.ours
	k.forget()
	k.life++
	k.use(func() {
		if ours != "" {
			k.clear(ours)
		}
	}, func() {
		if done != nil {
			done()
		}
	})
}

// HoldsSecret reports whether a copied secret is waiting to be cleared.
func (k *Keeper) HoldsSecret() bool { return k.ours != "" }

type cleared int

const (
	clearedDone cleared = iota
	clearedNotOurs
	clearedFailed
)

// clear empties the board if it still holds ours. It touches nothing but the
// board: it may run off the UI goroutine.
func (k *Keeper) clear(ours string) cleared {
	holds, err := k.board.Read()
	switch {
	case err != nil:
		return clearedFailed // nobody knows: say so rather than trust
	case holds != ours:
		return clearedNotOurs
	}
	if err := k.board.Write(""); err != nil {
		return clearedFailed
	}
	if holds, err = k.board.Read(); err == nil && holds == ours {
		return clearedFailed
	}
	return clearedDone
}

// use does work on the board, after what was asked for before, and then done.
func (k *Keeper) use(work, done func()) {
	life := k.life
	act := boardAct{work: work, done: func() {
		if k.life == life {
			done()
		}
	}}
	if !k.board.IsSlow() || k.Run == nil {
		act.work()
		act.done()
		return
	}
	k.queue = append(k.queue, act)
	if len(k.queue) == 1 {
		k.next()
	}
}

// next starts the first act of the queue, and the others after it.
func (k *Keeper) next() {
	act := k.queue[0]
	k.Run(act.work, func() {
		act.done()
		k.queue = k.queue[1:]
		if len(k.queue) > 0 {
			k.next()
		}
	})
}

func (k *Keeper) forget() {
	k.count.Stop()
	k.ours = ""
}

func (k *Keeper) tell(n Notice) {
	if k.notices != nil {
		k.notices.Notify(n)
	}
}
