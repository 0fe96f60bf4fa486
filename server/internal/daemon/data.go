package daemon

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"llavero/server/internal/config"
	"llavero/server/internal/registry"
	"llavero/server/internal/seal"
	"llavero/server/internal/store"
	"llavero/server/internal/workflow"
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

func importREPSCommand() command {
	return command{
		name: "import reps", args: "FILE…", summary: "Import the register of providers (REPS)",
		help: "FILE… is the portal's two text files, Prestadores and Sedes, or the CSV of datos.gov.co.\n" +
			"Bad rows are left out and listed with line and reason; the rest goes in, all or nothing.\n" +
			"A running server tells its clients within seconds.",
		flags: func(fs *flag.FlagSet) func(context.Context, world, []string) error {
			var s settingsFlags
			s.declare(fs)
			confirm := fs.Bool("confirm", false, "import even when more than a tenth of the codes would vanish")
			quiet := fs.Bool("quiet", false, "list rejected rows only, not warnings")
			return func(ctx context.Context, w world, args []string) error {
				if len(args) == 0 {
					return usagef("name the file or files to import")
				}
				cfg, err := s.load(w)
				if err != nil {
					return err
				}
				return importREPS(ctx, w, cfg, args, *confirm, *quiet)
			}
		},
	}
}

func importREPS(ctx context.Context, w world, cfg config.Config, paths []string, confirm, quiet bool) (err error) {
	var files []registry.File
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		files = append(files, registry.File{Name: filepath.Base(path), Reader: f})
	}
	db, err := openStore(ctx, w, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	done, err := workflow.ImportREPS(ctx, db, workflow.Import{Confirm: confirm}, files...)
	if done.Report != nil {
		tellReport(w, done.Report, quiet)
	}
	if many, ok := errors.AsType[*store.ManyGoneError](err); ok {
		return fmt.Errorf("%w: nothing was imported; give --confirm to import them as gone", many)
	}
	if err != nil {
		return err
	}
	d := done.Diff
	say(w.stdout, "codes: %d new, %d changed, %d gone, %d back, %d missing but not taken for gone\n", d.Added, d.Changed, d.Gone, d.Returned, d.Unsure)
	return nil
}

func tellReport(w world, r *registry.Report, quiet bool) {
	for _, i := range r.Issues {
		if quiet && i.Severity != registry.Rejected {
			continue
		}
		if i.Line > 0 { // else it is about the whole reading, told below
			say(w.stdout, "%s\n", issueLine(i))
		}
	}
	if r.Omitted > 0 && !quiet {
		say(w.stdout, "and %d more warnings\n", r.Omitted)
	}
	if r.Assumed > 0 {
		say(w.stdout, "%d entities without a document type in the files: NI was taken for legal persons, CC for natural ones\n", r.Assumed)
	}
	for _, f := range r.Files {
		say(w.stdout, "%s: %d rows: %d accepted (%d with warnings), %d rejected, %d not enabled\n", f.Name, f.Rows, f.Accepted, f.Warned, f.Rejected, f.LeftOut)
	}
}

// issueLine tells what is wrong with one row; never its contents, which are
// personal data.
func issueLine(i registry.Issue) string {
	line := fmt.Sprintf("%s:%d: %s: %s", i.File, i.Line, i.Severity, i.Reason)
	if i.Column != "" {
		line += " in " + i.Column
	}
	if i.Code != "" {
		line += ", code " + string(i.Code)
	}
	return line
}
