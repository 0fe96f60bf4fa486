package ministry

import (
	"cmp"
	"time"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// Ours, after «Situación».
const (
	colExpires = colSituation + 1 + iota
	colWants   // what wants an officer's attention
)

// assignedSheet is how «Llaves asignadas» shows codes.
func assignedSheet(now func() time.Time) sheet[state.Assigned] {
	return sheet[state.Assigned]{
		columns: append(manualColumns(106, "Actualizar", 128), kit.Column{Title: "Vence", Width: 190, Sorts: true, Kind: kit.ColumnLines},
			kit.Column{Title: "Llave", Width: 150, Sorts: true, Kind: kit.ColumnChip}),
		id:      func(a *state.Assigned) string { return string(a.Code) },
		cell:    func(a *state.Assigned, n, col int) kit.Cell { return assignedCell(a, n, col, now()) },
		compare: compareAssigned,
		rank: func(col int) func(*state.Assigned) int {
			if col != colWants {
				return nil
			}
			at := now()
			return func(a *state.Assigned) int { return int(wantsOf(a, at)) }
		},
		text: func(a *state.Assigned) string {
			r := requestOf(a)
			return string(a.Code) + " " + string(r.NIT) + " " + r.Provider + " " + r.Place + " " + es.Status(r.Kind, r.Status)
		},
		own: sorting{Column: colCode},
		one: "entidad", many: "entidades",
	}
}

// requestOf is the request that made a code's keys; one that knows its code
// alone when it is not in sight.
func requestOf(a *state.Assigned) *wire.RequestRow {
	if a.Request != nil {
		return a.Request
	}
	return &wire.RequestRow{Code: a.Code, Status: access.StatusDone}
}

// assignedCell is what a column shows.
func assignedCell(a *state.Assigned, n, col int, now time.Time) kit.Cell {
	r := requestOf(a)
	switch col {
	case colStatus:
		level := look.Success
		if r.Kind == access.KindRenew {
			level = look.Info
		}
		return kit.Cell{Chip: kit.Chip{Word: es.Status(r.Kind, r.Status), Level: level}}
	case colRequestedAt:
		return kit.Cell{Text: es.Date(r.RequestedAt)}
	case colOpen:
		return kit.Cell{Text: "Actualizar Keys"}
	case colSituation:
		return kit.Cell{Text: keysInShort(a)}
	case colExpires:
		at := firstExpiry(a)
		if at.IsZero() {
			return kit.Cell{Text: "—", Muted: true}
		}
		return kit.Cell{Text: es.Date(at) + " · " + es.Expiry(at, now), Muted: es.DaysLeft(at, now) > nearExpiry}
	case colWants:
		return kit.Cell{Chip: wantChips[wantsOf(a, now)]}
	default:
		return requestCell(r, n, col)
	}
}

// nearExpiry is from how many days on an expiry is pointed out.
const nearExpiry = 30

// keysSituation is our word for a code's keys; what is not as it should be stands
// after it.
func keysSituation(a *state.Assigned) string {
	r := requestOf(a)
	text := es.Situation(r.Kind, r.Status, "")
	for _, e := range []access.Environment{access.Production, access.Preproduction} {
		switch k := a.Key(e); {
		case k == nil:
			text += " · Falta " + lower(es.Environment(e))
		case k.State != access.KeyActive:
			text += " · " + es.Environment(e) + ": " + lower(es.KeyState(k.State))
		}
	}
	return text
}

// keysInShort is keysSituation without saying which key it is about.
func keysInShort(a *state.Assigned) string {
	r := requestOf(a)
	text := es.Situation(r.Kind, r.Status, "")
	worst := ""
	for _, k := range []*wire.KeyRow{a.Preproduction, a.Production} {
		switch {
		case k == nil:
			worst = "falta una llave"
		case k.State != access.KeyActive && worst == "":
			worst = lower(es.KeyState(k.State))
		}
	}
	if worst == "" {
		return text
	}
	return text + " · " + worst
}

// firstExpiry is when the first of a code's keys ends; zero for none.
func firstExpiry(a *state.Assigned) time.Time {
	var first time.Time
	for _, k := range []*wire.KeyRow{a.Production, a.Preproduction} {
		if k != nil && !k.ExpiresAt.IsZero() && (first.IsZero() || k.ExpiresAt.Before(first)) {
			first = k.ExpiresAt
		}
	}
	return first
}

func compareAssigned(col int) func(a, b *state.Assigned) int {
	switch col {
	case colCode:
		return func(a, b *state.Assigned) int { return cmp.Compare(a.Code, b.Code) }
	case colExpires:
		return func(a, b *state.Assigned) int { return firstExpiry(a).Compare(firstExpiry(b)) }
	}
	if compare := compareRequests(col); compare != nil {
		return func(a, b *state.Assigned) int { return compare(requestOf(a), requestOf(b)) }
	}
	return nil
}

// wantsOf is what a code's keys want first, the worse of both.
func wantsOf(a *state.Assigned, now time.Time) want {
	worst := wantsNothing
	for _, k := range []*wire.KeyRow{a.Production, a.Preproduction} {
		if k != nil {
			worst = min(worst, wantOf(k, now))
		}
	}
	return worst
}
