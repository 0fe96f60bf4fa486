package state

import (
	"crypto/subtle"
	"runtime"

	"golang.org/x/crypto/argon2"

	"llavero/shared/access"
	"llavero/shared/secret"
)

// Cost of a passwordCheck (Argon2id): a fraction of a second, in memory alone.
const (
	checkTime    = 2
	checkMemory  = 19 << 10 // KiB
	checkThreads = 1
	checkBytes   = 32
)

// passwordCheck recognises a password that the server accepted, without holding
// it. It lives in memory alone and dies with the sign-in: no file, no keyring,
// nothing to guess at once the program is closed.
type passwordCheck struct {
	salt [16]byte
	sum  []byte
}

func (m *Model) newPasswordCheck(p secret.Text) *passwordCheck {
	c := &passwordCheck{}
	if err := m.random(c.salt[:]); err != nil {
		m.deps.Log.Warn("without randomness only the server unlocks", "error", err)
		return nil
	}
	c.sum = c.sumOf(p)
	return c
}

func (c *passwordCheck) sumOf(p secret.Text) []byte {
	word := []byte(p.Reveal())
	sum := argon2.IDKey(word, c.salt[:], checkTime, checkMemory, checkThreads, checkBytes)
	clear(word)
	runtime.KeepAlive(word)
	return sum
}

// compare refuses any other password, as the server does.
func (c *passwordCheck) compare(p secret.Text) error {
	if subtle.ConstantTimeCompare(c.sum, c.sumOf(p)) != 1 {
		return access.InvalidField("password", access.HintCredentials)
	}
	return nil
}

// rememberPassword keeps what recognises a password that the server accepted.
func (m *Model) rememberPassword(life int, p secret.Text) {
	c := m.newPasswordCheck(p)
	m.set(life, func() { m.lock.check = c })
}
