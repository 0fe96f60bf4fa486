package state

import (
	"testing"
	"testing/synctest"
	"time"

	"llavero/shared/access"
	"llavero/shared/wire"
)

const (
	prodID = "11111111-1111-4111-8111-111111111111"
	preID  = "22222222-2222-4222-8222-222222222222"
)

// withKeys is an officer's model of a server where one code has its keys.
func withKeys(t *testing.T) (*server, *Model) {
	t.Helper()
	s := newServer(t, officer())
	m := s.start(&memory{}, mapKeeper{})
	s.keys()
	return s, m
}

// keys signs in and gives one code its keys.
func (s *server) keys() {
	s.t.Helper()
	s.signIn()
	s.put("r-1", func(r *wire.RequestRow) {
		r.Status, r.Code, r.Provider, r.Number = access.StatusDone, theCode, "Clínica Ñandú", "SOL-1"
	})
	for env, id := range map[access.Environment]string{access.Production: prodID, access.Preproduction: preID} {
		s.keepKey(keyIDOf(env), func(k *wire.KeyRow) {
			k.Code, k.Environment, k.ClientID, k.State = theCode, env, id, access.KeyActive
			k.ExpiresAt = time.Now().Add(100 * 24 * time.Hour)
		})
	}
	s.office.validity = []wire.EnvironmentValidity{{Environment: access.Production, Days: 365}, {Environment: access.Preproduction, Days: 365}}
	s.bring()
}

// done runs an act, brings its fact and hands over how it ended.
func done(t *testing.T, s *server, act func() error) error {
	t.Helper()
	ended := goes(act)
	settled(t, ended)
	s.bring()
	isEnded, err := ended()
	if !isEnded {
		t.Fatal("the act did not end with its fact")
	}
	return err
}

func TestAmend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, m := withKeys(t)
		if l := m.AssignedKeys(); len(l.Rows) != 1 || l.Rows[0].Name() != "Clínica Ñandú" || l.Loading || m.Menu().Assigned != 1 {
			t.Fatalf("%+v", l)
		}
		m.PutAmend(theCode)
		must(t, m.LoadAmend(t.Context()))
		v, ok := m.Amend()
		if !ok || v.History == nil || v.Longest(access.Production) != 365*24*time.Hour {
			t.Fatalf("%+v", v)
		}
		k := v.Row.Production
		in := func(id, secret string, at time.Time) wire.AmendKeys {
			return wire.AmendKeys{Production: &wire.AmendKey{Version: k.Version, ClientID: id, Secret: secret, ExpiresAt: at}}
		}
		for name, c := range map[string]struct {
			body  wire.AmendKeys
			field string
			hint  access.Hint
		}{
			"no id":               {in("", "", k.ExpiresAt), "production.clientId", access.HintRequired},
			"the other's id":      {in(preID, "", k.ExpiresAt), "production.clientId", access.HintSameInBoth},
			"the id of a secret":  {in(prodID, prodID, k.ExpiresAt), "production.secret", access.HintSecretID},
			"a date gone by":      {in(prodID, "", time.Now()), "production.expiresAt", access.HintPast},
			"beyond the validity": {in(prodID, "", time.Now().AddDate(2, 0, 0)), "production.expiresAt", access.HintTooFar},
			"no date":             {in(prodID, "", time.Time{}), "production.expiresAt", access.HintRequired},
		} {
			err := m.SaveAmend(t.Context(), theCode, c.body)
			v, _ := m.Amend()
			if access.CodeOf(err) != access.CodeInvalid || len(v.Fields) != 1 || v.Fields[0] != (access.FieldError{Field: c.field, Hint: c.hint}) {
				t.Errorf("%s: %v, %v", name, err, v.Fields)
			}
		}
		if n := len(s.keysOf("amend")); n != 0 {
			t.Errorf("%d wrong forms were sent", n)
		}

		other := "33333333-3333-4333-8333-333333333333"
		ended := goes(func() error { return m.SaveAmend(t.Context(), theCode, in(other, "", k.ExpiresAt)) })
		settled(t, ended)
		if v, _ := m.Amend(); v.Saved || !v.Sending || v.Row.Production.ClientID != prodID {
			t.Errorf("says it is saved before the fact: %+v", v)
		}
		s.bring()
		if isEnded, err := ended(); !isEnded || err != nil {
			t.Fatal(isEnded, err)
		}
		if v, _ := m.Amend(); !v.Saved || v.Sending || v.Row.Production.ClientID != other || len(v.History) != 1 {
			t.Errorf("%+v", v)
		}
		if err := m.SaveAmend(t.Context(), theCode, in(prodID, "", k.ExpiresAt)); access.HintOf(err) != access.HintStale {
			t.Errorf("an old version: %v", err)
		}
		if v, _ := m.Amend(); v.Saved || v.Trouble == nil || v.Trouble.Err.Hint != access.HintStale {
			t.Errorf("%+v", v)
		}
		m.CloseAmend()
		if _, ok := m.Amend(); ok {
			t.Error("still open")
		}
	})
}

func TestSetKeyValidity(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, m := withKeys(t)
		m.PutAmend(theCode)
		must(t, m.LoadAmend(t.Context()))
		v, _ := m.Amend()
		must(t, done(t, s, func() error {
			return m.SetKeyValidity(t.Context(), theCode, v.Row.Production.ID, v.Row.Production.Version, wire.SetValidity{Days: 90, Why: "Prueba"})
		}))
		if v, _ = m.Amend(); v.Longest(access.Production) != 90*24*time.Hour || v.Saved {
			t.Errorf("%+v", v)
		}
	})
}

