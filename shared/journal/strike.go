package journal

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
)

// telling are parts of attribute names whose value is never written.
var telling = []string{
	"secret", "password", "passwd", "passphrase", "token", "authorization", "cookie", "totp", "otp", "assertion", "seed", "apikey",
	"subscriptionkey", "subskey", "ticket", "pepper", "privatekey", "recoverycode",
}

// harmless are names that hold such a part and tell nothing.
var harmless = []string{"tokenendpoint", "tokentype", "secretstate", "tokenexpiresat"}

func isTelling(name string) bool {
	folded := strings.NewReplacer("_", "", "-", "", ".", "").Replace(strings.ToLower(name))
	if slices.Contains(harmless, folded) {
		return false
	}
	return slices.ContainsFunc(telling, func(part string) bool { return strings.Contains(folded, part) })
}

// shapes are values that give themselves away wherever they stand: bearer tokens
// (three base64url parts), Entra client secrets, authorization headers, TOTP
// addresses, the links of our mails, and what follows a telling word in a query,
// in JSON (quoted once more or not), in a header or in a printed struct. Six
// digits behind the word code are a one-time code.
var shapes = regexp.MustCompile(`eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*|` +
	`[A-Za-z0-9_.~-]{3}\dQ~[A-Za-z0-9_.~-]{20,}|` +
	`(?i:bearer|basic)(?: |%20|\+)+[A-Za-z0-9+/=._~%-]{8,}|` +
	`otpauth:(?://|%2F%2F|\\/\\/)\S+|` +
	`/(?:cuenta|contacto)#[^\s"'<>]+|` +
	`(?i:set-)?(?i:cookie)\\?["']?(?:: ?|=)\[?[^\]\r\n"]+|` +
	`(?i:client_?secret|secret_?text|client_?assertion|assertion|password|passwd|contraseña|access_?token|refresh_?token|id_?token|token|ticket|totp|seed|` +
	`subscription-?key|subskey|api_?key|pepper)\\?["']?(?:: ?|=|%3D)\[?\\?["']?[^&\s"'\\,}\])]+|` +
	`(?i:code|código|otp|pin)\\?["']?(?:: ?|=| es |%3D| )\\?["']?\d{6}\b`)

func strike(s string) string {
	if !mayHide(s) {
		return s
	}
	return shapes.ReplaceAllString(s, Struck)
}

// mayHide is a quick look that spares most texts the slow one: it says no only
// when no shape can be there.
func mayHide(s string) bool {
	digits := 0
	for i := range len(s) {
		switch c := s[i]; {
		case c == '=' || c == ':' || c == '~' || c == '#' || c == '%' || c == ' ' || c == '.' || c == '+':
			return true
		case c >= '0' && c <= '9':
			if digits++; digits == 6 {
				return true
			}
		default:
			digits = 0
		}
	}
	return false
}

// sixDigits is what a one-time code looks like under a name that ends in code.
var sixDigits = regexp.MustCompile(`^\s*\d{6}\s*$`)

// cleaned is an attribute as it may be written.
func (j *Journal) cleaned(a slog.Attr) (clean slog.Attr) {
	key := strike(a.Key)
	defer func() {
		if recover() != nil { // of a value's own method: what it would have said is not known
			clean = slog.String(key, Struck)
		}
	}()
	value := a.Value.Resolve()
	isMuted := j.muted || isTelling(a.Key)
	if value.Kind() == slog.KindGroup {
		in := &Journal{muted: isMuted}
		group := value.Group()
		clean := make([]slog.Attr, len(group))
		for i, g := range group {
			clean[i] = in.cleaned(g)
		}
		return slog.Attr{Key: key, Value: slog.GroupValue(clean...)}
	}
	if isMuted {
		return slog.String(key, Struck)
	}
	if value.Kind() != slog.KindString && value.Kind() != slog.KindAny {
		return slog.Attr{Key: key, Value: value}
	}
	text := textOf(value)
	if sixDigits.MatchString(text) && strings.HasSuffix(strings.ToLower(a.Key), "code") {
		return slog.String(key, Struck)
	}
	return slog.String(key, strike(text))
}

// textOf is a value as text. Bytes are text too: printed as numbers, a secret in
// them would not be known again.
func textOf(value slog.Value) string {
	switch v := value.Any().(type) {
	case error:
		return v.Error()
	case []byte:
		return string(v)
	case json.RawMessage:
		return string(v)
	case fmt.Stringer:
		return v.String()
	}
	if value.Kind() == slog.KindString {
		return value.String()
	}
	return fmt.Sprintf("%+v", value.Any())
}
