package auth

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"sync/atomic"

	"golang.org/x/crypto/argon2"

	"llavero/shared/access"
	"llavero/shared/secret"
)

// Lengths of a password, in bytes. The upper bound keeps a request from buying
// more work than a password is worth.
const (
	MinPassword = access.MinPassword
	MaxPassword = 256
)

const (
	saltSize = 16
	hashSize = 32
)

// cost is what one Argon2id run takes.
type cost struct {
	memory  uint32 // KiB
	time    uint32 // passes
	threads uint8  // lanes
}

// hasher runs Argon2id, only so many at the same time: each takes memory.
type hasher struct {
	cost  cost
	rand  io.Reader
	gate  chan struct{}
	dummy string       // hash of nothing anybody types, for unknown users
	runs  atomic.Int64 // how many were run, for tests on equal work
}

func newHasher(c cost, parallel int, random io.Reader) (*hasher, error) {
	h := &hasher{cost: c, rand: random, gate: make(chan struct{}, parallel)}
	var none [hashSize]byte
	salt, err := h.salt()
	if err != nil {
		return nil, err
	}
	h.dummy = encode(c, salt, none[:])
	return h, nil
}

func (h *hasher) salt() ([]byte, error) {
	salt := make([]byte, saltSize)
	if _, err := io.ReadFull(h.rand, salt); err != nil {
		return nil, fmt.Errorf("auth: salt: %w", err)
	}
	return salt, nil
}

// hash makes the PHC string of a password.
func (h *hasher) hash(ctx context.Context, password secret.Text) (string, error) {
	salt, err := h.salt()
	if err != nil {
		return "", err
	}
	sum, err := h.run(ctx, password, salt, h.cost, hashSize)
	if err != nil {
		return "", err
	}
	return encode(h.cost, salt, sum), nil
}

// matches says whether a password is the one of a PHC string.
func (h *hasher) matches(ctx context.Context, phc string, password secret.Text) (bool, error) {
	c, salt, want, err := decode(phc)
	if err != nil {
		return false, err
	}
	got, err := h.run(ctx, password, salt, c, len(want))
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1, nil
}

// isCurrent reports a PHC string of today's cost; another is made anew at the
// next sign-in.
func (h *hasher) isCurrent(phc string) bool {
	c, _, _, err := decode(phc)
	return err == nil && c == h.cost
}

func (h *hasher) run(ctx context.Context, password secret.Text, salt []byte, c cost, size int) ([]byte, error) {
	select {
	case h.gate <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-h.gate }()
	h.runs.Add(1)
	return argon2.IDKey([]byte(password.Reveal()), salt, c.time, c.memory, c.threads, uint32(size)), nil
}

var errHash = errors.New("auth: not an Argon2id PHC string")

func encode(c cost, salt, sum []byte) string {
	b := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.memory, c.time, c.threads,
		b.EncodeToString(salt), b.EncodeToString(sum))
}

func decode(phc string) (c cost, salt, sum []byte, err error) {
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return c, nil, nil, errHash
	}
	values := strings.Split(parts[3], ",")
	if len(values) != 3 {
		return c, nil, nil, errHash
	}
	var n [3]uint64
	for i, limit := range []struct {
		name string
		high uint64
	}{{"m=", 4 << 20}, {"t=", 100}, {"p=", math.MaxUint8}} {
		digits, ok := strings.CutPrefix(values[i], limit.name)
		if n[i], err = strconv.ParseUint(digits, 10, 32); !ok || err != nil || n[i] == 0 || n[i] > limit.high {
			return c, nil, nil, errHash
		}
	}
	b := base64.RawStdEncoding.Strict()
	if salt, err = b.DecodeString(parts[4]); err != nil || len(salt) < 8 || len(salt) > 64 {
		return c, nil, nil, errHash
	}
	if sum, err = b.DecodeString(parts[5]); err != nil || len(sum) < 16 || len(sum) > 64 {
		return c, nil, nil, errHash
	}
	return cost{uint32(n[0]), uint32(n[1]), uint8(n[2])}, salt, sum, nil
}
