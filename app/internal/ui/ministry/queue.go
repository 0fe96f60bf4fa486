package ministry

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/shared/access"
	"llavero/shared/es"
)

// Queue («Solicitudes pendientes») lists the requests waiting for an officer.
//
// A change of a row shows at once, in its place. A row that is new waits behind
// «3 nuevas» while the officer is at work in the list, so that nothing moves
// under the cursor; with the list untouched, new rows come in by themselves. UI
// goroutine only.
type Queue struct {
	widget.BaseWidget

	// OnOpen is «Ingresar Info»: it takes the row and opens its form.
	OnOpen func(access.RequestID)
	// OnTake and OnRelease act on the row under the cursor (Ctrl+T,
	// Ctrl+Mayús+T).
	OnTake    func(access.RequestID)
	OnRelease func(access.RequestID)
	// OnRetry loads again what failed.
	OnRetry func()
	// OnBack is «← Volver al Menú».
	OnBack func()
	// OnCopyText copies a cell: never a secret, there is none.
	OnCopyText func(string)

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

	last state.Queue
	list queueList
}

// NewQueue makes the list.
func NewQueue() *Queue {
	q := &Queue{
		banner: kit.NewBanner(),
		count:  kit.NewNote("").Natural(), hint: kit.NewNote("").Natural(),
		empty: kit.NewEmpty(look.IconInbox, "", kit.Action{}), skeleton: kit.NewSkeleton(8),
	}
	q.list.sort = byDate()
	q.banner.OnCopy = func(s string) { kit.Call(q.OnCopyText, s) }
	q.search = kit.NewSearch("Buscar por código, NIT, razón social, sede o estado…", q.filter, func() { q.table.Focus() })
	q.search.OnKey = q.searchKey
	q.fresh = kit.NewButton("", q.showNew)
	q.fresh.Hide()

	q.table = kit.NewTable(tableColumns(), q.cell)
	q.table.SetSort(q.list.sort.Column, q.list.sort.Down)
	q.table.OnOpen = func(row int) { q.open(row) }
	q.table.OnAction = func(row, _ int) { q.open(row) }
	q.table.OnMove = func(row int) { q.list.moved(row) }
	q.table.OnSort = q.sortBy
	q.table.Fresh = func(row int) bool { return q.list.isFresh(row) }

	bar := container.NewBorder(nil, nil, container.NewCenter(kit.NewFlush(kit.NewStrong("Buscar:").Natural())),
		kit.NewRow(container.NewCenter(q.count), container.NewCenter(q.fresh)), q.search)
	head := kit.NewStack(q.banner, kit.NewFlush(kit.NewHeading("LISTADO DE TOKENS")), bar)
	back := kit.NewQuiet(es.BackToMenu, nil, func() { kit.Call0(q.OnBack) })
	q.page = kit.NewListPage(es.WithManual(es.QueueTitle, es.QueueManual),
		"Solicitudes cuya llave no se pudo crear automáticamente. Intro abre la fila; Ctrl+F busca.",
		head, container.NewStack(q.table, q.skeleton, q.empty), kit.NewFooter([]fyne.CanvasObject{back}, q.hint))
	q.ExtendBaseWidget(q)
	return q
}

// CreateRenderer implements fyne.Widget.
func (q *Queue) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(q.page) }

// Focus gives the keyboard to the list, or to the search box when it is empty.
func (q *Queue) Focus() {
	if q.table.Length() > 0 {
		q.table.Focus()
		return
	}
	kit.Focus(q.search)
}

// FocusSearch puts the cursor in the search box (Ctrl+F, F3).
func (q *Queue) FocusSearch() { kit.Focus(q.search) }

// TakeCurrent takes the row under the cursor (Ctrl+T).
func (q *Queue) TakeCurrent() { q.withCurrent(q.OnTake) }

// ReleaseCurrent frees the row under the cursor (Ctrl+Mayús+T).
func (q *Queue) ReleaseCurrent() { q.withCurrent(q.OnRelease) }

// Render shows a snapshot.
func (q *Queue) Render(s state.Queue) {
	q.last = s
	q.banner.Set(troubleMessage(s.Trouble, kit.Action{Text: es.Retry, Do: func() { kit.Call0(q.OnRetry) }}))
	q.list.update(s, q.isUntouched())
	q.show()
}

// isUntouched reports a list nobody works in: unscrolled, unfiltered, without
// the keyboard. New rows then come in by themselves.
func (q *Queue) isUntouched() bool { return q.table.Offset() == 0 && q.list.at == "" }

