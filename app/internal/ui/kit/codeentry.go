package kit

import (
	"image/color"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/ui/look"
)

// CodeEntry takes a short code of digits. Spaces, hyphens and whatever else
// surrounds pasted digits drop out in sight. It sends nothing by itself: Enter
// calls OnSubmitted once the code is whole.
type CodeEntry struct {
	widget.BaseWidget

	// OnChanged is called with the digits so far.
	OnChanged func(string)
	// OnSubmitted is called on Enter with a whole code.
	OnSubmitted func(string)

	digits int
	entry  *Entry
	box    *fyne.Container
}

// NewCodeEntry takes codes of so many digits.
func NewCodeEntry(digits int) *CodeEntry {
	c := &CodeEntry{digits: digits, entry: NewCodeLine(strings.Repeat("0", digits))}
	c.entry.Clean = func(s string) string { return digitsOf(s, digits) }
	c.entry.OnText(func(s string) {
		if c.OnChanged != nil {
			c.OnChanged(s)
		}
	})
	c.entry.OnSubmitted = func(s string) {
		if c.IsWhole() && c.OnSubmitted != nil {
			c.OnSubmitted(s)
		}
	}
	c.box = container.New(widest{max: 180}, container.NewThemeOverride(c.entry, bigger{}))
	c.ExtendBaseWidget(c)
	return c
}

// bigger is the theme in force, with its text at the size of a section's title.
type bigger struct{}

// inForce is the application's theme: theme.Current would answer with this one
// while it draws.
func (bigger) inForce() fyne.Theme {
	return fyne.CurrentApp().Settings().Theme() //nolint:forbidigo // no other way leads to it
}

func (b bigger) Color(n fyne.ThemeColorName, v fyne.ThemeVariant) color.Color {
	return b.inForce().Color(n, v)
}
func (b bigger) Font(s fyne.TextStyle) fyne.Resource     { return b.inForce().Font(s) }
func (b bigger) Icon(n fyne.ThemeIconName) fyne.Resource { return b.inForce().Icon(n) }

func (b bigger) Size(n fyne.ThemeSizeName) float32 {
	if n == look.SizeText {
		return 22
	}
	return b.inForce().Size(n)
}

// digitsOf keeps the first n digits of a text.
func digitsOf(s string, n int) string {
	var b strings.Builder
	for _, r := range s {
		if r >= '0' && r <= '9' && b.Len() < n {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Text returns the digits so far.
func (c *CodeEntry) Text() string { return c.entry.Text }

// SetText changes them without telling anybody; empty clears.
func (c *CodeEntry) SetText(s string) { c.entry.Put(digitsOf(s, c.digits)) }

// IsWhole reports whether all digits are there.
func (c *CodeEntry) IsWhole() bool { return len(c.entry.Text) == c.digits }

// Wanted asks for the code of whoever left it unfinished.
func (c *CodeEntry) Wanted() string {
	return "Escriba los " + strconv.Itoa(c.digits) + " dígitos del código."
}

// SetWrong gives it the border of an error.
func (c *CodeEntry) SetWrong(wrong bool) { c.entry.SetWrong(wrong) }

// Focus gives it the keyboard.
func (c *CodeEntry) Focus() { Focus(c.entry) }

// Entry returns the entry inside, for OnEscape and the like.
func (c *CodeEntry) Entry() *Entry { return c.entry }

// Enable implements fyne.Disableable.
func (c *CodeEntry) Enable() { c.entry.Enable() }

// Disable implements fyne.Disableable.
func (c *CodeEntry) Disable() { c.entry.Disable() }

// Disabled implements fyne.Disableable.
func (c *CodeEntry) Disabled() bool { return c.entry.Disabled() }

// CreateRenderer implements fyne.Widget.
func (c *CodeEntry) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(c.box) }
