// Package secret holds values that must never be printed, logged or marshalled
// by accident: client secrets, passwords, one-time codes, bearer tokens.
//
// A Text answers every formatting verb, every logger and every encoder with
// the same mask. The one way to the value is Reveal, so that a search for
// "Reveal(" lists each place where a secret comes into the open.
package secret

import (
	"errors"
	"fmt"
	"log/slog"
)

// Mask is what stands in place of every value, whatever its length.
const Mask = "••••••••"

// ErrMarshal is returned when an encoder is handed a Text. Encode the result of
// Reveal in a type made for that purpose instead.
var ErrMarshal = errors.New("secret: a secret is not marshalled; reveal it on purpose")

// Text is a secret string. The zero value is the empty secret.
type Text struct{ value string }

// New wraps a value.
func New(value string) Text { return Text{value: value} }

// Reveal returns the value itself.
func (t Text) Reveal() string { return t.value }

// IsEmpty reports whether there is no value.
func (t Text) IsEmpty() bool { return t.value == "" }

// String returns the mask.
func (Text) String() string { return Mask }

// GoString returns the mask, for %#v.
func (Text) GoString() string { return Mask }

// Format writes the mask for every verb and flag.
func (Text) Format(s fmt.State, _ rune) { _, _ = s.Write([]byte(Mask)) }

// LogValue gives loggers the mask.
func (Text) LogValue() slog.Value { return slog.StringValue(Mask) }

// MarshalText refuses; see ErrMarshal.
func (Text) MarshalText() ([]byte, error) { return nil, ErrMarshal }

// MarshalJSON refuses; see ErrMarshal.
func (Text) MarshalJSON() ([]byte, error) { return nil, ErrMarshal }

// UnmarshalText takes a value in, so that forms and settings can hold secrets.
func (t *Text) UnmarshalText(b []byte) error {
	t.value = string(b)
	return nil
}
