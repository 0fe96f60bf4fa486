package state

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

func form() access.RequestForm {
	c := access.Contact{Name: "Persona Inventada", Email: "persona@hospital.example.org", Phone: "3001234567"}
	return access.RequestForm{Vendor: "Proveedor de Prueba", Software: "Sistema de Prueba", Lead: c, Privacy: c}
}

// goes runs an act and reports whether it has ended.
func goes(act func() error) (ended func() (bool, error)) {
	done := make(chan error, 1)
	go func() { done <- act() }()
	return func() (bool, error) {
		synctest.Wait()
		select {
		case err := <-done:
			return true, err
		default:
			return false, nil
		}
	}
}

// settled lets an act go as far as it can before its fact has come.
func settled(t *testing.T, ended func() (bool, error)) {
	t.Helper()
	if isEnded, err := ended(); isEnded {
		t.Fatalf("ended before its fact: %v", err)
	}
}

func TestSignIn_secondFactor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, officer())
		s.silent["ticket"] = 1
		keeper := mapKeeper{}
		m := s.start(&memory{}, keeper)
		if err := m.SubmitSignIn(t.Context(), "CC9999000101", secret.New("clave")); access.HintOf(err) != access.HintPuzzle {
			t.Errorf("without the proof: %v", err)
		}
		must(t, m.SolvePuzzle(t.Context()))
		if v := m.SignIn(); !v.Solved || v.Proof != 1 {
			t.Errorf("%+v", v)
		}
		if err := m.SubmitSignIn(t.Context(), " ", secret.Text{}); access.CodeOf(err) != access.CodeInvalid || len(m.SignIn().Trouble.Err.Fields) != 2 {
			t.Errorf("empty: %v", err)
		}
		must(t, m.SubmitSignIn(t.Context(), " CC9999000101 ", secret.New("clave")))
		if v := m.SignIn(); v.Phase != SignInSecondFactor || v.Login != "CC9999000101" {
			t.Errorf("%+v", v)
		}
		s.refuse["second factor"] = access.Refuse(access.CodeUnauthorized, access.HintSecondFactor)
		if err := m.SubmitSecondFactor(t.Context(), "000 000"); err == nil {
			t.Fatal("went in")
		}
		if v := m.SignIn(); v.Phase != SignInSecondFactor || v.Trouble == nil || v.Trouble.Err.Hint != access.HintSecondFactor {
			t.Errorf("%+v", v)
		}
		delete(s.refuse, "second factor")
		must(t, m.SubmitSecondFactor(t.Context(), "123 456"))
		if got := s.keysOf("second factor"); !slices.Equal(got, []string{"boleto/000000", "boleto/123456"}) {
			t.Errorf("sent %q", got)
		}
		if who, ok := m.Who(); !ok || who.Account != "o-1" || m.SignIn().Phase != SignInDone || s.token.Reveal() != "ficha" {
			t.Errorf("not in: %+v", m.SignIn())
		}
		if _, ok := keeper[sessionName]; !ok {
			t.Error("not remembered")
		}
	})
}

func TestSignIn_refusedSpendsTheProof(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, delegate())
		m := s.start(&memory{}, nil)
		must(t, m.SolvePuzzle(t.Context()))
		s.silent["sign in"] = 1
		_ = m.SubmitSignIn(t.Context(), "x", secret.New("y"))
		if !m.SignIn().Solved {
			t.Error("silence spent the proof")
		}
		s.refuse["sign in"] = access.Refuse(access.CodeUnauthorized, access.HintCredentials)
		_ = m.SubmitSignIn(t.Context(), "x", secret.New("y"))
		if v := m.SignIn(); v.Solved || v.Phase != SignInIdle || v.Trouble.Err.Hint != access.HintCredentials {
			t.Errorf("%+v", v)
		}
		must(t, m.SolvePuzzle(t.Context()))
		time.Sleep(3 * time.Minute)
		if m.SignIn().Solved {
			t.Error("an old proof still stands")
		}
	})
}

