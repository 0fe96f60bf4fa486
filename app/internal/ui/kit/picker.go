package kit

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/ui/look"
)

// PickItem is one choice: a line and a smaller one below it.
type PickItem struct {
	Title  string
	Detail string
}

// Picker chooses one of many: closed, it shows the choice; open, a box to type
// in and the rows that match, below it. A click, Down, Enter or typing opens it;
// the keyboard alone, as when a refused form points at it, does not. Up and Down
// move, Enter chooses, Escape closes.
type Picker struct {
	widget.DisableableWidget

	// OnChosen is called with the index of the chosen item.
	OnChosen func(int)
	// OnOpen tells that the rows came in sight, below the box.
	OnOpen func()
	// Search returns the indexes that match a text, in order; all for an empty
	// one. Without it the titles are searched as they are written.
	Search func(text string) []int

	prompt string
	length int
	item   func(int) PickItem
	chosen int // -1: none
	found  []int
	at     int // place in found
	isOpen bool

	entry *Entry
	list  *pickList
	rows  *fyne.Container
	drop  *fyne.Container
	none  *Text
	box   *fyne.Container
}

// NewPicker makes a picker without choices. Prompt is what it says before a
// choice: «Seleccione una entidad».
func NewPicker(prompt string) *Picker {
	p := &Picker{prompt: prompt, chosen: -1, item: func(int) PickItem { return PickItem{} }}
	p.entry = NewEntry(prompt)
	p.entry.SetIcon(look.IconSearch)
	p.entry.OnKey = p.typed
	p.entry.onWheel = p.wheeled
	p.entry.OnText(func(s string) {
		p.filter(s)
		p.open()
	})
	p.entry.onTap = p.open
	p.entry.onType = p.open // what is typed takes the place of the choice shown
	p.entry.OnShortcut = func(s fyne.Shortcut) bool {
		if _, isPaste := s.(*fyne.ShortcutPaste); isPaste {
			p.open()
		}
		return false
	}
	p.entry.OnBlur = func() { p.close() }
	p.entry.OnSubmitted = func(string) { p.choose(p.at) }
	p.list = newPickList(p)
	p.rows = NewHeight(dropHeight, p.list)
	p.none = NewNote("Ninguna coincide. Borre el texto para verlas todas.")
	p.drop = container.NewStack(NewFill(look.ColorCard, look.ColorBorder, 4), NewPadded(2, container.NewStack(p.rows, p.none)))
	p.drop.Hide()
	p.box = NewTight(p.entry, p.drop)
	p.ExtendBaseWidget(p)
	return p
}

// SetItems gives the choices; item is called only for rows in sight. The choice
// is forgotten when it is no longer among them.
func (p *Picker) SetItems(n int, item func(int) PickItem) {
	p.length, p.item = n, item
	if p.chosen >= n {
		p.chosen = -1
	}
	p.fit()
	if p.isOpen {
		p.filter(p.entry.Text)
	} else {
		p.say()
	}
}

// dropHeight is how tall the rows of an open picker are, when there are enough.
const dropHeight = 232

// fit makes the rows no taller than they are when there are few.
func (p *Picker) fit() {
	row := p.list.CreateItem().MinSize().Height + theme.Padding()
	h := min(dropHeight, max(1, float32(p.length))*row)
	if l := (heightLayout{h}); p.rows.Layout != l {
		p.rows.Layout = l
		p.rows.Refresh()
	}
}

// SetChosen shows a choice without telling anybody; -1: none.
func (p *Picker) SetChosen(i int) {
	p.chosen = i
	if !p.isOpen {
		p.say()
	}
}

// Chosen returns the index of the choice, -1 when there is none.
func (p *Picker) Chosen() int { return p.chosen }

// Found returns how many choices match what is typed.
func (p *Picker) Found() int { return len(p.found) }

// IsOpen reports whether the rows are in sight.
func (p *Picker) IsOpen() bool { return p.isOpen }

// Entry returns the box to type in, to focus or to test.
func (p *Picker) Entry() *Entry { return p.entry }

// Focus gives it the keyboard.
func (p *Picker) Focus() { Focus(p.entry) }

// Enable implements fyne.Disableable.
func (p *Picker) Enable() { p.entry.Enable(); p.DisableableWidget.Enable() }

// Disable implements fyne.Disableable.
func (p *Picker) Disable() { p.entry.Disable(); p.DisableableWidget.Disable() }

// CreateRenderer implements fyne.Widget.
func (p *Picker) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(p.box) }

// say writes the choice into the closed box.
func (p *Picker) say() {
	if p.chosen < 0 || p.chosen >= p.length {
		p.entry.SetPlaceHolder(p.prompt)
		p.entry.Put("")
		return
	}
	p.entry.Put(p.item(p.chosen).Title)
}

func (p *Picker) open() {
	if p.isOpen || p.Disabled() {
		return
	}
	p.isOpen = true
	typed := ""
	if p.chosen >= 0 && p.chosen < p.length {
		if p.entry.Text != p.item(p.chosen).Title {
			typed = p.entry.Text
		}
		p.entry.SetPlaceHolder(p.item(p.chosen).Title)
	} else {
		typed = p.entry.Text
	}
	p.entry.Put(typed)
	p.filter(typed)
	p.drop.Show()
	p.Refresh()
	Call0(p.OnOpen)
}

func (p *Picker) close() {
	if !p.isOpen {
		return
	}
	p.isOpen = false
	p.drop.Hide()
	p.say()
	p.Refresh()
}

func (p *Picker) filter(text string) {
	if p.Search != nil {
		p.found = p.Search(text)
	} else {
		p.found = p.found[:0:0]
		for i := range p.length {
			if strings.Contains(strings.ToLower(p.item(i).Title), strings.ToLower(text)) {
				p.found = append(p.found, i)
			}
		}
	}
	p.at = 0
	if text == "" {
		for i, f := range p.found {
			if f == p.chosen {
				p.at = i
			}
		}
	}
	p.none.Hidden = len(p.found) > 0
	p.list.Refresh()
	if p.at > 0 && p.list.Size().Height > 0 {
		p.list.ScrollTo(p.at)
	} else {
		p.list.ScrollToTop() // ScrollTo in a list of no height would hide the first row
	}
}

func (p *Picker) choose(place int) {
	if !p.isOpen || place < 0 || place >= len(p.found) {
		return
	}
	p.chosen = p.found[place]
	p.close()
	if p.OnChosen != nil {
		p.OnChosen(p.chosen)
	}
}

func (p *Picker) move(to int) {
	if len(p.found) == 0 {
		return
	}
	p.at = max(0, min(to, len(p.found)-1))
	p.list.ScrollTo(p.at)
	p.list.Refresh()
}

// typed takes the keys that move in the rows.
func (p *Picker) typed(e *fyne.KeyEvent) bool {
	switch e.Name {
	case fyne.KeyDown:
		if !p.isOpen {
			p.open()
		} else {
			p.move(p.at + 1)
		}
	case fyne.KeyUp:
		p.move(p.at - 1)
	case fyne.KeyPageDown:
		p.move(p.at + 5)
	case fyne.KeyPageUp:
		p.move(p.at - 5)
	case fyne.KeyReturn, fyne.KeyEnter:
		if !p.isOpen {
			p.open()
		} else {
			p.choose(p.at)
		}
	case fyne.KeyBackspace, fyne.KeyDelete:
		p.open()
		return false
	case fyne.KeyEscape:
		if !p.isOpen {
			return false
		}
		p.close()
	default:
		return false
	}
	return true
}
