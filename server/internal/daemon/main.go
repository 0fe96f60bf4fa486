package daemon

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"

	"llavero/server/internal/config"
	"llavero/shared/nodump"
)

// Exit codes of the program.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2 // an unknown command or flag, or a bad value; it is named
	exitBroken = 3 // what was checked is not as it was made; it is said where
)

// Main runs llavero-server with its arguments, without the program's name, and
// returns the exit code. SIGINT and SIGTERM stop it gracefully; a second one at
// once. SIGHUP looks at the certificate's files.
func Main(args []string) int {
	debug.SetTraceback("single") // stacks show addresses, not texts; GOTRACEBACK may ask for more of them
	if err := errors.Join(nodump.Off(), nodump.Seclude()); err != nil {
		say(os.Stderr, "llavero-server: %s\n", err)
		return exitFailed
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // from now on a signal kills
	reload := make(chan os.Signal, 1)
	signal.Notify(reload, syscall.SIGHUP)
	return run(ctx, args, world{
		stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, environ: os.Environ(), clock: time.Now, reload: reload,
	})
}

// Command runs one command on the given streams and clock, as Main does, with no
// variable of the environment: for whoever drives the program from within.
func Command(ctx context.Context, args []string, stdout, stderr io.Writer, clock func() time.Time) int {
	return run(ctx, args, world{stdin: strings.NewReader(""), stdout: stdout, stderr: stderr, clock: clock})
}

// Surroundings are what a command reads from and writes to. All are needed but
// Environ.
type Surroundings struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Environ        []string
}

// Run is Main in surroundings of the caller's own; it ends with ctx.
func Run(ctx context.Context, args []string, in Surroundings) int {
	return run(ctx, args, world{stdin: in.Stdin, stdout: in.Stdout, stderr: in.Stderr, environ: in.Environ, clock: time.Now})
}

// world is what a command sees of the machine.
type world struct {
	stdin   io.Reader
	stdout  io.Writer
	stderr  io.Writer
	environ []string
	clock   func() time.Time
	reload  <-chan os.Signal // SIGHUP: look at the certificate's files
}

// command is one word of the command line.
type command struct {
	name    string // "import reps"
	args    string // of the synopsis: "FILE…"
	summary string
	help    string // more lines for --help
	// flags declares the command's own flags and returns what to run after they
	// were read.
	flags func(fs *flag.FlagSet) func(ctx context.Context, w world, args []string) error
}

func commands() []command {
	return slices.Concat(
		[]command{serveCommand(), migrateCommand(), importREPSCommand()},
		importPeopleCommands(),
		settingsCommands(), officerCommands(),
		[]command{healthCommand()},
		[]command{verifyRETHUSCommand()}, verifyCommands(),
		[]command{
			directoryCheckCommand(), mailReturnedCommand(),
			consentPublishCommand(), consentListCommand(), signingRotateCommand(), signingKeysCommand(),
			backupVerifyCommand(), backupCommand(), restoreCommand(),
			userAddCommand(), userListCommand(), userTOTPCommand(), userDisableCommand(),
			auditHeadCommand(), auditVerifyCommand(), auditExportCommand(),
			sealStatusCommand(), sealRotateCommand(), sealRetireCommand(), versionCommand(),
		},
	)
}

// usageError is a mistake on the command line.
type usageError struct{ text string }

func (e usageError) Error() string { return e.text }

func usagef(format string, args ...any) error { return usageError{fmt.Sprintf(format, args...)} }