func TestStart_goesOnOffline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kept, keeper := &memory{}, mapKeeper{}
		s := newServer(t, delegate())
		s.start(kept, keeper)
		s.signIn()
		s.put("r-1", func(r *wire.RequestRow) { r.Code, r.Status, r.Number = theCode, access.StatusIssuing, "SOL-1" })
		s.bring()
		dataAt := s.model.Header().Link.DataAt

		later := newServer(t, delegate())
		later.refuse["about"] = &access.Error{Code: access.CodeUnavailable, Hint: access.HintNoAnswer}
		m := later.start(kept, keeper)
		_ = m.Start(t.Context())
		synctest.Wait()
		h := m.Header()
		if h.Session.Account != "d-1" || h.Link.IsOnline() || !h.Link.DataAt.Equal(dataAt) || !h.Link.HasData() {
			t.Errorf("%+v", h)
		}
		e := m.Enroll().Entities
		if len(e.Rows) != 1 || e.Rows[0].Request == nil || e.Rows[0].Request.Number != "SOL-1" || e.Loading {
			t.Errorf("%+v", e)
		}
		if err := m.SubmitEnroll(t.Context()); access.HintOf(err) != access.HintOffline || m.Enroll().Trouble == nil {
			t.Errorf("an act without connection: %v", err)
		}
		if later.token.Reveal() != "ficha" {
			t.Error("the session's token is not used")
		}
	})
}

func TestStart_forgetsOldSessions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keeper := mapKeeper{}
		s := newServer(t, delegate())
		s.start(&memory{}, keeper)
		s.signIn()
		time.Sleep(13 * time.Hour)
		later := newServer(t, delegate())
		m := later.start(&memory{}, keeper)
		must(t, m.Start(t.Context()))
		if _, ok := m.Who(); ok {
			t.Error("an expired session was taken up")
		}
		keeper[sessionName] = secret.New("{damaged")
		must(t, m.Start(t.Context()))
		if _, ok := m.Who(); ok || m.SignIn().About == nil {
			t.Error("a damaged session was taken up")
		}
	})
}

func TestEnroll_toTheKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, delegate())
		m := s.start(&memory{}, mapKeeper{})
		s.signIn()
		must(t, m.OpenEnroll(t.Context()))
		if err := m.SubmitEnroll(t.Context()); access.CodeOf(err) != access.CodeInvalid {
			t.Errorf("empty form: %v", err)
		}
		var fields []string
		for _, f := range m.Enroll().Fields {
			fields = append(fields, f.Field)
		}
		if want := []string{"code", "vendor", "software", "lead.name", "lead.email", "lead.phone", "privacy.name", "privacy.email", "privacy.phone", "accepted.terms", "accepted.data"}; !slices.Equal(fields, want) {
			t.Errorf("fields %q", fields)
		}
		m.ChooseEnroll(theCode)
		m.Tick("terms", true)
		m.Tick("data", true)
		f := form()
		f.Lead.Phone = " 300 123 45 67 "
		m.SetForm(f)
		if left := m.Enroll().Fields; len(left) != 0 {
			t.Errorf("still complains of %v", left)
		}

		ended := goes(func() error { return m.SubmitEnroll(t.Context()) })
		if isEnded, _ := ended(); isEnded || !m.Enroll().Sending {
			t.Error("the button came back before the fact")
		}
		s.bring()
		if isEnded, err := ended(); !isEnded || err != nil || m.Enroll().Sending {
			t.Fatalf("ended %v, %v", isEnded, err)
		}
		c, ok := m.Confirm()
		if !ok || c.Number != "SOL-2026-000001" || c.Form != form() || c.ContentHash != "c1" || c.Entity.Provider.Code != theCode {
			t.Fatalf("%+v", c)
		}
		// Back and forth without a change writes nothing.
		m.BackToForm()
		must(t, m.SubmitEnroll(t.Context()))
		if len(s.keysOf("change")) != 0 {
			t.Error("rewrote what had not changed")
		}
		must(t, m.SendCode(t.Context()))
		if c, _ := m.Confirm(); c.Code == nil || c.Code.TriesLeft != 5 {
			t.Errorf("%+v", c)
		}
		if err := m.Sign(t.Context(), secret.New("000000")); access.HintOf(err) != access.HintCodeWrong {
			t.Errorf("wrong code: %v", err)
		}
		if c, _ := m.Confirm(); c.Code.TriesLeft != 4 || c.Trouble == nil || c.Signing {
			t.Errorf("%+v", c)
		}
		ended = goes(func() error { return m.Sign(t.Context(), secret.New("123 456")) })
		if isEnded, _ := ended(); isEnded {
			t.Error("signed before the fact")
		}
		s.bring()
		if isEnded, err := ended(); !isEnded || err != nil {
			t.Fatal(err)
		}
		if p, ok := m.Progress(); !ok || p.Request.Status != access.StatusIssuing {
			t.Errorf("%+v", p)
		}
		m.ChooseEnroll(theCode)
		if m.Enroll().Blocked == nil {
			t.Error("a code with an open request can be asked for again")
		}
		s.put("r-1", func(r *wire.RequestRow) { r.Status = access.StatusDone })
		s.bring()
		if n := m.TakeNotices(); len(n) != 1 || n[0].Kind != NoticeKeyReady || n[0].Args["code"] != theCode {
			t.Errorf("%+v", n)
		}
	})
}

