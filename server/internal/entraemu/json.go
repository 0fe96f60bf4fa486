package entraemu

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
)

// fields is a JSON object that keeps its members in order, as Graph does.
type fields []pair

type pair struct {
	name  string
	value any
}

// MarshalJSON writes the members in order.
func (f fields) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	err := f.write(&b)
	return b.Bytes(), err
}

func (f fields) write(b *bytes.Buffer) error {
	b.WriteByte('{')
	for i, p := range f {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := writeValue(b, p.name); err != nil {
			return err
		}
		b.WriteByte(':')
		if err := writeValue(b, p.value); err != nil {
			return err
		}
	}
	b.WriteByte('}')
	return nil
}

// writeValue writes what answers are mostly made of by itself: through
// json.Marshal each level of objects would be checked and copied again.
func writeValue(b *bytes.Buffer, v any) error {
	switch v := v.(type) {
	case nil:
		b.WriteString("null")
		return nil
	case bool:
		b.WriteString(strconv.FormatBool(v))
		return nil
	case int:
		b.WriteString(strconv.Itoa(v))
		return nil
	case fields:
		return v.write(b)
	case []fields:
		return writeList(b, v)
	case []string:
		return writeList(b, v)
	case []any:
		return writeList(b, v)
	case string:
		if isPlain(v) {
			b.WriteByte('"')
			b.WriteString(v)
			b.WriteByte('"')
			return nil
		}
	}
	text, err := json.Marshal(v)
	b.Write(text)
	return err
}

func writeList[T any](b *bytes.Buffer, list []T) error {
	if list == nil {
		b.WriteString("null")
		return nil
	}
	b.WriteByte('[')
	for i, v := range list {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := writeValue(b, v); err != nil {
			return err
		}
	}
	b.WriteByte(']')
	return nil
}

// isPlain reports whether a text needs no escapes in JSON.
func isPlain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			return false
		}
	}
	return true
}

// only keeps the named members, in their own order, and those with an @.
func (f fields) only(names map[string]bool) fields {
	var out fields
	for _, p := range f {
		if names[p.name] || p.name[0] == '@' {
			out = append(out, p)
		}
	}
	return out
}

func writeJSON(w http.ResponseWriter, status int, contentType string, v any) {
	var body bytes.Buffer
	if err := writeValue(&body, v); err != nil {
		http.Error(w, "emulator: answer cannot be written as JSON", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes())
}
