package drift

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"llavero/server/internal/audit"
	"llavero/server/internal/entra"
	"llavero/server/internal/entraemu"
	"llavero/server/internal/params"
	"llavero/server/internal/provision"
	"llavero/server/internal/seal"
	"llavero/server/internal/signing"
	"llavero/server/internal/store"
	"llavero/server/internal/worker"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// clock moves only when somebody waits.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(max(d, 0))
	return ctx.Err()
}

// world is a back office with keys that were issued long ago, and the directory
// that has them.
type world struct {
	t       testing.TB
	emu     *entraemu.Emulator
	clock   *clock
	db      *store.DB
	flow    *workflow.Flow
	client  *entra.Client
	officer access.Viewer
	cfg     Config
	log     *bytes.Buffer
	token   string // for Graph, of the administrator that plants differences
	request access.RequestID
	keys    []*store.Key
	dir     string
	api     entra.Principal
}

const entity access.EntityID = "NI-999100005"

func newWorld(t testing.TB, keys int) *world {
	t.Helper()
	c := &clock{now: time.Now()}
	emu, err := entraemu.Start(t.Context(), entraemu.Config{Clock: c.Now})
	must(t, err)
	t.Cleanup(func() { _ = emu.Close() })
	knobs, err := entraemu.KnobsOf(entraemu.ProfileInstant)
	must(t, err)
	must(t, emu.SetKnobs(knobs))
	w := &world{t: t, emu: emu, clock: c, dir: t.TempDir(), log: &bytes.Buffer{}}
	w.client, err = entra.New(entra.Config{
		Authority: emu.URL(), GraphURL: emu.GraphURL(), Tenant: emu.TenantID(), ClientID: emu.ClientID(),
		Secret: secret.New(emu.ClientSecret()), HTTPClient: emu.HTTPClient(), Clock: c.Now, Sleep: c.Sleep,
		Pacer: entra.NewPacer(1e6),
	})
	must(t, err)
	w.api, err = w.client.PrincipalByClientID(t.Context(), emu.Gateway(entraemu.Prod).AppID, false)
	must(t, err)
	w.open()
	w.seed(keys)
	_ = c.Sleep(t.Context(), 24*time.Hour)
	w.token = ""
	return w
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// open opens the files as a start of the server does.
func (w *world) open() {
	w.t.Helper()
	db, err := store.Open(w.t.Context(), filepath.Join(w.dir, "llavero.db"), w.clock.Now)
	must(w.t, err)
	w.t.Cleanup(func() { _ = db.Close() })
	box, err := seal.OpenOrCreate(filepath.Join(w.dir, "keyset.json"))
	must(w.t, err)
	environment := func(api entraemu.Gateway) params.Environment {
		return params.Environment{
			TenantID: w.emu.TenantID(), Scope: api.Scope, ResourceAppID: api.AppID, Validity: 365 * 24 * time.Hour, Reveal: params.RevealAlways,
		}
	}
	signer, err := signing.Start(w.t.Context(), db, filepath.Join(w.dir, "signing.pem"))
	must(w.t, err)
	flow, err := workflow.New(w.t.Context(), workflow.Deps{
		Store: db, Box: box, Signer: signer, MailFrom: "llavero@ministerio.example",
		Params: params.New(environment(w.emu.Gateway(entraemu.Sandbox)), environment(w.emu.Gateway(entraemu.Prod))),
	})
	must(w.t, err)
	w.db, w.flow = db, flow
	w.cfg = Config{
		Flow: flow, Entra: map[access.Environment]*entra.Client{access.Production: w.client, access.Preproduction: w.client},
		Clock: w.clock.Now, Sleep: w.clock.Sleep, Log: slog.New(slog.NewTextHandler(w.log, nil)),
	}
}

func (w *world) write(do func(tx *store.Tx) error) {
	w.t.Helper()
	must(w.t, w.db.Write(w.t.Context(), do))
}

func licenseOf(i int) access.LicenseCode {
	return access.LicenseCode(fmt.Sprintf("05001%05d", i))
}

// seed makes production keys as the issue does, each with a secret and a role.
func (w *world) seed(n int) {
	w.t.Helper()
	nit := access.Document{Type: access.DocumentNI, Number: "999100005"}
	person := access.Person{Document: access.Document{Type: access.DocumentCC, Number: "9999000101"}, Name: "Persona"}
	account := store.Account{ID: access.AccountID(uuid.NewString()), Login: "CC9999000101", Email: "o@example.org", Role: access.RoleOfficer, Person: person}
	w.officer = account.Viewer(true)
	var providers []store.Provider
	for i := range n + 5 { // some more, to issue later
		providers = append(providers, store.Provider{Code: licenseOf(i), Entity: entity, Name: "Clínica Ñandú", Class: "IPS"})
	}
	w.write(func(tx *store.Tx) error {
		_, err := tx.ApplyRegistry(store.Registry{
			Snapshot:  store.Snapshot{Kind: store.SnapshotREPS, Hash: "invented"},
			Entities:  slices.Values([]store.RegistryEntity{{Document: nit, Name: "Clínica Ñandú"}}),
			Providers: slices.Values(providers), Unsure: func(access.LicenseCode) bool { return false }, MaxGone: 1,
		})
		if err != nil {
			return err
		}
		return tx.CreateAccount(account)
	})
	w.request = access.RequestID(uuid.NewString())
	w.write(func(tx *store.Tx) error {
		return tx.InsertRequest(&store.Request{KeyRequest: access.KeyRequest{
			ID: w.request, Number: "SOL-2000-000001", Kind: access.KindEnroll, Code: licenseOf(n), Entity: entity,
			Status: access.StatusDone, RequestedBy: account.ID, RequestedAt: tx.Now(), UpdatedAt: tx.Now(),
		}})
	})
	for i := range n {
		w.keys = append(w.keys, w.issue(licenseOf(i)))
	}
}

var role = entraemu.CareRoles[0]

func (w *world) roleID(value string) string {
	i := slices.IndexFunc(w.api.Roles, func(r entra.AppRole) bool { return r.Value == value })
	return w.api.Roles[i].ID
}

func (w *world) application(code access.LicenseCode) (app entra.Application, principal string, made entra.NewPassword) {
	w.t.Helper()
	ctx, name := w.t.Context(), "production "+string(code)
	app, _, err := w.client.EnsureApplication(ctx, "llavero-production-"+string(code), name, []string{"llavero", "environment:production"})
	must(w.t, err)
	p, err := w.client.EnsurePrincipal(ctx, app.ClientID, name, true)
	must(w.t, err)
	must(w.t, w.client.GrantRole(ctx, w.api.ID, p.ID, w.roleID(role), true))
	made, err = w.client.AddPassword(ctx, app.ID, uuid.NewString(), w.clock.Now().AddDate(1, 0, 0), true)
	must(w.t, err)
	return app, p.ID, made
}

func (w *world) issue(code access.LicenseCode) *store.Key {
	w.t.Helper()
	app, principal, made := w.application(code)
	k := &store.Key{
		Key: access.Key{
			ID: access.KeyID(uuid.NewString()), Code: code, Entity: entity, Environment: access.Production, Name: "production " + string(code),
			ClientID: app.ClientID, State: access.KeyActive, IssuedAt: w.clock.Now(), ExpiresAt: made.End,
		},
		UniqueName: "llavero-production-" + string(code), ObjectID: app.ID, PrincipalID: principal,
		Permissions: []string{role}, PermissionsAt: w.clock.Now(),
	}
	w.write(func(tx *store.Tx) error {
		if err := tx.InsertKey(k); err != nil {
			return err
		}
		return tx.InsertSecret(store.Secret{
			ID: made.Name, Key: k.ID, Request: w.request, EntraKeyID: made.KeyID, Hint: made.Hint, Sealed: []byte{1},
			State: store.SecretActive, CreatedAt: tx.Now(), ExpiresAt: made.End, ObjectID: app.ID,
		})
	})
	return k
}

// graph makes a call as the tenant's administrator, who plants differences.
func (w *world) graph(method, path string, body any) int {
	w.t.Helper()
	hc := w.emu.HTTPClient()
	if w.token == "" {
		form := url.Values{
			"client_id": {w.emu.ClientID()}, "client_secret": {w.emu.ClientSecret()}, "grant_type": {"client_credentials"}, "scope": {entra.GraphScope},
		}
		req, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.emu.URL()+"/"+w.emu.TenantID()+"/oauth2/v2.0/token", strings.NewReader(form.Encode()))
		must(w.t, err)
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		resp, err := hc.Do(req)
		must(w.t, err)
		defer func() { _ = resp.Body.Close() }()
		var answer struct {
			Token string `json:"access_token"`
		}
		must(w.t, json.NewDecoder(resp.Body).Decode(&answer))
		w.token = answer.Token
	}
	payload, err := json.Marshal(body)
	must(w.t, err)
	req, err := http.NewRequestWithContext(w.t.Context(), method, strings.TrimSuffix(w.emu.GraphURL(), "/v1.0")+"/v1.0/"+path, bytes.NewReader(payload))
	must(w.t, err)
	req.Header.Set("Authorization", "Bearer "+w.token)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := hc.Do(req)
	must(w.t, err)
	_ = resp.Body.Close()
	return resp.StatusCode
}

