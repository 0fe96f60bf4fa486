package ministry

import (
	"llavero/app/internal/state"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// queueList is which rows of the pending list are in sight, in which order, and
// where the cursor is. It holds no widget.
type queueList struct {
	rows    []wire.RequestRow // as the last snapshot had them
	index   *state.Index
	me      access.AccountID
	query   string
	sort    sorting
	shown   []int                     // positions in rows, filtered and sorted
	at      access.RequestID          // the row under the cursor, once the officer put it there
	place   int                       // where it was, for when its row goes
	known   map[access.RequestID]bool // rows let into the list
	fresh   map[access.RequestID]bool // rows that came in after the first snapshot
	waiting int                       // rows behind «3 nuevas»
	started bool
}

// update takes a snapshot. Rows already in the list change in place, rows that
// are gone go; new ones come in only when letIn is true.
func (l *queueList) update(s state.Queue, letIn bool) {
	same := len(l.rows) == len(s.Rows) && l.index == s.Search && (len(l.rows) == 0 || &l.rows[0] == &s.Rows[0]) && l.me == s.Me
	l.rows, l.index, l.me = s.Rows, s.Search, s.Me
	if same && l.started {
		return
	}
	if !l.started && !s.Loading {
		l.known, l.fresh = make(map[access.RequestID]bool, len(s.Rows)), map[access.RequestID]bool{}
		l.admit(false)
		l.started = true
	}
	l.forget()
	if letIn {
		l.admit(true)
	}
	l.arrange()
}

// admit lets every row in; markFresh points out those that were not there.
func (l *queueList) admit(markFresh bool) {
	for _, r := range l.rows {
		if !l.known[r.ID] {
			l.known[r.ID] = true
			if markFresh {
				l.fresh[r.ID] = true
			}
		}
	}
}

// forget drops what is known of rows that are gone: should one come back, it is
// new again.
func (l *queueList) forget() {
	if len(l.known) == 0 {
		return
	}
	there := make(map[access.RequestID]bool, len(l.rows))
	for _, r := range l.rows {
		there[r.ID] = true
	}
	for id := range l.known {
		if !there[id] {
			delete(l.known, id)
			delete(l.fresh, id)
		}
	}
}

// letIn shows the rows that waited.
func (l *queueList) letIn() {
	l.admit(true)
	l.arrange()
}

func (l *queueList) filter(query string) {
	l.query = query
	l.arrange()
}

func (l *queueList) sortBy(s sorting) {
	l.sort = s
	l.arrange()
}

// arrange filters and sorts anew.
func (l *queueList) arrange() {
	found := l.index.Filter(l.query)
	if l.index.Len() != len(l.rows) {
		found = scan(l.rows, l.query, l.me)
	}
	l.waiting = 0
	l.shown = l.shown[:0]
	for _, p := range found {
		if l.known[l.rows[p].ID] {
			l.shown = append(l.shown, p)
		}
	}
	for _, r := range l.rows {
		if !l.known[r.ID] && l.started {
			l.waiting++
		}
	}
	sortRows(l.rows, l.shown, l.sort, l.me, state.Fold)
}

// scan searches rows that have no index.
func scan(rows []wire.RequestRow, query string, me access.AccountID) []int {
	texts := make([]string, len(rows))
	for i, r := range rows {
		texts[i] = string(r.Code) + " " + string(r.NIT) + " " + r.Provider + " " + r.Place + " " + r.Number + " " +
			cellOf(r, colStatus, me)
	}
	return state.NewIndex(texts).Filter(query)
}

// cursor is where the row under the cursor stands now; its old place when it is
// gone; -1 before the officer put it anywhere.
func (l *queueList) cursor() int {
	if l.at == "" {
		return -1
	}
	for i, p := range l.shown {
		if l.rows[p].ID == l.at {
			l.place = i
			return i
		}
	}
	l.place = min(l.place, len(l.shown)-1)
	if l.place >= 0 {
		l.at = l.rows[l.shown[l.place]].ID
	}
	return l.place
}

// moved says that the officer put the cursor on a row.
func (l *queueList) moved(row int) {
	if id, ok := l.id(row); ok {
		l.at, l.place = id, row
		delete(l.fresh, id) // seen
	}
}

// id is the request of a row in sight.
func (l *queueList) id(row int) (access.RequestID, bool) {
	if row < 0 || row >= len(l.shown) {
		return "", false
	}
	return l.rows[l.shown[row]].ID, true
}

// look is what a row in sight shows.
func (l *queueList) look(row int) (rowLook, bool) {
	if row < 0 || row >= len(l.shown) {
		return rowLook{}, false
	}
	return rowLookOf(l.rows[l.shown[row]], row+1, l.me), true
}

func (l *queueList) isFresh(row int) bool {
	id, ok := l.id(row)
	return ok && l.fresh[id]
}
