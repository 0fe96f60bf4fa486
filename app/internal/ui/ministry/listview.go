package ministry

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/app/internal/ui/tell"
	"llavero/shared/es"
)

// listed is the part of a snapshot that any list draws.
type listed[R any] struct {
	link    state.Link
	rows    []R
	index   *state.Index
	loading bool
	trouble *state.Trouble
	now     time.Time
}

// listView is what the officer's lists have in common: search, table, the looks
// without rows.
//
// A change of a row shows at once, in its place. A row that is new waits behind
// «3 nuevas» while the officer is at work in the list, so that nothing moves
// under the cursor; with the list untouched, new rows come in by themselves.
type listView[R any] struct {
	// OnRetry loads again what failed.
	OnRetry func()
	// OnBack is «← Volver al Menú».
	OnBack func()
	// OnCopyText copies a cell or a detail: never a secret, there is none.
	OnCopyText func(string)
	// OnHabits tells how the officer left the columns.
	OnHabits func(kit.Habits)

	page   *kit.Page
	banner *kit.Banner
	search *kit.Entry
	count  *kit.Text
	fresh  *kit.Button
	table  *kit.Table
	empty  *kit.Empty
	// skeleton stands for rows on their way.
	skeleton *fyne.Container
	hint     *kit.Text

	last listed[R]
	list listing[R]

	open func(*R)      // the row was chosen
	act  func(*R, int) // a cell of a ColumnAction was clicked; nil: open
	none func() (text string, action kit.Action)
}

// listWords are what a list is called.
type listWords struct {
	title, help, heading, example string
	tag                           string // beside the heading, may be empty
}

// init builds the list. Beside stands at the right of the search box.
func (v *listView[R]) init(s sheet[R], words listWords, beside ...fyne.CanvasObject) {
	v.banner = kit.NewBanner()
	v.count, v.hint = kit.NewNote("").Natural(), kit.NewNote("").Natural()
	v.empty, v.skeleton = kit.NewEmpty(look.IconInbox, "", kit.Action{}), kit.NewSkeleton(8)
	v.list.sheet, v.list.sort = s, s.own
	v.banner.OnCopy = func(text string) { kit.Call(v.OnCopyText, text) }
	v.search = kit.NewSearch(words.example, v.filter, func() { v.table.Focus() })
	v.search.OnKey = v.searchKey
	v.fresh = kit.NewButton("", v.showNew)
	v.fresh.Hide()

	v.table = kit.NewTable(s.columns, v.cell)
	v.table.SetSort(s.own.Column, s.own.Down)
	v.table.OnOpen = func(row int) { v.choose(row, -1) }
	v.table.OnAction = v.choose
	v.table.OnMove = func(row int) { v.list.moved(row) }
	v.table.OnSort = v.sortBy
	v.table.OnHabits = func(h kit.Habits) { kit.Call(v.OnHabits, h) }
	v.table.OnCopy = func(text string) { kit.Call(v.OnCopyText, text) }
	v.table.Fresh = v.list.isFresh

	right := []fyne.CanvasObject{container.NewCenter(v.count), container.NewCenter(v.fresh)}
	bar := container.NewBorder(nil, nil, container.NewCenter(kit.NewFlush(kit.NewStrong("Buscar:").Natural())),
		kit.NewRow(append(right, beside...)...), v.search)
	heading := container.NewBorder(nil, nil, nil, container.NewCenter(kit.NewNote(words.tag).Natural()), kit.NewFlush(kit.NewHeading(words.heading)))
	back := kit.NewQuiet(es.BackToMenu, nil, func() { kit.Call0(v.OnBack) })
	v.page = kit.NewListPage(words.title, words.help, kit.NewStack(v.banner, heading, bar),
		container.NewStack(v.table, v.skeleton, v.empty), kit.NewFooter([]fyne.CanvasObject{back}, v.hint))
}

// CreateRenderer implements fyne.Widget.
func (v *listView[R]) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(v.page) }

// Focus gives the keyboard to the list, or to the search box when it is empty.
func (v *listView[R]) Focus() {
	if v.table.Length() > 0 {
		v.table.Focus()
		return
	}
	kit.Focus(v.search)
}

// Find writes a search as if it had been typed.
func (v *listView[R]) Find(text string) { v.search.SetText(text) }

// FocusSearch puts the cursor in the search box (Ctrl+F, F3).
func (v *listView[R]) FocusSearch() { kit.Focus(v.search) }

// SetHabits puts the columns as they were left.
func (v *listView[R]) SetHabits(h kit.Habits) { v.table.SetHabits(h) }

