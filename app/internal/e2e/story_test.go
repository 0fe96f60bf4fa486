package e2e

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"llavero/app/internal/state"
	"llavero/server/servertest"
	"llavero/server/servertest/world"
	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/seed"
	"llavero/shared/wire"
)

const code = access.LicenseCode("0500199001") // of the delegate

// A delegate asks for the keys of a code, signs with the code from the mail,
// follows the issue and reads the keys.
func TestDelegate_firstKey(t *testing.T) {
	s := servertest.New(t)
	d := sit(t, s, t.TempDir(), nil)
	ctx, m := t.Context(), d.model
	p := d.signIn(seed.LoginDelegate)
	if h := m.Header(); h.Session.Role != access.RoleDelegate || h.Session.Login != seed.LoginDelegate {
		t.Errorf("header %+v", h)
	}
	if n := len(m.Enroll().Entities.Rows); n != 8 {
		t.Errorf("%d codes", n)
	}

	must(t, m.OpenEnroll(ctx))
	m.ChooseEnroll(code)
	if err := m.SubmitEnroll(ctx); access.CodeOf(err) != access.CodeInvalid || len(m.Enroll().Fields) < 10 {
		t.Errorf("an empty form: %v, %v", err, m.Enroll().Fields)
	}
	d.ask(code, p.Email)
	d.until("signed", func() bool { r := d.request(code); return r != nil && r.Status != access.StatusSigning })
	d.until("issued", func() bool { return d.request(code).Status == access.StatusDone })
	if v, ok := m.Progress(); !ok || v.Request.Code != code {
		t.Errorf("progress %+v", v)
	}

	m.ChooseKeys(code)
	d.until("both keys", func() bool { k := m.Keys(); return k.Entity != nil && len(k.Entity.Keys) == 2 })
	keys := m.Keys().Entity.Keys
	if keys[0].Environment != access.Preproduction || keys[1].Environment != access.Production || keys[0].ClientID != "" {
		t.Errorf("keys %+v", keys)
	}
	planted := map[string]string{"the password": p.Password.Reveal()}
	for _, k := range keys {
		must(t, m.LoadParameters(ctx, k.ID))
		id, err := m.Reveal(ctx, k.ID, access.FieldClientID, access.PurposeShow)
		must(t, err)
		value, err := m.Reveal(ctx, k.ID, access.FieldSecret, access.PurposeShow)
		must(t, err)
		if !access.IsGUID(id.Reveal()) || len(value.Reveal()) < 30 {
			t.Errorf("%s: no id, or no secret", k.Environment)
		}
		planted["the secret of "+string(k.Environment)] = value.Reveal()
		text, err := m.CopyAll(ctx, k.ID, false)
		must(t, err)
		if strings.Contains(text.Reveal(), value.Reveal()) || !strings.Contains(text.Reveal(), id.Reveal()) {
			t.Errorf("%s: copy all holds the secret, or not the id", k.Environment)
		}
		must(t, m.LoadAudit(ctx, k.ID))
		if v := m.Keys(); len(v.Audit[k.ID]) < 4 || len(v.Parameters[k.Environment]) == 0 {
			t.Errorf("%s: audit %+v", k.Environment, v.Audit[k.ID])
		}
	}
	m.ChooseEnroll(code)
	if m.Enroll().Blocked == nil {
		t.Error("a code with keys can be asked for again")
	}
	must(t, m.SignOut(ctx))
	d.close()
	holdsNone(t, d.folder, planted)
}

