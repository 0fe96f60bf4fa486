package openapi

import (
	"encoding"
	"encoding/json"
	"fmt"
	"path"
	"reflect"
	"slices"
	"strings"
	"time"

	"llavero/shared/access"
	"llavero/shared/wire"
)

// object is a JSON object of the document.
type object = map[string]any

// extensible names the values of a string that known clients word, where others
// may come: a client is to take what it does not know as well.
const extensible = "x-extensible-enum"

var (
	timeType  = reflect.TypeFor[time.Time]()
	bytesType = reflect.TypeFor[[]byte]()
)

// given are the types whose JSON is not what their Go type looks like, or says
// more than it does.
var given = map[reflect.Type]object{
	reflect.TypeFor[wire.RevealReply](): {
		"type": "object", "required": []string{"value", "at"}, "properties": object{
			"value": object{"type": "string", "description": "The value itself. Do not keep it."},
			"at":    object{"type": "string", "format": "date-time", "description": "The server's clock."},
		},
	},
	reflect.TypeFor[wire.RecoveryCodes](): {
		"type": "object", "required": []string{"codes"}, "properties": object{
			"codes": object{
				"type": "array", "items": object{"type": "string", "pattern": "^[A-Z2-7]{4}(-[A-Z2-7]{4}){3}$"},
				"description": "Ten, told once. Do not keep them.",
			},
		},
	},
	reflect.TypeFor[access.Field]():       {"type": "string", "pattern": "^(client_id|client_secret|expires_at|param:.+)$"},
	reflect.TypeFor[access.LicenseCode](): {"type": "string", "pattern": "^[0-9]{10}$"},
	reflect.TypeFor[access.SiteNumber]():  {"type": "string", "pattern": "^[0-9]{2}$"},
	reflect.TypeFor[access.RequestID]():   {"type": "string", "format": "uuid"},
	reflect.TypeFor[access.KeyID]():       {"type": "string", "format": "uuid"},
	reflect.TypeFor[access.AccountID]():   {"type": "string", "format": "uuid"},
}

// open are the string types that will have more values.
var open = []reflect.Type{reflect.TypeFor[access.Hint]()}

// schemas gathers the components of a document.
type schemas struct {
	src    *Source
	of     object
	types  map[string]reflect.Type
	closed map[string]bool // what a request holds takes no other member
	err    error
}

func newSchemas(src *Source) *schemas {
	return &schemas{src: src, of: object{}, types: map[string]reflect.Type{}, closed: map[string]bool{}}
}

// fail keeps the first thing that is wrong.
func (s *schemas) fail(format string, args ...any) {
	if s.err == nil {
		s.err = fmt.Errorf(format, args...)
	}
}

// schema describes a t; named types are components. request closes them.
func (s *schemas) schema(t reflect.Type, request bool) object {
	if t.Kind() == reflect.Pointer {
		return s.schema(t.Elem(), request)
	}
	switch t {
	case timeType:
		return object{"type": "string", "format": "date-time"}
	case bytesType:
		return object{"type": "string", "contentEncoding": "base64"}
	}
	if t.PkgPath() == "" {
		return s.inline(t, request)
	}
	return s.component(t, request)
}

// component puts a named type among the components.
func (s *schemas) component(t reflect.Type, request bool) object {
	name, known := s.nameOf(t), path.Base(t.PkgPath())+"."+t.Name()
	ref := object{"$ref": "#/components/schemas/" + name}
	if at, done := s.types[name]; done && at != t {
		s.fail("%v and %v have one name in the document, %s", at, t, name)
		return ref
	}
	if _, done := s.types[name]; done && (!request || s.closed[name]) {
		return ref
	}
	s.types[name] = t
	s.closed[name] = s.closed[name] || request
	body := object{}
	if g, ok := given[t]; ok {
		for k, v := range g {
			body[k] = v
		}
	} else {
		s.of[name] = body // a type may hold itself
		for k, v := range s.inline(t, request) {
			body[k] = v
		}
	}
	if doc := strings.TrimSpace(s.src.docs[known] + s.valuesText(t)); doc != "" {
		body["description"] = doc
	} else if t.Kind() == reflect.Struct {
		s.fail("%v has no comment, or its package is not read", t)
	}
	s.of[name] = body
	return ref
}

