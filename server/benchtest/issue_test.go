package benchtest

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"math"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

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
	"llavero/shared/seed"
)

// issueCodes is how many codes get their keys; 0: a few, as a test of the
// machinery. `make bench` gives a twentieth of the country, or as many as
// ISSUE_CODES says.
var issueCodes = flag.Int("issue-codes", 0, "license codes that get their keys in TestIssueCountry")

// Writes to Graph that a key costs: application, service principal, secret, and
// a role assignment for each of the five permissions (entra.md §1.6).
const writesPerKey = 8

// graphWritesPerSecond is Graph's own bound for one application in one tenant.
const graphWritesPerSecond = entra.GraphWindowWrites / float64(entra.GraphWindow/time.Second)

// TestIssueCountry issues the keys of many codes, both environments through one
// provisioning application, in virtual time: the real worker, provisioner, use
// cases, SQLite and Graph client against the emulator with Graph's real limits,
// in one process and without sockets. Each call takes 300 to 700 ms of that
// time. It says how many hours the country's 61,177 codes take, in proportion
// when there were fewer; how many the quota alone would take; and how often
// Graph had to say 429.
func TestIssueCountry(t *testing.T) {
	codes := *issueCodes
	if codes == 0 {
		codes = 60
	}
	began := time.Now()
	r := issueCountry(t, codes)
	bound := time.Duration(float64(r.writes) / graphWritesPerSecond * float64(time.Second))
	t.Logf("%d keys, %d writes, %s of virtual time for a bound of %s, %d answers of 429, %s of real time",
		r.keys, r.writes, r.took, bound, r.throttled, time.Since(began).Round(time.Second))
	if r.keys != 2*codes || r.writes != 2*codes*writesPerKey {
		t.Errorf("%d keys with %d writes, want %d with %d each", r.keys, r.writes, 2*codes, writesPerKey)
	}
	if r.throttled != 0 {
		t.Errorf("Graph had to say 429 %d times, want never", r.throttled)
	}
	if *issueCodes == 0 {
		return
	}
	whole := float64(seed.CountryCodes) / float64(codes)
	for _, l := range []struct {
		name  string
		value float64
		unit  string
	}{
		{"issue_country_codes", float64(codes), "codes"},
		{"issue_country_virtual_hours", r.took.Hours() * whole, "h"},
		{"issue_country_bound_hours", bound.Hours() * whole, "h"},
		{"avoidable_429", float64(r.throttled), "answers"},
	} {
		_, _ = fmt.Fprintf(os.Stdout, "\nbench %s %g %s\n", l.name, math.Round(l.value*1000)/1000, l.unit)
	}
}

// issued is what came of issueCountry.
type issued struct {
	keys      int
	writes    int
	throttled int
	took      time.Duration // virtual
}

// slots is how many requests are worked on at once: a key's proof waits 10 s
// between sign-ins, and the pace must not wait with it.
const slots = 96

func issueCountry(t *testing.T, codes int) (r issued) {
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		emu, err := entraemu.New(entraemu.Config{Clock: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		knobs, err := entraemu.KnobsOf(entraemu.ProfileInstant)
		if err != nil {
			t.Fatal(err)
		}
		knobs.Throttle, knobs.Token.MockSignature = entraemu.GraphLimits(), true
		if err := emu.SetKnobs(knobs); err != nil {
			t.Fatal(err)
		}
		c := newIssuing(t, emu, folder, codes)
		r = c.run(t)
		counted := emu.Counters()
		r.writes, r.throttled = counted.Writes, counted.Throttled
	})
	return r
}

// distant is the emulator as far away as Graph: each call takes a while.
type distant struct{ http.RoundTripper }

func (d distant) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := entra.Sleep(req.Context(), 300*time.Millisecond+rand.N(400*time.Millisecond)); err != nil {
		return nil, err
	}
	return d.RoundTripper.RoundTrip(req)
}

// issuing is a back office with a signed request of every code.
type issuing struct {
	db    *store.DB
	flow  *workflow.Flow
	work  *worker.Worker
	codes int
}

