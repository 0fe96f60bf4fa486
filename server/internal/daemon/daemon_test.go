package daemon

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"flag"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"llavero/server/internal/config"
	"llavero/shared/wire"
)

const (
	tenant   = "11111111-1111-4111-8111-111111111111"
	resource = "22222222-2222-4222-8222-222222222222"
)

// workable are the settings of a server on this machine, without a directory.
func workable(t *testing.T) config.Config {
	t.Helper()
	c := config.Default()
	c.Listen, c.DataDir, c.Demo = "127.0.0.1:0", filepath.Join(t.TempDir(), "data"), true
	c.Auth.ArgonMemory, c.Auth.PuzzleBits = 64, 2
	c.Backup.Enabled = false
	c.Preproduction = config.Environment{TenantID: tenant, Scope: "api://ihce/.default", ResourceAppID: resource, ValidityDays: 365, Reveal: "always"}
	c.Production = c.Preproduction
	return c
}

// file writes the same settings as an administrator would.
func file(t *testing.T) (path, data string) {
	t.Helper()
	dir := t.TempDir()
	path, data = filepath.Join(dir, "llavero.toml"), filepath.Join(dir, "data")
	text := "listen = \"127.0.0.1:0\"\n[auth]\nargon_memory = 64\n"
	for _, env := range []string{"preproduction", "production"} {
		text += "[" + env + "]\ntenant_id = \"" + tenant + "\"\nscope = \"api://ihce/.default\"\nresource_app_id = \"" + resource + "\"\n"
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path, data
}

// output is a stream that can be read while it is written.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

// call runs a command line and returns code, stdout and stderr.
func call(t *testing.T, stdin string, args ...string) (int, string, string) {
	t.Helper()
	var out, errs output
	code := run(t.Context(), args, world{stdin: strings.NewReader(stdin), stdout: &out, stderr: &errs, clock: time.Now})
	return code, out.String(), errs.String()
}

func TestRun_usage(t *testing.T) {
	path, data := file(t)
	for _, tt := range []struct {
		args string
		code int
		want string // in stderr, or in stdout when the code is 0
	}{
		{"", 2, "Usage: llavero-server COMMAND"},
		{"--help", 0, "import reps"},
		{"version", 0, "llavero-server " + Version},
		{"--version", 0, "llavero-server " + Version},
		{"version x", 2, `"x"`},
		{"sevre", 2, `unknown command "sevre"`},
		{"user", 2, "add, list, totp, disable"},
		{"user --help", 2, "add, list, totp, disable"},
		{"mail", 2, "returned"},
		{"mail returned", 2, "standard input"},
		{"directory", 2, "check"},
		{"directory test", 2, `unknown command "test" of directory`},
		{"directory check --help", 0, "Nothing is written"},
		{"directory check --config /nonexistent.toml", 1, "/nonexistent.toml"},
		{"directory check --config " + path, 1, "operacion-entra.md"},
		{"seal", 2, "status, rotate, retire"},
		{"seal rotate --help", 0, "--retire"},
		{"user remove", 2, `unknown command "remove" of user`},
		{"import csv", 2, `unknown command "csv" of import`},
		{"serve --help", 0, "--listen HOST:PORT"},
		{"migrate --help", 0, "--config FILE"},
		{"import reps --help", 0, "FILE…"},
		{"user add --help", 0, "--document TYPE:NUMBER"},
		{"user list --help", 0, "Usage"},
		{"user totp --help", 0, "ACCOUNT"},
		{"user disable --help", 0, "ACCOUNT"},
		{"serve --lisen x", 2, "-lisen"},
		{"serve extra", 2, `"extra"`},
		{"serve --config " + path + " --listen nowhere", 2, "nowhere"},
		{"serve --config /nonexistent.toml", 1, "/nonexistent.toml"},
		{"import reps", 2, "name the file"},
		{"import mss-personas --help", 0, "correo"},
		{"import mss-organizaciones --help", 0, "razon_social"},
		{"import mss-delegaciones --help", 0, "fecha_novedad"},
		{"import rethus --help", 0, "registro_profesional"},
		{"import funcionarios --help", 0, "activo"},
		{"import funcionarios", 2, "name the file"},
		{"import rethus a b", 2, "name the file"},
		{"import mss-personas --config " + path + " --data " + data + " /nonexistent.csv", 1, "/nonexistent.csv"},
		{"verify rethus --help", 0, "--why REASON"},
		{"verify rethus --document 77 --why x", 2, `"77"`},
		{"verify rethus --document CC:77", 2, "--why"},
		{"import reps --confirm=maybe f", 2, "maybe"},
		{"user add --config " + path + " --role king", 2, `"king"`},
		{"user add --config " + path + " --role officer --document 77", 2, `"77"`},
		{"user add --config " + path + " --role officer --document CC:77 --nit 1", 2, "--nit"},
		{"user add --config " + path + " --role delegate --document CC:77 --nit 9-1", 2, `"9-1"`},
		{"user add --config " + path + " --data " + data + " --role officer --document CC:77", 2, "person.name"},
		{"user disable --config " + path + " --data " + data, 2, "name one account"},
		{"officer", 2, "list, grant, withdraw, administrator"},
		{"officer grant --config " + path + " --data " + data + " x", 2, "--why"},
		{"officer withdraw --config " + path + " --data " + data + " --why y", 2, "name one account"},
		{"officer administrator --config " + path + " --data " + data + " --why y nobody", 1, `"nobody"`},
		{"officer administrator --help", 0, "--remove"},
		{"user disable --config " + path + " --data " + data + " nobody", 1, `"nobody"`},
	} {
		code, out, errs := call(t, "", strings.Fields(tt.args)...)
		said := errs
		if tt.code == 0 {
			said = out
		}
		if code != tt.code || !strings.Contains(said, tt.want) {
			t.Errorf("%q: code %d, want %d; said %q, want %q", tt.args, code, tt.code, said, tt.want)
		}
	}
}

// TestRun_badArguments is TestRun_usage over every command and each of its
// flags: what is wrong is named, the code is 2, nothing is done.
func TestRun_badArguments(t *testing.T) {
	t.Chdir(t.TempDir()) // where data would be made
	wrong := func(named string, args ...string) {
		t.Helper()
		code, out, errs := call(t, "", args...)
		if code != exitUsage || !strings.Contains(errs, named) || out != "" {
			t.Errorf("%q: code %d, want %d; said %q%q, want %q", args, code, exitUsage, out, errs, named)
		}
	}
	all := commands()
	if len(all) < 10 {
		t.Fatalf("only %d commands", len(all))
	}
	for _, c := range all {
		name := strings.Fields(c.name)
		with := func(more ...string) []string { return append(slices.Clone(name), more...) }
		wrong("llavero-server "+c.name, with("--no-such-flag")...)
		wrong("no-such-flag", with("--no-such-flag")...)
		wrong("-=x", with("--=x")...)
		fs := flag.NewFlagSet(c.name, flag.ContinueOnError)
		c.flags(fs)
		fs.VisitAll(func(f *flag.Flag) {
			if b, ok := f.Value.(interface{ IsBoolFlag() bool }); ok && b.IsBoolFlag() {
				wrong("-"+f.Name, with("--"+f.Name+"=maybe")...)
				return
			}
			wrong("-"+f.Name, with("--"+f.Name)...) // its value is missing
		})
		if c.args == "" {
			wrong(`"sobra"`, with("sobra")...)
			continue
		}
		if strings.HasPrefix(c.args, "[") { // it may be left out
			wrong(`"dos"`, with("uno", "dos")...)
			continue
		}
		wrong("name ", name...)
		if !strings.Contains(c.args, "…") {
			wrong("name ", with("uno", "dos")...)
		}
	}
	if made, err := os.ReadDir("."); err != nil || len(made) > 0 {
		t.Errorf("something was made: %v %v", made, err)
	}
}

func TestUser(t *testing.T) {
	path, data := file(t)
	at := []string{"--config", path, "--data", data}
	do := func(stdin string, args ...string) string {
		t.Helper()
		code, out, errs := call(t, stdin, args...)
		if code != 0 {
			t.Fatalf("%q: %d %s", args, code, errs)
		}
		return out
	}
	with := func(more ...string) []string { return append(more[:2:2], append(at, more[2:]...)...) }
	out := do("", with("user", "add", "--role", "officer", "--document", "CC:9999000101", "--name", "Olga Inventada")...)
	for _, want := range []string{"login: CC9999000101\n", "password: ", "otpauth://totp/"} {
		if !strings.Contains(out, want) {
			t.Errorf("add officer: no %q", want)
		}
	}
	out = do("a password of this test\n", with("user", "add", "--role", "delegate", "--document", "cc:9999000001",
		"--name", "Ana Inventada", "--nit", "999100005", "--email", "ana@example.org", "--password-stdin")...)
	if !strings.Contains(out, "login: ADMIHCEIPS999100005\n") || strings.Contains(out, "password") || strings.Contains(out, "otpauth") {
		t.Errorf("add delegate: %s", out)
	}
	if code, _, errs := call(t, "short\n", with("user", "add", "--role", "officer", "--document", "CC:1", "--name", "x", "--password-stdin")...); code != 2 || !strings.Contains(errs, "fewer than 12") {
		t.Errorf("short password: %d %s", code, errs)
	}
	if code, _, errs := call(t, "", with("user", "add", "--role", "officer", "--document", "CC:9999000101", "--name", "Olga Inventada")...); code != 1 || !strings.Contains(errs, "already") {
		t.Errorf("twice: %d %s", code, errs)
	}
	if out = do("", with("user", "totp", "cc9999000101")...); !strings.Contains(out, "otpauth://") {
		t.Errorf("totp: %s", out)
	}
	do("", with("user", "disable", "CC9999000101")...)
	out = do("", with("user", "list")...)
	for _, want := range []string{"Olga Inventada", "disabled", "NI-999100005", "securityAdmin_IHCE_IPS"} {
		if !strings.Contains(out, want) {
			t.Errorf("list lacks %q:\n%s", want, out)
		}
	}
	do("", "migrate", "--config", path, "--data", data)
}

// start runs a server until the test ends, or until stop is called.
func start(t *testing.T, cfg config.Config) (s *Server, stop func() error) {
	t.Helper()
	s, err := New(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	stop = sync.OnceValue(func() error {
		cancel()
		return <-done
	})
	t.Cleanup(func() { _ = stop() })
	return s, stop
}

func client(t *testing.T, s *Server) *http.Client {
	t.Helper()
	pem, err := os.ReadFile(s.CAFile())
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	tr := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr, Timeout: 20 * time.Second}
}

func about(t *testing.T, c *http.Client, url string) wire.About {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/v1/about", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	var a wire.About
	if err := json.Unmarshal(b, &a); err != nil || resp.TLS.Version != tls.VersionTLS13 {
		t.Fatalf("%v, TLS %x: %s", err, resp.TLS.Version, b)
	}
	return a
}

func TestServer_servesAndStops(t *testing.T) {
	cfg := workable(t)
	s, stop := start(t, cfg)
	if a := about(t, client(t, s), s.URL()); !a.Demo || a.Protocol != wire.Protocol || a.Version != Version {
		t.Errorf("about %+v", a)
	}
	if _, err := New(t.Context(), cfg, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "another server works on") {
		t.Errorf("a second server on the same database: %v", err)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if err := s.Run(t.Context()); err == nil {
		t.Error("ran twice")
	}

	// Again, on the same files, and killed.
	again, _ := start(t, cfg)
	c := client(t, again)
	about(t, c, again.URL())
	if err := again.Close(); err != nil {
		t.Error(err)
	}
	if conn, err := net.DialTimeout("tcp", again.Addr(), time.Second); err == nil {
		_ = conn.Close()
		t.Error("a killed server still listens")
	}
	third, _ := start(t, cfg)
	about(t, client(t, third), third.URL())
}

// What stands at the foot of the registration screens is the server's setting.
func TestServer_tellsItsHelpDesk(t *testing.T) {
	cfg := workable(t)
	cfg.Help = config.Help{Phones: "601 000 0000", Hours: "lunes a viernes", Mail: "ayuda@example.org", Terms: "Condiciones de ejemplo."}
	s, _ := start(t, cfg)
	a := about(t, client(t, s), s.URL())
	if a.Help != (wire.HelpDesk{Phones: "601 000 0000", Hours: "lunes a viernes", Mail: "ayuda@example.org", Terms: "Condiciones de ejemplo."}) || a.Version == "" {
		t.Errorf("about %+v", a)
	}
}

func TestNew_refuses(t *testing.T) {
	quiet := slog.New(slog.DiscardHandler)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	for name, tt := range map[string]struct {
		change func(*config.Config)
		want   string
	}{
		"parameter": {func(c *config.Config) { c.Production.TenantID = "x" }, "production: TenantID is not a GUID"},
		"port":      {func(c *config.Config) { c.Listen = taken.Addr().String() }, taken.Addr().String()},
		"setting":   {func(c *config.Config) { c.Feed.Batch = 0 }, "feed.batch"},
		"authority": {func(c *config.Config) {
			c.Mail.Mode, c.Mail.Host, c.Mail.CAFile = "smtp", "mail.test", "/nonexistent.pem"
		}, "mail.ca_file"},
		"certificate": {func(c *config.Config) {
			c.TLS.CertFile, c.TLS.KeyFile = "/nonexistent.pem", "/nonexistent-key.pem"
		}, "/nonexistent.pem"},
	} {
		cfg := workable(t)
		tt.change(&cfg)
		if _, err := New(t.Context(), cfg, quiet); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}

	// A database whose keyset is gone, or is another's, is not served.
	cfg := workable(t)
	_, stop := start(t, cfg)
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	kept := cfg.KeysetPath() + ".kept"
	if err := os.Rename(cfg.KeysetPath(), kept); err != nil {
		t.Fatal(err)
	}
	if _, err := New(t.Context(), cfg, quiet); err == nil || !strings.Contains(err.Error(), "restore it") {
		t.Errorf("keyset gone: %v", err)
	}
	other := workable(t)
	_, stop = start(t, other)
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(other.KeysetPath(), cfg.KeysetPath()); err != nil {
		t.Fatal(err)
	}
	if _, err := New(t.Context(), cfg, quiet); err == nil || !strings.Contains(err.Error(), "keyset") {
		t.Errorf("another's keyset: %v", err)
	}
}

func TestServe_command(t *testing.T) {
	path, data := file(t)
	ctx, cancel := context.WithCancel(t.Context())
	var out, errs output
	done := make(chan int, 1)
	go func() {
		done <- run(ctx, []string{"serve", "--config", path, "--data", data}, world{
			stdout: &out, stderr: &errs, clock: time.Now, environ: []string{"LLAVERO_LISTN=x"},
		})
	}()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(20 * time.Second)
	for !strings.Contains(errs.String(), "msg=serving") {
		select {
		case <-tick.C:
		case code := <-done:
			t.Fatalf("ended with %d: %s", code, errs.String())
		case <-limit:
			t.Fatalf("not serving: %s", errs.String())
		}
	}
	cancel()
	if code := <-done; code != 0 {
		t.Errorf("code %d: %s", code, errs.String())
	}
	for _, want := range []string{"LLAVERO_LISTN", "key=mail.mode value=drop", "url=https://127.0.0.1:"} {
		if !strings.Contains(errs.String(), want) {
			t.Errorf("the log lacks %q", want)
		}
	}
}

func TestFreeMail(t *testing.T) {
	built, own := freeMail(nil), freeMail([]string{"Gratis.Example"})
	for domain, want := range map[string]bool{"gmail.com": true, "GMAIL.com": true, "clinica.example": false, "": false} {
		if built(domain) != want {
			t.Errorf("%q: %t", domain, !want)
		}
	}
	if !own("gratis.example") || own("gmail.com") {
		t.Error("the settings' list does not replace the built-in one")
	}
}

func TestComparePermissions(t *testing.T) {
	const own, grant, read = "Application.ReadWrite.OwnedBy", "AppRoleAssignment.ReadWrite.All", "Application.Read.All"
	const quota, policy, more = "Organization.Read.All", "Policy.Read.All", "Application.ReadWrite.All"
	for _, tt := range []struct{ have, missing, excess []string }{
		{[]string{own, quota, policy, read, grant}, nil, nil},
		{nil, []string{grant, read, own}, nil},
		{[]string{grant, more, read}, []string{own}, []string{more}},
	} {
		missing, excess := comparePermissions(tt.have)
		if !slices.Equal(missing, tt.missing) || !slices.Equal(excess, tt.excess) {
			t.Errorf("%q: missing %q, excess %q", tt.have, missing, excess)
		}
	}
}
