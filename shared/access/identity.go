package access

import (
	"regexp"
	"strings"
)

// LicenseCode (código de habilitación) names a provider in a municipality: five
// digits of DIVIPOLA municipality and five of provider. Text: leading zeros
// matter.
type LicenseCode string

// ParseLicenseCode takes exactly ten digits.
func ParseLicenseCode(s string) (LicenseCode, bool) {
	if len(s) != 10 || !allDigits(s) {
		return "", false
	}
	return LicenseCode(s), true
}

// Municipality is the DIVIPOLA code of the municipality, the first five digits.
func (c LicenseCode) Municipality() string {
	if len(c) < 5 {
		return ""
	}
	return string(c[:5])
}

// SiteNumber (número de sede) tells apart the sites that share a license code:
// two digits, text.
type SiteNumber string

// ParseSiteNumber takes exactly two digits.
func ParseSiteNumber(s string) (SiteNumber, bool) {
	if len(s) != 2 || !allDigits(s) {
		return "", false
	}
	return SiteNumber(s), true
}

// NIT is a tax number without its check digit, digits only.
type NIT string

// nitWeights are the factors of DIAN's modulo-11 rule, right to left.
var nitWeights = [...]int{3, 7, 13, 17, 19, 23, 29, 37, 41, 43, 47, 53, 59, 67, 71}

// ParseNIT takes 5 to 15 digits.
func ParseNIT(s string) (NIT, bool) {
	if len(s) < 5 || len(s) > len(nitWeights) || !allDigits(s) {
		return "", false
	}
	return NIT(s), true
}

// CheckDigit computes the check digit (dígito de verificación): digits from
// the right times 3, 7, 13, 17…; r = sum mod 11; r itself when below 2, else 11 − r.
func (n NIT) CheckDigit() int {
	sum := 0
	for i := range len(n) {
		w := nitWeights[i%len(nitWeights)]
		sum += int(n[len(n)-1-i]-'0') * w
	}
	if r := sum % 11; r > 1 {
		return 11 - r
	} else {
		return r
	}
}

// LooksTypedWithCheckDigit reports ten digits of which the last is the check
// digit of the nine before it. Citizens' cards have ten digits too: it is a
// reason to ask again, not to refuse an identity document.
func (n NIT) LooksTypedWithCheckDigit() bool {
	return len(n) == 10 && n[:9].CheckDigit() == int(n[9]-'0')
}

// Display writes 999.999.990-9, for people.
func (n NIT) Display() string {
	if n == "" {
		return ""
	}
	return groupThousands(string(n)) + "-" + string(rune('0'+n.CheckDigit()))
}

// DocumentType is an identity document's type, as REPS and MiSeguridadSocial
// abbreviate it.
type DocumentType string

// The document types offered in forms, in the order they are offered. Files
// may hold others.
const (
	DocumentCC  DocumentType = "CC"
	DocumentCE  DocumentType = "CE"
	DocumentPA  DocumentType = "PA"
	DocumentPE  DocumentType = "PE"
	DocumentPT  DocumentType = "PT"
	DocumentPPT DocumentType = "PPT"
	DocumentCD  DocumentType = "CD"
	DocumentSC  DocumentType = "SC"
	DocumentNI  DocumentType = "NI" // a NIT, in REPS only
)

// Document is a person's identity document. Two documents are the same only if
// both parts are: a citizen's card number may equal a NIT.
type Document struct {
	Type   DocumentType `json:"type"`
	Number string       `json:"number"`
}

// Person is a human being: who signs, reveals, attends. The audit trail names
// persons, not logins.
type Person struct {
	Document Document `json:"document"`
	Name     string   `json:"name"`
}

// EntityID identifies whom a session acts for: type and number of the
// document under which REPS lists the providers ("NI-999100005").
type EntityID string

// EntityOf builds the id of an entity.
func EntityOf(d Document) EntityID { return EntityID(string(d.Type) + "-" + d.Number) }

// NIT is the entity's tax number without check digit; "" when it is a person.
func (e EntityID) NIT() NIT {
	number, ok := strings.CutPrefix(string(e), string(DocumentNI)+"-")
	if !ok {
		return ""
	}
	return NIT(number)
}

// guid is the only shape of a client id, tenant id or object id.
var guid = regexp.MustCompile(`^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$`)

// IsGUID reports whether s has the shape of a GUID.
func IsGUID(s string) bool { return guid.MatchString(s) }

// mailbox is deliberately plain: one @, a dotted domain, no spaces or quotes.
var mailbox = regexp.MustCompile(`^[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]{1,64}@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}$`)

// IsEmail reports whether s can be a mail address of a person.
func IsEmail(s string) bool {
	return len(s) <= 254 && mailbox.MatchString(s) && !strings.Contains(s, "..")
}

// EmailDomain returns the domain in lower case, "" when there is none.
func EmailDomain(s string) string {
	_, domain, ok := strings.Cut(s, "@")
	if !ok {
		return ""
	}
	return strings.ToLower(domain)
}

// phone is a Colombian number: mobile 3xx, or fixed 60x with its area digit.
var phone = regexp.MustCompile(`^(3\d{9}|60[1245678]\d{7})$`)

// IsPhone reports whether s is a Colombian phone number of ten digits.
func IsPhone(s string) bool { return phone.MatchString(s) }

// DigitsOnly drops what people paste between digits: spaces, commas, points and
// hyphens. Anything else stays, to be refused in sight.
func DigitsOnly(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\u00a0', '\t', '\n', '\r', ',', '.', '-', '–', '\u2011':
			return -1
		}
		return r
	}, s)
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func groupThousands(digits string) string {
	var b strings.Builder
	for i := range len(digits) {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte('.')
		}
		b.WriteByte(digits[i])
	}
	return b.String()
}

// MaskEmail keeps the first character and the domain: "j•••@example.org". It is
// empty for what is no address.
func MaskEmail(s string) string {
	if !IsEmail(s) {
		return ""
	}
	return s[:1] + "•••@" + EmailDomain(s)
}
