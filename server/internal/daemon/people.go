package daemon

import (
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"

	"llavero/server/internal/registry"
	"llavero/server/internal/store"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
)

// importPeopleCommands are the imports of the files about people.
func importPeopleCommands() []command {
	return []command{
		importPeopleCommand(store.SnapshotPersons, "persons and registered addresses (MiSeguridadSocial)",
			"Columns: tipo_documento, numero_documento, nombres, apellidos, correo; telefono may be there.\n"+
				"An address that changed is the one of the person's accounts from now on."),
		importPeopleCommand(store.SnapshotOrganizations, "organizations (MiSeguridadSocial)",
			"Columns: nit, razon_social; tipo_documento, numero_documento (the representative's), correo may be there."),
		importPeopleCommand(store.SnapshotDelegations, "delegations (MiSeguridadSocial)",
			"Columns: nit, tipo_documento, numero_documento, novedad (V links, O unlinks), fecha_novedad. The latest counts,\n"+
				"of one day's the one further down. A delegate who was unlinked is out at once, one linked again is back; one\n"+
				"who is only missing stays."),
		importPeopleCommand(store.SnapshotRETHUS, "registered health professionals (RETHUS)",
			"A row a title. Columns: tipo_documento, numero_documento, primer_nombre, primer_apellido, profesion;\n"+
				"registro_profesional and what the public page shows may be there."),
		importPeopleCommand(store.SnapshotStaff, "the ministry's roster",
			"Columns: tipo_documento, numero_documento, nombres, apellidos, activo (S, N); correo may be there. Registered\n"+
				"people who are active get the officer's role; who is not, or is missing, loses the role the roster gave."),
	}
}

func importPeopleCommand(kind, what, columns string) command {
	return command{
		name: "import " + kind, args: "FILE", summary: "Import " + what,
		help: "FILE is a CSV in UTF-8 with a header; columns are found by name, others are ignored.\n" + columns + "\n" +
			"Bad rows are left out and listed with line and reason; the rest goes in, all or nothing.\n" +
			"A running server sees it within seconds.",
		flags: func(fs *flag.FlagSet) func(context.Context, world, []string) error {
			var f importFlags
			f.declare(fs)
			return func(ctx context.Context, w world, args []string) error {
				if len(args) != 1 {
					return usagef("name the file to import")
				}
				return importPeople(ctx, w, kind, &f, args[0])
			}
		},
	}
}

func importPeople(ctx context.Context, w world, kind string, flags *importFlags, path string) (err error) {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	db, err := flags.store(ctx, w)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	done, err := workflow.ImportPeople(ctx, db, kind, workflow.Import{Confirm: flags.confirm},
		registry.File{Name: filepath.Base(path), Reader: file})
	if done.Report != nil {
		tellReport(w, done.Report, flags.quiet)
	}
	if err != nil {
		return refused(err)
	}
	d, a := done.Diff, done.Accounts
	say(w.stdout, "rows: %d new, %d changed, %d gone, %d back, %d left as they were\n", d.Added, d.Changed, d.Gone, d.Returned, d.Unsure)
	for _, line := range []struct {
		n    int
		what string
	}{
		{a.Disabled, "delegates shut out, their delegation ended"},
		{a.Enabled, "delegates let in again"},
		{a.Appointed, "accounts got the officer's role"},
		{a.Dismissed, "accounts lost the officer's role"},
		{a.Addresses, "accounts have another registered address"},
	} {
		if line.n > 0 {
			say(w.stdout, "%d %s\n", line.n, line.what)
		}
	}
	return nil
}

func verifyRETHUSCommand() command {
	return command{
		name: "verify rethus", summary: "Vouch that somebody is in RETHUS though no file says so",
		help: "For who was looked up on RETHUS's public page: the file proves nothing by what it lacks.\n" +
			"  llavero-server verify rethus --document CC:9999000001 --registry RM79001 --why 'visto en la consulta pública'",
		flags: func(fs *flag.FlagSet) func(context.Context, world, []string) error {
			var s settingsFlags
			s.declare(fs)
			document := fs.String("document", "", "the professional's document, `TYPE:NUMBER`")
			number := fs.String("registry", "", "the professional registry, a `NUMBER`; without it only the document's own is taken")
			why := fs.String("why", "", "the `REASON`, for the audit trail")
			return func(ctx context.Context, w world, args []string) error {
				if len(args) > 0 {
					return usagef("unexpected argument %q", args[0])
				}
				d, err := parseDocument(*document)
				if err != nil {
					return err
				}
				if strings.TrimSpace(*why) == "" {
					return usagef("say --why: it stands in the audit trail")
				}
				return verifyRETHUS(ctx, w, &s, store.Verification{Document: d, Registry: *number, Why: *why})
			}
		},
	}
}

func verifyRETHUS(ctx context.Context, w world, s *settingsFlags, v store.Verification) (err error) {
	cfg, err := s.load(w)
	if err != nil {
		return err
	}
	db, err := openStore(ctx, w, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := workflow.VerifyRETHUS(ctx, db, v); err != nil {
		return err
	}
	say(w.stdout, "%s %s counts as registered in RETHUS\n", v.Document.Type, v.Document.Number)
	return nil
}

// parseDocument reads TYPE:NUMBER.
func parseDocument(text string) (access.Document, error) {
	kind, number, ok := strings.Cut(text, ":")
	if !ok || kind == "" || number == "" {
		return access.Document{}, usagef("invalid value %q for flag --document: write TYPE:NUMBER, such as CC:9999000001", text)
	}
	return access.Document{Type: access.DocumentType(strings.ToUpper(kind)), Number: number}, nil
}
