package openapi

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"llavero/shared/wire"
)

// Check says what of an exchange is not in the document; nil: all of it is. A
// request is looked at when it was taken: what is refused may be anything.
func (c *Checker) Check(x Exchange) error {
	o, values, other := c.find(x.Method, x.URL.EscapedPath())
	if o == nil {
		return c.named(x, c.strayPath(x, other))
	}
	c.mu.Lock()
	if c.seen[o.id] == nil {
		c.seen[o.id] = map[int]int{}
	}
	c.seen[o.id][x.Status]++
	c.mu.Unlock()
	var wrong []error
	if x.Status < http.StatusMultipleChoices {
		wrong = append(wrong, c.request(o, x, values))
	}
	wrong = append(wrong, c.answer(o, x))
	return c.named(x, errors.Join(wrong...))
}

func (c *Checker) named(x Exchange, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s %s answered %d, and openapi.json does not: %w", x.Method, x.URL.EscapedPath(), x.Status, err)
}

// strayPath is an exchange of no operation: it must have been refused as such.
func (c *Checker) strayPath(x Exchange, other bool) error {
	want := http.StatusNotFound
	if other {
		want = http.StatusMethodNotAllowed
	}
	switch {
	case x.Status != want && other:
		return errors.New("it has the path, with other methods: give the route its row in routes.go, and run go test ./server/internal/httpapi -run TestDocument -update")
	case x.Status != want:
		return errors.New("it has no such path: give the route its row in routes.go, and run go test ./server/internal/httpapi -run TestDocument -update")
	case x.Method == http.MethodHead:
		return nil
	}
	return c.content(x, object{wire.ProblemType: nil}, "/components/responses/not_found/content")
}

// request looks at what was taken.
func (c *Checker) request(o *checked, x Exchange, values map[string]string) error {
	var wrong []error
	query := x.URL.Query()
	for _, p := range o.op.Parameters {
		var value string
		var there bool
		switch p.In {
		case "path":
			value, there = values[p.Name]
		case "query":
			value, there = query.Get(p.Name), query.Has(p.Name)
			query.Del(p.Name)
		case "header":
			value, there = x.Head.Get(p.Name), x.Head.Get(p.Name) != ""
		}
		if !there {
			if p.Required {
				wrong = append(wrong, fmt.Errorf("it needs the %s parameter %s, which the request had not", p.In, p.Name))
			}
			continue
		}
		if err := c.scalar(p.pointer, value); err != nil {
			wrong = append(wrong, fmt.Errorf("the %s parameter %s: %w", p.In, p.Name, err))
		}
	}
	for name := range query {
		wrong = append(wrong, fmt.Errorf("it has no query parameter %s: add it to the searches of the row", name))
	}
	if len(o.op.Security) > 0 && !strings.HasPrefix(x.Head.Get("Authorization"), "Bearer ") {
		wrong = append(wrong, errors.New("it needs a session, and the request had none"))
	}
	if body := o.op.RequestBody; body != nil {
		wrong = append(wrong, c.requestBody(o, x, body.Required, body.Content))
	}
	return errors.Join(wrong...)
}

func (c *Checker) requestBody(o *checked, x Exchange, required bool, content object) error {
	if len(bytes.TrimSpace(x.Body)) == 0 {
		if required {
			return errors.New("it needs a body, and the request had none")
		}
		return nil
	}
	media := mediaOf(x.Head)
	if media == "" {
		media = "application/json" // one that says nothing is looked at
	}
	if _, ok := content[media]; !ok {
		return fmt.Errorf("it takes no body of the type %s", media)
	}
	if media != "application/json" {
		return nil
	}
	return c.json(o.pointer+"/requestBody/content/"+escape(media)+"/schema", x.Body, "the request")
}

// answer looks at the status, the headers and the body.
func (c *Checker) answer(o *checked, x Exchange) error {
	pointer := o.pointer + "/responses/" + strconv.Itoa(x.Status)
	said, ok := o.op.Responses[strconv.Itoa(x.Status)]
	if !ok {
		return fmt.Errorf("%s has no such status: add .refuses(%d) to the row of the route, if that is meant", o.id, x.Status)
	}
	if said.Ref != "" {
		pointer = strings.TrimPrefix(said.Ref, "#")
		said = answered{}
		if err := c.read(pointer, &said); err != nil {
			return err
		}
	}
	var wrong []error
	for name, h := range said.Headers {
		value := x.AnswerHead.Get(name)
		if value == "" {
			wrong = append(wrong, fmt.Errorf("the answer has no header %s", name))
			continue
		}
		if err := c.scalar(strings.TrimPrefix(h.Ref, "#")+"/schema", value); err != nil {
			wrong = append(wrong, fmt.Errorf("the answer's header %s: %w", name, err))
		}
	}
	if x.Method != http.MethodHead {
		wrong = append(wrong, c.content(x, said.Content, pointer+"/content"))
	}
	return errors.Join(wrong...)
}

func (c *Checker) content(x Exchange, content object, pointer string) error {
	media := mediaOf(x.AnswerHead)
	if len(content) == 0 {
		if len(x.Answer) > 0 {
			return fmt.Errorf("the answer has no body there, and had one of %d bytes", len(x.Answer))
		}
		return nil
	}
	if _, ok := content[media]; !ok {
		return fmt.Errorf("the answer's type %q is not among its types", media)
	}
	if media == "application/json" || media == wire.ProblemType {
		return c.json(pointer+"/"+escape(media)+"/schema", x.Answer, "the answer")
	}
	return nil
}

// json holds a body against a schema. What it says names members, never values:
// they may be secrets.
func (c *Checker) json(pointer string, body []byte, what string) error {
	schema, err := c.schema(pointer)
	if err != nil {
		return err
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("%s is no JSON: %w", what, err)
	}
	if err := schema.Validate(doc); err != nil {
		return fmt.Errorf("%s strays: %s", what, complaint(err))
	}
	return nil
}

// scalar holds the text of a parameter or header against a schema.
func (c *Checker) scalar(pointer, text string) error {
	schema, err := c.schema(pointer)
	if err != nil {
		return err
	}
	if value, err := jsonschema.UnmarshalJSON(strings.NewReader(text)); err == nil && schema.Validate(value) == nil {
		return nil // a number, or true or false
	}
	if err := schema.Validate(text); err != nil {
		return fmt.Errorf("its value strays: %s", complaint(err))
	}
	return nil
}

// complaint lists what is wrong and where, one thing a line.
func complaint(err error) string {
	deep, ok := errors.AsType[*jsonschema.ValidationError](err)
	if !ok {
		return err.Error()
	}
	var all []string
	var walk func(e *jsonschema.ValidationError)
	walk = func(e *jsonschema.ValidationError) {
		if len(e.Causes) == 0 {
			all = append(all, fmt.Sprintf("at /%s: %s", strings.Join(e.InstanceLocation, "/"), kindOf(e)))
		}
		for _, cause := range e.Causes {
			walk(cause)
		}
	}
	walk(deep)
	return strings.Join(all, "; ")
}
