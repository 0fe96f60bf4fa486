package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/ui/look"
)

// Field is one row of a form: label above («*» when required), the input, and
// below it an error, a warning or a line of help.
type Field struct {
	widget.BaseWidget
	label   string
	input   fyne.CanvasObject
	help    string
	err     string
	warning string

	title *Text
	icon  *canvas.Image
	note  *Text
	line  *fyne.Container
	box   *fyne.Container
}

// NewField frames an input. Help may be empty.
func NewField(label string, required bool, input fyne.CanvasObject, help string) *Field {
	f := &Field{label: label, input: input, help: help}
	switch in := input.(type) {
	case *Entry:
		in.Name = label
	case interface{ Entry() *Entry }:
		in.Entry().Name = label
	}
	if required {
		label += " *"
	}
	f.icon = canvas.NewImageFromResource(look.Coloured(look.IconStop, look.Ink(look.Danger)))
	f.icon.FillMode = canvas.ImageFillContain
	f.icon.SetMinSize(fyne.NewSquareSize(16))
	f.note = NewNote("")
	icon := container.New(layout.NewCustomPaddedLayout(9, 0, 4, 0), container.NewVBox(f.icon))
	f.line = container.NewBorder(nil, nil, icon, nil, f.note)
	f.title = newText(label, look.SizeText, "foreground", fyne.TextStyle{Bold: true})
	f.box = NewTight(f.title, container.New(layout.NewCustomPaddedLayout(0, 0, 4, 4), input), f.line)
	f.ExtendBaseWidget(f)
	f.show()
	return f
}

// CreateRenderer implements fyne.Widget.
func (f *Field) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(f.box) }

// Label returns the field's name, without its star.
func (f *Field) Label() string { return f.label }

// Input returns what it frames.
func (f *Field) Input() fyne.CanvasObject { return f.input }

// SetError shows a complaint below the input; empty takes it away.
func (f *Field) SetError(text string) {
	if f.err == text {
		return
	}
	f.err = text
	f.show()
}

// SetWarning shows a remark that stops nothing; empty takes it away.
func (f *Field) SetWarning(text string) {
	if f.warning == text {
		return
	}
	f.warning = text
	f.show()
}

// SetHelp changes the line of help.
func (f *Field) SetHelp(text string) {
	if f.help == text {
		return
	}
	f.help = text
	f.show()
}

// HasError reports whether a complaint stands below the input.
func (f *Field) HasError() bool { return f.err != "" }

// Error returns the complaint.
func (f *Field) Error() string { return f.err }

// Focus gives the keyboard to the input.
func (f *Field) Focus() {
	if in, ok := f.input.(fyne.Focusable); ok {
		Focus(in)
		return
	}
	if in, ok := f.input.(interface{ Focus() }); ok {
		in.Focus()
	}
}

// SetEnabled turns the input on or off.
func (f *Field) SetEnabled(on bool) {
	d, ok := f.input.(fyne.Disableable)
	if !ok || on == !d.Disabled() {
		return
	}
	if on {
		d.Enable()
		f.title.SetColor("foreground")
	} else {
		d.Disable()
		f.title.SetColor(look.ColorMuted)
	}
}

func (f *Field) show() {
	text, color, icon := f.help, look.ColorMuted, fyne.Resource(nil)
	switch {
	case f.err != "":
		text, color, icon = f.err, look.Ink(look.Danger), look.Coloured(look.IconStop, look.Ink(look.Danger))
	case f.warning != "":
		text, color, icon = f.warning, look.Ink(look.Warning), look.Coloured(look.IconAlert, look.Ink(look.Warning))
	}
	if icon != nil {
		f.icon.Resource = icon
		f.icon.Refresh()
	}
	f.line.Objects[1].(*fyne.Container).Hidden = icon == nil
	f.note.SetColor(color)
	f.note.SetText(text)
	f.line.Hidden = text == ""
	if e, ok := f.input.(*Entry); ok {
		e.SetWrong(f.err != "")
	}
	f.Refresh()
}

// AccessibilityLabel implements fyne.Accessible.
func (f *Field) AccessibilityLabel() string { return f.label }

// AccessibilityRole implements fyne.Accessible.
func (f *Field) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleContainer }
