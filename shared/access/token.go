package access

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"io"
	"strings"
)

// tokenBytes is the size of a mailed link's token: 160 bits, as eight groups of
// four.
const tokenBytes = 20

// NewToken draws the token of a mailed link: as people see it, ABCD-EFGH-…, and
// the hash that is stored.
func NewToken(random io.Reader) (text string, hash [sha256.Size]byte, err error) {
	var b [tokenBytes]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", hash, fmt.Errorf("draw a token: %w", err)
	}
	plain := base32.StdEncoding.EncodeToString(b[:])
	var groups []string
	for i := 0; i < len(plain); i += 4 {
		groups = append(groups, plain[i:i+4])
	}
	return strings.Join(groups, "-"), sha256.Sum256([]byte(plain)), nil
}

// TokenHash is the hash of a token however it was typed.
func TokenHash(typed string) [sha256.Size]byte { return sha256.Sum256([]byte(PlainToken(typed))) }

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