func TestGrants_readAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, m := withKeys(t)
		must(t, m.LoadGrants(t.Context()))
		l := m.Grants()
		if l.Catalog == nil || l.Unread != 1 || !l.ReadAt.IsZero() || len(l.Rows) != 1 {
			t.Fatalf("%+v", l)
		}
		must(t, m.RefreshGrants(t.Context()))
		if l = m.Grants(); l.Asking || l.Waiting != 1 {
			t.Errorf("%+v", l)
		}
		at := time.Now()
		s.keepKey(keyIDOf(access.Production), func(k *wire.KeyRow) { k.PermissionsAt = at })
		s.bring()
		if l = m.Grants(); l.Waiting != 0 || l.Unread != 0 || !l.ReadAt.Equal(at) {
			t.Errorf("%+v", l)
		}
		s.refuses("refresh", access.Refuse(access.CodeUnavailable, access.HintNoAnswer))
		if err := m.RefreshGrants(t.Context()); err == nil {
			t.Error("no refusal")
		}
		if l = m.Grants(); l.Asking || l.Waiting != 0 || l.Trouble == nil {
			t.Errorf("%+v", l)
		}
	})
}

func TestChangePermissions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, m := withKeys(t)
		must(t, m.LoadGrants(t.Context()))
		m.PutGrant(theCode)
		v, ok := m.Grant()
		if !ok || v.Row.Obstacle() != access.HintNoEvidence {
			t.Fatalf("%+v", v)
		}
		m.PutEvidence(theCode)
		must(t, m.LoadEvidence(t.Context(), theCode))
		must(t, done(t, s, func() error {
			return m.AddEvidence(t.Context(), theCode, wire.NewEvidence{Kind: access.EvidenceTest, Note: "Prueba"})
		}))
		if e, _ := m.Evidence(); e.Added != 1 || len(e.Items) != 1 || e.Sending {
			t.Errorf("%+v", e)
		}
		s.refuses("evidence", access.InvalidField("file", access.HintFormat))
		if err := m.AddEvidence(t.Context(), theCode, wire.NewEvidence{}); err == nil {
			t.Error("a bad file was taken")
		}
		if e, _ := m.Evidence(); e.Added != 1 || len(e.Fields) != 1 || e.Trouble != nil {
			t.Errorf("%+v", e)
		}
		v, _ = m.Grant()
		if v.Row.Obstacle() != "" {
			t.Errorf("obstacle %q", v.Row.Obstacle())
		}
		k := v.Row.Production
		body := wire.ChangePermissions{Grant: []string{"Urgencias"}}
		must(t, done(t, s, func() error { return m.ChangePermissions(t.Context(), k.ID, k.Version, body) }))
		if v, _ = m.Grant(); v.Sending || v.Trouble != nil || len(v.Row.Production.Tasks) != 1 {
			t.Errorf("%+v", v.Row.Production)
		}
		if err := m.ChangePermissions(t.Context(), k.ID, k.Version, body); access.HintOf(err) != access.HintStale {
			t.Errorf("an old version: %v", err)
		}
		if v, _ = m.Grant(); v.Trouble == nil || v.Sending {
			t.Errorf("%+v", v)
		}
		if body, err := m.EvidenceFile(t.Context(), "e"); err != nil || string(body) != "archivo" {
			t.Errorf("%q, %v", body, err)
		}
	})
}

func TestValidity(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, m := withKeys(t)
		must(t, m.LoadValidity(t.Context()))
		must(t, m.SetValidity(t.Context(), access.Production, wire.SetValidity{Days: 180, Why: "Prueba"}))
		v := m.Validity()
		if v.Saved != access.Production || v.Sending != "" || v.Items[0].Days != 180 {
			t.Errorf("%+v", v)
		}
		s.refuses("set validity", access.InvalidField("days", access.HintTooFar))
		_ = m.SetValidity(t.Context(), access.Production, wire.SetValidity{Days: 9999, Why: "Prueba"})
		if v = m.Validity(); len(v.Fields[access.Production]) != 1 || v.Saved != "" || v.Trouble != nil || v.Items[0].Days != 180 {
			t.Errorf("%+v", v)
		}
	})
}

// A server that has yet to read what can be granted is asked again, quietly, and
// not for ever.
func TestLoadGrants_asksAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, m := withKeys(t)
		s.refuses("catalog", access.Refuse(access.CodeUnavailable, ""))
		ended := goes(func() error { return m.LoadGrants(t.Context()) })
		settled(t, ended)
		if l := m.Grants(); l.Trouble != nil || l.Catalog != nil {
			t.Errorf("%+v", l)
		}
		s.refuses("catalog", nil)
		time.Sleep(catalogEvery)
		if isEnded, err := ended(); !isEnded || err != nil || m.Grants().Catalog == nil {
			t.Errorf("%t %v", isEnded, err)
		}
		s.refuses("catalog", access.Refuse(access.CodeUnavailable, ""))
		began := time.Now()
		if err := m.LoadGrants(t.Context()); err == nil || m.Grants().Trouble == nil || time.Since(began) != catalogEvery*catalogTries {
			t.Errorf("%v after %v", err, time.Since(began))
		}
	})
}

// What an officer had open does not outlive their session.
func TestOfficer_forgottenOnSignOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, m := withKeys(t)
		must(t, m.LoadGrants(t.Context()))
		must(t, m.LoadValidity(t.Context()))
		m.PutAmend(theCode)
		m.PutGrant(theCode)
		m.PutEvidence(theCode)
		must(t, m.SignOut(t.Context()))
		_, a := m.Amend()
		_, g := m.Grant()
		_, e := m.Evidence()
		if a || g || e || m.Grants().Catalog != nil || m.Validity().Items != nil || len(m.AssignedKeys().Rows) != 0 {
			t.Error("something stayed")
		}
	})
}
