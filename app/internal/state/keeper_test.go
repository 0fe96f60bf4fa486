package state

import (
	"errors"
	"sync"

	"llavero/shared/secret"
)

// mapKeeper is a keyring in memory; nil: there is none.
type mapKeeper map[string]secret.Text

// keeping is the keyring's own lock: several goroutines use it.
var keeping sync.Mutex

// has reports whether something is kept under a name.
func (k mapKeeper) has(name string) bool {
	v, ok, err := k.Get(name)
	return ok && err == nil && !v.IsEmpty()
}

var errNoKeyring = errors.New("no keyring")

func (k mapKeeper) Get(name string) (secret.Text, bool, error) {
	if k == nil {
		return secret.Text{}, false, errNoKeyring
	}
	keeping.Lock()
	defer keeping.Unlock()
	v, ok := k[name]
	return v, ok, nil
}

func (k mapKeeper) Set(name string, v secret.Text) error {
	if k == nil {
		return errNoKeyring
	}
	keeping.Lock()
	defer keeping.Unlock()
	k[name] = v
	return nil
}

func (k mapKeeper) Delete(name string) error {
	if k == nil {
		return errNoKeyring
	}
	keeping.Lock()
	defer keeping.Unlock()
	delete(k, name)
	return nil
}
