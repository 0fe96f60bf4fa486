package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"llavero/shared/access"
	"llavero/shared/secret"
)

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "llavero.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestDefault_isValid(t *testing.T) {
	c := Default()
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	if c.Provision.VendorOverlapDays != 7 {
		t.Errorf("a change of vendor overlaps %d days", c.Provision.VendorOverlapDays)
	}
	c.Provision.VendorOverlapDays = 0
	if err := c.Validate(); err != nil {
		t.Errorf("no overlap: %v", err)
	}
}

func TestLoad_layers(t *testing.T) {
	dir := t.TempDir()
	planted := "planted-" + filepath.Base(dir)
	file := filepath.Join(dir, "smtp")
	if err := os.WriteFile(file, []byte(planted+"-smtp\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	path := write(t, `
listen = "127.0.0.1:9000"
[mail]
mode = "smtp"
host = "mail.example.org"
username = "llavero"
password_file = "`+file+`"
[auth]
session_idle = "2h"
[production]
scope = "api://x/.default"
[[production.parameters]]
name = "APIMSubskey"
sensitive = true
[[production.parameters]]
name = "EndPoint"
value = "https://ihce.example"
`)
	c, err := Load(path, []string{
		"LLAVERO_LISTEN=127.0.0.1:9001", "LLAVERO_TLS_HOSTS=a.test, b.test", "LLAVERO_DEMO=true",
		"LLAVERO_AUTH_PUZZLE_BITS=8", "LLAVERO_PRODUCTION_PARAMETER_APIMSUBSKEY=" + planted + "-apim", "HOME=/x",
	})
	if err != nil {
		t.Fatal(err)
	}
	if c.Listen != "127.0.0.1:9001" || !c.Demo || c.Auth.PuzzleBits != 8 || c.Auth.SessionIdle != 2*time.Hour ||
		len(c.TLS.Hosts) != 2 || c.TLS.Hosts[1] != "b.test" {
		t.Errorf("layers: %v", c)
	}
	if got := c.Mail.Password.Reveal(); got != planted+"-smtp" {
		t.Errorf("password from file: %q", got)
	}
	if got := c.Production.Parameters[0].Secret.Reveal(); got != planted+"-apim" {
		t.Errorf("parameter from variable: %q", got)
	}
	shown := c.String() + fmt.Sprintf("%v %+v %#v", c, &c, c)
	if strings.Contains(shown, planted) {
		t.Error("a printed Config shows a secret")
	}
	if !strings.Contains(shown, "mail.host = mail.example.org") {
		t.Error("a printed Config hides what is no secret")
	}
}

func TestLoad_refuses(t *testing.T) {
	tests := []struct {
		name, toml string
		environ    []string
		want       string // part of the message
	}{
		{"unknown key", "listn = \"x\"", nil, `unknown key "listn"`},
		{"a name of before", "[entra]\nwrites_per_second = 15", nil, "writes_per_window"},
		{"unknown key in a table", "[mail]\nhots = \"x\"", nil, `unknown key "mail.hots"`},
		{"unknown table", "[intra]\na = 1", nil, `unknown key "intra"`},
		{"secret in the file", "[mail]\npassword = \"x\"", nil, "LLAVERO_MAIL_PASSWORD"},
		{"secret in the file, entra", "[entra]\nclient_secret = \"x\"", nil, "entra.client_secret: secrets do not stand"},
		{"sensitive value in the file", "[[production.parameters]]\nname = \"K\"\nsensitive = true\nvalue = \"x\"", nil, "LLAVERO_PRODUCTION_PARAMETER_K"},
		{"broken", "listen = ", nil, "line 1"},
		{"wrong type", "demo = \"maybe\"", nil, "demo"},
		{"no port", "listen = \"localhost\"", nil, `listen: "localhost" is no host:port`},
		{"public address in clear", "public_url = \"http://llaves.example\"", nil, `public_url: "http://llaves.example" is no https address`},
		{"public address with a path", "public_url = \"https://llaves.example/\"", nil, "public_url"},
		{"port too high", "", []string{"LLAVERO_LISTEN=127.0.0.1:70000"}, `"70000" is no port`},
		{"variable is no number", "", []string{"LLAVERO_MAIL_PORT=x"}, `LLAVERO_MAIL_PORT: "x" is no whole number`},
		{"variable is no duration", "", []string{"LLAVERO_AUTH_WINDOW=5"}, `LLAVERO_AUTH_WINDOW: "5" is no duration`},
		{"variable is no boolean", "", []string{"LLAVERO_DEMO=si"}, "LLAVERO_DEMO"},
		{"mail without host", "[mail]\nmode = \"smtp\"", nil, "mail.host: is empty"},
		{"plain mail to afar", "[mail]\nmode = \"smtp\"\nhost = \"mail.example.org\"\nsecurity = \"none\"", nil, "mail.security"},
		{"user without password", "[mail]\nmode = \"smtp\"\nhost = \"h.test\"\nusername = \"u\"", nil, "mail.password"},
		{"entra by half", "[entra]\ntenant = \"11111111-1111-4111-8111-111111111111\"", nil, "tenant and client_id go together"},
		{"tenant is no GUID", "[entra]\ntenant = \"x\"\nclient_id = \"y\"", nil, `entra.tenant: "x" is not a GUID`},
		{"entra by http", "[entra]\ntenant = \"11111111-1111-4111-8111-111111111111\"\nclient_id = \"11111111-1111-4111-8111-111111111112\"\nauthority = \"http://x\"", nil, "entra.authority"},
		{"own entra, no GUID", "[production.entra]\nclient_id = \"y\"", []string{"LLAVERO_PRODUCTION_ENTRA_CLIENT_SECRET=x"}, `production.entra.client_id: "y" is not a GUID`},
		{"own entra without a tenant", "[production.entra]\nclient_id = \"11111111-1111-4111-8111-111111111112\"", nil, "production.entra: tenant and client_id go together"},
		{"own entra without a secret", "[production.entra]\ntenant = \"11111111-1111-4111-8111-111111111111\"\nclient_id = \"11111111-1111-4111-8111-111111111112\"", nil, "LLAVERO_PRODUCTION_ENTRA_CLIENT_SECRET"},
		{"own secret without a client", "", []string{"LLAVERO_PREPRODUCTION_ENTRA_CLIENT_SECRET=x"}, "preproduction.entra.client_id: is empty"},
		{"own secret in the file", "[production.entra]\nclient_secret = \"x\"", nil, "production.entra.client_secret: secrets do not stand"},
		{"overlap too long", "[provision]\nvendor_overlap_days = 31", nil, "provision.vendor_overlap_days: 31 is not between 0 and 30"},
		{"night too late", "[drift]\nat = 24", nil, "drift.at: 24 is not between 0 and 23"},
		{"night too early", "", []string{"LLAVERO_DRIFT_AT=-1"}, "drift.at"},
		{"night perhaps", "", []string{"LLAVERO_DRIFT_NIGHTLY=quizá"}, "LLAVERO_DRIFT_NIGHTLY"},
		{"overlap below none", "", []string{"LLAVERO_PROVISION_VENDOR_OVERLAP_DAYS=-1"}, "provision.vendor_overlap_days"},
		{"idle beyond max", "[auth]\nsession_idle = \"300h\"", nil, "auth.session_idle"},
		{"secret's file absent", "[mail]\npassword_file = \"/nonexistent/p\"", nil, "mail.password_file: /nonexistent/p"},
		{"key without certificate", "[tls]\nkey_file = \"k\"", nil, "cert_file and key_file go together"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Load(write(t, tt.toml), tt.environ)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("got %v, want something with %q", err, tt.want)
			}
		})
	}
	if _, err := Load("/nonexistent/llavero.toml", nil); err == nil || !strings.Contains(err.Error(), "/nonexistent/llavero.toml") {
		t.Errorf("absent file: %v", err)
	}
}

// An environment's own application comes with its own proof; what it does not
// say is the common one's. The common proof never serves another application.
func TestEntraOf(t *testing.T) {
	const common, own, other = "11111111-1111-4111-8111-111111111112", "11111111-1111-4111-8111-111111111113", "11111111-1111-4111-8111-111111111114"
	secretFile := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secretFile, []byte("from-a-file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Load(write(t, `
[entra]
tenant = "11111111-1111-4111-8111-111111111111"
client_id = "`+common+`"
certificate_file = "common.pem"
[production.entra]
client_id = "`+own+`"
client_secret_file = "`+secretFile+`"
`), []string{"LLAVERO_ENTRA_CLIENT_SECRET=common"})
	if err != nil {
		t.Fatal(err)
	}
	pre, pro := c.EntraOf(access.Preproduction), c.EntraOf(access.Production)
	if pre != c.Entra || pre.ClientSecret.Reveal() != "common" || pre.CertificateFile != "common.pem" {
		t.Errorf("preproduction: %+v", pre)
	}
	if pro.ClientID != own || pro.ClientSecret.Reveal() != "from-a-file" || pro.CertificateFile != "" ||
		pro.Tenant != c.Entra.Tenant || pro.GraphURL != c.Entra.GraphURL || pro.WritesPerWindow != 2925 {
		t.Errorf("production: %+v", pro)
	}
	c.Production.Entra = EnvironmentEntra{Tenant: other}
	if pro = c.EntraOf(access.Production); pro.Tenant != other || pro.ClientID != common || pro.ClientSecret.Reveal() != "common" {
		t.Errorf("another tenant: %+v", pro)
	}
	// Each its own, and none in common.
	c.Entra.Tenant, c.Entra.ClientID, c.Entra.ClientSecret, c.Entra.CertificateFile = "", "", secret.Text{}, ""
	c.Production.Entra = EnvironmentEntra{Tenant: other, ClientID: own, CertificateFile: "own.pem"}
	if err := c.Validate(); err != nil || c.EntraOf(access.Preproduction).IsSet() || !c.EntraOf(access.Production).IsSet() {
		t.Errorf("production alone: %v", err)
	}
}

func TestLoad_namesEveryCulprit(t *testing.T) {
	_, err := Load(write(t, "one = 1\ntwo = 2"), nil)
	if err == nil || !strings.Contains(err.Error(), `"one"`) || !strings.Contains(err.Error(), `"two"`) {
		t.Fatalf("got %v", err)
	}
}

func TestUnknown(t *testing.T) {
	c := Default()
	c.Production.Parameters = []Parameter{{Name: "K"}}
	got := c.Unknown([]string{"LLAVERO_LISTN=x", "LLAVERO_LISTEN=y", "LLAVERO_CONFIG=z", "LLAVERO_PRODUCTION_PARAMETER_K=1", "A=b"})
	if len(got) != 1 || got[0] != "LLAVERO_LISTN" {
		t.Fatalf("got %q", got)
	}
}

func TestSettings_haveDistinctNames(t *testing.T) {
	c := Default()
	seen := map[string]bool{}
	for _, s := range settingsOf(&c) {
		if s.key == "" || strings.HasSuffix(s.key, ".") || strings.HasSuffix(s.key, "-") || seen[s.variable()] {
			t.Errorf("setting %q has no name of its own", s.key)
		}
		seen[s.variable()] = true
	}
	if !seen["LLAVERO_ENTRA_CLIENT_SECRET"] || !seen["LLAVERO_FREE_MAIL"] || seen["LLAVERO_PRODUCTION_PARAMETERS"] {
		t.Errorf("variables: %v", seen)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("listen = \"127.0.0.1:0\"\n[mail]\nport = 25\n"))
	f.Add([]byte("[[production.parameters]]\nname = \"a\"\nsensitive = true\n"))
	f.Add([]byte("[auth]\nsession_idle = \"1h\"\npuzzle_bits = 99999999999999999999"))
	f.Add([]byte("\x00\xff[["))
	f.Fuzz(func(t *testing.T, text []byte) {
		c := Default()
		if c.decode(text) != nil {
			return
		}
		_ = c.Validate()
		for _, p := range append(c.Production.Parameters, c.Preproduction.Parameters...) {
			if p.Sensitive && p.Value != "" {
				t.Fatalf("took a sensitive value from the file")
			}
		}
	})
}
