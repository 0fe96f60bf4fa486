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
	known   map[access.RequestID]int  // rows let into the list, and the snapshot that had them last
	fresh   map[access.RequestID]bool // rows that came in after the first snapshot
	round   int                       // which snapshot this is
	waiting int                       // rows behind «3 nuevas»
	started bool
}

// update takes a snapshot. Rows already in the list change in place, rows that
// are gone go; new ones come in only when letIn is true.
func (l *queueList) update(s state.Queue, letIn bool) {
	same := l.started && l.index == s.Search && l.me == s.Me && len(l.rows) == len(s.Rows) &&
		(len(l.rows) == 0 || &l.rows[0] == &s.Rows[0])
	l.rows, l.index, l.me = s.Rows, s.Search, s.Me
	if same {
		return
	}
	first := !l.started && !s.Loading
	if first {
		l.known, l.fresh = make(map[access.RequestID]int, len(s.Rows)), map[access.RequestID]bool{}
		l.started = true
	}
	if l.started {
		l.recognise()
		if letIn || first {
			l.admit(!first)
		}
	}
	l.arrange()
}

// recognise counts the rows that are new and drops what is known of rows that
// are gone: should one come back, it is new again.
func (l *queueList) recognise() {
	l.round++
	l.waiting = 0
	for i := range l.rows {
		if _, ok := l.known[l.rows[i].ID]; ok {
			l.known[l.rows[i].ID] = l.round
		} else {
			l.waiting++
		}
	}
	if len(l.known) == len(l.rows)-l.waiting {
		return
	}
	for id, round := range l.known {
		if round != l.round {
			delete(l.known, id)
			delete(l.fresh, id)
		}
	}
}

// admit lets the rows that wait into the list; markFresh points them out.
func (l *queueList) admit(markFresh bool) {
	if l.waiting == 0 {
		return
	}
	for i := range l.rows {
		id := l.rows[i].ID
		if _, ok := l.known[id]; ok {
			continue
		}
		l.known[id] = l.round
		if markFresh {
			l.fresh[id] = true
		}
	}
	l.waiting = 0
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
	l.shown = l.shown[:0]
	for _, p := range found {
		if l.waiting > 0 {
			if _, ok := l.known[l.rows[p].ID]; !ok {
				continue
			}
		}
		l.shown = append(l.shown, p)
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