// draw shows a snapshot.
func (v *listView[R]) draw(s listed[R]) {
	v.last = s
	v.banner.Set(tell.Trouble(s.trouble, tell.Retry(v.OnRetry)))
	v.list.update(s.rows, s.index, s.loading, v.isUntouched())
	v.show()
}

// isUntouched reports a list nobody works in: unscrolled, unfiltered, without
// the keyboard. New rows then come in by themselves.
func (v *listView[R]) isUntouched() bool { return v.table.Offset() == 0 && v.list.at == "" }

// show draws the list anew with the cursor on the row it was on.
func (v *listView[R]) show() {
	shown, all, loading := len(v.list.shown), len(v.list.rows), v.last.loading
	v.table.SetLength(shown)
	if at := v.list.cursor(); at >= 0 {
		v.table.SetCursor(at)
	}
	v.count.SetText(filterCount(shown, all, v.list.sheet.one, v.list.sheet.many))
	kit.SetVisible(v.count, !loading && all > 0)
	v.fresh.SetText(newRowsWord(v.list.waiting))
	kit.SetVisible(v.fresh, v.list.waiting > 0)
	v.search.Disable()
	if !loading {
		v.search.Enable()
	}
	kit.SetVisible(v.table, shown > 0)
	text, action := v.emptyMessage()
	v.empty.Set(v.emptyIcon(), text, action)
	kit.SetVisible(v.empty, text != "")
	kit.SetVisible(v.skeleton, loading && all == 0)
	kit.Put(v.hint, "")
	if v.last.link.Phase == state.LinkOffline && v.last.link.HasData() {
		kit.Put(v.hint, "Sin conexión puede leer la lista. Para lo demás necesita conexión.")
	}
}

// emptyMessage says why there are no rows, and one act.
func (v *listView[R]) emptyMessage() (text string, action kit.Action) {
	switch {
	case len(v.list.shown) > 0, v.last.loading:
		return "", kit.Action{}
	case len(v.list.rows) > 0:
		return noMatchLine(v.list.query, v.list.sheet.one), kit.Action{Text: "Quitar filtros", Do: v.clearSearch}
	case !v.last.link.IsOnline() && !v.last.link.HasData():
		return es.Offline(v.last.link.DataAt, v.last.now), kit.Action{}
	case v.last.trouble != nil:
		return "No pudimos cargar la lista.", kit.Action{}
	default:
		return v.none()
	}
}

func (v *listView[R]) emptyIcon() fyne.Resource {
	switch {
	case len(v.list.rows) > 0:
		return look.IconSearch
	case !v.last.link.IsOnline():
		return look.IconOffline
	default:
		return look.IconInbox
	}
}

func (v *listView[R]) cell(row, col int) kit.Cell {
	r := v.list.row(row)
	if r == nil {
		return kit.Cell{}
	}
	return v.list.sheet.cell(r, row+1, col)
}

// choose opens a row, or does what its clicked cell says; col is -1 by keyboard.
func (v *listView[R]) choose(row, col int) {
	r := v.list.row(row)
	if r == nil {
		return
	}
	v.list.moved(row)
	if col >= 0 && v.act != nil {
		v.act(r, col)
		return
	}
	v.open(r)
}

// current is the row under the cursor; nil without rows.
func (v *listView[R]) current() *R { return v.list.row(v.table.Cursor()) }

func (v *listView[R]) filter(text string) {
	v.list.filter(text)
	v.show()
	v.table.ScrollToOffset(0)
}

func (v *listView[R]) clearSearch() {
	v.search.Put("")
	v.filter("")
	v.table.Focus()
}

// searchKey lets the arrows and Intro work in the list while one types.
func (v *listView[R]) searchKey(k *fyne.KeyEvent) bool {
	switch k.Name {
	case fyne.KeyDown, fyne.KeyReturn, fyne.KeyEnter:
		if v.table.Length() > 0 {
			v.table.Focus()
		}
		return true
	default:
		return false
	}
}

func (v *listView[R]) sortBy(col int, down bool) {
	v.list.sortBy(sorting{Column: col, Down: down})
	v.show()
}

// showNew lets the rows that waited into the list.
func (v *listView[R]) showNew() {
	v.list.letIn()
	v.show()
	v.table.Focus()
}

// filterCount is the line beside the search box: «12 solicitudes», «3 de
// 12 solicitudes».
func filterCount(shown, all int, one, many string) string {
	if shown == all {
		return es.Count(all, one, many)
	}
	return es.Number(shown) + " de " + es.Count(all, one, many)
}

// newRowsWord is the button that shows the rows that waited.
func newRowsWord(n int) string { return es.Count(n, "nueva", "nuevas") }

// noMatchLine is what a search without results says.
func noMatchLine(query, one string) string {
	return "Ninguna " + one + " coincide con “" + strings.TrimSpace(query) + "”."
}
