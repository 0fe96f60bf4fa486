package kit

import (
	"fmt"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/ui/look"
	"llavero/shared/secret"
)

// HideAfter is how long a shown value stays, in seconds.
const HideAfter = 30

// MaskedSecret is a value behind eight dots, whatever its length. It holds
// nothing until shown: the eye asks OnReveal, which answers later with Reveal. It
// hides after HideAfter seconds, when the keyboard leaves it, and on Conceal;
// hiding forgets the value. Copying needs no showing.
type MaskedSecret struct {
	widget.BaseWidget

	// OnReveal asks for the value; answer with Reveal, or Fail.
	OnReveal func()
	// OnCopy asks to put the value in the clipboard.
	OnCopy func()
	// OnShow tells that a value came in sight, also when it replaced another.
	OnShow func()
	// OnConceal tells that a shown value was hidden.
	OnConceal func()
	// Still keeps the count-down at its start: for pictures.
	Still bool

	label string
	value secret.Text
	shown bool
	count Countdown

	title  *Text
	dots   *Text
	left   *Text
	err    *Text
	eye    *blurButton
	copy   *Button
	fill   *Fill
	box    *fyne.Container
	isBusy bool
}

// NewMaskedSecret makes a masked value with its name above it.
func NewMaskedSecret(label string) *MaskedSecret {
	m := &MaskedSecret{
		label: label,
		title: newText(label, look.SizeNote, look.ColorMuted, fyne.TextStyle{}),
		dots:  NewCode(secret.Mask),
		left:  NewNote("").Natural(),
		err:   NewNote("").SetColor(look.Ink(look.Danger)),
		fill:  NewFill(look.ColorSurface, look.ColorBorder, 4),
	}
	m.dots.isSecret = true
	m.dots.Wrapping = fyne.TextWrapBreak
	m.err.Hide()
	m.eye = newBlurButton("Mostrar", look.IconEye, m.toggle, m.blurred)
	m.copy = NewIconButton("Copiar", look.IconCopy, func() {
		if m.OnCopy != nil {
			m.OnCopy()
		}
	})
	buttons := NewRow(m.left, m.eye, m.copy)
	line := container.NewBorder(nil, nil, nil, container.NewCenter(buttons), container.NewStack(m.fill, m.dots))
	m.box = NewTight(m.title, container.New(layout.NewCustomPaddedLayout(0, 0, 8, 0), line), m.err)
	m.ExtendBaseWidget(m)
	return m
}

// CreateRenderer implements fyne.Widget.
func (m *MaskedSecret) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(m.box) }

// Reveal puts the value in sight and starts the count-down.
func (m *MaskedSecret) Reveal(value secret.Text) {
	m.SetBusy(false)
	m.setError("")
	m.value, m.shown = value, true
	m.dots.SetText(value.Reveal())
	m.eye.SetText("Ocultar")
	m.eye.SetIcon(look.IconEyeOff)
	m.tell(HideAfter)
	if !m.Still {
		m.count.Start(HideAfter, m.tell, m.Conceal)
	}
	m.Refresh()
	if m.OnShow != nil {
		m.OnShow()
	}
}

func (m *MaskedSecret) tell(left int) {
	m.left.SetText(fmt.Sprintf("%d s", left))
	m.left.Show()
	m.box.Refresh()
}

// ShowUnmasked puts a value that is no secret in sight for good: no mask, no
// count-down, no eye.
func (m *MaskedSecret) ShowUnmasked(value string) {
	m.dots.SetText(value)
	m.eye.Hide()
	m.Refresh()
}

// Conceal hides the value and forgets it. Harmless when nothing is shown.
func (m *MaskedSecret) Conceal() {
	m.count.Stop()
	if !m.shown {
		return
	}
	m.value, m.shown = secret.Text{}, false
	m.dots.SetText(secret.Mask)
	m.left.SetText("")
	m.eye.SetText("Mostrar")
	m.eye.SetIcon(look.IconEye)
	m.Refresh()
	if m.OnConceal != nil {
		m.OnConceal()
	}
}

// Fail tells below the value why it could not be shown; empty takes it away.
func (m *MaskedSecret) Fail(text string) {
	m.SetBusy(false)
	m.setError(text)
}

func (m *MaskedSecret) setError(text string) {
	m.err.SetText(text)
	m.err.Hidden = text == ""
	m.Refresh()
}

// SetBusy turns the eye off while the value is on its way.
func (m *MaskedSecret) SetBusy(busy bool) {
	m.isBusy = busy
	m.eye.SetEnabled(!busy)
}

// SetEnabled turns eye and copy on or off: both need a connection.
func (m *MaskedSecret) SetEnabled(on bool) {
	m.eye.SetEnabled(on && !m.isBusy)
	m.copy.SetEnabled(on)
}

// IsShown reports whether the value is in sight.
func (m *MaskedSecret) IsShown() bool { return m.shown }

// Label returns the value's name.
func (m *MaskedSecret) Label() string { return m.label }

// Toggle shows or hides, as Ctrl+Mayús+C does.
func (m *MaskedSecret) Toggle() { m.toggle() }

func (m *MaskedSecret) toggle() {
	if m.shown {
		m.Conceal()
		return
	}
	if m.isBusy || m.OnReveal == nil {
		return
	}
	m.setError("")
	m.SetBusy(true)
	m.OnReveal()
}

// blurred hides the value when the keyboard leaves the eye.
func (m *MaskedSecret) blurred() {
	if m.shown {
		m.Conceal()
	}
}

// AccessibilityLabel implements fyne.Accessible: never the value.
func (m *MaskedSecret) AccessibilityLabel() string { return m.label }

// AccessibilityRole implements fyne.Accessible.
func (m *MaskedSecret) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleContainer }

// blurButton is a button that takes the keyboard when clicked and tells when it
// leaves.
type blurButton struct {
	Button
	onBlur func()
}

func newBlurButton(text string, icon fyne.Resource, tapped, blur func()) *blurButton {
	b := &blurButton{onBlur: blur}
	b.words, b.Text, b.Icon, b.Importance, b.OnTapped = text, text, icon, widget.MediumImportance, tapped
	b.ExtendBaseWidget(b)
	return b
}

// Tapped implements fyne.Tappable: the keyboard comes here first, so that the
// value hides when it goes elsewhere.
func (b *blurButton) Tapped(e *fyne.PointEvent) {
	b.Button.Tapped(e)
	Focus(b)
}

// FocusGained implements fyne.Focusable.
func (b *blurButton) FocusGained() {
	b.Button.FocusGained()
	tellFocus(b) // the button inside is on no canvas
}

// FocusLost implements fyne.Focusable.
func (b *blurButton) FocusLost() {
	b.Button.FocusLost()
	if b.onBlur != nil {
		b.onBlur()
	}
}
