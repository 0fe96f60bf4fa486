package state

import (
	"sort"
	"strings"
)

// Index finds rows by what is typed into a search box. It is made once for a
// list, off the screen's goroutine, and never changes: any goroutine may ask it.
type Index struct {
	// text holds each row's folded words, each row closed by a line feed, so
	// that one pass over one string searches them all.
	text string
	ends []int // offset just after each row's line feed
}

// rowEnd closes a row. Folded texts lose theirs, so no match crosses rows.
const rowEnd = '\n'

// NewIndex makes an index of rows, each given as the text that finds it.
func NewIndex(texts []string) *Index {
	folded := make([]string, len(texts))
	for i, t := range texts {
		folded[i] = foldRow(t)
	}
	return newFoldedIndex(folded)
}

// foldRow folds a row's text and keeps it on one line.
func foldRow(s string) string {
	s = Fold(s)
	if strings.IndexByte(s, rowEnd) >= 0 {
		s = strings.ReplaceAll(s, string(rowEnd), " ")
	}
	return s
}

// newFoldedIndex makes an index of texts that foldRow made.
func newFoldedIndex(folded []string) *Index {
	size := 0
	for _, t := range folded {
		size += len(t) + 1
	}
	var b strings.Builder
	b.Grow(size)
	ends := make([]int, len(folded))
	for i, t := range folded {
		b.WriteString(t)
		b.WriteByte(rowEnd)
		ends[i] = b.Len()
	}
	return &Index{text: b.String(), ends: ends}
}

// Len returns how many rows there are; 0 for nil.
func (x *Index) Len() int {
	if x == nil {
		return 0
	}
	return len(x.ends)
}

// Filter returns the positions, in order, of the rows that hold every word of
// the query, wherever they stand; accents and case do not count. A query
// without words finds all rows.
func (x *Index) Filter(query string) []int {
	if x == nil {
		return nil
	}
	words := strings.Fields(Fold(query))
	if len(words) == 0 {
		all := make([]int, len(x.ends))
		for i := range all {
			all[i] = i
		}
		return all
	}
	// The longest word is the rarest: it is looked for, the others are checked.
	sort.SliceStable(words, func(i, j int) bool { return len(words[i]) > len(words[j]) })
	found := []int{}
	row, at := 0, 0
	for at < len(x.text) {
		hit := strings.Index(x.text[at:], words[0])
		if hit < 0 {
			break
		}
		hit += at
		row += sort.SearchInts(x.ends[row:], hit+1)
		start := 0
		if row > 0 {
			start = x.ends[row-1]
		}
		if holdsAll(x.text[start:x.ends[row]], words[1:]) {
			found = append(found, row)
		}
		at = x.ends[row]
		row++
	}
	return found
}

func holdsAll(text string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}
