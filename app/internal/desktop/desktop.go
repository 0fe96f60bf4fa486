// Package desktop turns flags into a running program: it reads the settings,
// builds client, feed, cache, keychain, model and shell, shows the window and
// takes everything down again, in that order.
package desktop

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"fyne.io/fyne/v2"

	"llavero/app/internal/api"
	"llavero/app/internal/cache"
	"llavero/app/internal/keychain"
	"llavero/app/internal/live"
	"llavero/app/internal/signkeys"
	"llavero/app/internal/state"
	"llavero/app/internal/ui"
	"llavero/app/internal/ui/drive"
	"llavero/app/internal/ui/look"
	"llavero/shared/journal"
	"llavero/shared/nodump"
)

// AppID names the program to the system: preferences and the like.
const AppID = "co.llavero.ihce"

// Exit codes.
const (
	exitOK    = 0
	exitFault = 1 // it could not start or run
	exitUsage = 2 // a flag was wrong
)

// Main runs the program and returns its exit code. newApp makes the toolkit's
// application; it is called only once a window can be shown.
func Main(args []string, version string, newApp func(id string) fyne.App) int {
	if len(args) > 0 && slices.Contains(verifyWords, args[0]) {
		return verifyCommand(args[1:], os.Getenv, os.Stdout, os.Stderr)
	}
	set, err := parse(args, os.Getenv, os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitOK
	case err != nil:
		return exitUsage
	case set.version:
		fmt.Println("llavero", version, runtime.GOOS+"/"+runtime.GOARCH)
		return exitOK
	}
	if err := checkDisplay(runtime.GOOS, os.Getenv); err != nil {
		fmt.Fprintln(os.Stderr, "llavero:", err)
		return exitFault
	}
	if err := nodump.Off(); err != nil {
		fmt.Fprintln(os.Stderr, "llavero:", err)
		return exitFault
	}
	if err := run(set, version, newApp); err != nil {
		fmt.Fprintln(os.Stderr, "llavero:", err)
		return exitFault
	}
	return exitOK
}

func run(set settings, version string, newApp func(id string) fyne.App) error {
	log := slog.New(journal.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: set.level})))
	if err := os.MkdirAll(set.data, 0o700); err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	config, err := tlsConfig(set.ca)
	if err != nil {
		return err
	}
	a := newApp(AppID)
	if set.server == "" {
		set.server = a.Preferences().StringWithFallback(prefServer, defaultServer)
	}
	client, err := api.New(set.server, config)
	if err != nil {
		return fmt.Errorf("server address %q: it must be https://host:port: %w", set.server, err)
	}
	client.Identify("llavero "+version+" "+runtime.GOOS+"/"+runtime.GOARCH, time.Now)
	if err := look.SpeakSpanish(); err != nil {
		return err
	}
	a.Settings().SetTheme(look.Theme())
	a.SetIcon(look.AppIcon)

	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	keys := keychain.For(client.Server())
	rows := cache.New(filepath.Join(set.data, "cache"), keys, log)
	model := state.New(state.Deps{
		API: client, Rows: rows, Keeper: keys, Rings: signkeys.In(set.data), Clock: time.Now, Rand: rand.Reader, Log: log,
		Device: runtime.GOOS + "/" + runtime.GOARCH, Login: a.Preferences().String(prefLogin),
	})
	feed := live.New(live.Config{
		Server: client.Server, Token: client.Token, TLS: config, Jitter: mathrand.Float64, Log: log,
	}, model.Facts())

	w := window(a)
	shell := ui.New(ui.Deps{Window: w, Clipboard: board(a.Clipboard()), Model: model, Clock: model.Clock, Log: log, Version: version, Shield: shield(w), Preferences: a.Preferences()})
	shell.Run(ctx)
	a.Lifecycle().SetOnExitedForeground(shell.Conceal)
	watchScreen(ctx, log, func() { fyne.Do(shell.LockBySystem) })
	drive.Serve(w, log)
	done := make(chan error, 1)
	go func() {
		done <- journal.Guard(ctx, log, func() error { return model.Run(ctx, feed) })
	}()
	w.SetCloseIntercept(func() {
		remember(a, w, model)
		closeSoon(w, shell.Close)
	})
	w.ShowAndRun()
	cancel()
	return errors.Join(settle(<-done), rows.Close())
}

