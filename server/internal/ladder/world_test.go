package ladder_test

import (
	"bytes"
	"context"
	"errors"
	"io"
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
	"llavero/server/internal/ladder"
	"llavero/server/internal/params"
	"llavero/server/internal/seal"
	"llavero/server/internal/signing"
	"llavero/server/internal/store"
	"llavero/server/internal/worker"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

const (
	code   access.LicenseCode = "0500199001"
	entity access.EntityID    = "NI-999100005"
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

// meddler is the network, with a hand in it.
type meddler struct {
	http.RoundTripper
	mu sync.Mutex
	do func(r *http.Request, form url.Values) // changes the form of a sign-in; nil: none
	// seen changes what Graph answers to a reading; nil: nothing. Set it before.
	seen func(body []byte) []byte
	// answered is told of each sign-in's status.
	answered func(form url.Values, status int)
}

func (m *meddler) RoundTrip(r *http.Request) (*http.Response, error) {
	m.mu.Lock()
	do, answered := m.do, m.answered
	m.mu.Unlock()
	if m.seen != nil && r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/applications") {
		return m.change(r)
	}
	if do == nil && answered == nil || !strings.HasSuffix(r.URL.Path, "/token") {
		return m.RoundTripper.RoundTrip(r)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, err
	}
	if do != nil {
		do(r, form)
	}
	r = r.Clone(r.Context())
	text := []byte(form.Encode())
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(text)), int64(len(text))
	r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text)), nil }
	resp, err := m.RoundTripper.RoundTrip(r)
	if err == nil && answered != nil {
		answered(form, resp.StatusCode)
	}
	return resp, err
}

func (m *meddler) change(r *http.Request) (*http.Response, error) {
	resp, err := m.RoundTripper.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil {
		return nil, err
	}
	body = m.seen(body)
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return resp, nil
}

func (m *meddler) with(do func(r *http.Request, form url.Values)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.do = do
}

