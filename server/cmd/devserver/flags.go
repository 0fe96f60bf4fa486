package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"time"

	"llavero/server/internal/entraemu"
)

const intro = `devserver: the server, the emulators, a mail drop and demo data, in one process.

Usage: devserver [flags]

Once ready it prints KEY=VALUE lines, LLAVERO_READY=1 last, and serves until it
is interrupted. The same folder gives the same people, keys and tenant again.

Flags:
`

type options struct {
	dir                             string
	listen, entraListen, mailListen string
	profile                         string
	seed                            uint64
	reset, country, verbose         bool
	demo                            bool
	totp, imageCode                 string
	ahead                           time.Duration
	given                           map[string]bool // flags on the command line
}

// parse reads the flags. flag.ErrHelp: the help was asked for and shown.
func parse(args []string, stdout io.Writer) (options, error) {
	o := options{given: map[string]bool{}}
	fs := flag.NewFlagSet("devserver", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.StringVar(&o.dir, "dir", ".dev", "`folder` of the state, the mail and the env file")
	fs.BoolVar(&o.reset, "reset", false, "empty the state first")
	fs.StringVar(&o.listen, "listen", "127.0.0.1:8443", "loopback `host:port` of the server; unless given, the next free port will do")
	fs.StringVar(&o.entraListen, "entra-listen", "127.0.0.1:8543", "loopback `host:port` of the emulators; unless given, the next free port will do")
	fs.StringVar(&o.mailListen, "mail-listen", "127.0.0.1:8525", "loopback `host:port` of the mail drop; unless given, the next free port will do")
	fs.StringVar(&o.profile, "profile", "instant", "manners of the emulated tenant: instant, realistic or hostile")
	fs.Uint64Var(&o.seed, "seed", 1, "`number` the tenant's ids, lags and chance come from")
	fs.BoolVar(&o.country, "country", false, "import a whole invented country: 61,177 codes, 77,009 sites")
	fs.BoolVar(&o.demo, "demo", true, "on the first start make finished requests, four that the tenant refused and keys in every state, so that officers see their lists")
	fs.StringVar(&o.totp, "totp", "", "print the second-factor code of this demo `login` as of now, and stop")
	fs.StringVar(&o.imageCode, "image-code", "", "what every image code shows, for programs without eyes; by chance unless given")
	fs.DurationVar(&o.ahead, "ahead", 0, "how far the server's clock runs ahead, up to 24h, to see what comes with time; the tenant keeps its own")
	fs.BoolVar(&o.verbose, "v", false, "log what the server does, on standard error")
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
	if o.ahead < 0 || o.ahead > 24*time.Hour { // beyond it, its certificates would not be valid yet for its clients
		return o, fmt.Errorf("-ahead: %s is not from 0s to 24h", o.ahead)
	}
	fs.Visit(func(f *flag.Flag) { o.given[f.Name] = true })
	if _, err := entraemu.KnobsOf(entraemu.Profile(o.profile)); err != nil {
		return o, fmt.Errorf("-%w", err)
	}
	for name, addr := range map[string]string{"listen": o.listen, "entra-listen": o.entraListen, "mail-listen": o.mailListen} {
		host, _, err := net.SplitHostPort(addr)
		if err != nil {
			return o, fmt.Errorf("-%s: %q is not host:port", name, addr)
		}
		if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			return o, fmt.Errorf("-%s: %q is not a loopback address; demo data stays on this machine", name, addr)
		}
	}
	if o.dir == "" {
		return o, errors.New("-dir: name a folder")
	}
	if o.dir, err = filepath.Abs(o.dir); err != nil {
		return o, fmt.Errorf("-dir: %w", err)
	}
	return o, nil
}
