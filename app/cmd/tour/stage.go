package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// stage is one person's computer: a display of its own, a window manager, a
// session bus with a keyring, and the desktop client in it.
type stage struct {
	name    string // "delegada", "funcionario"
	display string // ":99"
	home    string
	socket  string // where the client serves its object tree: a path, or "tcp:" and a port
	window  string // X window id
	procs   []*exec.Cmd
	log     *os.File
	prefix  string // wine's, when the client is the Windows build
}

// raise starts display, window manager and client.
func raise(ctx context.Context, name, dir, app string, args ...string) (*stage, error) {
	s := &stage{name: name, home: filepath.Join(dir, "home-"+name), socket: filepath.Join(dir, name+".sock")}
	if err := s.prepare(ctx, filepath.Join(dir, name+".log")); err != nil {
		return s, err
	}
	// The keyring daemon takes an empty password and lives as long as the bus.
	script := `printf '\n' | gnome-keyring-daemon --unlock --components=secrets --daemonize >/dev/null 2>&1; exec "$0" "$@"`
	args = append([]string{"--", "bash", "-c", script, app, "-data", filepath.Join(s.home, "data")}, args...)
	if err := s.start(ctx, "dbus-run-session", args...); err != nil {
		return s, err
	}
	var err error
	s.window, err = s.findWindow(ctx)
	return s, err
}

// prepare makes the home and starts display and window manager.
func (s *stage) prepare(ctx context.Context, log string) (err error) {
	for _, d := range []string{s.home, filepath.Join(s.home, ".cache"), filepath.Join(s.home, "run")} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return err
		}
	}
	if s.log, err = os.Create(log); err != nil {
		return err
	}
	if s.display, err = s.startDisplay(ctx); err != nil {
		return err
	}
	return s.start(ctx, "openbox")
}

// startDisplay starts Xvfb on a number it chooses itself.
func (s *stage) startDisplay(ctx context.Context) (string, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return "", err
	}
	defer r.Close()
	cmd := exec.CommandContext(ctx, "Xvfb", "-displayfd", "3", "-screen", "0", "1280x800x24", "-nolisten", "tcp", "-noreset")
	cmd.ExtraFiles = []*os.File{w}
	cmd.Stdout, cmd.Stderr = s.log, s.log
	if err := cmd.Start(); err != nil {
		return "", err
	}
	s.procs = append(s.procs, cmd)
	w.Close()
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		return "", fmt.Errorf("the display did not start: %w", err)
	}
	return ":" + strings.TrimSpace(line), nil
}

func (s *stage) env() []string {
	env := []string{
		"DISPLAY=" + s.display, "HOME=" + s.home, "XDG_RUNTIME_DIR=" + filepath.Join(s.home, "run"),
		"XDG_DATA_HOME=" + filepath.Join(s.home, "share"), "LC_ALL=en_US.UTF-8", "TZ=UTC",
		"LLAVERO_E2E_SOCKET=" + s.socket, "PATH=" + os.Getenv("PATH"),
		"FYNE_THEME=light",
	}
	if s.prefix != "" {
		env = append(env, s.wineEnv()...)
	}
	return env
}

// start runs a program on this stage, its output in the stage's log.
func (s *stage) start(ctx context.Context, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = s.env(), s.log, s.log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	s.procs = append(s.procs, cmd)
	return nil
}

// run runs a short command on this stage and returns what it printed.
func (s *stage) run(ctx context.Context, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(s.env(), "LC_ALL=C.UTF-8")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, strings.TrimSpace(string(out)))
	}
	return strings.TrimSpace(string(out)), nil
}

// findWindow waits for the client's window.
func (s *stage) findWindow(ctx context.Context) (string, error) {
	var id string
	err := until(ctx, 60*time.Second, "the client's window", func() error {
		out, err := s.run(ctx, "xdotool", "search", "--onlyvisible", "--name", "^Llavero IHCE")
		if err != nil {
			return err
		}
		ids := strings.Fields(out)
		if len(ids) == 0 {
			return errors.New("none yet")
		}
		id = ids[len(ids)-1]
		return nil
	})
	return id, err
}

// shot writes a picture of the window.
func (s *stage) shot(ctx context.Context, file string) error {
	_, err := s.run(ctx, "import", "-window", s.window, file)
	return err
}

// close ends everything on the stage, the client first.
func (s *stage) close() {
	for i := len(s.procs) - 1; i >= 0; i-- {
		cmd := s.procs[i]
		if cmd.Cancel != nil {
			_ = cmd.Cancel()
		} else {
			_ = cmd.Process.Kill()
		}
		_ = cmd.Wait()
	}
	if s.log != nil {
		_ = s.log.Close()
	}
}

// until asks again, in short steps, until check is content or the time is up.
func until(ctx context.Context, limit time.Duration, what string, check func() error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		err := check()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waited %s for %s: %w", limit, what, err)
		case <-tick.C:
		}
	}
}
