package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/ui/look"
)

// ColumnKind says how a column draws its cells.
type ColumnKind int

// The kinds of columns.
const (
	ColumnText      ColumnKind = iota // words
	ColumnCode                        // digits and ids
	ColumnChip                        // a status chip
	ColumnAction                      // words that act when clicked: OnAction
	ColumnLines                       // words that take a second line when they must
	ColumnCodeLines                   // ids that take a second line when they must
)

// Column is one column of a Table.
type Column struct {
	Title string
	Width float32 // least width at first, in pixels at scale 1
	Flex  bool    // shares the room left over
	Kind  ColumnKind
	Sorts bool // a click on its head sorts
}

// Cell is what one cell shows: words, or a chip in a ColumnChip.
type Cell struct {
	Text  string
	Chip  Chip
	Muted bool // in a ColumnAction: it does not act now, and can be asked why
}

// words are what a cell says, to copy it.
func (c Cell) words() string {
	if c.Chip.Word != "" {
		return c.Chip.Word
	}
	return c.Text
}

// Table lists rows in columns under a fixed head, many thousands of them. One
// row has the cursor. Up, Down, PgUp, PgDn, Home and End move it, Enter opens
// it; Left and Right choose a column of the head, Space sorts by it, + and −
// make it wider or narrower. Ctrl+C copies the cell of the chosen column, the
// menu key or the right button offers cell and row.
//
// It stands on the toolkit's List, which selects whole rows and draws only what
// is in sight; the toolkit's Table hides its top row under the head and builds
// a line for every row.
type Table struct {
	widget.BaseWidget

	OnOpen   func(row int)             // Enter
	OnAction func(row, col int)        // a click in a ColumnAction
	OnMove   func(row int)             // the cursor moved; -1: no rows
	OnSort   func(col int, desc bool)  // a head was chosen: sort and SetLength
	OnHabits func(Habits)              // the person resized a column, or sorted
	OnCopy   func(text string)         // a cell's words are to be copied
	OnKey    func(*fyne.KeyEvent) bool // sees keys first; true takes them
	Fresh    func(row int) bool        // rows to point out; nil: none

	columns []Column
	tall    bool // some column takes two lines
	widths  []float32
	isOwn   bool // the widths are the person's: no room is shared out
	cell    func(row, col int) Cell
	length  int
	cursor  int
	sortBy  int
	desc    bool
	headAt  int // column chosen by keyboard, -1: none
	focused bool

	list    *rowList
	head    *tableHead
	ring    *canvas.Rectangle
	body    *fyne.Container
	scroll  *container.Scroll
	shift   float32 // how far the columns are scrolled to the left
	layouts int     // grows when cells have to move
	frame   *fyne.Container
}

// NewTable makes an empty table; cell tells what to draw and is called only for
// rows in sight.
func NewTable(columns []Column, cell func(row, col int) Cell) *Table {
	t := &Table{columns: columns, cell: cell, cursor: -1, sortBy: -1, headAt: -1}
	t.widths = make([]float32, len(columns))
	for i, c := range columns {
		t.widths[i] = c.Width
		t.tall = t.tall || c.Kind == ColumnLines || c.Kind == ColumnCodeLines
	}
	t.list = newRowList(t)
	t.head = newTableHead(t)
	t.ring = canvas.NewRectangle(nil)
	t.ring.StrokeWidth = 2
	t.ring.CornerRadius = 4
	t.ring.Hide()
	t.body = container.New(tableBody{t}, t.head, t.list)
	t.scroll = container.NewHScroll(t.body)
	t.scroll.OnScrolled = t.scrolled
	t.frame = container.NewStack(NewFill(look.ColorCard, look.ColorBorder, 4), NewPadded(2, t.scroll), t.ring)
	t.ExtendBaseWidget(t)
	return t
}

// CreateRenderer implements fyne.Widget.
func (t *Table) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(t.frame) }

// MinSize implements fyne.CanvasObject: a head and a few rows.
func (t *Table) MinSize() fyne.Size {
	t.ExtendBaseWidget(t)
	return fyne.NewSize(240, 160)
}

// SetLength says how many rows there are now, and draws them anew where they
// stand. The cursor stays on its row number, within the rows.
func (t *Table) SetLength(n int) {
	t.length = n
	t.cursor = min(t.cursor, n-1)
	if t.cursor < 0 && n > 0 {
		t.cursor = 0
	}
	t.list.Refresh()
}

// Length returns how many rows there are.
func (t *Table) Length() int { return t.length }