func TestEnroll_changesWhatIsUnsigned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, delegate())
		m := s.start(&memory{}, mapKeeper{})
		s.signIn()
		s.put("r-1", func(r *wire.RequestRow) { r.Code, r.Status = theCode, access.StatusSigning })
		s.bring()
		must(t, m.OpenEnroll(t.Context()))
		m.ChooseEnroll(theCode)
		m.Tick("terms", true)
		m.Tick("data", true)
		m.SetForm(form())
		ended := goes(func() error { return m.SubmitEnroll(t.Context()) })
		settled(t, ended)
		s.bring()
		if isEnded, err := ended(); !isEnded || err != nil {
			t.Fatal(err)
		}
		if len(s.keysOf("create")) != 0 || len(s.keysOf("change")) != 1 {
			t.Errorf("calls %q", s.calls)
		}
		s.refuse["change"] = &access.Error{Code: access.CodeInvalid, Fields: []access.FieldError{{Field: "form.lead.email", Hint: access.HintFreeMail}}}
		f := form()
		f.Lead.Email = "persona@correo.example"
		m.SetForm(f)
		_ = m.SubmitEnroll(t.Context())
		if v := m.Enroll(); len(v.Fields) != 1 || v.Fields[0].Field != "lead.email" || v.Trouble != nil {
			t.Errorf("%+v, %+v", v.Fields, v.Trouble)
		}
	})
}

func TestAct_keepsItsKeyOverSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, officer())
		m := s.start(&memory{}, mapKeeper{})
		s.signIn()
		s.put("r-1", func(r *wire.RequestRow) { r.Status, r.SignedAt = access.StatusPending, time.Now() })
		s.bring()
		s.silent["take"] = 2
		for range 2 {
			if err := m.Take(t.Context(), "r-1", ""); access.HintOf(err) != access.HintNoAnswer {
				t.Fatal(err)
			}
		}
		s.refuse["take"] = access.Refuse(access.CodeConflict, access.HintTaken)
		_ = m.Take(t.Context(), "r-1", "")
		_ = m.Take(t.Context(), "r-1", "")
		keys := s.keysOf("take")
		if len(keys) != 4 || keys[0] != keys[1] || keys[1] != keys[2] || keys[3] == keys[2] {
			t.Errorf("keys %q: one for the act until it was answered, another for the next", keys)
		}
		_ = m.Take(t.Context(), "r-1", "otro motivo")
		if keys := s.keysOf("take"); keys[4] == keys[3] {
			t.Error("another act went under the same key")
		}
	})
}

