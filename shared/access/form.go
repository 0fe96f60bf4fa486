package access

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Longest values a form takes, in characters. They bound rows, mails and
// documents, not real names, which are shorter.
const (
	MaxName = 200
)

// Shortest and longest password that is chosen, in characters.
const (
	MinPassword = 12
	MaxPassword = 128
)

// Contact is a person the delegate names: name, mail and phone. It never enters
// the feed or the client's cache.
type Contact struct {
	Name  string `json:"name"`
	Email string `json:"email"`
	Phone string `json:"phone"`
}

// RequestForm is what a delegate writes to ask for a key. The program adds the
// rest. The order of its fields is the form's order.
type RequestForm struct {
	Vendor   string  `json:"vendor"`   // proveedor tecnológico
	Software string  `json:"software"` // sistema de información hospitalario
	Lead     Contact `json:"lead"`     // líder técnico
	Privacy  Contact `json:"privacy"`  // responsable de la protección de datos
}

// Trimmed drops surrounding spaces and what people paste between phone digits.
func (f RequestForm) Trimmed() RequestForm {
	return RequestForm{
		Vendor:   strings.TrimSpace(f.Vendor),
		Software: strings.TrimSpace(f.Software),
		Lead:     f.Lead.Trimmed(),
		Privacy:  f.Privacy.Trimmed(),
	}
}

// Trimmed drops surrounding spaces and what people paste between phone digits.
func (c Contact) Trimmed() Contact {
	return Contact{Name: strings.TrimSpace(c.Name), Email: strings.TrimSpace(c.Email), Phone: DigitsOnly(c.Phone)}
}

// Validate returns each wrong field in the form's order; none when all is well.
// institutional reports whether a mail domain is no free-mail provider; nil
// accepts all. Free mail is refused for the technical lead of a delegate's
// request and let through (the screen warns) for an independent's.
func (f RequestForm) Validate(independent bool, institutional func(domain string) bool) []FieldError {
	var wrong []FieldError
	bad := func(field string, h Hint) { wrong = append(wrong, FieldError{Field: field, Hint: h}) }
	text := func(field, value string) {
		if h := LineHint(value); h != "" {
			bad(field, h)
		}
	}
	text("vendor", f.Vendor)
	text("software", f.Software)
	wrong = append(wrong, f.Lead.Validate("lead.", !independent, institutional)...)
	return append(wrong, f.Privacy.Validate("privacy.", !independent, institutional)...)
}

func emailHint(value string, refuseFree bool, institutional func(domain string) bool) Hint {
	switch {
	case strings.TrimSpace(value) == "":
		return HintRequired
	case !IsEmail(value):
		return HintFormat
	case refuseFree && institutional != nil && !institutional(EmailDomain(value)):
		return HintFreeMail
	}
	return ""
}

func phoneHint(value string) Hint {
	switch {
	case value == "":
		return HintRequired
	case !IsPhone(value):
		return HintFormat
	}
	return ""
}

// LineHint is what is wrong with one line of text that must be there and is kept
// as written, MaxName characters at most: a name, a reason, a note; empty: nothing.
func LineHint(s string) Hint {
	switch {
	case strings.TrimSpace(s) == "":
		return HintRequired
	case utf8.RuneCountInString(s) > MaxName:
		return HintTooLong
	case !IsLine(s):
		return HintFormat
	}
	return ""
}

// IsLine reports one line of text that reads as it is stored: no control
// character, no line break, no broken UTF-8, nothing that turns the direction of
// what follows.
func IsLine(s string) bool {
	return utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || unicode.Is(unicode.Bidi_Control, r)
	}) < 0
}

// TypedKey is one environment's key as an officer types it. The name is built
// by the program.
type TypedKey struct {
	ClientID  string
	Secret    string
	ExpiresAt time.Time
}

// KeyForm is one environment of an officer's form, with what bounds it.
type KeyForm struct {
	TypedKey
	Longest time.Duration // the longest life its secret may have from now
	// InForce is the end of the secret in force, where that one stays when no
	// other is typed, and its end may stay too; zero: a secret must be typed.
	InForce time.Time
	// NotKeys are ids that are no key's in this installation: of directories, of
	// the IHCE APIs, of the server's own applications.
	NotKeys []string
}

// ValidateTypedKeys checks an officer's form: production first, as in the
// manual. Validity is the longest life a secret may have from now.
func ValidateTypedKeys(production, preproduction TypedKey, now time.Time, validity time.Duration) []FieldError {
	return ValidateKeyForms(&KeyForm{TypedKey: production, Longest: validity}, &KeyForm{TypedKey: preproduction, Longest: validity}, now)
}

// ValidateKeyForms checks the environments of an officer's form that are in it:
// production first, as in the manual.
func ValidateKeyForms(production, preproduction *KeyForm, now time.Time) []FieldError {
	var wrong []FieldError
	if production != nil {
		wrong = production.validate(Production, preproduction, now)
	}
	if preproduction != nil {
		wrong = append(wrong, preproduction.validate(Preproduction, production, now)...)
	}
	return wrong
}

func (k *KeyForm) validate(env Environment, other *KeyForm, now time.Time) []FieldError {
	if other == nil {
		other = &KeyForm{}
	}
	var wrong []FieldError
	for _, c := range []struct {
		field string
		hint  Hint
	}{
		{"clientId", k.clientIDHint(other.ClientID)}, {"secret", k.secretHint(other.Secret)}, {"expiresAt", k.expiryHint(now)},
	} {
		if c.hint != "" {
			wrong = append(wrong, FieldError{Field: string(env) + "." + c.field, Hint: c.hint})
		}
	}
	return wrong
}

func (k *KeyForm) clientIDHint(other string) Hint {
	switch {
	case strings.TrimSpace(k.ClientID) == "":
		return HintRequired
	case !IsGUID(k.ClientID):
		return HintFormat
	case isNobodysKey(k.ClientID), slices.ContainsFunc(k.NotKeys, func(id string) bool { return strings.EqualFold(id, k.ClientID) }):
		return HintNotKey
	case strings.EqualFold(k.ClientID, other):
		return HintSameInBoth
	}
	return ""
}

// isNobodysKey reports an id that is no application of a tenant's own: one
// without meaning, or of a service of Microsoft, such as Graph.
func isNobodysKey(id string) bool {
	id = strings.ToLower(id)
	rest := strings.ReplaceAll(id, "-", "")
	return strings.Trim(rest, "0") == "" || strings.Trim(rest, "f") == "" ||
		strings.HasPrefix(id, "000000") && (strings.HasSuffix(id, "-0000-c000-000000000000") || strings.HasSuffix(id, "-0ff1-ce00-000000000000"))
}

func (k *KeyForm) secretHint(other string) Hint {
	switch {
	case k.Secret == "" && !k.InForce.IsZero():
		return ""
	case k.Secret == "":
		return HintRequired
	case IsGUID(strings.TrimSpace(k.Secret)):
		return HintSecretID
	case !isSecretText(k.Secret):
		return HintFormat
	case k.Secret == other:
		return HintSameInBoth
	}
	return ""
}

func (k *KeyForm) expiryHint(now time.Time) Hint {
	switch {
	case k.ExpiresAt.IsZero():
		return HintRequired
	case k.Secret == "" && k.ExpiresAt.Equal(k.InForce):
		return ""
	case !k.ExpiresAt.After(now):
		return HintPast
	case k.ExpiresAt.After(now.Add(k.Longest)):
		return HintTooFar
	}
	return ""
}

// isSecretText accepts what Entra issues: printable ASCII without spaces, at
// most 128 characters.
func isSecretText(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return s != "" && len(s) <= 128
}
