package ministry

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"llavero/app/internal/ui/look"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// column is one column of the pending list.
type column struct {
	Title string
	Width float32
	Code  bool // digits, drawn in monospace
	Lines bool // words that may take two lines
}

// The columns of figure 25 in its order, then ours.
const (
	colNumber = iota
	colNIT
	colCode
	colProviderNo
	colProvider
	colSite
	colRequestedAt
	colStatus
	colOpen
	colSituation
	colReason
	colAttends
	columnCount
)

// columns are drawn in the order of the constants above.
func columns() []column {
	return []column{
		// The manual's and «Situación» fill the least window; the rest comes by scrolling.
		colNumber:      {Title: "#", Width: 40},
		colNIT:         {Title: "NIT", Width: 104, Code: true},
		colCode:        {Title: "Código habilitación", Width: 108, Code: true},
		colProviderNo:  {Title: "Id Prestador", Width: 88, Code: true},
		colProvider:    {Title: "Prestador", Width: 164, Lines: true},
		colSite:        {Title: "Sede", Width: 124, Lines: true},
		colRequestedAt: {Title: "Fecha solicitud", Width: 144},
		colStatus:      {Title: "Estado token", Width: 126},
		colOpen:        {Title: "Ingresar", Width: 108},
		colSituation:   {Title: "Situación", Width: 122, Lines: true},
		colReason:      {Title: "Motivo", Width: 220, Lines: true},
		colAttends:     {Title: "Atiende", Width: 170, Lines: true},
	}
}

// openWord is what the column «Ingresar» says.
const openWord = "Ingresar Info"

// rowLook is a row of the list, as strings and colours.
type rowLook struct {
	ID    access.RequestID
	Cells [columnCount]string
	Level look.Level // of «Estado token» and «Situación»
	Mine  bool
	Taken bool
}

// rowLookOf makes what a row shows; n is its place, from 1.
func rowLookOf(r wire.RequestRow, n int, me access.AccountID) rowLook {
	l := rowLook{ID: r.ID, Level: statusLevel(r.Kind), Taken: r.TakenBy != ""}
	l.Mine = l.Taken && r.TakenBy == me
	l.Cells = [columnCount]string{
		colNumber:      es.Number(n),
		colNIT:         string(r.NIT),
		colCode:        string(r.Code),
		colProviderNo:  providerNo(r.ProviderNo),
		colProvider:    r.Provider,
		colSite:        r.Place,
		colRequestedAt: es.DateTime(r.RequestedAt),
		colStatus:      es.Status(r.Kind, r.Status),
		colOpen:        openWord,
		colSituation:   situation(r, me),
		colReason:      reason(r),
		colAttends:     attends(r, me),
	}
	return l
}

func providerNo(n int64) string {
	if n <= 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// statusLevel colours a request: a first one, or a change.
func statusLevel(k access.Kind) look.Level {
	if k == access.KindRenew {
		return look.Info
	}
	return look.Warning
}

func situation(r wire.RequestRow, me access.AccountID) string {
	switch r.TakenBy {
	case "":
		return es.Situation(r.Kind, r.Status, "")
	case me:
		return "En revisión por usted"
	default:
		return es.Situation(r.Kind, r.Status, r.TakenName)
	}
}

// reason says in words why the request waits.
func reason(r wire.RequestRow) string {
	if r.Failure == nil {
		return "—"
	}
	return es.FailureCause(*r.Failure)
}

func attends(r wire.RequestRow, me access.AccountID) string {
	switch r.TakenBy {
	case "":
		return "Sin asignar"
	case me:
		return "Usted · " + es.Clock(r.TakenAt)
	default:
		return r.TakenName + " · " + es.Clock(r.TakenAt)
	}
}

// filterCount is the line beside the search box: «12 solicitudes», «3 de
// 12 solicitudes».
func filterCount(shown, all int) string {
	if shown == all {
		return es.Count(all, "solicitud", "solicitudes")
	}
	return es.Number(shown) + " de " + es.Count(all, "solicitud", "solicitudes")
}

// newRowsWord is the button that shows the rows that waited.
func newRowsWord(n int) string { return es.Count(n, "nueva", "nuevas") }

// emptyLine is what a list without rows says.
func emptyLine(lastAttended, now time.Time) string {
	if lastAttended.IsZero() {
		return "No hay solicitudes pendientes."
	}
	return "No hay solicitudes pendientes. La última se atendió " + es.Relative(lastAttended, now) + "."
}

// noMatchLine is what a search without results says.
func noMatchLine(query string) string {
	return "Ninguna solicitud coincide con “" + strings.TrimSpace(query) + "”."
}

// sorting is the order of the list.
type sorting struct {
	Column int
	Down   bool // from high to low
}

// byDate is the list's own order: who waits longest stands first.
func byDate() sorting { return sorting{Column: colRequestedAt} }

// toggled is the order after a click on a column's head.
func (s sorting) toggled(column int) sorting {
	if s.Column == column {
		return sorting{Column: column, Down: !s.Down}
	}
	return sorting{Column: column}
}

// sortRows orders positions of rows, stably, without touching the rows. Rows come
// in the order of the list; key gives each row's words, folded.
func sortRows(rows []wire.RequestRow, positions []int, s sorting, me access.AccountID, key func(string) string) {
	if s == byDate() || s.Column == colNumber && !s.Down {
		slices.Sort(positions)
		return
	}
	compare := comparer(rows, positions, s.Column, me, key)
	slices.SortStableFunc(positions, func(a, b int) int {
		if s.Down {
			return compare(b, a)
		}
		return compare(a, b)
	})
}

// comparer compares two positions by a column. Words are folded once a row, not
// once a comparison.
func comparer(rows []wire.RequestRow, positions []int, col int, me access.AccountID, key func(string) string) func(a, b int) int {
	switch col {
	case colNumber:
		return func(a, b int) int { return cmp.Compare(a, b) }
	case colRequestedAt:
		return func(a, b int) int { return rows[a].RequestedAt.Compare(rows[b].RequestedAt) }
	case colProviderNo:
		return func(a, b int) int { return cmp.Compare(rows[a].ProviderNo, rows[b].ProviderNo) }
	case colNIT:
		return func(a, b int) int {
			x, y := rows[a].NIT, rows[b].NIT
			return cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y))
		}
	case colCode:
		return func(a, b int) int { return cmp.Compare(rows[a].Code, rows[b].Code) }
	default:
		words := make(map[int]string, len(positions))
		for _, p := range positions {
			words[p] = key(cellOf(rows[p], col, me))
		}
		return func(a, b int) int { return cmp.Compare(words[a], words[b]) }
	}
}

// cellOf is one cell's text, for sorting.
func cellOf(r wire.RequestRow, col int, me access.AccountID) string {
	switch col {
	case colProvider:
		return r.Provider
	case colSite:
		return r.Place
	case colStatus:
		return es.Status(r.Kind, r.Status)
	case colSituation:
		return situation(r, me)
	case colReason:
		return reason(r)
	case colAttends:
		return attends(r, me)
	default:
		return ""
	}
}
