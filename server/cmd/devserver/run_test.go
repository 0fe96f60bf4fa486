package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestRun_usage(t *testing.T) {
	for _, tt := range []struct {
		name  string
		args  []string
		code  int
		holds string
	}{
		{"help", []string{"--help"}, 0, "-mail-listen"},
		{"unknown flag", []string{"-nope"}, 2, "-nope"},
		{"no commands", []string{"start"}, 2, `"start"`},
		{"profile", []string{"-profile", "nice"}, 2, `-profile: "nice"`},
		{"ahead", []string{"-ahead", "25h"}, 2, "-ahead: 25h0m0s is not from 0s to 24h"},
		{"not loopback", []string{"-listen", "0.0.0.0:1"}, 2, "-listen"},
		{"no port", []string{"-mail-listen", "localhost"}, 2, "-mail-listen"},
		{"code of nobody", []string{"-dir", t.TempDir(), "-totp", "CC9999000101"}, 1, "start devserver first"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			if code := run(t.Context(), tt.args, &out, &out); code != tt.code || !strings.Contains(out.String(), tt.holds) {
				t.Errorf("code %d, output %s", code, out.String())
			}
		})
	}
}

// life is one run of devserver on free ports.
type life struct {
	env  map[string]string
	errs *bytes.Buffer
	stop func() int
}

func live(t *testing.T, args ...string) *life {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	l := &life{env: map[string]string{}, errs: &bytes.Buffer{}}
	code := make(chan int, 1)
	go func() {
		code <- run(ctx, args, w, l.errs)
		_ = w.Close()
	}()
	sc := bufio.NewScanner(r)
	for l.env["LLAVERO_READY"] == "" && sc.Scan() {
		name, value, _ := strings.Cut(sc.Text(), "=")
		l.env[name] = value
	}
	ended := false
	l.stop = func() int {
		if ended {
			return 0
		}
		ended = true
		cancel()
		return <-code
	}
	if l.env["LLAVERO_READY"] != "1" {
		t.Fatalf("not ready, code %d: %s", l.stop(), l.errs)
	}
	t.Cleanup(func() { l.stop() })
	return l
}

func TestRun_goesOnWhereItWas(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "with space")
	free := []string{"-dir", dir, "-demo=false", "-listen", "127.0.0.1:0", "-entra-listen", "127.0.0.1:0", "-mail-listen", "127.0.0.1:0"}
	first := live(t, free...)
	for _, key := range []string{
		"LLAVERO_SERVER_URL", "LLAVERO_CA_FILE", "LLAVERO_MAIL_DIR", "ENTRA_AUTHORITY_HOST", "ENTRA_GRAPH_URL", "ENTRA_CA_FILE",
		"ENTRA_TENANT_ID", "ENTRA_CLIENT_ID", "ENTRA_CONTROL_URL", "LLAVERO_DEMO_DELEGATE_PASSWORD", "LLAVERO_DEMO_OFFICER_TOTP_SEED",
		"LLAVERO_DEMO_NEW_DELEGATE_NIT", "LLAVERO_DEMO_NEW_DELEGATE_DOCUMENT", "LLAVERO_DEMO_NEW_DELEGATE_EMAIL",
		"LLAVERO_DEMO_NEW_PROFESSIONAL_REGISTRY", "LLAVERO_DEMO_NEW_OFFICER_DOCUMENT", "LLAVERO_DEMO_NEW_NO_MAIL_DOCUMENT",
		"LLAVERO_DEMO_NEW_NO_DELEGATION_NIT",
	} {
		if first.env[key] == "" {
			t.Errorf("%s is missing", key)
		}
	}
	info, err := os.Stat(filepath.Join(dir, "env"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("env file: %v %v", info, err)
	}
	sourced, err := exec.CommandContext(t.Context(), "sh", "-c", `. "$1" && printf %s "$LLAVERO_CA_FILE"`, "sh", filepath.Join(dir, "env")).Output()
	if err != nil || string(sourced) != first.env["LLAVERO_CA_FILE"] {
		t.Errorf("the env file sourced by a shell gives %q: %v", sourced, err)
	}
	var out bytes.Buffer
	if code := run(t.Context(), []string{"-dir", dir, "-totp", "cc9999000101"}, &out, &out); code != 0 || len(strings.TrimSpace(out.String())) != 6 {
		t.Errorf("-totp: code %d, %q", code, out.String())
	}
	out.Reset()
	if code := run(t.Context(), free, &out, &out); code != 1 || !strings.Contains(out.String(), "another devserver works in") {
		t.Errorf("a second one in the same folder: code %d, %s", code, out.String())
	}
	if code := first.stop(); code != 0 {
		t.Fatalf("stopped with code %d: %s", code, first.errs)
	}
	if strings.Contains(first.errs.String(), first.env["LLAVERO_DEMO_DELEGATE_PASSWORD"]) || strings.Contains(first.errs.String(), first.env["ENTRA_CLIENT_SECRET"]) {
		t.Error("the log shows a secret")
	}

	second := live(t, "-dir", dir, "-demo=false")
	for _, key := range []string{"LLAVERO_SERVER_URL", "ENTRA_GRAPH_URL", "ENTRA_CLIENT_SECRET", "LLAVERO_DEMO_DELEGATE_PASSWORD", "LLAVERO_DEMO_OFFICER2_TOTP_SEED"} {
		if second.env[key] != first.env[key] {
			t.Errorf("%s changed over the restart", key)
		}
	}
	second.stop()

	third := live(t, append(free, "-reset")...)
	if third.env["LLAVERO_DEMO_DELEGATE_PASSWORD"] == first.env["LLAVERO_DEMO_DELEGATE_PASSWORD"] {
		t.Error("-reset kept the people")
	}
}

func TestRun_portTaken(t *testing.T) {
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	taken := ln.Addr().String()
	var out bytes.Buffer
	if code := run(t.Context(), []string{"-dir", t.TempDir(), "-listen", taken}, &out, &out); code != 1 || !strings.Contains(out.String(), taken) {
		t.Errorf("code %d, output %s", code, out.String())
	}
	// Not given on the command line: the next free one, and it says so.
	o, err := parse([]string{"-dir", t.TempDir()}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(o.dir, "state"), 0o700); err != nil {
		t.Fatal(err)
	}
	o.listen = taken
	out.Reset()
	p, err := choosePorts(t.Context(), o, &out)
	if err != nil || p.Server == taken || !strings.Contains(out.String(), taken+" is taken") {
		t.Errorf("chose %q: %v, said %q", p.Server, err, out.String())
	}
}
