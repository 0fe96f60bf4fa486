package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/ui/look"
)

// The heights of rows: of one line, and of two.
const (
	rowHeight  float32 = 36
	tallHeight float32 = 42
)

// cellGap is what stays free between one column and the next.
const cellGap float32 = 4

// rowList is the toolkit's list with our cursor in place of its selection.
type rowList struct {
	widget.List
	t *Table
}

func newRowList(t *Table) *rowList {
	l := &rowList{t: t}
	l.Length = func() int { return t.length }
	l.CreateItem = func() fyne.CanvasObject { return newTableRow(t) }
	l.UpdateItem = func(id widget.ListItemID, o fyne.CanvasObject) { o.(*tableRow).render(id) }
	l.ExtendBaseWidget(l)
	return l
}

// FocusGained implements fyne.Focusable; the list's own highlight stays off.
func (l *rowList) FocusGained() { tellUse(l); l.t.setFocused(true) }

// FocusLost implements fyne.Focusable.
func (l *rowList) FocusLost() { l.t.setFocused(false) }

// TypedRune implements fyne.Focusable: + and − resize the chosen column.
func (l *rowList) TypedRune(r rune) {
	tellUse(l)
	t := l.t
	if t.headAt < 0 {
		return
	}
	switch r {
	case '+':
		t.step(t.headAt, +widthStep)
	case '-', '−':
		t.step(t.headAt, -widthStep)
	}
}

// TypedShortcut implements fyne.Shortcutable: Ctrl+C copies a cell, the rest is
// the window's.
func (l *rowList) TypedShortcut(s fyne.Shortcut) {
	if _, ok := s.(*fyne.ShortcutCopy); ok {
		l.t.copyCell(l.t.cursor, l.t.columnToCopy())
		return
	}
	if h, ok := CanvasOf(l).(fyne.Shortcutable); ok {
		h.TypedShortcut(s)
	}
}

// TypedKey implements fyne.Focusable.
func (l *rowList) TypedKey(e *fyne.KeyEvent) {
	tellUse(l)
	t := l.t
	if t.OnKey != nil && t.OnKey(e) {
		return
	}
	if e.Name == fyne.KeyEscape || isFunctionKey(e.Name) {
		passOn(l, e)
		return
	}
	if t.length == 0 {
		return
	}
	page := max(1, int(l.Size().Height/t.RowHeight())-1)
	switch e.Name {
	case fyne.KeyUp:
		t.MoveTo(t.cursor - 1)
	case fyne.KeyDown:
		t.MoveTo(t.cursor + 1)
	case fyne.KeyPageUp:
		t.MoveTo(t.cursor - page)
	case fyne.KeyPageDown:
		t.MoveTo(t.cursor + page)
	case fyne.KeyHome:
		t.MoveTo(0)
	case fyne.KeyEnd:
		t.MoveTo(t.length - 1)
	case fyne.KeyReturn, fyne.KeyEnter:
		if t.OnOpen != nil && t.cursor >= 0 {
			t.OnOpen(t.cursor)
		}
	case fyne.KeyLeft:
		t.chooseHead(-1)
	case fyne.KeyRight:
		t.chooseHead(+1)
	case fyne.KeySpace:
		if t.headAt >= 0 {
			t.sort(t.headAt)
		}
	case desktop.KeyMenu:
		at := absoluteOf(l).AddXY(look.GapWide, float32(t.cursor)*t.RowHeight()-t.Offset()+t.rowHeight())
		t.showMenu(t.cursor, t.columnToCopy(), at)
	}
}

// chooseHead moves the mark of the head to the next column that sorts.
func (t *Table) chooseHead(step int) {
	for i := t.headAt + step; i >= 0 && i < len(t.columns); i += step {
		if t.columns[i].Sorts {
			t.headAt = i
			t.head.Refresh()
			return
		}
	}
}

// tableRow draws one row.
type tableRow struct {
	widget.BaseWidget
	t       *Table
	row     int
	layouts int // as drawn
	fill    *Fill
	cells   []fyne.CanvasObject
	box     *fyne.Container
}