func TestAttend_keepsAndLosesTheLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, officer())
		m := s.start(&memory{}, mapKeeper{})
		s.signIn()
		s.put("r-1", func(r *wire.RequestRow) { r.Status, r.SignedAt, r.Number = access.StatusPending, time.Now(), "SOL-1" })
		s.bring()
		ended := goes(func() error { return m.OpenAttend(t.Context(), "r-1") })
		settled(t, ended)
		s.bring()
		if isEnded, err := ended(); !isEnded || err != nil {
			t.Fatal(err)
		}
		if a, ok := m.Attend(); !ok || !a.Mine || a.Detail == nil {
			t.Fatalf("%+v", a)
		}
		first := s.takes()
		time.Sleep(5*time.Minute + time.Second)
		synctest.Wait()
		if got := s.takes() - first; got != 10 {
			t.Errorf("renewed %d times in five minutes", got)
		}
		// A connection that comes back renews at once.
		m.Facts().Lost(errors.New("gone"))
		time.Sleep(time.Minute)
		before := s.takes()
		must(t, m.Facts().Welcome(t.Context(), "e1", s.seq, false))
		must(t, m.Facts().Ready(t.Context(), s.seq, time.Now()))
		synctest.Wait()
		if s.takes() != before+1 {
			t.Errorf("renewed %d times on return", s.takes()-before)
		}
		m.TakeNotices()
		s.put("r-1", func(r *wire.RequestRow) { r.TakenBy, r.TakenName = "o-2", "Colega" })
		s.bring()
		if n := m.TakeNotices(); len(n) != 1 || n[0].Kind != NoticeTakenBy || n[0].Args["by"] != "Colega" || n[0].Args["number"] != "SOL-1" {
			t.Errorf("%+v", n)
		}
		after := s.takes()
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if s.takes() != after {
			t.Error("renews what a colleague took")
		}
		if a, _ := m.Attend(); a.Mine {
			t.Error("still says it is ours")
		}
	})
}

func TestAttend_lapses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, officer())
		m := s.start(&memory{}, mapKeeper{})
		s.signIn()
		s.put("r-1", func(r *wire.RequestRow) { r.Status = access.StatusPending })
		s.bring()
		for _, own := range []bool{true, false} {
			ended := goes(func() error { return m.Take(t.Context(), "r-1", "") })
			settled(t, ended)
			s.bring()
			if isEnded, err := ended(); !isEnded || err != nil {
				t.Fatal(err)
			}
			want := NoticeLapsed
			if own {
				want = NoticeReleased
				ended = goes(func() error { return m.Release(t.Context(), "r-1") })
				settled(t, ended)
				s.bring()
				if isEnded, err := ended(); !isEnded || err != nil {
					t.Fatal(err)
				}
			} else {
				s.put("r-1", func(r *wire.RequestRow) { r.TakenBy = "" })
				s.bring()
			}
			if n := m.TakeNotices(); len(n) != 1 || n[0].Kind != want {
				t.Errorf("%+v, not %s", n, want)
			}
		}
	})
}

func TestAssign(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, officer())
		m := s.start(&memory{}, mapKeeper{})
		s.signIn()
		s.put("r-1", func(r *wire.RequestRow) { r.Status, r.TakenBy = access.StatusPending, "o-1" })
		s.bring()
		must(t, m.OpenAttend(t.Context(), "r-1"))
		if err := m.Assign(t.Context(), "r-1", 1, wire.Assign{}); access.CodeOf(err) != access.CodeInvalid {
			t.Error(err)
		}
		if a, _ := m.Attend(); len(a.Fields) != 6 || len(s.keysOf("assign")) != 0 {
			t.Errorf("%v, calls %q", a.Fields, s.calls)
		}
		good := wire.Assign{
			Production:    wire.TypedKey{ClientID: "11111111-1111-4111-8111-111111111111", Secret: "uno", ExpiresAt: time.Now().Add(time.Hour)},
			Preproduction: wire.TypedKey{ClientID: "22222222-2222-4222-8222-222222222222", Secret: "dos", ExpiresAt: time.Now().Add(time.Hour)},
		}
		ended := goes(func() error { return m.Assign(t.Context(), "r-1", 1, good) })
		settled(t, ended)
		if a, _ := m.Attend(); a.Saved || !a.Sending {
			t.Error("says it is saved before the fact")
		}
		s.bring()
		if isEnded, err := ended(); !isEnded || err != nil {
			t.Fatal(err)
		}
		if a, _ := m.Attend(); !a.Saved || a.Sending || a.Row.Status != access.StatusDone {
			t.Errorf("%+v", a)
		}
		if q := m.Queue(); len(q.Rows) != 0 || q.LastAttended.IsZero() || len(m.TakeNotices()) != 0 {
			t.Errorf("%+v", q)
		}
	})
}

