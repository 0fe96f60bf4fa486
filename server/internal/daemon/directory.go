package daemon

import (
	"context"
	"errors"
	"flag"
	"io"
	"log/slog"
	"strings"
	"time"
)

func directoryCheckCommand() command {
	return command{
		name: "directory check", summary: "Ask each environment's directory how the server stands there",
		help: "Signs in as the server does and says what permissions are missing or in excess, when its own\n" +
			"secret or certificate ends, and how full the directory is. Nothing is written. The exit code is 1\n" +
			"when a permission is missing, a directory cannot be asked or none is configured.",
		flags: func(fs *flag.FlagSet) func(context.Context, world, []string) error {
			var s settingsFlags
			s.declare(fs)
			return func(ctx context.Context, w world, args []string) error {
				if len(args) > 0 {
					return usagef("unexpected argument %q", args[0])
				}
				return directoryCheck(ctx, w, &s)
			}
		},
	}
}

var errStanding = errors.New("the server cannot work with every directory as it should; what is wrong stands above, and docs/operacion-entra.md says what to do")

func directoryCheck(ctx context.Context, w world, flags *settingsFlags) error {
	cfg, err := flags.load(w)
	if err != nil {
		return err
	}
	cfg.Entra.CheckPermissions = true
	// What is wrong with a certificate is told as at start.
	log := slog.New(slog.NewTextHandler(w.stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	clients, err := newClients(cfg, w.clock, log)
	if err != nil {
		return err
	}
	isWell := true
	for _, d := range standings(ctx, cfg, clients, w.clock) {
		isWell = printStanding(w.stdout, d, w.clock()) && isWell
	}
	if !isWell {
		return errStanding
	}
	return nil
}

// printStanding says how the server stands in a directory, and whether it can
// work there.
func printStanding(out io.Writer, d stand, now time.Time) bool {
	say(out, "%s\n", d.Environment)
	line := func(name, format string, args ...any) {
		say(out, "  %-13s "+format+"\n", append([]any{name}, args...)...)
	}
	if !d.Configured {
		line("directory:", "none is configured; requests go to the pending list at once")
		return false
	}
	line("application:", "%s", d.ClientID)
	ends := "its end is not known"
	if !d.ExpiresAt.IsZero() {
		ends = "ends " + d.ExpiresAt.UTC().Format(time.RFC3339)
		switch {
		case !d.ExpiresAt.After(now):
			ends += ": it HAS EXPIRED; renew it now"
		case endsSoon(d.DirectoryOf, now):
			ends += ": renew it soon"
		}
	}
	line("credential:", "%s, %s", d.Credential, ends)
	if d.err != nil {
		line("directory:", "cannot be asked: %s", d.err)
		return false
	}
	orNone := func(list []string) string {
		if len(list) == 0 {
			return "none"
		}
		return strings.Join(list, ", ")
	}
	line("missing:", "%s", orNone(d.Missing))
	line("in excess:", "%s", orNone(d.Excess))
	if d.Quota > 0 {
		line("objects:", "%d of %d", d.Objects, d.Quota)
	} else {
		line("objects:", "not told; that takes Organization.Read.All")
	}
	line("created:", "%d by this application", d.Created)
	line("connection:", "%s", d.TLS)
	return len(d.Missing) == 0
}