// The tenant refuses: the officer's list shows the row within a second, a second
// officer is told, the first types the keys, and the delegate has them, all
// without a refresh.
func TestOfficer_typesTheKeys(t *testing.T) {
	s := servertest.New(t)
	breakEntra(t, s, refusal())
	d, o, other := sit(t, s, t.TempDir(), nil), sit(t, s, t.TempDir(), nil), sit(t, s, t.TempDir(), nil)
	p := d.signIn(seed.LoginDelegate)
	o.signIn(seed.LoginOfficer)
	other.signIn(seed.LoginOfficer2)
	ctx := t.Context()
	if n := len(o.model.Queue().Rows); n != 0 {
		t.Errorf("%d rows before", n)
	}
	d.ask(code, p.Email)
	o.until("the row", func() bool { return o.pending(code) != nil })
	row := o.pending(code)
	t.Logf("the row came %v after its change", time.Since(row.UpdatedAt)) // measured by commit_to_client, not judged here
	if row.Failure == nil || row.Failure.Status != 403 || row.Failure.Code == "" {
		t.Errorf("reason %+v", row.Failure)
	}
	d.until("solicitud enviada", func() bool { return d.request(code).Status == access.StatusPending })
	if r := d.request(code); r.Failure != nil || r.TakenBy != "" {
		t.Errorf("the delegate sees %+v", r)
	}

	must(t, o.model.OpenAttend(ctx, row.ID))
	if v, _ := o.model.Attend(); !v.Mine || v.Detail == nil || v.Detail.Form.Lead.Email == "" {
		t.Errorf("attend %+v", v)
	}
	other.until("taken", func() bool { r := other.pending(code); return r != nil && r.TakenName != "" })
	err := other.model.Take(ctx, row.ID, "")
	if refusal, ok := errors.AsType[*access.Error](err); !ok || refusal.Hint != access.HintTaken || refusal.Args["by"] == "" {
		t.Errorf("the second officer: %v", err)
	}
	keys := typed(t)
	if err := other.model.Assign(ctx, row.ID, row.Version, keys); err == nil {
		t.Error("who has not taken the request closed it")
	}
	v, _ := o.model.Attend()
	must(t, o.model.Assign(ctx, row.ID, v.Row.Version, keys))
	if v, _ := o.model.Attend(); !v.Saved {
		t.Errorf("attend %+v", v)
	}
	if o.pending(code) != nil {
		t.Error("the row stays in the list")
	}
	other.until("gone", func() bool { return other.pending(code) == nil })
	d.until("assigned", func() bool { return d.request(code).Status == access.StatusDone })
	d.until("told", func() bool {
		for _, n := range d.model.TakeNotices() {
			if n.Kind == state.NoticeKeyReady && n.Args["code"] == string(code) {
				return true
			}
		}
		return false
	})
	d.model.ChooseKeys(code)
	d.until("the keys", func() bool { return len(d.model.Keys().Entity.Keys) == 2 })
	for _, k := range d.model.Keys().Entity.Keys {
		want := keys.Production
		if k.Environment == access.Preproduction {
			want = keys.Preproduction
		}
		value, err := d.model.Reveal(ctx, k.ID, access.FieldSecret, access.PurposeCopy)
		must(t, err)
		if value.Reveal() != want.Secret {
			t.Errorf("%s: another secret than was typed", k.Environment)
		}
	}
	for _, desk := range []*desk{d, o, other} {
		desk.close()
		holdsNone(t, desk.folder, map[string]string{
			"a typed secret": keys.Production.Secret, "another": keys.Preproduction.Secret, "a contact": v.Detail.Form.Lead.Email,
			"a contact's phone": v.Detail.Form.Lead.Phone, "a provider's name": row.Provider,
		})
	}
}

// Taking over tells who loses the request; resuming hands it back to the worker.
func TestOfficer_takesOverAndResumes(t *testing.T) {
	s := servertest.New(t)
	breakEntra(t, s, refusal())
	d, o, other := sit(t, s, t.TempDir(), nil), sit(t, s, t.TempDir(), nil), sit(t, s, t.TempDir(), nil)
	p := d.signIn(seed.LoginDelegate)
	o.signIn(seed.LoginOfficer)
	other.signIn(seed.LoginOfficer2)
	d.ask(code, p.Email)
	o.until("the row", func() bool { return o.pending(code) != nil })
	id := o.pending(code).ID
	must(t, o.model.Take(t.Context(), id, ""))
	other.until("the row", func() bool { return other.pending(code) != nil })
	must(t, other.model.OpenAttend(t.Context(), id))
	if v, _ := other.model.Attend(); v.Mine || v.Detail == nil {
		t.Errorf("looking took it: %+v", v)
	}
	must(t, other.model.Take(t.Context(), id, "La colega salió a almorzar"))
	o.until("told", func() bool {
		for _, n := range o.model.TakeNotices() {
			if n.Kind == state.NoticeTakenBy && n.Args["by"] != "" && n.Args["why"] == "La colega salió a almorzar" {
				return true
			}
		}
		return false
	})
	mendEntra(t, s)
	v, _ := other.model.Attend()
	must(t, other.model.Resume(t.Context(), id, v.Row.Version))
	d.until("issued", func() bool { return d.request(code).Status == access.StatusDone })
	if n := len(s.Emulator.State().Issued()); n != 2 {
		t.Errorf("%d applications in the tenant", n)
	}
}

