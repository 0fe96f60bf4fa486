package audit

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"llavero/shared/access"
)

// Detail is what an entry adds to its kind: a few named words. The zero value
// is none. It is built from the constructors below only.
type Detail struct{ attrs []Attr }

// With adds attributes to a Detail, which stays as it is.
func (d Detail) With(attrs ...Attr) Detail { return Detail{slices.Concat(d.attrs, attrs)} }

// Attr is one named word of a Detail.
type Attr struct{ name, value string }

// Details gathers attributes. A later one of the same name stands.
func Details(attrs ...Attr) Detail { return Detail{attrs: attrs} }

// Word is a machine word or a name a person may read. Never a secret, a code or
// a token.
func Word(name, value string) Attr { return Attr{name, value} }

// Count is a number.
func Count(name string, n int64) Attr { return Attr{name, strconv.FormatInt(n, 10)} }

// Hash is a digest, in hex.
func Hash(name string, sum []byte) Attr { return Attr{name, hex.EncodeToString(sum)} }

// Time is an instant, RFC 3339 in UTC.
func Time(name string, at time.Time) Attr { return Attr{name, at.UTC().Format(time.RFC3339)} }

// Field is which of a key's values.
func Field(f access.Field) Attr { return Attr{"field", string(f)} }

// Purpose is what for.
func Purpose(p access.Purpose) Attr { return Attr{"purpose", string(p)} }

// Device is from which kind of machine, as its client says.
func Device(s string) Attr { return Attr{"device", s} }

// Address is the network address the act came from.
func Address(s string) Attr { return Attr{"address", s} }

// Environment is in which environment.
func Environment(e access.Environment) Attr { return Attr{"environment", string(e)} }

// Step is at which step of provisioning.
func Step(s access.Step) Attr { return Attr{"step", string(s)} }

// ErrSecret says that a detail has the shape of a client secret; the entry is
// refused, and with it the whole act.
var ErrSecret = errors.New("audit: a detail has the shape of a secret")

// entraSecret is the shape Entra gives its client secrets: three characters, a
// version mark, a tilde, a long tail.
var entraSecret = regexp.MustCompile(`[A-Za-z0-9_~.-]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,}`)

func (d Detail) canonical() ([]byte, error) {
	values := make(map[string]string, len(d.attrs))
	for _, a := range d.attrs {
		if entraSecret.MatchString(a.value) {
			return nil, ErrSecret
		}
		values[a.name] = strings.ToValidUTF8(a.value, "\ufffd")
	}
	var doc bytes.Buffer
	e := json.NewEncoder(&doc)
	e.SetEscapeHTML(false)
	if err := e.Encode(values); err != nil { // sorts the names
		return nil, err
	}
	return bytes.TrimSuffix(doc.Bytes(), []byte("\n")), nil
}
