package kit

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"llavero/app/internal/ui/look"
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

// A notice stands beside the form's column where the window has room for both.
func TestNotices_leaveTheFormFree(t *testing.T) {
	for _, c := range []struct{ window, left float32 }{
		{1180, look.GapPage + look.FormWidth}, // beside the form
		{1600, look.GapPage + look.FormWidth},
		{900, 0}, // no room: over it
	} {
		n := NewNotices()
		w := test.NewTempWindow(t, n)
		w.SetPadded(false)
		w.Resize(fyne.NewSize(c.window, 720))
		n.Notify(Notice{Text: "Parámetros copiados.", Seconds: -1})
		if x := n.col.Position().X; x < c.left || x+n.col.Size().Width > c.window {
			t.Errorf("in a window of %.0f it stands at %.0f, %.0f wide", c.window, x, n.col.Size().Width)
		}
	}
}