// With the server gone the list still opens, even in a program started anew;
// when it is back the client catches up by itself.
func TestOffline_readsAndCatchesUp(t *testing.T) {
	s := servertest.New(t)
	breakEntra(t, s, refusal())
	d, o, other := sit(t, s, t.TempDir(), nil), sit(t, s, t.TempDir(), nil), sit(t, s, t.TempDir(), nil)
	p := d.signIn(seed.LoginDelegate)
	o.signIn(seed.LoginOfficer)
	other.signIn(seed.LoginOfficer2)
	d.ask(code, p.Email)
	o.until("the row", func() bool { return o.pending(code) != nil })
	seen := o.model.Header().Link.DataAt
	before := rows(o.model)
	id := o.pending(code).ID
	o.close()

	s.Kill()
	again := sit(t, s, o.folder, nil)
	if err := again.model.Start(t.Context()); access.HintOf(err) != access.HintNoAnswer {
		t.Errorf("about of a dead server: %v", err)
	}
	h := again.model.Header()
	if h.Session.Login != seed.LoginOfficer || h.Link.IsOnline() || h.Link.DataAt.Before(seen) {
		t.Errorf("header %+v", h)
	}
	if got := rows(again.model); got != before || got == "" {
		t.Errorf("offline the list is\n%s\nand was\n%s", got, before)
	}
	if hits := again.model.Queue().Search.Filter(string(code)); len(hits) != 1 {
		t.Errorf("search offline: %v", hits)
	}
	if err := again.model.Take(t.Context(), id, ""); access.HintOf(err) != access.HintOffline {
		t.Errorf("an act offline: %v", err)
	}

	s.Start()
	other.until("back", func() bool { return other.model.Header().Link.IsOnline() })
	must(t, other.model.Take(t.Context(), id, ""))
	again.until("caught up", func() bool {
		r := again.pending(code)
		return again.model.Header().Link.IsOnline() && r != nil && r.TakenName != ""
	})
	if got, want := rows(again.model), rows(other.model); got != want {
		t.Errorf("after the return\n%s\nthe other has\n%s", got, want)
	}
}

// fragile is a connection that breaks after so many bytes came.
type fragile struct {
	net.Conn
	left int
}

func (f *fragile) Read(b []byte) (int, error) {
	if f.left <= 0 {
		_ = f.Close()
		return 0, errors.New("the network broke")
	}
	n, err := f.Conn.Read(b[:min(len(b), f.left)])
	f.left -= n
	return n, err
}

