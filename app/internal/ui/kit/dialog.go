package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/ui/look"
)

// Ask is a question that must be answered: what cannot be taken back, or a
// reason to give. The safe button has the focus; Escape is the safe answer;
// closing returns the keyboard to where it was.
type Ask struct {
	Title string
	Text  string
	Body  fyne.CanvasObject // more than words; may be nil
	Do    string            // the verb of the act
	Back  string            // the safe answer; empty: «Volver»
	// IsDangerous paints the act in red.
	IsDangerous bool
	// OnDo answers the act. It returns false to keep the question open, when what
	// was written does not do.
	OnDo   func() bool
	OnBack func()
	// Focus, when set, takes the keyboard in place of the safe button: an entry.
	Focus fyne.Focusable
}

// Dialog is a question on screen.
type Dialog struct {
	canvas fyne.Canvas
	shade  *dialogShade
	before fyne.Focusable
	ask    Ask
	do     *Button
	back   *Button
	isOpen bool
}

// NewDialog makes a question that is not asked yet.
func NewDialog(ask Ask) *Dialog {
	d := &Dialog{ask: ask}
	if ask.Back == "" {
		d.ask.Back = "Volver"
	}
	d.back = newEscapeButton(NewButton(d.ask.Back, d.Close), d.Close)
	words := NewStack(NewHeading(ask.Title))
	if ask.Text != "" {
		words.Add(NewText(ask.Text))
	}
	if ask.Body != nil {
		words.Add(ask.Body)
	}
	row := NewRow(layout.NewSpacer(), d.back)
	if ask.Do != "" {
		if ask.IsDangerous {
			d.do = NewDanger(ask.Do, d.Answer)
		} else {
			d.do = NewPrimary(ask.Do, d.Answer)
		}
		newEscapeButton(d.do, d.Close)
		row.Add(d.do)
	}
	words.Add(row)
	panel := container.NewStack(NewFill(look.ColorCard, look.ColorBorder, 8), NewPadded(look.GapPage, words))
	d.shade = newDialogShade(container.New(dialogLayout{}, panel))
	d.shade.escape = d.Close
	return d
}

// ShowAsk puts a question over a canvas.
func ShowAsk(c fyne.Canvas, ask Ask) *Dialog {
	d := NewDialog(ask)
	d.Show(c)
	return d
}

// Show asks the question over a canvas.
func (d *Dialog) Show(c fyne.Canvas) {
	if c == nil || d.isOpen {
		return
	}
	d.canvas, d.before, d.isOpen = c, c.Focused(), true
	c.Overlays().Add(d.shade)
	d.shade.Resize(c.Size())
	if d.ask.Focus != nil {
		c.Focus(d.ask.Focus)
	} else {
		c.Focus(d.back)
	}
}

// Object is the question with what dims the screen behind it, for pictures.
func (d *Dialog) Object() fyne.CanvasObject { return d.shade }

// newEscapeButton makes Escape on a button close its dialog.
func newEscapeButton(b *Button, escape func()) *Button {
	b.OnEscape = escape
	return b
}

// Answer does the act, as its button does.
func (d *Dialog) Answer() {
	if !d.isOpen {
		return
	}
	if d.ask.OnDo != nil && !d.ask.OnDo() {
		return
	}
	d.hide()
}

// Close answers the safe way.
func (d *Dialog) Close() {
	if !d.isOpen {
		return
	}
	d.hide()
	if d.ask.OnBack != nil {
		d.ask.OnBack()
	}
}

// Finish takes the question away: it was answered, and the answer accepted.
func (d *Dialog) Finish() {
	if d.isOpen {
		d.hide()
	}
}

// SetBusy turns the act off, with other words, until its answer is there.
func (d *Dialog) SetBusy(busy bool, text string) {
	if d.do != nil {
		d.do.SetBusy(busy, text)
	}
}

// SetEnabled turns the act on or off.
func (d *Dialog) SetEnabled(on bool) {
	if d.do != nil {
		d.do.SetEnabled(on)
	}
}

// Refresh sets its parts anew: what it says grew or shrank.
func (d *Dialog) Refresh() { d.shade.Refresh() }

// IsOpen reports whether the question is still asked.
func (d *Dialog) IsOpen() bool { return d.isOpen }

func (d *Dialog) hide() {
	d.isOpen = false
	d.canvas.Overlays().Remove(d.shade)
	if d.before != nil {
		d.canvas.Focus(d.before)
	}
}

// CloseTop does to what lies over a canvas what Escape does, when nothing there
// has the keyboard. It reports whether something lay there.
func CloseTop(c fyne.Canvas) bool {
	top := c.Overlays().Top()
	if shade, ok := top.(*dialogShade); ok && shade.escape != nil {
		shade.escape()
	}
	return top != nil
}

// dialogShade dims the screen behind a question and fills the canvas.
type dialogShade struct {
	widget.BaseWidget
	content fyne.CanvasObject
	escape  func()                  // what Escape does, wherever the keyboard is
	follow  func(fyne.CanvasObject) // told of what gets the keyboard; may be nil
}

func newDialogShade(content fyne.CanvasObject) *dialogShade {
	s := &dialogShade{content: content}
	s.ExtendBaseWidget(s)
	return s
}

// CreateRenderer implements fyne.Widget.
func (s *dialogShade) CreateRenderer() fyne.WidgetRenderer {
	dim := canvas.NewRectangle(theme.ColorForWidget(theme.ColorNameShadow, s))
	return widget.NewSimpleRenderer(container.NewStack(dim, s.content))
}

// Cursor implements desktop.Cursorable, as Root does: what lies over the window
// hides the root from the pointer.
func (s *dialogShade) Cursor() desktop.Cursor {
	tellUse(s)
	return desktop.DefaultCursor
}

// Tapped swallows clicks beside the panel.
func (s *dialogShade) Tapped(*fyne.PointEvent) {}

// dialogLayout centres its panel, 560 wide at most.
type dialogLayout struct{}

func (dialogLayout) MinSize(o []fyne.CanvasObject) fyne.Size { return fyne.NewSize(320, 120) }

func (dialogLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	w := min(560, s.Width-2*look.GapPage)
	for _, x := range o {
		x.Resize(fyne.NewSize(w, x.Size().Height))
		h := min(x.MinSize().Height, s.Height)
		x.Resize(fyne.NewSize(w, h))
		x.Move(fyne.NewPos((s.Width-w)/2, (s.Height-h)/2))
	}
}
