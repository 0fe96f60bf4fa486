package kit

import (
	"fmt"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
)

func newTestTable(n int) *Table {
	t := NewTable([]Column{{Title: "Código", Width: 120, Kind: ColumnCode, Sorts: true}, {Title: "Prestador", Width: 200, Flex: true}, {Title: "Ingresar", Width: 120, Kind: ColumnAction, Sorts: true}},
		func(row, col int) Cell { return Cell{Text: fmt.Sprintf("%d:%d", row, col)} })
	t.SetLength(n)
	return t
}

func TestTable_keysMoveTheCursor(t *testing.T) {
	table := newTestTable(1000)
	w := window(t, table)
	opened, moved := -1, -1
	table.OnOpen = func(r int) { opened = r }
	table.OnMove = func(r int) { moved = r }
	table.Focus()
	if w.Canvas().Focused() != table.Row() {
		t.Fatal("the rows have not the keyboard")
	}
	at := func(key fyne.KeyName, want int) {
		t.Helper()
		press(table.Row(), key)
		if table.Cursor() != want || moved != want {
			t.Errorf("after %s at %d (told %d), want %d", key, table.Cursor(), moved, want)
		}
	}
	at(fyne.KeyDown, 1)
	at(fyne.KeyDown, 2)
	at(fyne.KeyUp, 1)
	at(fyne.KeyUp, 0)
	at(fyne.KeyUp, 0)
	at(fyne.KeyEnd, 999)
	at(fyne.KeyDown, 999)
	press(table.Row(), fyne.KeyPageUp)
	if c := table.Cursor(); c >= 995 || c < 950 {
		t.Errorf("a page up from the end is row %d", c)
	}
	at(fyne.KeyHome, 0)
	if table.Offset() != 0 {
		t.Errorf("at the top, scrolled %v down", table.Offset())
	}
	press(table.Row(), fyne.KeyDown)
	press(table.Row(), fyne.KeyReturn)
	if opened != 1 {
		t.Errorf("opened %d, want 1", opened)
	}
}

func TestTable_withoutRows(t *testing.T) {
	table := newTestTable(0)
	window(t, table)
	table.OnOpen = func(int) { t.Error("opened a row that is not there") }
	for _, k := range []fyne.KeyName{fyne.KeyUp, fyne.KeyDown, fyne.KeyEnd, fyne.KeyHome, fyne.KeyPageDown, fyne.KeyReturn, fyne.KeySpace} {
		press(table.Row(), k)
	}
	if table.Cursor() != -1 {
		t.Errorf("cursor at %d", table.Cursor())
	}
	table.SetLength(3)
	table.MoveTo(2)
	table.SetLength(1)
	if table.Cursor() != 0 {
		t.Errorf("cursor at %d of one row", table.Cursor())
	}
}

func TestTable_sortByKeyboardAndMouse(t *testing.T) {
	table := newTestTable(10)
	window(t, table)
	var got []string
	table.OnSort = func(col int, desc bool) { got = append(got, fmt.Sprint(col, desc)) }
	press(table.Row(), fyne.KeyRight)
	press(table.Row(), fyne.KeySpace)
	press(table.Row(), fyne.KeySpace)
	press(table.Row(), fyne.KeyRight) // the column between does not sort
	press(table.Row(), fyne.KeySpace)
	test.Tap(table.head.cells[1])
	test.Tap(table.head.cells[0])
	if want := "0 false|0 true|2 false|0 false"; strings.Join(got, "|") != want {
		t.Errorf("sorted %q, want %s", got, want)
	}
}

func TestTable_clicks(t *testing.T) {
	table := newTestTable(100)
	w := window(t, table)
	acted := ""
	table.OnAction = func(row, col int) { acted = fmt.Sprint(row, " ", col) }
	row := newTableRow(table)
	row.render(7)
	row.Resize(fyne.NewSize(900, rowHeight))
	row.Tapped(&fyne.PointEvent{Position: fyne.NewPos(30, 5)})
	if table.Cursor() != 7 || acted != "" || w.Canvas().Focused() != table.Row() {
		t.Errorf("cursor %d, acted %q", table.Cursor(), acted)
	}
	row.Tapped(&fyne.PointEvent{Position: fyne.NewPos(890, 5)})
	if acted != "7 2" {
		t.Errorf("acted %q", acted)
	}
}

func TestTable_drawsOnlyWhatIsInSight(t *testing.T) {
	asked := map[int]bool{}
	table := NewTable([]Column{{Title: "A", Width: 100}}, func(row, _ int) Cell { asked[row] = true; return Cell{Text: "x"} })
	window(t, table)
	table.SetLength(80000)
	if len(asked) == 0 || len(asked) > 60 {
		t.Errorf("drew %d rows of 80,000", len(asked))
	}
}

