// Package logbook holds the screens of the audit trail: «Bitácora», where an
// officer searches all of it, and «Actividad», where a delegate sees what is
// theirs. Both are one widget that asks for what the role may ask for.
//
// Screens draw snapshots of state.Trail and report what the person wants; nothing
// here keeps time or reaches the network. UI goroutine only.
package logbook

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/app/internal/ui/tell"
	"llavero/shared/es"
	"llavero/shared/trail"
	"llavero/shared/wire"
)

// Logbook lists entries of the trail, newest first, under the form of a search.
type Logbook struct {
	widget.BaseWidget

	// OnSearch looks anew.
	OnSearch func(state.TrailForm)
	// OnMore adds older entries.
	OnMore func()
	// OnExport writes what was searched for to a file.
	OnExport func()
	// OnOpen shows one entry.
	OnOpen func(wire.TrailEntry)
	// OnRetry loads again what failed.
	OnRetry func()
	// OnBack is «← Volver al Menú».
	OnBack func()
	// OnCopyText copies a cell or a detail: never a secret, there is none.
	OnCopyText func(string)
	// OnHabits tells how the person left the columns.
	OnHabits func(kit.Habits)

	isOwn  bool
	page   *kit.Page
	banner *kit.Banner
	chain  *kit.Banner
	form   form
	search *kit.Button
	export *kit.Button
	more   *kit.Button
	count  *kit.Text

	table    *kit.Table
	skeleton *fyne.Container
	empty    *kit.Empty
	last     state.Trail
	columns  []column
}

// NewLogbook makes «Bitácora»; isOwn: «Actividad».
func NewLogbook(isOwn bool) *Logbook {
	l := &Logbook{
		isOwn: isOwn, banner: kit.NewBanner(), chain: kit.NewBanner(), count: kit.NewNote("").Natural(),
		skeleton: kit.NewSkeleton(8), empty: kit.NewEmpty(look.IconSearch, "", kit.Action{}), columns: columnsOf(isOwn),
	}
	l.banner.OnCopy = func(text string) { kit.Call(l.OnCopyText, text) }
	l.search = kit.NewPrimary("Buscar", l.submit)
	l.export = kit.NewIconButton("Exportar…", look.IconDownload, func() { kit.Call0(l.OnExport) })
	l.more = kit.NewButton("Ver anteriores", func() { kit.Call0(l.OnMore) })
	l.form = newForm(isOwn, l.submit)

	heads := make([]kit.Column, len(l.columns))
	for i, c := range l.columns {
		heads[i] = c.head
	}
	l.table = kit.NewTable(heads, l.cell)
	l.table.OnOpen = l.choose
	l.table.OnAction = func(row, _ int) { l.choose(row) }
	l.table.OnHabits = func(h kit.Habits) { kit.Call(l.OnHabits, h) }
	l.table.OnCopy = func(text string) { kit.Call(l.OnCopyText, text) }

	title, help := es.TrailTitle, "Quién hizo qué y cuándo. Cada consulta de esta pantalla también queda registrada."
	if isOwn {
		title, help = es.ActivityTitle, "Lo que se hizo sobre su entidad y con su usuario: quién vio, copió o exportó qué dato, cuándo y desde qué equipo."
	}
	acts := kit.NewRow(l.search, l.export)
	top := kit.NewStack(l.banner, l.chain, l.form.box(acts))
	back := kit.NewQuiet(es.BackToMenu, nil, func() { kit.Call0(l.OnBack) })
	l.page = kit.NewListPage(title, help, top, container.NewStack(l.table, l.skeleton, l.empty),
		kit.NewFooter([]fyne.CanvasObject{back}, container.NewCenter(l.count), l.more))
	l.ExtendBaseWidget(l)
	return l
}

// CreateRenderer implements fyne.Widget.
func (l *Logbook) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(l.page) }

// Focus gives the keyboard to the list, or to the form when there is none.
func (l *Logbook) Focus() {
	if l.table.Length() > 0 {
		l.table.Focus()
		return
	}
	kit.Focus(l.form.text)
}

// FocusSearch puts the cursor in the box of the text (Ctrl+F, F3).
func (l *Logbook) FocusSearch() { kit.Focus(l.form.text) }

// SetHabits puts the columns as they were left.
func (l *Logbook) SetHabits(h kit.Habits) { l.table.SetHabits(h) }

func (l *Logbook) submit() {
	if l.search.Disabled() {
		return
	}
	kit.Call(l.OnSearch, l.form.read())
}

