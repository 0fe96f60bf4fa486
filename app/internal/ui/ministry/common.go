package ministry

import (
	"fyne.io/fyne/v2"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/shared/es"
)

// call calls a callback that may be unset.
func call[T any](f func(T), v T) {
	if f != nil {
		f(v)
	}
}

func call0(f func()) {
	if f != nil {
		f()
	}
}

func setVisible(o fyne.CanvasObject, on bool) {
	switch {
	case on && !o.Visible():
		o.Show()
	case !on && o.Visible():
		o.Hide()
	}
}

// put sets a text's words and takes it away when there are none.
func put(t *kit.Text, words string) {
	t.SetText(words)
	setVisible(t, words != "")
}

// linkNote says why what needs a connection is off; empty with one.
func linkNote(l state.Link) string {
	switch l.Phase {
	case state.LinkOnline:
		return ""
	case state.LinkOffline:
		return es.NeedsLink
	default:
		return "Conectando…"
	}
}