func TestFacts_resetAndReturn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kept := &memory{}
		s := newServer(t, officer())
		m := s.start(kept, mapKeeper{})
		s.signIn()
		for _, id := range []access.RequestID{"r-1", "r-2", "r-3"} {
			s.put(id, func(r *wire.RequestRow) { r.Status, r.Number = access.StatusPending, string(id) })
		}
		s.bring()
		if m.TakeNotices() != nil || len(m.Queue().Rows) != 3 || m.Queue().Search.Len() != 3 {
			t.Errorf("%+v", m.Queue())
		}
		f := m.Facts()
		// Two rows change while nobody listens.
		f.Lost(errors.New("gone"))
		s.put("r-1", func(r *wire.RequestRow) { r.Status = access.StatusDone })
		s.put("r-2", func(r *wire.RequestRow) { r.TakenName = "Colega" })
		must(t, f.Welcome(t.Context(), "e1", s.seq, false))
		if m.Header().Link.Phase != LinkCatchingUp {
			t.Error("not catching up")
		}
		s.bring()
		if n := m.TakeNotices(); len(n) != 1 || n[0].Kind != NoticeBack || n[0].Args["count"] != "2" || m.Header().Link.Missed != 2 {
			t.Errorf("%+v", n)
		}
		// A restored server: nothing is shown of the new rows until all are there.
		f.Lost(errors.New("gone"))
		s.mu.Lock()
		delete(s.rows, "r-3")
		row := s.rows["r-2"]
		s.mu.Unlock()
		must(t, f.Welcome(t.Context(), "e2", 9, true))
		must(t, f.Changes(t.Context(), []wire.Change{change(row, 0), s.provider()}))
		if len(m.Queue().Rows) != 2 {
			t.Error("a half reset is shown")
		}
		f.Lost(errors.New("gone again"))
		if p := f.Position(); p.Epoch != "e1" {
			t.Errorf("a half reset moved the position to %+v", p)
		}
		must(t, f.Welcome(t.Context(), "e2", 9, true))
		must(t, f.Changes(t.Context(), []wire.Change{change(row, 0), s.provider()}))
		must(t, f.Ready(t.Context(), 4, time.Now()))
		if p := f.Position(); p.Epoch != "e2" || p.Seq != 4 {
			t.Errorf("position %+v", p)
		}
		if got := kept.ids(); !slices.Equal(got, []string{"provider" + theCode, "requestr-2"}) || kept.now.at.Epoch != "e2" || len(m.Queue().Rows) != 1 {
			t.Errorf("kept %v at %+v", got, kept.now.at)
		}
	})
}

func TestFacts_badRowMovesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kept := &memory{}
		s := newServer(t, officer())
		m := s.start(kept, mapKeeper{})
		s.signIn()
		before := kept.ids()
		err := m.Facts().Changes(t.Context(), []wire.Change{{Seq: 9, Kind: wire.RowRequest, ID: "r-9", Version: 1, Body: []byte(`{"id":`)}})
		if err == nil || !slices.Equal(kept.ids(), before) || m.Facts().Position().Seq == 9 {
			t.Errorf("%v, %v", err, kept.ids())
		}
		must(t, m.Facts().Changes(t.Context(), []wire.Change{{Seq: 1, Kind: "of tomorrow", ID: "x", Version: 1, Body: []byte(`7`)}}))
	})
}

