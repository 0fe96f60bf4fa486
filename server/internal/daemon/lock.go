package daemon

import (
	"errors"
	"fmt"
	"os"

	"llavero/server/internal/filelock"
)

// lockDatabase makes sure that only one server works on a database: two would
// both run its jobs. Elsewhere than on Unix the listening port is what keeps a
// second server away.
func lockDatabase(database string) (*os.File, error) {
	return lockBeside(database, fmt.Sprintf("another server works on %s; stop it first", database))
}

// lockKeyset makes sure that one command changes a keyset at a time.
func lockKeyset(keyset string) (*os.File, error) {
	return lockBeside(keyset, fmt.Sprintf("another command changes %s; let it end first", keyset))
}

func lockBeside(path, taken string) (*os.File, error) {
	f, err := filelock.Lock(path + ".lock")
	if errors.Is(err, filelock.ErrHeld) {
		return nil, errors.New(taken)
	}
	return f, err
}
