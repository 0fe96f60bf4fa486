package e2e

import (
	"testing"

	"llavero/server/servertest"
	"llavero/shared/access"
	"llavero/shared/seed"
	"llavero/shared/wire"
)

// parked is a request that the tenant refused and an officer has open.
func parked(t *testing.T) (s *servertest.Server, d, o *desk, row wire.RequestRow) {
	t.Helper()
	s = servertest.New(t, servertest.WithTestsAtWill())
	d, o = sit(t, s, t.TempDir(), nil), sit(t, s, t.TempDir(), nil)
	p := d.signIn(seed.LoginDelegate)
	o.signIn(seed.LoginOfficer)
	breakEntra(t, s, refusal())
	d.ask(code, p.Email)
	o.until("the row", func() bool { return o.pending(code) != nil })
	mendEntra(t, s)
	must(t, o.model.OpenAttend(t.Context(), o.pending(code).ID))
	v, _ := o.model.Attend()
	return s, d, o, v.Row
}

// A key that an officer typed while Entra is out of order is «sin verificar» in
// both windows and is granted nothing; once its test passes, it is active and is.
func TestOfficer_typedIsVerified(t *testing.T) {
	s, d, o, row := parked(t)
	ctx, m, entra := t.Context(), o.model, tenant{t, s}
	const env = access.Production
	body := typed(t)
	body.Production.ClientID, body.Production.Secret = entra.byHand("Creada a mano en el portal")
	typedEnd := body.Production.ExpiresAt
	breakEntra(t, s, map[string]any{"kind": "status", "status": 503, "surface": "login", "path": "/token", "count": -1})
	must(t, m.Assign(ctx, row.ID, row.Version, body))
	key := func() *wire.KeyRow { return o.assigned(code).Production }
	o.until("asked in vain", func() bool { k := key(); return k != nil && k.Check != nil && k.Check.Code != "" })
	if k := key(); k.State != access.KeyUnverified || k.Check.State != access.CheckWaiting {
		t.Errorf("Entra is out of order: %s, %+v", k.State, k.Check)
	}
	d.until("assigned", func() bool { return d.request(code).Status == access.StatusDone })
	d.until("the delegate is told", func() bool { return d.keyOf(code, env).State == access.KeyUnverified })
	must(t, m.LoadGrants(ctx))
	m.PutEvidence(code)
	must(t, m.LoadEvidence(ctx, code))
	must(t, m.AddEvidence(ctx, code, wire.NewEvidence{Kind: access.EvidenceFile, Note: "Pruebas", Name: "p.pdf", File: []byte("%PDF-1.7 inventada")}))
	role := m.Grants().Catalog.Items[0].Value
	grant := func() error {
		m.PutGrant(code)
		v, _ := m.Grant()
		return m.ChangePermissions(ctx, v.Row.Production.ID, v.Row.Production.Version, wire.ChangePermissions{Grant: []string{role}})
	}
	if err := grant(); access.HintOf(err) != access.HintUnverified {
		t.Errorf("granting to what is not verified: %v", err)
	}

	mendEntra(t, s)
	must(t, d.model.TestKey(ctx, d.keyOf(code, env).ID))
	o.until("verified", func() bool { return key().State == access.KeyActive })
	d.until("verified", func() bool { return d.keyOf(code, env).State == access.KeyActive })
	if k := key(); k.Check == nil || k.Check.State != access.CheckPassed || k.ExpiresAt.Equal(typedEnd) {
		t.Errorf("verified: %+v, and its end %s is what was typed, not Entra's", k.Check, k.ExpiresAt)
	}
	must(t, grant())
	o.until("granted", func() bool {
		k := key()
		return len(k.Tasks) == 0 && len(k.Permissions) == 1 && k.Permissions[0] == role
	})
	noneInMail(t, s, body.Production.Secret)
}

// What Entra does not know is not verified, with the reason; the delegate is told
// the key is «sin verificar» all the same.
func TestOfficer_typedIsNone(t *testing.T) {
	s, d, o, row := parked(t)
	body := typed(t)
	body.Production.ClientID, _ = tenant{t, s}.byHand("Creada a mano en el portal") // the secret is none of its own
	must(t, o.model.Assign(t.Context(), row.ID, row.Version, body))
	for env, want := range map[access.Environment]access.Hint{access.Production: access.HintSecretUnknown, access.Preproduction: access.HintNotInEntra} {
		for _, desk := range []*desk{d, o} {
			key := func() *wire.KeyRow {
				a := o.assigned(code)
				switch {
				case desk == o && env == access.Production:
					return a.Production
				case desk == o:
					return a.Preproduction
				case d.request(code).Status != access.StatusDone:
					return nil
				}
				k := d.keyOf(code, env)
				return &k
			}
			desk.until("looked for in Entra", func() bool { k := key(); return k != nil && k.Check != nil && k.Check.State == access.CheckFailed })
			if k := key(); k.State != access.KeyUnverified || k.Check.Problem != want {
				t.Errorf("%s: %s, %+v, want %s", env, k.State, k.Check, want)
			}
		}
	}
}

// The keys typed the one in the other's place are refused: in the form when the
// values are the same, and by what Entra shows when they are another's.
func TestOfficer_swappedEnvironments(t *testing.T) {
	s, d, o, row := parked(t)
	ctx, m := t.Context(), o.model
	body := typed(t)
	same := body
	same.Preproduction.ClientID, same.Preproduction.Secret = body.Production.ClientID, body.Production.Secret
	if err := m.Assign(ctx, row.ID, row.Version, same); access.CodeOf(err) != access.CodeInvalid {
		t.Errorf("the same in both: %v", err)
	}
	entra := tenant{t, s}
	pre, preSecret := entra.byHand("IHCE-PRE a mano", "llavero", "environment:"+string(access.Preproduction))
	pro, proSecret := entra.byHand("IHCE-PRO a mano", "llavero", "environment:"+string(access.Production))
	body.Production.ClientID, body.Production.Secret = pre, preSecret
	body.Preproduction.ClientID, body.Preproduction.Secret = pro, proSecret
	must(t, m.Assign(ctx, row.ID, row.Version, body))
	for _, env := range access.Environments() {
		d.until("the delegate is told", func() bool {
			if d.request(code).Status != access.StatusDone {
				return false
			}
			k := d.keyOf(code, env)
			return k.Check != nil && k.Check.State == access.CheckFailed
		})
		if k := d.keyOf(code, env); k.State != access.KeyUnverified || k.Check.Problem != access.HintOtherEnvironment {
			t.Errorf("%s: %s, %+v", env, k.State, k.Check)
		}
	}
}