// planted makes a call that must succeed.
func (w *world) planted(method, path string, body any) {
	w.t.Helper()
	if status := w.graph(method, path, body); status > 299 {
		w.t.Fatalf("%s %s: %d", method, path, status)
	}
	_ = w.clock.Sleep(w.t.Context(), time.Hour)
	w.token = ""
}

// work runs the jobs of comparisons and fixes until none is due within the hour.
func (w *world) work() {
	w.t.Helper()
	run := worker.New(w.db, map[string]worker.Runner{
		store.JobDrift: NewComparer(w.cfg), store.JobDriftFix: NewFixer(w.cfg),
		store.JobProvision: provision.New(provision.Config{Flow: w.flow, Base: provision.Base{Entra: w.cfg.Entra, Clock: w.clock.Now, Sleep: w.clock.Sleep}}),
	},
		worker.Config{Clock: w.clock.Now, Jitter: func() float64 { return 1 }, Log: w.cfg.Log})
	for {
		_, err := run.RunDue(w.t.Context())
		must(w.t, err)
		var next time.Time
		var ok bool
		must(w.t, w.db.Read(w.t.Context(), func(tx *store.Tx) (err error) {
			next, ok, err = tx.NextJobAt([]string{store.JobDrift, store.JobDriftFix, store.JobProvision})
			return err
		}))
		if !ok {
			return
		}
		_ = w.clock.Sleep(w.t.Context(), next.Sub(w.clock.Now()))
	}
}

