package httpapi

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"llavero/shared/access"
)

// strict decodes b into v, a pointer to a struct, which must be all of it: a
// member that v has not, or twice, another type, a time or a file that is none,
// text that is no single line, data after it, are refused, naming each field.
// null counts as left out.
func strict(b []byte, v any) error {
	malformed := func(err error) error {
		return &access.Error{Code: access.CodeInvalid, Hint: access.HintMalformed, Err: err}
	}
	switch {
	case !utf8.Valid(b): // encoding/json would put other characters in its place
		return malformed(errors.New("not UTF-8"))
	case !json.Valid(b):
		return malformed(json.Unmarshal(b, new(any)))
	case !bytes.HasPrefix(bytes.TrimSpace(b), []byte("{")):
		return malformed(errors.New("not an object"))
	}
	c := checker{d: json.NewDecoder(bytes.NewReader(b))}
	c.d.UseNumber()
	if err := c.value(reflect.TypeOf(v).Elem(), ""); err != nil {
		return malformed(err)
	}
	if len(c.wrong) > 0 {
		return &access.Error{Code: access.CodeInvalid, Fields: c.wrong}
	}
	if err := json.Unmarshal(b, v); err != nil {
		return malformed(err)
	}
	return nil
}

// checker walks a valid document beside the type it is meant for and gathers
// what is wrong, in the document's order. encoding/json would take members
// whatever their case, the last of two, and name no path.
type checker struct {
	d     *json.Decoder
	wrong []access.FieldError
}

func (c *checker) bad(path string, hint access.Hint) {
	c.wrong = append(c.wrong, access.FieldError{Field: path, Hint: hint})
}

var (
	timeType  = reflect.TypeFor[time.Time]()
	bytesType = reflect.TypeFor[[]byte]()
)

// value reads one value that is to become a t; nil: whatever it is.
func (c *checker) value(t reflect.Type, path string) error {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	token, err := c.d.Token()
	if err != nil {
		return err
	}
	switch token {
	case nil:
		return nil
	case json.Delim('{'):
		if t != nil && (t.Kind() != reflect.Struct || t == timeType) {
			c.bad(path, access.HintFormat)
			t = nil
		}
		return c.object(t, path)
	case json.Delim('['):
		if t != nil && (t.Kind() != reflect.Slice || t == bytesType) {
			c.bad(path, access.HintFormat)
			t = nil
		}
		return c.list(t, path)
	}
	if t != nil && !isScalarOf(token, t) {
		c.bad(path, access.HintFormat)
	}
	return nil
}

func (c *checker) object(t reflect.Type, path string) error {
	var members map[string]reflect.Type
	if t != nil {
		members = membersOf(t)
	}
	seen := map[string]bool{}
	for c.d.More() {
		token, err := c.d.Token()
		if err != nil {
			return err
		}
		name, _ := token.(string)
		at := name
		if path != "" {
			at = path + "." + name
		}
		member, known := members[name]
		switch {
		case t == nil:
		case !known:
			c.bad(at, access.HintUnknownField)
		case seen[name]:
			c.bad(at, access.HintMalformed)
		}
		seen[name] = true
		if err := c.value(member, at); err != nil {
			return err
		}
	}
	_, err := c.d.Token()
	return err
}

func (c *checker) list(t reflect.Type, path string) error {
	var item reflect.Type
	if t != nil {
		item = t.Elem()
	}
	for c.d.More() {
		if err := c.value(item, path); err != nil {
			return err
		}
	}
	_, err := c.d.Token()
	return err
}

// isScalarOf says whether a string, number or truth value is good for a t.
func isScalarOf(token json.Token, t reflect.Type) bool {
	switch value := token.(type) {
	case string:
		switch t {
		case timeType:
			return new(time.Time).UnmarshalText([]byte(value)) == nil
		case bytesType:
			_, err := base64.StdEncoding.DecodeString(value)
			return err == nil
		}
		// What a body could not tell of a text has become U+FFFD.
		return t.Kind() == reflect.String && access.IsLine(value) && !strings.ContainsRune(value, utf8.RuneError)
	case json.Number:
		var err error
		switch {
		case t.Kind() == reflect.Float64:
			_, err = strconv.ParseFloat(value.String(), 64)
		case t.Kind() >= reflect.Int && t.Kind() <= reflect.Int64:
			_, err = strconv.ParseInt(value.String(), 10, t.Bits())
		case t.Kind() >= reflect.Uint && t.Kind() <= reflect.Uint64:
			_, err = strconv.ParseUint(value.String(), 10, t.Bits())
		default:
			return false
		}
		return err == nil
	}
	return t.Kind() == reflect.Bool
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