// Cursor returns the row with the cursor, -1 when there are no rows.
func (t *Table) Cursor() int { return t.cursor }

// SetCursor puts the cursor on a row without scrolling or telling anybody.
func (t *Table) SetCursor(row int) {
	t.cursor = max(min(row, t.length-1), -1)
	t.list.Refresh()
}

// MoveTo puts the cursor on a row, brings it into sight and tells OnMove.
func (t *Table) MoveTo(row int) {
	if t.length == 0 {
		return
	}
	t.cursor = max(0, min(row, t.length-1))
	t.list.ScrollTo(t.cursor)
	t.list.Refresh()
	if t.OnMove != nil {
		t.OnMove(t.cursor)
	}
}

// SetSort marks the head of the column the rows are sorted by; -1: none.
func (t *Table) SetSort(col int, desc bool) {
	t.sortBy, t.desc = col, desc
	t.head.Refresh()
}

// Sorting returns the marked column and direction.
func (t *Table) Sorting() (col int, desc bool) { return t.sortBy, t.desc }

// Offset returns how far the rows are scrolled down.
func (t *Table) Offset() float32 { return t.list.GetScrollOffset() }

// ScrollToOffset scrolls the rows, to keep their place when rows come above.
func (t *Table) ScrollToOffset(y float32) { t.list.ScrollToOffset(y) }

// RowHeight is the height of a row with the line under it.
func (t *Table) RowHeight() float32 { return t.rowHeight() + theme.Padding() }

func (t *Table) rowHeight() float32 {
	if t.tall {
		return tallHeight
	}
	return rowHeight
}

// Focus gives the keyboard to the rows.
func (t *Table) Focus() { Focus(t.list) }

// Row returns the object that takes the keyboard, for tab order and tests.
func (t *Table) Row() fyne.Focusable { return t.list }

func (t *Table) relayout() {
	t.layouts++
	t.head.Refresh()
	t.list.Refresh()
	t.frame.Refresh()
}

// laid returns the widths as drawn in this much room: what is left over goes to
// the flexible columns, unless the person chose the widths.
func (t *Table) laid(room float32) []float32 {
	w := append([]float32(nil), t.widths...)
	if t.isOwn {
		return w
	}
	var total float32
	flex := 0
	for i, c := range t.columns {
		total += w[i]
		if c.Flex {
			flex++
		}
	}
	if spare := room - total; spare > 0 && flex > 0 {
		for i, c := range t.columns {
			if c.Flex {
				w[i] += spare / float32(flex)
			}
		}
	}
	return w
}

func (t *Table) total() float32 {
	var total float32
	for _, w := range t.widths {
		total += w
	}
	return total
}

func (t *Table) sort(col int) {
	if !t.columns[col].Sorts || t.OnSort == nil {
		return
	}
	desc := col == t.sortBy && !t.desc
	t.SetSort(col, desc)
	t.OnSort(col, desc)
	t.tellHabits()
}

func (t *Table) setFocused(on bool) {
	t.focused = on
	t.ring.StrokeColor = theme.ColorForWidget(look.ColorRing, t)
	t.ring.Hidden = !on
	if !on {
		t.headAt = -1
	}
	t.ring.Refresh()
	t.head.Refresh()
	t.list.Refresh()
}

// scrolled follows the bar at the bottom: the head goes with it, the rows stay in
// sight and draw their cells further to the left.
func (t *Table) scrolled(at fyne.Position) {
	t.shift = at.X
	t.layouts++
	t.body.Refresh()
	t.list.Refresh()
}

// tableBody sets the head, as wide as its columns, above the rows, as wide as
// what is in sight.
type tableBody struct{ t *Table }

func (l tableBody) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(l.t.total(), 120)
}

func (l tableBody) Layout(o []fyne.CanvasObject, s fyne.Size) {
	head, rows := o[0], o[1]
	top, view := head.MinSize().Height, l.t.scroll.Size().Width
	head.Move(fyne.NewPos(0, 0))
	head.Resize(fyne.NewSize(max(s.Width, l.t.total()), top))
	top += theme.Padding()
	height := s.Height - top
	if l.t.total() > view {
		height -= theme.ScrollBarSize() // the bar at the bottom hides no row
	}
	l.t.shift = min(l.t.shift, max(0, l.t.total()-view))
	rows.Move(fyne.NewPos(l.t.shift, top))
	rows.Resize(fyne.NewSize(view, max(0, height)))
}
