package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/ui/look"
)

// Light is one thing that a test proves: what it is, the word and level of where
// it stands, what that means and, when it failed, what helps.
type Light struct {
	Title   string
	Word    string
	Level   look.Level
	Icon    fyne.Resource // nil: the level's own
	Text    string
	Note    string   // the reference; may be empty
	Detail  string   // folded, with its copy button; empty: none
	Actions []Action // below; none: empty
}

// Lights lists the lights of a test. An open detail stays open as news come.
type Lights struct {
	widget.BaseWidget

	// OnCopy copies a technical detail.
	OnCopy func(string)

	lines []*lightLine
	box   *fyne.Container
}

// NewLights makes a list without lights.
func NewLights() *Lights {
	l := &Lights{box: NewStack()}
	l.ExtendBaseWidget(l)
	return l
}

// Set shows these lights, in order.
func (l *Lights) Set(lights []Light) {
	isNew := len(lights) != len(l.lines)
	if isNew {
		l.lines, l.box.Objects = nil, nil
		for range lights {
			line := newLightLine(func(s string) { Call(l.OnCopy, s) })
			l.lines = append(l.lines, line)
			l.box.Add(line.box)
		}
	}
	for i, light := range lights {
		isNew = l.lines[i].set(light) || isNew
	}
	if isNew {
		l.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (l *Lights) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(l.box) }

// lightLine is one light on screen.
type lightLine struct {
	shown Light
	isSet bool
	icon  *canvas.Image
	title *Text
	chip  *StatusChip
	text  *Text
	note  *Text
	fold  *Fold
	acts  []*Button
	row   *fyne.Container
	fill  *Fill
	box   fyne.CanvasObject
}

func newLightLine(copied func(string)) *lightLine {
	l := &lightLine{
		icon: smallIcon(look.IconCircle, look.ColorMuted, 22), title: NewStrong("").Natural(), chip: NewStatusChip(Chip{}),
		text: NewText(""), note: NewNote(""), fold: NewFold("Detalle técnico", "Copiar", copied), row: NewRow(),
		fill: NewFill(look.ColorCard, look.ColorBorder, 6),
	}
	head := container.NewHBox(l.title, container.NewCenter(l.chip))
	mark := container.New(layout.NewCustomPaddedLayout(8, 0, 8, 0), container.NewVBox(l.icon))
	words := NewTight(head, container.New(layout.NewCustomPaddedLayout(-10, 0, 0, 0), l.text), l.note, l.fold,
		container.New(layout.NewCustomPaddedLayout(0, 6, 8, 8), l.row))
	l.box = container.NewStack(l.fill, NewPadded(2, container.NewBorder(nil, nil, mark, nil, words)))
	return l
}

// set shows a light; it reports whether anything changed.
func (l *lightLine) set(light Light) bool {
	for i := range l.acts {
		if i < len(light.Actions) {
			l.acts[i].OnTapped = light.Actions[i].Do // may be new
		}
	}
	if l.isSet && sameLight(l.shown, light) {
		return false
	}
	l.isSet, l.shown = true, light
	ink := look.Ink(light.Level)
	icon := light.Icon
	if icon == nil {
		icon = look.LevelIcon(light.Level)
	}
	l.icon.Resource = look.Coloured(icon, ink)
	l.icon.Refresh()
	fill, border := look.ColorCard, look.ColorBorder
	if light.Level == look.Danger {
		fill, border = look.Tint(look.Danger), ink
	}
	l.fill.SetColors(fill, border)
	l.title.SetText(light.Title)
	l.chip.Set(Chip{Word: light.Word, Level: light.Level, Icon: icon})
	Put(l.text, light.Text)
	Put(l.note, light.Note)
	l.fold.Set(light.Detail)
	l.acts, l.row.Objects = nil, nil
	for _, a := range light.Actions {
		b := NewQuiet(a.Text, nil, a.Do)
		l.acts = append(l.acts, b)
		l.row.Add(onTint(b))
	}
	SetVisible(l.row, len(light.Actions) > 0)
	l.box.Refresh()
	return true
}

func sameLight(a, b Light) bool {
	if a.Title != b.Title || a.Word != b.Word || a.Level != b.Level || a.Icon != b.Icon || a.Text != b.Text || a.Note != b.Note ||
		a.Detail != b.Detail || len(a.Actions) != len(b.Actions) {
		return false
	}
	for i := range a.Actions {
		if a.Actions[i].Text != b.Actions[i].Text {
			return false
		}
	}
	return true
}
