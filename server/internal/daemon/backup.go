package daemon

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"llavero/server/internal/audit"
	"llavero/server/internal/backup"
	"llavero/server/internal/config"
	"llavero/server/internal/signing"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/receipt"
)

func backupCommand() command {
	return command{
		name: "backup", summary: "Copy the database into one file, beside a running server or without one",
		help: "The file holds everything but the keyset and the signing key: those need a backup of their own, elsewhere.\n" +
			"It is checked after it was made, unless --no-verify.\n" +
			"  llavero-server backup                      into the folder of backup.dir\n" +
			"  llavero-server backup --to /mnt/copies/    into that folder, named by its time\n" +
			"  llavero-server backup --to before.backup   into that file, which must not exist",
		flags: func(fs *flag.FlagSet) func(context.Context, world, []string) error {
			var s settingsFlags
			s.declare(fs)
			to := fs.String("to", "", "`FILE|DIR` to write; without it the folder of the settings")
			by := fs.String("by", "", "who makes it, a `NAME` for the audit trail; without it the system's user")
			no := fs.Bool("no-verify", false, "do not check it afterwards")
			return func(ctx context.Context, w world, args []string) error {
				if len(args) > 0 {
					return usagef("unexpected argument %q", args[0])
				}
				cfg, err := s.load(w)
				if err != nil {
					return err
				}
				o := backupOptions(w, cfg, backup.CauseCommand)
				if *to != "" {
					o.Dir, o.File = target(*to)
				}
				o.Sign = func(document []byte) ([]byte, error) { return signIfCan(ctx, w, cfg, document) }
				return makeBackup(ctx, w, o, operator(w, *by), !*no)
			}
		},
	}
}

// backupOptions are the settings' own.
func backupOptions(w world, cfg config.Config, cause backup.Cause) backup.Options {
	return backup.Options{Database: cfg.DatabasePath(), Dir: cfg.BackupDir(), Cause: cause, Version: Version, Clock: w.clock}
}

