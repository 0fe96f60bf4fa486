package daemon

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"text/tabwriter"

	"llavero/server/internal/config"
	"llavero/server/internal/reseal"
	"llavero/server/internal/seal"
	"llavero/server/internal/store"
)

// sealed is what the seal commands work with.
type sealed struct {
	db   *store.DB
	box  *seal.Box
	path string
}

func withSealed(ctx context.Context, w world, s *settingsFlags, do func(sealed) error) error {
	return withData(ctx, w, s, func(cfg config.Config, db *store.DB) error {
		box, err := openBox(ctx, cfg, db)
		if err != nil {
			return err
		}
		return do(sealed{db: db, box: box, path: cfg.KeysetPath()})
	})
}

// changing is withSealed for who changes the keyset: one at a time.
func changing(ctx context.Context, w world, s *settingsFlags, do func(*reseal.Work) error) error {
	return withSealed(ctx, w, s, func(have sealed) (err error) {
		lock, err := lockKeyset(have.path)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, lock.Close()) }()
		return do(&reseal.Work{
			Store: have.db, Box: have.box, Path: have.path,
			Say: func(format string, args ...any) { say(w.stdout, format+"\n", args...) },
		})
	})
}

func sealStatusCommand() command {
	return command{
		name: "seal status", summary: "Show which key seals how many secrets",
		help: "Ids are those of the keyset file (keyId). Nothing is changed.",
		flags: func(fs *flag.FlagSet) func(context.Context, world, []string) error {
			var s settingsFlags
			s.declare(fs)
			return func(ctx context.Context, w world, args []string) error {
				if len(args) > 0 {
					return usagef("unexpected argument %q", args[0])
				}
				return withSealed(ctx, w, &s, func(have sealed) error {
					state, err := reseal.Look(ctx, have.db, have.box)
					if err != nil {
						return err
					}
					if err := tellState(w.stdout, state); err != nil {
						return err
					}
					if n := state.Lost(); n > 0 {
						return fmt.Errorf("%d values do not open: the keyset %s lacks their key; restore a keyset that has it", n, have.path)
					}
					return nil
				})
			}
		},
	}
}

func tellState(to io.Writer, state reseal.State) error {
	out := tabwriter.NewWriter(to, 0, 4, 2, ' ', 0)
	say(out, "KEY\tUSE\tVALUES\tOF WHAT\n")
	for _, k := range state.Keys {
		use := "opens older values"
		switch {
		case k.Primary:
			use = "seals new values"
		case k.Retired && k.InKeyset:
			use = "retired, still in the file"
		case !k.InKeyset:
			use = "MISSING: not in the keyset"
		case k.Values == 0:
			use = "seals nothing; seal retire forgets it"
		}
		say(out, "%d\t%s\t%d\t", k.ID, use, k.Values)
		for i, c := range k.Columns {
			say(out, "%s%s %d", word(i > 0, ", ", ""), c.Name, c.Values)
		}
		say(out, "\n")
	}
	if state.Unsealed > 0 {
		say(out, "-\tDAMAGED: sealed by no key\t%d\t\n", state.Unsealed)
	}
	return out.Flush()
}

func sealRotateCommand() command {
	return command{
		name: "seal rotate", summary: "Seal every secret anew with a new key, while the server serves",
		help: "A key is added to the keyset file, the server takes it up at once, and every sealed value is\n" +
			"sealed anew with it. The old keys stay until --retire, or llavero-server seal retire. It may be\n" +
			"stopped at any point: the next run finishes it. Back the keyset up again afterwards: backups of\n" +
			"the database made before open only with a keyset of that time.",
		flags: func(fs *flag.FlagSet) func(context.Context, world, []string) error {
			var s settingsFlags
			s.declare(fs)
			retire := fs.Bool("retire", false, "forget the old keys at the end, if they seal nothing any more")
			return func(ctx context.Context, w world, args []string) error {
				if len(args) > 0 {
					return usagef("unexpected argument %q", args[0])
				}
				return changing(ctx, w, &s, func(work *reseal.Work) error {
					r, err := work.Rotate(ctx)
					if err != nil {
						return err
					}
					say(w.stdout, "%d values were sealed anew with key %d\n", r.Resealed, r.Primary)
					if len(r.Unopened) > 0 {
						return unopened(w.stderr, r.Unopened)
					}
					if *retire {
						return retireKeys(ctx, w, work)
					}
					return nil
				})
			}
		},
	}
}

// unopened names values that no key opens, up to a screenful.
func unopened(out io.Writer, all []reseal.Unopened) error {
	const shown = 20
	for _, u := range all[:min(len(all), shown)] {
		say(out, "does not open: %s, %s\n", u.Column.Name, u.Identity)
	}
	return fmt.Errorf("%d values do not open with any key of the keyset and were left as they are: restore a keyset that has their key, then run this again", len(all))
}

func retireKeys(ctx context.Context, w world, work *reseal.Work) error {
	old, err := work.Retire(ctx)
	if err != nil {
		return err
	}
	if len(old) == 0 {
		say(w.stdout, "there is no old key to forget\n")
		return nil
	}
	for _, id := range old {
		say(w.stdout, "key %d sealed nothing any more and is forgotten\n", id)
	}
	say(w.stdout, "Back the keyset up now. Backups of the database made before open only with a copy of the keyset of that time.\n")
	return nil
}

func sealRetireCommand() command {
	return command{
		name: "seal retire", summary: "Forget the sealing keys that seal nothing any more",
		help: "Refused while one of them seals anything: llavero-server seal rotate comes first.",
		flags: func(fs *flag.FlagSet) func(context.Context, world, []string) error {
			var s settingsFlags
			s.declare(fs)
			return func(ctx context.Context, w world, args []string) error {
				if len(args) > 0 {
					return usagef("unexpected argument %q", args[0])
				}
				return changing(ctx, w, &s, func(work *reseal.Work) error { return retireKeys(ctx, w, work) })
			}
		},
	}
}
