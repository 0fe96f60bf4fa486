package state

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// putKey gives a code its production key.
func (s *server) putKey(code access.LicenseCode, edit func(*wire.KeyRow)) {
	s.t.Helper()
	k := wire.KeyRow{ID: access.KeyID("k-" + code), Code: code, Environment: access.Production, State: access.KeyActive, Version: 1}
	edit(&k)
	must(s.t, s.model.Facts().Changes(s.t.Context(), []wire.Change{{Kind: wire.RowKey, ID: string(k.ID), Version: k.Version, Body: body(k)}}))
}

// The change of a key goes the way of an enrolment, with a reason; each form
// keeps what was written in it.
func TestRenew_toTheKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, delegate())
		m := s.start(&memory{}, mapKeeper{})
		s.signIn()
		m.SetForm(access.RequestForm{Vendor: "De la inscripción"})
		m.AskFor(access.KindRenew)
		if v := m.Enroll(); v.Kind != access.KindRenew || v.Form != (access.RequestForm{}) {
			t.Errorf("the other form is shown: %+v", v)
		}
		must(t, m.OpenEnroll(t.Context()))
		m.ChooseEnroll(theCode)
		if v := m.Enroll(); v.Blocked == nil || v.BlockedBy != access.HintNoKey {
			t.Errorf("a code without a key can be changed: %+v", v)
		}
		s.putKey(theCode, func(*wire.KeyRow) {})
		if v := m.Enroll(); v.Blocked != nil {
			t.Errorf("blocked by %s", v.BlockedBy)
		}
		if err := m.SubmitEnroll(t.Context()); access.CodeOf(err) != access.CodeInvalid {
			t.Errorf("empty form: %v", err)
		}
		if f := m.Enroll().Fields; len(f) < 2 || f[0] != (access.FieldError{Field: FieldReason, Hint: access.HintRequired}) {
			t.Errorf("fields %+v", f)
		}
		m.SetReason(access.ReasonSecurity)
		m.Tick("terms", true)
		m.Tick("data", true)
		m.SetForm(form())
		if left := m.Enroll().Fields; len(left) != 0 {
			t.Errorf("still complains of %v", left)
		}
		ended := goes(func() error { return m.SubmitEnroll(t.Context()) })
		settled(t, ended)
		s.bring()
		if isEnded, err := ended(); !isEnded || err != nil {
			t.Fatal(err)
		}
		c, ok := m.Confirm()
		if !ok || c.Kind != access.KindRenew || c.Reason != access.ReasonSecurity || len(c.OldSecrets) != 1 {
			t.Fatalf("%+v", c)
		}
		m.SetReason(access.ReasonVendor) // back in the form: another content
		ended = goes(func() error { return m.SubmitEnroll(t.Context()) })
		settled(t, ended)
		s.bring()
		if isEnded, err := ended(); !isEnded || err != nil {
			t.Fatal(err)
		}
		if c, _ := m.Confirm(); c.Reason != access.ReasonVendor || len(s.keysOf("change")) != 1 {
			t.Errorf("%+v, calls %q", c, s.calls)
		}
		must(t, m.SendCode(t.Context()))
		ended = goes(func() error { return m.Sign(t.Context(), secret.New("123456")) })
		settled(t, ended)
		s.bring()
		if isEnded, err := ended(); !isEnded || err != nil {
			t.Fatal(err)
		}
		if p, ok := m.Progress(); !ok || p.Request.Kind != access.KindRenew || p.Request.Status != access.StatusIssuing {
			t.Errorf("%+v", p)
		}
		m.ChooseEnroll(theCode)
		if v := m.Enroll(); v.BlockedBy != access.HintOpenRequest || v.Reason != "" || v.Form != (access.RequestForm{}) {
			t.Errorf("after the signature: %+v", v)
		}
		s.put("r-1", func(r *wire.RequestRow) { r.Status = access.StatusDone })
		s.bring()
		if n := m.TakeNotices(); len(n) != 1 || n[0].Args["kind"] != string(access.KindRenew) {
			t.Errorf("%+v", n)
		}
		m.AskFor(access.KindEnroll)
		if v := m.Enroll(); v.Form.Vendor != "De la inscripción" {
			t.Errorf("the enrolment's form was lost: %+v", v.Form)
		}
	})
}

// A code that left REPS cannot be asked keys for; the keys it has stay.
func TestEntities_gone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, delegate())
		m := s.start(&memory{}, mapKeeper{})
		s.signIn()
		with := func(code access.LicenseCode, current bool) {
			row := wire.ProviderRow{Code: code, Name: "Prestador " + string(code), Current: current, Version: 1}
			must(t, m.Facts().Changes(t.Context(), []wire.Change{{Kind: wire.RowProvider, ID: string(code), Version: 1, Body: body(row)}}))
		}
		before := len(m.Enroll().Entities.Rows)
		with("0500199991", true)
		with("0500199992", false)
		with("0500199993", false)
		s.putKey("0500199993", func(*wire.KeyRow) {})
		codes := func(e Entities) string {
			var all []string
			for _, row := range e.Rows {
				all = append(all, string(row.Provider.Code))
			}
			if e.Search.Len() != len(e.Rows) {
				t.Errorf("the search is over %d rows of %d", e.Search.Len(), len(e.Rows))
			}
			return strings.Join(all[before:], " ")
		}
		if got := codes(m.Enroll().Entities); got != "0500199991" {
			t.Errorf("keys can be asked for %s", got)
		}
		if got := codes(m.Keys().Entities); got != "0500199991 0500199993" {
			t.Errorf("keys can be consulted of %s", got)
		}
		if found := m.Keys().Entities.Search.Filter("0500199993"); len(found) != 1 || found[0] != before+1 {
			t.Errorf("found %v", found)
		}
	})
}

func TestKeys_handOverAndEndOverlap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, delegate())
		m := s.start(&memory{}, mapKeeper{})
		s.signIn()
		s.putKey(theCode, func(k *wire.KeyRow) { k.State, k.Version = access.KeyOverlap, 4 })
		m.ChooseKeys(theCode)
		id := access.KeyID("k-" + theCode)
		must(t, m.HandOver(t.Context(), id, wire.HandOver{Vendor: "Proveedor", Person: "Paula"}))
		if got := s.keysOf("hand over"); len(got) != 1 || !strings.HasSuffix(got[0], " Proveedor/Paula") {
			t.Errorf("%q", got)
		}
		must(t, m.EndOverlap(t.Context(), id))
		if got := s.keysOf("end overlap"); len(got) != 1 || !strings.HasSuffix(got[0], " 4") {
			t.Errorf("%q", got)
		}
		s.refuse["end overlap"] = access.Refuse(access.CodeConflict, access.HintState)
		if err := m.EndOverlap(t.Context(), id); access.HintOf(err) != access.HintState || m.Keys().Troubles[id] == nil {
			t.Errorf("%v, %+v", err, m.Keys().Troubles)
		}
		if slices.Contains(s.calls, "") {
			t.Error("an act without a name")
		}
	})
}
