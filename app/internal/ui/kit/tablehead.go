package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/ui/look"
)

// tableHead draws the names of the columns; a click sorts, a drag at the right
// edge of one resizes it.
type tableHead struct {
	widget.BaseWidget
	t     *Table
	cells []*headCell
	box   *fyne.Container
}

func newTableHead(t *Table) *tableHead {
	h := &tableHead{t: t}
	var cells []fyne.CanvasObject
	for i := range t.columns {
		c := newHeadCell(t, i)
		h.cells = append(h.cells, c)
		cells = append(cells, c)
	}
	inner := container.New(rowLayout{t, false}, cells...)
	h.box = container.NewStack(NewFill(look.ColorSurfaceBlue, "", 3), inner)
	h.ExtendBaseWidget(h)
	return h
}

// CreateRenderer implements fyne.Widget.
func (h *tableHead) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(h.box) }

// Refresh implements fyne.CanvasObject.
func (h *tableHead) Refresh() {
	for _, c := range h.cells {
		c.render()
	}
	h.box.Refresh()
	h.BaseWidget.Refresh()
}

type headCell struct {
	widget.BaseWidget
	t     *Table
	col   int
	text  *twoLines
	fill  *Fill
	width float32

	pull   bool // a drag that began at the edge is under way
	atEdge bool // the pointer is where a drag resizes
}

func newHeadCell(t *Table, col int) *headCell {
	c := &headCell{t: t, col: col, fill: NewFill(look.ColorSurfaceBlue, "", 3)}
	c.text = newTwoLines(look.ColorTitle)
	c.text.style = fyne.TextStyle{Bold: true}
	c.text.set(t.columns[col].Title, look.ColorTitle)
	c.ExtendBaseWidget(c)
	return c
}

func (c *headCell) render() {
	title := c.t.columns[c.col].Title
	if c.t.sortBy == c.col {
		if c.t.desc {
			title += " ▼"
		} else {
			title += " ▲"
		}
	}
	c.text.set(title, look.ColorTitle)
	border := fyne.ThemeColorName("")
	if c.t.headAt == c.col {
		border = look.ColorRing
	}
	c.fill.SetColors(look.ColorSurfaceBlue, border)
}

// CreateRenderer implements fyne.Widget.
func (c *headCell) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.NewStack(c.fill, c.text))
}

// Tapped implements fyne.Tappable.
func (c *headCell) Tapped(*fyne.PointEvent) { c.t.sort(c.col) }

const edge float32 = 8

// Dragged implements fyne.Draggable.
func (c *headCell) Dragged(e *fyne.DragEvent) {
	if !c.pull {
		start := e.Position.X - e.Dragged.DX
		if start < c.Size().Width-edge {
			return
		}
		c.pull, c.width = true, c.Size().Width+cellGap
	}
	c.width += e.Dragged.DX
	c.t.widen(c.col, c.width)
}

// DragEnd implements fyne.Draggable.
func (c *headCell) DragEnd() {
	if c.pull {
		c.t.tellHabits()
	}
	c.pull = false
}

// MouseIn implements desktop.Hoverable.
func (c *headCell) MouseIn(e *desktop.MouseEvent) { c.MouseMoved(e) }

// MouseMoved implements desktop.Hoverable.
func (c *headCell) MouseMoved(e *desktop.MouseEvent) {
	c.atEdge = e.Position.X >= c.Size().Width-edge
}

// MouseOut implements desktop.Hoverable.
func (c *headCell) MouseOut() { c.atEdge = false }

// Cursor implements desktop.Cursorable.
func (c *headCell) Cursor() desktop.Cursor {
	switch {
	case c.atEdge || c.pull:
		return desktop.HResizeCursor
	case c.t.columns[c.col].Sorts:
		return desktop.PointerCursor
	default:
		return desktop.DefaultCursor
	}
}
