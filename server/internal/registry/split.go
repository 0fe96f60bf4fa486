package registry

import "strings"

// splitRaw cuts a line at each delimiter. The portal neither quotes nor
// escapes: a quote in a name is only a quote.
func splitRaw(text, delimiter string, dst []string) []string {
	dst = dst[:0]
	for {
		field, rest, more := strings.Cut(text, delimiter)
		dst = append(dst, field)
		if !more {
			return dst
		}
		text = rest
	}
}

// quoting is how the cutting of a quoted line ended.
type quoting int

const (
	quotesWell quoting = iota
	quoteOpen          // the line ends within quotes: the record may go on in the next
	quoteBad           // text follows a closing quote
)

// splitQuoted cuts a line of CSV. A quote inside an unquoted field is only a
// quote.
func splitQuoted(text, delimiter string, dst []string) ([]string, quoting) {
	dst = dst[:0]
	for {
		if !strings.HasPrefix(text, `"`) {
			field, rest, more := strings.Cut(text, delimiter)
			dst = append(dst, field)
			if !more {
				return dst, quotesWell
			}
			text = rest
			continue
		}
		field, rest, closed := cutQuoted(text[1:])
		if !closed {
			return dst, quoteOpen
		}
		dst = append(dst, field)
		if rest == "" {
			return dst, quotesWell
		}
		after, ok := strings.CutPrefix(rest, delimiter)
		if !ok {
			return dst, quoteBad
		}
		text = after
	}
}

// cutQuoted takes a field up to its closing quote; two quotes stand for one.
func cutQuoted(text string) (field, rest string, closed bool) {
	i := strings.IndexByte(text, '"')
	if i < 0 {
		return "", "", false
	}
	if !strings.HasPrefix(text[i+1:], `"`) {
		return text[:i], text[i+1:], true
	}
	var b strings.Builder
	for {
		b.WriteString(text[:i])
		text = text[i+1:]
		if !strings.HasPrefix(text, `"`) {
			return b.String(), text, true
		}
		b.WriteByte('"')
		text = text[1:]
		if i = strings.IndexByte(text, '"'); i < 0 {
			return "", "", false
		}
	}
}

// clean trims a field and empties what REPS writes for nothing.
func clean(s string) string {
	if strings.IndexFunc(s, isOdd) >= 0 {
		s = strings.Map(func(r rune) rune {
			if isOdd(r) {
				return ' '
			}
			return r
		}, s)
	}
	s = strings.TrimSpace(s)
	if s == "--" {
		return ""
	}
	return s
}

// isOdd tells what becomes a space: the unbreakable one and control characters,
// those that turn the direction of writing among them.
func isOdd(r rune) bool {
	return r < ' ' || r == '\u00a0' || r >= 0x7f && r <= 0x9f || r >= 0x200b && r <= 0x200f || r >= 0x2028 && r <= 0x202e || r == 0xfeff
}
