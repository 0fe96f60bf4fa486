package entraemu

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
)

// saved is the state file: what a second run needs to be the same tenant. It
// holds the administrator's secret and the signing keys, hence mode 0600.
type saved struct {
	Version   int
	Seed      uint64
	Tenant    string
	ClientID  string
	Secret    string
	Control   string
	SubKeys   map[string]string
	Keys      []savedKey
	Directory *directory
}

type savedKey struct {
	Key  []byte // PKCS #8
	Cert []byte
}

const savedVersion = 1

// restore loads the saved tenant, or makes one and saves it.
func (e *Emulator) restore() error {
	e.saver = &saver{}
	if e.cfg.Dir != "" {
		if err := os.MkdirAll(e.cfg.Dir, 0o700); err != nil {
			return err
		}
		e.saver = &saver{path: filepath.Join(e.cfg.Dir, "state.json"), snapshot: e.snapshot}
		found, err := e.load(e.saver.path)
		if err != nil {
			return fmt.Errorf("saved state %s: %w", e.saver.path, err)
		}
		if found {
			return nil
		}
	}
	return e.fresh()
}

// fresh makes a new tenant.
func (e *Emulator) fresh() error {
	keys, err := newKeyring(e.cfg.Clock())
	if err != nil {
		return err
	}
	e.keys = keys
	e.secret = e.cfg.ClientSecret
	if e.secret == "" {
		e.secret = newSecretText()
	}
	e.control = randomID()
	e.subKeys = map[string]string{string(Sandbox): subscriptionKey(), string(Prod): subscriptionKey()}
	e.seedTenant(e.secret)
	e.changed++
	return e.saver.upTo(e.changed)
}

func (e *Emulator) load(path string) (bool, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	var s saved
	if err := json.Unmarshal(b, &s); err != nil {
		return false, err
	}
	if s.Version != savedVersion {
		return false, fmt.Errorf("version %d is not %d: empty the folder to start anew", s.Version, savedVersion)
	}
	if s.Tenant != e.cfg.Tenant || s.ClientID != e.cfg.ClientID || s.Seed != e.cfg.Seed {
		return false, fmt.Errorf("is of tenant %s: give its -seed, -tenant and -client-id, or empty the folder", s.Tenant)
	}
	if e.cfg.ClientSecret != "" && e.cfg.ClientSecret != s.Secret {
		return false, errors.New("has another client secret: leave it out, or empty the folder")
	}
	e.keys = &keyring{}
	for _, k := range s.Keys {
		key, err := x509.ParsePKCS8PrivateKey(k.Key)
		if err != nil {
			return false, err
		}
		private, ok := key.(*rsa.PrivateKey)
		if !ok {
			return false, errors.New("a signing key is not RSA")
		}
		e.keys.keys = append(e.keys.keys, restoredKey(private, k.Cert))
	}
	if len(e.keys.keys) < 2 || s.Directory == nil {
		return false, errors.New("is incomplete: empty the folder to start anew")
	}
	e.secret, e.control, e.subKeys, e.dir = s.Secret, s.Control, s.SubKeys, s.Directory
	e.dir.index()
	return true, nil
}

// snapshot is the state as bytes, and the change it is up to.
func (e *Emulator) snapshot() ([]byte, uint64, error) {
	s := saved{
		Version: savedVersion, Seed: e.cfg.Seed, Tenant: e.cfg.Tenant, ClientID: e.cfg.ClientID,
		Secret: e.secret, Control: e.control, SubKeys: e.subKeys,
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, k := range e.keys.all() {
		der, err := x509.MarshalPKCS8PrivateKey(k.key)
		if err != nil {
			return nil, 0, err
		}
		s.Keys = append(s.Keys, savedKey{Key: der, Cert: k.cert})
	}
	s.Directory = e.dir
	b, err := json.Marshal(s)
	return b, e.changed, err
}

// saver writes the state before a change is answered. Writers that arrive
// together wait for one another and share a file write. The zero saver, of an
// emulator without a folder, does nothing.
type saver struct {
	path     string
	snapshot func() ([]byte, uint64, error)

	mu   sync.Mutex
	done uint64
}

// upTo returns once change n is on disk.
func (s *saver) upTo(n uint64) error {
	if s.path == "" {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.done >= n {
		return nil
	}
	b, upTo, err := s.snapshot()
	if err != nil {
		return err
	}
	next := s.path + ".next"
	if err := os.WriteFile(next, b, 0o600); err != nil {
		return err
	}
	if err := os.Rename(next, s.path); err != nil {
		return err
	}
	s.done = upTo
	return nil
}

// subscriptionKey has the gateway's shape: 32 hexadecimal digits.
func subscriptionKey() string { return hashSecret(newSecretText())[:32] }
