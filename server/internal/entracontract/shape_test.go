package entracontract

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// literals are the members whose text is part of the contract; other texts are
// shown by their kind.
var literals = map[string]bool{
	"code": true, "message": true, "error": true, "error_description": true, "target": true, "statusCode": true, "error_uri": true,
	"token_type": true, "@odata.context": true, "@odata.type": true, "@odata.id": true, "@odata.nextLink": true, "@odata.count": true,
	"signInAudience": true, "principalType": true, "servicePrincipalType": true, "type": true, "usage": true, "origin": true,
	"ver": true, "azpacr": true, "appidacr": true, "idtyp": true, "alg": true, "typ": true, "kty": true, "use": true,
	"error_codes": true, "status": true, "resourceType": true, "issuer": true, "tenant": true, "identityProvider": true, "api-version": true,
}

var (
	guidPattern = regexp.MustCompile(`(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	timePattern = regexp.MustCompile(`\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z?`)
	skipPattern = regexp.MustCompile(`(skiptoken=)[^&"]+`)
	keyPattern  = regexp.MustCompile(`(?i)((?:thumbprint|key was)[^']*')[^']+(')`)
	// The tenant's name, in the two wordings that hold it.
	namePattern = regexp.MustCompile(`(in the directory ')[^'<{]+(')|(in the tenant named )[^.<{]+(\.)`)
	// Every host is written alike: the emulator is all of them at once.
	hostPattern = regexp.MustCompile(`https://(login\.microsoftonline\.com|login\.windows\.net|graph\.microsoft\.com)`)
)

// hosts are the variables that are base URLs, and their host names.
var hosts = map[string]string{
	"login": "{host}", "graph": "{host}", "cloud": "{host}", "gateway": "{gateway}",
	"loginHost": "{hostname}", "graphHost": "{hostname}", "cloudHost": "{hostname}", "gatewayHost": "{hostname}",
}

// mask writes a text without this run's ids, hosts, times and secrets: known
// values by their names, the rest by their kind.
func mask(text string, vars map[string]string) string {
	names := slices.SortedFunc(maps.Keys(vars), func(a, b string) int {
		if d := len(vars[b]) - len(vars[a]); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	for _, n := range names {
		if len(vars[n]) >= 8 {
			text = strings.ReplaceAll(text, vars[n], cmp.Or(hosts[n], "{"+n+"}"))
		}
	}
	text = guidPattern.ReplaceAllString(text, "<guid>")
	text = timePattern.ReplaceAllString(text, "<time>")
	text = hostPattern.ReplaceAllString(text, "{host}")
	text = namePattern.ReplaceAllString(text, "$1$3<name>$2$4")
	text = keyPattern.ReplaceAllString(text, "$1<key>$2")
	return skipPattern.ReplaceAllString(text, "$1<token>")
}

// shapeOf writes a JSON text by members and kinds, in the members' order by
// name; the elements of an array are merged into one. omit is a member that is
// not shown.
func shapeOf(raw []byte, vars map[string]string, omit string) (string, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return "", err
	}
	if dec.More() {
		return "", fmt.Errorf("more than one JSON value")
	}
	s := shaper{vars: vars, omit: omit}
	return s.of("", v, ""), nil
}

type shaper struct {
	vars map[string]string
	omit string
}

func (s shaper) of(name string, v any, indent string) string {
	switch x := v.(type) {
	case nil:
		return "null"
	case bool:
		return strconv.FormatBool(x)
	case json.Number:
		if literals[name] {
			return x.String()
		}
		return "<number>"
	case string:
		return s.text(name, x)
	case []any:
		return s.array(name, x, indent)
	case map[string]any:
		if name == "headers" {
			x = compared(x)
		}
		if len(x) == 0 {
			return "{}"
		}
		var b strings.Builder
		b.WriteString("{\n")
		for _, k := range slices.Sorted(maps.Keys(x)) {
			if k == s.omit {
				continue
			}
			fmt.Fprintf(&b, "%s  %s: %s\n", indent, mask(k, s.vars), s.of(k, x[k], indent+"  "))
		}
		return b.String() + indent + "}"
	}
	return fmt.Sprintf("<%T>", v)
}

func (s shaper) text(name, x string) string {
	masked := mask(x, s.vars)
	switch {
	case literals[name], strings.Contains(masked, "{") && !strings.Contains(x, "{"):
		return strconv.Quote(masked)
	case masked == "<guid>", masked == "<time>":
		return masked
	}
	return "<text>"
}

// array merges the elements: what differs between them is shown as a|b.
func (s shaper) array(name string, list []any, indent string) string {
	if len(list) == 0 {
		return "[]"
	}
	var objects []map[string]any
	kinds := map[string]bool{}
	for _, e := range list {
		if o, ok := e.(map[string]any); ok {
			objects = append(objects, o)
			continue
		}
		kinds[s.of(name, e, indent)] = true
	}
	if len(objects) > 0 {
		kinds[s.merged(objects, indent)] = true
	}
	return "[" + strings.Join(slices.Sorted(maps.Keys(kinds)), ", ") + "]"
}

func (s shaper) merged(objects []map[string]any, indent string) string {
	members := map[string]map[string]bool{}
	for _, o := range objects {
		for k, v := range o {
			if members[k] == nil {
				members[k] = map[string]bool{}
			}
			members[k][s.of(k, v, indent+"  ")] = true
		}
	}
	var b strings.Builder
	b.WriteString("{\n")
	for _, k := range slices.Sorted(maps.Keys(members)) {
		for _, o := range objects {
			if _, ok := o[k]; !ok {
				members[k]["absent"] = true
			}
		}
		fmt.Fprintf(&b, "%s  %s: %s\n", indent, mask(k, s.vars), strings.Join(slices.Sorted(maps.Keys(members[k])), " | "))
	}
	return b.String() + indent + "}"
}

// comparedHeaders are what a client may read of an answer.
var comparedHeaders = []string{
	"Allow", "Content-Type", "ETag", "Location", "Preference-Applied", "Retry-After", "WWW-Authenticate", "client-request-id", "request-id",
}

// compared leaves of a batch's inner headers those that a client may read.
func compared(headers map[string]any) map[string]any {
	out := map[string]any{}
	for name, v := range headers {
		if i := slices.IndexFunc(comparedHeaders, func(c string) bool { return strings.EqualFold(c, name) }); i >= 0 {
			out[comparedHeaders[i]] = v
		}
	}
	return out
}

// headerShape writes the compared headers, one a line.
func headerShape(h http.Header, echo string, vars map[string]string) string {
	var b strings.Builder
	for _, name := range comparedHeaders {
		v := h.Get(name)
		switch {
		case v == "":
			continue
		case name == "Retry-After":
			v = "<seconds>"
		case name == "ETag":
			v = "<tag>"
		case name == "client-request-id" && v == echo:
			v = "<echo>"
		default:
			v = mask(v, vars)
		}
		fmt.Fprintf(&b, "%s: %s\n", name, v)
	}
	return b.String()
}

func TestShape(t *testing.T) {
	vars := map[string]string{"app": "99999999-0000-4000-8000-000000000001", "graph": "https://localhost:1", "graphHost": "localhost:1", "n": "true"}
	for _, tt := range []struct{ name, in, want string }{
		{"kinds", `{"b":1,"a":"x","n":null,"t":true,"o":{},"l":[]}`, "{\n  a: <text>\n  b: <number>\n  l: []\n  n: null\n  o: {}\n  t: true\n}"},
		{"known id by name, other by kind", `{"id":"99999999-0000-4000-8000-000000000001","x":"99999999-0000-4000-8000-000000000002"}`, "{\n  id: \"{app}\"\n  x: <guid>\n}"},
		{"time", `{"x":"2026-01-02T03:04:05.1234567Z"}`, "{\n  x: <time>\n}"},
		{"wording, without ids", `{"message":"No 99999999-0000-4000-8000-000000000002 at https://localhost:1/v1.0"}`, "{\n  message: \"No <guid> at {host}/v1.0\"\n}"},
		{"elements are merged", `[{"a":1},{"a":null,"b":"x"}]`, "[{\n  a: <number> | null\n  b: <text> | absent\n}]"},
		{"what is left out", `{"a":1,"left":2}`, "{\n  a: <number>\n}"},
		{"a batch's headers, those that are compared", `{"headers":{"Request-Id":"x","Date":"y"}}`, "{\n  headers: {\n    request-id: <text>\n  }\n}"},
		{"texts of a list", `{"roles":["x","y"]}`, "{\n  roles: [<text>]\n}"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := shapeOf([]byte(tt.in), vars, "left")
			if err != nil || got != tt.want {
				t.Errorf("got %s (%v)\nwant %s", got, err, tt.want)
			}
		})
	}
	if _, err := shapeOf([]byte(`{} {}`), vars, ""); err == nil {
		t.Error("two values pass as one")
	}
}

func FuzzShape(f *testing.F) {
	f.Add([]byte(`{"value":[{"id":"99999999-0000-4000-8000-000000000001"},{}],"x":[[1,"a",null]]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		shape, err := shapeOf(raw, map[string]string{"app": "99999999-0000-4000-8000-000000000001"}, "")
		if err == nil && guidPattern.MatchString(shape) {
			t.Errorf("an id is left in %s", shape)
		}
	})
}
