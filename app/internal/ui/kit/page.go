package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/ui/look"
)

// Page is the frame of every signed-in screen: title, one line of help, the
// body and a bar of buttons at the bottom.
type Page struct {
	widget.BaseWidget
	Title  *Text
	Help   *Text
	scroll *container.Scroll
	frame  *fyne.Container
}

// NewFormPage is a page whose body scrolls. Footer may be nil; see NewFooter.
func NewFormPage(title, help string, body, footer fyne.CanvasObject) *Page {
	p := &Page{}
	p.scroll = container.NewVScroll(container.New(layout.NewCustomPaddedLayout(0, look.GapPage, look.GapPage, look.GapPage), body))
	p.build(title, help, container.NewStack(p.scroll, newWheel(p.scroll)), footer)
	return p
}

// NewListPage is a page whose body takes all the room left and scrolls itself:
// a table. Top may be nil; it stands between the help line and the list.
func NewListPage(title, help string, top, list, footer fyne.CanvasObject) *Page {
	p := &Page{}
	if top == nil {
		top = container.NewWithoutLayout()
	} else {
		top = container.New(layout.NewCustomPaddedLayout(0, look.Gap, 0, 0), top)
	}
	body := container.New(pageLayout{}, top, list, container.NewWithoutLayout())
	p.build(title, help, container.New(layout.NewCustomPaddedLayout(0, look.Gap, look.GapPage, look.GapPage), body), footer)
	return p
}

func (p *Page) build(title, help string, body, footer fyne.CanvasObject) {
	p.Title, p.Help = NewTitle(title), NewNote(help)
	p.Help.Hidden = help == ""
	head := container.New(layout.NewCustomPaddedLayout(look.Gap, look.Gap, look.GapPage, look.GapPage),
		NewHead(p.Title, p.Help))
	if footer == nil {
		footer = container.NewWithoutLayout()
	}
	p.frame = container.New(pageLayout{}, head, body, footer)
	p.ExtendBaseWidget(p)
}

// CreateRenderer implements fyne.Widget.
func (p *Page) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(p.frame) }

// pageLayout sets a head above, a footer below, and the body between.
type pageLayout struct{}

func (pageLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	head, body, foot := o[0].MinSize(), o[1].MinSize(), o[2].MinSize()
	return fyne.NewSize(max(head.Width, body.Width, foot.Width), head.Height+body.Height+foot.Height)
}

func (pageLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	head := heightAt(o[0], s.Width)
	foot := o[2].MinSize().Height
	o[0].Move(fyne.NewPos(0, 0))
	o[0].Resize(fyne.NewSize(s.Width, head))
	o[1].Move(fyne.NewPos(0, head))
	o[1].Resize(fyne.NewSize(s.Width, max(0, s.Height-head-foot)))
	o[2].Move(fyne.NewPos(0, s.Height-foot))
	o[2].Resize(fyne.NewSize(s.Width, foot))
}

// ScrollTop goes back to the top of a form page.
func (p *Page) ScrollTop() {
	if p.scroll != nil {
		p.scroll.ScrollToTop()
	}
}

// ScrollTo brings an object of a form page's body into sight.
func (p *Page) ScrollTo(o fyne.CanvasObject) {
	if p.scroll == nil || CanvasOf(p) == nil {
		return
	}
	p.scroll.Content.Refresh() // what was just shown or hidden takes its place first
	p.scroll.Refresh()
	at := absoluteOf(o).Subtract(absoluteOf(p.scroll.Content))
	top, height := p.scroll.Offset.Y, p.scroll.Size().Height
	if at.Y >= top && at.Y+o.Size().Height <= top+height {
		return
	}
	p.Raise(o)
}

// Raise brings an object of a form page's body to the top of what is in sight:
// something is about to unfold below it.
func (p *Page) Raise(o fyne.CanvasObject) {
	if p.scroll == nil || CanvasOf(p) == nil {
		return
	}
	at := absoluteOf(o).Subtract(absoluteOf(p.scroll.Content))
	room := max(0, p.scroll.Content.Size().Height-p.scroll.Size().Height)
	p.scroll.ScrollToOffset(fyne.NewPos(0, min(max(0, at.Y-look.GapPage), room)))
}

// FollowFocus brings what has the keyboard into sight, by the shortest way, when
// most of it lies outside. Something in sight never moves: it may be under the
// mouse.
func (p *Page) FollowFocus(o fyne.CanvasObject) {
	if p.scroll == nil || CanvasOf(p) == nil {
		return
	}
	const above, below = 64, 40 // room for the field's label, and its message
	at, tall := absoluteOf(o).Y-absoluteOf(p.scroll.Content).Y, o.Size().Height
	top, height := p.scroll.Offset.Y, p.scroll.Size().Height
	seen := min(at+tall, top+height) - max(at, top)
	if seen >= tall*3/4 || tall == 0 {
		return
	}
	to := at - above
	if at > top {
		to = at + tall + below - height
	}
	room := max(0, p.scroll.Content.Size().Height-height)
	p.scroll.ScrollToOffset(fyne.NewPos(0, min(max(0, to), room)))
}

// NewFooter is the bar at the bottom of a page: left things (back), then, at the
// right, what leads on. The last one is the primary button.
func NewFooter(left []fyne.CanvasObject, right ...fyne.CanvasObject) *fyne.Container {
	row := append(append([]fyne.CanvasObject{}, left...), layout.NewSpacer())
	row = append(row, right...)
	for _, o := range row {
		if b, ok := o.(*Button); ok {
			b.Fixed()
		}
	}
	bar := container.New(layout.NewCustomPaddedLayout(12, 12, look.GapPage-look.Gap, look.GapPage), NewRow(row...))
	line := container.New(heightLayout{1}, NewFill(look.ColorBorder, "", 0))
	return container.NewStack(NewFill(look.ColorSurface, "", 0), container.NewBorder(line, nil, nil, nil, bar))
}

// heightLayout gives its objects a fixed least height.
type heightLayout struct{ h float32 }

func (l heightLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var w float32
	for _, o := range objects {
		w = max(w, o.MinSize().Width)
	}
	return fyne.NewSize(w, l.h)
}

func (l heightLayout) Layout(objects []fyne.CanvasObject, s fyne.Size) {
	for _, o := range objects {
		o.Move(fyne.NewPos(0, 0))
		o.Resize(s)
	}
}

// NewHeight gives an object at least this height.
func NewHeight(h float32, o fyne.CanvasObject) *fyne.Container {
	return container.New(heightLayout{h}, o)
}
