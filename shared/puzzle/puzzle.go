// Package puzzle is the proof of work behind «No soy un robot».
//
// The server hands out a challenge it can recognise without remembering it: a
// random number, an expiry and a difficulty under an HMAC. The client looks for
// a nonce with which SHA-256 over the challenge starts with as many zero bits
// as asked for: some hundred thousand tries, a blink for a person, a cost for
// whoever guesses passwords by the million. The server checks with one hash.
// That a challenge is good only once is for the server's store to remember,
// until it expires; ID names it there.
//
// An Issuer is safe for many goroutines. Solve works on its caller's.
package puzzle

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"math/bits"
	"time"
)

// Bounds of the difficulty, in leading zero bits. MaxBits keeps a client from
// working for hours for a server that asks too much.
const (
	MinBits = 1
	MaxBits = 28
)

// KeySize is how many bytes an Issuer's key has.
const KeySize = 32

// What Verify and Solve refuse with.
var (
	ErrMalformed = errors.New("puzzle: not a challenge of this server")
	ErrExpired   = errors.New("puzzle: the challenge expired")
	ErrUnsolved  = errors.New("puzzle: the nonce does not solve the challenge")
	ErrTooHard   = errors.New("puzzle: the difficulty is out of bounds")
)

const (
	saltSize    = 16
	payloadSize = saltSize + 8 + 1 // random, expiry in Unix seconds, bits
	tagSize     = 16               // of the HMAC-SHA-256
)

var (
	encoding    = base64.RawURLEncoding
	encodedSize = encoding.EncodedLen(payloadSize + tagSize)
	macDomain   = []byte("llavero.puzzle.challenge.v1\x00")
	workDomain  = []byte("llavero.puzzle.work.v1\x00")
)

// Issuer makes challenges and checks their solutions.
type Issuer struct {
	key  [KeySize]byte
	bits int
	life time.Duration
	rand io.Reader
}

// NewIssuer makes an Issuer of challenges with so many leading zero bits and of
// so long a life. random gives its key and its challenges.
func NewIssuer(bits int, life time.Duration, random io.Reader) (*Issuer, error) {
	if bits < MinBits || bits > MaxBits {
		return nil, fmt.Errorf("%w: %d bits, between %d and %d are possible", ErrTooHard, bits, MinBits, MaxBits)
	}
	if life < time.Second {
		return nil, fmt.Errorf("puzzle: a life of %s is too short", life)
	}
	i := &Issuer{bits: bits, life: life, rand: random}
	if _, err := io.ReadFull(random, i.key[:]); err != nil {
		return nil, fmt.Errorf("puzzle: key: %w", err)
	}
	return i, nil
}

// Challenge is what the client is given.
type Challenge struct {
	Text      string
	Bits      int
	ExpiresAt time.Time // UTC, whole seconds
}

// New makes a challenge.
func (i *Issuer) New(now time.Time) (Challenge, error) {
	var b [payloadSize]byte
	if _, err := io.ReadFull(i.rand, b[:saltSize]); err != nil {
		return Challenge{}, fmt.Errorf("puzzle: challenge: %w", err)
	}
	expires := now.Add(i.life).UTC().Truncate(time.Second)
	binary.BigEndian.PutUint64(b[saltSize:], uint64(expires.Unix()))
	b[payloadSize-1] = byte(i.bits)
	return Challenge{
		Text: encoding.EncodeToString(append(b[:], i.tag(b[:])...)), Bits: i.bits, ExpiresAt: expires,
	}, nil
}

// Verify checks a solution: the challenge is ours, has not expired and is
// solved by the nonce. It returns when the challenge expires, which is how long
// its ID must be remembered as spent.
func (i *Issuer) Verify(challenge string, nonce uint64, now time.Time) (expires time.Time, err error) {
	if len(challenge) != encodedSize {
		return time.Time{}, ErrMalformed
	}
	raw, err := encoding.Strict().DecodeString(challenge)
	if err != nil || len(raw) != payloadSize+tagSize {
		return time.Time{}, ErrMalformed
	}
	payload, tag := raw[:payloadSize], raw[payloadSize:]
	if !hmac.Equal(tag, i.tag(payload)) {
		return time.Time{}, ErrMalformed
	}
	expires = time.Unix(int64(binary.BigEndian.Uint64(payload[saltSize:])), 0).UTC()
	if !now.Before(expires) {
		return expires, ErrExpired
	}
	if zeros(work(challenge, nonce)) < int(payload[payloadSize-1]) {
		return expires, ErrUnsolved
	}
	return expires, nil
}

func (i *Issuer) tag(payload []byte) []byte {
	m := hmac.New(sha256.New, i.key[:])
	m.Write(macDomain)
	m.Write(payload)
	return m.Sum(nil)[:tagSize]
}

// ID names a challenge in the list of spent ones.
func ID(challenge string) [sha256.Size]byte { return sha256.Sum256([]byte(challenge)) }

// report is how many tries lie between two looks at the context and two reports
// of progress.
const report = 1 << 14

// Solve looks for the nonce. progress, which may be nil, is told from time to
// time how likely it was to be done by now, from 0 to 1, never going down, and
// 1 at the end; it is called on Solve's goroutine.
func Solve(ctx context.Context, challenge string, bits int, progress func(float64)) (uint64, error) {
	if bits < MinBits || bits > MaxBits {
		return 0, ErrTooHard
	}
	if progress == nil {
		progress = func(float64) {}
	}
	expected := math.Ldexp(1, bits)
	for nonce := uint64(0); ; nonce++ {
		if nonce%report == 0 {
			if err := ctx.Err(); err != nil {
				return 0, fmt.Errorf("puzzle: %w", err)
			}
			progress(1 - math.Exp(-float64(nonce)/expected))
		}
		if zeros(work(challenge, nonce)) >= bits {
			progress(1)
			return nonce, nil
		}
	}
}

func work(challenge string, nonce uint64) [sha256.Size]byte {
	var buf [128]byte
	b := append(buf[:0], workDomain...)
	b = append(b, challenge...)
	b = binary.BigEndian.AppendUint64(b, nonce)
	return sha256.Sum256(b)
}

// zeros counts leading zero bits.
func zeros(sum [sha256.Size]byte) int {
	n := 0
	for _, b := range sum {
		n += bits.LeadingZeros8(b)
		if b != 0 {
			break
		}
	}
	return n
}
