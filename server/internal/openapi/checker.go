package openapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Exchange is one request and what was answered.
type Exchange struct {
	Method string
	URL    *url.URL
	Head   http.Header // the request's
	Body   []byte      // the request's, as far as it was read

	Status     int
	AnswerHead http.Header
	Answer     []byte
}

// Checker holds exchanges against a document.
type Checker struct {
	ops      []*checked
	compiler *jsonschema.Compiler
	doc      object

	mu      sync.Mutex
	schemas map[string]*jsonschema.Schema // by pointer into the document
	seen    map[string]map[int]int
}

// checked is one operation of the document.
type checked struct {
	id, method string
	segments   []string // of the path
	pointer    string   // of the operation in the document
	op         struct {
		OperationID string `json:"operationId"`
		Parameters  []param
		RequestBody *struct {
			Required bool
			Content  object
		}
		Responses map[string]answered
		Security  []any
	}
}

// param is one parameter of an operation, or a reference to it.
type param struct {
	Ref      string `json:"$ref"`
	Name, In string
	Required bool
	pointer  string // of its schema
}

// answered is one status of an operation, or a reference to it.
type answered struct {
	Ref     string `json:"$ref"`
	Content object
	Headers map[string]struct {
		Ref string `json:"$ref"`
	}
}

const base = "mem:///openapi.json"

// NewChecker reads a document that Build wrote.
func NewChecker(document []byte) (*Checker, error) {
	tree, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	if err != nil {
		return nil, err
	}
	whole(tree)
	c := &Checker{compiler: jsonschema.NewCompiler(), schemas: map[string]*jsonschema.Schema{}, seen: map[string]map[int]int{}}
	c.doc, _ = tree.(object)
	c.compiler.DefaultDraft(jsonschema.Draft2020)
	c.compiler.AssertFormat()
	c.compiler.AssertContent()
	if err := c.compiler.AddResource(base, tree); err != nil {
		return nil, err
	}
	paths, _ := c.doc["paths"].(object)
	for path, item := range paths {
		methods, _ := item.(object)
		for method := range methods {
			o := &checked{method: strings.ToUpper(method), segments: strings.Split(path, "/"), pointer: "/paths/" + escape(path) + "/" + method}
			if err := c.readOperation(o); err != nil {
				return nil, fmt.Errorf("%s: %w", o.pointer, err)
			}
			c.ops = append(c.ops, o)
		}
	}
	if len(c.ops) == 0 {
		return nil, fmt.Errorf("the document has no operation")
	}
	return c, nil
}

// readOperation takes an operation in, and its parameters whole.
func (c *Checker) readOperation(o *checked) error {
	if err := c.read(o.pointer, &o.op); err != nil {
		return err
	}
	o.id = o.op.OperationID
	for i, p := range o.op.Parameters {
		at := o.pointer + "/parameters/" + strconv.Itoa(i)
		if p.Ref != "" {
			at = strings.TrimPrefix(p.Ref, "#")
			if err := c.read(at, &p); err != nil {
				return err
			}
		}
		p.pointer = at + "/schema"
		o.op.Parameters[i] = p
	}
	return nil
}

// whole closes what the document leaves open for clients: this server answers
// with what stands in it and nothing else.
func whole(node any) {
	switch node := node.(type) {
	case []any:
		for _, n := range node {
			whole(n)
		}
	case object:
		if _, isObject := node["properties"].(object); isObject && node["type"] == "object" && node["additionalProperties"] == nil {
			node["additionalProperties"] = false
		}
		if values, ok := node[extensible]; ok {
			node["enum"] = values
		}
		for _, n := range node {
			whole(n)
		}
	}
}

func escape(path string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(path)
}

// at is what a pointer names in the document; nil: nothing.
func (c *Checker) at(pointer string) any {
	var node any = c.doc
	for part := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		part = strings.NewReplacer("~1", "/", "~0", "~").Replace(part)
		switch n := node.(type) {
		case object:
			node = n[part]
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i < 0 || i >= len(n) {
				return nil
			}
			node = n[i]
		default:
			return nil
		}
	}
	return node
}

func (c *Checker) read(pointer string, into any) error {
	text, err := json.Marshal(c.at(pointer))
	if err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}

// schema compiles what a pointer names.
func (c *Checker) schema(pointer string) (*jsonschema.Schema, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s, ok := c.schemas[pointer]; ok {
		return s, nil
	}
	parts := strings.Split(pointer, "/")
	for i := range parts {
		parts[i] = url.PathEscape(parts[i])
	}
	s, err := c.compiler.Compile(base + "#" + strings.Join(parts, "/"))
	if err == nil {
		c.schemas[pointer] = s
	}
	return s, err
}

// find returns the operation of a method and an escaped path; other says that
// the path has other methods.
func (c *Checker) find(method, path string) (found *checked, values map[string]string, other bool) {
	segments := strings.Split(path, "/")
	if method == http.MethodHead {
		method = http.MethodGet
	}
	for _, o := range c.ops {
		v, ok := match(o.segments, segments)
		switch {
		case !ok:
		case o.method != method:
			other = true
		case found == nil || len(v) < len(values): // a word before a name
			found, values = o, v
		}
	}
	return found, values, other
}

// match gives the names of a pattern their values.
func match(pattern, path []string) (map[string]string, bool) {
	if len(pattern) != len(path) {
		return nil, false
	}
	values := map[string]string{}
	for i, p := range pattern {
		text, err := url.PathUnescape(path[i])
		switch {
		case err != nil:
			return nil, false
		case !strings.HasPrefix(p, "{"):
			if p != text {
				return nil, false
			}
		case text == "":
			return nil, false
		default:
			values[strings.Trim(p, "{}")] = text
		}
	}
	return values, true
}

// Seen is how often each operation was answered with each status.
func (c *Checker) Seen() map[string]map[int]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := map[string]map[int]int{}
	for id, by := range c.seen {
		out[id] = map[int]int{}
		for status, n := range by {
			out[id][status] = n
		}
	}
	return out
}

// Listed are the statuses of each operation, in order.
func (c *Checker) Listed() map[string][]int {
	out := map[string][]int{}
	for _, o := range c.ops {
		for text := range o.op.Responses {
			if n, err := strconv.Atoi(text); err == nil {
				out[o.id] = append(out[o.id], n)
			}
		}
		slices.Sort(out[o.id])
	}
	return out
}

// mediaOf is a Content-Type without its parameters.
func mediaOf(head http.Header) string {
	media, _, err := mime.ParseMediaType(head.Get("Content-Type"))
	if err != nil {
		return head.Get("Content-Type")
	}
	return media
}
