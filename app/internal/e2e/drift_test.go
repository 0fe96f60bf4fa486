package e2e

import (
	"testing"
	"time"

	"llavero/server/servertest"
	"llavero/shared/access"
	"llavero/shared/seed"
	"llavero/shared/wire"
)

// compares has all keys compared now and waits until both environments' were.
func (d *desk) compares(keys int) {
	d.t.Helper()
	must(d.t, d.model.CompareDrift(d.t.Context()))
	if v := d.model.Drifts(); v.Asked != keys {
		d.t.Fatalf("of %d keys: %+v", v.Asked, v.Trouble)
	}
	d.until("the comparison", func() bool {
		must(d.t, d.model.LoadDirectory(d.t.Context())) // its own answer says that something changed
		return d.model.Drifts().Directory.Compared == keys
	})
	if n := d.model.Drifts().Asked; n != 0 {
		d.t.Errorf("compared, and it still says that %d keys are being compared", n)
	}
}

// drift is the difference of a kind; nil: none in the rows.
func (d *desk) drift(kind access.DriftKind) *access.Drift {
	for _, r := range d.model.Drifts().Rows {
		if r.Kind == kind {
			return &r
		}
	}
	return nil
}

// A secret that somebody added by hand is found by «Comparar ahora» once it was
// seen twice; an officer has it removed, and both officers read that it is gone.
// The delegate's key goes on working.
func TestOfficer_findsAndMendsADifference(t *testing.T) {
	clock := &offset{}
	s := servertest.New(t, servertest.WithClock(clock.now))
	d := sit(t, s, t.TempDir(), nil)
	p := d.signIn(seed.LoginDelegate)
	d.ask(code, p.Email)
	d.until("issued", func() bool { return d.request(code).Status == access.StatusDone })
	ids, secrets := d.values(code)
	const env = access.Production
	o, other := sit(t, s, t.TempDir(), nil), sit(t, s, t.TempDir(), nil)
	o.signIn(seed.LoginOfficer)
	other.signIn(seed.LoginOfficer2)
	entra, ctx := tenant{t, s}, t.Context()
	strange := entra.addSecret(ids[env], "prueba")
	if !entra.takes(env, ids[env], strange) {
		t.Fatal("the planted secret does not work")
	}

	clock.pass(20 * time.Minute) // what was made a moment ago is not compared
	o.compares(2)
	if r := o.drift(access.DriftUnknownSecret); r != nil {
		t.Errorf("told after one look: %+v", r)
	}
	clock.pass(20 * time.Minute)
	must(t, o.model.CompareDrift(ctx))
	for _, desk := range []*desk{o, other} {
		desk.until("the difference", func() bool { return desk.drift(access.DriftUnknownSecret) != nil })
	}
	r := o.drift(access.DriftUnknownSecret)
	if r.State != access.DriftOpen || r.Code != code || r.Environment != env || r.ClientID != ids[env] || r.Detail == "" || o.model.Drifts().Open() != 1 {
		t.Errorf("the difference: %+v, of %d", r, o.model.Drifts().Open())
	}
	o.until("the key counts it", func() bool { return o.assigned(code).Production.Drift == 1 })
	if k := d.keyOf(code, env); k.Drift != 0 {
		t.Errorf("the delegate is told of %d differences", k.Drift)
	}

	if err := o.model.FixDrift(ctx, r.ID, wire.FixDrift{Fix: access.FixRemove}); access.CodeOf(err) != access.CodeInvalid {
		t.Errorf("without a reason: %v", err)
	}
	must(t, o.model.FixDrift(ctx, r.ID, wire.FixDrift{Fix: access.FixRemove, Why: "Nadie lo reconoce"}))
	for _, desk := range []*desk{o, other} {
		desk.until("it is gone", func() bool { return desk.drift(access.DriftUnknownSecret).State == access.DriftFixed })
		desk.until("the key counts none", func() bool { return desk.assigned(code).Production.Drift == 0 })
		if r := desk.drift(access.DriftUnknownSecret); r.By == "" || r.Why != "Nadie lo reconoce" || r.Failed != "" {
			t.Errorf("mended: %+v", r)
		}
	}
	if entra.takes(env, ids[env], strange) || !entra.takes(env, ids[env], secrets[env]) {
		t.Error("the tenant still takes the removed secret, or not the key's own")
	}
	if err := other.model.FixDrift(ctx, r.ID, wire.FixDrift{Fix: access.FixRemove, Why: "Otra vez"}); access.HintOf(err) != access.HintState {
		t.Errorf("mended again: %v", err)
	}
}

// Both officers read the same of how the server stands in Entra; who is no
// officer does not.
func TestOfficer_directory(t *testing.T) {
	s := servertest.New(t, servertest.WithDirectoryAsked())
	d, o := sit(t, s, t.TempDir(), nil), sit(t, s, t.TempDir(), nil)
	d.signIn(seed.LoginDelegate)
	o.signIn(seed.LoginOfficer)
	o.until("asked at the start", func() bool {
		must(t, o.model.LoadDirectory(t.Context()))
		dir := o.model.Drifts().Directory
		for _, e := range dir.Items {
			if e.CheckedAt.IsZero() {
				return false
			}
		}
		return len(dir.Items) == 2
	})
	for _, e := range o.model.Drifts().Directory.Items {
		if !e.Configured || e.ClientID != s.Emulator.ClientID() || e.Credential != wire.CredentialSecret || len(e.Missing) != 0 || e.Failed != "" {
			t.Errorf("%s: %+v", e.Environment, e)
		}
	}
	if err := d.model.LoadDirectory(t.Context()); access.CodeOf(err) != access.CodeForbidden {
		t.Errorf("a delegate: %v", err)
	}
}
