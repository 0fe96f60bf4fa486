package seal

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	tinkpb "github.com/tink-crypto/tink-go/v2/proto/tink_go_proto"
)

// Create makes a new keyset file, readable by its owner only, and opens it. A
// file that is already there is never overwritten: the values sealed under it
// would be lost.
func Create(path string) (*Box, error) {
	handle, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("make a keyset: %w", err)
	}
	doc, err := document(handle)
	if err != nil {
		return nil, err
	}
	if err := writeNew(path, doc); err != nil {
		return nil, fmt.Errorf("keyset %s: %w", path, err)
	}
	return Open(path)
}

// Open reads a keyset file. It refuses one that others than its owner can read.
func Open(path string) (*Box, error) {
	k, err := read(path)
	if err != nil {
		return nil, err
	}
	b := &Box{path: path}
	b.now.Store(k)
	return b, nil
}

// OpenOrCreate opens the keyset file, making it when it is not there: for a
// first start, when nothing was sealed yet.
func OpenOrCreate(path string) (*Box, error) {
	box, err := Open(path)
	if errors.Is(err, ErrNoKeyset) {
		return Create(path)
	}
	return box, err
}

// AddKey puts a new key in the keyset file, as its primary one. The others stay:
// what they sealed still opens. The file is replaced whole or not at all.
func AddKey(path string) (ID, error) {
	var added ID
	err := rewrite(path, func(m *keyset.Manager) error {
		id, err := m.Add(aead.AES256GCMKeyTemplate())
		if err != nil {
			return err
		}
		added = ID(id)
		return m.SetPrimary(id)
	})
	return added, err
}

// RemoveKeys takes keys out of the keyset file; those that are not in it are no
// error. The primary one stays whatever is asked. What was sealed with them never
// opens again.
func RemoveKeys(path string, ids []ID) error {
	k, err := read(path)
	if err != nil {
		return err
	}
	gone := slices.DeleteFunc(slices.Clone(ids), func(id ID) bool { return !k.has(id) || id == k.primary })
	if len(gone) == 0 {
		return nil
	}
	return rewrite(path, func(m *keyset.Manager) error {
		for _, id := range gone {
			if err := m.Delete(uint32(id)); err != nil {
				return err
			}
		}
		return nil
	})
}

// checkFile refuses what is no keyset file by its looks.
func checkFile(path string) (os.FileInfo, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s; give the server the file its secrets were sealed with, they do not open without it", ErrNoKeyset, path)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w; give the server's user the right to reach it", ErrKeyset, err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%w: %s is not a file; set keyset to the keyset file itself", ErrKeyset, path)
	}
	if mode := info.Mode().Perm(); runtime.GOOS != "windows" && mode&0o077 != 0 {
		return nil, fmt.Errorf("%w: %s has mode %04o and others may read it; make it 0600, and rotate the key if others did (llavero-server seal rotate)", ErrKeyset, path, mode)
	}
	return info, nil
}

func read(path string) (*keys, error) {
	handle, info, err := load(path)
	if err != nil {
		return nil, err
	}
	a, err := aead.New(handle)
	if err != nil {
		return nil, fmt.Errorf("%w: %s holds keys of another use", ErrKeyset, path)
	}
	k := &keys{aead: a, file: info}
	about := handle.KeysetInfo()
	k.primary = ID(about.GetPrimaryKeyId())
	for _, key := range about.GetKeyInfo() {
		if key.GetOutputPrefixType() != tinkpb.OutputPrefixType_TINK {
			return nil, fmt.Errorf("%w: %s holds keys of another use", ErrKeyset, path)
		}
		k.ids = append(k.ids, ID(key.GetKeyId()))
	}
	return k, nil
}

func load(path string) (*keyset.Handle, os.FileInfo, error) {
	info, err := checkFile(path)
	if err != nil {
		return nil, nil, err
	}
	body, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w; give the server's user the right to read it", ErrKeyset, err)
	}
	handle, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(body)))
	if err != nil { // the cause may quote the file
		return nil, nil, fmt.Errorf("%w: %s holds no keyset: it is damaged or another file; restore it from its backup", ErrKeyset, path)
	}
	return handle, info, nil
}

func document(handle *keyset.Handle) ([]byte, error) {
	var doc bytes.Buffer
	if err := insecurecleartextkeyset.Write(handle, keyset.NewJSONWriter(&doc)); err != nil {
		return nil, fmt.Errorf("write a keyset: %w", err)
	}
	return doc.Bytes(), nil
}

// rewrite changes the keyset file: a new one beside it takes its place, so that
// whoever reads, or loses power, finds one or the other. One at a time: callers
// see to that.
func rewrite(path string, change func(*keyset.Manager) error) error {
	actual, err := filepath.EvalSymlinks(path) // a link stays a link
	if err != nil {
		return fmt.Errorf("%w: %w", ErrKeyset, err)
	}
	handle, info, err := load(actual)
	if err != nil {
		return err
	}
	m := keyset.NewManagerFromHandle(handle)
	if err := change(m); err != nil {
		return fmt.Errorf("change keyset %s: %w", path, err)
	}
	if handle, err = m.Handle(); err != nil {
		return fmt.Errorf("change keyset %s: %w", path, err)
	}
	doc, err := document(handle)
	if err != nil {
		return err
	}
	next := actual + ".next"
	if err := os.Remove(next); err != nil && !errors.Is(err, fs.ErrNotExist) { // of one that was killed
		return fmt.Errorf("change keyset %s: %w", path, err)
	}
	if err := writeNew(next, doc); err != nil {
		return fmt.Errorf("change keyset %s: its folder must be writable for that: %w", path, err)
	}
	err = keepOwner(next, info)
	if err == nil {
		err = os.Rename(next, actual)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("change keyset %s: %w", path, err), os.Remove(next))
	}
	return syncFolder(actual)
}

// writeNew writes and syncs a file that must not exist yet, and its folder.
func writeNew(path string, body []byte) (err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(body)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return syncFolder(path)
}

// syncFolder makes a name that was written in the folder of path last.
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
