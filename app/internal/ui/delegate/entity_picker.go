package delegate

import (
	"strings"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/shared/access"
)

// pickerHeight is how much of the list is in sight at once.
const pickerHeight float32 = 288

// entityPicker chooses a code: one types to filter, or walks the list with the
// arrows. The list stands in the page under its field, so that nothing covers
// the form. UI goroutine only.
type entityPicker struct {
	input *pickerInput
	sites *kit.Text // the chosen entity's sites, below

	onChoose func(access.LicenseCode)

	rows   state.Entities
	chosen access.LicenseCode
	found  []int // positions in rows that the filter lets through
	cur    int   // place in found under the cursor
	query  string
	isOpen bool
	isOff  bool
}

func newEntityPicker(choose func(access.LicenseCode)) *entityPicker {
	p := &entityPicker{onChoose: choose, sites: kit.NewNote("")}
	p.sites.Hide()
	p.input = newPickerInput(p)
	return p
}

// render shows the entities and the chosen one. An open list keeps its filter
// and its place.
func (p *entityPicker) render(s state.Entities, chosen access.LicenseCode) {
	changed := p.chosen != chosen
	p.rows, p.chosen = s, chosen
	p.search()
	p.input.none.SetText(noMatch(s, p.query))
	if changed && p.isOpen {
		p.close()
	}
	if !p.isOpen {
		p.input.entry.Put(p.chosenTitle())
	}
	text := ""
	if e, ok := findEntity(s.Rows, chosen); ok && !s.Loading {
		text = "Sedes: " + sitesText(e.Provider) + "."
	}
	put(p.sites, text)
	p.input.entry.SetPlaceHolder(placeholder(s))
	p.input.refreshList()
}

func placeholder(s state.Entities) string {
	if s.Loading {
		return "Cargando entidades…"
	}
	return "Seleccione una entidad"
}

func noMatch(s state.Entities, query string) string {
	if s.Loading {
		return "Cargando entidades…"
	}
	return "Ninguna entidad coincide con “" + query + "”."
}

func (p *entityPicker) chosenTitle() string {
	if e, ok := findEntity(p.rows.Rows, p.chosen); ok {
		return entityTitle(e.Provider)
	}
	return string(p.chosen)
}

func (p *entityPicker) setEnabled(on bool) {
	if p.isOff == !on {
		return
	}
	p.isOff = !on
	if on {
		p.input.entry.Enable()
		return
	}
	p.close()
	p.input.entry.Disable()
}

func (p *entityPicker) focus() { kit.Focus(p.input.entry) }

// search filters the rows anew; the cursor keeps its place if it can.
func (p *entityPicker) search() {
	p.found = searchEntities(p.rows, p.query)
	p.cur = min(p.cur, max(0, len(p.found)-1))
}

// open shows the list with every entity, the cursor on the chosen one.
func (p *entityPicker) open() {
	if p.isOpen || p.isOff {
		return
	}
	p.isOpen, p.query, p.cur = true, "", 0
	p.search()
	for i, at := range p.found {
		if p.rows.Rows[at].Provider.Code == p.chosen {
			p.cur = i
		}
	}
	p.input.entry.Put("")
	p.input.showList(true)
}

// close hides the list; the entry says what is chosen.
func (p *entityPicker) close() {
	if !p.isOpen {
		return
	}
	p.isOpen, p.query = false, ""
	p.input.entry.Put(p.chosenTitle())
	p.input.showList(false)
}

func (p *entityPicker) typed(text string) {
	if !p.isOpen {
		text = typedAfter(p.chosenTitle(), text)
		p.open()
		p.input.entry.Put(text)
		p.input.entry.CursorColumn = utf8.RuneCountInString(text)
	}
	p.query, p.cur = text, 0
	p.search()
	p.input.none.SetText(noMatch(p.rows, text))
	p.input.refreshList()
	p.input.list.ScrollToTop()
}

// typedAfter is what a person typed into an entry that showed a title: the title
// itself is no part of the filter.
func typedAfter(title, text string) string {
	if rest, ok := strings.CutPrefix(text, title); ok {
		return rest
	}
	if len(text) < len(title) {
		return "" // they began to delete the title
	}
	return text
}

func (p *entityPicker) choose(at int) {
	if at < 0 || at >= len(p.found) {
		return
	}
	code := p.rows.Rows[p.found[at]].Provider.Code
	p.chosen = code
	p.close()
	call(p.onChoose, code)
}

