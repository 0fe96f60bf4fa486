package daemon

import (
	"context"
	"errors"
	"flag"
	"io"
	"os"

	"llavero/server/internal/mail"
	"llavero/server/internal/store"
	"llavero/server/internal/workflow"
)

func mailReturnedCommand() command {
	return command{
		name: "mail returned", args: "FILE…", summary: "Write down mails to contacts that came back",
		help: "Each FILE is a delivery report (RFC 3464) as it arrived at the address mails come from; «-» is the\n" +
			"standard input, for a mail system's pipe. The contact then shows as «correo devuelto». A report of\n" +
			"another mail, or of a delay, changes nothing and is said.",
		flags: func(fs *flag.FlagSet) func(context.Context, world, []string) error {
			var s settingsFlags
			s.declare(fs)
			return func(ctx context.Context, w world, args []string) error {
				if len(args) == 0 {
					return usagef("name at least one file, or - for the standard input")
				}
				return withStore(ctx, w, &s, func(db *store.DB) error { return mailReturned(ctx, w, db, args) })
			}
		},
	}
}

var errNoReports = errors.New("not every file was a report of a mail that came back; see above")

func mailReturned(ctx context.Context, w world, db *store.DB, files []string) error {
	isWell := true
	for _, name := range files {
		b, err := readBounce(w, name)
		if err != nil {
			say(w.stderr, "%s: %s\n", name, err)
			isWell = isWell && errors.Is(err, mail.ErrNotFailed)
			continue
		}
		n, err := workflow.MailReturned(ctx, db, b.MessageID, b.Status)
		if err != nil {
			return err
		}
		say(w.stdout, "%s: %d contacts written down (status %s)\n", name, n, b.Status)
	}
	if !isWell {
		return errNoReports
	}
	return nil
}

func readBounce(w world, name string) (mail.Bounce, error) {
	if name == "-" {
		return mail.ReadBounce(w.stdin)
	}
	f, err := os.Open(name)
	if err != nil {
		return mail.Bounce{}, err
	}
	defer func() { _ = f.Close() }()
	return mail.ReadBounce(io.Reader(f))
}