func newTableRow(t *Table) *tableRow {
	r := &tableRow{t: t, row: -1, fill: NewFill(theme.ColorNameSelection, "", 3)}
	r.fill.Hide()
	for _, c := range t.columns {
		switch c.Kind {
		case ColumnChip:
			r.cells = append(r.cells, NewStatusChip(Chip{}))
		case ColumnCode:
			r.cells = append(r.cells, NewCode("").OneLine())
		case ColumnLines:
			r.cells = append(r.cells, newTwoLines(theme.ColorNameForeground))
		case ColumnCodeLines:
			lines := newTwoLines(theme.ColorNameForeground)
			lines.style = look.CodeStyle
			r.cells = append(r.cells, lines)
		case ColumnAction:
			r.cells = append(r.cells, newText("", look.SizeText, theme.ColorNameHyperlink, fyne.TextStyle{Bold: true}).OneLine())
		default:
			r.cells = append(r.cells, NewText("").OneLine())
		}
	}
	r.box = container.NewStack(r.fill, container.New(rowLayout{t, true}, r.cells...))
	r.ExtendBaseWidget(r)
	return r
}

func (r *tableRow) render(row int) {
	r.row = row
	t := r.t
	for i, o := range r.cells {
		c := t.cell(row, i)
		switch w := o.(type) {
		case *StatusChip:
			w.Set(c.Chip)
		case *twoLines:
			color := theme.ColorNameForeground
			if c.Muted {
				color = look.ColorMuted
			}
			w.set(c.Text, color)
		case *Text:
			color := theme.ColorNameForeground
			switch {
			case c.Muted:
				color = look.ColorMuted
			case t.columns[i].Kind == ColumnAction:
				color = theme.ColorNameHyperlink
			}
			w.SetColor(color)
			w.SetText(c.Text)
		}
	}
	if r.layouts != t.layouts {
		r.layouts = t.layouts
		r.box.Refresh()
	}
	isFresh := t.Fresh != nil && t.Fresh(row)
	switch {
	case row == t.cursor:
		border := fyne.ThemeColorName("")
		if t.focused {
			border = look.ColorRing
		}
		r.fill.SetColors(theme.ColorNameSelection, border)
	case isFresh:
		r.fill.SetColors(look.Tint(look.Success), "")
	}
	r.fill.Hidden = row != t.cursor && !isFresh
	r.fill.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (r *tableRow) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(r.box) }

// MinSize implements fyne.CanvasObject.
func (r *tableRow) MinSize() fyne.Size { return fyne.NewSize(40, r.t.rowHeight()) }

// Tapped implements fyne.Tappable: the cursor comes here; in a ColumnAction the
// act is asked for.
func (r *tableRow) Tapped(e *fyne.PointEvent) {
	t := r.t
	if r.row < 0 || r.row >= t.length {
		return
	}
	Focus(t.list)
	t.cursor = r.row
	t.list.Refresh()
	if t.OnMove != nil {
		t.OnMove(r.row)
	}
	if col := r.columnAt(e.Position.X); col >= 0 && t.columns[col].Kind == ColumnAction && t.OnAction != nil {
		t.OnAction(r.row, col)
	}
}

// TappedSecondary implements fyne.SecondaryTappable: what lies under the pointer
// can be copied.
func (r *tableRow) TappedSecondary(e *fyne.PointEvent) {
	t := r.t
	if r.row < 0 || r.row >= t.length {
		return
	}
	Focus(t.list)
	t.cursor = r.row
	t.list.Refresh()
	Call(t.OnMove, r.row)
	t.showMenu(r.row, r.columnAt(e.Position.X), e.AbsolutePosition)
}

// Cursor implements desktop.Cursorable.
func (r *tableRow) Cursor() desktop.Cursor { return desktop.PointerCursor }

func (r *tableRow) columnAt(x float32) int {
	at := -r.t.shift
	for i, w := range r.t.laid(r.Size().Width) {
		at += w
		if x < at {
			return i
		}
	}
	return -1
}

// rowLayout sets the cells of a row, or of the head, under each other.
type rowLayout struct {
	t      *Table
	shifts bool // rows, which do not move with the bar; the head does
}

func (l rowLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(l.t.total(), l.t.rowHeight())
}

func (l rowLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	var x float32
	if l.shifts {
		x = -l.t.shift
	}
	for i, w := range l.t.laid(s.Width) {
		h := min(s.Height, o[i].MinSize().Height)
		o[i].Resize(fyne.NewSize(max(0, w-cellGap), h))
		o[i].Move(fyne.NewPos(x, (s.Height-h)/2))
		x += w
	}
}
