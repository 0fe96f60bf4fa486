package kit

import (
	"fmt"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

func TestPage_wheelScrollsOverEntries(t *testing.T) {
	names := make([]string, 40)
	for i := range names {
		names[i] = fmt.Sprint("Prestador ", i)
	}
	p := pickerOf(names...)
	body := NewColumn(p)
	for i := range 30 {
		body.Objects[0].(*fyne.Container).Add(NewField(fmt.Sprint("Campo ", i), false, NewEntry(""), ""))
	}
	page := NewFormPage("Título", "Ayuda", body, nil)
	w := window(t, page)
	over := page.frame.Objects[1].(*fyne.Container).Objects[1].(*wheel)
	if _, isTappable := any(over).(fyne.Tappable); isTappable {
		t.Fatal("it would take clicks from the form")
	}
	over.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(0, -50)})
	if page.scroll.Offset.Y != 50 {
		t.Errorf("the form is scrolled to %v, want 50", page.scroll.Offset.Y)
	}
	page.ScrollTop()
	w.Canvas().Focus(p.entry)
	press(p.entry, fyne.KeyDown)
	at := fyne.PointEvent{AbsolutePosition: absoluteOf(p.list).AddXY(20, 20)}
	over.Scrolled(&fyne.ScrollEvent{PointEvent: at, Scrolled: fyne.NewDelta(0, -50)})
	if page.scroll.Offset.Y != 0 || p.list.GetScrollOffset() != 50 {
		t.Errorf("over open rows: form at %v, rows at %v", page.scroll.Offset.Y, p.list.GetScrollOffset())
	}
	w.Canvas().Unfocus()
	last := body.Objects[0].(*fyne.Container).Objects[30]
	page.ScrollTo(last)
	y := absoluteOf(last).Y
	if y < 0 || y+last.Size().Height > 600 {
		t.Errorf("the last field is at %v, out of sight", y)
	}
}

func TestColumn_measuresAtItsWidth(t *testing.T) {
	long := NewText("Unas palabras que a lo ancho de la ventana caben en una sola línea y no en más.")
	below := NewText("Debajo.")
	window(t, container.NewStack(NewStack(long, below)))
	if h := long.Size().Height; h > 60 {
		t.Errorf("one line is %v high", h)
	}
	if gap := below.Position().Y - long.Size().Height; gap != 8 {
		t.Errorf("gap %v, want 8", gap)
	}
}
