package e2e

import (
	"bytes"
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"llavero/server/servertest"
	"llavero/server/servertest/world"
	"llavero/shared/access"
	"llavero/shared/seed"
	"llavero/shared/wire"
)

// letter waits for the mail to an address that says something, and reads it.
func (d *desk) letter(to, about string) string {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(d.t.Context(), patience)
	defer cancel()
	for {
		m, err := d.server.Mail.Wait(ctx, to)
		if err != nil {
			d.t.Fatalf("no mail to %s about %q: %v", to, about, err)
		}
		if strings.Contains(m.Text, about) {
			return m.Text
		}
	}
}

// noneInMail looks for texts in all that was mailed.
func noneInMail(t *testing.T, s *servertest.Server, texts ...string) {
	t.Helper()
	all := s.Mail.All()
	if len(all) == 0 {
		t.Error("no mail: nothing was looked at")
	}
	for _, m := range all {
		for _, text := range texts {
			if text == "" || bytes.Contains(m.Raw, []byte(text)) || strings.Contains(m.Text+m.HTML+m.Subject, text) {
				t.Errorf("the mail «%s» holds a value", m.Subject)
			}
		}
	}
}

// A delegate reports the production key compromised: another secret is in force,
// the old one is refused by the tenant, the incident tells when, and the mails
// hold no value. The officer sees the same facts; preproduction is untouched.
func TestDelegate_reportsCompromised(t *testing.T) {
	s, d, o, _ := withKey(t)
	ctx, m, entra := t.Context(), d.model, tenant{t, s}
	p := s.Person(seed.LoginDelegate)
	const env, other = access.Production, access.Preproduction
	ids, before := d.values(code)
	untouched := d.keyOf(code, other)
	if !entra.takes(env, ids[env], before[env]) {
		t.Fatal("the secret does not work to begin with")
	}
	d.contactPage(world.Form().Lead.Email, url.Values{"step": {"confirm"}})
	id := d.keyOf(code, env).ID
	what := "El secreto quedó en un correo reenviado"
	if err := m.Compromise(ctx, id, wire.Compromise{LastDigits: "9999", What: what}); access.CodeOf(err) != access.CodeInvalid {
		t.Errorf("other digits: %v", err)
	}
	began := time.Now()
	must(t, m.Compromise(ctx, id, wire.Compromise{LastDigits: access.LastDigits(code), What: what}))
	if v, ok := m.Progress(); !ok || v.Request.Only != env || v.Request.Reason != access.ReasonCompromise {
		t.Errorf("progress %+v", v.Request)
	}
	for name, desk := range map[string]*desk{"the delegate": d, "the officer": o} {
		key := func() wire.KeyRow {
			if desk == o {
				return *o.assigned(code).Production
			}
			return d.keyOf(code, env)
		}
		desk.until("the old secret is gone", func() bool { i := key().Incident; return i != nil && !i.RemovedAt.IsZero() })
		k := key()
		if i := k.Incident; !strings.HasPrefix(i.Number, "INC-") || i.What != what || i.By != p.Person.Person.Name {
			t.Errorf("%s reads %+v", name, i)
		}
		if k.State != access.KeyActive || !k.OverlapUntil.IsZero() {
			t.Errorf("%s: the key is %s", name, k.State)
		}
		if end := k.TokensUntil.Sub(k.Incident.RemovedAt); end != access.TokenLife || k.Incident.RemovedAt.Before(began.Add(-time.Second)) {
			t.Errorf("%s: tokens work for %s after %s", name, end, k.Incident.RemovedAt)
		}
	}
	d.until("the end", func() bool { return d.request(code).Status == access.StatusDone })
	again, after := d.values(code)
	if again[env] != ids[env] || after[env] == before[env] || after[other] != before[other] {
		t.Error("not just the secret of production changed")
	}
	if now := d.keyOf(code, other); now.Version != untouched.Version {
		t.Errorf("preproduction was touched: %+v", now)
	}
	if entra.takes(env, ids[env], before[env]) || !entra.takes(env, ids[env], after[env]) || !entra.takes(other, ids[other], before[other]) {
		t.Error("the tenant takes the old secret, or not the new one, or not the other environment's")
	}
	incident := d.keyOf(code, env).Incident.Number
	for _, to := range []string{p.Email, world.Form().Lead.Email} {
		if letter := d.letter(to, incident); !strings.Contains(letter, what) || !strings.Contains(letter, d.request(code).Number) {
			t.Errorf("the mail to %s says %s", to, letter)
		}
	}
	noneInMail(t, s, before[env], after[env], ids[env])

	must(t, m.LoadSecrets(ctx, id))
	list := m.Keys().Secrets[id].Items
	if len(list) != 2 || list[0].State != access.KeyActive || list[1].State != access.KeyRevoked || list[1].Reason != access.ReasonCompromise ||
		list[1].EndedAt.IsZero() || list[1].TokensUntil.IsZero() || list[0].Hint == "" || !strings.HasPrefix(after[env], list[0].Hint) {
		t.Errorf("the history: %+v", list)
	}
	must(t, m.SignOut(ctx))
	d.close()
	holdsNone(t, d.folder, map[string]string{"the old secret": before[env], "the new secret": after[env]})
}

