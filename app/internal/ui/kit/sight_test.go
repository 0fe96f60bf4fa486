package kit

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

// TestPage_followsTheKeyboard: moving by Tab through a form longer than the
// window never leaves the keyboard out of sight; the footer's buttons move
// nothing, nor does a control that is already in sight.
func TestPage_followsTheKeyboard(t *testing.T) {
	entries := make([]*Entry, 20)
	fields := make([]fyne.CanvasObject, len(entries))
	for i := range entries {
		entries[i] = NewEntry("")
		fields[i] = NewField("Campo", true, entries[i], "")
	}
	page := NewFormPage("Título", "Ayuda", NewColumn(fields...), NewFooter(nil, NewPrimary("Enviar", func() {})))
	w := test.NewTempWindow(t, NewRoot(page, page.FollowFocus))
	w.Resize(fyne.NewSize(800, 400))
	inSight := func(o fyne.CanvasObject) bool {
		top, y, tall := absoluteOf(page.scroll).Y, absoluteOf(o).Y, o.Size().Height
		seen := min(y+tall, top+page.scroll.Size().Height) - max(y, top)
		return seen >= tall*3/4
	}
	for i, e := range entries {
		Focus(e)
		if !inSight(e) {
			t.Fatalf("field %d has the keyboard out of sight, at %v", i, absoluteOf(e))
		}
	}
	last := page.scroll.Offset.Y
	if last == 0 {
		t.Fatal("nothing scrolled: the form is too short for this test")
	}
	Focus(entries[len(entries)-2])
	if page.scroll.Offset.Y != last {
		t.Error("a field in sight moved the form")
	}
	w.Canvas().FocusNext()
	w.Canvas().FocusNext() // the footer's button
	if page.scroll.Offset.Y != last {
		t.Error("the footer's button moved the form")
	}
	Focus(entries[0])
	if !inSight(entries[0]) {
		t.Error("going back up leaves the keyboard out of sight")
	}
}
