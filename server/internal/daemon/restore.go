package daemon

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"llavero/server/internal/backup"
	"llavero/server/internal/config"
	"llavero/server/internal/seal"
	"llavero/server/internal/store"
	"llavero/server/internal/workflow"
)

func restoreCommand() command {
	return command{
		name: "restore", args: "FILE", summary: "Put a backup in the place of the database, as a new life of it",
		help: "The server must be stopped. The backup is checked wholly first. The database that is there is never\n" +
			"deleted: with --replace it is moved into a folder of its own beside.\n" +
			"In the new life everybody signs in anew and clients read everything anew; codes and links that were sent are\n" +
			"void; requests that were being issued wait for an officer; all keys are compared with Entra.\n" +
			"Put the keyset and the signing key of that database in their places before: they are in no backup.\n" +
			"  llavero-server restore --replace /mnt/copies/llavero-20261128T080000Z-000007.backup\n" +
			"  llavero-server restore --from-database /tmp/restored.db     what Litestream restored",
		flags: func(fs *flag.FlagSet) func(context.Context, world, []string) error {
			var s settingsFlags
			s.declare(fs)
			replace := fs.Bool("replace", false, "move the database that is there aside")
			plain := fs.Bool("from-database", false, "FILE is a database, not a backup: Litestream's, or another disk's")
			by := fs.String("by", "", "who restores, a `NAME` for the audit trail; without it the system's user")
			return func(ctx context.Context, w world, args []string) error {
				if len(args) != 1 {
					return usagef("name one backup")
				}
				cfg, err := s.load(w)
				if err != nil {
					return err
				}
				return restore(ctx, w, cfg, restoring{file: args[0], isDatabase: *plain, replaces: *replace, by: operator(w, *by)})
			}
		},
	}
}

// restoring is what is restored, and how.
type restoring struct {
	file       string
	isDatabase bool
	replaces   bool
	by         string
}

func restore(ctx context.Context, w world, cfg config.Config, r restoring) (err error) {
	database := cfg.DatabasePath()
	if err := makeFolders(cfg); err != nil {
		return err
	}
	lock, err := lockDatabase(database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	if old := backup.Present(database); len(old) > 0 && !r.replaces {
		return fmt.Errorf("there is a database already (%s); with --replace it is moved aside, and kept", strings.Join(old, ", "))
	}
	stage := backup.Stage
	if r.isDatabase {
		stage = backup.StageDatabase
	}
	staged, err := stage(ctx, r.file, database, w.clock)
	if err != nil {
		return fmt.Errorf("%s: %w", r.file, err)
	}
	defer func() { err = errors.Join(err, staged.Remove()) }() // nothing is left of one that took its place
	done, err := beginLife(ctx, w, cfg, staged, r)
	if err != nil {
		return err
	}
	aside, err := staged.Put(ctx, database, w.clock())
	if err != nil {
		return err
	}
	say(w.stdout, "restored: %s, the state of %s\n", database, staged.MadeAt.UTC().Format("2006-01-02 15:04:05 UTC"))
	if aside != "" {
		say(w.stdout, "before: %s, kept\n", aside)
	}
	say(w.stdout, "epoch: %s (new)\nwaiting for an officer: %d requests\nended: %d sessions\nvoid: %d codes and links\nnot sent: %d mails\n",
		done.Epoch, done.Parked, done.Sessions, done.Codes, done.Mails)
	say(w.stdout, "next: start the server; then look at what differs from Entra, and at accounts and permissions changed since that state\n")
	return nil
}

// beginLife makes the staged database another life, with the keyset that opens it.
func beginLife(ctx context.Context, w world, cfg config.Config, staged *backup.Staged, r restoring) (done workflow.Restored, err error) {
	db, err := store.Open(ctx, staged.Path, w.clock)
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := checkKeyset(ctx, w, cfg, db); err != nil {
		return done, err
	}
	return workflow.Restore(ctx, db, workflow.Restoration{
		By: r.by, From: filepath.Base(r.file), MadeAt: staged.MadeAt, Lost: lostSince(ctx, cfg.DatabasePath(), staged.Manifest),
	})
}

// checkKeyset refuses a keyset that does not open what the database seals; one
// that is missing is told: the server does not start without it.
func checkKeyset(ctx context.Context, w world, cfg config.Config, db *store.DB) error {
	if _, err := os.Stat(cfg.KeysetPath()); errors.Is(err, os.ErrNotExist) {
		say(w.stderr, "warning: the keyset %s is not there; put it back from its own backup before the server starts\n", cfg.KeysetPath())
		return nil
	}
	box, err := seal.Open(cfg.KeysetPath())
	if err != nil {
		return err
	}
	err = db.Read(ctx, func(tx *store.Tx) error { return workflow.OpensWith(tx, box) })
	if err != nil {
		return fmt.Errorf("the keyset %s does not open this backup; put the one of its time in its place: %w", cfg.KeysetPath(), err)
	}
	return nil
}

// lostSince says how many changes the database that is there has more; -1: that
// cannot be told.
func lostSince(ctx context.Context, database string, m backup.Manifest) int64 {
	if _, err := os.Stat(database); err != nil || store.Settle(ctx, database) != nil {
		return -1
	}
	old, err := store.FactsOf(ctx, database)
	if err != nil || old.Genesis != m.Genesis || old.Epoch != m.Epoch || old.Head < m.Head {
		return -1
	}
	return old.Head - m.Head
}
