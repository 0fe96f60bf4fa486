package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRun_usage(t *testing.T) {
	for _, tt := range []struct {
		name    string
		args    []string
		environ []string
		code    int
		holds   string
	}{
		{"help", []string{"--help"}, nil, 0, "-client-secret-file"},
		{"unknown flag", []string{"-nope"}, nil, 2, "-nope"},
		{"no commands", []string{"serve"}, nil, 2, `"serve"`},
		{"profile", []string{"-profile", "nice"}, nil, 2, `-profile: "nice"`},
		{"token version", []string{"-api-token-version", "3"}, nil, 2, "-api-token-version: 3"},
		{"seed", []string{"-seed", "x"}, nil, 2, "-seed"},
		{"clock", []string{"-clock", "today"}, nil, 2, `-clock: "today"`},
		{"not loopback", []string{"-listen", "0.0.0.0:0"}, nil, 2, "-listen"},
		{"secret file", []string{"-client-secret-file", filepath.Join("no", "such")}, nil, 2, "-client-secret-file"},
		{"environment misspelt", nil, []string{"ENTRA_EMULATOR_SEDE=1"}, 2, "ENTRA_EMULATOR_SEDE"},
		{"environment value", nil, []string{"ENTRA_EMULATOR_SEED=x"}, 2, "ENTRA_EMULATOR_SEED"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			if code := run(t.Context(), tt.args, tt.environ, &out, &out); code != tt.code || !strings.Contains(out.String(), tt.holds) {
				t.Errorf("code %d, output %s", code, out.String())
			}
		})
	}
}

func TestRun_readyBlock(t *testing.T) {
	env := filepath.Join(t.TempDir(), "env")
	ctx, stop := context.WithCancel(t.Context())
	r, w := io.Pipe()
	code := make(chan int, 1)
	go func() {
		code <- run(ctx, []string{"-env-out", env, "-seed", "5"}, []string{"ENTRA_EMULATOR_LISTEN=127.0.0.1:0"}, w, io.Discard)
		_ = w.Close()
	}()
	var lines []string
	sc := bufio.NewScanner(r)
	for sc.Scan() {
		lines = append(lines, sc.Text())
		if sc.Text() == "ENTRA_READY=1" {
			break
		}
	}
	block := strings.Join(lines, "\n") + "\n"
	for _, key := range []string{
		"TENANT_ID", "CLIENT_ID", "CLIENT_SECRET", "AUTHORITY_HOST", "GRAPH_URL", "METADATA_HOST", "CA_FILE", "PROXY_URL", "CONTROL_URL", "CONTROL_KEY",
	} {
		if !strings.Contains(block, "ENTRA_"+key+"=") {
			t.Errorf("ENTRA_%s is missing", key)
		}
	}
	if !strings.Contains(block, "IHCE_SANDBOX_SUBSCRIPTION_KEY=") || !strings.Contains(block, "IHCE_PROD_SCOPE=api://") {
		t.Error("the IHCE lines are missing")
	}
	if file, err := os.ReadFile(env); err != nil || string(file) != block {
		t.Errorf("-env-out differs from standard output: %v", err)
	}
	if info, err := os.Stat(env); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("-env-out: %v %v", info, err)
	}
	stop()
	if c := <-code; c != 0 {
		t.Errorf("code %d", c)
	}
}

// Whatever stands in a flag or its variable, it is taken or refused by name.
func FuzzParse(f *testing.F) {
	f.Add("seed", "18446744073709551616")
	f.Add("listen", "[::1]:0")
	f.Add("clock", "2026-01-02T03:04:05Z")
	f.Add("extra-hosts", "a,,b c")
	f.Add("public-url", "https://%zz")
	f.Fuzz(func(t *testing.T, name, value string) {
		if strings.ContainsAny(name, "=\x00") || name == "client-secret-file" {
			return
		}
		variable := "ENTRA_EMULATOR_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
		o, err := parse(nil, []string{variable + "=" + value}, io.Discard, io.Discard)
		if err == nil && o.cfg.Validate() != nil {
			t.Fatalf("%s=%q: taken, and refused at the start", name, value)
		}
		if err != nil && strings.TrimSpace(err.Error()) == "" {
			t.Fatalf("%s=%q: refused without a word", name, value)
		}
	})
}
