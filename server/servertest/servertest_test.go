package servertest

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"llavero/server/internal/entraemu"
	"llavero/server/internal/store"
	"llavero/server/internal/workflow"
	"llavero/server/servertest/world"
	"llavero/shared/access"
	"llavero/shared/puzzle"
	"llavero/shared/seed"
	"llavero/shared/wire"
)

// limit bounds every wait of these tests.
func limit(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func enrol(code access.LicenseCode) wire.NewRequest {
	return wire.NewRequest{Kind: access.KindEnroll, Code: code, Form: world.Form()}
}

// post calls a route of the server and decodes its answer.
func post(t *testing.T, s *Server, path string, body, into any) int {
	t.Helper()
	b, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+path, bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	res, err := s.HTTPClient().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if res.TLS == nil || res.TLS.Version != tls.VersionTLS13 {
		t.Errorf("%s was not answered over TLS 1.3", path)
	}
	if res.StatusCode < 300 {
		if err := json.Unmarshal(raw, into); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
	}
	return res.StatusCode
}

// The people of the demonstration sign in over HTTPS, officers with a code.
func TestNew_peopleSignIn(t *testing.T) {
	s := New(t)
	for _, login := range []string{seed.LoginDelegate, seed.LoginBigDelegate, seed.LoginIndependent, seed.LoginOfficer, seed.LoginOfficer2} {
		p := s.Person(login)
		var pz wire.Puzzle
		if status := post(t, s, "/v1/puzzles", struct{}{}, &pz); status >= 300 {
			t.Fatalf("puzzle: %d", status)
		}
		nonce, err := puzzle.Solve(t.Context(), pz.Challenge, pz.Difficulty, nil)
		if err != nil {
			t.Fatal(err)
		}
		var in wire.SignedIn
		status := post(t, s, "/v1/sessions", wire.SignIn{
			Login: login, Password: p.Password.Reveal(), Challenge: pz.Challenge, Nonce: nonce, Device: "test",
		}, &in)
		if status >= 300 {
			t.Errorf("%s: %d", login, status)
			continue
		}
		if !p.TOTPSeed.IsEmpty() {
			code, err := totp.GenerateCode(p.TOTPSeed.Reveal(), time.Now())
			if err != nil {
				t.Fatal(err)
			}
			if status := post(t, s, "/v1/sessions/second-factor", wire.SecondFactor{Ticket: in.Ticket, Code: code}, &in); status >= 300 {
				t.Errorf("%s: second factor: %d", login, status)
				continue
			}
		}
		if in.Token == "" || in.Session == nil || in.Session.Role != p.Role || in.Session.Login != login {
			t.Errorf("%s: no session, or another's: %+v", login, in.Session)
		}
	}
}

// The whole road: form, code by mail, signature, keys in the tenant.
func TestNew_issuesKeys(t *testing.T) {
	s := New(t)
	ctx := limit(t)
	id, err := s.World.Ask(ctx, s.Person(seed.LoginDelegate), enrol("0500199001"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.World.WaitRequest(ctx, id, access.StatusDone, access.StatusPending)
	if err != nil || r.Status != access.StatusDone {
		t.Fatalf("request %+v: %v", r, err)
	}
	issued := s.Emulator.State().Issued()
	if len(issued) != 2 || len(issued[0].Live()) != 1 || len(issued[1].Live()) != 1 {
		t.Errorf("tenant: %+v", issued)
	}
}

// A key of production can do nothing until the Ministry grants permissions; one of
// preproduction has those of its environment. Both last a year.
func TestIssue_productionHoldsNoPermission(t *testing.T) {
	s := New(t)
	ctx := limit(t)
	id, err := s.World.Ask(ctx, s.Person(seed.LoginDelegate), enrol("0500199001"))
	if err != nil {
		t.Fatal(err)
	}
	if r, err := s.World.WaitRequest(ctx, id, access.StatusDone, access.StatusPending); err != nil || r.Status != access.StatusDone {
		t.Fatalf("request %+v: %v", r, err)
	}
	want := map[string]int{"llavero-production-0500199001": 0, "llavero-preproduction-0500199001": len(entraemu.CareRoles)}
	for _, a := range s.Emulator.State().Issued() {
		if n, ok := want[a.UniqueName]; !ok || len(a.Roles) != n || n > 0 && a.Roles[0].API == "" {
			t.Errorf("%s holds %+v, want %d of them", a.UniqueName, a.Roles, n)
		}
		delete(want, a.UniqueName)
		for _, secret := range a.Live() {
			if off := time.Until(secret.EndsAt.Add(-365 * 24 * time.Hour)).Abs(); off > 5*time.Minute {
				t.Errorf("%s ends %v: %v off a year from now", a.UniqueName, secret.EndsAt, off)
			}
		}
	}
	if len(want) != 0 {
		t.Errorf("not made: %v", want)
	}
}

// A refusal of the tenant parks the request; killed in between and started
// again, the server goes on where it was.
func TestKill_goesOn(t *testing.T) {
	s := New(t)
	ctx := limit(t)
	held, err := s.Emulator.Faults().Add(entraemu.Fault{Kind: entraemu.FaultStatus, Status: 503, Path: "addPassword", Count: entraemu.Forever})
	if err != nil {
		t.Fatal(err)
	}
	url := s.URL
	id, err := s.World.Ask(ctx, s.Person(seed.LoginDelegate), enrol("0500199001"))
	if err != nil {
		t.Fatal(err)
	}
	s.Kill()
	if res, err := s.HTTPClient().Get(s.URL + "/healthz"); err == nil {
		_ = res.Body.Close()
		t.Error("a killed server answers")
	}
	s.Emulator.Faults().Remove(held)
	s.Start()
	r, err := s.World.WaitRequest(ctx, id, access.StatusDone, access.StatusPending)
	if err != nil || r.Status != access.StatusDone {
		t.Fatalf("request %+v: %v", r, err)
	}
	for _, a := range s.Emulator.State().Issued() {
		if len(a.Live()) != 1 {
			t.Errorf("%s has %d live secrets", a.UniqueName, len(a.Live()))
		}
	}
	if s.World.URL() != url {
		t.Errorf("the address moved from %s to %s", url, s.World.URL())
	}
}

// A refused issue turns pending with its reason.
func TestFault_parks(t *testing.T) {
	s := New(t)
	ctx := limit(t)
	if _, err := s.Emulator.Faults().Add(entraemu.Fault{
		Kind: entraemu.FaultStatus, Status: 403, Surface: entraemu.SurfaceGraph, Method: "PATCH", Path: "/applications(", Count: entraemu.Forever,
	}); err != nil {
		t.Fatal(err)
	}
	id, err := s.World.Ask(ctx, s.Person(seed.LoginIndependent), enrol("8500199005"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.World.WaitRequest(ctx, id, access.StatusDone, access.StatusPending)
	if err != nil || r.Status != access.StatusPending || r.Failure == nil || r.Failure.Code != "Authorization_RequestDenied" {
		t.Fatalf("request %+v: %v", r, err)
	}
	if n := len(s.Emulator.State().Issued()); n != 0 {
		t.Errorf("%d applications", n)
	}
}

// The files of a run hold none of the secrets that went through it. (What the
// emulator and the people file keep is theirs to know.)
func TestFiles_holdNoSecret(t *testing.T) {
	s := New(t)
	ctx := limit(t)
	p := s.Person(seed.LoginDelegate)
	id, err := s.World.Ask(ctx, p, enrol("0500199001"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.World.WaitRequest(ctx, id, access.StatusDone); err != nil {
		t.Fatal(err)
	}
	secrets := map[string]string{"the client secret of the server": s.Emulator.ClientSecret()}
	for _, p := range s.World.People {
		secrets["password of "+p.Login] = p.Password.Reveal()
		if !p.TOTPSeed.IsEmpty() {
			secrets["second factor of "+p.Login] = p.TOTPSeed.Reveal()
		}
	}
	mails := s.Mail.To(p.Email)
	code, err := world.CodeIn(mails[len(mails)-1])
	if err != nil {
		t.Fatal(err)
	}
	// Six digits alone turn up in any hash: the code counts where it stands free.
	free := regexp.MustCompile(`[^0-9a-fA-F.]` + code + `[^0-9a-fA-FZ]`)
	for _, env := range access.Environments() {
		secrets["secret of "+string(env)] = reveal(t, s, p, "0500199001", env)
	}
	s.Kill()
	root := filepath.Join(s.Dir, "state", "server")
	files := 0
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for what, text := range secrets {
			if bytes.Contains(b, []byte(text)) {
				t.Errorf("%s holds %s", filepath.Base(path), what)
			}
		}
		if free.Match(b) {
			t.Errorf("%s holds the one-time code", filepath.Base(path))
		}
		return nil
	})
	if err != nil || files < 3 {
		t.Fatalf("%d files read: %v", files, err)
	}
}

// reveal opens a key's secret as its delegate does.
func reveal(t *testing.T, s *Server, p world.Person, code access.LicenseCode, env access.Environment) string {
	t.Helper()
	var id access.KeyID
	err := s.World.Server().Store().Read(t.Context(), func(tx *store.Tx) error {
		k, err := tx.KeyOf(code, env)
		if err == nil {
			id = k.ID
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.World.Server().Flow().Reveal(t.Context(), workflow.Act{Who: p.Viewer()}, id, wire.Reveal{Field: access.FieldSecret, Purpose: access.PurposeShow})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Value.Reveal()) != 40 {
		t.Fatalf("the secret of %s has %d characters", env, len(got.Value.Reveal()))
	}
	return got.Value.Reveal()
}

func TestReopen_sameWorld(t *testing.T) {
	dir := t.TempDir()
	open := func() *world.World {
		w, err := world.Open(t.Context(), world.Config{Dir: dir, Quick: true})
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	first := open()
	ctx := limit(t)
	before, _ := first.Person(seed.LoginOfficer)
	p, _ := first.Person(seed.LoginDelegate)
	id, err := first.Ask(ctx, p, enrol("0500199001"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := first.WaitRequest(ctx, id, access.StatusDone); err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second := open()
	defer func() {
		if err := second.Close(); err != nil {
			t.Error(err)
		}
	}()
	after, ok := second.Person(seed.LoginOfficer)
	if !ok || after.Password != before.Password || after.TOTPSeed != before.TOTPSeed || after.Account != before.Account {
		t.Error("the second run has other people")
	}
	if n := len(second.Emulator.State().Issued()); n != 2 {
		t.Errorf("the second run's tenant has %d applications", n)
	}
	err = second.Server().Store().Read(ctx, func(tx *store.Tx) error {
		r, err := tx.KeyRequest(id)
		if err == nil && r.Status != access.StatusDone {
			t.Errorf("the request stands at %s", r.Status)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestDemo_once(t *testing.T) {
	s := New(t)
	ctx := limit(t)
	told := 0
	for range 2 {
		if err := s.World.Demo(ctx, func(string) { told++ }); err != nil {
			t.Fatal(err)
		}
	}
	if told != 10 || len(s.Emulator.Faults().List()) != 0 {
		t.Errorf("%d things told, %d faults left", told, len(s.Emulator.Faults().List()))
	}
	officer := s.Person(seed.LoginOfficer).Viewer()
	pending := map[string]int{}
	err := s.World.Server().Store().Read(ctx, func(tx *store.Tx) error {
		return tx.VisibleRows(officer, func(c wire.Change) error {
			var row wire.RequestRow
			if c.Kind != wire.RowRequest {
				return nil
			}
			if err := json.Unmarshal(c.Body, &row); err != nil {
				return err
			}
			if row.Status == access.StatusPending && row.Failure != nil {
				pending[row.Failure.Code+" at "+string(row.Failure.Step)]++
			}
			return nil
		})
	})
	if err != nil || len(pending) != 4 {
		t.Errorf("an officer sees %v: %v", pending, err)
	}
	mustBeAttended(t, s)
}