// show draws the list anew with the cursor on the row it was on.
func (q *Queue) show() {
	q.table.SetLength(len(q.list.shown))
	if at := q.list.cursor(); at >= 0 {
		q.table.SetCursor(at)
	}
	q.count.SetText(filterCount(len(q.list.shown), len(q.list.rows)))
	kit.SetVisible(q.count, !q.last.Loading && len(q.list.rows) > 0)
	q.fresh.SetText(newRowsWord(q.list.waiting))
	kit.SetVisible(q.fresh, q.list.waiting > 0)
	q.search.Disable()
	if !q.last.Loading {
		q.search.Enable()
	}
	kit.SetVisible(q.table, len(q.list.shown) > 0)
	text, action := q.emptyMessage()
	q.empty.Set(q.emptyIcon(), text, action)
	kit.SetVisible(q.empty, text != "")
	kit.SetVisible(q.skeleton, q.last.Loading && len(q.list.rows) == 0)
	kit.Put(q.hint, "")
	if q.last.Link.Phase == state.LinkOffline && q.last.Link.HasData() {
		kit.Put(q.hint, "Sin conexión puede leer la lista. Para lo demás necesita conexión.")
	}
}

// emptyMessage says why there are no rows, and one act.
func (q *Queue) emptyMessage() (text string, action kit.Action) {
	switch {
	case len(q.list.shown) > 0:
		return "", kit.Action{}
	case q.last.Loading:
		return "", kit.Action{}
	case len(q.list.rows) > 0:
		return noMatchLine(q.list.query), kit.Action{Text: "Quitar filtros", Do: q.clearSearch}
	case !q.last.Link.IsOnline() && !q.last.Link.HasData():
		return es.Offline(q.last.Link.DataAt, q.last.Now), kit.Action{}
	case q.last.Trouble != nil:
		return "No pudimos cargar la lista.", kit.Action{}
	default:
		return emptyLine(q.last.LastAttended, q.last.Now), kit.Action{}
	}
}

func (q *Queue) emptyIcon() fyne.Resource {
	switch {
	case len(q.list.rows) > 0:
		return look.IconSearch
	case !q.last.Link.IsOnline():
		return look.IconOffline
	default:
		return look.IconInbox
	}
}

func (q *Queue) cell(row, col int) kit.Cell {
	l, ok := q.list.look(row)
	if !ok {
		return kit.Cell{}
	}
	c := kit.Cell{Text: l.Cells[col]}
	switch col {
	case colStatus:
		c.Chip = kit.Chip{Word: l.Cells[col], Level: l.Level}
	case colAttends:
		c.Muted = !l.Taken
	case colNumber:
		c.Muted = true
	}
	return c
}

func (q *Queue) open(row int) {
	if id, ok := q.list.id(row); ok {
		q.list.at = id
		kit.Call(q.OnOpen, id)
	}
}

func (q *Queue) withCurrent(do func(access.RequestID)) {
	if id, ok := q.list.id(q.table.Cursor()); ok {
		kit.Call(do, id)
	}
}

func (q *Queue) filter(text string) {
	q.list.filter(text)
	q.show()
	q.table.ScrollToOffset(0)
}

func (q *Queue) clearSearch() {
	q.search.Put("")
	q.filter("")
	q.table.Focus()
}

// searchKey lets the arrows and Intro work in the list while one types.
func (q *Queue) searchKey(k *fyne.KeyEvent) bool {
	switch k.Name {
	case fyne.KeyDown, fyne.KeyReturn, fyne.KeyEnter:
		if q.table.Length() > 0 {
			q.table.Focus()
		}
		return true
	default:
		return false
	}
}

func (q *Queue) sortBy(col int, down bool) {
	q.list.sortBy(sorting{Column: col, Down: down})
	q.show()
}

// showNew lets the rows that waited into the list.
func (q *Queue) showNew() {
	q.list.letIn()
	q.show()
	q.table.Focus()
}

// tableColumns are the columns as the table takes them.
func tableColumns() []kit.Column {
	all := columns()
	cols := make([]kit.Column, 0, len(all))
	for i, c := range all {
		k := kit.Column{Title: c.Title, Width: c.Width, Sorts: i != colOpen}
		switch {
		case i == colOpen:
			k.Kind = kit.ColumnAction
		case i == colStatus:
			k.Kind = kit.ColumnChip
		case c.Code:
			k.Kind = kit.ColumnCode
		case c.Lines:
			k.Kind = kit.ColumnLines
		}
		k.Flex = i == colProvider || i == colSituation
		cols = append(cols, k)
	}
	return cols
}
