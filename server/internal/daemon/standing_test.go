package daemon

import (
	"bytes"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"llavero/server/internal/config"
	"llavero/server/internal/entra"
	"llavero/server/internal/entraemu"
	"llavero/server/internal/store"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// tenantOf is a directory with an administrator who makes provisioning
// applications.
type tenantOf struct {
	t     *testing.T
	emu   *entraemu.Emulator
	admin *entra.Client
	graph entra.Principal
}

func newTenant(t *testing.T) *tenantOf {
	t.Helper()
	emu, err := entraemu.Start(t.Context(), entraemu.Config{Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = emu.Close() })
	admin, err := entra.New(entra.Config{
		Authority: emu.URL(), GraphURL: emu.GraphURL(), Tenant: emu.TenantID(), ClientID: emu.ClientID(),
		Secret: secret.New(emu.ClientSecret()), HTTPClient: emu.HTTPClient(), Clock: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	graph, err := admin.PrincipalByClientID(t.Context(), "00000003-0000-0000-c000-000000000000", false)
	if err != nil {
		t.Fatal(err)
	}
	return &tenantOf{t: t, emu: emu, admin: admin, graph: graph}
}

// application makes a provisioning application with permissions and a secret
// that lives so many days.
func (w *tenantOf) application(days int, permissions ...string) (entra.Application, secret.Text) {
	w.t.Helper()
	ctx := w.t.Context()
	app, _, err := w.admin.EnsureApplication(ctx, "own-"+rand.Text(), "Llavero", nil)
	if err != nil {
		w.t.Fatal(err)
	}
	p, err := w.admin.EnsurePrincipal(ctx, app.ClientID, "Llavero", true)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, value := range permissions {
		i := slices.IndexFunc(w.graph.Roles, func(r entra.AppRole) bool { return r.Value == value })
		if i < 0 {
			w.t.Fatalf("Graph offers no %s", value)
		}
		if err := w.admin.GrantRole(ctx, w.graph.ID, p.ID, w.graph.Roles[i].ID, true); err != nil {
			w.t.Fatal(err)
		}
	}
	made, err := w.admin.AddPassword(ctx, app.ID, "own", time.Now().AddDate(0, 0, days), true)
	if err != nil {
		w.t.Fatal(err)
	}
	return app, made.Text
}

// settings are those of a server on the directory, as an application.
func (w *tenantOf) settings(clientID string, text secret.Text) config.Config {
	c := workable(w.t)
	c.Entra.Authority, c.Entra.GraphURL, c.Entra.CAFile, c.Entra.InstanceDiscovery = w.emu.URL(), w.emu.GraphURL(), w.emu.CAFile(), false
	c.Entra.Tenant, c.Entra.ClientID, c.Entra.ClientSecret = w.emu.TenantID(), clientID, text
	c.Entra.Tries, c.Entra.BackOff = 1, time.Millisecond
	return c
}

// stands asks, and tells the log.
func stands(t *testing.T, c config.Config) ([]stand, string) {
	t.Helper()
	var out bytes.Buffer
	log := slog.New(slog.NewTextHandler(&out, nil))
	clients, err := newClients(c, time.Now, log)
	if err != nil {
		t.Fatal(err)
	}
	all := standings(t.Context(), c, clients, time.Now)
	if len(all) != len(access.Environments()) {
		t.Fatalf("%d environments told", len(all))
	}
	for _, d := range all {
		tellStanding(t.Context(), log, d, time.Now())
	}
	return all, out.String()
}

// All that is right is told as right, with what is known of it.
func TestStanding_allRight(t *testing.T) {
	w := newTenant(t)
	for _, more := range [][]string{nil, tolerated} {
		app, text := w.application(365, append(slices.Clone(graphPermissions), more...)...)
		c := w.settings(app.ClientID, text)
		made, _ := w.application(30)
		all, told := stands(t, c)
		d := all[1]
		if d.Failed != "" || d.err != nil || len(d.Missing)+len(d.Excess) != 0 || d.CheckedAt.IsZero() || d.TLS != "TLS 1.3" {
			t.Errorf("%+v, %v", d.DirectoryOf, d.err)
		}
		if d.ClientID != app.ClientID || d.Credential != wire.CredentialSecret || time.Until(d.ExpiresAt).Round(24*time.Hour) != 365*24*time.Hour {
			t.Errorf("credential: %+v", d.DirectoryOf)
		}
		if isTold := d.Quota == 300_000 && d.Objects > 0; isTold != (more != nil) {
			t.Errorf("objects %d of %d with %q", d.Objects, d.Quota, more)
		}
		if d.Created != 0 {
			t.Errorf("created %d, and it made nothing; the administrator made %s", d.Created, made.ID)
		}
		lines := strings.Split(strings.TrimSpace(told), "\n")
		if len(lines) != 2 || strings.Contains(told, "level=WARN") || !strings.Contains(lines[0], "environment=preproduction") ||
			!strings.Contains(lines[1], "environment=production") || !strings.Contains(lines[1], "has the permissions it needs and no other") {
			t.Errorf("told %s", told)
		}
		if strings.Contains(told, text.Reveal()) {
			t.Error("the secret is in the log")
		}
	}
}

// Each permission, missing alone, is named; so is one in excess.
func TestStanding_permissions(t *testing.T) {
	w := newTenant(t)
	check := func(have, missing, excess []string) {
		t.Helper()
		app, text := w.application(365, have...)
		all, told := stands(t, w.settings(app.ClientID, text))
		for i, d := range all {
			if d.Failed != "" || !slices.Equal(d.Missing, missing) || !slices.Equal(d.Excess, excess) {
				t.Errorf("%q: %+v, %v", have, d.DirectoryOf, d.err)
			}
			line := strings.Split(told, "\n")[i]
			if !strings.Contains(line, "level=WARN") {
				t.Errorf("told %s", line)
			}
			for _, p := range slices.Concat(missing, excess) {
				if !strings.Contains(line, p) {
					t.Errorf("%s is not in %s", p, line)
				}
			}
		}
		code, out, _ := checked(t, w.settings(app.ClientID, text), text)
		if want := min(len(missing), 1); code != want {
			t.Errorf("%q: code %d, want %d: %s", have, code, want, out)
		}
		for _, p := range slices.Concat(missing, excess) {
			if strings.Count(out, p) != 2 {
				t.Errorf("%s is not told for each environment: %s", p, out)
			}
		}
	}
	for i := range graphPermissions {
		check(slices.Delete(slices.Clone(graphPermissions), i, i+1), graphPermissions[i:i+1], nil)
	}
	const more = "Directory.ReadWrite.All"
	check(append(slices.Clone(graphPermissions), more), nil, []string{more})
	check([]string{graphPermissions[0], more}, graphPermissions[1:], []string{more})
	check(nil, graphPermissions, nil)
}

// Of two applications each is asked; with check_permissions off none is.
func TestStanding_environments(t *testing.T) {
	w := newTenant(t)
	app, text := w.application(365, graphPermissions...)
	c := w.settings(app.ClientID, text)
	other, otherText := w.application(20, graphPermissions[:1]...)
	c.Production.Entra = config.EnvironmentEntra{ClientID: other.ClientID, ClientSecret: otherText}
	all, _ := stands(t, c)
	if len(all[0].Missing) != 0 || len(all[1].Missing) != 2 || all[1].ClientID != other.ClientID {
		t.Errorf("%+v and %+v", all[0].DirectoryOf, all[1].DirectoryOf)
	}
	w.emu.Journal().Clear()
	c.Entra.CheckPermissions = false
	all, told := stands(t, c)
	if !all[1].Configured || !all[1].CheckedAt.IsZero() || all[1].Failed != "" || told != "" || w.emu.Journal().Count(http.MethodPost, "") != 0 {
		t.Errorf("not asked: %+v; told %q", all[1].DirectoryOf, told)
	}
	all, told = stands(t, workable(t))
	if all[0].Configured || all[1].Configured || strings.Count(told, "no directory is configured") != 2 {
		t.Errorf("without: %+v; told %q", all, told)
	}
}

// A secret that ends soon is told; one that has ended, or is wrong, is why the
// directory cannot be asked.
func TestStanding_secretEnds(t *testing.T) {
	w := newTenant(t)
	for days, isSoon := range map[int]bool{61: false, 59: true, 2: true} {
		app, text := w.application(days, graphPermissions...)
		all, told := stands(t, w.settings(app.ClientID, text))
		if got := strings.Contains(told, "own credential ends soon"); got != isSoon || strings.Contains(told, "level=WARN") != isSoon {
			t.Errorf("%d days: told %s", days, told)
		}
		if all[0].ExpiresAt.IsZero() {
			t.Errorf("%d days: %+v", days, all[0].DirectoryOf)
		}
		if code, out, _ := checked(t, w.settings(app.ClientID, text), text); code != 0 || strings.Contains(out, "renew it soon") != isSoon {
			t.Errorf("%d days: code %d, %s", days, code, out)
		}
	}
	app, text := w.application(365, graphPermissions...)
	all, told := stands(t, w.settings(app.ClientID, secret.New(text.Reveal()+"x")))
	if all[0].Failed != "AADSTS7000215" || !all[0].CheckedAt.IsZero() || !strings.Contains(told, "AADSTS7000215") {
		t.Errorf("%+v; told %s", all[0].DirectoryOf, told)
	}
}

// What was known stays while the directory is down; officers see both.
func TestStanding_directoryDown(t *testing.T) {
	w := newTenant(t)
	app, text := w.application(365, graphPermissions[1:]...)
	c := w.settings(app.ClientID, text)
	s, err := New(t.Context(), c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	officer := workflow.Act{Who: access.Viewer{Account: "o", Role: access.RoleOfficer, SecondFactor: true}}
	record := func() wire.DirectoryOf {
		t.Helper()
		for _, d := range standings(t.Context(), c, s.entra, time.Now) {
			if err := s.flow.RecordDirectory(t.Context(), d.DirectoryOf); err != nil {
				t.Fatal(err)
			}
		}
		d, err := s.flow.Directory(t.Context(), officer)
		if err != nil {
			t.Fatal(err)
		}
		return d.Items[1]
	}
	before := record()
	if before.Failed != "" || len(before.Missing) != 1 || before.CheckedAt.IsZero() {
		t.Fatalf("at first %+v", before)
	}
	authority, err := os.ReadFile(c.Entra.CAFile)
	if err != nil {
		t.Fatal(err)
	}
	_ = w.emu.Close() // and its file goes with it
	c.Entra.CAFile = filepath.Join(t.TempDir(), "ca.pem")
	keep(t, c.Entra.CAFile, authority)
	after := record()
	if after.Failed == "" || !slices.Equal(after.Missing, before.Missing) || !after.CheckedAt.Equal(before.CheckedAt) || !after.ExpiresAt.Equal(before.ExpiresAt) {
		t.Errorf("then %+v, before %+v", after, before)
	}
	code, out, errs := checked(t, c, text)
	if code != exitFailed || strings.Count(out, "cannot be asked") != 2 || !strings.Contains(errs, "operacion-entra.md") {
		t.Errorf("code %d, %s%s", code, out, errs)
	}
}

// checked runs «directory check» with settings, and looks for the secret in what
// it says.
func checked(t *testing.T, c config.Config, text secret.Text) (int, string, string) {
	t.Helper()
	path, _ := file(t)
	var out, errs output
	code := run(t.Context(), []string{"directory", "check", "--config", path}, world{
		stdin: strings.NewReader(""), stdout: &out, stderr: &errs, clock: time.Now, environ: []string{
			"LLAVERO_ENTRA_AUTHORITY=" + c.Entra.Authority, "LLAVERO_ENTRA_GRAPH_URL=" + c.Entra.GraphURL,
			"LLAVERO_ENTRA_CA_FILE=" + c.Entra.CAFile, "LLAVERO_ENTRA_INSTANCE_DISCOVERY=false",
			"LLAVERO_ENTRA_TENANT=" + c.Entra.Tenant, "LLAVERO_ENTRA_CLIENT_ID=" + c.Entra.ClientID,
			"LLAVERO_ENTRA_CLIENT_SECRET=" + c.Entra.ClientSecret.Reveal(), "LLAVERO_ENTRA_CERTIFICATE_FILE=" + c.Entra.CertificateFile,
			"LLAVERO_ENTRA_TRIES=1", "LLAVERO_ENTRA_BACK_OFF=1ms",
		},
	})
	if all := out.String() + errs.String(); !text.IsEmpty() && strings.Contains(all, text.Reveal()) {
		t.Errorf("the secret is in %s", all)
	}
	return code, out.String(), errs.String()
}

// With drift.nightly off, or without a directory, nothing is compared unasked.
func TestCompareNightly_off(t *testing.T) {
	for _, isNightly := range []bool{false, true} {
		c := workable(t)
		if c.Drift.Nightly = isNightly; !isNightly {
			c.Entra.Tenant, c.Entra.ClientID, c.Entra.ClientSecret = tenant, resource, secret.New("unused")
		}
		s, err := New(t.Context(), c, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		if err := s.compareNightly(t.Context()); err != nil { // it would go on until the test ends
			t.Error(err)
		}
		err = s.store.Read(t.Context(), func(tx *store.Tx) error { _, err := tx.Meta("drift.night"); return err })
		if !errors.Is(err, store.ErrNotFound) {
			t.Errorf("nightly %t: a night was counted: %v", isNightly, err)
		}
	}
}
