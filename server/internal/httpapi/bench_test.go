package httpapi

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"llavero/server/internal/accountpage"
	"llavero/server/internal/auth"
	"llavero/server/internal/config"
	"llavero/server/internal/contactpage"
	"llavero/server/internal/feed"
	"llavero/server/internal/params"
	"llavero/server/internal/seal"
	"llavero/server/internal/signing"
	"llavero/server/internal/store"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
	"llavero/shared/journal"
	"llavero/shared/puzzle"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// bench is the whole face over a real store and the real use cases, on a real
// TLS socket.
type bench struct {
	t    testing.TB
	api  *API
	db   *store.DB
	flow *workflow.Flow
	auth *auth.Service
	file string // the database's
	url  string
	http *http.Client
	log  *lines

	delegate, other, officer string    // tokens
	half                     string    // of an officer without second factor
	admin                    string    // of an officer who is an administrator
	strictDeps               auth.Deps // of a service beside, where delegates need a second factor
	ready                    error
}

// lines is a log that can be read while it is written.
type lines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(b)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

var (
	mine     = access.Document{Type: access.DocumentNI, Number: "999100005"}
	theirs   = access.Document{Type: access.DocumentNI, Number: "999100001"}
	myCode   = access.LicenseCode("0500199001")
	theirOne = access.LicenseCode("0800199777")
)

// imageCode is what every image shows.
const imageCode = "KMNPR"

func newBench(t testing.TB, tune ...func(*auth.Deps)) *bench {
	t.Helper()
	b := &bench{t: t, log: &lines{}}
	dir := t.TempDir()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	var err error
	b.file = filepath.Join(dir, "llavero.db")
	b.db, err = store.Open(t.Context(), b.file, time.Now)
	must(err)
	t.Cleanup(func() { _ = b.db.Close() })
	box, err := seal.Create(filepath.Join(dir, "keyset.json"))
	must(err)
	env := params.Environment{
		TenantID: uuid.NewString(), Scope: "api://ihce/.default", ResourceAppID: uuid.NewString(),
		Validity: 365 * 24 * time.Hour, Reveal: params.RevealAlways,
		Params: []params.Param{{Name: "EndPoint", Value: secret.New("https://ihce.example/fhir")}},
	}
	signer, err := signing.Start(t.Context(), b.db, filepath.Join(dir, "signing.pem"))
	must(err)
	b.flow, err = workflow.New(t.Context(), workflow.Deps{Store: b.db, Box: box, Signer: signer, Params: params.New(env, env), MailFrom: "llavero@example.org"})
	must(err)
	settings := config.Default()
	settings.Auth.ArgonMemory, settings.Auth.PuzzleBits = 64, 2
	deps := auth.Deps{
		Store: b.db, Box: box, Settings: settings.Auth, Rand: rand.Reader, Clock: time.Now,
		Flow: b.flow, MailFrom: "llavero@example.org", PublicURL: "https://llaves.example", ImageCode: imageCode,
	}
	for _, change := range tune {
		change(&deps)
	}
	b.auth, err = auth.New(deps)
	must(err)
	b.strictDeps = deps
	b.strictDeps.Settings.DelegatesNeedTOTP = true
	log := slog.New(journal.New(slog.NewTextHandler(b.log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	hub := feed.New(feed.Deps{Store: b.db, Auth: b.auth, Settings: settings.Feed, Clock: time.Now, Wall: time.Now, Log: slog.New(slog.DiscardHandler)})
	page, err := accountpage.New(b.auth, wire.About{Demo: true})
	must(err)
	contact, err := contactpage.New(b.flow, b.auth, wire.About{Demo: true})
	must(err)
	b.api = New(Deps{
		Page: page, Contact: contact, Auth: b.auth, Flow: b.flow, Feed: hub, Clock: time.Now, Log: log,
		About: wire.About{Name: "Llavero IHCE", Version: "test", Protocol: wire.Protocol, Demo: true},
		Ready: func(context.Context) error { return b.ready },
	})
	server := httptest.NewTLSServer(watched(t, b.api))
	t.Cleanup(server.Close)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 5*time.Second)
		defer cancel()
		_ = hub.GoDown(ctx)
	})
	b.url, b.http = server.URL, server.Client()
	b.fill()
	return b
}

