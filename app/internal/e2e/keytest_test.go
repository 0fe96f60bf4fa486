package e2e

import (
	"testing"

	"llavero/app/internal/ui/tell"
	"llavero/server/servertest"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/seed"
	"llavero/shared/wire"
)

// keyOf is a code's key of an environment, as the client has it.
func (d *desk) keyOf(code access.LicenseCode, env access.Environment) wire.KeyRow {
	d.t.Helper()
	for _, e := range d.model.Keys().Entities.Rows {
		if e.Provider.Code != code {
			continue
		}
		for _, k := range e.Keys {
			if k.Environment == env {
				return k
			}
		}
	}
	d.t.Fatalf("no key of %s in %s", code, env)
	return wire.KeyRow{}
}

// tests has a key tested and waits for its end, which comes as facts.
func (d *desk) tests(code access.LicenseCode, env access.Environment) *access.KeyTest {
	d.t.Helper()
	before := d.keyOf(code, env)
	must(d.t, d.model.TestKey(d.t.Context(), before.ID))
	d.until("the end of the test", func() bool {
		k := d.keyOf(code, env)
		return k.Test != nil && !k.Test.IsRunning() && (before.Test == nil || k.Test.StartedAt.After(before.Test.StartedAt))
	})
	return d.keyOf(code, env).Test
}

// A delegate tests a key: four lights; and when the gateway is out of order, the
// fourth fails, with words of its own, and the key stays ready.
func TestDelegate_testsAKey(t *testing.T) {
	s := servertest.New(t, servertest.WithTestsAtWill())
	d := sit(t, s, t.TempDir(), nil)
	p := d.signIn(seed.LoginDelegate)
	d.ask(code, p.Email)
	d.until("issued", func() bool { return d.request(code).Status == access.StatusDone })
	const env = access.Preproduction
	if k := d.keyOf(code, env); k.Stage != access.StageReady {
		t.Errorf("issued, and it is %q", k.Stage)
	}
	test := d.tests(code, env)
	for _, l := range access.Lights() {
		if r := test.Light(l); r.State != access.LightOn {
			t.Errorf("%s: %+v", l, r)
		}
	}
	if who, _ := d.model.Who(); test.By != who.Person.Name || test.TLS == "" {
		t.Errorf("asked for by %q over %q", test.By, test.TLS)
	}

	breakEntra(t, s, map[string]any{"kind": "status", "status": 503, "surface": "gateway", "count": -1})
	test = d.tests(code, env)
	if r := test.Light(access.LightGateway); r.State != access.LightFailed || test.Light(access.LightRoles).State != access.LightOn {
		t.Errorf("a gateway out of order: %+v", test)
	}
	k := d.keyOf(code, env)
	if k.Stage != access.StageReady {
		t.Errorf("the key is %q because the gateway is not there", k.Stage)
	}
	lights := tell.Lights(k.Test, k.ExpiresAt, nil)
	if got := lights[3]; got.Word != es.LightState(access.LightFailed) || got.Text == "" || got.Detail == "" {
		t.Errorf("a person reads %+v", got)
	}
	mendEntra(t, s)
	if r := d.tests(code, env).Light(access.LightGateway); r.State != access.LightOn {
		t.Errorf("mended: %+v", r)
	}
}
