package state

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold writes a text as searches compare it: without accents, in lower case,
// and with the few letters that carry their stroke inside (ø, ł, đ, ß) written
// plain. «Bogotá» and "bogota" fold to the same.
func Fold(s string) string {
	if isPlainLower(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	if isASCII(s) {
		for i := range len(s) {
			c := s[i]
			if 'A' <= c && c <= 'Z' {
				c += 'a' - 'A'
			}
			b.WriteByte(c)
		}
		return b.String()
	}
	for i, r := range s {
		if r >= rune(len(foldedLatin)) {
			// What follows may be a mark of the letter before it, which is
			// written already and has no say in it.
			foldAny(&b, s[i:])
			break
		}
		b.WriteString(foldedLatin[r])
	}
	return b.String()
}

// foldedLatin is what each letter of the Latin alphabets folds to, by itself:
// nearly all that is ever written here.
var foldedLatin = func() (table [0x180]string) {
	for r := range table {
		var b strings.Builder
		foldAny(&b, string(rune(r)))
		table[r] = b.String()
	}
	return table
}()

// foldAny folds a text of any letters.
func foldAny(b *strings.Builder, s string) {
	for _, r := range norm.NFD.String(s) {
		if unicode.Is(unicode.Mn, r) {
			continue
		}
		r = unicode.ToLower(r)
		switch r {
		case 'ø':
			b.WriteByte('o')
		case 'ł':
			b.WriteByte('l')
		case 'đ':
			b.WriteByte('d')
		case 'ß':
			b.WriteString("ss")
		default:
			b.WriteRune(r)
		}
	}
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func isPlainLower(s string) bool {
	for i := range len(s) {
		if c := s[i]; c >= utf8.RuneSelf || 'A' <= c && c <= 'Z' {
			return false
		}
	}
	return true
}
