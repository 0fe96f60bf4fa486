package daemon

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"llavero/server/internal/config"
	"llavero/server/internal/seal"
	"llavero/server/internal/store"
)

// openStore makes the folders and opens the database, migrating it.
func openStore(ctx context.Context, w world, cfg config.Config) (*store.DB, error) {
	if err := makeFolders(cfg); err != nil {
		return nil, err
	}
	return store.Open(ctx, cfg.DatabasePath(), w.clock)
}

func makeFolders(cfg config.Config) error {
	for _, path := range []string{cfg.DatabasePath(), cfg.KeysetPath()} {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return fmt.Errorf("data folder: %w", err)
		}
	}
	return nil
}

// openBox opens the keyset, or makes it beside a database that was never used.
// A database whose keyset is gone must not get a new one: what it seals would be
// lost without a word.
func openBox(ctx context.Context, cfg config.Config, db *store.DB) (*seal.Box, error) {
	if _, err := os.Stat(cfg.KeysetPath()); err == nil {
		return seal.Open(cfg.KeysetPath())
	}
	err := db.Read(ctx, func(tx *store.Tx) error {
		_, err := tx.Meta("pepper")
		return err
	})
	if err == nil {
		return nil, fmt.Errorf("keyset %s is missing, and the database %s was sealed with it: restore it from its backup", cfg.KeysetPath(), cfg.DatabasePath())
	}
	if !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	return seal.OpenOrCreate(cfg.KeysetPath())
}

func migrateCommand() command {
	return command{
		name: "migrate", summary: "Bring the database up to date and stop",
		help: "serve does the same by itself. Make a backup first.",
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
