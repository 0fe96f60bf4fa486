package daemon

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"llavero/shared/es"
	"llavero/shared/receipt"
	"llavero/shared/verify"
)

// verifyCommands are one command under its two names.
func verifyCommands() []command {
	check := command{
		name: "verify", args: "FILE…", summary: "Check receipts, and exports of the audit trail, offline",
		help: "FILE is a receipt, JSON or PDF, as it was downloaded; an export of the audit trail, or a signed day of it.\n" +
			"--keys is the file of the server's public keys (GET /v1/signing-keys): with it neither a database nor a\n" +
			"network is needed; without it the database's own are taken. --text is the text that was accepted, to see that\n" +
			"it is the one; it may be given several times. Nothing is changed.\n" +
			"Exit codes: 0 all are as they were signed; 3 one is not, and it is said why; 1 one could not be checked.",
		flags: func(fs *flag.FlagSet) func(context.Context, world, []string) error {
			var s settingsFlags
			s.declare(fs)
			keys := fs.String("keys", "", "`FILE` of public keys; no database is needed then")
			var texts []string
			fs.Func("text", "`FILE` of a text that was accepted", func(path string) error { texts = append(texts, path); return nil })
			return func(ctx context.Context, w world, args []string) error {
				if len(args) == 0 {
					return usagef("name the file or files to check")
				}
				ring, err := trailKeys(ctx, w, &s, *keys)
				if err != nil {
					return err
				}
				return verifyFiles(w, ring, args, texts)
			}
		},
	}
	spanish := check
	spanish.name, spanish.summary = "verificar", "The same as verify"
	return []command{check, spanish}
}

// verifyFiles checks each file, whatever became of those before.
func verifyFiles(w world, ring receipt.KeyRing, paths, texts []string) error {
	var failed error
	var broken *brokenError
	for _, path := range paths {
		say(w.stdout, "%s: ", path)
		err := verifyFile(w, ring, path, texts)
		if b, ok := errors.AsType[brokenError](err); ok {
			broken = &b
			continue
		}
		if err != nil {
			say(w.stdout, "no se pudo comprobar.\n")
			failed = errors.Join(failed, err)
		}
	}
	if failed == nil && broken != nil {
		return *broken
	}
	return failed
}

// verifyFile checks one file and tells what it found.
func verifyFile(w world, ring receipt.KeyRing, path string, texts []string) error {
	r, err := verify.File(path, ring)
	if err != nil {
		return err
	}
	say(w.stdout, "%s\n", strings.Join(es.VerifiedReport(r), "\n"))
	if err := r.Err(); err != nil {
		return brokenError{err}
	}
	if r.Kind != verify.KindReceipt {
		return nil
	}
	return verifyTexts(w, *r.Receipt.Receipt, texts)
}

// verifyTexts says of each text whether it is one that was accepted.
func verifyTexts(w world, r receipt.Receipt, paths []string) error {
	var broken error
	for _, path := range paths {
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if id := r.TextOf(body); id != "" {
			say(w.stdout, "  Texto %s: es el que se aceptó (%s).\n", filepath.Base(path), id)
			continue
		}
		say(w.stdout, "  Texto %s: no coincide con ninguno de los aceptados.\n", filepath.Base(path))
		broken = brokenError{fmt.Errorf("%s is no text of the receipt", path)}
	}
	return broken
}

// saveNew writes a file that must not exist yet.
func saveNew(path string, body []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(body)
	return errors.Join(err, f.Sync(), f.Close())
}

// withoutArguments refuses arguments where there are none.
func withoutArguments(args []string) error {
	if len(args) > 0 {
		return usagef("unexpected argument %q", args[0])
	}
	return nil
}
