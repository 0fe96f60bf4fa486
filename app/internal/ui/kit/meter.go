package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/ui/look"
)

// MeterSteps is how many parts a Meter has.
const MeterSteps = 4

// Meter says how strong something is: filled parts, a word and a remark. The word
// suffices without the colours.
type Meter struct {
	widget.BaseWidget
	parts []*Fill
	word  *Text
	note  *Text
	box   *fyne.Container
}

// NewMeter makes a meter that says nothing yet.
func NewMeter() *Meter {
	m := &Meter{word: NewStrong("").Natural(), note: NewNote("")}
	bars := container.New(evenly{gap: 4})
	for range MeterSteps {
		part := NewFill(look.Tint(look.Neutral), look.ColorBorder, 3)
		m.parts = append(m.parts, part)
		bars.Add(part)
	}
	row := container.NewBorder(nil, nil, nil, container.New(fixedWidth{140}, m.word), container.New(meterBar{}, bars))
	m.box = NewTight(NewWidest(480, row), m.note)
	m.Hidden = true
	m.ExtendBaseWidget(m)
	return m
}

// CreateRenderer implements fyne.Widget.
func (m *Meter) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(m.box) }

// Set fills so many parts, 0 to MeterSteps, and says it in words; an empty word
// hides the meter.
func (m *Meter) Set(filled int, level look.Level, word, note string) {
	for i, p := range m.parts {
		if i < filled {
			p.SetColors(look.Ink(level), "")
		} else {
			p.SetColors(look.Tint(look.Neutral), look.ColorBorder)
		}
	}
	m.word.SetColor(look.Ink(level))
	m.word.SetText(word)
	Put(m.note, note)
	SetVisible(m, word != "")
	m.Refresh()
}

// Word returns what it says.
func (m *Meter) Word() string { return m.word.Text() }

// AccessibilityLabel implements fyne.Accessible.
func (m *Meter) AccessibilityLabel() string { return m.word.Text() + ". " + m.note.Text() }

// AccessibilityRole implements fyne.Accessible.
func (m *Meter) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// evenly sets its objects side by side, equally wide.
type evenly struct{ gap float32 }

func (e evenly) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(120, 8) }

func (e evenly) Layout(o []fyne.CanvasObject, s fyne.Size) {
	n := float32(len(o))
	w := (s.Width - e.gap*(n-1)) / n
	for i, x := range o {
		x.Move(fyne.NewPos(float32(i)*(w+e.gap), 0))
		x.Resize(fyne.NewSize(w, s.Height))
	}
}

// meterBar lays the parts in the middle of the line, with the edge of a field at
// the left.
type meterBar struct{}

func (meterBar) MinSize(o []fyne.CanvasObject) fyne.Size {
	return o[0].MinSize().AddWidthHeight(look.Gap, 0)
}

func (meterBar) Layout(o []fyne.CanvasObject, s fyne.Size) {
	h := o[0].MinSize().Height
	o[0].Move(fyne.NewPos(look.Gap/2, (s.Height-h)/2))
	o[0].Resize(fyne.NewSize(s.Width-look.Gap, h))
}
