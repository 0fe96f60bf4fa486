package daemon

import (
	"context"
	"errors"
	"flag"
	"text/tabwriter"
	"time"

	"llavero/server/internal/auth"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// officerCommands give and take the officer's role, and make the administrators
// who do so from then on. Nobody becomes an officer by registering.
func officerCommands() []command {
	var remove bool
	administrator := officerCommand("officer administrator", "Make an officer an administrator, who may appoint others",
		"With --remove it is taken away; the last administrator stays. The officer's sessions end.",
		func(fs *flag.FlagSet) { fs.BoolVar(&remove, "remove", false, "take it away") },
		func(ctx context.Context, a *auth.Service, by auth.By, id access.AccountID) (string, error) {
			if remove {
				return "is no administrator any more", a.SetAdministrator(ctx, by, id, false)
			}
			return "is an administrator", a.SetAdministrator(ctx, by, id, true)
		})
	return []command{
		officerListCommand(),
		officerCommand("officer grant", "Give an account the officer's role",
			"The account acts for no entity: somebody registered as «Otro usuario», or lost the role before. Who has\n"+
				"no account at all: llavero-server user add --role officer. Who has no second factor: user totp.", nil,
			func(ctx context.Context, a *auth.Service, by auth.By, id access.AccountID) (string, error) {
				return "has the officer's role", a.GrantAccount(ctx, by, id)
			}),
		officerCommand("officer withdraw", "Take the officer's role away and end the account's sessions",
			"The roster does not give it back; officer grant does. The last administrator stays: name another first,\n"+
				"or keep the account out with user disable.", nil,
			func(ctx context.Context, a *auth.Service, by auth.By, id access.AccountID) (string, error) {
				return "has no role any more", a.WithdrawOfficer(ctx, by, id)
			}),
		administrator,
	}
}

// officerCommand does something to the one account that the arguments name. do
// says what became of it.
func officerCommand(name, summary, help string, more func(*flag.FlagSet),
	do func(context.Context, *auth.Service, auth.By, access.AccountID) (string, error),
) command {
	return command{
		name: name, args: "ACCOUNT", summary: summary,
		help: "ACCOUNT is an id or a login. " + help,
		flags: func(fs *flag.FlagSet) func(context.Context, world, []string) error {
			var s settingsFlags
			s.declare(fs)
			why := fs.String("why", "", "the `REASON`, for the audit trail")
			if more != nil {
				more(fs)
			}
			return func(ctx context.Context, w world, args []string) error {
				if len(args) == 1 && access.LineHint(*why) != "" {
					return usagef("say --why in one line: it stands in the audit trail")
				}
				return withAccount(ctx, w, &s, args, func(a *auth.Service, id access.AccountID) error {
					became, err := do(ctx, a, auth.By{Why: *why}, id)
					if err != nil {
						return explainOfficer(err)
					}
					say(w.stdout, "account %s %s\n", id, became)
					return nil
				})
			}
		},
	}
}

// explainOfficer words a refusal for the command line.
func explainOfficer(err error) error {
	switch access.HintOf(err) {
	case access.HintAlready:
		return errors.New("it is so already; llavero-server officer list shows it")
	case access.HintLastAdministrator:
		return errors.New("it is the last administrator; name another first: llavero-server officer administrator")
	case access.HintNotEnrolled:
		return errors.New("an administrator needs a second factor; llavero-server user totp makes one")
	case access.HintNotOfficer:
		return errors.New("the account does not have the officer's role, or acts for an entity")
	}
	if access.CodeOf(err) == access.CodeNotFound {
		return errors.New("the account does not have the officer's role and never had it")
	}
	return err
}

func officerListCommand() command {
	return command{
		name: "officer list", summary: "List who has the officer's role, or had it",
		flags: func(fs *flag.FlagSet) func(context.Context, world, []string) error {
			var s settingsFlags
			s.declare(fs)
			return func(ctx context.Context, w world, args []string) error {
				if len(args) > 0 {
					return usagef("unexpected argument %q", args[0])
				}
				return withAccounts(ctx, w, &s, func(a *auth.Service) error {
					all, err := a.ListOfficers(ctx)
					if err != nil {
						return err
					}
					out := tabwriter.NewWriter(w.stdout, 0, 4, 2, ' ', 0)
					say(out, "ACCOUNT\tLOGIN\tPERSON\tFROM\tSTATE\tADMINISTRATOR\tSECOND FACTOR\tLAST SIGN-IN\n")
					for _, o := range all.Items {
						say(out, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", o.ID, o.Login, o.Person.Name, o.From, officerState(o),
							word(o.Administrator, "yes", "no"), word(o.SecondFactor.Enrolled, "yes", "no"), day(o.LastSignIn))
					}
					return out.Flush()
				})
			}
		},
	}
}

func officerState(o wire.Officer) string {
	switch {
	case !o.Withdrawn.At.IsZero():
		return "withdrawn"
	case !o.DisabledAt.IsZero():
		return "disabled"
	case o.Pending:
		return "pending"
	}
	return "active"
}

// day is a date in UTC; "never" for none.
func day(at time.Time) string {
	if at.IsZero() {
		return "never"
	}
	return at.UTC().Format(time.DateOnly)
}
