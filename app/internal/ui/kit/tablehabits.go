package kit

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/ui/look"
)

// Habits are how a person left a table, to be remembered from one start of the
// program to the next.
type Habits struct {
	Widths []float32 `json:"widths,omitempty"` // of every column; none: the table's own
	SortBy string    `json:"sortBy,omitempty"` // a column's title; empty: the list's own order
	Desc   bool      `json:"desc,omitempty"`
}

// How wide a column can be made, and how far one key goes.
const (
	leastWidth float32 = 40
	mostWidth  float32 = 1200
	widthStep  float32 = 16
)

// Habits returns how the table stands.
func (t *Table) Habits() Habits {
	h := Habits{Desc: t.desc}
	if t.isOwn {
		h.Widths = slices.Clone(t.widths)
	}
	if t.sortBy >= 0 {
		h.SortBy = t.columns[t.sortBy].Title
	}
	return h
}

// SetHabits puts the table as it was left and, when there is a column to sort
// by, asks OnSort for that order. What belongs to another set of columns is left
// out.
func (t *Table) SetHabits(h Habits) {
	if len(h.Widths) == len(t.widths) {
		for i, w := range h.Widths {
			t.widths[i] = clampWidth(w)
		}
		t.isOwn = true
		t.relayout()
	}
	col := slices.IndexFunc(t.columns, func(c Column) bool { return c.Sorts && c.Title == h.SortBy })
	if col < 0 || t.OnSort == nil || (col == t.sortBy && h.Desc == t.desc) {
		return
	}
	t.SetSort(col, h.Desc)
	t.OnSort(col, h.Desc)
}

func clampWidth(w float32) float32 {
	if !(w >= leastWidth) { // not a number, too
		return leastWidth
	}
	return min(w, mostWidth)
}

// widen sets a column's width. From then on every column stays as it stands.
func (t *Table) widen(col int, width float32) {
	if !t.isOwn {
		t.widths = t.laid(t.scroll.Size().Width)
		t.isOwn = true
	}
	t.widths[col] = clampWidth(width)
	t.relayout()
}

// step makes a column a little wider or narrower.
func (t *Table) step(col int, by float32) {
	t.widen(col, t.laid(t.scroll.Size().Width)[col]+by)
	t.tellHabits()
}

func (t *Table) tellHabits() { Call(t.OnHabits, t.Habits()) }

// columnToCopy is the column chosen by keyboard, else the first one of codes.
func (t *Table) columnToCopy() int {
	if t.headAt >= 0 {
		return t.headAt
	}
	return max(0, slices.IndexFunc(t.columns, func(c Column) bool { return c.Kind == ColumnCode || c.Kind == ColumnCodeLines }))
}

func (t *Table) copyCell(row, col int) {
	if row < 0 || row >= t.length || col < 0 {
		return
	}
	if words := t.cell(row, col).words(); words != "" {
		Call(t.OnCopy, words)
	}
}

// rowWords are a row's cells but its acts, parted by tabs, as spreadsheets take
// them.
func (t *Table) rowWords(row int) string {
	var words []string
	for i, c := range t.columns {
		if c.Kind != ColumnAction {
			words = append(words, t.cell(row, i).words())
		}
	}
	return strings.Join(words, "\t")
}

// showMenu offers to copy a cell, and its row.
func (t *Table) showMenu(row, col int, at fyne.Position) {
	c := CanvasOf(t)
	if c == nil || t.OnCopy == nil || row < 0 || row >= t.length {
		return
	}
	var items []*fyne.MenuItem
	if col >= 0 && t.columns[col].Kind != ColumnAction {
		if words := t.cell(row, col).words(); words != "" {
			items = append(items, fyne.NewMenuItemWithIcon("Copiar «"+shortenRunes(words, 40)+"»", look.IconCopy, func() { t.copyCell(row, col) }))
		}
	}
	items = append(items, fyne.NewMenuItemWithIcon("Copiar la fila", look.IconCopy, func() { Call(t.OnCopy, t.rowWords(row)) }))
	widget.ShowPopUpMenuAtPosition(fyne.NewMenu("", items...), c, at)
}

func shortenRunes(s string, most int) string {
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	return strings.TrimRight(string(r[:most-1]), " ") + "…"
}
