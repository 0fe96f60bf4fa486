package state

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

func form() access.RequestForm {
	c := access.Contact{Name: "Persona Inventada", Email: "persona@hospital.example.org", Phone: "3001234567"}
	return access.RequestForm{Vendor: "Proveedor de Prueba", Software: "Sistema de Prueba", Lead: c, Privacy: c}
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

func TestConfirm_contentChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, delegate())
		m := s.start(&memory{}, mapKeeper{})
		s.signIn()
		s.put("r-1", func(r *wire.RequestRow) { r.Code, r.Status = theCode, access.StatusSigning })
		s.bring()
		must(t, m.OpenConfirm(t.Context(), "r-1"))
		err := m.SendCode(t.Context())
		if e, ok := errors.AsType[*access.Error](err); !ok || len(e.Fields) != 2 || e.Fields[0].Hint != access.HintNotAccepted || len(s.keysOf("code")) != 0 {
			t.Errorf("texts nobody ticked: %v", err)
		}
		m.Tick("terms", true)
		m.Tick("data", true)
		must(t, m.SendCode(t.Context()))
		// Another program of the same person rewrites the request.
		s.mu.Lock()
		s.forms["r-1"], s.hash = form(), "c2"
		s.mu.Unlock()
		s.refuse["sign"] = access.Refuse(access.CodeConflict, access.HintContentChanged)
		if err := m.Sign(t.Context(), secret.New("123456")); access.HintOf(err) != access.HintContentChanged {
			t.Errorf("signed what was not shown: %v", err)
		}
		if c, _ := m.Confirm(); c.ContentHash != "c2" || c.Form != form() || c.Code != nil || c.Trouble == nil || c.Signing {
			t.Errorf("%+v", c)
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
