package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/ui/look"
)

// CopyField is a value in clear with a copy button.
type CopyField struct {
	widget.BaseWidget

	// OnCopy asks to put the value in the clipboard.
	OnCopy func(string)

	label string
	value *Text
	copy  *Button
	box   *fyne.Container
}

// NewCopyField makes a value with its name above it. IsCode draws it in the face
// that tells 0 from O.
func NewCopyField(label, value string, isCode bool) *CopyField {
	f := &CopyField{label: label, value: NewText(value)}
	if isCode {
		f.value = NewCode(value)
	}
	f.value.Wrapping = fyne.TextWrapBreak
	f.copy = NewIconButton("Copiar", look.IconCopy, func() {
		if f.OnCopy != nil {
			f.OnCopy(f.value.Text())
		}
	})
	title := newText(label, look.SizeNote, look.ColorMuted, fyne.TextStyle{})
	line := container.NewBorder(nil, nil, nil, container.NewCenter(f.copy), container.NewStack(NewFill(look.ColorSurface, look.ColorBorder, 4), f.value))
	f.box = NewTight(title, container.New(layout.NewCustomPaddedLayout(0, 0, 8, 0), line))
	f.ExtendBaseWidget(f)
	return f
}

// SetValue changes the value.
func (f *CopyField) SetValue(value string) { f.value.SetText(value) }

// Value returns it.
func (f *CopyField) Value() string { return f.value.Text() }

// CreateRenderer implements fyne.Widget.
func (f *CopyField) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(f.box) }

// AccessibilityLabel implements fyne.Accessible.
func (f *CopyField) AccessibilityLabel() string { return f.label + ": " + f.value.Text() }

// AccessibilityRole implements fyne.Accessible.
func (f *CopyField) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// Fact is one line of read-only data.
type Fact struct {
	Label, Value string
	IsCode       bool
}

// Facts lists read-only data: names at the left, values at the right, wrapping.
type Facts struct {
	widget.BaseWidget
	shown []Fact
	box   *fyne.Container
}

// NewFacts makes the list.
func NewFacts(facts ...Fact) *Facts {
	f := &Facts{box: container.New(factsLayout{})}
	f.ExtendBaseWidget(f)
	f.Set(facts)
	return f
}

// Set changes the lines.
func (f *Facts) Set(facts []Fact) {
	if len(f.box.Objects) == 2*len(facts) && equalFacts(f.shown, facts) {
		return
	}
	f.shown = append([]Fact(nil), facts...)
	f.box.Objects = nil
	for _, x := range facts {
		value := NewText(x.Value)
		if x.IsCode {
			value = NewCode(x.Value)
		}
		f.box.Add(newText(x.Label, look.SizeText, look.ColorMuted, fyne.TextStyle{}))
		f.box.Add(value)
	}
	f.Refresh()
}

func equalFacts(a, b []Fact) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// CreateRenderer implements fyne.Widget.
func (f *Facts) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(f.box) }

// factsLayout sets pairs of objects in rows: a third for names, the rest for
// values; a row is as high as the higher of the two.
type factsLayout struct{}

func (factsLayout) widths(total float32) (name, value float32) {
	name = min(260, total*0.38)
	return name, total - name
}

func (l factsLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	var h float32
	for i := 0; i+1 < len(o); i += 2 {
		h += max(o[i].MinSize().Height, o[i+1].MinSize().Height) - 6
	}
	return fyne.NewSize(320, h)
}

func (l factsLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	name, value := l.widths(s.Width)
	var y float32
	for i := 0; i+1 < len(o); i += 2 {
		o[i].Resize(fyne.NewSize(name, o[i].Size().Height))
		o[i+1].Resize(fyne.NewSize(value, o[i+1].Size().Height))
		h := max(o[i].MinSize().Height, o[i+1].MinSize().Height)
		o[i].Move(fyne.NewPos(0, y))
		o[i].Resize(fyne.NewSize(name, h))
		o[i+1].Move(fyne.NewPos(name, y))
		o[i+1].Resize(fyne.NewSize(value, h))
		y += h - 6
	}
}