func pickerOf(words ...string) *Picker {
	p := NewPicker("Seleccione una entidad")
	p.SetItems(len(words), func(i int) PickItem { return PickItem{Title: words[i]} })
	return p
}

func TestPicker_byKeyboard(t *testing.T) {
	p := pickerOf("Alfa", "Beta", "Gama", "Galeras")
	w := window(t, p)
	chosen := -1
	p.OnChosen = func(i int) { chosen = i }
	w.Canvas().Focus(p.entry)
	if p.IsOpen() {
		t.Fatal("the keyboard alone opened it")
	}
	press(p.entry, fyne.KeyReturn)
	if !p.IsOpen() || p.Found() != 4 {
		t.Fatalf("open %v, found %d", p.IsOpen(), p.Found())
	}
	test.Type(p.entry, "ga")
	if p.Found() != 2 {
		t.Errorf("found %d of «ga», want 2", p.Found())
	}
	press(p.entry, fyne.KeyDown)
	press(p.entry, fyne.KeyReturn)
	if chosen != 3 || p.IsOpen() || p.entry.Text != "Galeras" {
		t.Errorf("chose %d, open %v, says %q", chosen, p.IsOpen(), p.entry.Text)
	}
	press(p.entry, fyne.KeyDown)
	press(p.entry, fyne.KeyEscape)
	if p.IsOpen() || p.Chosen() != 3 || p.entry.Text != "Galeras" {
		t.Error("Escape changed the choice")
	}
	test.Type(p.entry, "be")
	if !p.IsOpen() || p.Found() != 1 || p.entry.Text != "be" {
		t.Errorf("typing over a choice: open %v, found %d, says %q", p.IsOpen(), p.Found(), p.entry.Text)
	}
	press(p.entry, fyne.KeyEscape)
	test.Type(p.entry, "zzz")
	if p.Found() != 0 {
		t.Error("found what is not there")
	}
	press(p.entry, fyne.KeyReturn)
	if chosen != 3 {
		t.Error("chose from nothing")
	}
}

func TestPicker_byMouse(t *testing.T) {
	p := pickerOf("Alfa", "Beta")
	w := window(t, p)
	chosen := -1
	p.OnChosen = func(i int) { chosen = i }
	w.Canvas().Focus(p.entry)
	p.entry.MouseDown(&desktop.MouseEvent{Button: desktop.MouseButtonPrimary})
	if !p.IsOpen() {
		t.Fatal("a click does not open it")
	}
	row := newPickRow(p)
	row.render(1)
	row.MouseDown(nil)
	if chosen != 1 || p.IsOpen() {
		t.Errorf("chose %d, open %v", chosen, p.IsOpen())
	}
}

func TestPicker_choiceOutsideTheItems(t *testing.T) {
	p := pickerOf("Alfa", "Beta")
	window(t, p)
	p.SetChosen(1)
	p.SetItems(1, func(int) PickItem { return PickItem{Title: "Alfa"} })
	if p.Chosen() != -1 || p.entry.Text != "" {
		t.Errorf("chosen %d, says %q", p.Chosen(), p.entry.Text)
	}
}

func BenchmarkPicker_countryOfRows(b *testing.B) {
	p := NewPicker("Seleccione una entidad")
	p.SetItems(61177, func(i int) PickItem { return PickItem{Title: fmt.Sprintf("%010d Prestador", i)} })
	w := test.NewTempWindow(b, p)
	w.Resize(fyne.NewSize(900, 600))
	w.Canvas().Focus(p.entry)
	for i := 0; b.Loop(); i++ {
		p.entry.SetText(fmt.Sprint(i % 10))
	}
}

// Few choices make a short list, many one that scrolls; opening is told.
func TestPicker_fits(t *testing.T) {
	tall := func(n int) float32 {
		p := NewPicker("Elija")
		opened := 0
		p.OnOpen = func() { opened++ }
		p.SetItems(n, func(int) PickItem { return PickItem{Title: "Uno", Detail: "el primero"} })
		p.open()
		p.open()
		if opened != 1 {
			t.Errorf("opening was told %d times", opened)
		}
		return p.rows.MinSize().Height
	}
	three, four, many := tall(3), tall(4), tall(200)
	if three >= four || four > many || many != dropHeight {
		t.Errorf("3 rows are %v tall, 4 %v, 200 %v", three, four, many)
	}
}
