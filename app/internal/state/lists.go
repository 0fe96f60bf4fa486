package state

import (
	"cmp"
	"iter"
	"slices"

	"llavero/shared/access"
	"llavero/shared/wire"
)

// inlineRows is how long a list may be to be built by whoever looks at it. A
// longer one is built beside, without the lock, and shows a moment later.
const inlineRows = 2_000

// bulkRows is after how many changes sorting anew is cheaper than putting each
// in its place.
const bulkRows = 500

// ordered keeps entries in an order as they come and go.
type ordered[E any] struct {
	isStale bool
	isBulk  bool // the order is not kept at present: sort anew
	changes int  // since the last build
	made    int  // builds begun: an older one must not replace a newer
	order   []E
}

// add puts an entry in its place.
func (l *ordered[E]) add(e E, compare func(a, b E) int) {
	if l.touch() {
		return
	}
	i, _ := slices.BinarySearchFunc(l.order, e, compare)
	l.order = slices.Insert(l.order, i, e)
}

// remove takes an entry out.
func (l *ordered[E]) remove(e E, compare func(a, b E) int) {
	if l.touch() {
		return
	}
	if i, ok := slices.BinarySearchFunc(l.order, e, compare); ok {
		l.order = slices.Delete(l.order, i, i+1)
	}
}

// touch marks the list, and reports that its order is not kept.
func (l *ordered[E]) touch() (isBulk bool) {
	l.isStale = true
	l.changes++
	l.isBulk = l.isBulk || l.changes > bulkRows
	return l.isBulk
}

// settle brings the order up to date, for a list to be made of it; all gives the
// entries when they have to be sorted anew.
func (l *ordered[E]) settle(compare func(a, b E) int, all iter.Seq[E]) {
	if l.isBulk {
		l.order = slices.AppendSeq(l.order[:0], all)
		slices.SortFunc(l.order, compare)
	}
	l.isStale, l.isBulk, l.changes = false, false, 0
	l.made++
}

// pendingList is the pending requests in their order, and the list made of them.
type pendingList struct {
	ordered[*requestEntry] // by signature
	rows                   []wire.RequestRow
	index                  *Index
}

// bySignature puts who waits longest first; before all, who has a compromised key.
func bySignature(a, b *requestEntry) int {
	return cmp.Or(calm(a)-calm(b), a.row.SignedAt.Compare(b.row.SignedAt), a.row.RequestedAt.Compare(b.row.RequestedAt),
		cmp.Compare(a.row.Number, b.row.Number), cmp.Compare(a.row.ID, b.row.ID))
}

// calm is 0 for the replacement of a compromised key, 1 for the rest.
func calm(e *requestEntry) int {
	if e.row.Reason == access.ReasonCompromise {
		return 0
	}
	return 1
}

// addPending puts a request in, if it is pending.
func (l *pendingList) addPending(e *requestEntry) {
	if e.row.Status == access.StatusPending {
		l.add(e, bySignature)
	}
}

// removePending takes a request out, if it was pending.
func (l *pendingList) removePending(e *requestEntry) {
	if e.row.Status == access.StatusPending {
		l.remove(e, bySignature)
	}
}

// entityList is the pickers'.
type entityList struct {
	isStale     bool
	isReordered bool
	order       []*providerEntry // by code
	// A code that is no longer in REPS cannot be asked keys for, but those it has
	// can be consulted.
	asking, consulting entityView
}

// entityView is the entities of one picker.
type entityView struct {
	order []*providerEntry
	rows  []Entity
	index *Index
}

// fill makes a view of what belongs in it. While the same entries stand in it
// the index is kept.
func (v *entityView) fill(all []*providerEntry, entities []Entity, belongs func(Entity) bool) {
	order := make([]*providerEntry, 0, len(all))
	rows := make([]Entity, 0, len(all))
	for i, e := range all {
		if belongs(entities[i]) {
			order, rows = append(order, e), append(rows, entities[i])
		}
	}
	if v.index == nil || !slices.Equal(v.order, order) {
		folded := make([]string, len(order))
		for i, e := range order {
			folded[i] = e.folded
		}
		v.index = newFoldedIndex(folded)
	}
	v.order, v.rows = order, rows
}

// build makes the lists that are stale.
func (s *rowSet) build() {
	if s.pending.isStale {
		s.orderPending()
		s.pending.rows, s.pending.index = listPending(s.pending.order)
	}
	if s.entities.isStale {
		s.buildEntities()
	}
	if s.orderAssigned() {
		s.assigned.assignedRows = listAssigned(s.assigned.order)
	}
}

// refresh builds the lists that are stale and short.
func (s *rowSet) refresh() {
	if max(len(s.requests), len(s.keys), len(s.providers)) <= inlineRows {
		s.build()
	}
}

// orderPending brings the order of the pending list up to date.
func (s *rowSet) orderPending() {
	s.pending.settle(bySignature, func(yield func(*requestEntry) bool) {
		for _, e := range s.requests {
			if e.row.Status == access.StatusPending && !yield(e) {
				return
			}
		}
	})
}

// listPending makes the list of an order.
func listPending(order []*requestEntry) ([]wire.RequestRow, *Index) {
	rows := make([]wire.RequestRow, len(order))
	folded := make([]string, len(order))
	for i, e := range order {
		rows[i], folded[i] = e.row, e.folded
	}
	return rows, newFoldedIndex(folded)
}

func (s *rowSet) buildEntities() {
	l := &s.entities
	if l.isReordered {
		l.order = l.order[:0]
		for _, e := range s.providers {
			l.order = append(l.order, e)
		}
		slices.SortFunc(l.order, func(a, b *providerEntry) int { return cmp.Compare(a.row.Code, b.row.Code) })
	}
	all := make([]Entity, len(l.order))
	for i, e := range l.order {
		all[i] = s.entityOf(e.row)
	}
	l.asking.fill(l.order, all, func(e Entity) bool { return e.Provider.Current })
	l.consulting.fill(l.order, all, func(e Entity) bool { return e.Provider.Current || len(e.Keys) > 0 || e.Request != nil })
	l.isStale, l.isReordered = false, false
}

// buildBeside makes the lists that are stale: the officers' without the lock, of
// entries that are never written to.
func (m *Model) buildBeside() {
	m.mu.Lock()
	s := m.rows
	if s.entities.isStale {
		s.buildEntities()
	}
	isPending := s.pending.isStale
	var pending []*requestEntry
	if isPending {
		s.orderPending()
		pending = slices.Clone(s.pending.order)
	}
	isAssigned := s.orderAssigned()
	var assigned []*codeEntry
	if isAssigned {
		assigned = slices.Clone(s.assigned.order)
	}
	madePending, madeAssigned := s.pending.made, s.assigned.made
	m.mu.Unlock()

	if isPending {
		rows, index := listPending(pending)
		m.mu.Lock()
		if s.pending.made == madePending {
			s.pending.rows, s.pending.index = rows, index
		}
		m.mu.Unlock()
	}
	if isAssigned {
		list := listAssigned(assigned)
		m.mu.Lock()
		if s.assigned.made == madeAssigned {
			s.assigned.assignedRows = list
		}
		m.mu.Unlock()
	}
}