// key walks the list; it reports whether the key was for it.
func (p *entityPicker) key(k *fyne.KeyEvent) bool {
	page := max(1, int(pickerHeight/p.input.rowHeight())-1)
	to := p.cur
	switch k.Name {
	case fyne.KeyDown:
		to++
	case fyne.KeyUp:
		to--
	case fyne.KeyPageDown:
		to += page
	case fyne.KeyPageUp:
		to -= page
	case fyne.KeyEscape:
		wasOpen := p.isOpen
		p.close()
		return wasOpen
	case fyne.KeyReturn, fyne.KeyEnter:
		if !p.isOpen {
			p.open()
			return true
		}
		p.choose(p.cur)
		return true
	default:
		return false
	}
	if !p.isOpen {
		p.open()
		return true
	}
	if len(p.found) > 0 {
		p.cur = min(max(0, to), len(p.found)-1)
		p.input.list.Refresh()
		p.input.list.ScrollTo(p.cur)
	}
	return true
}

// pickerInput is what is seen of a picker: the entry and, when open, the list.
type pickerInput struct {
	widget.BaseWidget
	p     *entityPicker
	entry *kit.Entry
	list  *widget.List
	none  *kit.Text
	drop  *fyne.Container
	box   *fyne.Container
}

func newPickerInput(p *entityPicker) *pickerInput {
	in := &pickerInput{p: p, entry: kit.NewEntry("Seleccione una entidad"), none: kit.NewNote("")}
	in.entry.ActionItem = widget.NewIcon(look.IconChevronDown)
	in.entry.OnText(p.typed)
	in.entry.OnKey = p.key
	in.entry.OnFocus = p.open
	in.entry.OnBlur = func() { fyne.Do(in.left) } // once it is known who has the keyboard now
	in.list = widget.NewList(
		func() int { return len(p.found) },
		func() fyne.CanvasObject { return newEntityItem() },
		func(id widget.ListItemID, o fyne.CanvasObject) {
			if id < len(p.found) {
				o.(*entityItem).set(p.rows.Rows[p.found[id]], id == p.cur)
			}
		})
	in.list.HideSeparators = false
	in.list.OnSelected = func(id widget.ListItemID) {
		in.list.UnselectAll()
		p.choose(id)
	}
	panel := container.NewStack(kit.NewFill(look.ColorCard, look.ColorBorder, 4), kit.NewPadded(1, in.list), kit.NewPadded(look.Gap, in.none))
	in.drop = kit.NewHeight(pickerHeight, panel)
	in.drop.Hide()
	in.box = kit.NewTight(in.entry, in.drop)
	in.ExtendBaseWidget(in)
	return in
}

// CreateRenderer implements fyne.Widget.
func (in *pickerInput) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(in.box)
}

// Focus gives the keyboard to the entry.
func (in *pickerInput) Focus() { kit.Focus(in.entry) }

// left closes the list when the keyboard went on to another field. A click on the
// list or its scroll bar takes the keyboard nowhere, and the list stays.
func (in *pickerInput) left() {
	c := kit.CanvasOf(in)
	if c == nil {
		return
	}
	if now := c.Focused(); now != nil && now != in.entry && now != in.list {
		in.p.close()
	}
}

func (in *pickerInput) rowHeight() float32 {
	return max(1, newEntityItem().MinSize().Height)
}

func (in *pickerInput) showList(on bool) {
	setVisible(in.drop, on)
	in.refreshList()
	if on {
		in.list.ScrollTo(in.p.cur)
	}
	in.box.Refresh()
	in.Refresh()
}

func (in *pickerInput) refreshList() {
	if !in.p.isOpen {
		return
	}
	setVisible(in.none, len(in.p.found) == 0)
	in.list.Refresh()
}

// entityItem is one row of the list: what it is, its sites, and what it has.
type entityItem struct {
	widget.BaseWidget
	fill  *kit.Fill
	title *kit.Text
	sites *kit.Text
	chip  *kit.StatusChip
	box   *fyne.Container
}

func newEntityItem() *entityItem {
	i := &entityItem{
		fill: kit.NewFill(look.ColorCard, "", 0), title: kit.NewText("0").OneLine(), sites: kit.NewNote("0").OneLine(),
		chip: kit.NewStatusChip(kit.Chip{Word: "Sin llave"}),
	}
	i.box = container.NewStack(i.fill, container.NewBorder(nil, nil, nil, container.NewCenter(i.chip), kit.NewTight(i.title, i.sites)))
	i.ExtendBaseWidget(i)
	return i
}

// CreateRenderer implements fyne.Widget.
func (i *entityItem) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(i.box) }

func (i *entityItem) set(e state.Entity, current bool) {
	i.title.SetText(entityTitle(e.Provider))
	i.sites.SetText(sitesLine(e.Provider))
	i.chip.Set(kit.Chip{Word: entityNote(e), Level: entityLevel(e)})
	if current {
		i.fill.SetColors(look.ColorSurfaceBlue, "")
	} else {
		i.fill.SetColors(look.ColorCard, "")
	}
}

func entityLevel(e state.Entity) look.Level {
	switch {
	case e.Request != nil && e.Request.Status == access.StatusPending:
		return look.Warning
	case e.Request != nil && e.Request.Status.IsOpen():
		return look.Info
	case len(e.Keys) > 0:
		return look.Success
	default:
		return look.Neutral
	}
}
