package daemon

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"llavero/server/internal/auth"
	"llavero/server/internal/config"
	"llavero/server/internal/store"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
	"llavero/shared/secret"
)

// withAccounts opens what the user commands work with.
func withAccounts(ctx context.Context, w world, s *settingsFlags, do func(*auth.Service) error) error {
	return withData(ctx, w, s, func(cfg config.Config, db *store.DB) error {
		box, err := openBox(ctx, cfg, db)
		if err != nil {
			return err
		}
		// A running server sends the mails that tell people of it.
		flow, err := workflow.New(ctx, workflow.Deps{Store: db, Box: box, MailFrom: cfg.Mail.From})
		if err != nil {
			return err
		}
		service, err := auth.New(auth.Deps{Store: db, Box: box, Settings: cfg.Auth, Rand: rand.Reader, Clock: w.clock, Flow: flow})
		if err != nil {
			return err
		}
		return do(service)
	})
}

func userAddCommand() command {
	return command{
		name: "user add", summary: "Make an account",
		help: "The password is read from the first line of standard input with --password-stdin; without it one\n" +
			"is made and printed, once. Officers get a second factor: its address is printed, once.\n" +
			"  llavero-server user add --role officer --document CC:9999000101 --name 'Persona Inventada'\n" +
			"  llavero-server user add --role delegate --document CC:9999000001 --name 'Persona Inventada' --nit 999100005 --email persona@example.org",
		flags: func(fs *flag.FlagSet) func(context.Context, world, []string) error {
			var s settingsFlags
			s.declare(fs)
			role := fs.String("role", "", "`ROLE`: delegate, independent or officer")
			document := fs.String("document", "", "the person's document, `TYPE:NUMBER`")
			name := fs.String("name", "", "the person's `NAME`")
			email := fs.String("email", "", "registered `ADDRESS`: codes go there")
			nit := fs.String("nit", "", "the entity a delegate acts for, a `NIT` without check digit")
			totp := fs.Bool("totp", false, "enrol a second factor for who is no officer")
			stdin := fs.Bool("password-stdin", false, "read the password from standard input")
			return func(ctx context.Context, w world, args []string) error {
				if len(args) > 0 {
					return usagef("unexpected argument %q", args[0])
				}
				n, err := newAccount(*role, *document, *nit)
				if err != nil {
					return err
				}
				n.Person.Name, n.Email, n.TOTP = *name, *email, *totp
				if n.Password, err = choosePassword(w, *stdin); err != nil {
					return err
				}
				return withAccounts(ctx, w, &s, func(a *auth.Service) error {
					added, err := a.Add(ctx, n)
					if err != nil {
						return explain(err)
					}
					say(w.stdout, "login: %s\naccount: %s\n", added.Login, added.ID)
					if !*stdin {
						say(w.stdout, "password: %s\n", n.Password.Reveal())
					}
					tellTOTP(w, added)
					return nil
				})
			}
		},
	}
}

// newAccount reads the flags that are not plain text.
func newAccount(role, document, nit string) (auth.NewAccount, error) {
	var n auth.NewAccount
	switch role {
	case "delegate":
		n.Role = access.RoleDelegate
	case "independent":
		n.Role, n.Independent = access.RoleDelegate, true
	case "officer":
		n.Role = access.RoleOfficer
	default:
		return n, usagef("invalid value %q for flag --role: delegate, independent or officer", role)
	}
	var err error
	if n.Person.Document, err = parseDocument(document); err != nil {
		return n, err
	}
	if role != "delegate" {
		if nit != "" {
			return n, usagef("--nit goes with --role delegate")
		}
		return n, nil
	}
	id, ok := access.ParseNIT(nit)
	if !ok {
		return n, usagef("invalid value %q for flag --nit: digits only, without the check digit", nit)
	}
	n.Entity = access.Document{Type: access.DocumentNI, Number: string(id)}
	return n, nil
}

// choosePassword reads the first line of standard input, or makes one.
func choosePassword(w world, stdin bool) (secret.Text, error) {
	if !stdin {
		return newPassword()
	}
	line, err := bufio.NewReader(io.LimitReader(w.stdin, 4<<10)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return secret.Text{}, fmt.Errorf("read the password: %w", err)
	}
	line = strings.TrimRight(line, "\r\n")
	if len(line) < auth.MinPassword {
		return secret.Text{}, usagef("the password on standard input has fewer than %d characters", auth.MinPassword)
	}
	return secret.New(line), nil
}

// newPassword makes one of 100 random bits, easy to type.
func newPassword() (secret.Text, error) {
	b := make([]byte, 13)
	if _, err := rand.Read(b); err != nil {
		return secret.Text{}, fmt.Errorf("make a password: %w", err)
	}
	text := strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b))[:20]
	return secret.New(text[:5] + "-" + text[5:10] + "-" + text[10:15] + "-" + text[15:]), nil
}

