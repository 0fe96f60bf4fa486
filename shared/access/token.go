package access

import "strings"

// PlainToken is the token of a mailed link however a person typed it: in any
// case, with any spaces, with the digits that look like one of its letters. Of a
// whole link it is the part behind the «#», for people paste that.
func PlainToken(typed string) string {
	if _, fragment, ok := strings.Cut(typed, "#"); ok {
		typed = fragment
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z', r >= '2' && r <= '7':
			return r
		case r == '0':
			return 'O'
		case r == '1':
			return 'I'
		case r == '8':
			return 'B'
		}
		return -1
	}, strings.ToUpper(typed))
}
