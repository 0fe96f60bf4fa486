package e2e

import (
	"strings"
	"testing"
	"time"

	"llavero/app/internal/state"
	"llavero/server/servertest"
	"llavero/server/servertest/world"
	"llavero/shared/access"
	"llavero/shared/seed"
	"llavero/shared/wire"
)

// change asks for a change of a code's keys, up to what is about to be signed.
func (d *desk) change(code access.LicenseCode, reason access.Reason) state.Confirm {
	d.t.Helper()
	ctx, m := d.t.Context(), d.model
	m.AskFor(access.KindRenew)
	must(d.t, m.OpenEnroll(ctx))
	m.ChooseEnroll(code)
	m.SetReason(reason)
	m.SetForm(world.Form())
	for _, text := range m.Enroll().Texts {
		m.Tick(text.ID, true)
	}
	must(d.t, m.SubmitEnroll(ctx))
	c, ok := m.Confirm()
	if !ok {
		d.t.Fatal("nothing is about to be signed")
	}
	return c
}

func (d *desk) signs(mail string) {
	d.t.Helper()
	must(d.t, d.model.SendCode(d.t.Context()))
	must(d.t, d.model.Sign(d.t.Context(), d.code(mail)))
}

// values reads the client id and the secret of each environment.
func (d *desk) values(code access.LicenseCode) (ids, secrets map[access.Environment]string) {
	d.t.Helper()
	d.model.ChooseKeys(code)
	d.until("both keys", func() bool { k := d.model.Keys(); return k.Entity != nil && len(k.Entity.Keys) == 2 })
	ids, secrets = map[access.Environment]string{}, map[access.Environment]string{}
	for _, k := range d.model.Keys().Entity.Keys {
		for field, into := range map[access.Field]map[access.Environment]string{access.FieldClientID: ids, access.FieldSecret: secrets} {
			value, err := d.model.Reveal(d.t.Context(), k.ID, field, access.PurposeShow)
			must(d.t, err)
			into[k.Environment] = value.Reveal()
		}
	}
	return ids, secrets
}

// liveSecrets counts what works in the tenant, by client id.
func liveSecrets(s *servertest.Server) map[string]int {
	live := map[string]int{}
	for _, app := range s.Emulator.State().Issued() {
		live[app.ClientID] = len(app.Live())
	}
	return live
}

