package state

import (
	"cmp"
	"slices"
	"time"

	"llavero/shared/es"
	"llavero/shared/wire"
)

// Queue is the ministry's pending list.
func (m *Model) Queue() Queue {
	now := m.now()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rows.refresh()
	q := Queue{
		Link: m.link, Rows: m.rows.pending.rows, Search: m.rows.pending.index, Loading: !m.link.HasData(), Now: now,
	}
	if m.who != nil {
		q.Me = m.who.Account
	}
	if isSameDay(m.rows.lastDone, now) {
		q.LastAttended = m.rows.lastDone
	}
	return q
}

// isSameDay tells whether two instants fall on one day for people in Colombia.
func isSameDay(a, b time.Time) bool { return !a.IsZero() && es.Date(a) == es.Date(b) }

// Column names a column of a list that can be sorted by.
type Column string

// The columns of the pending list.
const (
	ColumnNIT         Column = "nit"
	ColumnCode        Column = "code"
	ColumnProviderNo  Column = "provider_no"
	ColumnProvider    Column = "provider"
	ColumnPlace       Column = "place"
	ColumnRequestedAt Column = "requested_at"
	ColumnState       Column = "state"
	ColumnTaken       Column = "taken"
)

// SortRequests puts positions of rows (all that Filter found, say) in the order
// of a column, in place. Rows that are equal there keep the order they have.
// Texts are compared without accents and case.
func SortRequests(rows []wire.RequestRow, positions []int, by Column, isDescending bool) {
	compare := compareBy(rows, positions, by)
	if isDescending {
		slices.SortStableFunc(positions, func(a, b int) int { return compare(b, a) })
		return
	}
	slices.SortStableFunc(positions, compare)
}

func compareBy(rows []wire.RequestRow, positions []int, by Column) func(a, b int) int {
	text := func(of func(*wire.RequestRow) string) func(a, b int) int {
		folded := make(map[int]string, len(positions))
		for _, i := range positions {
			folded[i] = Fold(of(&rows[i]))
		}
		return func(a, b int) int { return cmp.Compare(folded[a], folded[b]) }
	}
	switch by {
	case ColumnNIT:
		return func(a, b int) int { return cmp.Compare(rows[a].NIT, rows[b].NIT) }
	case ColumnCode:
		return func(a, b int) int { return cmp.Compare(rows[a].Code, rows[b].Code) }
	case ColumnProviderNo:
		return func(a, b int) int { return cmp.Compare(rows[a].ProviderNo, rows[b].ProviderNo) }
	case ColumnProvider:
		return text(func(r *wire.RequestRow) string { return r.Provider })
	case ColumnPlace:
		return text(func(r *wire.RequestRow) string { return r.Place })
	case ColumnRequestedAt:
		return func(a, b int) int { return rows[a].RequestedAt.Compare(rows[b].RequestedAt) }
	case ColumnState:
		return text(func(r *wire.RequestRow) string { return es.Status(r.Kind, r.Status) })
	case ColumnTaken:
		return text(func(r *wire.RequestRow) string { return r.TakenName })
	default:
		return func(int, int) int { return 0 }
	}
}
