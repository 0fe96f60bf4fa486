package signing

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// Errors a caller decides by.
var (
	// ErrNoKey says that the file of the private key is not there.
	ErrNoKey = errors.New("signing: the key's file is missing")
	// ErrKey says that the file of the private key cannot be used.
	ErrKey = errors.New("signing: the key's file cannot be used")
)

// pemType is PKCS#8's.
const pemType = "PRIVATE KEY"

// maxFile bounds the file of a private key, in bytes.
const maxFile = 16 << 10

// read reads a private key. It refuses a file that others than its owner can read.
func read(path string) (ed25519.PrivateKey, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%w: %s", ErrNoKey, path)
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	case !info.Mode().IsRegular() || info.Size() > maxFile:
		return nil, fmt.Errorf("%w: %s is no file of a key", ErrKey, path)
	}
	if mode := info.Mode().Perm(); runtime.GOOS != "windows" && mode&0o077 != 0 {
		return nil, fmt.Errorf("%w: %s has mode %04o and others may read it; make it 0600", ErrKey, path, mode)
	}
	body, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	unusable := fmt.Errorf("%w: %s holds no Ed25519 key, PKCS#8 in PEM", ErrKey, path) // a cause may quote the file
	block, rest := pem.Decode(body)
	if block == nil || block.Type != pemType || len(rest) > 0 {
		return nil, unusable
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	key, ok := parsed.(ed25519.PrivateKey)
	if err != nil || !ok {
		return nil, unusable
	}
	return key, nil
}

// writeNew writes a private key to a file that must not exist yet, readable by
// its owner only, and syncs it and its folder.
func writeNew(path string, key ed25519.PrivateKey) error {
	body, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return fmt.Errorf("encode a signing key: %w", err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("signing key: %w", err)
	}
	err = errors.Join(pem.Encode(f, &pem.Block{Type: pemType, Bytes: body}), f.Sync(), f.Close())
	if err != nil {
		return errors.Join(fmt.Errorf("signing key %s: %w", path, err), os.Remove(path))
	}
	return syncFolder(path)
}

// syncFolder makes the names in a file's folder last.
func syncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil // a folder cannot be synced there
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
