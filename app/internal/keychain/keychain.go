// Package keychain remembers two small things in the operating system's
// keychain: the session and the key of the cache. Nothing of it is ever
// written to a file.
//
// A machine without a keychain, or with one that is locked, is no fault: nothing
// is remembered there. It is safe for concurrent use.
package keychain

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/zalando/go-keyring"

	"llavero/shared/secret"
)

// service is the name under which the entries stand in the system's keychain.
const service = "Llavero IHCE"

// keyBytes is the length of the cache's key.
const keyBytes = 32

// ErrNone says that there is no usable keychain: remember nothing.
var ErrNone = errors.New("keychain: this computer offers none")

// Keychain holds the entries of one server, so that two servers' sessions do
// not mix.
type Keychain struct{ server string }

// For returns the entries of a server, by its address.
func For(server string) Keychain { return Keychain{server: server} }

// Get returns what is kept under a name; ok is false when there is nothing.
func (k Keychain) Get(name string) (value secret.Text, ok bool, err error) {
	value, err = k.read(name)
	return value, err == nil && !value.IsEmpty(), err
}

// Set keeps a value under a name.
func (k Keychain) Set(name string, value secret.Text) error { return k.write(name, value) }

// Delete forgets a name; one that is not there is no fault.
func (k Keychain) Delete(name string) error { return k.forget(name) }

// CacheKey returns the cache's key for an account, made on first use.
func (k Keychain) CacheKey(account string) ([]byte, error) {
	name := "cache:" + account
	kept, err := k.read(name)
	if err != nil {
		return nil, err
	}
	if !kept.IsEmpty() {
		key, err := base64.RawStdEncoding.DecodeString(kept.Reveal())
		if err == nil && len(key) == keyBytes {
			return key, nil
		}
		// An entry that is no key of ours opens nothing: make a new one.
	}
	key := make([]byte, keyBytes)
	if _, err := rand.Read(key); err != nil {
		return nil, fmt.Errorf("make a cache key: %w", err)
	}
	return key, k.write(name, secret.New(base64.RawStdEncoding.EncodeToString(key)))
}

func (k Keychain) read(name string) (secret.Text, error) {
	value, err := keyring.Get(service, k.server+" "+name)
	switch {
	case errors.Is(err, keyring.ErrNotFound):
		return secret.Text{}, nil
	case err != nil:
		return secret.Text{}, none(err)
	}
	return secret.New(value), nil
}

func (k Keychain) write(name string, value secret.Text) error {
	if err := keyring.Set(service, k.server+" "+name, value.Reveal()); err != nil {
		return none(err)
	}
	return nil
}

func (k Keychain) forget(name string) error {
	err := keyring.Delete(service, k.server+" "+name)
	if err == nil || errors.Is(err, keyring.ErrNotFound) {
		return nil
	}
	return none(err)
}

// none turns every other failure into ErrNone: each system fails in its own
// words, and none of them lets us remember anything.
func none(err error) error { return fmt.Errorf("%w: %w", ErrNone, err) }
