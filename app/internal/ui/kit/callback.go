package kit

import "fyne.io/fyne/v2"

// Call calls a screen's callback, which may be unset.
func Call[T any](f func(T), v T) {
	if f != nil {
		f(v)
	}
}

// Call0 is Call for a callback that takes nothing.
func Call0(f func()) {
	if f != nil {
		f()
	}
}

// SetVisible shows or hides an object; nothing is redrawn when it is so already.
func SetVisible(o fyne.CanvasObject, on bool) {
	switch {
	case on && !o.Visible():
		o.Show()
	case !on && o.Visible():
		o.Hide()
	}
}

// Put sets a text's words and takes it away when there are none.
func Put(t *Text, words string) {
	t.SetText(words)
	SetVisible(t, words != "")
}
