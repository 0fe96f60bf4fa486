package benchtest

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/BurntSushi/toml"
)

// patience bounds the wait for a program.
const patience = 30 * time.Second

// process is a running program.
type process struct {
	ended chan struct{} // closed when err is set
	err   error
}

// RunProgram stops the server of this process and serves the same files at the
// same address with the real program, in a process of its own that ends with
// the benchmark. It knows no directory: nothing is asked of it here. It returns
// the process id.
func (c *Country) RunProgram(b *testing.B, program string) int {
	b.Helper()
	settings := c.World.Settings()
	settings.Listen = strings.TrimPrefix(c.URL, "https://")
	settings.Entra.Tenant, settings.Entra.ClientID = "", ""
	settings.Preproduction.Parameters, settings.Production.Parameters = nil, nil
	settings.LogLevel = "warn"
	var text bytes.Buffer
	if err := toml.NewEncoder(&text).Encode(settings); err != nil {
		b.Fatal(err)
	}
	file := filepath.Join(c.Dir, "server.toml")
	if err := os.WriteFile(file, text.Bytes(), 0o600); err != nil {
		b.Fatal(err)
	}
	c.Kill()
	// The benchmark's own context ends before its cleanups.
	cmd := exec.CommandContext(context.WithoutCancel(b.Context()), program, "serve", "--config", file)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	p := &process{ended: make(chan struct{})}
	go func() {
		p.err = cmd.Wait()
		close(p.ended)
	}()
	b.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-p.ended:
		case <-time.After(patience):
			_ = cmd.Process.Kill()
			<-p.ended
		}
	})
	c.waitReady(b, p, &out)
	return cmd.Process.Pid
}

// waitReady waits until the program answers.
func (c *Country) waitReady(b *testing.B, p *process, out *bytes.Buffer) {
	b.Helper()
	limit := time.After(patience)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		res, err := c.HTTPClient().Get(c.URL + "/v1/about")
		if err == nil {
			_ = res.Body.Close()
			return
		}
		select {
		case <-p.ended:
			b.Fatalf("the server ended: %v\n%s", p.err, out)
		case <-limit:
			b.Fatalf("the server does not answer: %v", err)
		case <-tick.C:
		}
	}
}