func newIssuing(t *testing.T, emu *entraemu.Emulator, folder string, codes int) *issuing {
	t.Helper()
	c := &issuing{codes: codes}
	var err error
	if c.db, err = store.Open(t.Context(), filepath.Join(folder, "llavero.db"), time.Now); err != nil {
		t.Fatal(err)
	}
	box, err := seal.OpenOrCreate(filepath.Join(folder, "keyset.json"))
	if err != nil {
		t.Fatal(err)
	}
	environment := func(api entraemu.Gateway) params.Environment {
		return params.Environment{
			TenantID: emu.TenantID(), Scope: api.Scope, ResourceAppID: api.AppID, Permissions: entraemu.CareRoles,
			Validity: 365 * 24 * time.Hour, Reveal: params.RevealAlways,
		}
	}
	set := params.New(environment(emu.Gateway(entraemu.Sandbox)), environment(emu.Gateway(entraemu.Prod)))
	signer, err := signing.Start(t.Context(), c.db, filepath.Join(folder, "signing.pem"))
	if err != nil {
		t.Fatal(err)
	}
	if c.flow, err = workflow.New(t.Context(), workflow.Deps{Store: c.db, Box: box, Signer: signer, Params: set, MailFrom: "llavero@example.org"}); err != nil {
		t.Fatal(err)
	}
	client, err := entra.New(entra.Config{
		Authority: emu.URL(), GraphURL: emu.GraphURL(), Tenant: emu.TenantID(), ClientID: emu.ClientID(),
		Secret: secret.New(emu.ClientSecret()), Clock: time.Now,
		HTTPClient: &http.Client{Transport: distant{emu.RoundTripper()}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
	})
	if err != nil {
		t.Fatal(err)
	}
	clients := map[access.Environment]*entra.Client{access.Preproduction: client, access.Production: client}
	keys := provision.New(provision.Config{Flow: c.flow, Base: provision.Base{Entra: clients, Clock: time.Now}})
	c.work = worker.New(c.db, map[string]worker.Runner{store.JobProvision: keys}, worker.Config{
		Slots: slots, Clock: time.Now, Log: slog.New(slog.DiscardHandler),
	})
	c.sign(t)
	return c
}

// sign writes a signed request for each code, its keys and its job, straight into
// the tables.
func (c *issuing) sign(t *testing.T) {
	t.Helper()
	var entities []store.RegistryEntity
	var providers []store.Provider
	for p := range seed.Country(1) {
		entities = append(entities, store.RegistryEntity{Document: p.Document, Name: p.LegalName})
		for _, code := range p.Codes() {
			providers = append(providers, store.Provider{Code: code, Entity: p.Entity(), Name: p.Name, Class: p.Class})
		}
		if len(providers) >= c.codes {
			break
		}
	}
	providers = providers[:c.codes]
	by := store.Account{
		ID: access.AccountID(uuid.NewString()), Login: "BENCH", Email: "persona@example.org", Role: access.RoleDelegate,
		Person: access.Person{Document: access.Document{Type: access.DocumentCC, Number: "9997000000"}, Name: "Persona de Ejemplo"},
		Entity: providers[0].Entity, PasswordHash: "none",
	}
	err := c.db.Write(t.Context(), func(tx *store.Tx) error {
		_, err := tx.ApplyRegistry(store.Registry{
			Snapshot: store.Snapshot{Kind: store.SnapshotREPS, Hash: "bench"},
			Entities: each(entities), Providers: each(providers), Unsure: func(access.LicenseCode) bool { return false },
		})
		if err != nil {
			return err
		}
		if err := tx.CreateAccount(by); err != nil {
			return err
		}
		for i, p := range providers {
			if err := signOne(tx, by, p, i); err != nil {
				return fmt.Errorf("code %s: %w", p.Code, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func signOne(tx *store.Tx, by store.Account, p store.Provider, i int) error {
	r := store.Request{KeyRequest: access.KeyRequest{
		ID: access.RequestID(uuid.NewString()), Number: fmt.Sprintf("SOL-2026-%06d", i), Kind: access.KindEnroll, Code: p.Code, Entity: p.Entity,
		Status: access.StatusIssuing, RequestedBy: by.ID, RequestedAt: tx.Now(), SignedAt: tx.Now(), UpdatedAt: tx.Now(),
	}, ContentHash: "bench"}
	if err := tx.InsertRequest(&r); err != nil {
		return err
	}
	for _, env := range access.Environments() {
		err := tx.InsertKey(&store.Key{
			Key: access.Key{
				ID: access.KeyID(uuid.NewString()), Code: p.Code, Entity: p.Entity, Environment: env,
				Name: "IHCE-" + string(env) + "-" + string(p.Code), State: access.KeyCreating,
			},
			UniqueName: "bench-" + string(env) + "-" + string(p.Code),
		})
		if err != nil {
			return err
		}
	}
	return tx.Enqueue(store.Job{Kind: store.JobProvision, Subject: string(r.ID)})
}

// run works until every request is done.
func (c *issuing) run(t *testing.T) (r issued) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	began := time.Now()
	stopped := make(chan error, 1)
	go func() { stopped <- c.work.Run(ctx) }()
	for left := c.codes; left > 0; {
		time.Sleep(time.Second)
		if err := c.db.Read(ctx, func(tx *store.Tx) (err error) { left, err = tx.LiveJobs(store.JobProvision); return err }); err != nil {
			t.Fatal(err)
		}
	}
	r.took = time.Since(began)
	cancel()
	if err := <-stopped; err != nil {
		t.Fatal(err)
	}
	err := c.db.Read(t.Context(), func(tx *store.Tx) (err error) { r.keys, err = tx.ReadableKeys(); return err })
	if err == nil {
		err = c.db.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return r
}
