package store

import (
	"encoding/json"
	"fmt"
	"time"
)

// timeInto scans stored microseconds into a time.
type timeInto struct{ t *time.Time }

// Scan implements sql.Scanner.
func (s timeInto) Scan(src any) error {
	us, ok := src.(int64)
	if !ok {
		return fmt.Errorf("instant stored as %T", src)
	}
	*s.t = instant(us)
	return nil
}

// jsonInto scans stored JSON; empty text leaves the value as it is.
type jsonInto struct{ v any }

// Scan implements sql.Scanner.
func (s jsonInto) Scan(src any) error {
	text, ok := src.(string)
	if !ok {
		return fmt.Errorf("JSON stored as %T", src)
	}
	if text == "" {
		return nil
	}
	return json.Unmarshal([]byte(text), s.v)
}

// jsonText is a value as stored; v must marshal.
func jsonText(v any) (string, error) {
	b, err := json.Marshal(v)
	return string(b), err
}
