package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/ui/look"
)

// Chip is what a status chip says. A nil Icon takes the level's own.
type Chip struct {
	Word  string
	Level look.Level
	Icon  fyne.Resource
}

// StatusChip shows a state by icon, word and colour. It does not take part in
// the keyboard's round.
type StatusChip struct {
	widget.BaseWidget
	chip Chip
	fill *Fill
	icon *canvas.Image
	text *Text
	box  *fyne.Container
}

// NewStatusChip makes a chip.
func NewStatusChip(c Chip) *StatusChip {
	s := &StatusChip{
		chip: c,
		fill: NewFill(look.Tint(look.Neutral), "", 12),
		icon: canvas.NewImageFromResource(look.IconCircle),
		text: newText("", look.SizeNote, look.Ink(look.Neutral), fyne.TextStyle{Bold: true}),
	}
	s.icon.FillMode = canvas.ImageFillContain
	s.icon.SetMinSize(fyne.NewSquareSize(14))
	s.text.Wrapping = fyne.TextWrapOff
	s.box = container.NewStack(s.fill, container.New(chipLayout{}, s.icon, s.text))
	s.ExtendBaseWidget(s)
	s.show()
	return s
}

// NewEnvironmentTag marks an environment: word, icon (flask, shield) and colour
// (amber, blue). The word comes from package es.
func NewEnvironmentTag(production bool, word string) *StatusChip {
	if production {
		return NewStatusChip(Chip{Word: word, Level: look.Production})
	}
	return NewStatusChip(Chip{Word: word, Level: look.Preproduction})
}

// Set changes what the chip says. An empty word hides it.
func (s *StatusChip) Set(c Chip) {
	if s.chip == c {
		return
	}
	s.chip = c
	s.show()
	s.Refresh()
}

// Chip returns what the chip says.
func (s *StatusChip) Chip() Chip { return s.chip }

func (s *StatusChip) show() {
	s.Hidden = s.chip.Word == ""
	level := s.chip.Level
	if level == "" {
		level = look.Neutral
	}
	icon := s.chip.Icon
	if icon == nil {
		icon = look.LevelIcon(level)
	}
	s.fill.SetColors(look.Tint(level), "")
	s.icon.Resource = look.Coloured(icon, look.Ink(level))
	s.icon.Refresh()
	s.text.SetColor(look.Ink(level))
	s.text.SetText(s.chip.Word)
}

// CreateRenderer implements fyne.Widget.
func (s *StatusChip) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.New(layout.NewHBoxLayout(), s.box))
}

// AccessibilityLabel implements fyne.Accessible.
func (s *StatusChip) AccessibilityLabel() string { return s.chip.Word }

// AccessibilityRole implements fyne.Accessible.
func (s *StatusChip) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// chipLayout sets a small icon before a word, closer than the toolkit would.
type chipLayout struct{}

const (
	chipPad  float32 = 8
	chipIcon float32 = 14
)

func (chipLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	m := o[1].MinSize()
	return fyne.NewSize(chipPad+chipIcon+m.Width, 24)
}

func (chipLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	o[0].Move(fyne.NewPos(chipPad, (s.Height-chipIcon)/2))
	o[0].Resize(fyne.NewSquareSize(chipIcon))
	h := o[1].MinSize().Height
	o[1].Move(fyne.NewPos(chipPad+chipIcon-4, (s.Height-h)/2))
	o[1].Resize(fyne.NewSize(s.Width-chipPad-chipIcon+4, h))
}
