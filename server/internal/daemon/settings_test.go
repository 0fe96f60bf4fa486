package daemon

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"llavero/server/internal/config"
)

// The settings in use are printed, without any secret; what is wrong is named,
// and nothing is made.
func TestSettings_commands(t *testing.T) {
	path, data := file(t)
	const planted = "planted-password-4711"
	try := func(environ []string, args ...string) (int, string, string) {
		var out, errs output
		code := run(t.Context(), append(args, "--config", path, "--data", data), world{stdout: &out, stderr: &errs, clock: time.Now, environ: environ})
		return code, out.String(), errs.String()
	}
	code, out, errs := try([]string{"LLAVERO_MAIL_PASSWORD=" + planted}, "config", "print")
	if code != 0 || !strings.Contains(out, "listen = 127.0.0.1:0\n") || strings.Contains(out+errs, planted) {
		t.Errorf("print: %d %s%s", code, out, errs)
	}
	code, out, errs = try([]string{"LLAVERO_LISTN=x"}, "config", "check")
	if code != 0 || !strings.Contains(errs, "LLAVERO_LISTN sets nothing") || !strings.Contains(out, "right") {
		t.Errorf("check: %d %s%s", code, out, errs)
	}
	for variable, want := range map[string]string{
		"LLAVERO_METRICS_LISTEN=0.0.0.0:1":              "metrics.exposed",
		"LLAVERO_TEST_GATEWAY_CA_FILE=/nonexistent.pem": "test.gateway_ca_file",
		"LLAVERO_PRODUCTION_TENANT_ID=x":                "TenantID is not a GUID",
	} {
		if code, _, errs = try([]string{variable}, "config", "check"); code != exitFailed || !strings.Contains(errs, want) {
			t.Errorf("%s: %d %s", variable, code, errs)
		}
	}
	if _, err := os.Stat(data); err == nil {
		t.Error("the data folder was made")
	}
	page, err := os.ReadFile(filepath.Join("../../../docs", "configuracion.md"))
	if code, out, _ = call(t, "", "config", "reference"); err != nil || code != 0 || out != string(page) || out != config.Reference() {
		t.Errorf("reference: %d, %v", code, err)
	}
}
