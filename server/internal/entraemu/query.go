package entraemu

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"hash/crc32"
	"slices"
	"strconv"
	"strings"
)

// Page sizes of collections, and how many related objects $expand shows.
const (
	defaultTop = 100
	maxTop     = 999
	maxExpand  = 20
)

// queryOptions are the names of the options that are understood.
var queryOptions = []string{"$filter", "$select", "$top", "$count", "$search", "$orderby", "$expand", "$skiptoken", "$format"}

// listQuery is what a request asks of a collection.
type listQuery struct {
	filter  *filter
	search  []searchTerm
	order   string // property; empty: order of creation
	descend bool
	top     int
	after   pageToken
	count   bool
}

// searchTerm is one "property:text" of $search; terms are joined by and.
type searchTerm struct{ property, text string }

func (op *operation) eventual() bool {
	return strings.EqualFold(op.r.Header.Get("ConsistencyLevel"), "eventual")
}

// checkOptions refuses options that Graph does not know.
func (op *operation) checkOptions() *graphError {
	for name := range op.query {
		if strings.HasPrefix(name, "$") && !slices.Contains(queryOptions, strings.ToLower(name)) {
			return badRequest("Unrecognized query argument specified: '%s'.", name)
		}
	}
	return nil
}

// parseList reads the options of a list. size: of a /$count path.
func (op *operation) parseList(resource string, known func(string) bool, size bool) (q listQuery, refusal *graphError) {
	if refusal = op.checkOptions(); refusal != nil {
		return q, refusal
	}
	if size && !op.eventual() {
		return q, badRequest("$count is not currently supported.")
	}
	q.count = op.eventual() && strings.EqualFold(op.query.Get("$count"), "true")
	if q.filter, refusal = parseFilter(op.query.Get("$filter")); refusal != nil {
		return q, refusal
	}
	if name, bad := q.filter.unknown(known); bad {
		return q, badClause("query filter clause", name, resource)
	}
	if q.filter.advanced() && !q.count && !size {
		return q, unsupportedQuery("Unsupported Query.")
	}
	if q.search, refusal = op.parseSearch(resource, known); refusal != nil {
		return q, refusal
	}
	if refusal = op.parseOrder(&q, resource, known); refusal != nil {
		return q, refusal
	}
	return q, op.parsePage(&q)
}

func badClause(clause, property, resource string) *graphError {
	return unsupportedQuery(fmt.Sprintf("Unsupported or invalid %s specified for property '%s' of resource '%s'.", clause, property, resource))
}

func (op *operation) parseSearch(resource string, known func(string) bool) ([]searchTerm, *graphError) {
	text := strings.TrimSpace(op.query.Get("$search"))
	if text == "" {
		return nil, nil
	}
	if !op.eventual() {
		return nil, unsupportedQuery("Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'")
	}
	var out []searchTerm
	for part := range strings.SplitSeq(text, " AND ") {
		part = strings.TrimSpace(part)
		property, value, ok := strings.Cut(strings.Trim(part, `"`), ":")
		if !ok || len(part) < 2 || part[0] != '"' || part[len(part)-1] != '"' || value == "" {
			return nil, badRequest("Syntax error: the $search clause must be of the form \"property:text\".")
		}
		if !known(property) {
			return nil, badClause("$search clause", property, resource)
		}
		out = append(out, searchTerm{property, strings.ToLower(strings.TrimSpace(value))})
	}
	return out, nil
}

// matches reports whether a value holds the text from the start of a word on.
func (s searchTerm) matches(value string) bool {
	value = strings.ToLower(value)
	if strings.HasPrefix(value, s.text) {
		return true
	}
	for i := 1; i < len(value); i++ {
		if strings.IndexByte(" -_./()", value[i-1]) >= 0 && strings.HasPrefix(value[i:], s.text) {
			return true
		}
	}
	return false
}

func (op *operation) parseOrder(q *listQuery, resource string, known func(string) bool) *graphError {
	words := strings.Fields(op.query.Get("$orderby"))
	if len(words) == 0 {
		return nil
	}
	if len(words) > 2 || !known(words[0]) || len(words) == 2 && words[1] != "asc" && words[1] != "desc" {
		return badClause("$orderby clause", words[0], resource)
	}
	if (q.filter != nil || q.search != nil) && !q.count {
		return unsupportedQuery("Sorting not supported for current query.")
	}
	q.order, q.descend = words[0], len(words) == 2 && words[1] == "desc"
	return nil
}

func (op *operation) parsePage(q *listQuery) *graphError {
	q.top = defaultTop
	if v := op.query.Get("$top"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 || n > maxTop {
			return badRequest("Invalid page size specified: '%s'. Must be between 1 and 999 inclusive.", v)
		}
		q.top = n
	}
	if v := op.query.Get("$skiptoken"); v != "" {
		after, ok := parsePageToken(v, op.querySum())
		if !ok {
			return &graphError{status: 400, code: "Directory_ExpiredPageToken", message: "The specified page token value has expired and can no longer be included in your request."}
		}
		q.after = after
	}
	return nil
}

// querySum ties a page token to the question it continues.
func (op *operation) querySum() uint32 {
	return crc32.ChecksumIEEE([]byte(op.r.URL.Path + "\n" + op.query.Get("$filter") + "\n" + op.query.Get("$search") + "\n" + op.query.Get("$orderby")))
}

// pageToken says where the next page begins: after the object of a serial
// number, or of a sorted list after so many objects.
type pageToken int64

func (t pageToken) String() string { return strconv.FormatInt(int64(t), 36) }

func (t pageToken) text(sum uint32) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "RFNwdAoAAQ.%08x.%s", sum, t))
}

func parsePageToken(text string, sum uint32) (pageToken, bool) {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return 0, false
	}
	number, ok := strings.CutPrefix(string(raw), fmt.Sprintf("RFNwdAoAAQ.%08x.", sum))
	n, err := strconv.ParseInt(number, 36, 64)
	return pageToken(n), ok && err == nil && n > 0
}

// sorted orders a list by a property, then by creation.
func sorted[T any](items []T, by func(T) []string, descend bool) []T {
	key := func(v T) string {
		if values := by(v); len(values) > 0 {
			return strings.ToLower(values[0])
		}
		return ""
	}
	out := slices.Clone(items)
	slices.SortStableFunc(out, func(a, b T) int {
		if descend {
			a, b = b, a
		}
		return cmp.Compare(key(a), key(b))
	})
	return out
}
