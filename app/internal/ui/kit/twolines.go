package kit

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/ui/look"
)

// twoLines shows words on one line, or on two when one is not enough; what does
// not fit then ends in an ellipsis. It stands in the middle of its height.
type twoLines struct {
	widget.BaseWidget
	text  string
	color fyne.ThemeColorName
	style fyne.TextStyle
}

func newTwoLines(color fyne.ThemeColorName) *twoLines {
	t := &twoLines{color: color}
	t.ExtendBaseWidget(t)
	return t
}

func (t *twoLines) set(text string, color fyne.ThemeColorName) {
	if t.text == text && t.color == color {
		return
	}
	t.text, t.color = text, color
	t.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (t *twoLines) CreateRenderer() fyne.WidgetRenderer {
	r := &twoLinesRenderer{t: t, first: canvas.NewText("", nil), second: canvas.NewText("", nil)}
	r.update()
	return r
}

// AccessibilityLabel implements fyne.Accessible.
func (t *twoLines) AccessibilityLabel() string { return t.text }

// AccessibilityRole implements fyne.Accessible.
func (t *twoLines) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

type twoLinesRenderer struct {
	t             *twoLines
	first, second *canvas.Text
	size          fyne.Size
}

// MinSize implements fyne.WidgetRenderer: it makes do with what there is.
func (r *twoLinesRenderer) MinSize() fyne.Size {
	return fyne.NewSize(40, 2*r.line()+2)
}

func (r *twoLinesRenderer) line() float32 {
	return fyne.MeasureText("Áj", r.first.TextSize, r.t.style).Height
}

// Layout implements fyne.WidgetRenderer.
func (r *twoLinesRenderer) Layout(s fyne.Size) {
	r.size = s
	width := s.Width - 2*look.Gap
	fits := func(text string) bool {
		return fyne.MeasureText(text, r.first.TextSize, r.t.style).Width <= width
	}
	a, b := breakWords(r.t.text, fits)
	r.first.Text, r.second.Text = shortened(a, fits), shortened(b, fits)
	h, y := r.line(), s.Height/2
	r.first.Move(fyne.NewPos(look.Gap, y-h/2))
	if b != "" {
		r.first.Move(fyne.NewPos(look.Gap, y-h))
	}
	r.second.Move(fyne.NewPos(look.Gap, y))
	r.second.Hidden = b == ""
	for _, o := range []*canvas.Text{r.first, r.second} {
		o.Resize(fyne.NewSize(max(0, width), h))
		o.Refresh()
	}
}

// Refresh implements fyne.WidgetRenderer.
func (r *twoLinesRenderer) Refresh() {
	r.update()
	r.Layout(r.size)
}

func (r *twoLinesRenderer) update() {
	for _, o := range []*canvas.Text{r.first, r.second} {
		o.Color = theme.ColorForWidget(r.t.color, r.t)
		o.TextSize = theme.SizeForWidget(look.SizeNote, r.t)
		o.TextStyle = r.t.style
	}
}

// Objects implements fyne.WidgetRenderer.
func (r *twoLinesRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.first, r.second}
}

// Destroy implements fyne.WidgetRenderer.
func (r *twoLinesRenderer) Destroy() {}

// breakWords parts a text after the last space or hyphen at which the first part
// fits; a text that fits, or that has no such place, stays whole.
func breakWords(text string, fits func(string) bool) (first, second string) {
	if fits(text) {
		return text, ""
	}
	at := 0
	for i, c := range text {
		if c != ' ' && c != '-' {
			continue
		}
		part := text[:i]
		if c == '-' {
			part = text[:i+1]
		}
		if part == "" || !fits(strings.TrimSpace(part)) {
			if at > 0 {
				break
			}
			continue
		}
		at = i + 1
	}
	if at == 0 {
		return text, ""
	}
	return strings.TrimSpace(text[:at]), strings.TrimSpace(text[at:])
}

// shortened cuts a text that does not fit and says so with an ellipsis.
func shortened(text string, fits func(string) bool) string {
	if fits(text) {
		return text
	}
	r := []rune(text)
	for n := len(r) - 1; n > 0; n-- {
		if s := strings.TrimRight(string(r[:n]), " ") + "…"; fits(s) {
			return s
		}
	}
	return ""
}
