package receipt

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sort"
	"unicode/utf8"
)

// maxDepth bounds how deep a document nests, so that a hostile one cannot
// exhaust the stack.
const maxDepth = 64

// ErrNotCanonical is wrapped by every refusal of Canonical.
var ErrNotCanonical = errors.New("receipt: document has no canonical form")

// Canonical rewrites a JSON document in the one form that is hashed: members
// sorted by the bytes of their names, no space between tokens, strings escaped
// only where JSON demands it, numbers as they were written. It refuses invalid
// UTF-8, a repeated member, more than one document and deep nesting: two
// different documents must never meet in one form by losing something.
func Canonical(doc []byte) ([]byte, error) {
	if !utf8.Valid(doc) {
		return nil, fmt.Errorf("%w: invalid UTF-8", ErrNotCanonical)
	}
	d := json.NewDecoder(bytes.NewReader(doc))
	d.UseNumber()
	var out bytes.Buffer
	if err := canonicalValue(&out, d, 0); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotCanonical, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: data after the document", ErrNotCanonical)
	}
	return out.Bytes(), nil
}

func canonicalValue(out *bytes.Buffer, d *json.Decoder, depth int) error {
	if depth > maxDepth {
		return errors.New("nested too deep")
	}
	token, err := d.Token()
	if err != nil {
		return err
	}
	switch v := token.(type) {
	case json.Delim:
		if v == '{' {
			return canonicalObject(out, d, depth)
		}
		return canonicalArray(out, d, depth)
	case string:
		return writeString(out, v)
	case json.Number:
		out.WriteString(v.String())
	case bool:
		fmt.Fprintf(out, "%t", v)
	default:
		out.WriteString("null")
	}
	return nil
}

func canonicalObject(out *bytes.Buffer, d *json.Decoder, depth int) error {
	members := map[string][]byte{}
	var names []string
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return err
		}
		name, ok := token.(string)
		if !ok {
			return errors.New("member name is not a string")
		}
		if _, twice := members[name]; twice {
			return errors.New("repeated member")
		}
		var value bytes.Buffer
		if err := canonicalValue(&value, d, depth+1); err != nil {
			return err
		}
		members[name] = value.Bytes()
		names = append(names, name)
	}
	if _, err := d.Token(); err != nil {
		return err
	}
	sort.Strings(names)
	out.WriteByte('{')
	for i, name := range names {
		if i > 0 {
			out.WriteByte(',')
		}
		if err := writeString(out, name); err != nil {
			return err
		}
		out.WriteByte(':')
		out.Write(members[name])
	}
	out.WriteByte('}')
	return nil
}

func canonicalArray(out *bytes.Buffer, d *json.Decoder, depth int) error {
	out.WriteByte('[')
	for i := 0; d.More(); i++ {
		if i > 0 {
			out.WriteByte(',')
		}
		if err := canonicalValue(out, d, depth+1); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return err
	}
	out.WriteByte(']')
	return nil
}

func writeString(out *bytes.Buffer, s string) error {
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		return err
	}
	out.Truncate(out.Len() - 1) // the encoder's newline
	return nil
}
