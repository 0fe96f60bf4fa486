package ministry

import (
	"cmp"
	"slices"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
)

// sheet is how rows of one kind are listed: which columns they have, what these
// say and in which order they stand. It holds no widget.
type sheet[R any] struct {
	columns []kit.Column
	// id tells a row from another, whatever its content.
	id func(*R) string
	// cell is what a column shows of a row; n is its place in the list, from 1.
	cell func(r *R, n, col int) kit.Cell
	// compare orders two rows by a column; nil: by its words.
	compare func(col int) func(a, b *R) int
	// rank orders rows by a number, read once a row; nil, or a nil answer: by
	// compare.
	rank func(col int) func(*R) int
	// text is where a search looks in rows that come without an index.
	text func(*R) string
	// own is the order in which rows come.
	own       sorting
	one, many string // «solicitud», «solicitudes»
}

// sorting is the order of a list.
type sorting struct {
	Column int
	Down   bool // from high to low
}

// listing is which rows of a list are in sight, in which order, and where the
// cursor is. It holds no widget.
type listing[R any] struct {
	sheet   sheet[R]
	rows    []R // as the last snapshot had them
	index   *state.Index
	query   string
	sort    sorting
	shown   []int           // positions in rows, filtered and sorted
	at      string          // the row under the cursor, once the officer put it there
	place   int             // where it was, for when its row goes
	known   map[string]int  // rows let into the list, and the snapshot that had them last
	fresh   map[string]bool // rows that came in after the first snapshot
	round   int             // which snapshot this is
	waiting int             // rows behind «3 nuevas»
	started bool
}

// update takes a snapshot. Rows already in the list change in place, rows that
// are gone go; new ones come in only when letIn is true.
func (l *listing[R]) update(rows []R, index *state.Index, isLoading, letIn bool) {
	same := l.started && l.index == index && len(l.rows) == len(rows) && (len(rows) == 0 || &l.rows[0] == &rows[0])
	l.rows, l.index = rows, index
	if same {
		return
	}
	first := !l.started && !isLoading
	if first {
		l.known, l.fresh = make(map[string]int, len(rows)), map[string]bool{}
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
func (l *listing[R]) recognise() {
	l.round++
	l.waiting = 0
	for i := range l.rows {
		id := l.sheet.id(&l.rows[i])
		if _, ok := l.known[id]; ok {
			l.known[id] = l.round
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
func (l *listing[R]) admit(markFresh bool) {
	if l.waiting == 0 {
		return
	}
	for i := range l.rows {
		id := l.sheet.id(&l.rows[i])
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
func (l *listing[R]) letIn() {
	l.admit(true)
	l.arrange()
}

func (l *listing[R]) filter(query string) {
	l.query = query
	l.arrange()
}

func (l *listing[R]) sortBy(s sorting) {
	l.sort = s
	l.arrange()
}

// arrange filters and sorts anew.
func (l *listing[R]) arrange() {
	found := l.index.Filter(l.query)
	if l.index.Len() != len(l.rows) {
		found = l.scan()
	}
	l.shown = l.shown[:0]
	for _, p := range found {
		if l.waiting > 0 {
			if _, ok := l.known[l.sheet.id(&l.rows[p])]; !ok {
				continue
			}
		}
		l.shown = append(l.shown, p)
	}
	l.sheet.order(l.rows, l.shown, l.sort)
}

// scan searches rows that have no index.
func (l *listing[R]) scan() []int {
	texts := make([]string, len(l.rows))
	for i := range l.rows {
		texts[i] = l.sheet.text(&l.rows[i])
	}
	return state.NewIndex(texts).Filter(l.query)
}

// order puts positions of rows, which come in the list's own order, in another
// one, stably, without touching the rows.
func (s sheet[R]) order(rows []R, positions []int, by sorting) {
	if by == s.own {
		slices.Sort(positions)
		return
	}
	compare := s.comparer(rows, positions, by.Column)
	slices.SortStableFunc(positions, func(a, b int) int {
		if by.Down {
			return compare(b, a)
		}
		return compare(a, b)
	})
}

// comparer compares two positions by a column. Words are folded once a row, not
// once a comparison, and equal ones share a rank.
func (s sheet[R]) comparer(rows []R, positions []int, col int) func(a, b int) int {
	if compare := s.compare(col); compare != nil {
		return func(a, b int) int { return compare(&rows[a], &rows[b]) }
	}
	if col == colNumber {
		return func(a, b int) int { return cmp.Compare(a, b) }
	}
	if rank := s.rankOf(col); rank != nil {
		ranks := make([]int, len(rows))
		for _, p := range positions {
			ranks[p] = rank(&rows[p])
		}
		return func(a, b int) int { return cmp.Compare(ranks[a], ranks[b]) }
	}
	ranks := make([]int32, len(rows))
	byWord := map[string]int32{}
	for _, p := range positions {
		c := s.cell(&rows[p], 0, col)
		word := c.Text
		if word == "" {
			word = c.Chip.Word
		}
		rank, ok := byWord[word]
		if !ok {
			rank = int32(len(byWord)) //nolint:gosec // fewer than a country's rows
			byWord[word] = rank
		}
		ranks[p] = rank
	}
	order := rankOrder(byWord)
	return func(a, b int) int { return cmp.Compare(order[ranks[a]], order[ranks[b]]) }
}

func (s sheet[R]) rankOf(col int) func(*R) int {
	if s.rank == nil {
		return nil
	}
	return s.rank(col)
}

// rankOrder gives each word, by the number it was met under, its place among
// them without accents and case; words that fold to the same share one.
func rankOrder(byWord map[string]int32) []int32 {
	type folded struct {
		key  string
		rank int32
	}
	words := make([]folded, 0, len(byWord))
	for w, r := range byWord {
		words = append(words, folded{state.Fold(w), r})
	}
	slices.SortFunc(words, func(a, b folded) int { return cmp.Compare(a.key, b.key) })
	order := make([]int32, len(words))
	place := int32(0)
	for i, w := range words {
		if i > 0 && w.key != words[i-1].key {
			place++
		}
		order[w.rank] = place
	}
	return order
}

// cursor is where the row under the cursor stands now; its old place when it is
// gone; -1 before the officer put it anywhere.
func (l *listing[R]) cursor() int {
	if l.at == "" {
		return -1
	}
	for i, p := range l.shown {
		if l.sheet.id(&l.rows[p]) == l.at {
			l.place = i
			return i
		}
	}
	l.place = min(l.place, len(l.shown)-1)
	if l.place >= 0 {
		l.at = l.sheet.id(&l.rows[l.shown[l.place]])
	}
	return l.place
}

// moved says that the officer put the cursor on a row.
func (l *listing[R]) moved(row int) {
	if r := l.row(row); r != nil {
		l.at, l.place = l.sheet.id(r), row
		delete(l.fresh, l.at) // seen
	}
}

// row is a row in sight; nil: there is none at this place.
func (l *listing[R]) row(i int) *R {
	if i < 0 || i >= len(l.shown) {
		return nil
	}
	return &l.rows[l.shown[i]]
}

func (l *listing[R]) isFresh(i int) bool {
	r := l.row(i)
	return r != nil && l.fresh[l.sheet.id(r)]
}
