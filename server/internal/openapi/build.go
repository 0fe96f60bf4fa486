package openapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"llavero/shared/access"
	"llavero/shared/wire"
)

// tooLarge is the one refusal whose status its code does not tell.
const tooLarge = http.StatusRequestEntityTooLarge

// document is the order in which a reader meets its parts.
type document struct {
	OpenAPI    string `json:"openapi"`
	Info       object `json:"info"`
	Tags       []any  `json:"tags"`
	Paths      object `json:"paths"`
	Components object `json:"components"`
}

const about = `The HTTP API of Llavero IHCE: intents go up, facts come down by the websocket at /v1/feed (docs/protocol.md).

Every intent carries an Idempotency-Key and may be sent again: the same key with the same body is answered the same. What changes a row that a person saw carries the version they saw, in If-Match. Every refusal is a problem document (RFC 9457) with a code and a hint for machines; X-Request-Id is what a person quotes to the help desk. Another path is answered 404, another method 405.

TLS 1.3 only. A member or a hint that a client does not know is to be overlooked; a member that the server does not know is refused.`

// Build writes the document of operations, in JSON that ends with a line break.
func Build(src *Source, all []Operation) ([]byte, error) {
	if err := checkAll(all); err != nil {
		return nil, err
	}
	s := newSchemas(src)
	doc := document{
		OpenAPI: "3.1.0",
		Info: object{
			"title": "Llavero IHCE", "version": strconv.Itoa(wire.Protocol), "summary": "Keys for the interoperability of the electronic health record",
			"description": about,
		},
		Paths: object{},
	}
	var tags []string
	for _, o := range all {
		item, ok := doc.Paths[o.Path].(object)
		if !ok {
			item = object{}
			doc.Paths[o.Path] = item
		}
		if _, twice := item[strings.ToLower(o.Method)]; twice {
			return nil, fmt.Errorf("%s %s stands twice", o.Method, o.Path)
		}
		item[strings.ToLower(o.Method)] = s.operation(o)
		tags = append(tags, o.tag())
	}
	slices.Sort(tags)
	for _, tag := range slices.Compact(tags) {
		doc.Tags = append(doc.Tags, object{"name": tag, "description": "Operations on " + strings.ReplaceAll(tag, "-", " ") + "."})
	}
	doc.Components = object{
		"responses":       s.refusals(),
		"headers":         headers(),
		"parameters":      headerParams(),
		"securitySchemes": object{"session": object{"type": "http", "scheme": "bearer", "description": "The token of SignedIn. It ends by itself, by a sign-out, and when the password is changed."}},
	}
	doc.Components["schemas"] = s.of
	if s.err != nil {
		return nil, s.err
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(doc); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func (s *schemas) operation(o Operation) object {
	out := object{"operationId": o.ID, "summary": o.Summary, "tags": []string{o.tag()}, "responses": s.answers(o)}
	who := "Anyone; no session is looked at."
	out["security"] = []any{}
	if o.Who != "" {
		who = "For " + o.Who + "."
		out["security"] = []any{object{"session": []string{}}}
	}
	out["description"] = who
	if params := s.parameters(o); len(params) > 0 {
		out["parameters"] = params
	}
	if o.In != nil {
		out["requestBody"] = object{
			"required": !o.InOptional, "content": object{"application/json": object{"schema": s.schema(reflect.TypeOf(o.In), true)}},
			"description": fmt.Sprintf("At most %d bytes.", max(o.MaxBody, wire.MaxBody)),
		}
	}
	if o.Form != nil {
		fields := object{}
		for _, f := range o.Form {
			fields[f] = object{"type": "string"}
		}
		out["requestBody"] = object{"required": true, "content": object{
			"application/x-www-form-urlencoded": object{"schema": object{"type": "object", "properties": fields, "additionalProperties": false}},
		}}
	}
	return out
}

func (s *schemas) parameters(o Operation) []any {
	var all []any
	for _, name := range o.params() {
		all = append(all, object{"name": name, "in": "path", "required": true, "schema": s.pathParam(o, name)})
	}
	for _, q := range o.Query {
		all = append(all, object{"name": q.Name, "in": "query", "required": q.Required, "description": q.Text, "schema": s.schema(reflect.TypeOf(q.Of), true)})
	}
	if o.Keyed {
		all = append(all, paramRef(wire.HeaderIdempotencyKey), paramRef(wire.HeaderClient), paramRef(wire.HeaderClientTime))
	}
	if o.Versioned {
		all = append(all, paramRef(wire.HeaderIfMatch))
	}
	return all
}

// headerParams are the headers of requests.
func headerParams() object {
	of := func(name string, required bool, schema object, text string) object {
		return object{"name": name, "in": "header", "required": required, "schema": schema, "description": text}
	}
	return object{
		wire.HeaderIdempotencyKey: of(wire.HeaderIdempotencyKey, true, object{"type": "string", "format": "uuid"},
			"A UUID of the person's act. The same with another body is refused: 409, hint reused."),
		wire.HeaderIfMatch: of(wire.HeaderIfMatch, true, object{"type": "string", "pattern": `^"[1-9][0-9]*"$`},
			"The version of the row that the person saw, in quotes. A stale one is refused: 409, hint stale."),
		wire.HeaderClient: of(wire.HeaderClient, false, object{"type": "string", "minLength": 1, "maxLength": access.MaxName},
			"The program that sends it and its version, one line; receipts tell it."),
		wire.HeaderClientTime: of(wire.HeaderClientTime, false, object{"type": "string", "format": "date-time"},
			"What the client's clock says as it sends; receipts tell it."),
	}
}

func paramRef(name string) object { return object{"$ref": "#/components/parameters/" + name} }

func (s *schemas) pathParam(o Operation, name string) object {
	switch name {
	case "code":
		return s.schema(reflect.TypeFor[access.LicenseCode](), true)
	case "environment":
		return s.schema(reflect.TypeFor[access.Environment](), true)
	case "role":
		return s.schema(reflect.TypeFor[access.ContactRole](), true)
	case "id":
		return object{"type": "string", "format": "uuid"}
	}
	s.fail("%s %s: say in openapi.pathParam what {%s} is", o.Method, o.Path, name)
	return object{}
}

func (s *schemas) answers(o Operation) object {
	well := object{"description": http.StatusText(o.Status) + ".", "headers": object{wire.HeaderRequestID: headerRef(wire.HeaderRequestID)}}
	content := object{}
	if o.Out != nil {
		content["application/json"] = object{"schema": s.schema(reflect.TypeOf(o.Out), false)}
	}
	for _, media := range o.Media {
		content[media] = object{"schema": object{}} // bytes, or a page
	}
	if len(content) > 0 {
		well["content"] = content
	}
	if o.Upgrade {
		well["description"] = "The connection is a websocket of the subprotocol " + wire.Subprotocol + ": docs/protocol.md, Feed."
		delete(well, "headers") // the handshake writes its own
	}
	out := object{strconv.Itoa(o.Status): well}
	for _, status := range o.Statuses {
		out[strconv.Itoa(status)] = object{"description": http.StatusText(status) + ": the page says why.", "headers": well["headers"], "content": content}
	}
	for _, status := range o.problems() {
		out[strconv.Itoa(status)] = object{"$ref": "#/components/responses/" + refusalName(status)}
	}
	return out
}

// refusalName is the code of a status, or what the status says more.
func refusalName(status int) string {
	if status == tooLarge {
		return "too_large"
	}
	return string(wire.CodeOfStatus(status))
}

// refusals are the problem documents, by code.
func (s *schemas) refusals() object {
	problem := object{wire.ProblemType: object{"schema": s.schema(reflect.TypeFor[wire.Problem](), false)}}
	out := object{"too_large": object{
		"description": "The body is longer than the route takes; code invalid, hint too_large.", "content": problem,
		"headers": object{wire.HeaderRequestID: headerRef(wire.HeaderRequestID)},
	}}
	for _, v := range s.src.values["access.Code"] {
		head := object{wire.HeaderRequestID: headerRef(wire.HeaderRequestID)}
		switch access.Code(v.text) {
		case access.CodeThrottled, access.CodeUnavailable:
			head["Retry-After"] = headerRef("Retry-After")
		}
		text, _, _ := strings.Cut(v.doc, ";")
		out[v.text] = object{"description": strings.ToUpper(text[:1]) + text[1:] + ".", "content": problem, "headers": head}
	}
	return out
}

func headers() object {
	return object{
		wire.HeaderRequestID: object{"description": "What a person quotes to the help desk.", "required": true, "schema": object{"type": "string", "format": "uuid"}},
		"Retry-After":        object{"description": "Seconds to wait before another try.", "required": true, "schema": object{"type": "integer", "minimum": 1}},
	}
}

func headerRef(name string) object { return object{"$ref": "#/components/headers/" + name} }