// world is a back office with a directory, a gateway, and people.
type world struct {
	t        *testing.T
	emu      *entraemu.Emulator
	clock    *clock
	wire     *meddler
	client   *entra.Client
	db       *store.DB
	flow     *workflow.Flow
	delegate access.Viewer
	stranger access.Viewer
	officer  access.Viewer
	wrap     func(ladder.Flow) ladder.Flow // what stands between a ladder and its flow
	gateway  *ladder.Gateway
	work     *worker.Worker
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, clock: &clock{now: time.Now().UTC().Truncate(time.Second)}, wrap: func(f ladder.Flow) ladder.Flow { return f }}
	var err error
	if w.emu, err = entraemu.Start(t.Context(), entraemu.Config{Clock: w.clock.Now}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.emu.Close() })
	plain := w.emu.HTTPClient()
	t.Cleanup(plain.CloseIdleConnections)
	w.wire = &meddler{RoundTripper: plain.Transport}
	w.client = w.newClient()
	dir := t.TempDir()
	if w.db, err = store.Open(t.Context(), filepath.Join(dir, "llavero.db"), w.clock.Now); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.db.Close() })
	box, err := seal.OpenOrCreate(filepath.Join(dir, "keyset.json"))
	if err != nil {
		t.Fatal(err)
	}
	signer, err := signing.Start(t.Context(), w.db, filepath.Join(dir, "signing.pem"))
	if err != nil {
		t.Fatal(err)
	}
	w.flow, err = workflow.New(t.Context(), workflow.Deps{
		Store: w.db, Box: box, Signer: signer, MailFrom: "llavero@ministerio.example",
		Params: params.New(w.environment(entraemu.Sandbox), w.environment(entraemu.Prod)),
		Policy: workflow.Policy{NotKeys: []string{w.emu.ClientID(), w.emu.TenantID()}},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.seed()
	w.gateway = &ladder.Gateway{HTTP: plain, Clock: w.clock.Now}
	return w
}

func (w *world) environment(api entraemu.IHCE) params.Environment {
	g := w.emu.Gateway(api)
	return params.Environment{
		TenantID: w.emu.TenantID(), Scope: g.Scope, ResourceAppID: g.AppID, Validity: 365 * 24 * time.Hour, Reveal: params.RevealAlways,
		Params: []params.Param{
			{Name: "EndPoint", Value: secret.New(g.URL)}, {Name: "APIMSubskey", Value: secret.New(g.SubscriptionKey), Sensitive: true},
		},
	}
}

func (w *world) newClient() *entra.Client {
	w.t.Helper()
	client, err := entra.New(entra.Config{
		Authority: w.emu.URL(), GraphURL: w.emu.GraphURL(), Tenant: w.emu.TenantID(), ClientID: w.emu.ClientID(),
		Secret: secret.New(w.emu.ClientSecret()), Clock: w.clock.Now, Sleep: w.clock.Sleep, Retry: entra.Retry{Tries: 2},
		HTTPClient: &http.Client{Transport: w.wire, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return client
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) seed() {
	w.t.Helper()
	nit := access.Document{Type: access.DocumentNI, Number: "999100005"}
	account := func(login, number string, role access.Role, of access.EntityID) store.Account {
		return store.Account{
			ID: access.AccountID(uuid.NewString()), Login: login, Email: strings.ToLower(login) + "@example.org", Role: role, Entity: of,
			Person: access.Person{Document: access.Document{Type: access.DocumentCC, Number: number}, Name: "Persona " + number},
		}
	}
	delegate := account("ADMIHCEIPS999100005", "9999000005", access.RoleDelegate, entity)
	stranger := account("ADMIHCEIPS999100001", "9999000001", access.RoleDelegate, "NI-999100001")
	officer := account("CC9999000101", "9999000101", access.RoleOfficer, "")
	w.delegate, w.stranger, w.officer = delegate.Viewer(false), stranger.Viewer(false), officer.Viewer(true)
	w.must(w.db.Write(w.t.Context(), func(tx *store.Tx) error {
		_, err := tx.ApplyRegistry(store.Registry{
			Snapshot:  store.Snapshot{Kind: store.SnapshotREPS, Hash: "invented"},
			Entities:  slices.Values([]store.RegistryEntity{{Document: nit, Name: "Clínica Ñandú"}}),
			Providers: slices.Values([]store.Provider{{Code: code, Entity: entity, Name: "Clínica Ñandú", Class: "IPS"}}),
			Unsure:    func(access.LicenseCode) bool { return false }, MaxGone: 1,
		})
		return errors.Join(err, tx.CreateAccount(delegate), tx.CreateAccount(stranger), tx.CreateAccount(officer))
	}))
}

// pending is a request that an officer has taken, to type its keys.
func (w *world) pending() wire.Accepted {
	w.t.Helper()
	ctx, act := w.t.Context(), workflow.Act{Who: w.delegate}
	contact := access.Contact{Name: "Líder Técnico", Email: "lider@example.org", Phone: "3001234567"}
	asked, err := w.flow.CreateRequest(ctx, act, wire.NewRequest{
		Kind: access.KindEnroll, Code: code, Form: access.RequestForm{Vendor: "Proveedor", Software: "Sistema", Lead: contact, Privacy: contact},
	})
	w.must(err)
	texts, err := w.flow.ConsentTexts(ctx)
	w.must(err)
	var ticked wire.SendCode
	for _, text := range texts.Texts {
		ticked.Accepted = append(ticked.Accepted, wire.AcceptedText{ID: text.ID, Hash: text.Hash})
	}
	sent, err := w.flow.SendCode(ctx, act, asked.ID, ticked)
	w.must(err)
	var job *store.Job
	w.must(w.db.Write(ctx, func(tx *store.Tx) (err error) {
		job, err = tx.ClaimJob([]string{store.JobMail}, time.Minute)
		return errors.Join(err, tx.FinishJob(job.ID))
	}))
	mail, err := w.flow.OpenMail(ctx, *job)
	w.must(err)
	_, err = w.flow.Sign(ctx, act, asked.ID, asked.Version, wire.Sign{Code: mail.Data["code"], ContentHash: sent.ContentHash})
	w.must(err)
	why := access.Failure{Environment: access.Preproduction, Step: access.StepApplication, Status: 403, Code: "Authorization_RequestDenied"}
	w.must(w.flow.ParkIssue(ctx, asked.ID, why))
	taken, err := w.flow.Take(ctx, workflow.Act{Who: w.officer}, asked.ID, wire.Take{})
	w.must(err)
	return taken
}

// made is an application that somebody made by hand in the directory.
type made struct {
	objectID, clientID string
	secret             entra.NewPassword
}

// make makes an application with a secret, as somebody does in the portal.
func (w *world) make(uniqueName, name string, end time.Time) made {
	w.t.Helper()
	app, _, err := w.client.EnsureApplication(w.t.Context(), uniqueName, name, nil)
	w.must(err)
	_, err = w.client.EnsurePrincipal(w.t.Context(), app.ClientID, name, false)
	w.must(err)
	p, err := w.client.AddPassword(w.t.Context(), app.ID, "a mano", end, false)
	w.must(err)
	return made{app.ID, app.ClientID, p}
}

func (w *world) year() time.Time { return w.clock.Now().Add(300 * 24 * time.Hour) }

func (m made) typed(end time.Time) wire.TypedKey {
	return wire.TypedKey{ClientID: m.clientID, Secret: m.secret.Text.Reveal(), ExpiresAt: end}
}

// assign types keys for both environments and hands over the key of production.
func (w *world) assign(production, preproduction wire.TypedKey) *store.Key {
	w.t.Helper()
	r := w.pending()
	_, err := w.flow.Assign(w.t.Context(), workflow.Act{Who: w.officer}, r.ID, r.Version, wire.Assign{Production: production, Preproduction: preproduction})
	w.must(err)
	return w.key(access.Production)
}

func (w *world) key(env access.Environment) *store.Key {
	w.t.Helper()
	var k *store.Key
	w.must(w.db.Read(w.t.Context(), func(tx *store.Tx) (err error) {
		k, err = tx.KeyOf(code, env)
		return err
	}))
	return k
}

func (w *world) secret(id access.KeyID) *store.Secret {
	w.t.Helper()
	var s *store.Secret
	w.must(w.db.Read(w.t.Context(), func(tx *store.Tx) (err error) {
		s, err = tx.SecretInForce(id)
		return err
	}))
	return s
}

// row is the key as a delegate's client has it.
func (w *world) row(id access.KeyID) (row wire.KeyRow) {
	w.t.Helper()
	w.must(w.db.Read(w.t.Context(), func(tx *store.Tx) error {
		return tx.VisibleRows(w.delegate, func(c wire.Change) error {
			if c.Kind == wire.RowKey && c.ID == string(id) {
				row = decode[wire.KeyRow](w.t, c.Body)
			}
			return nil
		})
	}))
	if row.ID == "" {
		w.t.Fatal("the key is not among the rows")
	}
	return row
}

// ladder makes a ladder as the server does.
func (w *world) ladder() *ladder.Ladder {
	return ladder.New(ladder.Config{
		Flow: w.wrap(w.flow), Gateway: w.gateway, Prover: w.prover(),
		Entra: map[access.Environment]*entra.Client{access.Preproduction: w.client, access.Production: w.client},
	})
}

func (w *world) prover() ladder.Prover {
	return ladder.Prover{Clock: w.clock.Now, Sleep: w.clock.Sleep}
}

// run does the tests that are due now.
func (w *world) run() int {
	w.t.Helper()
	if w.work == nil {
		w.work = worker.New(w.db, map[string]worker.Runner{store.JobTest: w.ladder()}, worker.Config{Clock: w.clock.Now})
	}
	n, err := w.work.RunDue(w.t.Context())
	w.must(err)
	return n
}

// next is when the next test falls due.
func (w *world) next() (at time.Time, ok bool) {
	w.t.Helper()
	w.must(w.db.Read(w.t.Context(), func(tx *store.Tx) (err error) {
		at, ok, err = tx.NextJobAt([]string{store.JobTest})
		return err
	}))
	return at, ok
}

// trail are the entries of a kind about a key.
func (w *world) trail(id access.KeyID, kind audit.Kind) []audit.Record {
	w.t.Helper()
	var all []audit.Record
	w.must(w.db.Read(w.t.Context(), func(tx *store.Tx) (err error) {
		all, err = tx.AuditOf(string(id), kind, 1000)
		return err
	}))
	return all
}

// lights are the states of a test's lights, in order.
func lights(t *access.KeyTest) string {
	var all []string
	for _, l := range access.Lights() {
		all = append(all, strings.TrimSpace(string(t.Light(l).State)+" "+t.Light(l).Code))
	}
	return strings.Join(all, ", ")
}
