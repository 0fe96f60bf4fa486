package entraclients

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestMain builds and starts the emulator, and sets the variables that clients
// are told of it by: its lines, the authority to trust, the proxy that leads
// Microsoft's two hosts to it.
func TestMain(m *testing.M) {
	code, err := withEmulator(context.Background(), m.Run)
	if err != nil {
		fmt.Fprintln(os.Stderr, "entraclients:", err)
		os.Exit(1)
	}
	os.Exit(code)
}

func withEmulator(ctx context.Context, run func() int) (int, error) {
	dir, err := os.MkdirTemp("", "entraclients-")
	if err != nil {
		return 0, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	program := filepath.Join(dir, "entra-emulator")
	build := exec.CommandContext(ctx, "go", "build", "-o", program, "./server/cmd/entra-emulator")
	build.Dir, build.Stderr = filepath.Join("..", "..", ".."), os.Stderr
	if err := build.Run(); err != nil {
		return 0, fmt.Errorf("building the emulator: %w", err)
	}
	cmd := exec.CommandContext(ctx, program, "-listen", "127.0.0.1:0", "-proxy", "127.0.0.1:0", "-ca-out", filepath.Join(dir, "ca.pem"))
	var log bytes.Buffer
	cmd.Stderr = &log
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	defer func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	}()
	ready := false
	for lines := bufio.NewScanner(out); !ready && lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), "=")
		if err := os.Setenv(name, value); err != nil {
			return 0, err
		}
		ready = name == "ENTRA_READY"
	}
	if !ready {
		return 0, fmt.Errorf("the emulator ended before it was ready: %s", log.String())
	}
	for name, from := range map[string]string{"SSL_CERT_FILE": "ENTRA_CA_FILE", "NODE_EXTRA_CA_CERTS": "ENTRA_CA_FILE", "HTTPS_PROXY": "ENTRA_PROXY_URL"} {
		if err := errors.Join(os.Setenv(name, os.Getenv(from)), os.Unsetenv("NO_PROXY"), os.Unsetenv("no_proxy")); err != nil {
			return 0, err
		}
	}
	return run(), nil
}

// control asks the emulator's control API.
func control(ctx context.Context, method, name, body string) error {
	rq, err := http.NewRequestWithContext(ctx, method, os.Getenv("ENTRA_CONTROL_URL")+"/"+name, strings.NewReader(body))
	if err != nil {
		return err
	}
	rq.Header.Set("X-Control-Key", os.Getenv("ENTRA_CONTROL_KEY"))
	res, err := http.DefaultClient.Do(rq)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode >= 300 {
		return fmt.Errorf("control: %s %s: %s", method, name, res.Status)
	}
	return nil
}

// profiles runs a test once for each of the tenant's manners asked for. In all
// but the instant one its clock runs twenty times as fast: its lag is waited
// out, as clients have to, in a twentieth of the time.
func profiles(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	asked := os.Getenv("CLIENTS_PROFILES")
	if asked == "" {
		asked = "instant"
	}
	for p := range strings.FieldsSeq(asked) {
		t.Run(p, func(t *testing.T) {
			for _, c := range [][3]string{{"POST", "clock", `{"run":true}`}, {"PUT", "knobs", `{"profile":"` + p + `"}`}} {
				if err := control(t.Context(), c[0], c[1], c[2]); err != nil {
					t.Fatal(err)
				}
			}
			if p != "instant" {
				hurry(t)
			}
			test(t)
		})
	}
}

func hurry(t *testing.T) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				done <- nil
				return
			case <-tick.C:
				if err := control(ctx, "POST", "clock", `{"advance":"1s"}`); err != nil && ctx.Err() == nil {
					done <- err
					return
				}
			}
		}
	}()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// settle repeats what the directory refuses while it lags. It fails after a
// number of tries that no profile needs.
func settle(t *testing.T, what string, do func() error) {
	t.Helper()
	for tries := 1; ; tries++ {
		err := do()
		if err == nil {
			t.Logf("%-28s done (try %d)", what, tries)
			return
		}
		if tries == 300 {
			t.Fatalf("%s: %v", what, err)
		}
		wait := time.NewTimer(20 * time.Millisecond)
		select {
		case <-wait.C:
		case <-t.Context().Done():
			t.Fatalf("%s: %v", what, err)
		}
	}
}
