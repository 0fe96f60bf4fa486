package entracontract

import (
	"bufio"
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// program starts an emulator as a program of its own and returns what it
// printed, by name.
func program(t *testing.T) map[string]string {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "entra-emulator")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", file, "llavero/server/cmd/entra-emulator")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	cmd := exec.CommandContext(ctx, file, "-listen", "127.0.0.1:0", "-ca-out", filepath.Join(dir, "ca.pem"))
	var log bytes.Buffer
	cmd.Stderr = &log
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		_ = cmd.Wait()
	})
	printed := map[string]string{}
	for lines := bufio.NewScanner(out); printed["ENTRA_READY"] == "" && lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), "=")
		printed[name] = value
	}
	if printed["ENTRA_READY"] == "" {
		_ = cmd.Wait()
		t.Fatalf("the emulator ended before it was ready: %s", log.String())
	}
	return printed
}

// described is the environment that leads a tenant run to that program.
func described(p map[string]string) []string {
	scope := p["IHCE_SANDBOX_SCOPE"]
	return []string{
		"CONTRACT_TARGET=tenant", "CONTRACT_PAUSE=10ms", "CONTRACT_CA_FILE=" + p["ENTRA_CA_FILE"],
		"CONTRACT_AUTHORITY_HOST=" + p["ENTRA_AUTHORITY_HOST"], "CONTRACT_GRAPH_URL=" + p["ENTRA_GRAPH_URL"],
		"CONTRACT_TENANT_ID=" + p["ENTRA_TENANT_ID"], "CONTRACT_CLIENT_ID=" + p["ENTRA_CLIENT_ID"], "CONTRACT_CLIENT_SECRET=" + p["ENTRA_CLIENT_SECRET"],
		"CONTRACT_API_APP_ID=" + strings.TrimSuffix(strings.TrimPrefix(scope, "api://"), "/.default"), "CONTRACT_OTHER_API_SCOPE=" + p["IHCE_PROD_SCOPE"],
		"CONTRACT_GATEWAY_URL=" + p["IHCE_SANDBOX_URL"], "CONTRACT_SUBSCRIPTION_KEY=" + p["IHCE_SANDBOX_SUBSCRIPTION_KEY"],
	}
}

// The suite as it meets a tenant: another program, known by the environment
// alone, whose servers disagree for a moment after each write.
func TestContract_asATenant(t *testing.T) {
	printed := program(t)
	target, err := emulatorAt(linesOf(printed), fileOf(t, printed["ENTRA_CA_FILE"]))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(target.hc.CloseIdleConnections)
	observer, err := newRun(target, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	const lag = `{"min":"5ms","max":"40ms"}`
	_, err = observer.play(t.Context(), step{
		say: "lag", call: "PATCH {control}/knobs", want: 200,
		body: `{"replicas":3,"lag":{"application":` + lag + `,"principal":` + lag + `,"secret":` + lag + `,"role":` + lag + `,"delete":` + lag + `}}`,
	})
	if err != nil {
		t.Fatal(err)
	}

	suite := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestContract$", "-test.v")
	suite.Env = append(slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "CONTRACT_") }), described(printed)...)
	raw, err := suite.CombinedOutput()
	out := string(raw)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, secret := range []string{printed["ENTRA_CLIENT_SECRET"], printed["IHCE_SANDBOX_SUBSCRIPTION_KEY"]} {
		if strings.Contains(out, secret) {
			t.Error("a secret is printed")
		}
	}
	for _, c := range cases() {
		name := "TestContract/" + strings.ReplaceAll(c.name, " ", "_") + " "
		left, played := strings.Contains(out, "--- SKIP: "+name), strings.Contains(out, "--- PASS: "+name)
		if left != (c.faults != "") || played != (c.faults == "") {
			t.Errorf("%s: left out %t, played %t", c.name, left, played)
		}
		if c.faults != "" && !strings.Contains(out, "left out of a tenant run: it needs "+c.faults) {
			t.Errorf("%s is left out without a reason", c.name)
		}
	}
	for _, want := range []string{
		`(?m)[1-9]\d? applications made and purged, at most 10$`, `(?m)\{hostname\} +TLS 1\.3$`, `p50 +p95 +worst`,
		`(?m)^ *application +\d+`, `(?m)^ *service principal +\d+`, `(?m)^ *secret +\d+`, `(?m)^ *role +\d+`, `(?m)^ *deletion +\d+`,
	} {
		if !regexp.MustCompile(want).MatchString(out) {
			t.Errorf("the output does not say %s:\n%s", want, tail(out))
		}
	}
	nothingLeft(t, observer)
	t.Log(tail(out))
}

// nothingLeft looks at the directory with eyes other than the run's own.
func nothingLeft(t *testing.T, r *run) {
	t.Helper()
	if err := r.signIn(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.vars["prefix"] = namePrefix // any run's
	left, err := r.left(t.Context())
	if err != nil || left != "" {
		t.Errorf("the run left something behind:%s (%v)", left, err)
	}
}

// tail is what a run says at its end.
func tail(out string) string {
	if i := strings.Index(out, "applications made"); i >= 0 {
		return out[max(0, i-80):min(len(out), i+900)]
	}
	return out
}

func linesOf(printed map[string]string) []string {
	var lines []string
	for name, value := range printed {
		lines = append(lines, name+"="+value)
	}
	return lines
}

func fileOf(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