// nameOf is a type's name in the document: those of wire and access are plain,
// wire's first.
func (s *schemas) nameOf(t reflect.Type) string {
	pkg := path.Base(t.PkgPath())
	if _, taken := s.src.wire[t.Name()]; pkg != "wire" && (taken || pkg != "access") {
		return strings.ToUpper(pkg[:1]) + pkg[1:] + t.Name()
	}
	return t.Name()
}

// valuesText lists what the values of a string type mean.
func (s *schemas) valuesText(t reflect.Type) string {
	var b strings.Builder
	for _, v := range s.src.values[path.Base(t.PkgPath())+"."+t.Name()] {
		if v.doc != "" {
			fmt.Fprintf(&b, "\n\n- `%s`: %s", v.text, v.doc)
		}
	}
	return b.String()
}

var (
	jsonMarshaler = reflect.TypeFor[json.Marshaler]()
	textMarshaler = reflect.TypeFor[encoding.TextMarshaler]()
)

// inline describes a type where it stands.
func (s *schemas) inline(t reflect.Type, request bool) object {
	if t.Implements(jsonMarshaler) || t.Implements(textMarshaler) {
		s.fail("%v writes its own JSON: say what that is in openapi.given", t)
		return object{}
	}
	switch t.Kind() {
	case reflect.String:
		return s.text(t)
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return object{"type": "integer", "format": "int64"}
	case reflect.Int32:
		return object{"type": "integer", "format": "int32"}
	case reflect.Uint, reflect.Uint64:
		return object{"type": "integer", "format": "uint64", "minimum": 0}
	case reflect.Float64:
		return object{"type": "number", "format": "double"}
	case reflect.Interface:
		return object{}
	case reflect.Slice:
		return object{"type": "array", "items": s.schema(t.Elem(), request)}
	case reflect.Map:
		return s.dictionary(t, request)
	case reflect.Struct:
		return s.structure(t, request)
	}
	s.fail("the document has no words for a %v", t)
	return object{}
}

// text is a string type; with its values, when it has constants.
func (s *schemas) text(t reflect.Type) object {
	out := object{"type": "string"}
	var all []string
	for _, v := range s.src.values[path.Base(t.PkgPath())+"."+t.Name()] {
		all = append(all, v.text)
	}
	if len(all) > 0 && slices.Contains(open, t) {
		out[extensible] = all
	} else if len(all) > 0 {
		out["enum"] = all
	}
	return out
}

func (s *schemas) dictionary(t reflect.Type, request bool) object {
	out := object{"type": "object", "additionalProperties": s.schema(t.Elem(), request)}
	if t.Key().PkgPath() != "" {
		out["propertyNames"] = s.schema(t.Key(), request)
	}
	return out
}

// structure is a struct by its JSON members. What is left out when empty is not
// required.
func (s *schemas) structure(t reflect.Type, request bool) object {
	members, required := object{}, []string{}
	for f := range t.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "-" || !f.IsExported():
			continue
		case f.Anonymous || name == "":
			s.fail("%v.%s: a field of a body has a name in its json tag, and is not embedded", t, f.Name)
			continue
		}
		member := s.schema(f.Type, request)
		if doc := s.src.docs[path.Base(t.PkgPath())+"."+t.Name()+"."+f.Name]; doc != "" {
			member["description"] = doc
		}
		members[name] = member
		if !strings.Contains(options, "omitempty") && !strings.Contains(options, "omitzero") {
			if f.Type.Kind() == reflect.Pointer {
				s.fail("%v.%s: a pointer is left out when it is nil: tag it omitempty", t, f.Name)
			}
			required = append(required, name)
		}
	}
	out := object{"type": "object", "properties": members}
	if len(required) > 0 {
		out["required"] = required
	}
	if request {
		out["additionalProperties"] = false
	}
	return out
}
