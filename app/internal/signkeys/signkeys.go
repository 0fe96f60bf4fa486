// Package signkeys keeps the public keys (llaves de firma) that each server
// published, so that what it signed can be checked without it. They are no secret:
// a plain file for each server, named after it, as the server hands it out and as
// the commands take it.
//
// Whether new keys may take the place of those kept is the model's to say.
package signkeys

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"llavero/shared/receipt"
)

// Folder is the folder of the files within the program's data.
const Folder = "llaves-de-firma"

const ending = ".json"

// Store is the files of one folder. Its methods may be called at any time; a file
// is replaced as a whole.
type Store struct{ dir string }

// In keeps them within the program's data folder.
func In(data string) Store { return Store{filepath.Join(data, Folder)} }

// path is the file of a server's keys: host and port are all an address has.
func (s Store) path(server string) (string, error) {
	u, err := url.Parse(server)
	if err != nil || u.Host == "" {
		return "", fmt.Errorf("signing keys: %q is no address of a server", server)
	}
	name := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '.', r == '-':
			return r
		}
		return '_'
	}, strings.ToLower(u.Host))
	return filepath.Join(s.dir, strings.TrimLeft(name, ".")+ending), nil
}

// Load reads the keys kept of a server; an empty ring when none are.
func (s Store) Load(server string) (receipt.KeyRing, error) {
	path, err := s.path(server)
	if err != nil {
		return receipt.KeyRing{}, err
	}
	body, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return receipt.KeyRing{}, nil
	}
	if err != nil {
		return receipt.KeyRing{}, err
	}
	return receipt.ParseKeyRing(body)
}

// Save keeps the keys of a server in place of those kept before.
func (s Store) Save(server string, ring receipt.KeyRing) error {
	path, err := s.path(server)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(s.dir, "*.new")
	if err != nil {
		return err
	}
	_, err = f.Write(ring.File())
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}

// Files lists the files there are.
func (s Store) Files() ([]string, error) { return filepath.Glob(filepath.Join(s.dir, "*"+ending)) }
