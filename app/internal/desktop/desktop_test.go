package desktop

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
)

func env(pairs map[string]string) func(string) string {
	return func(k string) string { return pairs[k] }
}

func TestParse_flagsBeatTheEnvironment(t *testing.T) {
	var out bytes.Buffer
	from := env(map[string]string{"LLAVERO_SERVER_URL": "https://env.example", "LLAVERO_CA_FILE": "/env.pem"})
	s, err := parse([]string{"-server", "https://flag.example", "-data", "/d", "-log", "DEBUG"}, from, &out)
	if err != nil {
		t.Fatal(err)
	}
	if s.server != "https://flag.example" || s.ca != "/env.pem" || s.data != "/d" || s.level != slog.LevelDebug {
		t.Errorf("got %+v", s)
	}
}

func TestParse_badFlagsNameThemselves(t *testing.T) {
	for _, args := range [][]string{
		{"-colour"},
		{"extra"},
		{"-log", "LOUD"},
		{"-server"},
		{"-ca"},
		{"-data"},
		{"-log"},
		{"-version=maybe", "-version"},
		{"-server", "http://plain.example"},
		{"-server", "ftp://files.example"},
		{"-server", "no es una dirección"},
		{"-server", "https://"},
	} {
		var out bytes.Buffer
		if _, err := parse(args, env(nil), &out); err == nil {
			t.Errorf("%v was taken", args)
		}
		if word := strings.TrimLeft(args[len(args)-1], "-"); !strings.Contains(out.String(), word) {
			t.Errorf("%v: %q does not name it", args, out.String())
		}
	}
}

func TestMain_exitCodes(t *testing.T) {
	never := func(string) fyne.App { t.Error("a window was about to open"); return nil }
	t.Setenv("DISPLAY", "")
	t.Setenv("WAYLAND_DISPLAY", "")
	for _, c := range []struct {
		args []string
		want int
	}{
		{[]string{"-version"}, 0},
		{[]string{"--help"}, 0},
		{[]string{"-nope"}, 2},
		{[]string{"-server", "http://plain.example"}, 2},
		{[]string{"-data", t.TempDir(), "extra"}, 2},
		{nil, 1}, // no display
	} {
		if c.args == nil && checkDisplay(runtime.GOOS, os.Getenv) == nil {
			continue // a system that always has one
		}
		if got := Main(c.args, "test", never); got != c.want {
			t.Errorf("%v exits %d, want %d", c.args, got, c.want)
		}
	}
}

func TestCheckDisplay(t *testing.T) {
	if err := checkDisplay("linux", env(nil)); err == nil || !strings.Contains(err.Error(), "make tour") {
		t.Errorf("got %v", err)
	}
	for goos, pairs := range map[string]map[string]string{"linux": {"WAYLAND_DISPLAY": "wayland-0"}, "windows": nil, "darwin": nil} {
		if err := checkDisplay(goos, env(pairs)); err != nil {
			t.Errorf("%s: %v", goos, err)
		}
	}
}

// With an authority given, that one alone is trusted; without, the system's.
func TestTLSConfig_trustsTheOneGiven(t *testing.T) {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.TLS = &tls.Config{MinVersion: tls.VersionTLS13}
	server.StartTLS()
	t.Cleanup(server.Close)
	own := filepath.Join(t.TempDir(), "ca.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(own, text, 0o600); err != nil {
		t.Fatal(err)
	}
	given, err := tlsConfig(own)
	if err != nil {
		t.Fatal(err)
	}
	only := x509.NewCertPool()
	only.AddCert(server.Certificate())
	if !only.Equal(given.RootCAs) {
		t.Error("others are trusted beside the one given")
	}
	system, err := tlsConfig("")
	if err != nil || system.RootCAs != nil {
		t.Fatalf("not the system's: %v", err)
	}
	for config, trusts := range map[*tls.Config]bool{given: true, system: false} {
		conn, err := (&tls.Dialer{Config: config}).DialContext(t.Context(), "tcp", server.Listener.Addr().String())
		if (err == nil) != trusts {
			t.Errorf("connects: %v, want %v", err, trusts)
		}
		if err == nil {
			_ = conn.Close()
		}
	}
}

func TestTLSConfig_badFile(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(bad, []byte("no PEM"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := tlsConfig(bad); err == nil || !strings.Contains(err.Error(), "ca.pem") {
		t.Errorf("got %v", err)
	}
	if c, err := tlsConfig(""); err != nil || c.MinVersion != 0x0304 {
		t.Errorf("the system's authorities: %v, least version %x", err, c.MinVersion)
	}
}
