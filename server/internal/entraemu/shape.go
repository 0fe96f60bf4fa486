package entraemu

import (
	"net/url"
	"slices"
	"strings"
)

// links are the relations an object can be asked for by $expand.
var links = []string{"owners", "appRoleAssignments", "appRoleAssignedTo", "createdObjects"}

// selectText is the part of a context that repeats $select.
func (op *operation) selectText() string {
	if names := op.selectNames(op.query.Get("$select")); len(names) > 0 {
		return "(" + strings.Join(names, ",") + ")"
	}
	return ""
}

func (op *operation) selectNames(text string) []string {
	return slices.DeleteFunc(strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' }), func(s string) bool { return s == "*" })
}

// shaped keeps what $select names and adds what $expand asks for. resource
// empty: an object of a mixed collection, of whom any name may be asked.
func (op *operation) shaped(resource string, f fields, from item) (fields, *graphError) {
	f, refusal := selected(resource, f, op.selectNames(op.query.Get("$select")))
	if refusal != nil {
		return nil, refusal
	}
	text := op.query.Get("$expand")
	if text == "" {
		return f, nil
	}
	for _, part := range splitList(text) {
		name, options, _ := strings.Cut(strings.TrimSuffix(part, ")"), "(")
		rows, ok := op.expanded(strings.TrimSpace(name), from)
		if !ok {
			return nil, badRequest("Parsing OData Select and Expand failed: Could not find a property named '%s' on type 'microsoft.graph.%s'.", name, lowerFirst(resource))
		}
		inner, err := url.ParseQuery(strings.ReplaceAll(options, ";", "&"))
		if err != nil {
			return nil, badRequest("Invalid $expand clause")
		}
		for i := range rows {
			if rows[i], refusal = selected("", rows[i], op.selectNames(inner.Get("$select"))); refusal != nil {
				return nil, refusal
			}
		}
		f = append(f, pair{name, rows})
	}
	return f, nil
}

// expanded lists an object's relation, up to the limit of $expand.
func (op *operation) expanded(name string, from item) ([]fields, bool) {
	if from == nil {
		return nil, false
	}
	rows := []fields{}
	p, isPrincipal := from.(*principal)
	switch {
	case name == "owners":
		for _, it := range op.ownersOf(from) {
			rows = append(rows, op.whole(it, true))
		}
	case isPrincipal && (name == "appRoleAssignments" || name == "appRoleAssignedTo"):
		for _, a := range op.e.dir.side(p, name == "appRoleAssignedTo") {
			if op.shows(&a.object) && len(rows) < maxExpand {
				rows = append(rows, op.showAssignment(a))
			}
		}
	default:
		return nil, false
	}
	return rows[:min(len(rows), maxExpand)], true
}

func selected(resource string, f fields, names []string) (fields, *graphError) {
	if len(names) == 0 {
		return f, nil
	}
	wanted := map[string]bool{}
	for _, n := range names {
		known := resource == "" || strings.ContainsAny(n, "/.") || slices.Contains(links, n) ||
			slices.ContainsFunc(f, func(p pair) bool { return p.name == n })
		if !known {
			return nil, &graphError{
				status: 400, code: "BadRequest",
				message: "Parsing OData Select and Expand failed: Could not find a property named '" + n + "' on type 'microsoft.graph." + lowerFirst(resource) + "'.",
			}
		}
		wanted[n] = true
	}
	return f.only(wanted), nil
}

// splitList splits at commas outside parentheses.
func splitList(text string) []string {
	var out []string
	depth, from := 0, 0
	for i := range len(text) {
		switch text[i] {
		case '(':
			depth++
		case ')':
			depth--
		case ',':
			if depth == 0 {
				out = append(out, strings.TrimSpace(text[from:i]))
				from = i + 1
			}
		}
	}
	return append(out, strings.TrimSpace(text[from:]))
}

func lowerFirst(s string) string {
	if s == "" {
		return "directoryObject"
	}
	return strings.ToLower(s[:1]) + s[1:]
}
