package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// Button is a push button that fires on Enter as well as on Space and click, and
// can be busy: off, with other words, until the answer is there.
type Button struct {
	widget.Button

	// OnEscape is called on Escape; nil leaves it alone.
	OnEscape func()
	// Name is what a button without words is called, for screen readers.
	Name string

	words     string
	isFocused bool
	isFixed   bool // stands in a bar that never scrolls
	isBusy    bool
	wasOff    bool
}

func newButton(text string, icon fyne.Resource, importance widget.Importance, tapped func()) *Button {
	b := &Button{words: text}
	b.Text, b.Icon, b.Importance, b.OnTapped = text, icon, importance, tapped
	b.ExtendBaseWidget(b)
	return b
}

// Fixed says that the button stands in a bar that never scrolls, and returns it.
func (b *Button) Fixed() *Button {
	b.isFixed = true
	return b
}

// NewPrimary is the one act a screen leads to.
func NewPrimary(text string, tapped func()) *Button {
	return newButton(text, nil, widget.HighImportance, tapped)
}

// NewButton is an act of second rank.
func NewButton(text string, tapped func()) *Button {
	return newButton(text, nil, widget.MediumImportance, tapped)
}

// NewIconButton is a second-rank act with an icon before its words.
func NewIconButton(text string, icon fyne.Resource, tapped func()) *Button {
	return newButton(text, icon, widget.MediumImportance, tapped)
}

// NewDanger is an act that cannot be taken back. Never beside the primary one.
func NewDanger(text string, tapped func()) *Button {
	return newButton(text, nil, widget.DangerImportance, tapped)
}

// NewQuiet is an act without a frame: «Volver», «Copiar».
func NewQuiet(text string, icon fyne.Resource, tapped func()) *Button {
	return newButton(text, icon, widget.LowImportance, tapped)
}

// SetText changes the words, kept while busy.
func (b *Button) SetText(text string) {
	b.words = text
	if !b.isBusy {
		b.Button.SetText(text)
	}
}

// SetBusy turns the button off with other words until it is set free; an empty
// text keeps the usual ones.
func (b *Button) SetBusy(busy bool, text string) {
	switch {
	case busy && !b.isBusy:
		b.isBusy, b.wasOff = true, b.Disabled()
		b.Disable()
	case !busy && b.isBusy:
		b.isBusy = false
		if !b.wasOff {
			b.Enable()
		}
	}
	if busy && text != "" {
		b.Button.SetText(text)
	} else {
		b.Button.SetText(b.words)
	}
}

// SetEnabled turns the button on or off.
func (b *Button) SetEnabled(on bool) {
	if b.isBusy {
		b.wasOff = !on
		return
	}
	if on == !b.Disabled() {
		return
	}
	if on {
		b.Enable()
	} else {
		b.Disable()
	}
}

// FocusGained implements fyne.Focusable.
func (b *Button) FocusGained() {
	b.isFocused = true
	b.Button.FocusGained()
	if !b.isFixed {
		tellFocus(b)
	}
}

// FocusLost implements fyne.Focusable.
func (b *Button) FocusLost() {
	b.isFocused = false
	b.Button.FocusLost()
}

// TypedKey implements fyne.Focusable: Enter fires too.
func (b *Button) TypedKey(e *fyne.KeyEvent) {
	tellUse(b)
	switch e.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		if !b.Disabled() && b.OnTapped != nil {
			b.OnTapped()
		}
	case fyne.KeyEscape:
		if b.OnEscape != nil {
			b.OnEscape()
		} else {
			passOn(b, e)
		}
	default:
		if isFunctionKey(e.Name) {
			passOn(b, e)
			return
		}
		b.Button.TypedKey(e)
	}
}

// AccessibilityLabel implements fyne.Accessible.
func (b *Button) AccessibilityLabel() string {
	if b.Text == "" {
		return b.Name
	}
	return b.Text
}

// CreateRenderer implements fyne.Widget.
func (b *Button) CreateRenderer() fyne.WidgetRenderer {
	return newRinged(b, b.Button.CreateRenderer(), func() bool { return b.isFocused })
}
