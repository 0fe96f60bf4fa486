package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/ui/look"
)

// Check is a box with words that wrap. Space and Enter tick it.
type Check struct {
	widget.DisableableWidget

	// OnChanged is called when the person ticks or unticks.
	OnChanged func(bool)

	on        bool
	isFocused bool
	icon      *canvas.Image
	text      *Text
	err       *Text
	box       *fyne.Container
}

// NewCheck makes an unticked box.
func NewCheck(text string, changed func(bool)) *Check {
	c := &Check{OnChanged: changed, text: NewText(text), err: NewNote("")}
	c.err.SetColor(look.Ink(look.Danger))
	c.err.Hide()
	c.icon = canvas.NewImageFromResource(nil)
	c.icon.FillMode = canvas.ImageFillContain
	c.icon.SetMinSize(fyne.NewSquareSize(22))
	mark := container.New(layout.NewCustomPaddedLayout(6, 0, 6, 0), container.NewVBox(c.icon))
	c.box = container.NewBorder(nil, nil, mark, nil, NewTight(c.text, c.err))
	c.ExtendBaseWidget(c)
	c.show()
	return c
}

// SetText changes the words.
func (c *Check) SetText(text string) { c.text.SetText(text) }

// Text returns the words.
func (c *Check) Text() string { return c.text.Text() }

// Set ticks or unticks without telling anybody.
func (c *Check) Set(on bool) {
	if c.on == on {
		return
	}
	c.on = on
	c.show()
	c.Refresh()
}

// IsOn reports whether it is ticked.
func (c *Check) IsOn() bool { return c.on }

// SetError shows a complaint below the words; empty takes it away.
func (c *Check) SetError(text string) {
	if c.err.Text() == text && c.err.Hidden == (text == "") {
		return
	}
	c.err.SetText(text)
	c.err.Hidden = text == ""
	c.show()
	c.Refresh()
}

// HasError reports whether a complaint is shown.
func (c *Check) HasError() bool { return !c.err.Hidden }

// SetEnabled turns the box on or off.
func (c *Check) SetEnabled(on bool) {
	if on == !c.Disabled() {
		return
	}
	if on {
		c.Enable()
	} else {
		c.Disable()
	}
	c.show()
}

func (c *Check) show() {
	res, color := theme.CheckButtonIcon(), theme.ColorNameInputBorder
	switch {
	case c.Disabled():
		color = theme.ColorNameDisabled
	case c.HasError():
		color = theme.ColorNameError
	case c.on:
		color = theme.ColorNamePrimary
	}
	if c.on {
		res = theme.CheckButtonCheckedIcon()
	}
	c.icon.Resource = look.Coloured(res, color)
	c.icon.Refresh()
	if c.Disabled() {
		c.text.SetColor(theme.ColorNameDisabled)
	} else {
		c.text.SetColor("foreground")
	}
}

func (c *Check) toggle() {
	if c.Disabled() {
		return
	}
	c.Set(!c.on)
	if c.OnChanged != nil {
		c.OnChanged(c.on)
	}
}

// Tapped implements fyne.Tappable.
func (c *Check) Tapped(*fyne.PointEvent) {
	Focus(c)
	c.toggle()
}

// TypedKey implements fyne.Focusable.
func (c *Check) TypedKey(e *fyne.KeyEvent) {
	tellUse(c)
	switch e.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		c.toggle()
	default:
		passOn(c, e)
	}
}

// TypedRune implements fyne.Focusable.
func (c *Check) TypedRune(rune) {}

// FocusGained implements fyne.Focusable.
func (c *Check) FocusGained() {
	c.isFocused = true
	c.Refresh()
	tellFocus(c)
}

// FocusLost implements fyne.Focusable.
func (c *Check) FocusLost() { c.isFocused = false; c.Refresh() }

// CreateRenderer implements fyne.Widget.
func (c *Check) CreateRenderer() fyne.WidgetRenderer {
	return newRinged(c, widget.NewSimpleRenderer(c.box), func() bool { return c.isFocused })
}

// AccessibilityLabel implements fyne.Accessible.
func (c *Check) AccessibilityLabel() string { return c.text.Text() }

// AccessibilityRole implements fyne.Accessible.
func (c *Check) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }
