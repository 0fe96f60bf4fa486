package daemon

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/signing"
	"llavero/server/internal/store"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/receipt"
	"llavero/shared/trail"
	"llavero/shared/wire"
)

// brokenError is what was checked and is not as it was made. It was told.
type brokenError struct{ cause error }

// Error implements error.
func (e brokenError) Error() string { return e.cause.Error() }

// withTrail opens the database to look at its trail, whatever became of its
// guards; nothing is written.
func withTrail(ctx context.Context, w world, s *settingsFlags, do func(*store.DB) error) error {
	cfg, err := s.load(w)
	if err != nil {
		return err
	}
	db, err := store.OpenTrail(ctx, cfg.DatabasePath(), w.clock)
	if err != nil {
		return err
	}
	return errors.Join(do(db), db.Close())
}

func auditHeadCommand() command {
	return command{
		name: "audit head", summary: "Print the signed end of the last day of the audit trail",
		help: "Printed is the signed file itself: save it where the server cannot write. Nothing is changed.",
		flags: func(fs *flag.FlagSet) func(context.Context, world, []string) error {
			var s settingsFlags
			s.declare(fs)
			return func(ctx context.Context, w world, args []string) error {
				if len(args) > 0 {
					return usagef("unexpected argument %q", args[0])
				}
				return withTrail(ctx, w, &s, func(db *store.DB) error {
					return db.Read(ctx, func(tx *store.Tx) error {
						h, err := tx.LastHead()
						if err != nil {
							return err
						}
						if h == nil {
							return errors.New("no day was signed yet: the first one is when it is over, in Colombia")
						}
						say(w.stderr, "%s\n", es.TrailHead(h.Day, h.Seq, h.SignedAt))
						say(w.stdout, "%s", h.File)
						return nil
					})
				})
			}
		},
	}
}

func auditVerifyCommand() command {
	return command{
		name: "audit verify", args: "[FILE]", summary: "Check the audit trail, or an export or a signed day of it",
		help: "Without FILE: the database's trail, its guards and the signed end of each day.\n" +
			"FILE is an export, or the signed end of a day; --keys is the file of the server's public keys\n" +
			"(GET /v1/signing-keys), without it the database's own are taken. Nothing is changed.\n" +
			"Exit codes: 0 it is whole; 3 it is not, and it is said where; 1 it could not be checked.",
		flags: func(fs *flag.FlagSet) func(context.Context, world, []string) error {
			var s settingsFlags
			s.declare(fs)
			keys := fs.String("keys", "", "`FILE` of public keys; no database is needed then")
			return func(ctx context.Context, w world, args []string) error {
				if len(args) > 1 {
					return usagef("unexpected argument %q", args[1])
				}
				if len(args) == 0 {
					if *keys != "" {
						return usagef("--keys goes with FILE")
					}
					return withTrail(ctx, w, &s, func(db *store.DB) error { return verifyTrail(ctx, w, db) })
				}
				ring, err := trailKeys(ctx, w, &s, *keys)
				if err != nil {
					return err
				}
				return verifyFile(w, ring, args[0], nil)
			}
		},
	}
}

// trailKeys reads the public keys of a file, or of the database.
func trailKeys(ctx context.Context, w world, s *settingsFlags, path string) (receipt.KeyRing, error) {
	if path != "" {
		body, err := os.ReadFile(path)
		if err != nil {
			return receipt.KeyRing{}, err
		}
		return receipt.ParseKeyRing(body)
	}
	var ring receipt.KeyRing
	err := withTrail(ctx, w, s, func(db *store.DB) error {
		return db.Read(ctx, func(tx *store.Tx) (err error) {
			ring, err = signing.Ring(tx)
			return err
		})
	})
	return ring, err
}

// verifyTrail checks the trail of a database and tells what it found.
func verifyTrail(ctx context.Context, w world, db *store.DB) error {
	check, err := workflow.CheckTrail(ctx, db)
	if check.Guards != nil {
		say(w.stdout, "Guardas alteradas: %s.\n", check.Guards)
	}
	if broken, ok := errors.AsType[*audit.BrokenError](err); ok {
		say(w.stdout, "rota en el asiento %d: %s.\n", broken.Seq, es.TrailFault(broken.Fault))
		if check.Head != nil {
			say(w.stdout, "Antes de ahí: %s\n", es.TrailHead(check.Head.Day, check.Head.Seq, check.Head.SignedAt))
		}
		return brokenError{err}
	}
	if err != nil {
		return err
	}
	say(w.stdout, "Cadena íntegra: %s, %s.\n", es.Count(int(check.Entries), "asiento", "asientos"), es.Count(check.Heads, "cierre firmado", "cierres firmados"))
	if check.Head != nil {
		say(w.stdout, "%s\n", es.TrailHead(check.Head.Day, check.Head.Seq, check.Head.SignedAt))
	}
	if check.Guards != nil {
		return brokenError{check.Guards}
	}
	return nil
}

func auditExportCommand() command {
	return command{
		name: "audit export", summary: "Write the audit trail, or a part of it, to a file that is checked offline",
		help: "Days are Colombian, AAAA-MM-DD, both included. The export is itself an entry of the trail.\n" +
			"A file that was cut off on its way has no signed last line, and audit verify says so.",
		flags: func(fs *flag.FlagSet) func(context.Context, world, []string) error {
			var s settingsFlags
			s.declare(fs)
			var q wire.TrailQuery
			var e exportFlags
			e.declare(fs, &q)
			return func(ctx context.Context, w world, args []string) error {
				if len(args) > 0 {
					return usagef("unexpected argument %q", args[0])
				}
				if err := e.check(&q); err != nil {
					return err
				}
				return exportTrail(ctx, w, &s, e, q)
			}
		},
	}
}

type exportFlags struct{ from, to, out, by string }

func (e *exportFlags) declare(fs *flag.FlagSet, q *wire.TrailQuery) {
	fs.StringVar(&e.from, "from", "", "first `DAY`")
	fs.StringVar(&e.to, "to", "", "last `DAY`")
	fs.StringVar(&e.out, "out", "", "`FILE` to write, which must not exist")
	fs.StringVar(&e.by, "by", "", "who exports, a `NAME` for the audit trail; without it the system's user")
	fs.StringVar(&q.Document, "document", "", "`NUMBER` of one person's document")
	fs.StringVar(&q.Entity, "entity", "", "one entity: its `NIT`")
	fs.Func("code", "keys and requests of one license `CODE`", func(v string) error { q.Code = access.LicenseCode(v); return nil })
	fs.Func("group", "one `GROUP` of acts: sessions, accounts, registries, requests, keys, values, permissions, entra, consent, system, attempts",
		func(v string) error { q.Group = trail.Group(v); return nil })
}

// check reads the days and refuses what is not one.
func (e *exportFlags) check(q *wire.TrailQuery) error {
	if e.out == "" {
		return usagef("--out names the file to write")
	}
	for name, day := range map[string]string{"from": e.from, "to": e.to} {
		if day == "" {
			continue
		}
		at, err := time.ParseInLocation(time.DateOnly, day, es.Colombia)
		if err != nil {
			return usagef("--%s %q is no day such as 2026-09-16", name, day)
		}
		if name == "from" {
			q.From = at
		} else {
			q.To = at.AddDate(0, 0, 1)
		}
	}
	return nil
}

func exportTrail(ctx context.Context, w world, s *settingsFlags, e exportFlags, q wire.TrailQuery) (err error) {
	cfg, err := s.load(w)
	if err != nil {
		return err
	}
	db, err := openStore(ctx, w, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	signer, err := signing.Start(ctx, db, cfg.SigningKeyPath())
	if err != nil {
		return err
	}
	x, err := workflow.ExportTrailByCommand(ctx, db, signer, operator(w, e.by), q)
	if refusal, ok := errors.AsType[*access.Error](err); ok && refusal.Code == access.CodeInvalid {
		return usagef("%s", refusal)
	}
	if err != nil {
		return err
	}
	f, err := os.OpenFile(e.out, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if err = errors.Join(x.Write(ctx, f), f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("%s is not whole: %w", e.out, err)
	}
	records, left := x.Counts()
	say(w.stdout, "%s: %s, %s\n", e.out, es.Count(int(records), "asiento", "asientos"), es.Count(int(left), "omitido", "omitidos"))
	return nil
}
