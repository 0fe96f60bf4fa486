package daemon

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"llavero/server/internal/config"
	"llavero/server/internal/metrics"
)

const packaging = "../../../packaging/server/"

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// The unit keeps what a security officer looks for, and systemd agrees with it
// where it is at hand.
func TestPackaging_unit(t *testing.T) {
	unit := read(t, packaging+"llavero-server.service")
	for _, line := range []string{
		"Type=notify", "User=llavero", "UMask=0077", "StateDirectory=llavero", "StateDirectoryMode=0700", "LimitCORE=0", "NoNewPrivileges=yes",
		"CapabilityBoundingSet=", "ProtectSystem=strict", "ProtectHome=yes", "PrivateTmp=yes", "PrivateDevices=yes", "MemoryDenyWriteExecute=yes",
		"SystemCallFilter=@system-service", "SystemCallFilter=~@privileged @resources", "SystemCallArchitectures=native",
		"RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX", "RestrictSUIDSGID=yes", "LockPersonality=yes", "WatchdogSec=120",
		"ExecReload=/bin/kill -HUP $MAINPID", "ExecStart=/usr/bin/llavero-server serve --config /etc/llavero/llavero.toml",
	} {
		if !strings.Contains("\n"+unit, "\n"+line+"\n") {
			t.Errorf("no line %q", line)
		}
	}
	if !strings.Contains(unit, "#LoadCredential=") {
		t.Error("it does not show how secrets are handed over")
	}
	path := filepath.Join(t.TempDir(), "llavero-server.service")
	here := regexp.MustCompile(`(?m)^ExecStart=.*$`).ReplaceAllString(unit, "ExecStart=/bin/true")
	if err := os.WriteFile(path, []byte(here), 0o600); err != nil {
		t.Fatal(err)
	}
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Log("systemd-analyze is not here")
		return
	}
	for _, args := range [][]string{{"verify", path}, {"security", "--offline=true", "--threshold=15", path}} {
		ctx, cancel := context.WithTimeout(t.Context(), patient)
		out, err := exec.CommandContext(ctx, analyze, args...).CombinedOutput()
		cancel()
		if err != nil || args[0] == "verify" && len(out) > 0 {
			t.Errorf("%q: %v: %s", args, err, out)
		}
	}
}

// The container runs without rights and as little as can be.
func TestPackaging_container(t *testing.T) {
	text := read(t, packaging+"Containerfile")
	stages := regexp.MustCompile(`(?m)^FROM (\S+)`).FindAllStringSubmatch(text, -1)
	if len(stages) != 2 || !strings.Contains(stages[1][1], "distroless") || strings.Contains(text, ":latest") {
		t.Errorf("stages %q", stages)
	}
	last := text[strings.LastIndex(text, "\nFROM "):]
	for _, want := range []string{"\nUSER 65532:65532\n", "\nHEALTHCHECK ", `["/usr/bin/llavero-server", "health"]`, "\nENTRYPOINT [", "\nSTOPSIGNAL SIGTERM\n", "\nVOLUME ["} {
		if !strings.Contains(last, want) {
			t.Errorf("the last stage lacks %q", want)
		}
	}
	for _, bad := range []string{"\nRUN ", "\nADD ", "curl", "apt", "USER root", "PASSWORD", "SECRET"} {
		if strings.Contains(last, bad) {
			t.Errorf("the last stage has %q", bad)
		}
	}
	module := read(t, "../../../go.mod")
	if v := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(module); !strings.Contains(stages[0][1], "golang:"+v[1]+"-") {
		t.Errorf("builds with %s, the module wants %s", stages[0][1], v[1])
	}
	environ := regexp.MustCompile(`LLAVERO_[A-Z_]+=\S+`).FindAllString(text, -1)
	if c := config.Default(); len(environ) < 4 || len(c.Unknown(environ)) > 0 {
		t.Errorf("variables %q, unknown %q", environ, config.Default().Unknown(environ))
	}
}

// The example is a configuration that is right, and holds no secret.
func TestPackaging_example(t *testing.T) {
	text := read(t, packaging+"llavero.toml")
	dir := t.TempDir()
	secretFile := filepath.Join(dir, "correo")
	if err := os.WriteFile(secretFile, []byte("x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "llavero.toml")
	if err := os.WriteFile(path, []byte(strings.Replace(text, "/etc/llavero/secretos/correo", secretFile, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Load(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(cfg.Metrics.Listen, "127.0.0.1:") || cfg.Metrics.Exposed || cfg.Demo || cfg.TLS.CertFile == "" {
		t.Errorf("%s", cfg)
	}
}

// Each alert asks for figures that the server shows.
func TestPackaging_alerts(t *testing.T) {
	text := read(t, packaging+"alertas.yml")
	s, _ := start(t, withMetrics(t))
	_, page := get(t, "http://"+s.MetricsAddr()+metrics.PathMetrics)
	shown := map[string]bool{"llavero_backup_age_seconds": true} // once there is a backup
	for _, m := range regexp.MustCompile(`(?m)^(?:# TYPE )?(llavero_[a-z_]+)`).FindAllStringSubmatch(page, -1) {
		shown[m[1]] = true
	}
	// Those with labels appear with their first value.
	labelled := []string{
		"llavero_jobs_oldest_seconds", "llavero_jobs_parked", "llavero_http_requests_total", "llavero_sign_in_failures_total",
	}
	source := read(t, "../metrics/metrics.go") + read(t, "../metrics/gauges.go")
	used := regexp.MustCompile(`llavero_[a-z_]+`).FindAllString(text, -1)
	if len(used) < 15 {
		t.Errorf("only %d figures are used", len(used))
	}
	for _, name := range used {
		if !shown[name] && !slices.Contains(labelled, name) {
			t.Errorf("nobody shows %s", name)
		}
		if !strings.Contains(source, `"`+strings.TrimSuffix(strings.TrimPrefix(name, "llavero_"), "_bucket")+`"`) && !strings.Contains(source, `"`+strings.TrimSuffix(name, "_bucket")+`"`) {
			t.Errorf("nobody makes %s", name)
		}
	}
	guide := read(t, "../../../docs/operacion.md")
	for _, m := range regexp.MustCompile(`alert: (\w+)`).FindAllStringSubmatch(text, -1) {
		if !strings.Contains(guide, "`"+m[1]+"`") {
			t.Errorf("the guide does not say what to do at %s", m[1])
		}
	}
	if promtool, err := exec.LookPath("promtool"); err == nil {
		if out, err := exec.CommandContext(t.Context(), promtool, "check", "rules", packaging+"alertas.yml").CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, out)
		}
	}
}

// systemd is told when the server serves, that it lives, and that it stops.
func TestNotify(t *testing.T) {
	path, data := file(t)
	socket := filepath.Join(t.TempDir(), "notify")
	l, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	if err := l.SetReadDeadline(time.Now().Add(patient)); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var out, errs output
	done := make(chan int, 1)
	go func() {
		done <- run(ctx, []string{"serve", "--config", path, "--data", data}, world{
			stdout: &out, stderr: &errs, clock: time.Now, environ: []string{"NOTIFY_SOCKET=" + socket},
		})
	}()
	hear := func(want string) {
		t.Helper()
		b := make([]byte, 64)
		n, err := l.Read(b)
		if err != nil || string(b[:n]) != want {
			t.Fatalf("heard %q, %v, want %q; %s", b[:n], err, want, errs.String())
		}
	}
	hear(stateReady)
	hear(stateAlive)
	cancel()
	hear(stateStopping)
	if code := <-done; code != 0 {
		t.Errorf("code %d: %s", code, errs.String())
	}
}
