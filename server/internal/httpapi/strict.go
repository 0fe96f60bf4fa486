package httpapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"strings"

	"llavero/shared/access"
)

// strict decodes b into v, which must be all of it: a field that v does not
// have, another type, data after it, are refused, naming the field.
func strict(b []byte, v any) error {
	malformed := func(err error) error {
		return &access.Error{Code: access.CodeInvalid, Hint: access.HintMalformed, Err: err}
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var tree any
	if err := d.Decode(&tree); err != nil {
		return malformed(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return malformed(errors.New("data after the value"))
	}
	if wrong := unknown(tree, reflect.TypeOf(v).Elem(), "", nil); len(wrong) > 0 {
		return &access.Error{Code: access.CodeInvalid, Fields: wrong}
	}
	if err := json.Unmarshal(b, v); err != nil {
		if te, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && te.Field != "" {
			return access.InvalidField(te.Field, access.HintFormat)
		}
		return malformed(err)
	}
	return nil
}

var unmarshaler = reflect.TypeFor[json.Unmarshaler]()

// unknown walks a decoded document beside the type it is meant for and gathers
// each member the type has not, in no particular order of the document.
// encoding/json would take members whatever their case, and name no path.
func unknown(tree any, t reflect.Type, path string, wrong []access.FieldError) []access.FieldError {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if reflect.PointerTo(t).Implements(unmarshaler) {
		return wrong
	}
	switch node := tree.(type) {
	case map[string]any:
		if t.Kind() != reflect.Struct {
			return wrong // the decoder says what is wrong
		}
		members := membersOf(t)
		for name, child := range node {
			member, ok := members[name]
			if !ok {
				wrong = append(wrong, access.FieldError{Field: path + name, Hint: access.HintUnknownField})
				continue
			}
			wrong = unknown(child, member, path+name+".", wrong)
		}
	case []any:
		if t.Kind() == reflect.Slice {
			for _, child := range node {
				wrong = unknown(child, t.Elem(), path, wrong)
			}
		}
	}
	return wrong
}

// membersOf lists a struct's members by their JSON names. The bodies of package
// wire embed nothing.
func membersOf(t reflect.Type) map[string]reflect.Type {
	members := map[string]reflect.Type{}
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "-" || !f.IsExported() {
			continue
		}
		if name == "" {
			name = f.Name
		}
		members[name] = f.Type
	}
	return members
}