// A delegate changes the keys of a code: for another vendor, with an overlap
// that they end early in one environment, then for security, when all that was
// before goes at once.
func TestDelegate_changesTheKeys(t *testing.T) {
	s := servertest.New(t)
	d := sit(t, s, t.TempDir(), nil)
	ctx, m := t.Context(), d.model
	p := d.signIn(seed.LoginDelegate)
	m.AskFor(access.KindRenew)
	m.ChooseEnroll(code)
	if v := m.Enroll(); v.Blocked == nil || v.BlockedBy != access.HintNoKey {
		t.Errorf("a code without a key: %+v", v)
	}
	m.AskFor(access.KindEnroll)
	d.ask(code, p.Email)
	d.until("issued", func() bool { return d.request(code).Status == access.StatusDone })
	ids, first := d.values(code)

	c := d.change(code, access.ReasonVendor)
	if len(c.OldSecrets) != 2 || c.Kind != access.KindRenew || c.Reason != access.ReasonVendor {
		t.Fatalf("%+v", c)
	}
	for _, old := range c.OldSecrets {
		if left := time.Until(old.Until); left < 7*24*time.Hour-5*time.Minute || left > 7*24*time.Hour {
			t.Errorf("%s: the overlap shown ends in %s", old.Environment, left)
		}
	}
	promised := c.OldSecrets[0].Until
	d.signs(p.Email)
	d.until("changed", func() bool { return d.inscription(code) == "Reasignación de tokens" })
	again, second := d.values(code)
	live := liveSecrets(s)
	for _, k := range m.Keys().Entity.Keys {
		env := k.Environment
		if again[env] != ids[env] || second[env] == first[env] || k.State != access.KeyOverlap || live[ids[env]] != 2 {
			t.Errorf("%s: %+v, %d secrets work", env, k, live[ids[env]])
		}
		if k.OverlapUntil.Before(promised) || k.OverlapUntil.After(promised.Add(5*time.Minute)) {
			t.Errorf("%s: the overlap ends %s, signed for was %s", env, k.OverlapUntil, promised)
		}
	}

	production := m.Keys().Entity.Keys[1]
	must(t, m.EndOverlap(ctx, production.ID))
	d.until("the end of the overlap", func() bool { return m.Keys().Entity.Keys[1].OverlapUntil.IsZero() })
	if live := liveSecrets(s); live[ids[access.Production]] != 1 || live[ids[access.Preproduction]] != 2 {
		t.Errorf("secrets that work: %v", live)
	}
	if k := m.Keys().Entity.Keys[1]; k.State != access.KeyActive {
		t.Errorf("after the end: %+v", k)
	}

	must(t, m.HandOver(ctx, production.ID, wire.HandOver{Vendor: world.Form().Vendor, Person: "Paula de Ejemplo"}))
	must(t, m.LoadParameters(ctx, production.ID))
	must(t, m.LoadAudit(ctx, production.ID))
	if e := m.Keys().Audit[production.ID][0]; e.Purpose != access.PurposeHandOver || !strings.Contains(e.To, "Paula de Ejemplo") || !strings.Contains(e.Person, p.Person.Person.Name) {
		t.Errorf("the record begins with %+v", e)
	}
	if got := m.Keys().Policies[access.Production]; got.Vendor != world.Form().Vendor || got.Once {
		t.Errorf("policy %+v", got)
	}

	c = d.change(code, access.ReasonSecurity)
	for _, old := range c.OldSecrets {
		if !old.Until.IsZero() {
			t.Errorf("%s works until %s", old.Environment, old.Until)
		}
	}
	d.signs(p.Email)
	d.until("changed again", func() bool {
		r := d.request(code)
		return r.Reason == access.ReasonSecurity && r.Status == access.StatusDone
	})
	again, third := d.values(code)
	live = liveSecrets(s)
	for env, id := range ids {
		if again[env] != id || third[env] == second[env] || live[id] != 1 {
			t.Errorf("%s: %d secrets work", env, live[id])
		}
	}
	for _, k := range m.Keys().Entity.Keys {
		if k.State != access.KeyActive || !k.OverlapUntil.IsZero() {
			t.Errorf("%+v", k)
		}
	}
	planted := map[string]string{}
	for env := range ids {
		planted["the first of "+string(env)], planted["the second of "+string(env)], planted["the third of "+string(env)] = first[env], second[env], third[env]
	}
	must(t, m.SignOut(ctx))
	d.close()
	holdsNone(t, d.folder, planted)
}

// The tenant refuses a change: it is «Resolicitado» in the officer's list, who
// types the keys; then it is «Reasignado». Meanwhile no other can be asked for.
func TestOfficer_typesAChange(t *testing.T) {
	s := servertest.New(t)
	d, o := sit(t, s, t.TempDir(), nil), sit(t, s, t.TempDir(), nil)
	p := d.signIn(seed.LoginDelegate)
	o.signIn(seed.LoginOfficer)
	d.ask(code, p.Email)
	d.until("issued", func() bool { return d.request(code).Status == access.StatusDone })
	ids, _ := d.values(code)
	fault := refusal()
	fault["method"], fault["path"] = "POST", "addPassword"
	breakEntra(t, s, fault)
	d.change(code, access.ReasonSecurity)
	d.signs(p.Email)
	d.until("solicitud enviada", func() bool { return d.inscription(code) == "Solicitud enviada" })
	d.model.ChooseEnroll(code)
	if v := d.model.Enroll(); v.Kind != access.KindRenew || v.BlockedBy != access.HintOpenRequest {
		t.Errorf("another change can be asked for: %+v", v)
	}
	o.until("the row", func() bool { return o.pending(code) != nil })
	row := o.pending(code)
	if row.Kind != access.KindRenew || row.Reason != access.ReasonSecurity || row.Failure == nil || row.Failure.Step != access.StepSecret {
		t.Errorf("the row: %+v", row)
	}
	if found := o.model.Queue().Search.Filter("resolicitado"); len(found) != 1 {
		t.Errorf("«Resolicitado» finds %d rows", len(found))
	}
	mendEntra(t, s)
	must(t, o.model.OpenAttend(t.Context(), row.ID))
	v, _ := o.model.Attend()
	keys := typed(t)
	keys.Production.ClientID, keys.Preproduction.ClientID = ids[access.Production], ids[access.Preproduction]
	must(t, o.model.Assign(t.Context(), row.ID, v.Row.Version, keys))
	d.until("changed", func() bool { return d.inscription(code) == "Reasignación de tokens" })
	_, secrets := d.values(code)
	if secrets[access.Production] != keys.Production.Secret {
		t.Error("the delegate has another secret than was typed")
	}
	d.until("what was before is gone", func() bool {
		for _, k := range d.model.Keys().Entity.Keys {
			if !k.OverlapUntil.IsZero() {
				return false
			}
		}
		return true
	})
	for id, n := range liveSecrets(s) {
		if n != 0 { // what was typed is no secret of the tenant's
			t.Errorf("%s: %d secrets of the server's own still work", id, n)
		}
	}
}

