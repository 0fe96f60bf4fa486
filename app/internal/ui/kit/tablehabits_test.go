package kit

import (
	"math"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
)

func TestTable_widthsByMouseAndKeyboard(t *testing.T) {
	table := newTestTable(3)
	window(t, table)
	table.OnSort = func(int, bool) {}
	var told Habits
	table.OnHabits = func(h Habits) { told = h }
	shared := table.laid(table.scroll.Size().Width)
	cell := table.head.cells[0]
	x := cell.Size().Width - 2
	cell.MouseMoved(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(x, 5)}})
	if cell.Cursor() != desktop.HResizeCursor {
		t.Error("the edge does not say that it can be dragged")
	}
	cell.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(x+30, 5)}, Dragged: fyne.NewDelta(30, 0)})
	cell.DragEnd()
	if len(told.Widths) != 3 || told.Widths[0] != 150 || told.Widths[1] != shared[1] {
		t.Errorf("widths %v, want the first 150 and the others as they stood, %v", told.Widths, shared)
	}
	cell.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(20, 5)}, Dragged: fyne.NewDelta(10, 0)})
	cell.DragEnd()
	if table.Habits().Widths[0] != 150 {
		t.Error("a drag in the middle of a head resized it")
	}
	table.list.TypedRune('+')
	if table.Habits().Widths[0] != 150 {
		t.Error("a key resized a column that nobody chose")
	}
	press(table.Row(), fyne.KeyRight)
	table.list.TypedRune('+')
	table.list.TypedRune('+')
	table.list.TypedRune('-')
	if told.Widths[0] != 166 {
		t.Errorf("by keyboard %v, want 166", told.Widths[0])
	}
	for range 20 {
		table.list.TypedRune('-')
	}
	if told.Widths[0] != leastWidth {
		t.Errorf("narrowed to %v", told.Widths[0])
	}
}

func TestTable_habitsComeBack(t *testing.T) {
	table := newTestTable(3)
	window(t, table)
	var sorted []any
	table.OnSort = func(col int, desc bool) { sorted = append(sorted, col, desc) }
	want := Habits{Widths: []float32{90, 310, 77}, SortBy: "Ingresar", Desc: true}
	table.SetHabits(want)
	got := table.Habits()
	if !slices.Equal(got.Widths, want.Widths) || got.SortBy != want.SortBy || !got.Desc || len(sorted) != 2 {
		t.Errorf("got %+v, sorted %v", got, sorted)
	}
	table.SetHabits(Habits{Widths: []float32{1}, SortBy: "Prestador"}) // another table's; this column does not sort
	if again := table.Habits(); !slices.Equal(again.Widths, want.Widths) || again.SortBy != want.SortBy || len(sorted) != 2 {
		t.Errorf("took what is not its own: %+v, sorted %v", again, sorted)
	}
	nan := float32(math.NaN())
	table.SetHabits(Habits{Widths: []float32{nan, -5, 1e9}})
	if got := table.Habits().Widths; !slices.Equal(got, []float32{leastWidth, leastWidth, mostWidth}) {
		t.Errorf("widths %v", got)
	}
}

func TestTable_copiesCells(t *testing.T) {
	table := newTestTable(10)
	w := window(t, table)
	table.OnSort = func(int, bool) {}
	copied := ""
	table.OnCopy = func(s string) { copied = s }
	table.Focus()
	press(table.Row(), fyne.KeyDown)
	table.list.TypedShortcut(&fyne.ShortcutCopy{})
	if copied != "1:0" {
		t.Errorf("Ctrl+C copied %q, want the code", copied)
	}
	press(table.Row(), fyne.KeyRight)
	press(table.Row(), fyne.KeyRight)
	table.list.TypedShortcut(&fyne.ShortcutCopy{})
	if copied != "1:2" {
		t.Errorf("Ctrl+C copied %q, want the chosen column", copied)
	}
	row := newTableRow(table)
	row.render(4)
	row.Resize(fyne.NewSize(900, rowHeight))
	row.TappedSecondary(&fyne.PointEvent{Position: fyne.NewPos(200, 5), AbsolutePosition: fyne.NewPos(200, 90)})
	if w.Canvas().Overlays().Top() == nil || table.Cursor() != 4 {
		t.Fatalf("the right button shows no menu, or not for its row: cursor %d", table.Cursor())
	}
	if words := test.RenderToMarkup(w.Canvas()); !strings.Contains(words, "Copiar «4:1»") || !strings.Contains(words, "Copiar la fila") {
		t.Errorf("the menu says %s", words)
	}
	for _, k := range []fyne.KeyName{fyne.KeyDown, fyne.KeyDown, fyne.KeyReturn} {
		press(w.Canvas().Focused(), k)
	}
	if copied != "4:0\t4:1" || w.Canvas().Overlays().Top() != nil {
		t.Errorf("copied %q", copied)
	}
	press(table.Row(), desktop.KeyMenu)
	if w.Canvas().Overlays().Top() == nil {
		t.Error("the menu key shows nothing")
	}
}
