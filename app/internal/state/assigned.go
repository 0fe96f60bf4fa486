package state

import (
	"cmp"
	"maps"
	"strings"
	"time"

	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// Assigned is one code of «Llaves asignadas» and of «Permisos de producción»:
// its keys, and the request that made them. What it points to is never written
// to.
type Assigned struct {
	Code          access.LicenseCode
	Request       *wire.RequestRow // the latest one that is done; nil: not in sight
	Production    *wire.KeyRow     // nil: there is none
	Preproduction *wire.KeyRow
}

// Key is the code's key of an environment; nil: there is none.
func (a Assigned) Key(e access.Environment) *wire.KeyRow {
	if e == access.Production {
		return a.Production
	}
	return a.Preproduction
}

// Name is the provider's; empty when its request is not in sight.
func (a Assigned) Name() string {
	if a.Request == nil {
		return ""
	}
	return a.Request.Provider
}

// Obstacle is why no permission can be granted to the code's production key;
// empty when it can.
func (a Assigned) Obstacle() access.Hint {
	if a.Production == nil {
		return access.HintNoKey
	}
	return access.GrantObstacle(a.Production.ClientID, a.Production.IsMissing, a.Production.State, a.Production.Evidence)
}

// assignedList is the codes that have a key, in their order, and the lists made
// of them.
type assignedList struct {
	ordered[*codeEntry] // by code
	assignedRows
}

// assignedRows are the rows of both lists, each with its own search.
type assignedRows struct {
	rows   []Assigned
	index  *Index    // of «Llaves asignadas»
	grants *Index    // of «Permisos de producción»
	readAt time.Time // the oldest reading of permissions in Entra; zero: none
	unread int       // production keys whose permissions were never read
}

// codeEntry is a code with its folded texts, made once a change and never
// written to again.
type codeEntry struct {
	row            Assigned
	folded, grants string
}

func byCode(a, b *codeEntry) int { return cmp.Compare(a.row.Code, b.row.Code) }

// orderAssigned makes anew the entries of codes that changed. It reports that
// the lists want to be made of the order.
func (s *rowSet) orderAssigned() bool {
	if len(s.changed) == 0 {
		return false
	}
	l := &s.assigned
	for code := range s.changed {
		if old := s.codes[code]; old != nil {
			l.remove(old, byCode)
			delete(s.codes, code)
		}
		if e := s.codeEntry(code); e != nil {
			s.codes[code] = e
			l.add(e, byCode)
		}
	}
	clear(s.changed)
	l.settle(byCode, maps.Values(s.codes))
	return true
}

// codeEntry makes the entry of a code; nil when it has no key.
func (s *rowSet) codeEntry(code access.LicenseCode) *codeEntry {
	row, ok := s.assignedOf(code)
	if !ok {
		return nil
	}
	base := row.baseText()
	return &codeEntry{row: row, folded: foldRow(base + row.keysText()), grants: foldRow(base + row.grantsText())}
}

// assignedOf is what is known of a code's keys; false when it has none.
func (s *rowSet) assignedOf(code access.LicenseCode) (Assigned, bool) {
	row := Assigned{Code: code}
	for _, id := range s.keysOf[code] {
		switch k := s.keys[id]; k.Environment {
		case access.Production:
			row.Production = k
		case access.Preproduction:
			row.Preproduction = k
		}
	}
	if e := s.requests[s.done[code]]; e != nil {
		row.Request = &e.row
	}
	return row, row.Production != nil || row.Preproduction != nil
}

func (a Assigned) baseText() string {
	parts := []string{string(a.Code)}
	if r := a.Request; r != nil {
		parts = append(parts, r.Provider, r.Place, string(r.NIT), r.NIT.Display(), r.Number)
	}
	return strings.Join(parts, " ") + " "
}

func (a Assigned) keysText() string {
	var parts []string
	if r := a.Request; r != nil {
		parts = append(parts, es.Status(r.Kind, r.Status), es.Situation(r.Kind, r.Status, ""))
	}
	for _, k := range []*wire.KeyRow{a.Preproduction, a.Production} {
		if k != nil {
			parts = append(parts, wantsText(k)...)
		}
	}
	return strings.Join(parts, " ")
}

// wantsText is what a search finds of a key that wants attention. What moves with
// the clock is not in it: the text is folded once a change.
func wantsText(k *wire.KeyRow) (words []string) {
	if k.State != access.KeyActive {
		words = append(words, es.KeyState(k.State))
	}
	if k.Incident != nil && k.Incident.RemovedAt.IsZero() {
		words = append(words, es.Reason(access.ReasonCompromise))
	}
	if k.Reminder != nil && !k.Reminder.EscalatedAt.IsZero() {
		words = append(words, "Aviso escalado")
	}
	if k.Drift > 0 {
		words = append(words, "Diferencias")
	}
	return words
}

func (a Assigned) grantsText() string {
	var parts []string
	for _, k := range []*wire.KeyRow{a.Preproduction, a.Production} {
		if k != nil {
			parts = append(parts, k.ClientID)
		}
	}
	return strings.Join(append(parts, es.GrantState(a.HasPermissions())), " ")
}

// HasPermissions reports that Entra showed a permission of the production key.
func (a Assigned) HasPermissions() bool {
	return a.Production != nil && len(a.Production.Permissions) > 0
}

// listAssigned makes the lists of an order.
func listAssigned(order []*codeEntry) assignedRows {
	l := assignedRows{rows: make([]Assigned, len(order))}
	folded, grants := make([]string, len(order)), make([]string, len(order))
	for i, e := range order {
		l.rows[i], folded[i], grants[i] = e.row, e.folded, e.grants
		k := e.row.Production
		switch {
		case k == nil:
		case k.PermissionsAt.IsZero():
			l.unread++
		case l.readAt.IsZero() || k.PermissionsAt.Before(l.readAt):
			l.readAt = k.PermissionsAt
		}
	}
	l.index, l.grants = newFoldedIndex(folded), newFoldedIndex(grants)
	return l
}