// signIfCan signs the list of a backup, when the tables are this program's and
// the key is there. A backup is worth having without.
func signIfCan(ctx context.Context, w world, cfg config.Config, document []byte) (_ []byte, err error) {
	unsigned := func(why error) ([]byte, error) {
		say(w.stderr, "warning: the backup is not signed: %s\n", why)
		return document, nil
	}
	facts, err := backup.ReadManifest(document)
	if err != nil {
		return nil, err
	}
	if facts.Schema.Number != store.Schema() {
		return unsigned(errors.New("the database is of another version than this program"))
	}
	db, err := store.Open(ctx, cfg.DatabasePath(), w.clock)
	if err != nil {
		return unsigned(err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	err = db.Read(ctx, func(tx *store.Tx) error {
		key, err := tx.SigningKeyInForce()
		if err == nil && key == nil {
			err = errors.New("the server has no key yet: its first start makes it")
		}
		return err
	})
	if err != nil {
		return unsigned(err)
	}
	signer, err := signing.Start(ctx, db, cfg.SigningKeyPath())
	if err != nil {
		return unsigned(err)
	}
	signed, err := signBackup(ctx, db, signer, document)
	if err != nil {
		return unsigned(err)
	}
	return signed, nil
}

// target tells a folder from a file: what is one, or ends as one.
func target(path string) (dir, file string) {
	if info, err := os.Stat(path); err == nil && info.IsDir() || strings.HasSuffix(path, "/") || strings.HasSuffix(path, string(filepath.Separator)) {
		return path, ""
	}
	return "", path
}

// operator is who stands at the command line.
func operator(w world, by string) string {
	if by = strings.TrimSpace(by); by != "" {
		return by
	}
	for _, name := range []string{"SUDO_USER", "USER", "LOGNAME"} {
		for _, line := range w.environ {
			if v, ok := strings.CutPrefix(line, name+"="); ok && v != "" {
				return v
			}
		}
	}
	return "operador"
}

func makeBackup(ctx context.Context, w world, o backup.Options, by string, isVerified bool) error {
	made, err := backup.Make(ctx, o)
	if err != nil {
		return err
	}
	say(w.stdout, "backup: %s\nbytes: %d\n", made.Path, made.Bytes)
	tellManifest(w, made.Manifest)
	if isVerified {
		if _, err := backup.Verify(ctx, made.Path, filepath.Dir(made.Path), w.clock); err != nil {
			return fmt.Errorf("%s was written and is not whole; it is left for you to look at: %w", made.Path, err)
		}
		say(w.stdout, "checked: every byte, the database in it and its audit trail\n")
	}
	if err := noteBackup(ctx, w, o.Database, made, by, isVerified); err != nil {
		say(w.stderr, "warning: the backup stands, and the audit trail does not say so: %s\n", err)
	}
	return nil
}

// noteBackup writes the audit entry of a backup made on the command line. Tables
// that are to be migrated first are left alone.
func noteBackup(ctx context.Context, w world, database string, made backup.Made, by string, isVerified bool) (err error) {
	if made.Manifest.Schema.Number != store.Schema() {
		return errors.New("the database is of another version than this program")
	}
	db, err := store.Open(ctx, database, w.clock)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return db.Write(ctx, func(tx *store.Tx) error {
		return tx.Audit(madeEntry(made, access.Person{Name: by}, isVerified))
	})
}

// madeEntry is the audit entry of a backup.
func madeEntry(made backup.Made, by access.Person, isVerified bool) audit.Entry {
	m := made.Manifest
	e := audit.Entry{Kind: audit.BackupMade, Person: by, Subject: filepath.Base(made.Path)}
	e.Detail = audit.Details(audit.Word("cause", string(m.Cause)), audit.Count("bytes", made.Bytes), audit.Word("epoch", m.Epoch),
		audit.Count("head", m.Head), audit.Count("auditSeq", m.Audit.Seq), audit.Word("auditHash", m.Audit.Hash),
		audit.Word("sha256", m.Database.SHA256), audit.Word("verified", fmt.Sprint(isVerified)))
	return e
}

func tellManifest(w world, m backup.Manifest) {
	say(w.stdout, "made at: %s (%s, by version %s)\nepoch: %s\nschema: %s\nfeed position: %d\naudit entries: %d\n",
		m.MadeAt.Format("2006-01-02 15:04:05 UTC"), m.Cause, m.MadeBy, m.Epoch, m.Schema.Name, m.Head, m.Audit.Seq)
}

// backupBefore makes the backup that stands before a migration.
func backupBefore(ctx context.Context, w world, cfg config.Config, from, to string) error {
	made, err := backup.Make(ctx, backupOptions(w, cfg, backup.CauseMigration))
	if err != nil {
		return fmt.Errorf("no backup could be made of the tables at %s, so they are not brought to %s; "+
			"make room or set backup.before_migration = false: %w", from, to, err)
	}
	if _, err := backup.Verify(ctx, made.Path, cfg.BackupDir(), w.clock); err != nil {
		return fmt.Errorf("the backup %s is not whole, so the tables are not changed: %w", made.Path, err)
	}
	return nil
}

func backupVerifyCommand() command {
	return command{
		name: "backup verify", args: "FILE…", summary: "Check backups, offline: every byte, the database in them, the audit trail",
		help: "It needs nothing but the files: no server, no settings, no keyset. Exit code 1: one of them is not whole.",
		flags: func(fs *flag.FlagSet) func(context.Context, world, []string) error {
			temp := fs.String("temp", "", "`FOLDER` to unpack into; it must hold the largest database")
			keys := fs.String("keys", "", "key ring `FILE` of the server: one of its keys must have signed them")
			return func(ctx context.Context, w world, args []string) error {
				if len(args) == 0 {
					return usagef("name the backups to check")
				}
				v := verifier{temp: *temp}
				if *keys != "" {
					body, err := os.ReadFile(*keys)
					if err != nil {
						return err
					}
					ring, err := receipt.ParseKeyRing(body)
					if err != nil {
						return fmt.Errorf("%s: %w", *keys, err)
					}
					v.ring = &ring
				}
				bad := 0
				for _, path := range args {
					if !v.one(ctx, w, path) {
						bad++
					}
				}
				if bad > 0 {
					return fmt.Errorf("%d of %d backups cannot be trusted", bad, len(args))
				}
				return nil
			}
		},
	}
}

// verifier checks backups, one after another.
type verifier struct {
	temp string
	ring *receipt.KeyRing // whose signature is asked for; nil: nobody's
}

func (v verifier) one(ctx context.Context, w world, path string) bool {
	checked, err := backup.Verify(ctx, path, v.temp, w.clock)
	if err != nil {
		say(w.stdout, "%s: NOT WHOLE: %s\n", path, err)
		return false
	}
	if v.ring != nil {
		if err := checked.VerifySignature(*v.ring); err != nil {
			say(w.stdout, "%s: NOT GENUINE: it is whole, and no key of the ring signed it: %s\n", path, err)
			return false
		}
	}
	say(w.stdout, "%s: whole\n", path)
	tellManifest(w, checked.Manifest)
	say(w.stdout, "checked: %d bytes in %d blocks, the database in them, %d audit entries\n",
		checked.Bytes, len(checked.Manifest.Blocks), checked.Manifest.Audit.Seq)
	if checked.IsNewer {
		say(w.stdout, "note: a newer program made it; this one did not read its audit trail and cannot serve from it\n")
	}
	switch key := checked.SignedBy(); {
	case v.ring != nil:
		say(w.stdout, "signed: by key %s of the ring\n", key)
	case key != "":
		say(w.stdout, "signed: by key %s, it says; give --keys FILE to know\n", key)
	default:
		say(w.stdout, "note: nobody signed it; whole it is, and who made it cannot be shown\n")
	}
	return true
}