// compare has all keys, or some, compared, and answers what is open.
func (w *world) compare(keys ...access.KeyID) []access.Drift {
	w.t.Helper()
	_, err := w.flow.CompareDrift(w.t.Context(), workflow.Act{Who: w.officer}, wire.CompareDrift{Keys: keys})
	must(w.t, err)
	w.work()
	return w.differences(access.DriftOpen)
}

// differences are what an officer sees in these states.
func (w *world) differences(states ...access.DriftState) (all []access.Drift) {
	w.t.Helper()
	must(w.t, w.db.Read(w.t.Context(), func(tx *store.Tx) error {
		return tx.VisibleRows(w.officer, func(c wire.Change) error {
			var d access.Drift
			if c.Kind != wire.RowDrift {
				return nil
			}
			err := json.Unmarshal(c.Body, &d)
			if slices.Contains(states, d.State) {
				all = append(all, d)
			}
			return err
		})
	}))
	return all
}

// count is how many differences a key's row shows.
func (w *world) count(id access.KeyID) (n int) {
	w.t.Helper()
	must(w.t, w.db.Read(w.t.Context(), func(tx *store.Tx) error {
		return tx.VisibleRows(w.officer, func(c wire.Change) error {
			var k wire.KeyRow
			if c.Kind != wire.RowKey || c.ID != string(id) {
				return nil
			}
			err := json.Unmarshal(c.Body, &k)
			n = k.Drift
			return err
		})
	}))
	return n
}

// fix has a difference mended.
func (w *world) fix(d access.Drift, fix access.DriftFix) {
	w.t.Helper()
	_, err := w.flow.FixDrift(w.t.Context(), workflow.Act{Who: w.officer}, d.ID, wire.FixDrift{Fix: fix, Why: "Se revisó con el directorio."})
	must(w.t, err)
	w.work()
}

// kept answers the kinds of the trail about differences.
func (w *world) trail() map[audit.Kind]int {
	w.t.Helper()
	kinds := map[audit.Kind]int{}
	must(w.t, w.db.Read(w.t.Context(), func(tx *store.Tx) error {
		all, err := tx.AuditAfter(0, 100_000)
		for _, r := range all {
			kinds[r.Kind]++
		}
		return err
	}))
	if _, err := audit.Verify(w.t.Context(), w.db); err != nil {
		w.t.Errorf("audit: %v", err)
	}
	return kinds
}
