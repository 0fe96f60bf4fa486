package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/ui/look"
)

// pickList draws the rows of an open Picker. It never takes the keyboard: that
// stays in the box above.
type pickList struct {
	widget.List
	p *Picker
}

func newPickList(p *Picker) *pickList {
	l := &pickList{p: p}
	l.HideSeparators = true
	l.Length = func() int { return len(p.found) }
	l.CreateItem = func() fyne.CanvasObject { return newPickRow(p) }
	l.UpdateItem = func(id widget.ListItemID, o fyne.CanvasObject) { o.(*pickRow).render(id) }
	l.ExtendBaseWidget(l)
	return l
}

// FocusGained hands the keyboard back to the box.
func (l *pickList) FocusGained() { Focus(l.p.entry) }

// FocusLost implements fyne.Focusable.
func (l *pickList) FocusLost() {}

// pickRow draws one choice. It acts when the button goes down, before the box
// loses the keyboard and the rows go away.
type pickRow struct {
	widget.BaseWidget
	p      *Picker
	place  int
	title  *Text
	detail *Text
	fill   *Fill
	box    *fyne.Container
}

func newPickRow(p *Picker) *pickRow {
	r := &pickRow{p: p, place: -1, title: NewText("").OneLine(), detail: NewNote("").OneLine(), fill: NewFill(theme.ColorNameSelection, "", 3)}
	r.fill.Hide()
	words := container.New(tightLines{}, r.title, r.detail)
	r.box = container.NewStack(r.fill, words)
	r.ExtendBaseWidget(r)
	return r
}

func (r *pickRow) render(place int) {
	r.place = place
	if place >= len(r.p.found) {
		return
	}
	item := r.p.item(r.p.found[place])
	r.title.SetText(item.Title)
	r.detail.SetText(item.Detail)
	border := fyne.ThemeColorName("")
	if place == r.p.at {
		border = look.ColorRing
	}
	r.fill.SetColors(theme.ColorNameSelection, border)
	r.fill.Hidden = place != r.p.at
	r.fill.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (r *pickRow) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(r.box) }

// MouseDown implements desktop.Mouseable.
func (r *pickRow) MouseDown(*desktop.MouseEvent) { r.p.choose(r.place) }

// MouseUp implements desktop.Mouseable.
func (r *pickRow) MouseUp(*desktop.MouseEvent) {}

// Tapped implements fyne.Tappable, for what taps without a mouse.
func (r *pickRow) Tapped(*fyne.PointEvent) { r.p.choose(r.place) }

// tightLines sets two lines of text closer than the toolkit would.
type tightLines struct{}

func (tightLines) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(40, o[0].MinSize().Height+o[1].MinSize().Height-14)
}

func (tightLines) Layout(o []fyne.CanvasObject, s fyne.Size) {
	h := o[0].MinSize().Height
	o[0].Move(fyne.NewPos(0, -1))
	o[0].Resize(fyne.NewSize(s.Width, h))
	o[1].Move(fyne.NewPos(0, h-14))
	o[1].Resize(fyne.NewSize(s.Width, o[1].MinSize().Height))
}