func TestSignOut_forgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kept, keeper := &memory{}, mapKeeper{}
		s := newServer(t, officer())
		m := s.start(kept, keeper)
		s.signIn()
		s.put("r-1", func(r *wire.RequestRow) { r.Status, r.TakenBy = access.StatusPending, "o-1" })
		s.bring()
		must(t, m.OpenAttend(t.Context(), "r-1"))
		waiting := goes(func() error {
			return m.await(t.Context(), wire.Accepted{Seq: 1 << 40, ID: "r-1", Version: 1 << 40})
		})
		must(t, m.SignOut(t.Context()))
		if isEnded, err := waiting(); !isEnded || access.CodeOf(err) != access.CodeUnauthorized {
			t.Errorf("an act still waits: %v", err)
		}
		synctest.Wait()
		if _, ok := m.Attend(); ok || len(m.Queue().Rows) != 0 || !s.token.IsEmpty() || len(keeper) != 0 {
			t.Errorf("something stayed: %+v", m.Queue())
		}
		if err := m.Facts().Changes(t.Context(), []wire.Change{change(wire.RequestRow{ID: "r-5", Status: access.StatusPending}, 99)}); err == nil || len(m.Queue().Rows) != 0 {
			t.Error("a fact of the ended session was taken in")
		}
		must(t, m.SolvePuzzle(t.Context()))
		must(t, m.SubmitSignIn(t.Context(), "x", secret.New("y")))
		<-s.feedOn
		s.sync()
		if len(m.Queue().Rows) != 1 {
			t.Error("the next session does not work")
		}
	})
}

func TestFeed_signedOutByTheServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, delegate())
		m := s.start(&memory{}, mapKeeper{})
		s.signIn()
		s.feedEnd <- access.Refuse(access.CodeUnauthorized, "")
		synctest.Wait()
		if v := m.SignIn(); v.Phase != SignInIdle || v.Trouble == nil || v.Trouble.Err.Code != access.CodeUnauthorized {
			t.Errorf("%+v", v)
		}
	})
}

func TestKeys_copyAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, delegate())
		m := s.start(&memory{}, mapKeeper{})
		s.signIn()
		must(t, m.Facts().Changes(t.Context(), []wire.Change{{Seq: 1, Kind: wire.RowKey, ID: "k-1", Version: 1, Body: body(wire.KeyRow{
			ID: "k-1", Code: theCode, Environment: access.Production, Name: "IHCE-PROD", State: access.KeyActive,
		})}}))
		m.ChooseKeys(theCode)
		if k := m.Keys(); k.Entity == nil || len(k.Entity.Keys) != 1 {
			t.Fatalf("%+v", k)
		}
		must(t, m.LoadParameters(t.Context(), "k-1"))
		must(t, m.LoadAudit(t.Context(), "k-1"))
		if k := m.Keys(); len(k.Parameters[access.Production]) != 2 || len(k.Audit["k-1"]) != 1 {
			t.Errorf("%+v", k)
		}
		for _, withSecret := range []bool{false, true} {
			text, err := m.CopyAll(t.Context(), "k-1", withSecret)
			must(t, err)
			lines := strings.Split(text.Reveal(), "\n")
			if lines[0] != "Producción" || !slices.Contains(lines, "EndPoint: https://ihce.example") || !slices.Contains(lines, "APIMSubskey: valor de param:APIMSubskey") {
				t.Errorf("%q", lines)
			}
			if got := strings.Contains(text.Reveal(), "valor de client_secret"); got != withSecret {
				t.Errorf("secret %v, asked %v", got, withSecret)
			}
		}
		for _, k := range s.keysOf("reveal") {
			if !strings.HasSuffix(k, " export") {
				t.Errorf("recorded as %q", k)
			}
		}
		if _, err := m.Reveal(t.Context(), "k-1", access.FieldSecret, access.PurposeShow); err != nil {
			t.Error(err)
		}
		s.refuse["reveal"] = access.Refuse(access.CodeForbidden, access.HintRevealOnce)
		if _, err := m.Reveal(t.Context(), "k-1", access.FieldSecret, access.PurposeShow); err == nil || m.Keys().Trouble.Err.Hint != access.HintRevealOnce {
			t.Errorf("%v", err)
		}
	})
}
