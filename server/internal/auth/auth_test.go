package auth

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/config"
	"llavero/server/internal/seal"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/puzzle"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// bench is a Service on a real store and a real keyset, with a clock to turn.
type bench struct {
	*Service
	t    *testing.T
	dir  string
	out  *outbox
	mu   sync.Mutex
	time time.Time
}

func (b *bench) now() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.time
}

func (b *bench) pass(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.time = b.time.Add(d)
}

// settings are the default ones with cheap hashes and puzzles.
func settings() config.Auth {
	a := config.Default().Auth
	a.ArgonMemory, a.PuzzleBits = 64, 4
	return a
}

func newBench(t *testing.T, a config.Auth) *bench {
	t.Helper()
	b := &bench{t: t, dir: t.TempDir(), out: &outbox{}, time: time.Date(2026, 3, 1, 12, 0, 7, 0, time.UTC)}
	box, err := seal.Create(filepath.Join(b.dir, "keyset.json"))
	if err != nil {
		t.Fatal(err)
	}
	b.start(a, box)
	return b
}

// start opens the store, again after a restart.
func (b *bench) start(a config.Auth, box Box) {
	b.t.Helper()
	db, err := store.Open(b.t.Context(), filepath.Join(b.dir, "llavero.db"), b.now)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() {
		remember(db)
		_ = db.Close()
	})
	b.Service, err = New(Deps{
		Store: db, Box: box, Settings: a, Rand: rand.Reader, Clock: b.now,
		Flow: b.out, MailFrom: "llavero@example.org", PublicURL: "https://llaves.example", ImageCode: imageCode,
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

// password makes one at run time.
func password(t *testing.T) secret.Text {
	t.Helper()
	b := make([]byte, 12)
	if _, err := rand.Read(b); err != nil {
		t.Fatal(err)
	}
	return secret.New(hex.EncodeToString(b))
}

var (
	nit      = access.Document{Type: access.DocumentNI, Number: "999100005"}
	ana      = access.Person{Document: access.Document{Type: access.DocumentCC, Number: "9999000011"}, Name: "Ana Ñáñez Inventada"}
	beto     = access.Person{Document: access.Document{Type: access.DocumentCC, Number: "9999000012"}, Name: "Beto Inventado"}
	officer  = access.Person{Document: access.Document{Type: access.DocumentCC, Number: "9999000101"}, Name: "Olga Inventada"}
	visit    = Visit{Address: "192.0.2.7", RequestID: "r-1"}
	delegate = "ADMIHCEIPS999100005"
)

func (b *bench) delegate(p access.Person, pw secret.Text) Added {
	b.t.Helper()
	added, err := b.Add(b.t.Context(), NewAccount{Person: p, Email: "ana@example.org", Role: access.RoleDelegate, Entity: nit, Password: pw})
	if err != nil {
		b.t.Fatal(err)
	}
	return added
}

func (b *bench) officer(pw secret.Text) Added {
	b.t.Helper()
	added, err := b.Add(b.t.Context(), NewAccount{Person: officer, Role: access.RoleOfficer, Password: pw})
	if err != nil {
		b.t.Fatal(err)
	}
	return added
}

func (b *bench) form(login string, pw secret.Text) wire.SignIn {
	b.t.Helper()
	p, err := b.Puzzle()
	if err != nil {
		b.t.Fatal(err)
	}
	nonce, err := puzzle.Solve(b.t.Context(), p.Challenge, p.Difficulty, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return wire.SignIn{Login: login, Password: pw.Reveal(), Challenge: p.Challenge, Nonce: nonce, Device: "linux test"}
}

func (b *bench) signIn(login string, pw secret.Text) (wire.SignedIn, error) {
	b.t.Helper()
	return b.SignIn(b.t.Context(), visit, b.form(login, pw))
}

// code is the authenticator's, so many steps from now.
func (b *bench) code(added Added, steps int64) string {
	b.t.Helper()
	c, err := totpCode(added.TOTPSeed, b.now().Unix()/totpPeriod+steps)
	if err != nil {
		b.t.Fatal(err)
	}
	return c
}

// trail lists the kinds of all audit entries, in order.
func (b *bench) trail() []audit.Record {
	b.t.Helper()
	var all []audit.Record
	err := b.store.Read(b.t.Context(), func(tx *store.Tx) error {
		var err error
		all, err = tx.AuditAfter(0, 1000)
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return all
}

func want(t *testing.T, err error, code access.Code, hint access.Hint) {
	t.Helper()
	if access.CodeOf(err) != code || access.HintOf(err) != hint {
		t.Fatalf("got %v, want %s %s", err, code, hint)
	}
}

func TestSignIn_delegate(t *testing.T) {
	b := newBench(t, settings())
	pw := password(t)
	added := b.delegate(ana, pw)
	if added.Login != delegate {
		t.Fatalf("login %s", added.Login)
	}
	in, err := b.signIn(" admihceips999100005 ", pw)
	if err != nil {
		t.Fatal(err)
	}
	if in.Token == "" || in.Ticket != "" || in.Session == nil || in.Session.Person != ana ||
		in.Session.MaskedEmail != "a•••@example.org" || in.Session.Entity != "NI-999100005" {
		t.Fatalf("got %+v", in)
	}
	s, err := b.Session(t.Context(), in.Token)
	if err != nil {
		t.Fatal(err)
	}
	if !s.Viewer.IsDelegate() || s.Viewer.Account != added.ID || s.Device != "linux test" {
		t.Fatalf("got %+v", s)
	}
	if err := b.SignOut(t.Context(), visit, s); err != nil {
		t.Fatal(err)
	}
	_, err = b.Session(t.Context(), in.Token)
	want(t, err, access.CodeUnauthorized, "")
	var kinds []string
	for _, r := range b.trail() {
		kinds = append(kinds, string(r.Kind))
	}
	if got := strings.Join(kinds, " "); got != "account.created session.sign_in session.sign_out" {
		t.Errorf("trail: %s", got)
	}
}

func TestSignIn_tellsSharersOfALoginApart(t *testing.T) {
	b := newBench(t, settings())
	pwAna, pwBeto := password(t), password(t)
	b.delegate(ana, pwAna)
	b.delegate(beto, pwBeto)
	for person, pw := range map[access.Person]secret.Text{ana: pwAna, beto: pwBeto} {
		in, err := b.signIn(delegate, pw)
		if err != nil || in.Session.Person != person {
			t.Errorf("%s: %+v %v", person.Name, in.Session, err)
		}
	}
	_, err := b.Add(t.Context(), NewAccount{
		Person: officer, Role: access.RoleDelegate, Entity: nit, Password: pwAna,
	})
	if e, ok := errors.AsType[*access.Error](err); !ok || len(e.Fields) != 1 || e.Fields[0].Field != "password" {
		t.Errorf("a password another sharer has: %v", err)
	}
}

func TestSignIn_refusesWithEqualWordsAndWork(t *testing.T) {
	b := newBench(t, settings())
	pw := password(t)
	b.delegate(ana, pw)
	if err := b.Disable(t.Context(), b.officer(password(t)).ID); err != nil {
		t.Fatal(err)
	}
	runs := map[string]int64{}
	words := map[string]string{}
	for _, login := range []string{delegate, "CC1", "CC9999000101"} {
		before := b.hasher.runs.Load()
		_, err := b.signIn(login, password(t))
		want(t, err, access.CodeUnauthorized, access.HintCredentials)
		runs[login], words[login] = b.hasher.runs.Load()-before, err.Error()
	}
	before := b.hasher.runs.Load()
	if _, err := b.signIn(delegate, pw); err != nil {
		t.Fatal(err)
	}
	runs["right"] = b.hasher.runs.Load() - before
	for who, n := range runs {
		if n != leastRuns {
			t.Errorf("%s: %d hashes, want %d", who, n, leastRuns)
		}
	}
	if words[delegate] != words["CC1"] || words[delegate] != words["CC9999000101"] {
		t.Errorf("words differ: %v", words)
	}
	for _, r := range b.trail() {
		if r.Kind == audit.SignInFailed && r.DetailOf("login") == "CC1" {
			t.Error("the trail keeps what was typed for a login that does not exist")
		}
	}
}

func TestSignIn_puzzle(t *testing.T) {
	b := newBench(t, settings())
	pw := password(t)
	b.delegate(ana, pw)
	good := b.form(delegate, pw)

	missing := good
	missing.Challenge = ""
	_, err := b.SignIn(t.Context(), visit, missing)
	want(t, err, access.CodeInvalid, access.HintPuzzle)

	if _, err := b.SignIn(t.Context(), visit, good); err != nil {
		t.Fatal(err)
	}
	_, err = b.SignIn(t.Context(), visit, good)
	want(t, err, access.CodeInvalid, access.HintPuzzle)

	old := b.form(delegate, pw)
	b.pass(settings().PuzzleTTL)
	_, err = b.SignIn(t.Context(), visit, old)
	want(t, err, access.CodeExpired, access.HintPuzzle)
}

func TestSignIn_spentPuzzleInParallel(t *testing.T) {
	b := newBench(t, settings())
	pw := password(t)
	b.delegate(ana, pw)
	form := b.form(delegate, pw)
	var wg sync.WaitGroup
	var mu sync.Mutex
	good := 0
	for range 8 {
		wg.Go(func() {
			if _, err := b.SignIn(context.WithoutCancel(t.Context()), visit, form); err == nil {
				mu.Lock()
				good++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if good != 1 {
		t.Fatalf("one puzzle was good %d times", good)
	}
}

func TestFiles_holdNoSecret(t *testing.T) {
	b := newBench(t, settings())
	pw, pwO := password(t), password(t)
	b.delegate(ana, pw)
	added := b.officer(pwO)
	in, err := b.signIn(delegate, pw)
	if err != nil {
		t.Fatal(err)
	}
	planted := []string{pw.Reveal(), pwO.Reveal(), added.TOTPSeed.Reveal(), in.Token}
	files, err := filepath.Glob(filepath.Join(b.dir, "llavero.db*"))
	if err != nil || len(files) < 2 {
		t.Fatalf("%q %v", files, err)
	}
	for _, name := range files {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range planted {
			if strings.Contains(string(content), p) {
				t.Errorf("%s holds secret %d", filepath.Base(name), i)
			}
		}
	}
}
