package daemon

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"llavero/server/internal/config"
	"llavero/server/internal/reseal"
	"llavero/server/internal/seal"
	"llavero/server/internal/store"
)

// openStore makes the folders and opens the database, migrating it. What is
// wrong with the rights of its folder is said on w.stderr.
func openStore(ctx context.Context, w world, cfg config.Config) (*store.DB, error) {
	if err := makeFolders(cfg); err != nil {
		return nil, err
	}
	loose, err := checkRights(cfg)
	if err != nil {
		return nil, err
	}
	for _, l := range loose {
		say(w.stderr, "llavero-server: %s\n", l)
	}
	var options []store.Option
	if cfg.Backup.Replicated {
		options = append(options, store.WithReplication())
	}
	if cfg.Backup.BeforeMigration {
		options = append(options, store.WithBeforeMigration(func(ctx context.Context, from, to string) error {
			return backupBefore(ctx, w, cfg, from, to)
		}))
	}
	return store.Open(ctx, cfg.DatabasePath(), w.clock, options...)
}

// withData reads the settings and opens the database, for a command beside a
// running server.
func withData(ctx context.Context, w world, s *settingsFlags, do func(config.Config, *store.DB) error) (err error) {
	cfg, err := s.load(w)
	if err != nil {
		return err
	}
	db, err := openStore(ctx, w, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return do(cfg, db)
}

// withStore is withData for who needs no settings.
func withStore(ctx context.Context, w world, s *settingsFlags, do func(*store.DB) error) error {
	return withData(ctx, w, s, func(_ config.Config, db *store.DB) error { return do(db) })
}

func makeFolders(cfg config.Config) error {
	for _, path := range []string{cfg.DatabasePath(), cfg.KeysetPath(), cfg.SigningKeyPath()} {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return fmt.Errorf("data folder: %w", err)
		}
	}
	return nil
}

// openBox opens the keyset and makes sure that it is this database's, or makes
// one beside a database that holds nothing sealed. A database whose keyset is
// gone must not get a new one: what it seals would be lost without a word.
func openBox(ctx context.Context, cfg config.Config, db *store.DB) (*seal.Box, error) {
	path := cfg.KeysetPath()
	box, err := seal.Open(path)
	if errors.Is(err, seal.ErrNoKeyset) {
		sealed, errLook := reseal.IsSealed(ctx, db)
		if errLook != nil {
			return nil, errLook
		}
		if sealed {
			return nil, fmt.Errorf("keyset %s is missing, and the database %s was sealed with it: restore it from its backup, or set keyset to where it is", path, db.Path())
		}
		box, err = seal.Create(path)
	}
	if err != nil {
		return nil, err
	}
	if err := reseal.Admit(ctx, db, box); err != nil {
		return nil, unfit(path, db, err)
	}
	life := context.WithoutCancel(ctx)
	box.Guard(func(changed *seal.Box) error { return reseal.Verify(life, db, changed) })
	return box, nil
}

// unfit says which keyset does not go with which database, and what to do.
func unfit(path string, db *store.DB, err error) error {
	if errors.Is(err, reseal.ErrOther) || errors.Is(err, reseal.ErrOld) {
		return fmt.Errorf("keyset %s and database %s do not belong together: %w; restore the keyset of the same time as the database, or set keyset to it", path, db.Path(), err)
	}
	return err
}

func migrateCommand() command {
	return command{
		name: "migrate", summary: "Bring the database up to date and stop",
		help: "serve does the same by itself. A backup is made first, unless backup.before_migration is false.",
		flags: func(fs *flag.FlagSet) func(context.Context, world, []string) error {
			var s settingsFlags
			s.declare(fs)
			return func(ctx context.Context, w world, args []string) error {
				if len(args) > 0 {
					return usagef("unexpected argument %q", args[0])
				}
				cfg, err := s.load(w)
				if err != nil {
					return err
				}
				db, err := openStore(ctx, w, cfg)
				if err != nil {
					return err
				}
				say(w.stdout, "database %s is up to date\n", db.Path())
				return db.Close()
			}
		},
	}
}
