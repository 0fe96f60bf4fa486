package entracontract

import (
	"crypto/sha1" // x5t names a certificate by it
	"encoding/base64"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"llavero/server/internal/entraemu"
)

var accept = flag.Bool("accept", false, "take the shapes of this run over, after a look at each difference")

// testCase is one promise of Entra, Graph or the gateway.
type testCase struct {
	name  string
	needs []string // permissions of the provisioning application
	makes int      // applications it makes
	// faults is what must be broken or set for it, and so cannot be asked of a
	// tenant; the emulator gets one of its own for it.
	faults  string
	gateway bool // it needs the gateway
	steps   []step
}

const (
	owned  = "Application.ReadWrite.OwnedBy"
	reads  = "Application.Read.All"
	grants = "AppRoleAssignment.ReadWrite.All"
)

// cases are all of them, in the order they run.
func cases() []testCase {
	return slices.Concat(callCases, loginCases, publishedCases, refusalCases, upsertCases, queryCases, clientCases, ownerCases, bindCases, steadyCases, deletedCases, moreCases, gatewayCases, lagCases, faultCases, lagEndCases, tagCases)
}

func sha1Of(der []byte) string {
	sum := sha1.Sum(der)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// open makes the target that the environment asks for.
func open(t *testing.T) *target {
	t.Helper()
	switch kind := os.Getenv("CONTRACT_TARGET"); kind {
	case "", kindEmulator:
		return emulator(t)
	case kindTenant:
		target, err := tenantFrom(os.Getenv)
		if err != nil {
			t.Fatal(err)
		}
		return target
	default:
		t.Fatalf("CONTRACT_TARGET=%s is neither %s nor %s", kind, kindEmulator, kindTenant)
		return nil
	}
}

// emulator starts one on a free port, with no lag.
func emulator(t *testing.T) *target {
	t.Helper()
	e, err := entraemu.Start(t.Context(), entraemu.Config{CAOut: filepath.Join(t.TempDir(), "ca.pem")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	target, err := emulatorAt(e.Env(), e.CAPEM())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(target.hc.CloseIdleConnections)
	return target
}

// begin opens a run on a target and makes its fixture.
func begin(t *testing.T, target *target) *run {
	t.Helper()
	r, err := newRun(target, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if target.kind != kindTenant {
			return
		}
		ctx, stop := withoutEnd(t.Context())
		defer stop()
		if err := r.purge(ctx); err != nil {
			t.Error(err)
		}
		t.Logf("%d applications made and purged, at most %d", len(r.ids), maxApplications)
		t.Logf("measured:\n%s", r.report())
	})
	if err := r.prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestContract(t *testing.T) {
	target := open(t)
	shared := begin(t, target)
	budget := 1 // the fixture's
	for _, c := range cases() {
		if c.faults == "" {
			budget += c.makes
		}
	}
	if budget > maxApplications {
		t.Fatalf("the cases make %d applications, more than %d", budget, maxApplications)
	}
	for _, c := range cases() {
		t.Run(c.name, func(t *testing.T) {
			r := shared
			switch {
			case target.kind == kindTenant && c.faults != "":
				t.Skipf("left out of a tenant run: it needs %s", c.faults)
			case c.gateway && (target.gateway == "" || target.subscription == ""):
				t.Skip("left out: CONTRACT_GATEWAY_URL and CONTRACT_SUBSCRIPTION_KEY are not set")
			case c.faults != "":
				r = begin(t, emulator(t))
			}
			for _, p := range c.needs {
				if !slices.Contains(r.permissions, p) {
					if target.kind == kindTenant {
						t.Skipf("left out: the provisioning application lacks %s", p)
					}
					t.Fatalf("the provisioning application lacks %s", p)
				}
			}
			before := r.applications.Load()
			compare(t, c, follow(t, r, c))
			if n := int(r.applications.Load() - before); n > c.makes {
				t.Errorf("made %d applications, and says %d", n, c.makes)
			}
		})
	}
}

// follow plays a case's steps and returns its shape. A step that fails fails
// the test; the others still run, for what they show.
func follow(t *testing.T, r *run, c testCase) string {
	t.Helper()
	var b strings.Builder
	for _, s := range c.steps {
		shape, err := r.play(t.Context(), s)
		if err != nil {
			t.Error(err)
		}
		if !s.quiet {
			b.WriteString("# " + s.say + "\n" + s.call + "\n" + shape + "\n")
		}
	}
	return b.String()
}

func compare(t *testing.T, c testCase, got string) {
	t.Helper()
	if guidPattern.MatchString(got) {
		t.Error("the shape holds an id")
	}
	file := filepath.Join("testdata", "shapes", strings.ReplaceAll(c.name, " ", "-")+".txt")
	want, err := os.ReadFile(file)
	if *accept && !t.Failed() {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); d != "" {
		t.Errorf("not the shape of %s (- there, + here):\n%s", file, d)
	}
}

func base64Of(b []byte) string { return base64.StdEncoding.EncodeToString(b) }