// Where the ministry set that secrets are shown a single time, the second look is
// refused and says when the first was; a change of key gives one that can be seen.
func TestDelegate_revealOnce(t *testing.T) {
	s := servertest.New(t, servertest.WithProductionShownOnce())
	d := sit(t, s, t.TempDir(), nil)
	ctx, m := t.Context(), d.model
	p := d.signIn(seed.LoginDelegate)
	d.ask(code, p.Email)
	d.until("issued", func() bool { return d.request(code).Status == access.StatusDone })
	m.ChooseKeys(code)
	d.until("both keys", func() bool { k := m.Keys(); return k.Entity != nil && len(k.Entity.Keys) == 2 })
	keys := m.Keys().Entity.Keys
	for _, k := range keys {
		must(t, m.LoadParameters(ctx, k.ID))
	}
	if p := m.Keys().Policies; p[access.Preproduction].Once || !p[access.Production].Once || !p[access.Production].RevealedAt.IsZero() {
		t.Errorf("before: %+v", p)
	}
	for _, k := range keys {
		_, err := m.Reveal(ctx, k.ID, access.FieldSecret, access.PurposeShow)
		must(t, err)
		_, err = m.Reveal(ctx, k.ID, access.FieldSecret, access.PurposeCopy)
		if isOnce := k.Environment == access.Production; isOnce != (access.HintOf(err) == access.HintRevealOnce) || isOnce != (err != nil) {
			t.Errorf("%s, again: %v", k.Environment, err)
		}
		must(t, m.LoadParameters(ctx, k.ID))
	}
	if at := m.Keys().Policies[access.Production].RevealedAt; at.IsZero() {
		t.Error("nobody says when it was shown")
	}
	d.change(code, access.ReasonVendor)
	d.signs(p.Email)
	d.until("changed", func() bool { return d.inscription(code) == "Reasignación de tokens" })
	if _, err := m.Reveal(ctx, keys[1].ID, access.FieldSecret, access.PurposeShow); err != nil {
		t.Errorf("the new secret: %v", err)
	}
}

// An independent has one code, and the same three options.
func TestIndependent_changesTheKeys(t *testing.T) {
	s := servertest.New(t)
	d := sit(t, s, t.TempDir(), nil)
	p := d.signIn(seed.LoginIndependent)
	rows := d.model.Enroll().Entities.Rows
	if len(rows) != 1 || !d.model.Header().Session.Independent {
		t.Fatalf("%d codes", len(rows))
	}
	own := rows[0].Provider.Code
	d.ask(own, p.Email)
	d.until("issued", func() bool { return d.request(own).Status == access.StatusDone })
	_, first := d.values(own)
	d.change(own, access.ReasonExpiry)
	d.signs(p.Email)
	d.until("changed", func() bool { return d.inscription(own) == "Reasignación de tokens" })
	_, second := d.values(own)
	for env := range first {
		if first[env] == second[env] {
			t.Errorf("%s: the secret did not change", env)
		}
	}
}

// The largest delegate: 28 codes, 225 sites, of which each finds its own.
func TestDelegate_largest(t *testing.T) {
	s := servertest.New(t)
	d := sit(t, s, t.TempDir(), nil)
	d.signIn(seed.LoginBigDelegate)
	list := d.model.Keys().Entities
	sites := 0
	for i, e := range list.Rows {
		sites += len(e.Provider.Sites)
		if found := list.Search.Filter(string(e.Provider.Code)); len(found) != 1 || found[0] != i {
			t.Errorf("%s finds %v", e.Provider.Code, found)
		}
	}
	if len(list.Rows) != 28 || sites != 225 {
		t.Errorf("%d codes, %d sites", len(list.Rows), sites)
	}
}
