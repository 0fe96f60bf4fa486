package consent

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"time"

	"llavero/shared/access"
	"llavero/shared/secret"
)

// Digits is how long a code is.
const Digits = 6

// codeSpace is how many codes there are.
const codeSpace = 1_000_000

// NewCode draws a code; each is as likely as any other.
func NewCode(random io.Reader) (secret.Text, error) {
	const fair = (1 << 32) / codeSpace * codeSpace // draws above it would favour low codes
	for {
		var b [4]byte
		if _, err := io.ReadFull(random, b[:]); err != nil {
			return secret.Text{}, fmt.Errorf("draw a code: %w", err)
		}
		if n := binary.BigEndian.Uint32(b[:]); uint64(n) < fair {
			return secret.New(fmt.Sprintf("%0*d", Digits, n%codeSpace)), nil
		}
	}
}

// NewSalt draws the salt of one code's digest.
func NewSalt(random io.Reader) ([]byte, error) {
	salt := make([]byte, 16)
	if _, err := io.ReadFull(random, salt); err != nil {
		return nil, fmt.Errorf("draw a salt: %w", err)
	}
	return salt, nil
}

// Clean drops what people paste between a code's digits.
func Clean(typed string) string { return access.DigitsOnly(strings.TrimSpace(typed)) }

// Digest is what is stored of a code: keyed with the server's pepper, so that a
// stolen database cannot be searched for a million codes, and salted.
func Digest(pepper, salt []byte, code secret.Text) []byte {
	h := hmac.New(sha256.New, pepper)
	h.Write([]byte("llavero.code.v1\n"))
	h.Write(salt)
	h.Write([]byte(code.Reveal()))
	return h.Sum(nil)
}

// Sent is a code that was mailed, as far as judging one needs it.
type Sent struct {
	ID          string
	ContentHash string
	Salt        []byte
	Digest      []byte
	ExpiresAt   time.Time
	VoidedAt    time.Time // zero: not
}

// isLive reports that the code would sign this content at now.
func (s Sent) isLive(contentHash string, now time.Time) bool {
	return s.VoidedAt.IsZero() && s.ContentHash == contentHash && now.Before(s.ExpiresAt)
}

// Judge says whether a typed code signs this content: the code that does, or the
// hint why none does and the code it was recognised as. Only HintCodeWrong is a
// guess, to be counted. All codes are compared, each in constant time.
func Judge(all []Sent, typed secret.Text, pepper []byte, contentHash string, now time.Time) (Sent, access.Hint) {
	var live, known *Sent
	for i := range all {
		if !hmac.Equal(Digest(pepper, all[i].Salt, typed), all[i].Digest) {
			continue
		}
		if all[i].isLive(contentHash, now) {
			live = &all[i]
		} else if known == nil {
			known = &all[i] // the newest of the dead
		}
	}
	switch {
	case live != nil:
		return *live, ""
	case known == nil:
		return Sent{}, access.HintCodeWrong
	case known.ContentHash != contentHash:
		return *known, access.HintContentChanged
	case !now.Before(known.ExpiresAt):
		return *known, access.HintCodeExpired
	default:
		return *known, access.HintCodeReplaced
	}
}

// Surplus lists the live codes of a content that must be voided, oldest first,
// so that one more keeps to the rules. all is newest first.
func (r Rules) Surplus(all []Sent, contentHash string, now time.Time) []string {
	var live []string
	for _, s := range all {
		if s.isLive(contentHash, now) {
			live = append(live, s.ID)
		}
	}
	if len(live) < r.Live {
		return nil
	}
	return live[r.Live-1:]
}

// Wait is how long after the nth code of a content the next may be asked for.
func (r Rules) Wait(sends int) time.Duration {
	if sends < 1 {
		return 0
	}
	return r.Waits[min(sends, len(r.Waits))-1]
}
