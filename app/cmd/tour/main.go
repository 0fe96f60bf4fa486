// Command tour walks the real desktop client through the whole path of a key,
// in real windows under Xvfb, against the development server and its emulators:
// a delegate asks for a key, signs, watches it being made, consults and copies
// it, tests it and reports it compromised; an officer sees the pending list change live, attends a request whose
// automatic issue failed, still reads the list with the server stopped, and mends
// what Entra has otherwise.
//
// Each step leaves a picture. The first step that fails ends the tour with exit
// code 1, a picture of how it looked, and what could be read on screen.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	flags := flag.NewFlagSet("tour", flag.ContinueOnError)
	differs := flags.Bool("differences", false, "at its end also walk the differences with Entra, which restarts the server with its clock ahead")
	prefix := flags.String("wine", "", "wine's `folder`: -app is the Windows build, walked under wine through a shorter path")
	app := flags.String("app", "", "the desktop client, built with the tag e2e")
	devserver := flags.String("devserver", "", "the development server")
	out := flags.String("out", ".dev/tour", "folder for the pictures; emptied first")
	limit := flags.Duration("limit", 8*time.Minute, "the tour ends by then")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	if *app == "" || *devserver == "" {
		fmt.Fprintln(os.Stderr, "tour: -app and -devserver name the two programs to walk; `make tour` builds them")
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, *limit)
	defer cancel()
	t, err := newTour(*app, *devserver, *out)
	if err == nil {
		t.prefix, t.differs = *prefix, *differs
		err = t.walk(ctx)
		t.close()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "tour:", err)
		return 1
	}
	fmt.Printf("%d pictures in %s\n", t.pictures, *out)
	return 0
}

// tour is one walk: the world, the two persons' computers, the pictures taken.
type tour struct {
	app, devserver    string
	differs           bool   // also walk the differences with Entra
	prefix            string // wine's; empty: the machine's own build is walked
	out, work         string
	world             *world
	newcomer          *stage
	delegate, officer *stage
	keyboard          *stage
	pictures          int

	copied time.Time // when the delegate's secret was last put in the clipboard
	typed  string    // the secret of preproduction that the officer typed
}

func newTour(app, devserver, out string) (*tour, error) {
	t := &tour{out: out}
	var err error
	if t.app, err = filepath.Abs(app); err != nil {
		return nil, err
	}
	if t.devserver, err = filepath.Abs(devserver); err != nil {
		return nil, err
	}
	if err := os.RemoveAll(out); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(out, 0o700); err != nil {
		return nil, err
	}
	// Sockets have short names: their folder must not lie deep.
	t.work, err = os.MkdirTemp("", "tour")
	return t, err
}

func (t *tour) walk(ctx context.Context) (err error) {
	if t.world, err = begin(ctx, t.work, t.devserver); err != nil {
		return err
	}
	parts := []func(context.Context) error{
		t.registers, t.delegateEnrols, t.delegateChanges, t.delegateKeepsTheKey, t.officerAttends, t.delegateSeesTypedKeys, t.officerOffline, t.officerOptions,
		t.byKeyboard, t.secretsLeave,
	}
	if t.differs {
		parts = append(parts, t.officerDiffers)
	}
	if t.prefix != "" {
		parts = []func(context.Context) error{t.onWindows}
	}
	for _, part := range parts {
		if err := part(ctx); err != nil {
			return errors.Join(err, t.asItIs(ctx))
		}
	}
	return t.threads()
}

// stages are the computers raised so far.
func (t *tour) stages() []*stage {
	return slices.DeleteFunc([]*stage{t.newcomer, t.delegate, t.officer, t.keyboard}, func(s *stage) bool { return s == nil })
}

// threads fails when a widget was touched off the UI goroutine: the toolkit only
// logs it, and only in a build without the tag migrated_fynedo, as the tour's is.
func (t *tour) threads() error {
	for _, s := range t.stages() {
		b, err := os.ReadFile(s.log.Name())
		if err != nil {
			return err
		}
		if at := bytes.Index(b, []byte("Error in Fyne call thread")); at >= 0 {
			return fmt.Errorf("%s touched a widget off the UI goroutine: %s", s.name, b[at:min(len(b), at+600)])
		}
	}
	return nil
}

// asItIs pictures every stage at the moment of a failure.
func (t *tour) asItIs(ctx context.Context) error {
	var all error
	for _, s := range t.stages() {
		if s.window != "" {
			all = errors.Join(all, t.shoot(ctx, s, s.name+"-FAILED"), t.tell(ctx, s))
		}
	}
	return all
}

// open starts the client on a stage of its own.
func (t *tour) open(ctx context.Context, name string) (*stage, error) {
	return raise(ctx, name, t.work, t.app, "-server", t.world.env["LLAVERO_SERVER_URL"], "-ca", t.world.env["LLAVERO_CA_FILE"])
}

// picture takes a numbered picture of a stage once the step's check holds.
func (t *tour) picture(ctx context.Context, s *stage, name, what string, check look) error {
	if check != nil {
		if _, err := s.find(ctx, what, check); err != nil {
			return fmt.Errorf("step %s: %w", name, err)
		}
	}
	return t.shoot(ctx, s, name)
}

func (t *tour) shoot(ctx context.Context, s *stage, name string) error {
	select { // what is in the tree already may not be painted yet
	case <-ctx.Done():
	case <-time.After(150 * time.Millisecond):
	}
	t.pictures++
	file := filepath.Join(t.out, fmt.Sprintf("%02d-%s.png", t.pictures, name))
	fmt.Println(filepath.Base(file))
	return s.shot(ctx, file)
}

// tell writes down what the stage's socket says.
func (t *tour) tell(ctx context.Context, s *stage) error {
	objects, err := s.tree(ctx)
	if err != nil {
		return err
	}
	b, err := json.MarshalIndent(objects, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(t.out, s.name+"-FAILED.json"), b, 0o600)
}

// close ends everything and keeps the logs beside the pictures.
func (t *tour) close() {
	for _, s := range t.stages() {
		s.close()
	}
	if t.world != nil {
		t.world.close()
	}
	logs, _ := filepath.Glob(filepath.Join(t.work, "*.log"))
	for _, log := range logs {
		if b, err := os.ReadFile(log); err == nil {
			_ = os.WriteFile(filepath.Join(t.out, filepath.Base(log)), b, 0o600)
		}
	}
	_ = os.RemoveAll(t.work)
}
