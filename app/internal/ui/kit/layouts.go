package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/ui/look"
)

// widest keeps its one object at the left, no wider than max.
type widest struct{ max float32 }

func (l widest) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var s fyne.Size
	for _, o := range objects {
		s = s.Max(o.MinSize())
	}
	return s
}

func (l widest) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Move(fyne.NewPos(0, 0))
		o.Resize(fyne.NewSize(min(size.Width, max(l.max, o.MinSize().Width)), size.Height))
	}
}

// NewWidest keeps an object no wider than max, at the left.
func NewWidest(max float32, o fyne.CanvasObject) *fyne.Container {
	return container.New(widest{max}, o)
}

// column stacks objects, each as wide as there is room. It gives them their width
// before it asks how high they are: words that wrap know it only then.
type column struct{ gap float32 }

func (c column) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var s fyne.Size
	n := 0
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		m := o.MinSize()
		s.Width = max(s.Width, m.Width)
		s.Height += m.Height
		n++
	}
	s.Height = max(0, s.Height+c.gap*float32(max(n-1, 0)))
	return s
}

func (c column) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	var y float32
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		h := heightAt(o, size.Width)
		o.Move(fyne.NewPos(0, y))
		o.Resize(fyne.NewSize(size.Width, h))
		y += h + c.gap
	}
}

// heightAt returns how high an object is at a width.
func heightAt(o fyne.CanvasObject, width float32) float32 {
	o.Resize(fyne.NewSize(width, max(o.Size().Height, o.MinSize().Height)))
	return o.MinSize().Height
}

// NewColumn stacks the groups of a form in a column of the form's width.
func NewColumn(groups ...fyne.CanvasObject) *fyne.Container {
	return NewWidest(look.FormWidth, container.New(column{look.GapWide}, groups...))
}

// NewStack stacks objects close together.
func NewStack(objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(column{look.Gap}, objects...)
}

// NewGroups stacks the cards of one group, as far apart as those of a column.
func NewGroups(cards ...fyne.CanvasObject) *fyne.Container {
	return container.New(column{look.GapWide}, cards...)
}

// NewTight stacks objects without a gap: a heading and its line.
func NewTight(objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(column{}, objects...)
}

// flush lets its one object, which keeps look.Gap free at its sides, begin and
// end where its surroundings do.
type flush struct{}

func (flush) MinSize(o []fyne.CanvasObject) fyne.Size {
	m := o[0].MinSize()
	return fyne.NewSize(max(0, m.Width-2*look.Gap), m.Height)
}

func (flush) Layout(o []fyne.CanvasObject, s fyne.Size) {
	o[0].Move(fyne.NewPos(-look.Gap, 0))
	o[0].Resize(fyne.NewSize(s.Width+2*look.Gap, s.Height))
}

// NewFlush lines words up with the edges of the cards above and below them.
func NewFlush(words fyne.CanvasObject) *fyne.Container { return container.New(flush{}, words) }

// NewHead is a title and its line of help, outside of a card.
func NewHead(title, help fyne.CanvasObject) *fyne.Container {
	return NewFlush(container.New(column{-look.Gap}, title, help))
}

// NewRow sets objects side by side, 8 apart, each as wide as it needs.
func NewRow(objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(layout.NewCustomPaddedHBoxLayout(look.Gap), objects...)
}

// pairs lays fields out in two equal columns, or one when there is no room.
type pairs struct{ least float32 }

func (p pairs) columns(width float32) int {
	if width > 0 && width < p.least {
		return 1
	}
	return 2
}

func (p pairs) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var w, h, row float32
	n := 0
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		m := o.MinSize()
		w = max(w, m.Width)
		row = max(row, m.Height)
		if n++; n%2 == 0 {
			h += row + look.Gap
			row = 0
		}
	}
	if n%2 == 1 {
		h += row + look.Gap
	}
	return fyne.NewSize(w, max(0, h-look.Gap))
}

func (p pairs) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	cols := p.columns(size.Width)
	w := (size.Width - look.GapWide*float32(cols-1)) / float32(cols)
	var y, row float32
	n := 0
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		h := o.MinSize().Height
		o.Move(fyne.NewPos(float32(n%cols)*(w+look.GapWide), y))
		o.Resize(fyne.NewSize(w, h))
		row = max(row, h)
		if n++; n%cols == 0 {
			y += row + look.Gap
			row = 0
		}
	}
}

// NewPairs sets fields in two columns of equal width.
func NewPairs(fields ...fyne.CanvasObject) *fyne.Container {
	return container.New(pairs{least: 420}, fields...)
}

// NewPadded keeps a distance on all sides.
func NewPadded(pad float32, o fyne.CanvasObject) *fyne.Container {
	return container.New(layout.NewCustomPaddedLayout(pad, pad, pad, pad), o)
}

// Fill is a plain area in a theme colour, with an optional border, that follows
// the theme.
type Fill struct {
	widget.BaseWidget
	color, border fyne.ThemeColorName
	radius        float32
}

// NewFill makes an area of a colour; border may be empty.
func NewFill(color, border fyne.ThemeColorName, radius float32) *Fill {
	f := &Fill{color: color, border: border, radius: radius}
	f.ExtendBaseWidget(f)
	return f
}

// SetColors changes both colours.
func (f *Fill) SetColors(color, border fyne.ThemeColorName) {
	if f.color == color && f.border == border {
		return
	}
	f.color, f.border = color, border
	f.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (f *Fill) CreateRenderer() fyne.WidgetRenderer {
	r := &fillRenderer{f: f, rect: canvas.NewRectangle(nil)}
	r.update()
	return r
}

type fillRenderer struct {
	f    *Fill
	rect *canvas.Rectangle
}

func (r *fillRenderer) update() {
	r.rect.FillColor = theme.ColorForWidget(r.f.color, r.f)
	r.rect.CornerRadius = r.f.radius
	r.rect.StrokeWidth = 0
	if r.f.border != "" {
		r.rect.StrokeColor = theme.ColorForWidget(r.f.border, r.f)
		r.rect.StrokeWidth = 1
	}
}
func (r *fillRenderer) Layout(s fyne.Size)           { r.rect.Resize(s) }
func (r *fillRenderer) MinSize() fyne.Size           { return fyne.Size{} }
func (r *fillRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.rect} }
func (r *fillRenderer) Destroy()                     {}
func (r *fillRenderer) Refresh() {
	r.update()
	r.rect.Refresh()
}

// NewPanel puts content on a card with a thin border.
func NewPanel(content fyne.CanvasObject) *fyne.Container {
	return container.NewStack(NewFill(look.ColorCard, look.ColorBorder, 6), NewPadded(look.GapWide, content))
}

// NewSection is a group of a form: a heading, a line of help (may be empty) and
// its content, on a card.
func NewSection(title, help string, content ...fyne.CanvasObject) *fyne.Container {
	head := []fyne.CanvasObject{NewHeading(title)}
	if help != "" {
		head = append(head, NewNote(help))
	}
	return NewPanel(NewStack(append([]fyne.CanvasObject{NewTight(head...)}, content...)...))
}
