package kit

import "fmt"

// Board is the system's clipboard: text in, text out.
type Board interface {
	Content() string
	SetContent(string)
}

// ClearAfter is how long a copied secret stays in the clipboard, in seconds.
const ClearAfter = 30

// Keeper puts values in the clipboard and takes secrets out again: after
// ClearAfter seconds, at once on demand, and on quitting; only if the clipboard
// still holds what it put there.
type Keeper struct {
	board   Board
	notices *Notices
	ours    string
	count   Countdown
}

// NewKeeper works on a clipboard and tells through notices, which may be nil.
func NewKeeper(board Board, notices *Notices) *Keeper {
	return &Keeper{board: board, notices: notices}
}

const clipboardKey = "clipboard"

// Copy puts a value that is no secret in the clipboard: «Identificador copiado.»
// It stays there.
func (k *Keeper) Copy(what, value string) {
	k.forget()
	k.board.SetContent(value)
	k.tell(Notice{Text: what + ".", Key: clipboardKey})
}

// CopySecret puts a secret in the clipboard for ClearAfter seconds and counts
// down in sight: «Secreto copiado. Se borra en 30 s. [Borrar ahora]».
func (k *Keeper) CopySecret(what, value string) {
	k.forget()
	k.board.SetContent(value)
	k.ours = value
	k.count.Start(ClearAfter, nil, func() { k.clear(true) })
	words := func(left int) string { return fmt.Sprintf("%s. Se borra en %d s.", what, left) }
	k.tell(Notice{
		Text: words(ClearAfter), Key: clipboardKey, Seconds: ClearAfter, OnSecond: words,
		Action: Action{Text: "Borrar ahora", Do: k.ClearNow},
	})
}

// ClearNow takes our secret out of the clipboard, if it is still there.
func (k *Keeper) ClearNow() { k.clear(true) }

// Close takes our secret out without telling: on quitting.
func (k *Keeper) Close() { k.clear(false) }

// HoldsSecret reports whether a copied secret is waiting to be cleared.
func (k *Keeper) HoldsSecret() bool { return k.ours != "" }

func (k *Keeper) clear(aloud bool) {
	ours := k.ours
	k.forget()
	if ours == "" {
		return
	}
	if k.board.Content() != ours {
		if aloud && k.notices != nil {
			k.notices.Dismiss(clipboardKey)
		}
		return
	}
	k.board.SetContent("")
	if !aloud {
		return
	}
	if k.board.Content() == ours {
		k.tell(Notice{Text: "No pudimos borrar el portapapeles en este computador. Copie otro texto.", Key: clipboardKey, Seconds: -1})
		return
	}
	k.tell(Notice{Text: "Portapapeles borrado.", Key: clipboardKey})
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