func (l *Logbook) choose(row int) {
	if row >= 0 && row < len(l.last.Items) {
		kit.Call(l.OnOpen, l.last.Items[row])
	}
}

func (l *Logbook) cell(row, col int) kit.Cell {
	if row >= len(l.last.Items) {
		return kit.Cell{}
	}
	return l.columns[col].cell(l.last.Items[row])
}

// Render shows a snapshot.
func (l *Logbook) Render(s state.Trail) {
	if l.last.Form != s.Form {
		l.form.put(s.Form)
	}
	isAnew := len(s.Items) < len(l.last.Items)
	l.last = s
	l.banner.Set(tell.Trouble(s.Trouble, tell.Retry(l.OnRetry)))
	l.chain.Set(kit.Message{})
	if s.Trouble == nil {
		l.chain.Set(chainMessage(s.Known))
	}
	l.form.complain(s.Fields)
	on := s.Link.IsOnline() && !s.Loading
	l.search.SetBusy(s.Loading, "Buscando…")
	l.search.SetEnabled(on)
	l.export.SetBusy(s.Exporting, "Exportando…")
	l.export.SetEnabled(on && !s.Exporting && s.Loaded)
	l.more.SetEnabled(on)
	kit.SetVisible(l.more, s.More)
	l.table.SetLength(len(s.Items))
	if isAnew && len(s.Items) > 0 {
		l.table.SetCursor(0)
	}
	kit.Put(l.count, countLine(s))
	kit.SetVisible(l.table, len(s.Items) > 0)
	kit.SetVisible(l.skeleton, s.Loading && len(s.Items) == 0)
	text, action := l.emptyMessage()
	icon := look.IconSearch
	if !s.Link.IsOnline() {
		icon = look.IconOffline
	}
	l.empty.Set(icon, text, action)
	kit.SetVisible(l.empty, text != "")
	l.Refresh()
}

// emptyMessage says why there are no rows, and one act.
func (l *Logbook) emptyMessage() (string, kit.Action) {
	s := l.last
	switch {
	case len(s.Items) > 0, s.Loading:
		return "", kit.Action{}
	case !s.Link.IsOnline() && !s.Loaded:
		return "Para consultar la bitácora necesita conexión: no se guarda en este computador.", kit.Action{}
	case !s.Loaded:
		return "No pudimos cargar la lista.", kit.Action{}
	case s.More:
		return "Nada coincide desde " + es.DateTime(s.Searched) + ". La búsqueda puede seguir más atrás.", kit.Action{Text: "Seguir buscando", Do: func() { kit.Call0(l.OnMore) }}
	case s.Form == (state.TrailForm{}):
		return "Aún no hay nada registrado.", kit.Action{}
	default:
		return "Nada coincide con lo que busca.", kit.Action{Text: "Quitar filtros", Do: func() { kit.Call(l.OnSearch, state.TrailForm{}) }}
	}
}

// countLine says how many are listed.
func countLine(s state.Trail) string {
	if len(s.Items) == 0 {
		return ""
	}
	text := es.Count(len(s.Items), "fila", "filas")
	if !s.Searched.IsZero() {
		return text + " desde " + es.DateTime(s.Searched) + "; hay más atrás"
	}
	if s.More {
		return text + "; hay más atrás"
	}
	return text
}

// chainMessage says how whole the trail is known to be; delegates are told
// nothing.
func chainMessage(k *wire.TrailState) kit.Message {
	switch {
	case k == nil:
		return kit.Message{}
	case k.Broken > 0:
		return kit.Message{Level: look.Danger, Title: "La bitácora no está íntegra", Text: es.TrailBroken(k.Broken, k.Fault) + " No se firma ningún día más. Avise al administrador: «llavero-server audit verify» dice qué pasó."}
	case k.Head == nil:
		return kit.Message{Level: look.Info, Text: "El primer cierre se firma al terminar el día, a la medianoche de Colombia."}
	}
	return kit.Message{Level: look.Success, Text: es.TrailHead(k.Head.Day, k.Head.Seq, k.Head.SignedAt)}
}

// groupsOf are the groups that a role can choose from.
func groupsOf(isOwn bool) []trail.Group {
	if !isOwn {
		return trail.Groups()
	}
	return []trail.Group{trail.GroupValues, trail.GroupKeys, trail.GroupRequests, trail.GroupPermissions, trail.GroupConsent, trail.GroupSessions, trail.GroupAccounts, trail.GroupRegistries}
}