func (b *bench) fill() {
	b.t.Helper()
	entities := []store.RegistryEntity{{Document: mine, Name: "CLÍNICA INVENTADA"}, {Document: theirs, Name: "OTRA INVENTADA"}}
	providers := []store.Provider{
		{Code: myCode, Entity: access.EntityOf(mine), Name: "CLÍNICA INVENTADA", Sites: []store.Site{{Number: "01", Name: "SEDE"}}},
		{Code: theirOne, Entity: access.EntityOf(theirs), Name: "OTRA INVENTADA", Sites: []store.Site{{Number: "01", Name: "SEDE"}}},
	}
	err := b.db.Write(b.t.Context(), func(tx *store.Tx) error {
		_, err := tx.ApplyRegistry(store.Registry{
			Snapshot: store.Snapshot{Kind: store.SnapshotREPS},
			Entities: func(yield func(store.RegistryEntity) bool) {
				_ = yield(entities[0]) && yield(entities[1])
			},
			Providers: func(yield func(store.Provider) bool) {
				_ = yield(providers[0]) && yield(providers[1])
			},
			Unsure: func(access.LicenseCode) bool { return false },
		})
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	person := func(number string) access.Person {
		return access.Person{Document: access.Document{Type: access.DocumentCC, Number: number}, Name: "Persona " + number}
	}
	b.delegate = b.enter(auth.NewAccount{Person: person("9999000001"), Email: "delegada@example.org", Role: access.RoleDelegate, Entity: mine})
	b.other = b.enter(auth.NewAccount{Person: person("9999000002"), Email: "otro@example.org", Role: access.RoleDelegate, Entity: theirs})
	b.officer = b.enter(auth.NewAccount{Person: person("9999000101"), Role: access.RoleOfficer})
	b.half = b.halfOfficer()
	b.admin, _ = b.administrator("9999000102")
}

// administrator makes an officer who may appoint others, and signs them in.
func (b *bench) administrator(number string) (token string, id access.AccountID) {
	b.t.Helper()
	added, pw := b.officerAccount(number)
	err := b.auth.SetAdministrator(b.t.Context(), auth.By{Why: "para las pruebas"}, added.ID, true)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.signedIn(added, pw).Token, added.ID
}

// officerAccount makes an officer and gives their password.
func (b *bench) officerAccount(number string) (auth.Added, secret.Text) {
	b.t.Helper()
	pw := secret.New(hex.EncodeToString([]byte(uuid.NewString())))
	added, err := b.auth.Add(b.t.Context(), auth.NewAccount{
		Person: access.Person{Document: access.Document{Type: access.DocumentCC, Number: number}, Name: "Persona " + number},
		Email:  "funcionaria@example.org", Role: access.RoleOfficer, Password: pw,
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return added, pw
}

// signedIn opens a session; what follows shows the code after this one's: next.
func (b *bench) signedIn(added auth.Added, pw secret.Text) wire.SignedIn {
	b.t.Helper()
	var in wire.SignedIn
	b.good(b.post("", "/v1/sessions", b.form(added.Login, pw)), &in)
	if in.Ticket != "" {
		code := authenticator(b.t, added.TOTPSeed)
		b.good(b.post("", "/v1/sessions/second-factor", wire.SecondFactor{Ticket: in.Ticket, Code: code}), &in)
	}
	return in
}

// enter makes an account and opens a session for it, as a client would.
func (b *bench) enter(n auth.NewAccount) string {
	b.t.Helper()
	pw := make([]byte, 12)
	_, _ = rand.Read(pw)
	n.Password = secret.New(hex.EncodeToString(pw))
	added, err := b.auth.Add(b.t.Context(), n)
	if err != nil {
		b.t.Fatal(err)
	}
	var in wire.SignedIn
	b.good(b.post("", "/v1/sessions", b.form(added.Login, n.Password)), &in)
	if in.Ticket != "" {
		code := authenticator(b.t, added.TOTPSeed)
		b.good(b.post("", "/v1/sessions/second-factor", wire.SecondFactor{Ticket: in.Ticket, Code: code}), &in)
	}
	return in.Token
}

func (b *bench) form(login string, pw secret.Text) wire.SignIn {
	b.t.Helper()
	return b.formOf(b.auth, login, pw)
}

// formOf is form with the puzzle of a service.
func (b *bench) formOf(of *auth.Service, login string, pw secret.Text) wire.SignIn {
	b.t.Helper()
	p, err := of.Puzzle()
	if err != nil {
		b.t.Fatal(err)
	}
	nonce, err := puzzle.Solve(b.t.Context(), p.Challenge, p.Difficulty, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return wire.SignIn{Login: login, Password: pw.Reveal(), Challenge: p.Challenge, Nonce: nonce, Device: "linux test"}
}

// halfOfficer is a session that no sign-in gives: an officer's without second
// factor. Should one ever exist, it reaches nothing.
func (b *bench) halfOfficer() string {
	b.t.Helper()
	all, err := b.auth.Accounts(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	token := "half-" + uuid.NewString()
	hash := sum(token)
	err = b.db.Write(b.t.Context(), func(tx *store.Tx) error {
		for _, a := range all {
			if a.Role == access.RoleOfficer {
				return tx.CreateSession(store.Session{TokenHash: hash[:], Account: a.ID, ExpiresAt: tx.Now().Add(time.Hour)})
			}
		}
		return errors.New("no officer")
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return token
}

// ask is one request to be.
type ask struct {
	method, path, token string
	body                []byte
	head                map[string]string
}

// answer is what came back, whole.
type answer struct {
	of     ask
	status int
	head   http.Header
	body   []byte
}

func (b *bench) do(a ask) answer {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), a.method, b.url+a.path, bytes.NewReader(a.body))
	if err != nil {
		b.t.Fatal(err)
	}
	if a.token != "" {
		req.Header.Set("Authorization", "Bearer "+a.token)
	}
	for k, v := range a.head {
		req.Header.Set(k, v)
	}
	resp, err := b.http.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return answer{of: a, status: resp.StatusCode, head: resp.Header, body: body}
}

func (b *bench) post(token, path string, body any, more ...string) answer {
	return b.send(http.MethodPost, token, path, body, more...)
}

// send is an intent with a fresh key; more are header names and values.
func (b *bench) send(method, token, path string, body any, more ...string) answer {
	b.t.Helper()
	a := ask{method: method, path: path, token: token, head: map[string]string{wire.HeaderIdempotencyKey: uuid.NewString()}}
	if body != nil {
		var err error
		if a.body, err = json.Marshal(body); err != nil {
			b.t.Fatal(err)
		}
	}
	for i := 0; i < len(more); i += 2 {
		a.head[more[i]] = more[i+1]
	}
	return b.do(a)
}

// good reads a 2xx answer.
func (b *bench) good(got answer, into any) {
	b.t.Helper()
	if got.status/100 != 2 {
		b.t.Fatalf("%s %s: %d %s", got.of.method, got.of.path, got.status, got.body)
	}
	if into != nil {
		if err := json.Unmarshal(got.body, into); err != nil {
			b.t.Fatalf("%s: %v in %s", got.of.path, err, got.body)
		}
	}
}

// bad reads an error answer and checks that it is a whole one.
func (b *bench) bad(got answer, status int) wire.Problem {
	b.t.Helper()
	var p wire.Problem
	if err := json.Unmarshal(got.body, &p); err != nil {
		b.t.Fatalf("%s %s: %d, no problem details: %s", got.of.method, got.of.path, got.status, got.body)
	}
	if got.status != status || p.Status != status || got.head.Get("Content-Type") != wire.ProblemType ||
		p.Instance == "" || p.Instance != got.head.Get(wire.HeaderRequestID) || p.Title != http.StatusText(status) || p.Type != "about:blank" {
		b.t.Errorf("%s %s: %d, want %d: %s", got.of.method, got.of.path, got.status, status, got.body)
	}
	return p
}
