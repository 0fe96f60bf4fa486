package daemon

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"llavero/server/internal/registry"
	"llavero/server/internal/store"
	"llavero/server/internal/workflow"
)

func importREPSCommand() command {
	return command{
		name: "import reps", args: "FILE…", summary: "Import the register of providers (REPS)",
		help: "FILE… is the portal's two text files, Prestadores and Sedes, or the CSV of datos.gov.co.\n" +
			"Bad rows are left out and listed with line and reason; the rest goes in, all or nothing.\n" +
			"A running server tells its clients within seconds.",
		flags: func(fs *flag.FlagSet) func(context.Context, world, []string) error {
			var f importFlags
			f.declare(fs)
			return func(ctx context.Context, w world, args []string) error {
				if len(args) == 0 {
					return usagef("name the file or files to import")
				}
				return importREPS(ctx, w, &f, args)
			}
		},
	}
}

// importFlags are those of every import.
type importFlags struct {
	settingsFlags
	confirm, quiet bool
}

func (f *importFlags) declare(fs *flag.FlagSet) {
	f.settingsFlags.declare(fs)
	fs.BoolVar(&f.confirm, "confirm", false, "import even when more than a tenth of the rows would vanish")
	fs.BoolVar(&f.quiet, "quiet", false, "list rejected rows only, not warnings")
}

// store opens the database as the flags say.
func (f *importFlags) store(ctx context.Context, w world) (*store.DB, error) {
	cfg, err := f.load(w)
	if err != nil {
		return nil, err
	}
	return openStore(ctx, w, cfg)
}

func importREPS(ctx context.Context, w world, flags *importFlags, paths []string) (err error) {
	var files []registry.File
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		files = append(files, registry.File{Name: filepath.Base(path), Reader: f})
	}
	db, err := flags.store(ctx, w)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	done, err := workflow.ImportREPS(ctx, db, workflow.Import{Confirm: flags.confirm}, files...)
	if done.Report != nil {
		tellReport(w, done.Report, flags.quiet)
	}
	if err != nil {
		return refused(err)
	}
	d := done.Diff
	say(w.stdout, "codes: %d new, %d changed, %d gone, %d back, %d missing but not taken for gone\n", d.Added, d.Changed, d.Gone, d.Returned, d.Unsure)
	return nil
}

// refused says what to do about too many rows that would vanish.
func refused(err error) error {
	if many, ok := errors.AsType[*store.ManyGoneError](err); ok {
		return fmt.Errorf("%w: nothing was imported; give --confirm to import them as gone", many)
	}
	return err
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
		say(w.stdout, "%s: %d rows: %d accepted (%d with warnings), %d rejected", f.Name, f.Rows, f.Accepted, f.Warned, f.Rejected)
		if f.LeftOut > 0 {
			say(w.stdout, ", %d not enabled", f.LeftOut)
		}
		say(w.stdout, "\n")
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
