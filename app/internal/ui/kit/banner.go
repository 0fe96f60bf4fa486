package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/ui/look"
)

// Action is a button of a banner, an empty look or a notice.
type Action struct {
	Text string
	Do   func()
}

// Message is what a banner says: what happened, what to do, the reference, and a
// folded technical detail with its own copy button.
type Message struct {
	Level   look.Level
	Title   string // may be empty
	Text    string
	Note    string // the reference line, may be empty
	Detail  string // folded; empty: none
	Actions []Action
}

// IsEmpty reports that there is nothing to say.
func (m Message) IsEmpty() bool { return m.Title == "" && m.Text == "" }

// Banner tells something in its place on a screen: a refusal, a warning, a
// success. Without a message it takes no room.
type Banner struct {
	widget.BaseWidget

	// OnCopy copies the technical detail.
	OnCopy func(string)

	said  bool
	shown Message
	fill  *Fill
	icon  *canvas.Image
	title *Text
	text  *Text
	note  *Text
	fold  *Fold
	acts  []*Button
	row   *fyne.Container
	box   *fyne.Container
}

// NewBanner makes a banner with nothing to say.
func NewBanner() *Banner {
	b := &Banner{
		fill: NewFill(look.Tint(look.Info), look.Ink(look.Info), 6),
		icon: canvas.NewImageFromResource(look.IconInfo), title: NewStrong(""), text: NewText(""), note: NewNote(""),
		row: NewRow(),
	}
	b.icon.FillMode = canvas.ImageFillContain
	b.icon.SetMinSize(fyne.NewSquareSize(22))
	b.fold = NewFold("Detalle técnico", "Copiar detalles", func(s string) {
		if b.OnCopy != nil {
			b.OnCopy(s)
		}
	})
	mark := container.New(layout.NewCustomPaddedLayout(8, 0, 8, 0), container.NewVBox(b.icon))
	words := NewTight(b.title, b.text, b.note, b.fold, container.New(layout.NewCustomPaddedLayout(0, 4, 8, 8), b.row))
	b.box = container.NewStack(b.fill, NewPadded(4, container.NewBorder(nil, nil, mark, nil, words)))
	b.Hidden = true
	b.ExtendBaseWidget(b)
	return b
}

// Set changes what it says; an empty message hides it.
func (b *Banner) Set(m Message) {
	if b.said && sameMessage(b.shown, m) {
		b.shown = m
		b.setActions(m.Actions) // their functions may be new
		return
	}
	b.said, b.shown = true, m
	if m.IsEmpty() {
		b.Hide()
		return
	}
	ink := look.Ink(m.Level)
	b.fill.SetColors(look.Tint(m.Level), ink)
	b.icon.Resource = look.Coloured(look.LevelIcon(m.Level), ink)
	b.icon.Refresh()
	for _, t := range []struct {
		w *Text
		s string
	}{{b.title, m.Title}, {b.text, m.Text}, {b.note, m.Note}} {
		t.w.SetColor(ink)
		t.w.SetText(t.s)
		t.w.Hidden = t.s == ""
	}
	b.fold.Set(m.Detail)
	b.setActions(m.Actions)
	b.Show()
	b.Refresh()
}

// Clear takes the message away.
func (b *Banner) Clear() { b.Set(Message{}) }

// Message returns what it says.
func (b *Banner) Message() Message { return b.shown }

func sameMessage(a, b Message) bool {
	if a.Level != b.Level || a.Title != b.Title || a.Text != b.Text || a.Note != b.Note || a.Detail != b.Detail || len(a.Actions) != len(b.Actions) {
		return false
	}
	for i := range a.Actions {
		if a.Actions[i].Text != b.Actions[i].Text {
			return false
		}
	}
	return true
}

func (b *Banner) setActions(actions []Action) {
	same := len(b.acts) == len(actions)
	for i := 0; same && i < len(actions); i++ {
		same = b.acts[i].Text == actions[i].Text
	}
	if same {
		for i, a := range actions {
			b.acts[i].OnTapped = a.Do
		}
		return
	}
	b.acts, b.row.Objects = nil, nil
	for _, a := range actions {
		act := NewQuiet(a.Text, nil, a.Do)
		b.acts = append(b.acts, act)
		b.row.Add(onTint(act))
	}
	b.row.Hidden = len(actions) == 0
	b.row.Refresh()
}

// onTint puts a button on a card of its own: a tint would hide it.
func onTint(b *Button) fyne.CanvasObject {
	return container.NewStack(NewFill(look.ColorCard, look.ColorBorder, 4), b)
}

// CreateRenderer implements fyne.Widget.
func (b *Banner) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(b.box) }

// AccessibilityLabel implements fyne.Accessible.
func (b *Banner) AccessibilityLabel() string { return b.shown.Title + " " + b.shown.Text }

// AccessibilityRole implements fyne.Accessible.
func (b *Banner) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }
