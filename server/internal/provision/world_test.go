package provision

import (
	"context"
	"errors"
	"flag"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"llavero/server/internal/entra"
	"llavero/server/internal/entraemu"
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

// TestMain lets more cases run side by side than there are processors: each
// mostly waits for its file to reach the disk.
func TestMain(m *testing.M) {
	flag.Parse()
	asked := false
	flag.Visit(func(f *flag.Flag) { asked = asked || f.Name == "test.parallel" })
	if !asked {
		if err := flag.Set("test.parallel", "8"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

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

func (c *clock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}

func (c *clock) Sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(max(d, 0))
	return ctx.Err()
}

// directory is an emulator with a wire to it; it is shared by the cases of a
// test, which begin by emptying it.
type directory struct {
	*entraemu.Emulator
	clock *clock
	wire  *http.Client
}

func newDirectory(t *testing.T) *directory {
	t.Helper()
	c := &clock{now: time.Now()}
	emu, err := entraemu.Start(t.Context(), entraemu.Config{Clock: c.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = emu.Close() })
	wire := emu.HTTPClient()
	t.Cleanup(wire.CloseIdleConnections)
	return &directory{Emulator: emu, clock: c, wire: wire}
}

// world is a whole back office with one request that a delegate has signed, and
// a directory to issue its keys in.
type world struct {
	t        *testing.T
	dir      *directory
	folder   string
	params   *params.Set
	db       *store.DB // of the tests' own looks; each life has another
	flow     *workflow.Flow
	id       access.RequestID
	delegate access.Viewer
	officer  access.Viewer
	// overlap is how many secrets work beside the one in force, in each
	// environment, when all is done.
	overlap int
	before  map[string]issuedKey // the keys before a change of them
	jitter  func() float64       // nil: as drawn
	wire    http.RoundTripper    // between the lives and the directory; nil: the directory's own
}

// setSeed makes the back-offs of the next lives those of a seed.
func (w *world) setSeed(seed uint64) {
	var mu sync.Mutex
	rng := rand.New(rand.NewPCG(seed, 1))
	w.jitter = func() float64 {
		mu.Lock()
		defer mu.Unlock()
		return rng.Float64()
	}
}

const code access.LicenseCode = "0500199001"

// twoRoles are the permissions granted at issue in most cases.
var twoRoles = []string{entraemu.CareRoles[0], entraemu.CareRoles[1]}

func newWorld(t *testing.T, dir *directory) *world { return newWorldWith(t, dir, twoRoles) }

func newWorldWith(t *testing.T, dir *directory, permissions []string) *world {
	t.Helper()
	dir.Faults().Clear()
	if err := dir.Reset(); err != nil {
		t.Fatal(err)
	}
	knobs, err := entraemu.KnobsOf(entraemu.ProfileInstant)
	if err == nil {
		err = dir.SetKnobs(knobs)
	}
	if err != nil {
		t.Fatal(err)
	}
	dir.Journal().Clear()
	w := &world{t: t, dir: dir, folder: t.TempDir()}
	environment := func(api entraemu.Gateway) params.Environment {
		return params.Environment{
			TenantID: dir.TenantID(), Scope: api.Scope, ResourceAppID: api.AppID,
			Permissions: permissions, Validity: 365 * 24 * time.Hour, Reveal: params.RevealAlways,
		}
	}
	w.params = params.New(environment(dir.Gateway(entraemu.Sandbox)), environment(dir.Gateway(entraemu.Prod)))
	w.begin()
	w.db, w.flow = w.open()
	t.Cleanup(func() { _ = w.db.Close() })
	return w
}

// signed is the files of a back office at the moment the delegate has signed,
// made once: every case begins there.
var signed struct {
	sync.Mutex
	files             map[string][]byte
	at                time.Time
	id                access.RequestID
	delegate, officer access.Viewer
}

// begin puts the world at the moment the delegate has signed.
func (w *world) begin() {
	w.t.Helper()
	signed.Lock()
	defer signed.Unlock()
	if signed.files == nil {
		w.db, w.flow = w.open()
		w.seed()
		w.sign()
		if err := w.db.Close(); err != nil {
			w.t.Fatal(err)
		}
		signed.files, signed.at = map[string][]byte{}, w.dir.clock.Now()
		signed.id, signed.delegate, signed.officer = w.id, w.delegate, w.officer
		entries, err := os.ReadDir(w.folder)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, e := range entries {
			if signed.files[e.Name()], err = os.ReadFile(filepath.Join(w.folder, e.Name())); err != nil {
				w.t.Fatal(err)
			}
		}
		return
	}
	for name, content := range signed.files {
		if err := os.WriteFile(filepath.Join(w.folder, name), content, 0o600); err != nil {
			w.t.Fatal(err)
		}
	}
	w.dir.clock.set(signed.at)
	w.id, w.delegate, w.officer = signed.id, signed.delegate, signed.officer
}

// open opens the files as a start of the server does.
func (w *world) open() (*store.DB, *workflow.Flow) {
	w.t.Helper()
	db, err := store.Open(w.t.Context(), filepath.Join(w.folder, "llavero.db"), w.dir.clock.Now)
	if err != nil {
		w.t.Fatal(err)
	}
	box, err := seal.OpenOrCreate(filepath.Join(w.folder, "keyset.json"))
	if err != nil {
		w.t.Fatal(err)
	}
	signer, err := signing.Start(w.t.Context(), db, filepath.Join(w.folder, "signing.pem"))
	if err != nil {
		w.t.Fatal(err)
	}
	flow, err := workflow.New(w.t.Context(), workflow.Deps{Store: db, Box: box, Signer: signer, MailFrom: "llavero@ministerio.example", Params: w.params})
	if err != nil {
		w.t.Fatal(err)
	}
	return db, flow
}

// write fails the test when a transaction does.
func (w *world) write(do func(tx *store.Tx) error) {
	w.t.Helper()
	if err := w.db.Write(w.t.Context(), do); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) seed() {
	w.t.Helper()
	nit := access.Document{Type: access.DocumentNI, Number: "999100005"}
	account := func(login, number string, role access.Role, entity access.EntityID) store.Account {
		return store.Account{
			ID: access.AccountID(uuid.NewString()), Login: login, Email: strings.ToLower(login) + "@example.org", Role: role, Entity: entity,
			Person: access.Person{Document: access.Document{Type: access.DocumentCC, Number: number}, Name: "Persona " + number},
		}
	}
	delegate := account("ADMIHCEIPS999100005", "9999000005", access.RoleDelegate, access.EntityOf(nit))
	officer := account("CC9999000101", "9999000101", access.RoleOfficer, "")
	w.delegate, w.officer = delegate.Viewer(false), officer.Viewer(true)
	w.write(func(tx *store.Tx) error {
		_, err := tx.ApplyRegistry(store.Registry{
			Snapshot:  store.Snapshot{Kind: store.SnapshotREPS, Hash: "invented"},
			Entities:  slices.Values([]store.RegistryEntity{{Document: nit, Name: "Clínica Ñandú"}}),
			Providers: slices.Values([]store.Provider{{Code: code, Entity: access.EntityOf(nit), Name: "Clínica Ñandú", Class: "IPS"}}),
			Unsure:    func(access.LicenseCode) bool { return false }, MaxGone: 1,
		})
		return errors.Join(err, tx.CreateAccount(delegate), tx.CreateAccount(officer))
	})
}

// sign goes the delegate's way for the first keys.
func (w *world) sign() { w.ask(access.KindEnroll, "") }

// ask goes the delegate's way: write, ask for the code, read the mail, sign.
func (w *world) ask(kind access.Kind, reason access.Reason) {
	w.t.Helper()
	ctx, act := w.t.Context(), workflow.Act{Who: w.delegate}
	contact := access.Contact{Name: "Líder Técnico", Email: "lider@example.org", Phone: "3001234567"}
	asked, err := w.flow.CreateRequest(ctx, act, wire.NewRequest{
		Kind: kind, Reason: reason, Code: code,
		Form: access.RequestForm{Vendor: "Proveedor", Software: "Sistema", Lead: contact, Privacy: contact},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.id = asked.ID
	texts, err := w.flow.ConsentTexts(ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	var ticked wire.SendCode
	for _, text := range texts.Texts {
		ticked.Accepted = append(ticked.Accepted, wire.AcceptedText{ID: text.ID, Hash: text.Hash})
	}
	sent, err := w.flow.SendCode(ctx, act, w.id, ticked)
	if err != nil {
		w.t.Fatal(err)
	}
	var job *store.Job
	w.write(func(tx *store.Tx) (err error) {
		job, err = tx.ClaimJob([]string{store.JobMail}, time.Minute)
		return errors.Join(err, tx.FinishJob(job.ID))
	})
	mail, err := w.flow.OpenMail(ctx, *job)
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.flow.Sign(ctx, act, w.id, asked.Version, wire.Sign{Code: mail.Data["code"], ContentHash: sent.ContentHash}); err != nil {
		w.t.Fatal(err)
	}
}

// resume is an officer who takes the request and hands it back to the worker.
func (w *world) resume() {
	w.t.Helper()
	act := workflow.Act{Who: w.officer}
	taken, err := w.flow.Take(w.t.Context(), act, w.id, wire.Take{})
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.flow.Resume(w.t.Context(), act, w.id, taken.Version); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) request() access.KeyRequest {
	w.t.Helper()
	var r *store.Request
	err := w.db.Read(w.t.Context(), func(tx *store.Tx) (err error) {
		r, err = tx.KeyRequest(w.id)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return r.KeyRequest
}

const lease = 2 * time.Minute

// live runs one life of the worker until nothing is due, or until it dies after
// so many boundaries (negative: never). It reports where it died.
func (w *world) live(boundaries int) (died string) {
	w.t.Helper()
	return w.spend(&life{left: boundaries})
}

// liveUntil runs one life that dies at the first boundary of this name, whose
// middle may be left out with a *.
func (w *world) liveUntil(name string) {
	w.t.Helper()
	from, to, _ := strings.Cut(name, "*")
	died := w.spend(&life{left: -1, at: func(where string) bool { return strings.HasPrefix(where, from) && strings.HasSuffix(where, to) }})
	if died == "" {
		w.t.Fatalf("the life did not come by %q", name)
	}
}

func (w *world) entraConfig(hc *http.Client) entra.Config {
	return entra.Config{
		Authority: w.dir.URL(), GraphURL: w.dir.GraphURL(), Tenant: w.dir.TenantID(), ClientID: w.dir.ClientID(),
		Secret: secret.New(w.dir.ClientSecret()), HTTPClient: hc, Clock: w.dir.clock.Now, Sleep: w.dir.clock.Sleep,
		Jitter: w.jitter,
	}
}

func (w *world) spend(l *life) (died string) {
	w.t.Helper()
	ctx, cancel := context.WithCancel(w.t.Context())
	defer cancel()
	db, flow := w.open()
	defer func() { _ = db.Close() }()
	l.end = func() {
		cancel()
		_ = db.Close() // nothing more is written: the job keeps its lease
	}
	inner := w.dir.wire.Transport
	if w.wire != nil {
		inner = w.wire
	}
	hc := &http.Client{Transport: mortalWire{inner, l}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	client, err := entra.New(w.entraConfig(hc))
	if err != nil {
		w.t.Fatal(err)
	}
	base := Base{
		Entra: map[access.Environment]*entra.Client{access.Preproduction: client, access.Production: client},
		Clock: w.dir.clock.Now, Sleep: w.dir.clock.Sleep, Writers: new(entra.Writers),
	}
	p := New(Config{Base: base, Flow: mortalFlow{flow, l}})
	retirer := NewRetirer(RetireConfig{Base: base, Flow: mortalRetire{flow, l}})
	work := worker.New(db, map[string]worker.Runner{store.JobProvision: p, store.JobRetire: retirer}, worker.Config{Clock: w.dir.clock.Now, Lease: lease})
	for ctx.Err() == nil {
		if _, err := work.RunDue(ctx); err != nil && ctx.Err() == nil {
			w.t.Fatal(err)
		}
		next, ok := w.nextJob()
		if !ok {
			break
		}
		_ = w.dir.clock.Sleep(w.t.Context(), next.Sub(w.dir.clock.Now()))
	}
	return l.where
}

// soon is how far ahead a life waits for what is to be done: the end of an
// overlap is days away.
const soon = time.Hour

func (w *world) nextJob() (next time.Time, ok bool) {
	w.t.Helper()
	err := w.db.Read(w.t.Context(), func(tx *store.Tx) (err error) {
		next, ok, err = tx.NextJobAt([]string{store.JobProvision, store.JobRetire})
		ok = ok && next.Before(tx.Now().Add(soon))
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return next, ok
}
