package entraemu

import (
	"slices"
	"strings"
	"time"
)

// clauses counts what is joined by or.
func (f *filter) clauses() int {
	if f == nil {
		return 0
	}
	if f.op == "or" {
		return max(1, f.left.clauses()) + max(1, f.right.clauses())
	}
	return max(len(f.values), f.left.clauses(), f.right.clauses())
}

// advanced reports whether only an advanced query may ask this.
func (f *filter) advanced() bool {
	if f == nil {
		return false
	}
	return slices.Contains([]string{"ne", "not", "endswith"}, f.op) || f.left.advanced() || f.right.advanced()
}

// unknown returns a property that has no reading, if there is one.
func (f *filter) unknown(known func(string) bool) (string, bool) {
	switch {
	case f == nil:
		return "", false
	case f.op == "any":
		if !known(f.property) {
			return f.property, true
		}
		return f.left.unknown(func(name string) bool { return name == f.variable })
	case f.property != "" && !known(f.property):
		return f.property, true
	}
	if name, bad := f.left.unknown(known); bad {
		return name, true
	}
	return f.right.unknown(known)
}

// holds reports whether an object with these properties meets the filter.
func (f *filter) holds(values func(property string) []string) bool {
	switch f.op {
	case "and":
		return f.left.holds(values) && f.right.holds(values)
	case "or":
		return f.left.holds(values) || f.right.holds(values)
	case "not":
		return !f.left.holds(values)
	case "any":
		return slices.ContainsFunc(values(f.property), func(v string) bool {
			return f.left.holds(func(string) []string { return []string{v} })
		})
	}
	have := values(f.property)
	if f.null {
		return (len(have) == 0) == (f.op == "eq")
	}
	equal := slices.ContainsFunc(have, func(v string) bool {
		return slices.ContainsFunc(f.values, func(want string) bool { return f.compare(v, want) })
	})
	return equal != (f.op == "ne")
}

func (f *filter) compare(have, want string) bool {
	switch f.op {
	case "eq", "ne", "in":
		return strings.EqualFold(have, want)
	case "startswith":
		return strings.HasPrefix(strings.ToLower(have), strings.ToLower(want))
	case "endswith":
		return strings.HasSuffix(strings.ToLower(have), strings.ToLower(want))
	}
	a, err := time.Parse(time.RFC3339, have)
	b, err2 := time.Parse(time.RFC3339, want)
	if err != nil || err2 != nil {
		return false
	}
	switch n := a.Compare(b); f.op {
	case "ge":
		return n >= 0
	case "le":
		return n <= 0
	case "gt":
		return n > 0
	default:
		return n < 0
	}
}

// fixed returns the values a property must have one of, when the filter says so.
func (f *filter) fixed(property string) ([]string, bool) {
	switch {
	case f == nil:
		return nil, false
	case f.op == "and":
		if v, ok := f.left.fixed(property); ok {
			return v, true
		}
		return f.right.fixed(property)
	}
	return f.values, (f.op == "eq" || f.op == "in") && !f.null && f.property == property
}