// settle drops the error of a program that was told to end.
func settle(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// Names in the preferences: nothing there is secret.
const (
	prefServer = "server"
	prefLogin  = "login"
	prefWidth  = "window.width"
	prefHeight = "window.height"
)

const defaultServer = "https://localhost:8443"

// window makes the window at its remembered size.
func window(a fyne.App) fyne.Window {
	w := a.NewWindow("Llavero IHCE")
	w.SetPadded(false)
	w.SetMaster()
	p := a.Preferences()
	w.Resize(fyne.NewSize(
		float32(p.FloatWithFallback(prefWidth, 1180)),
		float32(p.FloatWithFallback(prefHeight, 720))))
	return w
}

func remember(a fyne.App, w fyne.Window, model *state.Model) {
	p, size, in := a.Preferences(), w.Canvas().Size(), model.SignIn()
	p.SetFloat(prefWidth, float64(size.Width))
	p.SetFloat(prefHeight, float64(size.Height))
	p.SetString(prefServer, in.Server)
	if in.Login != "" {
		p.SetString(prefLogin, in.Login)
	}
}

// tlsConfig trusts the given authority, or the system's when none is given.
func tlsConfig(ca string) (*tls.Config, error) {
	if ca == "" {
		return &tls.Config{MinVersion: tls.VersionTLS13}, nil
	}
	return api.TLSConfig(ca)
}

// settings are what the flags and the environment say.
type settings struct {
	server, ca, data string
	level            slog.Level
	version          bool
}

// parse reads flags; the environment gives their defaults. It has told the
// person what was wrong when it returns an error.
func parse(args []string, env func(string) string, out io.Writer) (settings, error) {
	var s settings
	f := flag.NewFlagSet("llavero", flag.ContinueOnError)
	f.SetOutput(out)
	f.StringVar(&s.server, "server", env("LLAVERO_SERVER_URL"), "address of the server, https://host:port (LLAVERO_SERVER_URL); empty: the last one used")
	f.StringVar(&s.ca, "ca", env("LLAVERO_CA_FILE"), "PEM `file` of the authority that vouches for the server (LLAVERO_CA_FILE); empty: the system's")
	f.StringVar(&s.data, "data", "", "`folder` of the sealed cache; empty: the system's place for it")
	f.TextVar(&s.level, "log", slog.LevelWarn, "least `level` logged: DEBUG, INFO, WARN, ERROR")
	f.BoolVar(&s.version, "version", false, "print the version and exit")
	f.Usage = func() {
		_, _ = fmt.Fprintln(out, "Llavero IHCE, the desktop program.\n\nUsage: llavero [flags]\n       llavero verificar [--llaves FILE] FILE…   check signed documents offline, without a window")
		f.PrintDefaults()
	}
	if err := f.Parse(args); err != nil {
		return s, err
	}
	if f.NArg() > 0 {
		err := fmt.Errorf("unexpected argument %q", f.Arg(0))
		_, _ = fmt.Fprintln(out, "llavero:", err)
		return s, err
	}
	if s.server != "" {
		if _, err := api.New(s.server, nil); err != nil {
			err = fmt.Errorf("-server %q: it must be https://host:port: %w", s.server, err)
			_, _ = fmt.Fprintln(out, "llavero:", err)
			return s, err
		}
	}
	if s.data == "" {
		data, err := dataFolder()
		if err != nil {
			_, _ = fmt.Fprintln(out, "llavero:", err)
			return s, err
		}
		s.data = data
	}
	return s, nil
}

// dataFolder is where the program's files stand unless it is told otherwise.
func dataFolder() (string, error) {
	base, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("no place for data, name one with -data: %w", err)
	}
	return filepath.Join(base, "llavero-ihce"), nil
}

// checkDisplay refuses to start without a display: the toolkit would log it and
// live on without a window.
func checkDisplay(goos string, env func(string) string) error {
	if goos == "windows" || goos == "darwin" || env("DISPLAY") != "" || env("WAYLAND_DISPLAY") != "" {
		return nil
	}
	return errors.New("there is no display: neither DISPLAY nor WAYLAND_DISPLAY is set. Start it in a desktop session, or see the program walk under a virtual display with `make tour`")
}