func run(ctx context.Context, args []string, w world) int {
	all := commands()
	if len(args) == 0 {
		overview(w.stderr, all)
		return exitUsage
	}
	switch args[0] {
	case "help", "--help", "-help", "-h":
		overview(w.stdout, all)
		return exitOK
	case "--version", "-version":
		args[0] = "version"
	}
	cmd, rest, err := choose(all, args)
	if err != nil {
		say(w.stderr, "llavero-server: %s\n", err)
		return exitUsage
	}
	fs := flag.NewFlagSet(cmd.name, flag.ContinueOnError)
	fs.SetOutput(io.Discard) // we say it ourselves, once
	fs.Usage = func() {}
	do := cmd.flags(fs)
	switch err := fs.Parse(rest); {
	case errors.Is(err, flag.ErrHelp):
		usage(w.stdout, cmd, fs)
		return exitOK
	case err != nil:
		say(w.stderr, "llavero-server %s: %s\nllavero-server %s --help lists the flags.\n", cmd.name, err, cmd.name)
		return exitUsage
	}
	err = do(ctx, w, fs.Args())
	if _, ok := errors.AsType[usageError](err); ok {
		say(w.stderr, "llavero-server %s: %s\nllavero-server %s --help says more.\n", cmd.name, err, cmd.name)
		return exitUsage
	}
	if _, ok := errors.AsType[brokenError](err); ok { // it was told, in plain words
		return exitBroken
	}
	if err != nil {
		say(w.stderr, "llavero-server %s: %s\n", cmd.name, err)
		return exitFailed
	}
	return exitOK
}

// choose finds the command of one or two words.
func choose(all []command, args []string) (command, []string, error) {
	var under []string // second words of a first one that is right
	for _, c := range all {
		first, second, two := strings.Cut(c.name, " ")
		if first != args[0] {
			continue
		}
		if !two {
			return c, args[1:], nil
		}
		if len(args) > 1 && args[1] == second {
			return c, args[2:], nil
		}
		under = append(under, second)
	}
	switch {
	case len(under) == 0:
		return command{}, nil, fmt.Errorf("unknown command %q; llavero-server --help lists them", args[0])
	case len(args) == 1 || strings.HasPrefix(args[1], "-"):
		return command{}, nil, fmt.Errorf("%s needs one of: %s", args[0], strings.Join(under, ", "))
	}
	return command{}, nil, fmt.Errorf("unknown command %q of %s; there is: %s", args[1], args[0], strings.Join(under, ", "))
}

func overview(out io.Writer, all []command) {
	say(out, "llavero-server keeps the keys of IHCE: it issues them in Entra and tells clients what changed.\n\nUsage: llavero-server COMMAND [flags]\n\n")
	for _, c := range all {
		say(out, "  %-25s %s\n", c.name, c.summary)
	}
	say(out, "\nllavero-server COMMAND --help says more. Settings come from --config FILE and from %s… variables.\n", config.Prefix)
}

func usage(out io.Writer, c command, fs *flag.FlagSet) {
	say(out, "Usage: llavero-server %s [flags] %s\n\n%s.\n", c.name, c.args, c.summary)
	if c.help != "" {
		say(out, "\n%s\n", c.help)
	}
	say(out, "\nFlags:\n")
	fs.VisitAll(func(f *flag.Flag) {
		name, text := flag.UnquoteUsage(f)
		say(out, "  --%-24s %s\n", strings.TrimSpace(f.Name+" "+name), text)
	})
}

// say writes to a person. There is nobody to tell when that fails.
func say(out io.Writer, format string, args ...any) { _, _ = fmt.Fprintf(out, format, args...) }

// settings are the flags that every command on the data has.
type settingsFlags struct {
	config, data string
}

func (s *settingsFlags) declare(fs *flag.FlagSet) {
	fs.StringVar(&s.config, "config", "", "settings `FILE`, TOML (or the variable LLAVERO_CONFIG)")
	fs.StringVar(&s.data, "data", "", "`FOLDER` of the database and the keyset; wins over the settings")
}

// load reads the settings as the flags say.
func (s *settingsFlags) load(w world) (config.Config, error) {
	path := s.config
	if path == "" {
		for _, line := range w.environ {
			if v, ok := strings.CutPrefix(line, config.Prefix+"CONFIG="); ok {
				path = v
			}
		}
	}
	environ := w.environ
	if s.data != "" {
		environ = append(environ[:len(environ):len(environ)], config.Prefix+"DATA_DIR="+s.data)
	}
	return config.Load(path, environ)
}

func versionCommand() command {
	return command{
		name: "version", summary: "Print the version",
		flags: func(*flag.FlagSet) func(context.Context, world, []string) error {
			return func(_ context.Context, w world, args []string) error {
				if len(args) > 0 {
					return usagef("unexpected argument %q", args[0])
				}
				say(w.stdout, "llavero-server %s\n", Version)
				return nil
			}
		},
	}
}
