package store

import (
	"context"
	"fmt"
	"time"
)

// Watch wakes the subscribers when another process has written to the file: an
// import on the command line beside a running server. It looks every so often
// and runs until ctx ends.
//
// What this process writes wakes them at its commit and never here: the number
// that SQLite keeps of other connections' commits is asked on the connection
// that does all our writing. A look that fails is tried again at the next. What
// others wrote since Open is told too: nobody saw it before.
func (db *DB) Watch(ctx context.Context, every time.Duration) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	last, err := db.opened, error(nil)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		before, knew := last, err == nil
		if last, err = db.foreignCommits(ctx); err != nil {
			continue
		}
		if !knew || last != before {
			db.wakeAll()
		}
	}
}

// foreignCommits is a number that differs from the one before when others than
// our writing connection have committed meanwhile.
func (db *DB) foreignCommits(ctx context.Context) (int64, error) {
	var n int64
	if err := db.writer.QueryRowContext(ctx, `PRAGMA data_version`).Scan(&n); err != nil {
		return 0, fmt.Errorf("look for commits of others: %w", err)
	}
	return n, nil
}
