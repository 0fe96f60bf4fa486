package entraemu

import (
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
)

// Page sizes of collections.
const (
	defaultTop = 100
	maxTop     = 999
)

// condition is one term of $filter: property, operator, texts.
type condition struct {
	property string
	operator string // eq, in, startswith, any
	values   []string
}

func unsupportedQuery(text string) *graphError {
	return &graphError{status: http.StatusBadRequest, code: "Request_UnsupportedQuery", message: text}
}

// parseFilter reads the forms the emulator knows, joined by and:
// p eq 'x', p in ('x','y'), startswith(p,'x'), tags/any(t:t eq 'x').
func parseFilter(text string) ([]condition, *graphError) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	var out []condition
	for _, term := range splitTerms(text) {
		c, ok := parseTerm(strings.TrimSpace(term))
		if !ok {
			return nil, unsupportedQuery("Unsupported or invalid query filter clause specified for property in '" + text + "'.")
		}
		out = append(out, c)
	}
	return out, nil
}

func splitTerms(text string) []string {
	var out []string
	quoted, from := false, 0
	for i := 0; i < len(text); i++ {
		if text[i] == '\'' {
			quoted = !quoted
		}
		if !quoted && len(text)-i >= 5 && strings.EqualFold(text[i:i+5], " and ") {
			out = append(out, text[from:i])
			i += 4
			from = i + 1
		}
	}
	return append(out, text[from:])
}

func parseTerm(term string) (condition, bool) {
	low := strings.ToLower(term)
	switch {
	case strings.HasPrefix(low, "startswith(") && strings.HasSuffix(term, ")"):
		p, v, ok := strings.Cut(term[len("startswith("):len(term)-1], ",")
		text, quoted := unquote(strings.TrimSpace(v))
		return condition{strings.TrimSpace(p), "startswith", []string{text}}, ok && quoted
	case strings.Contains(low, "/any(") && strings.HasSuffix(term, ")"):
		i := strings.Index(low, "/any(")
		variable, rest, ok := strings.Cut(term[i+len("/any("):len(term)-1], ":")
		rest, eq := strings.CutPrefix(strings.TrimSpace(rest), strings.TrimSpace(variable)+" eq ")
		text, quoted := unquote(strings.TrimSpace(rest))
		return condition{term[:i], "any", []string{text}}, ok && eq && quoted
	}
	p, rest, ok := strings.Cut(term, " ")
	if !ok {
		return condition{}, false
	}
	op, value, ok := strings.Cut(strings.TrimSpace(rest), " ")
	value = strings.TrimSpace(value)
	switch strings.ToLower(op) {
	case "eq":
		text, quoted := unquote(value)
		return condition{p, "eq", []string{text}}, ok && quoted
	case "in":
		return parseIn(p, value)
	}
	return condition{}, false
}

func parseIn(property, list string) (condition, bool) {
	if len(list) < 2 || list[0] != '(' || list[len(list)-1] != ')' {
		return condition{}, false
	}
	c := condition{property: property, operator: "in"}
	for v := range strings.SplitSeq(list[1:len(list)-1], ",") {
		text, quoted := unquote(strings.TrimSpace(v))
		if !quoted {
			return condition{}, false
		}
		c.values = append(c.values, text)
	}
	return c, true
}

// holds reports whether an object meets a condition. values are what the
// object has under the property.
func (c condition) holds(values []string) bool {
	for _, have := range values {
		for _, want := range c.values {
			if c.operator == "startswith" && strings.HasPrefix(strings.ToLower(have), strings.ToLower(want)) {
				return true
			}
			if c.operator != "startswith" && strings.EqualFold(have, want) {
				return true
			}
		}
	}
	return false
}

// list answers a collection: filter, page, select. read gives the values of a
// property an object can be filtered by.
func list[T any](op *operation, collection string, all []T, read func(T, string) ([]string, bool), show func(T) fields) *graphError {
	conditions, refusal := parseFilter(op.query.Get("$filter"))
	if refusal != nil {
		return refusal
	}
	var kept []T
	for _, v := range all {
		ok := true
		for _, c := range conditions {
			values, known := read(v, c.property)
			if !known {
				return unsupportedQuery("Unsupported or invalid query filter clause specified for property '" + c.property + "' of resource '" + collection + "'.")
			}
			ok = ok && c.holds(values)
		}
		if ok {
			kept = append(kept, v)
		}
	}
	top, skip, refusal := op.page()
	if refusal != nil {
		return refusal
	}
	out := fields{op.context(collection)}
	if op.query.Get("$count") == "true" {
		out = append(out, pair{"@odata.count", len(kept)})
	}
	page := kept[min(skip, len(kept)):min(skip+top, len(kept))]
	if skip+top < len(kept) {
		q := op.query
		q.Set("$skiptoken", base64.RawURLEncoding.EncodeToString([]byte("s"+strconv.Itoa(skip+top))))
		out = append(out, pair{"@odata.nextLink", op.e.base(op.r) + op.r.URL.EscapedPath() + "?" + q.Encode()})
	}
	rows := make([]fields, len(page))
	for i, v := range page {
		rows[i] = op.selected(show(v))
	}
	return op.answer(http.StatusOK, append(out, pair{"value", rows}))
}

func (op *operation) page() (top, skip int, refusal *graphError) {
	top = defaultTop
	if v := op.query.Get("$top"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 || n > maxTop {
			return 0, 0, badRequest("Invalid page size specified: '%s'. Must be between 1 and 999 inclusive.", v)
		}
		top = n
	}
	if v := op.query.Get("$skiptoken"); v != "" {
		raw, err := base64.RawURLEncoding.DecodeString(v)
		n, err2 := strconv.Atoi(strings.TrimPrefix(string(raw), "s"))
		if err != nil || err2 != nil || n < 0 || !strings.HasPrefix(string(raw), "s") {
			return 0, 0, badRequest("Invalid $skiptoken value.")
		}
		skip = n
	}
	return top, skip, nil
}

// selected keeps what $select names.
func (op *operation) selected(f fields) fields {
	text := op.query.Get("$select")
	if text == "" {
		return f
	}
	names := map[string]bool{}
	for n := range strings.SplitSeq(text, ",") {
		names[strings.TrimSpace(n)] = true
	}
	return f.only(names)
}
