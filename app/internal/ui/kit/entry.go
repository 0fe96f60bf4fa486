package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/ui/look"
)

// Entry is one line of text. Escape and the program's shortcuts reach their
// callbacks, which the toolkit's entry swallows.
type Entry struct {
	widget.Entry

	// OnEscape is called on Escape; nil hands it to the window.
	OnEscape func()
	// OnKey sees every key first; true takes it.
	OnKey func(*fyne.KeyEvent) bool
	// OnShortcut sees every shortcut first; true takes it.
	OnShortcut func(fyne.Shortcut) bool
	// OnFocus and OnBlur tell the comings and goings of the keyboard.
	OnFocus, OnBlur func()
	// Name is the field's label, for screen readers; NewField sets it.
	Name string
	// Clean, when set, rewrites what was typed or pasted, in sight.
	Clean func(string) string

	isFocused bool
	isWrong   bool
	onText    func(string)
	onTap     func()
	onType    func()                       // before a character is taken in
	onWheel   func(*fyne.ScrollEvent) bool // true: taken
}

// NewEntry makes an entry with a grey example inside.
func NewEntry(example string) *Entry {
	e := &Entry{}
	e.PlaceHolder = example
	e.extend()
	return e
}

// NewPasswordEntry hides what is typed; an eye shows it.
func NewPasswordEntry() *Entry {
	e := &Entry{}
	e.Password = true
	e.extend()
	return e
}

// NewCodeLine is an entry in the face that tells 0 from O.
func NewCodeLine(example string) *Entry {
	e := &Entry{}
	e.PlaceHolder = example
	e.TextStyle = look.CodeStyle
	e.extend()
	return e
}

func (e *Entry) extend() {
	e.ExtendBaseWidget(e)
	e.OnChanged = e.changed
}

// OnText is called with the text after each change, cleaned.
func (e *Entry) OnText(f func(string)) { e.onText = f }

func (e *Entry) changed(s string) {
	if e.Clean != nil {
		if c := e.Clean(s); c != s {
			e.SetText(c) // comes back here once, clean
			e.CursorColumn = len([]rune(c))
			e.Refresh()
			return
		}
	}
	if e.onText != nil {
		e.onText(s)
	}
}

// Put sets the text without telling anybody, unless it is already there.
func (e *Entry) Put(text string) {
	if e.Text == text {
		return
	}
	tell := e.onText
	e.onText = nil
	e.SetText(text)
	e.onText = tell
}

// SetWrong gives the entry the border of an error.
func (e *Entry) SetWrong(wrong bool) {
	if e.isWrong == wrong {
		return
	}
	e.isWrong = wrong
	if wrong {
		e.SetValidationError(errWrong)
		e.AlwaysShowValidationError = true
	} else {
		e.SetValidationError(nil)
		e.AlwaysShowValidationError = false
	}
	e.Refresh()
}

type entryError string

func (e entryError) Error() string { return string(e) }

// errWrong only colours the border; the words stand in the field.
const errWrong = entryError("wrong")

// FocusGained implements fyne.Focusable.
func (e *Entry) FocusGained() {
	e.isFocused = true
	e.Entry.FocusGained()
	tellFocus(e)
	if e.OnFocus != nil {
		e.OnFocus()
	}
}

// FocusLost implements fyne.Focusable.
func (e *Entry) FocusLost() {
	e.isFocused = false
	e.Entry.FocusLost()
	if e.OnBlur != nil {
		e.OnBlur()
	}
}

// MouseDown implements desktop.Mouseable. (A tap comes late: the toolkit waits
// for a second one.)
func (e *Entry) MouseDown(m *desktop.MouseEvent) {
	e.Entry.MouseDown(m)
	if e.onTap != nil {
		e.onTap()
	}
}

// TypedRune implements fyne.Focusable.
func (e *Entry) TypedRune(r rune) {
	tellUse(e)
	if e.onType != nil && !e.Disabled() {
		e.onType()
	}
	e.Entry.TypedRune(r)
}

// TypedKey implements fyne.Focusable.
func (e *Entry) TypedKey(k *fyne.KeyEvent) {
	tellUse(e)
	if e.OnKey != nil && e.OnKey(k) {
		return
	}
	if k.Name == fyne.KeyEscape && e.OnEscape != nil {
		e.OnEscape()
		return
	}
	if k.Name == fyne.KeyEscape || isFunctionKey(k.Name) {
		passOn(e, k)
		return
	}
	e.Entry.TypedKey(k)
}

// TypedShortcut implements fyne.Shortcutable. What the entry does not know goes
// to the window, as if no entry had the keyboard.
func (e *Entry) TypedShortcut(s fyne.Shortcut) {
	if e.OnShortcut != nil && e.OnShortcut(s) {
		return
	}
	if custom, ok := s.(*desktop.CustomShortcut); ok {
		if c := CanvasOf(e); c != nil {
			if h, ok := c.(fyne.Shortcutable); ok {
				h.TypedShortcut(custom)
				return
			}
		}
	}
	e.Entry.TypedShortcut(s)
}

// CreateRenderer implements fyne.Widget.
func (e *Entry) CreateRenderer() fyne.WidgetRenderer {
	r := &entryRenderer{WidgetRenderer: e.Entry.CreateRenderer(), entry: e}
	r.paint()
	return r
}

// entryRenderer greys what is switched off: the toolkit would only pale its
// words, and a field that takes nothing would look like one that does.
type entryRenderer struct {
	fyne.WidgetRenderer
	entry *Entry
}

// Refresh implements fyne.WidgetRenderer.
func (r *entryRenderer) Refresh() {
	r.WidgetRenderer.Refresh()
	r.paint()
}

func (r *entryRenderer) paint() {
	if !r.entry.Disabled() {
		return // the toolkit's own Refresh coloured it
	}
	objects := r.Objects()
	if len(objects) < 2 {
		return
	}
	box, isBox := objects[0].(*canvas.Rectangle)
	border, isBorder := objects[1].(*canvas.Rectangle)
	if !isBox || !isBorder {
		return
	}
	box.FillColor = theme.ColorForWidget(theme.ColorNameDisabledButton, r.entry)
	border.StrokeColor = theme.ColorForWidget(look.ColorBorder, r.entry)
}

// IsFocused reports whether the keyboard is here.
func (e *Entry) IsFocused() bool { return e.isFocused }

// AccessibilityLabel implements fyne.Accessible: the field's name, never what is
// typed.
func (e *Entry) AccessibilityLabel() string { return e.Name }

// AccessibilityRole implements fyne.Accessible.
func (e *Entry) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }
