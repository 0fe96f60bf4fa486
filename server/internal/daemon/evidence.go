package daemon

import (
	"context"
	"flag"
	"fmt"
	"os"
	"text/tabwriter"

	"llavero/server/internal/consent"
	"llavero/server/internal/signing"
	"llavero/server/internal/store"
	"llavero/server/internal/workflow"
	"llavero/shared/es"
	"llavero/shared/receipt"
)

func consentPublishCommand() command {
	return command{
		name: "consent publish", args: "FILE", summary: "Put an official consent text in force",
		help: "FILE is UTF-8: a line of three hyphens, then id, version, language and label, a line each, a line of three\n" +
			"hyphens, and the body as people read it:\n" +
			"  ---\n  id: terms\n  version: 2026-10\n  language: es-CO\n  label: Acepto los términos y condiciones.\n  ---\n  Términos y condiciones…\n" +
			"id is terms, data, pledge or signing. A version that was published is never changed, and stays in force until\n" +
			"another is published, whatever texts a newer program brings. Requests that are not\n" +
			"signed yet have to be read again; whoever accepted another version of signing accepts this one before they\n" +
			"sign. A running server tells its clients within seconds.",
		flags: func(fs *flag.FlagSet) func(context.Context, world, []string) error {
			var s settingsFlags
			s.declare(fs)
			by := fs.String("by", "", "who publishes, a `NAME` for the audit trail; without it the system's user")
			return func(ctx context.Context, w world, args []string) error {
				if len(args) != 1 {
					return usagef("name the file of the text")
				}
				return publish(ctx, w, &s, args[0], operator(w, *by))
			}
		},
	}
}

func publish(ctx context.Context, w world, s *settingsFlags, path, by string) error {
	file, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	t, err := consent.ParseFile(file)
	if err != nil {
		return fmt.Errorf("%s: %w; nothing was published", path, err)
	}
	return withStore(ctx, w, s, func(db *store.DB) error {
		published, err := workflow.PublishText(ctx, db, t, by)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if !published {
			say(w.stdout, "%s %s was published before, with the same words; nothing changed\n", t.ID, t.Version)
			return nil
		}
		say(w.stdout, "%s %s is in force\nsha256 %s\n", t.ID, t.Version, t.Hash)
		return nil
	})
}

func consentListCommand() command {
	return command{
		name: "consent list", summary: "List the consent texts in force, with their hashes",
		help: "ORIGIN is published for the ministry's own, program for those this program brings along. A published text\n" +
			"stays in force until another is published, whatever a newer program brings.",
		flags: func(fs *flag.FlagSet) func(context.Context, world, []string) error {
			var s settingsFlags
			s.declare(fs)
			return func(ctx context.Context, w world, args []string) error {
				if err := withoutArguments(args); err != nil {
					return err
				}
				return withStore(ctx, w, &s, func(db *store.DB) error {
					return db.Read(ctx, func(tx *store.Tx) error {
						all, err := tx.TextsInForce()
						if err != nil {
							return err
						}
						out := tabwriter.NewWriter(w.stdout, 0, 4, 2, ' ', 0)
						say(out, "TEXT\tVERSION\tORIGIN\tLANGUAGE\tPUBLISHED\tSHA-256\tLABEL\n")
						for _, t := range all {
							say(out, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", t.ID, t.Version, t.Origin, t.Language, es.DateTime(t.PublishedAt), t.Hash, t.Label)
						}
						return out.Flush()
					})
				})
			}
		},
	}
}

func signingRotateCommand() command {
	return command{
		name: "signing rotate", summary: "Have the server sign with a new key from now on",
		help: "A running server takes it up at its next signature. The old private key is destroyed; what it signed still\n" +
			"verifies. Publish the public keys again afterwards (signing keys --out), and back the new file up.",
		flags: func(fs *flag.FlagSet) func(context.Context, world, []string) error {
			var s settingsFlags
			s.declare(fs)
			lost := fs.Bool("lost", false, "the private key in force is lost; go on with a new one")
			return func(ctx context.Context, w world, args []string) error {
				if err := withoutArguments(args); err != nil {
					return err
				}
				cfg, err := s.load(w)
				if err != nil {
					return err
				}
				return withStore(ctx, w, &s, func(db *store.DB) error {
					done, err := signing.Rotate(ctx, db, signing.Rotation{Path: cfg.SigningKeyPath(), Lost: *lost})
					if err != nil {
						return err
					}
					say(w.stdout, "the server signs with key %s; before it did with %s\n", done.Now, done.Before)
					return nil
				})
			}
		},
	}
}

func signingKeysCommand() command {
	return command{
		name: "signing keys", summary: "Print the public keys that receipts are checked with, to publish them",
		flags: func(fs *flag.FlagSet) func(context.Context, world, []string) error {
			var s settingsFlags
			s.declare(fs)
			out := fs.String("out", "", "`FILE` to write, which must not exist")
			return func(ctx context.Context, w world, args []string) error {
				if err := withoutArguments(args); err != nil {
					return err
				}
				return withStore(ctx, w, &s, func(db *store.DB) error {
					var ring receipt.KeyRing
					err := db.Read(ctx, func(tx *store.Tx) (err error) {
						ring, err = signing.Ring(tx)
						return err
					})
					if err != nil {
						return err
					}
					if *out == "" {
						say(w.stdout, "%s", ring.File())
						return nil
					}
					return saveNew(*out, ring.File())
				})
			}
		},
	}
}
