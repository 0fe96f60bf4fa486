package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Display affinities, as Windows numbers them: in captures, and left out of them.
const (
	inCaptures    = "0"
	outOfCaptures = "17"
)

// onWindows walks the Windows build under wine: a delegate signs in, shows and
// copies the secret of a key that the demonstration has. wine keeps no window
// out of captures; what .ci/wine/shim.c puts in its place takes the orders as
// Windows does and writes them down.
func (t *tour) onWindows(ctx context.Context) (err error) {
	if t.delegate, err = t.openWindows(ctx, "windows"); err != nil {
		return err
	}
	s := t.delegate
	const code = "0800199777"
	eye := nth(button("Mostrar"), 2)
	return steps(
		func() error { return t.signIn(ctx, s, delegada, "windows") },
		func() error { return t.picture(ctx, s, "windows-menu", "the menu", text("Inscripción Token")) },
		func() error { return s.press(ctx, "«Mis llaves»", button("Mis llaves")) },
		func() error { return s.fill(ctx, "Entidad / Subentidad", code) },
		func() error { _, err := s.find(ctx, "the found entity", text(code)); return err },
		func() error { return s.key(ctx, "Return") },
		func() error { return t.picture(ctx, s, "windows-mis-llaves", "the keys", text("PREPRODUCCION")) },
		func() error { return s.wheelDown(ctx, 6) },
		func() error { return s.mustBe(ctx, "") },

		func() error { return s.press(ctx, "the eye of the secret", eye) },
		func() error {
			return t.picture(ctx, s, "windows-secreto-visible", "the promise", text("La pantalla no se puede capturar mientras ve el secreto."))
		},
		func() error { return s.mustBe(ctx, outOfCaptures) },
		func() error { return s.press(ctx, "«Ocultar»", button("Ocultar")) },
		func() error { return s.mustBe(ctx, inCaptures) },

		func() error { return s.press(ctx, "the eye of the secret", eye) },
		func() error { return s.mustBe(ctx, outOfCaptures) },
		func() error { _, err := s.run(ctx, "xdotool", "windowminimize", s.window); return err },
		func() error { return s.mustBe(ctx, inCaptures) },
		func() error { _, err := s.run(ctx, "xdotool", "windowactivate", "--sync", s.window); return err },
		func() error { return t.picture(ctx, s, "windows-oculto-al-minimizar", "the hidden secret", eye) },
		func() error { return t.secretCopied(ctx) },
		func() error { return t.copySecretAndQuit(ctx, s) },
	)
}

// copySecretAndQuit: a closed window leaves no secret behind.
func (t *tour) copySecretAndQuit(ctx context.Context, s *stage) error {
	return steps(
		func() error { return s.press(ctx, "«Copiar» of the secret", nth(copyButton, 3)) },
		func() error { return s.clipboard(ctx, "a secret", longerThan(30)) },
		func() error { return s.quit(ctx) },
		func() error { return s.clipboard(ctx, "nothing", isText("")) },
	)
}

func longerThan(n int) func(string) error {
	return func(text string) error {
		if len(text) <= n || strings.Contains(text, "\n") {
			return fmt.Errorf("it holds %d bytes", len(text))
		}
		return nil
	}
}

// openWindows starts the Windows build on a stage of its own.
func (t *tour) openWindows(ctx context.Context, name string) (*stage, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	s := &stage{name: name, home: filepath.Join(t.work, "home-"+name), socket: "tcp:" + port, prefix: t.prefix}
	if s.prefix, err = filepath.Abs(t.prefix); err != nil {
		return nil, err
	}
	if err := s.prepare(ctx, filepath.Join(t.work, name+".log")); err != nil {
		return s, err
	}
	err = s.start(ctx, "wine", t.app, "-data", onZ(filepath.Join(s.home, "data")),
		"-server", t.world.env["LLAVERO_SERVER_URL"], "-ca", onZ(t.world.env["LLAVERO_CA_FILE"]))
	if err != nil {
		return s, err
	}
	s.window, err = s.findWindow(ctx)
	return s, err
}

// onZ is a path of this machine as programs under wine see it.
func onZ(path string) string { return "Z:" + path }

// freePort is a port of the loopback address that nobody uses now.
func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port), nil
}

func (s *stage) wineEnv() []string {
	return []string{
		"WINEPREFIX=" + s.prefix, "WINEARCH=win64", "WINEDEBUG=-all",
		"WINEDLLOVERRIDES=mscoree=d;mshtml=d;bcryptprimitives=n", "SHIM_AFFINITY=" + onZ(s.affinities()),
	}
}

// affinities is the file with the orders about captures.
func (s *stage) affinities() string { return filepath.Join(s.home, "affinities") }

// mustBe waits until the last order about the client's window is this one, and
// was taken; "" is none at all.
func (s *stage) mustBe(ctx context.Context, affinity string) error {
	return until(ctx, 10*time.Second, "the affinity "+affinity, func() error {
		b, err := os.ReadFile(s.affinities())
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		lines := strings.Split(strings.TrimSpace(string(b)), "\n")
		if last := lines[len(lines)-1]; affinity == "" && last != "" || affinity != "" && !strings.HasPrefix(last, affinity+" 1 Llavero IHCE") {
			return fmt.Errorf("the last order was %q", last)
		}
		return nil
	})
}