// Whatever breaks and whenever, a client ends with the rows that a client which
// was never cut off has.
func TestFeed_randomDrops(t *testing.T) {
	random := uint64(time.Now().UnixNano())
	defer func() {
		if t.Failed() {
			t.Logf("seed %d", random)
		}
	}()
	r := rand.New(rand.NewPCG(random, 7))
	var mu sync.Mutex
	dials, isCalm := 0, false
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
		mu.Lock()
		defer mu.Unlock()
		dials++
		if err != nil || isCalm {
			return conn, err
		}
		return &fragile{conn, 1500 + r.IntN(4000)}, nil
	}
	s := servertest.New(t)
	breakEntra(t, s, refusal())
	d, cut, steady := sit(t, s, t.TempDir(), nil), sit(t, s, t.TempDir(), dial), sit(t, s, t.TempDir(), nil)
	p := d.signIn(seed.LoginDelegate)
	steady.signIn(seed.LoginOfficer)
	mu.Lock()
	isCalm = true
	mu.Unlock()
	cut.signIn(seed.LoginOfficer2)
	mu.Lock()
	isCalm = false
	mu.Unlock()
	codes := []access.LicenseCode{}
	for _, e := range d.model.Enroll().Entities.Rows {
		codes = append(codes, e.Provider.Code)
	}
	for _, c := range codes[:3] {
		d.ask(c, p.Email)
	}
	steady.until("the rows", func() bool { return len(steady.model.Queue().Rows) == 3 })
	for range 15 {
		row := steady.model.Queue().Rows[r.IntN(3)]
		must(t, steady.model.Take(t.Context(), row.ID, ""))
		must(t, steady.model.Release(t.Context(), row.ID))
	}
	mu.Lock()
	isCalm = true
	mu.Unlock()
	row := steady.model.Queue().Rows[0]
	must(t, steady.model.Take(t.Context(), row.ID, ""))
	want := rows(steady.model)
	cut.until("the end", func() bool { return cut.model.Header().Link.IsOnline() && rows(cut.model) == want })
	mu.Lock()
	defer mu.Unlock()
	if dials < 3 {
		t.Logf("only %d connections", dials)
	}
}

// A wrong code costs a try, another code works, and what was left unsigned is
// taken up again by a program started anew.
func TestDelegate_wrongCode(t *testing.T) {
	s := servertest.New(t)
	d := sit(t, s, t.TempDir(), nil)
	ctx, m := t.Context(), d.model
	p := d.signIn(seed.LoginDelegate)
	must(t, m.OpenEnroll(ctx))
	m.ChooseEnroll(code)
	m.SetForm(world.Form())
	for _, text := range m.Enroll().Texts {
		m.Tick(text.ID, true)
	}
	must(t, m.SubmitEnroll(ctx))
	id := d.request(code).ID
	d.close()

	d = sit(t, s, d.folder, nil)
	m = d.model
	must(t, m.Start(ctx))
	d.online()
	must(t, m.OpenConfirm(ctx, id))
	for _, text := range m.Enroll().Texts {
		m.Tick(text.ID, true)
	}
	must(t, m.SendCode(ctx))
	c, _ := m.Confirm()
	if c.Form != world.Form() || c.Code == nil || c.Code.To == p.Email || c.Code.TriesLeft != 5 {
		t.Errorf("%+v", c)
	}
	right := d.code(p.Email)
	wrong := "000000"
	if right.Reveal() == wrong {
		wrong = "000001"
	}
	if err := m.Sign(ctx, secret.New(wrong)); access.HintOf(err) != access.HintCodeWrong {
		t.Errorf("wrong code: %v", err)
	}
	if c, _ := m.Confirm(); c.Code.TriesLeft != 4 || c.Trouble == nil || c.Trouble.RequestID == "" {
		t.Errorf("%+v", c)
	}
	must(t, m.Sign(ctx, right))
	d.until("issued", func() bool { return d.request(code).Status == access.StatusDone })
}

// A wrong password says so, and the words for a stranger are the same.
func TestSignIn_refused(t *testing.T) {
	s := servertest.New(t)
	d := sit(t, s, t.TempDir(), nil)
	must(t, d.model.Start(t.Context()))
	if v := d.model.SignIn(); v.About == nil || v.About.Protocol != wire.Protocol {
		t.Errorf("about %+v", v.About)
	}
	var hints []access.Hint
	for _, login := range []string{seed.LoginDelegate, "ADMIHCEIPS999100099"} {
		must(t, d.model.SolvePuzzle(t.Context()))
		err := d.model.SubmitSignIn(t.Context(), login, secret.New("no es la clave"))
		if err == nil {
			t.Fatal("went in")
		}
		if v := d.model.SignIn(); v.Trouble == nil || v.Trouble.RequestID == "" || v.Solved {
			t.Errorf("%+v", v)
		}
		hints = append(hints, access.HintOf(err))
	}
	if hints[0] != access.HintCredentials || hints[0] != hints[1] {
		t.Errorf("hints %q", hints)
	}
}
