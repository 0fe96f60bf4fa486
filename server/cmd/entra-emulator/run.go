package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"llavero/server/internal/entraemu"
)

const intro = `entra-emulator: Entra ID, Microsoft Graph and the IHCE gateway on this machine.

Usage: entra-emulator [flags]

Once ready it prints KEY=VALUE lines, ENTRA_READY=1 last, and serves until it is
interrupted. Each flag can also be set as ENTRA_EMULATOR_<FLAG>, with _ for -:
-client-id is ENTRA_EMULATOR_CLIENT_ID. A flag given on the command line wins.

Flags:
`

// options are the flags that Config does not hold as they are.
type options struct {
	cfg        entraemu.Config
	extraHosts string
	secretFile string
	clock      string
	envOut     string
	profile    string
}

func run(ctx context.Context, args, environ []string, stdout, stderr io.Writer) int {
	o, err := parse(args, environ, stdout, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		_, _ = fmt.Fprintf(stderr, "entra-emulator: %v\nTry entra-emulator -help.\n", err)
		return 2
	}
	if err := serve(ctx, o, stdout, stderr); err != nil {
		_, _ = fmt.Fprintf(stderr, "entra-emulator: %v\n", err)
		return 1
	}
	return 0
}

// parse reads the command line over the environment.
func parse(args, environ []string, stdout, stderr io.Writer) (options, error) {
	var o options
	fs := flag.NewFlagSet("entra-emulator", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	c := &o.cfg
	fs.StringVar(&c.Listen, "listen", "127.0.0.1:8443", "loopback `host:port` to serve on; port 0 takes any free one")
	fs.StringVar(&c.Proxy, "proxy", "", "loopback `host:port` of a CONNECT proxy that leads Microsoft's two hosts here; empty: none")
	fs.StringVar(&c.Dir, "dir", "", "`folder` that keeps the tenant between runs; empty: memory only")
	fs.StringVar(&c.CAOut, "ca-out", "", "`file` for the authority to trust; empty: in -dir, else a temporary file")
	fs.StringVar(&c.CertFile, "cert", "", "own certificate, PEM `file`; with -key")
	fs.StringVar(&c.KeyFile, "key", "", "own certificate's key, PEM `file`; with -cert")
	fs.StringVar(&o.extraHosts, "extra-hosts", "", "more `names` for the made certificate, by comma")
	fs.StringVar(&c.PublicURL, "public-url", "", "base `URL` in answers; empty: from each request's Host")
	fs.StringVar(&c.Tenant, "tenant", "", "tenant's `GUID`; empty: from the seed")
	fs.StringVar(&c.ClientID, "client-id", "", "administrator application's `GUID`; empty: from the seed")
	fs.StringVar(&o.secretFile, "client-secret-file", "", "`file` with the administrator application's secret; empty: a random one")
	fs.Uint64Var(&c.Seed, "seed", 1, "`number` the tenant's ids, lags and chance come from")
	fs.StringVar(&o.profile, "profile", "instant", "manners of the tenant: instant, realistic or hostile")
	fs.StringVar(&o.clock, "clock", "", "`time` to stand still at until the control API moves it, as 2026-01-02T03:04:05Z; empty: the machine's")
	fs.IntVar(&c.APITokenVersion, "api-token-version", 2, "version of the IHCE APIs' tokens: 1 or 2")
	fs.StringVar(&o.envOut, "env-out", "", "`file` for the KEY=VALUE lines as well, mode 0600")

	if err := fromEnvironment(fs, environ); err != nil {
		return o, err
	}
	err := fs.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		_, _ = io.WriteString(stdout, intro)
		fs.SetOutput(stdout)
		fs.PrintDefaults()
		return o, err
	}
	if err != nil {
		return o, err
	}
	if fs.NArg() > 0 {
		return o, fmt.Errorf("%q is not a flag, and there are no commands", fs.Arg(0))
	}
	return o, o.finish(stderr)
}

// fromEnvironment sets flags from ENTRA_EMULATOR_ variables; one that is no
// flag is an error, for it is a misspelling.
func fromEnvironment(fs *flag.FlagSet, environ []string) error {
	for _, kv := range environ {
		rest, ok := strings.CutPrefix(kv, "ENTRA_EMULATOR_")
		if !ok {
			continue
		}
		name, value, _ := strings.Cut(rest, "=")
		f := strings.ToLower(strings.ReplaceAll(name, "_", "-"))
		if fs.Lookup(f) == nil {
			return fmt.Errorf("environment variable ENTRA_EMULATOR_%s: there is no flag -%s", name, f)
		}
		if err := fs.Set(f, value); err != nil {
			return fmt.Errorf("environment variable ENTRA_EMULATOR_%s: %w", name, err)
		}
	}
	return nil
}

func (o *options) finish(stderr io.Writer) error {
	o.cfg.Profile = entraemu.Profile(o.profile)
	for h := range strings.SplitSeq(o.extraHosts, ",") {
		if h = strings.TrimSpace(h); h != "" {
			o.cfg.ExtraHosts = append(o.cfg.ExtraHosts, h)
		}
	}
	if o.cfg.Proxy != "" {
		o.cfg.ExtraHosts = append(o.cfg.ExtraHosts, "login.microsoftonline.com", "graph.microsoft.com")
	}
	if o.clock != "" {
		at, err := time.Parse(time.RFC3339, o.clock)
		if err != nil {
			return fmt.Errorf("-clock: %q is not a time such as 2026-01-02T03:04:05Z; leave it out to follow the machine's", o.clock)
		}
		o.cfg.At = at
	}
	if o.secretFile != "" {
		b, err := os.ReadFile(o.secretFile)
		if err != nil {
			return fmt.Errorf("-client-secret-file: %w", err)
		}
		if o.cfg.ClientSecret = strings.TrimSpace(string(b)); o.cfg.ClientSecret == "" {
			return fmt.Errorf("-client-secret-file: %s is empty", o.secretFile)
		}
	}
	if err := o.cfg.Validate(); err != nil {
		return fmt.Errorf("-%w", err)
	}
	o.cfg.Log = slog.New(slog.NewTextHandler(stderr, nil))
	return nil
}

// serve starts the emulator, says how to reach it, and waits.
func serve(ctx context.Context, o options, stdout, stderr io.Writer) error {
	emu, err := entraemu.Start(ctx, o.cfg)
	if err != nil {
		return err
	}
	lines := strings.Join(append(emu.Env(), "ENTRA_READY=1"), "\n") + "\n"
	if o.envOut != "" {
		if err := writePrivate(o.envOut, lines); err != nil {
			return errors.Join(fmt.Errorf("-env-out: %w", err), emu.Close())
		}
	}
	if _, err := io.WriteString(stdout, lines); err != nil {
		return errors.Join(err, emu.Close())
	}
	select {
	case <-ctx.Done():
	case <-emu.Done():
		// An order to stop ends the emulator too: only its end without one is a failure.
		if ctx.Err() == nil {
			return errors.New("stopped serving")
		}
	}
	_, _ = fmt.Fprintln(stderr, "entra-emulator: stopping")
	return emu.Close()
}

// writePrivate writes a file only its owner can read, whoever made it before.
func writePrivate(path, text string) error {
	next := path + ".next"
	if err := os.WriteFile(next, []byte(text), 0o600); err != nil {
		return err
	}
	if err := os.Chmod(next, 0o600); err != nil {
		return err
	}
	return os.Rename(next, path)
}
