package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"llavero/server/internal/entraemu"
	"llavero/server/servertest/world"
	"llavero/shared/journal"
	"llavero/shared/seed"
)

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	o, err := parse(args, stdout)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		_, _ = fmt.Fprintf(stderr, "devserver: %v\nTry devserver -help.\n", err)
		return 2
	}
	if o.totp != "" {
		err = printTOTP(o, stdout)
	} else {
		err = serve(ctx, o, stdout, stderr)
	}
	if err != nil && ctx.Err() == nil {
		_, _ = fmt.Fprintf(stderr, "devserver: %v\n", err)
		return 1
	}
	return 0
}

// serve brings everything up, says so, and waits for the end.
func serve(ctx context.Context, o options, stdout, stderr io.Writer) (err error) {
	say := func(text string) { _, _ = fmt.Fprintln(stderr, "devserver: "+text) }
	if err := os.MkdirAll(o.dir, 0o700); err != nil {
		return err
	}
	held, err := lock(o.dir)
	if err != nil {
		return err
	}
	defer func() { _ = held.Close() }()
	// Whoever waits for the env file must not read the last run's.
	if err := os.RemoveAll(envFile(o.dir)); err != nil {
		return err
	}
	if o.reset {
		say("emptying the state")
		if err := empty(o.dir); err != nil {
			return fmt.Errorf("-reset: %w", err)
		}
	}
	if err := os.MkdirAll(filepath.Join(o.dir, "state"), 0o700); err != nil {
		return err
	}
	p, err := choosePorts(ctx, o, stderr)
	if err != nil {
		return err
	}
	// The demonstration's refusals are made on purpose: they warn nobody.
	var level slog.LevelVar
	level.Set(slog.LevelError)
	cfg := world.Config{
		Dir: o.dir, Listen: p.Server, EntraListen: p.Entra, MailListen: p.Mail,
		Profile: entraemu.Profile(o.profile), Seed: o.seed, ImageCode: o.imageCode,
		Clock: func() time.Time { return time.Now().Add(o.ahead) },
		Log:   slog.New(journal.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: &level}))),
	}
	if o.country {
		say("importing a country; this takes a while")
		cfg.Providers = seed.Country(o.seed)
	}
	w, err := world.Open(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	if o.demo {
		if err := w.Demo(ctx, say); err != nil {
			return fmt.Errorf("demo requests: %w", err)
		}
	}
	level.Set(slog.LevelWarn)
	if o.verbose {
		level.Set(slog.LevelInfo)
	}
	if err := announce(w, o.dir, stdout); err != nil {
		return err
	}
	err = w.Wait()
	if ctx.Err() != nil {
		say("stopping")
	}
	return err
}

// empty removes what a run leaves, and nothing else that may be in the folder.
func empty(dir string) error {
	return errors.Join(os.RemoveAll(filepath.Join(dir, "state")), os.RemoveAll(filepath.Join(dir, "mail")))
}
