package backup

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"

	"llavero/server/internal/filelock"
	"llavero/server/internal/store"
)

// Options say what to copy and where to.
type Options struct {
	Database string // the SQLite file
	// Dir takes a file named by time and number; File is the whole path instead.
	// A file that is there is never written over.
	Dir, File string
	Cause     Cause
	Version   string // of the program
	Clock     func() time.Time
	// Sign signs the list: it returns the signed document (package receipt) around
	// the one given, or that itself when it cannot. nil: the backup is not signed.
	Sign func(document []byte) ([]byte, error)
}

// Made is a backup that stands on the disk.
type Made struct {
	Path     string
	Bytes    int64
	Manifest Manifest
	IsSigned bool
}

// Make makes a backup while others write to the database, or beside none. What
// it leaves is a whole file of mode 0600 or nothing. It needs room for the
// database once more, for as long as it works, and for the backup.
func Make(ctx context.Context, o Options) (_ Made, err error) {
	if _, err := os.Stat(o.Database); err != nil {
		return Made{}, fmt.Errorf("there is no database to copy: %w", err)
	}
	hold, err := filelock.Lock(o.Database + ".backup.lock")
	if errors.Is(err, filelock.ErrHeld) {
		return Made{}, ErrBusy
	}
	if err != nil {
		return Made{}, err
	}
	defer func() { err = errors.Join(err, hold.Close()) }()
	dir := o.Dir
	if o.File != "" {
		dir = filepath.Dir(o.File)
		if _, err := os.Lstat(o.File); err == nil {
			return Made{}, fmt.Errorf("%w: %s", ErrExists, o.File)
		}
	} else if err := os.MkdirAll(dir, 0o700); err != nil {
		return Made{}, fmt.Errorf("folder of backups: %w", err)
	}
	temp, err := newTemps(dir, o.Database)
	if err != nil {
		return Made{}, err
	}
	defer func() { err = errors.Join(err, temp.remove()) }()
	facts, err := store.Copy(ctx, o.Database, temp.raw)
	if err != nil {
		return Made{}, err
	}
	made := Made{Manifest: manifestOf(facts)}
	m := &made.Manifest
	m.MadeAt, m.MadeBy, m.Cause = o.Clock().UTC().Truncate(time.Second), o.Version, o.Cause
	if o.Sign == nil {
		o.Sign = func(document []byte) ([]byte, error) { return document, nil }
	}
	if err := pack(ctx, temp, m, func(document []byte) ([]byte, error) {
		list, err := o.Sign(document)
		made.IsSigned = !bytes.Equal(list, document)
		return list, err
	}); err != nil {
		return Made{}, err
	}
	info, err := os.Stat(temp.packed)
	if err != nil {
		return Made{}, err
	}
	made.Bytes = info.Size()
	made.Path, err = settle(temp.packed, o, m.MadeAt)
	return made, err
}

// pack writes the container and has it on the disk.
func pack(ctx context.Context, temp temps, m *Manifest, sign func([]byte) ([]byte, error)) (err error) {
	in, err := os.Open(temp.raw)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	out, err := os.OpenFile(temp.packed, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	buffered := bufio.NewWriterSize(out, 1<<20)
	if err := writeContainer(buffered, withContext{ctx, in}, m, sign); err != nil {
		return fmt.Errorf("write %s: %w", temp.packed, err)
	}
	if err := buffered.Flush(); err != nil {
		return err
	}
	return out.Sync()
}

// withContext ends a reading when its context does.
type withContext struct {
	ctx context.Context //nolint:containedctx // the life of one reading
	r   io.Reader
}

func (w withContext) Read(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.r.Read(p)
}

// settle gives the file its name, which nobody had, and has that on the disk.
func settle(temp string, o Options, at time.Time) (string, error) {
	if o.File != "" {
		return o.File, errors.Join(place(temp, o.File), syncDir(filepath.Dir(o.File)))
	}
	number, err := nextNumber(o.Dir)
	if err != nil {
		return "", err
	}
	for {
		path := filepath.Join(o.Dir, nameOf(at, number))
		err := place(temp, path)
		if errors.Is(err, ErrExists) {
			number++
			continue
		}
		return path, errors.Join(err, syncDir(o.Dir))
	}
}

// place renames without writing over what is there; where links do not exist, as
// well as can be.
func place(temp, path string) error {
	err := os.Link(temp, path)
	if err == nil {
		return os.Remove(temp)
	}
	if _, missing := os.Lstat(path); missing == nil {
		return fmt.Errorf("%w: %s", ErrExists, path)
	}
	return os.Rename(temp, path)
}

func syncDir(path string) error {
	if runtime.GOOS == "windows" {
		return nil // a folder cannot be synced there
	}
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// Suffix ends the names of backups.
const Suffix = ".backup"

// ownName is how backups in a folder are named: when by the clock, and which in
// the order they were made, whatever the clock said.
var ownName = regexp.MustCompile(`^llavero-(\d{8}T\d{6}Z)-(\d{6,9})\.backup$`)

const nameTime = "20060102T150405Z"

func nameOf(at time.Time, number int) string {
	return fmt.Sprintf("llavero-%s-%06d%s", at.UTC().Format(nameTime), number, Suffix)
}

// numberOf reads the number of a name; 0: it is none of ours.
func numberOf(name string) int {
	m := ownName.FindStringSubmatch(name)
	if m == nil {
		return 0
	}
	n, err := strconv.Atoi(m[2])
	if err != nil {
		return 0
	}
	return n
}

func nextNumber(dir string) (int, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return 0, err
	}
	last := 0
	for _, e := range entries {
		last = max(last, numberOf(e.Name()))
	}
	return last + 1, nil
}

// temps are the two hidden files of a backup being made.
type temps struct{ raw, packed string }

// newTemps names them, after sweeping away what a killed backup of the same
// database left: nobody else makes one now.
func newTemps(dir, database string) (temps, error) {
	abs, err := filepath.Abs(database)
	if err != nil {
		return temps{}, err
	}
	sum := sha256.Sum256([]byte(abs))
	prefix := ".llavero-" + hex.EncodeToString(sum[:6]) + "-"
	entries, err := os.ReadDir(dir)
	if err != nil {
		return temps{}, fmt.Errorf("folder of backups: %w", err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), prefix) && e.Type().IsRegular() {
			if err := os.Remove(filepath.Join(dir, e.Name())); err != nil {
				return temps{}, err
			}
		}
	}
	t := temps{raw: filepath.Join(dir, prefix+"database.part"), packed: filepath.Join(dir, prefix+"backup.part")}
	f, err := os.OpenFile(t.raw, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) // SQLite keeps the mode of a file it finds
	if err != nil {
		return temps{}, fmt.Errorf("folder of backups: %w", err)
	}
	return t, f.Close()
}

func (t temps) remove() error {
	var all error
	for _, path := range []string{t.raw, t.raw + "-journal", t.raw + "-wal", t.raw + "-shm", t.packed} {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			all = errors.Join(all, err)
		}
	}
	return all
}
