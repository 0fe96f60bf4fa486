package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/ui/look"
	"llavero/shared/secret"
)

// Text is a paragraph in one style. It wraps at words unless OneLine was called.
type Text struct {
	widget.RichText
	seg      *widget.TextSegment
	isSecret bool
}

func newText(text string, size fyne.ThemeSizeName, color fyne.ThemeColorName, style fyne.TextStyle) *Text {
	seg := &widget.TextSegment{Text: text, Style: widget.RichTextStyle{
		Alignment: fyne.TextAlignLeading, ColorName: color, SizeName: size, TextStyle: style,
	}}
	t := &Text{seg: seg}
	t.Segments = []widget.RichTextSegment{seg}
	t.Scroll = container.ScrollNone
	t.Wrapping = fyne.TextWrapWord
	t.ExtendBaseWidget(t)
	return t
}

// NewTitle is a screen's title: one a screen.
func NewTitle(text string) *Text {
	return newText(text, look.SizeTitle, look.ColorTitle, look.TitleStyle)
}

// NewHeading is the title of a section.
func NewHeading(text string) *Text {
	return newText(text, look.SizeHeading, look.ColorTitle, look.TitleStyle)
}

// NewSubheading is the title of a group of fields.
func NewSubheading(text string) *Text {
	return newText(text, look.SizeSubheading, look.ColorTitle, look.TitleStyle)
}

// NewText is running text.
func NewText(text string) *Text {
	return newText(text, look.SizeText, "foreground", fyne.TextStyle{})
}

// NewStrong is running text that stands out.
func NewStrong(text string) *Text {
	return newText(text, look.SizeText, "foreground", fyne.TextStyle{Bold: true})
}

// NewNote is a help line or a small remark.
func NewNote(text string) *Text {
	return newText(text, look.SizeNote, look.ColorMuted, fyne.TextStyle{})
}

// NewCode is an id, a code or a number whose characters must be told apart.
func NewCode(text string) *Text {
	return newText(text, look.SizeText, "foreground", look.CodeStyle)
}

// SetText changes the words.
func (t *Text) SetText(text string) {
	if t.seg.Text == text {
		return
	}
	t.seg.Text = text
	t.Refresh()
}

// Text returns the words.
func (t *Text) Text() string { return t.seg.Text }

// SetColor changes the colour; "foreground" is the usual one.
func (t *Text) SetColor(name fyne.ThemeColorName) *Text {
	if t.seg.Style.ColorName != name {
		t.seg.Style.ColorName = name
		t.Refresh()
	}
	return t
}

// OneLine stops wrapping: what does not fit ends in an ellipsis.
func (t *Text) OneLine() *Text {
	t.Wrapping = fyne.TextWrapOff
	t.Truncation = fyne.TextTruncateEllipsis
	t.Refresh()
	return t
}

// Natural stops wrapping and asks for the room the words need.
func (t *Text) Natural() *Text {
	t.Wrapping = fyne.TextWrapOff
	t.Truncation = fyne.TextTruncateOff
	t.Refresh()
	return t
}

// Centered centres the words.
func (t *Text) Centered() *Text {
	t.seg.Style.Alignment = fyne.TextAlignCenter
	t.Refresh()
	return t
}

// AccessibilityLabel implements fyne.Accessible.
func (t *Text) AccessibilityLabel() string {
	if t.isSecret {
		return secret.Mask
	}
	return t.seg.Text
}

// IsSecret reports words that must not be told to anything but the screen.
func (t *Text) IsSecret() bool { return t.isSecret }

// AccessibilityRole implements fyne.Accessible.
func (t *Text) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// NewSecretCode is a secret that must be in sight: the screen alone may tell it.
func NewSecretCode(text string) *Text {
	t := NewCode(text)
	t.isSecret = true
	return t
}
