package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/ui/look"
)

// MenuCard is one option of a menu: icon, our word, the manual's word, one line.
// Click, Enter and Space open it. Off, it says why instead of the line.
type MenuCard struct {
	widget.BaseWidget

	// OnOpen is called when it is chosen.
	OnOpen func()

	isOff     bool
	isFocused bool
	isHovered bool
	line      string
	title     *Text
	manual    *Text
	text      *Text
	badge     *StatusChip
	icon      *canvas.Image
	res       fyne.Resource
	fill      *Fill
	box       *fyne.Container
}

// NewMenuCard makes an option.
func NewMenuCard(icon fyne.Resource, title, manual, line string, open func()) *MenuCard {
	c := &MenuCard{
		OnOpen: open, line: line, res: icon,
		title: NewHeading(title), manual: NewNote(manual), text: NewText(line),
		badge: NewStatusChip(Chip{}),
		icon:  canvas.NewImageFromResource(look.Coloured(icon, look.ColorOnDeep)),
		fill:  NewFill(look.ColorCard, look.ColorBorder, 8),
	}
	c.icon.FillMode = canvas.ImageFillContain
	c.icon.SetMinSize(fyne.NewSquareSize(28))
	disc := NewWidth(52, NewHeight(52, container.NewStack(NewFill(look.ColorDeep, "", 26), container.NewCenter(c.icon))))
	top := container.NewBorder(nil, nil, NewPadded(8, disc), container.NewVBox(container.New(layout.NewCustomPaddedLayout(8, 0, 0, 8), c.badge)), nil)
	under := container.New(layout.NewCustomPaddedLayout(-10, 0, 0, 0), c.manual)
	under.Hidden = manual == ""
	words := NewTight(c.title, under, c.text)
	c.box = container.NewStack(c.fill, NewPadded(12, container.NewBorder(top, nil, nil, nil, words)))
	c.ExtendBaseWidget(c)
	return c
}

// SetOff turns the card off and says why; an empty reason turns it on.
func (c *MenuCard) SetOff(reason string) {
	c.isOff = reason != ""
	if c.isOff {
		c.text.SetText(reason)
		c.text.SetColor(look.ColorMuted)
		c.title.SetColor(look.ColorMuted)
	} else {
		c.text.SetText(c.line)
		c.text.SetColor("foreground")
		c.title.SetColor(look.ColorTitle)
	}
	c.show()
}

// IsOff reports whether the card is off.
func (c *MenuCard) IsOff() bool { return c.isOff }

// SetBadge shows a count or a word at the corner; an empty word takes it away.
func (c *MenuCard) SetBadge(b Chip) { c.badge.Set(b) }

// Title returns our word.
func (c *MenuCard) Title() string { return c.title.Text() }

func (c *MenuCard) show() {
	switch {
	case c.isOff:
		c.fill.SetColors(look.ColorSurface, look.ColorBorder)
	case c.isHovered:
		c.fill.SetColors(look.ColorSurfaceBlue, look.Ink(look.Info))
	default:
		c.fill.SetColors(look.ColorCard, look.ColorBorder)
	}
	c.Refresh()
}

func (c *MenuCard) open() {
	if !c.isOff && c.OnOpen != nil {
		c.OnOpen()
	}
}

// Tapped implements fyne.Tappable.
func (c *MenuCard) Tapped(*fyne.PointEvent) { c.open() }

// TypedKey implements fyne.Focusable.
func (c *MenuCard) TypedKey(e *fyne.KeyEvent) {
	tellUse(c)
	switch e.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		c.open()
	default:
		passOn(c, e)
	}
}

// TypedRune implements fyne.Focusable.
func (c *MenuCard) TypedRune(rune) {}

// FocusGained implements fyne.Focusable.
func (c *MenuCard) FocusGained() { c.isFocused = true; c.Refresh(); tellFocus(c) }

// FocusLost implements fyne.Focusable.
func (c *MenuCard) FocusLost() { c.isFocused = false; c.Refresh() }

// MouseIn implements desktop.Hoverable.
func (c *MenuCard) MouseIn(*desktop.MouseEvent) { c.isHovered = true; c.show() }

// MouseMoved implements desktop.Hoverable.
func (c *MenuCard) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (c *MenuCard) MouseOut() { c.isHovered = false; c.show() }

// CreateRenderer implements fyne.Widget.
func (c *MenuCard) CreateRenderer() fyne.WidgetRenderer {
	return newRinged(c, widget.NewSimpleRenderer(c.box), func() bool { return c.isFocused })
}

// AccessibilityLabel implements fyne.Accessible.
func (c *MenuCard) AccessibilityLabel() string { return c.title.Text() }

// AccessibilityRole implements fyne.Accessible.
func (c *MenuCard) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

// NewCards sets cards side by side, equally wide and high, wrapping to fewer
// columns when there is no room.
func NewCards(cards ...fyne.CanvasObject) *fyne.Container {
	return container.New(cardsLayout{width: 300}, cards...)
}

type cardsLayout struct{ width float32 }

func (l cardsLayout) columns(total float32, n int) int {
	return max(1, min(n, int((total+look.GapWide)/(l.width+look.GapWide))))
}

func (l cardsLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	var h float32
	for _, x := range o {
		h = max(h, x.MinSize().Height)
	}
	return fyne.NewSize(l.width, max(h, 200))
}

func (l cardsLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	cols := l.columns(s.Width, len(o))
	w := min(380, (s.Width-look.GapWide*float32(cols-1))/float32(cols))
	var h float32 = 200
	for _, x := range o {
		x.Resize(fyne.NewSize(w, x.Size().Height))
		h = max(h, x.MinSize().Height)
	}
	for i, x := range o {
		x.Resize(fyne.NewSize(w, h))
		x.Move(fyne.NewPos(float32(i%cols)*(w+look.GapWide), float32(i/cols)*(h+look.GapWide)))
	}
}
