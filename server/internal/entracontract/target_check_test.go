package entracontract

import (
	"crypto/tls"
	"crypto/x509"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestTenantFrom_namesWhatIsMissing(t *testing.T) {
	env := map[string]string{}
	read := func() error {
		_, err := tenantFrom(func(name string) string { return env[name] })
		return err
	}
	err := read()
	for _, name := range []string{"CONTRACT_TENANT_ID", "CONTRACT_CLIENT_ID", "CONTRACT_API_APP_ID", "CONTRACT_CLIENT_SECRET or CONTRACT_CLIENT_CERTIFICATE"} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Fatalf("%s is not named: %v", name, err)
		}
	}
	env["CONTRACT_TENANT_ID"], env["CONTRACT_CLIENT_ID"] = "t", "c"
	if err := read(); err == nil || strings.Contains(err.Error(), "CONTRACT_TENANT_ID") || !strings.Contains(err.Error(), "CONTRACT_API_APP_ID") {
		t.Fatalf("names what is there: %v", err)
	}
	env["CONTRACT_API_APP_ID"], env["CONTRACT_CLIENT_SECRET"] = "a", "made up"
	if err := read(); err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string]string{
		"CONTRACT_PAUSE": "soon", "CONTRACT_CA_FILE": filepath.Join(t.TempDir(), "none.pem"), "CONTRACT_CLIENT_CERTIFICATE": filepath.Join(t.TempDir(), "none.pem"),
	} {
		env[name] = bad
		if err := read(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s=%s: %v", name, bad, err)
		}
		delete(env, name)
	}
}

// The page for whoever runs the suite against a tenant names every setting.
func TestTenantVariables_areDocumented(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "entra-divergences.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range tenantVariables {
		need := "no"
		if v.required {
			need = "yes"
		}
		if row := "| `" + v.name + "` | " + need + " | " + v.meaning + " |"; !strings.Contains(string(page), row) {
			t.Errorf("the page lacks the row %s", row)
		}
	}
}

// The provisioning application may sign in by certificate: one that the run
// makes stands in for it.
func TestSignIn_certificate(t *testing.T) {
	target := emulator(t)
	r := begin(t, target)
	der, key, err := newCertificate(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "client.pem")
	if err := os.WriteFile(file, pemOf(der, pkcs8), 0o600); err != nil {
		t.Fatal(err)
	}
	r.vars["certificate"] = base64Of(der)
	if _, err := r.play(t.Context(), step{say: "certificate", call: "PATCH /applications/{app}", want: 204, body: `{"keyCredentials":[{"type":"AsymmetricX509Cert","usage":"Verify","key":"{certificate}"}]}`}); err != nil {
		t.Fatal(err)
	}
	pair, err := tls.LoadX509KeyPair(file, file)
	if err != nil {
		t.Fatal(err)
	}
	other := *target
	other.client, other.secret, other.cert = r.vars["appId"], "", &pair
	second, err := newRun(&other, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if err := second.signIn(t.Context()); err != nil {
		t.Fatal(err)
	}
	if second.vars["ownSp"] != r.vars["sp"] || len(second.permissions) != 0 {
		t.Errorf("signed in as %s with %v", second.vars["ownSp"], second.permissions)
	}
}

// Names of cases are names of files, and what they need is said in words that
// a tenant's token holds.
func TestCases_areWellFormed(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range cases() {
		if c.name == "" || seen[c.name] || strings.ContainsAny(c.name, "/_-") {
			t.Errorf("name %q is empty, taken, or no file's", c.name)
		}
		seen[c.name] = true
		for _, p := range c.needs {
			if !slices.Contains([]string{owned, reads, grants}, p) {
				t.Errorf("%s needs %s, which the server does not ask for", c.name, p)
			}
		}
		for _, s := range c.steps {
			if s.say == "" || s.call == "" || s.want == 0 {
				t.Errorf("%s: a step without words, call or wanted status: %+v", c.name, s.say)
			}
			if strings.Contains(s.call, "{control}") && c.faults == "" {
				t.Errorf("%s: %s breaks something and the case does not say so", c.name, s.say)
			}
		}
	}
	files, err := filepath.Glob(filepath.Join("testdata", "shapes", "*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if name := strings.ReplaceAll(strings.TrimSuffix(filepath.Base(f), ".txt"), "-", " "); !seen[name] {
			t.Errorf("%s is no case's", f)
		}
	}
}
