package entraemu

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
)

// properties are what objects can be filtered, searched and sorted by.
type properties[T any] map[string]func(op *operation, v T) []string

// source is a collection to answer from.
type source[T interface{ order() int64 }] struct {
	context    string
	resource   string // in the texts of refusals
	mixed      bool   // objects of several types: their members are not checked
	items      []T    // by order()
	properties properties[T]
	visible    func(T) bool
	show       func(T) fields
	related    func(T) item                // what $expand starts from; nil: nothing
	lookUp     map[string]func(string) []T // faster ways to what a property selects
	size       bool                        // only the number, as text
}

// list answers a collection: filter, page, select.
func list[T interface{ order() int64 }](op *operation, s source[T]) *graphError {
	if op.r.Method != http.MethodGet {
		return wrongMethod()
	}
	known := func(name string) bool { return s.properties[name] != nil }
	q, refusal := op.parseList(s.resource, known, s.size)
	if refusal != nil {
		return refusal
	}
	page, total, next := pageOf(op, s, q)
	if s.size {
		return op.plainCount(total)
	}
	out := op.context(s.context + op.selectText())
	if q.count {
		out = append(out, pair{"@odata.count", op.number(total)})
	}
	if next > 0 {
		out = append(out, pair{"@odata.nextLink", op.nextLink(next)})
	}
	rows := make([]fields, len(page))
	for i, v := range page {
		resource, from := s.resource, item(nil)
		if s.mixed {
			resource = ""
		}
		if s.related != nil {
			from = s.related(v)
		}
		if rows[i], refusal = op.shaped(resource, s.show(v), from); refusal != nil {
			return refusal
		}
	}
	return op.answer(http.StatusOK, append(out, pair{"value", rows}))
}

// pageOf collects one page. Without a count it stops where the page ends.
func pageOf[T interface{ order() int64 }](op *operation, s source[T], q listQuery) (page []T, total int, next pageToken) {
	items := s.items
	for property, find := range s.lookUp {
		if values, ok := q.filter.fixed(property); ok {
			items = nil
			for _, v := range values {
				items = append(items, find(v)...)
			}
			slices.SortFunc(items, func(a, b T) int { return cmp.Compare(a.order(), b.order()) })
			items = slices.CompactFunc(items, func(a, b T) bool { return a.order() == b.order() })
			break
		}
	}
	if q.order != "" {
		items = sorted(items, func(v T) []string { return s.properties[q.order](op, v) }, q.descend)
	}
	wholeCount := q.count || s.size
	first := 0
	if !wholeCount && q.order == "" {
		first, _ = slices.BinarySearchFunc(items, int64(q.after)+1, func(v T, n int64) int { return cmp.Compare(v.order(), n) })
	}
	for i, v := range items[first:] {
		if !s.visible(v) || !holds(op, s, q, v) {
			continue
		}
		total++
		place := pageToken(v.order())
		if q.order != "" {
			place = pageToken(first + i + 1)
		}
		switch {
		case place <= q.after:
		case len(page) < q.top:
			page = append(page, v)
			next = place
		case !wholeCount:
			return page, total, next
		default:
			q.top = -1 // there is more; go on counting
		}
	}
	if q.top != -1 {
		next = 0
	}
	return page, total, next
}

func holds[T interface{ order() int64 }](op *operation, s source[T], q listQuery, v T) bool {
	values := func(property string) []string {
		if read := s.properties[property]; read != nil {
			return read(op, v)
		}
		return nil
	}
	if q.filter != nil && !q.filter.holds(values) {
		return false
	}
	for _, term := range q.search {
		if !slices.ContainsFunc(values(term.property), term.matches) {
			return false
		}
	}
	return true
}

// nextLink is the same question with a page token.
func (op *operation) nextLink(next pageToken) string {
	q := op.query
	q.Set("$skiptoken", next.text(op.querySum()))
	text := q.Encode()
	for _, name := range queryOptions {
		text = strings.ReplaceAll(text, "%24"+name[1:]+"=", name+"=")
	}
	return op.e.base(op.r) + op.r.URL.EscapedPath() + "?" + text
}
