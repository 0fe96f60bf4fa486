package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/ui/look"
)

// Fold is a folded text with a copy button: «Detalle técnico».
type Fold struct {
	widget.BaseWidget
	toggle *Button
	body   *Text
	inside *fyne.Container
	box    *fyne.Container
	isOpen bool
}

// NewFold makes a folded text. Copied may be nil: no copy button.
func NewFold(title, copyText string, copied func(string)) *Fold {
	f := &Fold{body: NewCode("")}
	f.body.seg.Style.SizeName = look.SizeNote
	f.toggle = NewQuiet(title, look.IconChevron, func() { f.SetOpen(!f.isOpen) })
	f.inside = NewTight(f.body)
	if copied != nil {
		f.inside.Add(NewRow(NewQuiet(copyText, look.IconCopy, func() { copied(f.body.Text()) })))
	}
	f.inside.Hide()
	f.box = NewTight(container.NewHBox(f.toggle), f.inside)
	f.Hidden = true
	f.ExtendBaseWidget(f)
	return f
}

// Set changes the text; an empty one hides the fold.
func (f *Fold) Set(text string) {
	f.body.SetText(text)
	f.Hidden = text == ""
	f.Refresh()
}

// SetOpen opens or folds it.
func (f *Fold) SetOpen(open bool) {
	f.isOpen = open
	f.inside.Hidden = !open
	if open {
		f.toggle.SetIcon(look.IconChevronDown)
	} else {
		f.toggle.SetIcon(look.IconChevron)
	}
	f.box.Refresh()
	f.Refresh()
}

// IsOpen reports whether the text is in sight.
func (f *Fold) IsOpen() bool { return f.isOpen }

// CreateRenderer implements fyne.Widget.
func (f *Fold) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(f.box) }