func tellTOTP(w world, added auth.Added) {
	if !added.TOTPSeed.IsEmpty() {
		say(w.stdout, "second factor seed: %s\nsecond factor address: %s\n", added.TOTPSeed.Reveal(), added.TOTPAddress.Reveal())
	}
}

// explain words a refusal for the command line.
func explain(err error) error {
	refusal, ok := errors.AsType[*access.Error](err)
	switch {
	case !ok:
		return err
	case refusal.Code == access.CodeConflict:
		return errors.New("this person has such an account already; llavero-server user list shows it")
	case len(refusal.Fields) > 0:
		var wrong []string
		for _, f := range refusal.Fields {
			wrong = append(wrong, fmt.Sprintf("%s (%s)", f.Field, f.Hint))
		}
		return usagef("wrong or missing: %s", strings.Join(wrong, ", "))
	}
	return err
}

func userListCommand() command {
	return command{
		name: "user list", summary: "List the accounts",
		flags: func(fs *flag.FlagSet) func(context.Context, world, []string) error {
			var s settingsFlags
			s.declare(fs)
			return func(ctx context.Context, w world, args []string) error {
				if len(args) > 0 {
					return usagef("unexpected argument %q", args[0])
				}
				return withAccounts(ctx, w, &s, func(a *auth.Service) error {
					all, err := a.Accounts(ctx)
					if err != nil {
						return err
					}
					out := tabwriter.NewWriter(w.stdout, 0, 4, 2, ' ', 0)
					say(out, "ACCOUNT\tLOGIN\tPERSON\tROLE\tENTITY\tSECOND FACTOR\tSTATE\n")
					for _, account := range all {
						say(out, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", account.ID, account.Login, account.Person.Name, roleName(account), account.Entity,
							word(account.TOTPSealed != nil, "yes", "no"), word(account.DisabledAt.IsZero(), "active", "disabled"))
					}
					return out.Flush()
				})
			}
		},
	}
}

func roleName(a store.Account) string {
	if a.Role == access.RoleNone {
		return "(none)"
	}
	return string(a.Role)
}

func word(is bool, yes, no string) string {
	if is {
		return yes
	}
	return no
}

// withAccount is withAccounts for what is done to the one account that the
// arguments name; a login that several share names none.
func withAccount(ctx context.Context, w world, s *settingsFlags, args []string, do func(*auth.Service, access.AccountID) error) error {
	if len(args) != 1 {
		return usagef("name one account, by its id or its login")
	}
	return withAccounts(ctx, w, s, func(a *auth.Service) error {
		id, err := findAccount(ctx, a, args[0])
		if err != nil {
			return err
		}
		return do(a, id)
	})
}

func findAccount(ctx context.Context, a *auth.Service, name string) (access.AccountID, error) {
	all, err := a.Accounts(ctx)
	if err != nil {
		return "", err
	}
	var found []access.AccountID
	for _, account := range all {
		if string(account.ID) == name || account.Login == auth.Login(name) {
			found = append(found, account.ID)
		}
	}
	switch len(found) {
	case 0:
		return "", fmt.Errorf("no account %q; llavero-server user list shows them", name)
	case 1:
		return found[0], nil
	}
	return "", fmt.Errorf("%d accounts share the login %q: name one by its id, which llavero-server user list shows", len(found), name)
}

func userTOTPCommand() command {
	return command{
		name: "user totp", args: "ACCOUNT", summary: "Give an account a new second factor",
		help: "ACCOUNT is an id or a login. The old second factor stops working and open sessions end.",
		flags: func(fs *flag.FlagSet) func(context.Context, world, []string) error {
			var s settingsFlags
			s.declare(fs)
			return func(ctx context.Context, w world, args []string) error {
				return withAccount(ctx, w, &s, args, func(a *auth.Service, id access.AccountID) error {
					added, err := a.EnrollTOTP(ctx, id)
					if err != nil {
						return err
					}
					say(w.stdout, "login: %s\n", added.Login)
					tellTOTP(w, added)
					return nil
				})
			}
		},
	}
}

func userDisableCommand() command {
	return command{
		name: "user disable", args: "ACCOUNT", summary: "Keep an account out and end its sessions",
		help: "ACCOUNT is an id or a login. What the account did stays.",
		flags: func(fs *flag.FlagSet) func(context.Context, world, []string) error {
			var s settingsFlags
			s.declare(fs)
			return func(ctx context.Context, w world, args []string) error {
				return withAccount(ctx, w, &s, args, func(a *auth.Service, id access.AccountID) error {
					if err := a.Disable(ctx, id); err != nil {
						return err
					}
					say(w.stdout, "account %s is disabled\n", id)
					return nil
				})
			}
		},
	}
}
