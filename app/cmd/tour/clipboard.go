package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"time"

	"github.com/google/uuid"
)

// The clipboard is read back from the display by another program than the
// client's. No message of this file holds what was read.

// clearedWithin is how long a copied secret may stay in the clipboard, with some
// seconds for a busy machine: it goes after 30.
const clearedWithin = 40 * time.Second

var copyButton = button("Copiar").and(button("todo").not())

// secretCopied: what «Copiar» puts in the clipboard is the secret that was
// issued, «Borrar ahora» takes it out, and leaves what another program put there.
func (t *tour) secretCopied(ctx context.Context) error {
	s := t.delegate
	var id string
	return steps(
		func() error { return s.wheelDown(ctx, 6) }, // no notice may lie over the buttons
		func() error { return s.press(ctx, "«Copiar» of the ClientID", nth(copyButton, 2)) },
		func() error {
			return s.clipboard(ctx, "an id", func(text string) (err error) {
				id = text
				return uuid.Validate(text)
			})
		},
		func() error { return t.copySecret(ctx, s, id) },
		func() error {
			return t.picture(ctx, s, "delegada-secreto-copiado", "the notice", text("Secreto copiado. Se borra en"))
		},
		func() error { return s.press(ctx, "«Borrar ahora»", button("Borrar ahora")) },
		func() error {
			return t.picture(ctx, s, "delegada-portapapeles-borrado", "the notice", text("Portapapeles borrado."))
		},
		func() error { return s.clipboard(ctx, "nothing", isText("")) },

		func() error { return t.copySecret(ctx, s, id) },
		func() error { return s.otherProgramCopies(ctx) },
		func() error { return s.pressAway(ctx, "«Borrar ahora»", button("Borrar ahora")) },
		func() error { return s.clipboard(ctx, "the other program's text", isText(othersText)) },

		func() error { return s.press(ctx, "«Copiar todo»", nth(button("Copiar todo"), 1)) },
		func() error {
			return t.picture(ctx, s, "delegada-copiar-todo", "the notice", text("Parámetros copiados"))
		},
		func() error { return s.clipboard(ctx, "the parameters", holdsText(id)) },
	)
}

// copySecret presses «Copiar» of the first secret and proves, by signing in to
// Entra with what is then in the clipboard, that it is the one issued.
func (t *tour) copySecret(ctx context.Context, s *stage, id string) error {
	if err := s.press(ctx, "«Copiar» of the secret", nth(copyButton, 3)); err != nil {
		return err
	}
	return s.clipboard(ctx, "the issued secret", func(text string) error {
		if text == "" || strings.Contains(text, othersText) || strings.Contains(text, id) {
			return errors.New("it holds something else")
		}
		return t.world.signsIn(ctx, id, text)
	})
}

// copyTyped copies the secret that the officer typed.
func (t *tour) copyTyped(ctx context.Context, s *stage) error {
	if err := s.press(ctx, "«Copiar» of the secret", nth(copyButton, 3)); err != nil {
		return err
	}
	return s.clipboard(ctx, "the secret that the officer typed", isText(t.typed))
}

// secretsLeave: the secret copied a while ago has left by itself; a window that
// is closed takes its secret out, and leaves what another program put there.
func (t *tour) secretsLeave(ctx context.Context) error {
	d, k := t.delegate, t.keyboard
	return steps(
		func() error {
			left := max(time.Until(t.copied.Add(clearedWithin)), shortly)
			return until(ctx, left, "the clipboard to be cleared by itself", func() error { return d.clipboardNow(ctx, isText("")) })
		},
		func() error { return t.copyTyped(ctx, d) },
		func() error { return d.quit(ctx) },
		func() error { return d.clipboardNow(ctx, isText("")) },
		func() error { return k.press(ctx, "«Copiar» of the secret", nth(copyButton, 3)) },
		func() error { _, err := k.find(ctx, "the notice", text("Secreto copiado")); return err },
		func() error { return k.otherProgramCopies(ctx) },
		func() error { return k.quit(ctx) },
		func() error { return k.clipboardNow(ctx, isText(othersText)) },
	)
}

func isText(want string) func(string) error {
	return func(text string) error {
		if text != want {
			return fmt.Errorf("it holds %d bytes, not the expected %d", len(text), len(want))
		}
		return nil
	}
}

func holdsText(part string) func(string) error {
	return func(text string) error {
		if !strings.Contains(text, part) {
			return fmt.Errorf("its %d bytes lack the expected part", len(text))
		}
		return nil
	}
}

// clipboard waits until what the stage's clipboard holds passes a check.
func (s *stage) clipboard(ctx context.Context, what string, check func(text string) error) error {
	return until(ctx, 10*time.Second, what+" in "+s.name+"'s clipboard", func() error { return s.clipboardNow(ctx, check) })
}

func (s *stage) clipboardNow(ctx context.Context, check func(text string) error) error {
	cmd := exec.CommandContext(ctx, "xclip", "-out", "-selection", "clipboard")
	cmd.Env = s.env()
	text, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("xclip: %w", err)
	}
	return check(string(text))
}

const othersText = "texto de otro programa"

// otherProgramCopies puts a text in the stage's clipboard.
func (s *stage) otherProgramCopies(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, "xclip", "-in", "-selection", "clipboard")
	cmd.Env, cmd.Stdin = s.env(), strings.NewReader(othersText)
	cmd.Stdout, cmd.Stderr = s.log, s.log // it leaves a child that keeps them open
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("xclip: %w", err)
	}
	return s.clipboard(ctx, "the other program's text", isText(othersText))
}

// quit closes the window as a person does and waits for the client to end.
func (s *stage) quit(ctx context.Context) error {
	if err := s.key(ctx, "alt+F4"); err != nil {
		return err
	}
	return until(ctx, 10*time.Second, s.name+"'s window to close", func() error {
		if _, err := s.tree(ctx); err == nil {
			return errors.New("still there")
		}
		return nil
	})
}

// wheelDown turns the wheel over the form.
func (s *stage) wheelDown(ctx context.Context, turns int) error {
	left, top, err := s.origin(ctx)
	if err != nil {
		return err
	}
	_, err = s.run(ctx, "xdotool", "mousemove", fmt.Sprint(int(left)+1000), fmt.Sprint(int(top)+400), "click", "--repeat", fmt.Sprint(turns), "5")
	return err
}

// signsIn asks Entra for a token with a key of preproduction.
func (w *world) signsIn(ctx context.Context, id, secret string) error {
	form := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {id}, "client_secret": {secret}, "scope": {w.env["IHCE_SANDBOX_SCOPE"]},
	}
	at := w.env["ENTRA_AUTHORITY_HOST"] + w.env["ENTRA_TENANT_ID"] + "/oauth2/v2.0/token"
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, at, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := w.http.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		_, _ = io.Copy(io.Discard, res.Body)
		return fmt.Errorf("the token endpoint answers %s", res.Status)
	}
	return nil
}