// An emergency waits for Entra as any request does: while it refuses, the old
// secret is in force, the incident stays open, and an officer has it go on.
func TestDelegate_compromisedWhileEntraRefuses(t *testing.T) {
	s, d, o, _ := withKey(t)
	const env = access.Production
	ids, before := d.values(code)
	fault := refusal()
	fault["method"], fault["path"] = "POST", "addPassword"
	breakEntra(t, s, fault)
	must(t, d.model.Compromise(t.Context(), d.keyOf(code, env).ID, wire.Compromise{LastDigits: access.LastDigits(code), What: "x"}))
	o.until("the row", func() bool { return o.pending(code) != nil })
	row := o.pending(code)
	if row.Reason != access.ReasonCompromise || row.Only != env || row.Failure == nil {
		t.Errorf("the officer reads %+v", row)
	}
	if k := d.keyOf(code, env); k.Incident == nil || !k.Incident.RemovedAt.IsZero() || !k.TokensUntil.IsZero() {
		t.Errorf("the delegate reads %+v", k.Incident)
	}
	mendEntra(t, s)
	must(t, o.model.OpenAttend(t.Context(), row.ID))
	v, _ := o.model.Attend()
	must(t, o.model.Resume(t.Context(), row.ID, v.Row.Version))
	d.until("removed", func() bool { return !d.keyOf(code, env).Incident.RemovedAt.IsZero() })
	if (tenant{t, s}).takes(env, ids[env], before[env]) {
		t.Error("the old secret still works")
	}
}

// A delegate revokes preproduction: the tenant takes no secret of it, both
// windows say so, and a change of key makes it work again.
func TestDelegate_revokes(t *testing.T) {
	s, d, o, _ := withKey(t)
	entra, p := tenant{t, s}, s.Person(seed.LoginDelegate)
	const env = access.Preproduction
	ids, before := d.values(code)
	id := d.keyOf(code, env).ID
	if err := d.model.Revoke(t.Context(), id, wire.Revoke{LastDigits: access.LastDigits(code)}); access.CodeOf(err) != access.CodeInvalid {
		t.Errorf("without a reason: %v", err)
	}
	must(t, d.model.Revoke(t.Context(), id, wire.Revoke{LastDigits: access.LastDigits(code), Why: "Se cerró el proyecto"}))
	d.until("revoked", func() bool { return d.keyOf(code, env).State == access.KeyRevoked })
	o.until("revoked", func() bool { return o.assigned(code).Preproduction.State == access.KeyRevoked })
	if k := d.keyOf(code, env); k.RevokedAt.IsZero() || !k.RevokeAskedAt.IsZero() || k.TokensUntil.IsZero() {
		t.Errorf("revoked: %+v", k)
	}
	if entra.takes(env, ids[env], before[env]) || !entra.takes(access.Production, ids[access.Production], before[access.Production]) {
		t.Error("the tenant takes the revoked secret, or not the other environment's")
	}
	must(t, d.model.LoadSecrets(t.Context(), id))
	if list := d.model.Keys().Secrets[id].Items; len(list) != 1 || list[0].State != access.KeyRevoked || list[0].EndedAt.IsZero() {
		t.Errorf("the history: %+v", list)
	}
	if err := d.model.Revoke(t.Context(), id, wire.Revoke{LastDigits: access.LastDigits(code), Why: "x"}); access.HintOf(err) != access.HintState {
		t.Errorf("again: %v", err)
	}

	d.change(code, access.ReasonSecurity)
	d.signs(p.Email)
	d.until("changed", func() bool { return d.inscription(code) == "Reasignación de tokens" })
	d.until("it works again", func() bool { return d.keyOf(code, env).State == access.KeyActive })
	again, after := d.values(code)
	if !entra.takes(env, again[env], after[env]) || !d.keyOf(code, env).RevokedAt.IsZero() {
		t.Errorf("revived: %+v", d.keyOf(code, env))
	}
	o.until("it works again", func() bool { return o.assigned(code).Preproduction.State == access.KeyActive })
}
