package entraemu

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Bounds of a $filter.
const (
	maxFilter  = 4 << 10 // bytes
	maxDepth   = 32      // of parentheses
	maxClauses = 15      // joined by or, or values of in
)

// filter is a node of a parsed $filter: and, or, not over left and right; any
// over left, whose property is the variable; else a comparison.
type filter struct {
	op          string
	left, right *filter
	property    string
	variable    string
	values      []string
	null        bool // compared with null
}

// comparisons that work as infix operators.
var comparisons = []string{"eq", "ne", "in", "ge", "le", "gt", "lt"}

func unsupportedQuery(text string) *graphError {
	return &graphError{status: 400, code: "Request_UnsupportedQuery", message: text}
}

// parseFilter reads a $filter; nil for none.
func parseFilter(text string) (*filter, *graphError) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	bad := badRequest("Invalid filter clause")
	if len(text) > maxFilter {
		return nil, bad
	}
	tokens, ok := tokenize(text)
	if !ok {
		return nil, bad
	}
	p := &filterParser{tokens: tokens}
	f := p.or(0)
	if f == nil || len(p.tokens) > 0 {
		return nil, bad
	}
	if n := f.clauses(); n > maxClauses {
		return nil, unsupportedQuery(fmt.Sprintf("Too many child clauses specified in search filter expression containing 'OR' operators: %d. Max allowed: %d.", n, maxClauses))
	}
	return f, nil
}

// tokenize splits into quoted texts, words, and the signs ( ) , :
func tokenize(text string) ([]string, bool) {
	var out []string
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == ' ' || c == '\t':
			i++
		case strings.IndexByte("(),:", c) >= 0:
			out = append(out, text[i:i+1])
			i++
		case c == '\'':
			end := i + 1
			for ; end < len(text); end++ {
				if text[end] != '\'' {
					continue
				}
				if end+1 < len(text) && text[end+1] == '\'' {
					end++
					continue
				}
				break
			}
			if end >= len(text) {
				return nil, false
			}
			out = append(out, text[i:end+1])
			i = end + 1
		default:
			end := i
			for end < len(text) && (strings.IndexByte(" \t(),:'", text[end]) < 0 || text[end] == ':' && isTime(text[i:end])) {
				end++
			}
			out = append(out, text[i:end])
			i = end
		}
	}
	return out, true
}

// isTime reports whether a word so far is a date with an hour, in which a colon
// is no sign.
func isTime(word string) bool { return len(word) > 10 && word[4] == '-' && word[10] == 'T' }

type filterParser struct{ tokens []string }

func (p *filterParser) peek() string {
	if len(p.tokens) == 0 {
		return ""
	}
	return p.tokens[0]
}

func (p *filterParser) take() string {
	t := p.peek()
	if len(p.tokens) > 0 {
		p.tokens = p.tokens[1:]
	}
	return t
}

func (p *filterParser) accept(word string) bool {
	if !strings.EqualFold(p.peek(), word) {
		return false
	}
	p.take()
	return true
}

func (p *filterParser) or(depth int) *filter {
	return p.chain("or", depth, func() *filter {
		return p.chain("and", depth, func() *filter { return p.term(depth) })
	})
}

func (p *filterParser) chain(op string, depth int, next func() *filter) *filter {
	if depth > maxDepth {
		return nil
	}
	f := next()
	for f != nil && p.accept(op) {
		right := next()
		if right == nil {
			return nil
		}
		f = &filter{op: op, left: f, right: right}
	}
	return f
}

func (p *filterParser) term(depth int) *filter {
	switch {
	case p.accept("not"):
		if depth > maxDepth {
			return nil
		}
		f := p.term(depth + 1)
		if f == nil {
			return nil
		}
		return &filter{op: "not", left: f}
	case p.accept("("):
		f := p.or(depth + 1)
		if f == nil || !p.accept(")") {
			return nil
		}
		return f
	}
	name := p.take()
	if name == "" || strings.ContainsAny(name, "'(),:") {
		return nil
	}
	if p.peek() == "(" {
		return p.call(name, depth)
	}
	op := strings.ToLower(p.take())
	if !slices.Contains(comparisons, op) {
		return nil
	}
	f := &filter{op: op, property: name}
	if op == "in" {
		return p.list(f)
	}
	return p.literal(f)
}

// call reads startswith(p,'x'), endswith(p,'x') and p/any(v:…).
func (p *filterParser) call(name string, depth int) *filter {
	p.take()
	low := strings.ToLower(name)
	switch {
	case low == "startswith" || low == "endswith":
		f := &filter{op: low, property: p.take()}
		if f.property == "" || strings.ContainsAny(f.property, "'(),:") || !p.accept(",") || p.literal(f) == nil || f.null || !p.accept(")") {
			return nil
		}
		return f
	case strings.HasSuffix(low, "/any"):
		f := &filter{op: "any", property: name[:len(name)-len("/any")], variable: p.take()}
		if f.variable == "" || !p.accept(":") {
			return nil
		}
		if f.left = p.or(depth + 1); f.left == nil || !p.accept(")") {
			return nil
		}
		return f
	}
	return nil
}

func (p *filterParser) list(f *filter) *filter {
	if !p.accept("(") {
		return nil
	}
	for {
		if p.literal(f) == nil || f.null {
			return nil
		}
		if p.accept(")") {
			return f
		}
		if !p.accept(",") {
			return nil
		}
	}
}

// literal reads a quoted text, or a bare GUID, truth value, date or null.
func (p *filterParser) literal(f *filter) *filter {
	word := p.take()
	if text, quoted := unquote(word); quoted {
		f.values = append(f.values, text)
		return f
	}
	switch low := strings.ToLower(word); {
	case low == "null":
		f.null = true
		return f
	case low == "true", low == "false", isGUID(low):
		f.values = append(f.values, low)
		return f
	}
	if _, err := time.Parse(time.RFC3339, word); err != nil {
		return nil
	}
	f.values = append(f.values, word)
	return f
}
