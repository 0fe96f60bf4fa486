package ministry

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// The columns of figures 25 and 28 in their order, then ours.
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

	colReason  // of the pending list
	colAttends // of the pending list
)

// manualColumns are those the two lists of keys share; act is the head of the
// last one of the manual's.
func manualColumns(dateWidth float32, act string, actWidth float32) []kit.Column {
	return []kit.Column{
		// The manual's and «Situación» fill the least window; the rest comes by scrolling.
		colNumber:      {Title: "#", Width: 40, Sorts: true},
		colNIT:         {Title: "NIT", Width: 108, Sorts: true, Kind: kit.ColumnCode},
		colCode:        {Title: "Código habilitación", Width: 118, Sorts: true, Kind: kit.ColumnCode},
		colProviderNo:  {Title: "Id Prestador", Width: 88, Sorts: true, Kind: kit.ColumnCode},
		colProvider:    {Title: "Prestador", Width: 156, Sorts: true, Kind: kit.ColumnLines, Flex: true},
		colSite:        {Title: "Sede", Width: 124, Sorts: true, Kind: kit.ColumnLines},
		colRequestedAt: {Title: "Fecha solicitud", Width: dateWidth, Sorts: true},
		colStatus:      {Title: "Estado token", Width: 124, Sorts: true, Kind: kit.ColumnChip},
		colOpen:        {Title: act, Width: actWidth, Kind: kit.ColumnAction},
		colSituation:   {Title: "Situación", Width: 122, Sorts: true, Kind: kit.ColumnLines, Flex: true},
	}
}

// queueSheet is how the pending list shows requests; me is who looks.
func queueSheet(me func() access.AccountID) sheet[wire.RequestRow] {
	return sheet[wire.RequestRow]{
		columns: append(manualColumns(142, "Ingresar", 108),
			kit.Column{Title: "Motivo", Width: 220, Sorts: true, Kind: kit.ColumnLines},
			kit.Column{Title: "Atiende", Width: 170, Sorts: true, Kind: kit.ColumnLines}),
		id:      func(r *wire.RequestRow) string { return string(r.ID) },
		cell:    func(r *wire.RequestRow, n, col int) kit.Cell { return queueCell(r, n, col, me()) },
		compare: compareRequests,
		text: func(r *wire.RequestRow) string {
			return string(r.Code) + " " + string(r.NIT) + " " + r.Provider + " " + r.Place + " " + r.Number + " " + es.Status(r.Kind, r.Status)
		},
		own: sorting{Column: colRequestedAt}, // who waits longest stands first
		one: "solicitud", many: "solicitudes",
	}
}

// queueCell is what a column of the pending list shows.
func queueCell(r *wire.RequestRow, n, col int, me access.AccountID) kit.Cell {
	switch col {
	case colStatus:
		return kit.Cell{Chip: kit.Chip{Word: es.Status(r.Kind, r.Status), Level: statusLevel(r.Kind)}}
	case colOpen:
		return kit.Cell{Text: "Ingresar Info"}
	case colSituation:
		return kit.Cell{Text: situation(*r, me)}
	case colReason:
		return kit.Cell{Text: reason(*r)}
	case colAttends:
		return kit.Cell{Text: attends(*r, me), Muted: r.TakenBy == ""}
	default:
		return requestCell(r, n, col)
	}
}

// requestCell is what the columns show that say whose request it is.
func requestCell(r *wire.RequestRow, n, col int) kit.Cell {
	switch col {
	case colNumber:
		return kit.Cell{Text: es.Number(n), Muted: true}
	case colNIT:
		return kit.Cell{Text: string(r.NIT)}
	case colCode:
		return kit.Cell{Text: string(r.Code)}
	case colProviderNo:
		return kit.Cell{Text: providerNo(r.ProviderNo)}
	case colProvider:
		return kit.Cell{Text: r.Provider}
	case colSite:
		return kit.Cell{Text: r.Place}
	case colRequestedAt:
		return kit.Cell{Text: es.DateTime(r.RequestedAt)}
	default:
		return kit.Cell{}
	}
}

// compareRequests orders requests by a column of numbers or dates; nil for one
// of words.
func compareRequests(col int) func(a, b *wire.RequestRow) int {
	switch col {
	case colRequestedAt:
		return func(a, b *wire.RequestRow) int { return a.RequestedAt.Compare(b.RequestedAt) }
	case colProviderNo:
		return func(a, b *wire.RequestRow) int { return cmp.Compare(a.ProviderNo, b.ProviderNo) }
	case colNIT:
		return func(a, b *wire.RequestRow) int {
			return cmp.Or(cmp.Compare(len(a.NIT), len(b.NIT)), cmp.Compare(a.NIT, b.NIT))
		}
	case colCode:
		return func(a, b *wire.RequestRow) int { return cmp.Compare(a.Code, b.Code) }
	default:
		return nil
	}
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
	text := ""
	if r.Reason == access.ReasonCompromise {
		text = es.Reason(r.Reason) + ". "
	}
	if r.Failure != nil {
		text += es.FailureCause(*r.Failure)
	}
	return cmp.Or(strings.TrimSpace(text), "—")
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

// emptyLine is what a list without rows says.
func emptyLine(lastAttended, now time.Time) string {
	if lastAttended.IsZero() {
		return "No hay solicitudes pendientes."
	}
	return "No hay solicitudes pendientes. La última se atendió " + es.Relative(lastAttended, now) + "."
}
