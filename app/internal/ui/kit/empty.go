package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/ui/look"
)

// Empty fills the place of a list that has nothing to show: why, and one act.
type Empty struct {
	widget.BaseWidget
	icon *canvas.Image
	text *Text
	row  *fyne.Container
	box  *fyne.Container
}

// NewEmpty makes the look; action's Text may be empty.
func NewEmpty(icon fyne.Resource, text string, action Action) *Empty {
	e := &Empty{icon: canvas.NewImageFromResource(nil), text: NewText("").Centered(), row: container.NewCenter()}
	e.icon.FillMode = canvas.ImageFillContain
	e.icon.SetMinSize(fyne.NewSquareSize(48))
	e.box = container.NewCenter(NewWidth(480, NewStack(container.NewCenter(e.icon), e.text, e.row)))
	e.ExtendBaseWidget(e)
	e.Set(icon, text, action)
	return e
}

// Set changes what it says.
func (e *Empty) Set(icon fyne.Resource, text string, action Action) {
	e.icon.Resource = look.Coloured(icon, look.ColorMuted)
	e.icon.Refresh()
	e.text.SetText(text)
	e.row.Objects = nil
	if action.Text != "" {
		e.row.Add(NewButton(action.Text, action.Do))
	}
	e.Refresh()
}

// Text returns what it says.
func (e *Empty) Text() string { return e.text.Text() }

// CreateRenderer implements fyne.Widget.
func (e *Empty) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(e.box) }

// NewSkeleton stands in for rows that are on their way: grey bars, at rest.
func NewSkeleton(rows int) *fyne.Container {
	box := NewStack()
	for i := range rows {
		w := float32(640 - 70*(i%4))
		box.Add(NewWidest(w, NewHeight(20, NewFill(look.Tint(look.Neutral), "", 4))))
	}
	return NewPadded(look.GapWide, box)
}

// NewSearch is a search box: Escape clears it first and then calls left, which
// may be nil.
func NewSearch(example string, changed func(string), left func()) *Entry {
	e := NewEntry(example)
	e.Name = "Buscar"
	e.SetIcon(look.IconSearch)
	e.OnText(changed)
	e.OnEscape = func() {
		if e.Text != "" {
			e.SetText("")
			return
		}
		if left != nil {
			left()
		}
	}
	return e
}
