package entraemu

import (
	"net/url"
	"strings"
)

// segment is a part of a Graph path: applications(appId='x') or applications.
type segment struct {
	name string
	key  *objectKey
}

// objectKey addresses one object: id, appId or uniqueName.
type objectKey struct{ property, value string }

// parseGraphPath splits an escaped path, without its version, into segments.
// Quotes protect slashes and parentheses; two of them stand for one.
func parseGraphPath(escaped string) ([]segment, *graphError) {
	var out []segment
	for _, raw := range splitOutsideQuotes(strings.Trim(escaped, "/")) {
		text, err := url.PathUnescape(raw)
		if err != nil {
			return nil, badRequest("The request URI is not valid.")
		}
		s, bad := parseSegment(text)
		if bad != nil {
			return nil, bad
		}
		out = append(out, s)
	}
	return out, nil
}

func splitOutsideQuotes(escaped string) []string {
	var out []string
	quoted, from := false, 0
	for i := 0; i < len(escaped); i++ {
		switch {
		case escaped[i] == '\'':
			quoted = !quoted
		case strings.HasPrefix(escaped[i:], "%27"):
			quoted = !quoted
		case escaped[i] == '/' && !quoted:
			out = append(out, escaped[from:i])
			from = i + 1
		}
	}
	return append(out, escaped[from:])
}

func parseSegment(text string) (segment, *graphError) {
	open := strings.IndexByte(text, '(')
	if open < 0 {
		return segment{name: text}, nil
	}
	inner, ok := strings.CutSuffix(text[open+1:], ")")
	if !ok {
		return segment{}, badRequest("The request URI is not valid. Parenthesis expected in '%s'.", text)
	}
	property, value, named := strings.Cut(inner, "=")
	if !named {
		property, value = "id", inner
	}
	plain, ok := unquote(strings.TrimSpace(value))
	if !ok {
		return segment{}, badRequest("The request URI is not valid. The key in '%s' is not a quoted text.", text)
	}
	return segment{name: text[:open], key: &objectKey{property: strings.TrimSpace(property), value: plain}}, nil
}

// unquote reads an OData text: 'it”s'.
func unquote(s string) (string, bool) {
	if len(s) < 2 || s[0] != '\'' || s[len(s)-1] != '\'' {
		return "", false
	}
	inner := s[1 : len(s)-1]
	if strings.Contains(strings.ReplaceAll(inner, "''", ""), "'") {
		return "", false
	}
	return strings.ReplaceAll(inner, "''", "'"), true
}
