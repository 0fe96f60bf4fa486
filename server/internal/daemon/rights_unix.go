//go:build unix

package daemon

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"llavero/server/internal/config"
)

// checkRights refuses a database that others may read and a folder that others
// may write in: whoever may, could put another keyset in the place of ours. It
// returns what is only to be said: a folder that others may look into.
func checkRights(cfg config.Config) (loose []string, err error) {
	database := cfg.DatabasePath()
	for _, path := range []string{database, database + "-wal", database + "-shm"} {
		info, err := os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("database: %w", err)
		}
		if mode := info.Mode().Perm(); mode&0o077 != 0 && info.Mode().IsRegular() {
			return nil, fmt.Errorf("database file %s has mode %04o and others may reach it: it tells of people; make it 0600 (chmod 600 %s)", path, mode, path)
		}
	}
	folders := []string{filepath.Dir(database), filepath.Dir(cfg.KeysetPath())}
	for _, folder := range slices.Compact(folders) {
		info, err := os.Stat(folder)
		if err != nil {
			return nil, fmt.Errorf("data folder: %w", err)
		}
		mode := info.Mode().Perm()
		if mode&0o022 != 0 {
			return nil, fmt.Errorf("folder %s has mode %04o and others may write in it: they could exchange the database or the keyset; make it 0700 (chmod 700 %s)", folder, mode, folder)
		}
		if mode&0o077 != 0 {
			loose = append(loose, fmt.Sprintf("folder %s has mode %04o: others may look into it; 0700 is better (chmod 700 %s)", folder, mode, folder))
		}
	}
	return loose, nil
}
