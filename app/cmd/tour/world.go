package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/http"
	"net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"
)

// world is everything outside the windows: the development server with its
// emulators, in a process of its own, and the mail folder.
type world struct {
	dir  string
	bin  string
	cmd  *exec.Cmd
	env  map[string]string
	log  *os.File
	http *http.Client

	ahead time.Duration // of the server's clock, from its next start on
}

// begin starts the development server on an empty state.
func begin(ctx context.Context, dir, bin string) (*world, error) {
	log, err := os.Create(filepath.Join(dir, "devserver.log"))
	if err != nil {
		return nil, err
	}
	w := &world{dir: filepath.Join(dir, "state"), bin: bin, log: log}
	return w, w.start(ctx)
}

// start starts the server, again on the same state after stop.
func (w *world) start(ctx context.Context) error {
	w.cmd = exec.CommandContext(ctx, w.bin, "-dir", w.dir, "-image-code", imageCode, "-ahead", w.ahead.String())
	w.cmd.Stderr = w.log
	w.cmd.Cancel = func() error { return w.cmd.Process.Signal(syscall.SIGTERM) }
	w.cmd.WaitDelay = 10 * time.Second
	out, err := w.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := w.cmd.Start(); err != nil {
		return err
	}
	w.env = map[string]string{}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if name, value, ok := strings.Cut(lines.Text(), "="); ok {
			w.env[name] = value
		}
		if w.env["LLAVERO_READY"] == "1" {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return w.trust()
		}
	}
	return fmt.Errorf("the development server ended before it was ready: see %s", w.log.Name())
}

// trust builds a client for the emulator's control address.
func (w *world) trust() error {
	pem, err := os.ReadFile(w.env["ENTRA_CA_FILE"])
	if err != nil {
		return err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return errors.New("the emulator's CA file holds no certificate")
	}
	w.http = &http.Client{
		Timeout:   10 * time.Second,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS13}},
	}
	return nil
}

// kill ends the server the hard way.
func (w *world) kill() {
	_ = w.cmd.Process.Kill()
	_ = w.cmd.Wait()
}

func (w *world) close() {
	_ = w.cmd.Cancel()
	_ = w.cmd.Wait()
	_ = w.log.Close()
}

// control speaks to the emulator's control address.
func (w *world) control(ctx context.Context, method, path string, body any) error {
	encoded, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(w.env["ENTRA_CONTROL_URL"], "/")+path, bytes.NewReader(encoded))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+w.env["ENTRA_CONTROL_KEY"])
	req.Header.Set("Content-Type", "application/json")
	res, err := w.http.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode >= 300 {
		b, _ := io.ReadAll(io.LimitReader(res.Body, 500))
		return fmt.Errorf("control %s %s: %s: %s", method, path, res.Status, b)
	}
	return nil
}

var sixDigits = regexp.MustCompile(`\b(\d{6})\b`)

// imageCode is what every image code of this server shows: the tour has no eyes.
const imageCode = "KMNPR"

// code waits for a mail newer than since and returns the one-time code in it.
func (w *world) code(ctx context.Context, since time.Time) (string, error) {
	return w.inMail(ctx, since, "code", func(text string) string {
		for _, line := range strings.Split(text, "\n") {
			if m := sixDigits.FindString(strings.TrimSpace(line)); m != "" && strings.TrimSpace(line) == m {
				return m
			}
		}
		return sixDigits.FindString(text)
	})
}

// link waits for a mail newer than since and returns its link to set a password.
func (w *world) link(ctx context.Context, since time.Time) (string, error) {
	return w.inMail(ctx, since, "link", accountLink.FindString)
}

var accountLink = regexp.MustCompile(`https://\S+/cuenta#\S+`)

// inMail waits for a mail newer than since and returns what find finds in it.
func (w *world) inMail(ctx context.Context, since time.Time, what string, find func(text string) string) (string, error) {
	var found string
	err := until(ctx, 20*time.Second, "the mail with the "+what, func() error {
		files, err := filepath.Glob(filepath.Join(w.env["LLAVERO_MAIL_DIR"], "*.eml"))
		if err != nil {
			return err
		}
		slices.SortFunc(files, func(a, b string) int { return modified(b).Compare(modified(a)) })
		if len(files) == 0 || modified(files[0]).Before(since) {
			return errors.New("no new mail")
		}
		text, err := mailText(files[0])
		if err != nil {
			return err
		}
		if found = find(text); found == "" {
			return fmt.Errorf("no %s in %s", what, filepath.Base(files[0]))
		}
		return nil
	})
	return found, err
}

func modified(file string) time.Time {
	info, err := os.Stat(file)
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}

// mailText returns the plain text of a mail.
func mailText(file string) (string, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	m, err := mail.ReadMessage(bytes.NewReader(b))
	if err != nil {
		return "", err
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		return "", err
	}
	if !strings.HasPrefix(kind, "multipart/") {
		return decoded(m.Body, m.Header.Get("Content-Transfer-Encoding"))
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	for {
		p, err := parts.NextRawPart()
		if err != nil {
			return "", err
		}
		if strings.HasPrefix(p.Header.Get("Content-Type"), "text/plain") {
			return decoded(p, p.Header.Get("Content-Transfer-Encoding"))
		}
	}
}

func decoded(r io.Reader, encoding string) (string, error) {
	if strings.EqualFold(encoding, "quoted-printable") {
		r = quotedprintable.NewReader(r)
	}
	b, err := io.ReadAll(r)
	return string(b), err
}
