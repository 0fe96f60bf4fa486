package kit

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

// Whatever has the keyboard, or nothing, Escape closes what lies on top and no
// more; the keyboard returns to where it was.
func TestOverlay_escape(t *testing.T) {
	under := NewButton("Debajo", nil)
	w := window(t, under)
	w.Canvas().Focus(under)
	entry := NewEntry("")
	var closed []string
	lower := NewOverlay("Primera", NewStack(entry), nil, NewPrimary("Hacer", nil))
	lower.OnClose = func() { closed = append(closed, "first") }
	upper := NewOverlay("Segunda", NewStack(NewText("Algo")), nil, NewButton("Cerrar", nil))
	upper.OnClose = func() { closed = append(closed, "second") }
	lower.Show(w.Canvas(), entry)
	upper.Show(w.Canvas(), nil)
	if !CloseTop(w.Canvas()) || len(closed) != 1 || closed[0] != "second" || !lower.IsOpen() || upper.IsOpen() {
		t.Fatalf("closed %q", closed)
	}
	if w.Canvas().Focused() != entry {
		t.Error("the keyboard does not return")
	}
	test.Type(entry, "x")
	entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if len(closed) != 2 || lower.IsOpen() || w.Canvas().Focused() != under {
		t.Errorf("closed %q", closed)
	}
	if CloseTop(w.Canvas()) {
		t.Error("closed what is not there")
	}
}
