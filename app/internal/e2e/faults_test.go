package e2e

import (
	"testing"

	"llavero/app/internal/state"
	"llavero/server/servertest"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/seed"
)

// refusals are the ways in which a tenant fails for ever, each at another step
// of the issue, and what the officer's list says of it.
var refusals = []struct {
	name   string
	fault  map[string]any
	status int // as the row tells it; 0: no answer came
	step   access.Step
	cause  string
}{
	{"403", refusal(), 403, access.StepApplication, "El servidor no tiene permiso para crear llaves."},
	{
		"429",
		map[string]any{"kind": "status", "status": 429, "retryAfter": 1, "surface": "graph", "method": "PATCH", "path": "/servicePrincipals("},
		429, access.StepPrincipal, "Entra pide esperar.",
	},
	{"500", map[string]any{"kind": "status", "status": 500, "surface": "graph", "path": "addPassword"}, 500, access.StepSecret, "Entra tuvo una falla."},
	{"503 of the token", map[string]any{"kind": "status", "status": 503, "surface": "login", "path": "/token", "skip": 1}, 503, access.StepVerify, "Entra tuvo una falla."},
	{"cut", map[string]any{"kind": "cut_before", "surface": "graph", "path": "appRoleAssignedTo"}, 0, access.StepPermissions, "Entra no respondió."},
	{"cut in the body", map[string]any{"kind": "cut_body", "surface": "graph", "path": "addPassword"}, 200, access.StepSecret, "Entra no respondió."},
	{"answer lost", map[string]any{"kind": "lost_answer", "surface": "graph", "path": "addPassword"}, 0, access.StepSecret, "Entra no respondió."},
}

// However the tenant fails, both windows tell it without a refresh: the delegate
// that the request was sent on, the officer why. Whether the officer types the
// keys or has the server go on, the delegate then has them; gone on with, the
// tenant holds no secret that nobody knows.
func TestOfficer_everyRefusal(t *testing.T) {
	for _, c := range refusals {
		for _, end := range []struct {
			name string
			do   func(t *testing.T, s *servertest.Server, o *desk, v state.Attend)
		}{{"typed", typesTheKeys}, {"resumed", resumes}} {
			t.Run(c.name+"/"+end.name, func(t *testing.T) {
				s := servertest.New(t)
				d, o := sit(t, s, t.TempDir(), nil), sit(t, s, t.TempDir(), nil)
				p := d.signIn(seed.LoginDelegate)
				o.signIn(seed.LoginOfficer)
				fault := map[string]any{"count": -1}
				for k, v := range c.fault {
					fault[k] = v
				}
				breakEntra(t, s, fault)
				d.ask(code, p.Email)

				d.until("solicitud enviada", func() bool { return d.inscription(code) == "Solicitud enviada" })
				if r := d.request(code); r.Failure != nil {
					t.Errorf("the delegate is told %+v", r.Failure)
				}
				o.until("the row", func() bool { return o.pending(code) != nil })
				row := o.pending(code)
				if f := row.Failure; f == nil || f.Status != c.status || f.Step != c.step || es.FailureCause(*f) != c.cause {
					t.Fatalf("reason %+v, want status %d at %s, in words %q", f, c.status, c.step, c.cause)
				}

				must(t, o.model.OpenAttend(t.Context(), row.ID))
				v, ok := o.model.Attend()
				if !ok || !v.Mine {
					t.Fatalf("attend %+v", v)
				}
				end.do(t, s, o, v)
				o.until("gone from the list", func() bool { return o.pending(code) == nil })
				d.until("assigned", func() bool { return d.inscription(code) == "Se ha asignado el token" })
				d.model.ChooseKeys(code)
				d.until("the keys", func() bool { return len(d.model.Keys().Entity.Keys) == 2 })
				if end.name == "resumed" {
					oneOfEach(t, s)
				}
			})
		}
	}
}

// inscription is the line «Estado de Inscripción» of a code, as this desk reads it.
func (d *desk) inscription(code access.LicenseCode) string {
	r := d.request(code)
	if r == nil {
		return ""
	}
	return es.Inscription(r.Kind, r.Status)
}

// typesTheKeys ends it while the tenant still fails.
func typesTheKeys(t *testing.T, _ *servertest.Server, o *desk, v state.Attend) {
	t.Helper()
	must(t, o.model.Assign(t.Context(), v.Row.ID, v.Row.Version, typed(t)))
}

// resumes ends it once the tenant is mended: the server goes on where it was.
func resumes(t *testing.T, s *servertest.Server, o *desk, v state.Attend) {
	t.Helper()
	mendEntra(t, s)
	must(t, o.model.Resume(t.Context(), v.Row.ID, v.Row.Version))
}

// oneOfEach: an application an environment, each with the secret that was handed
// out and no other.
func oneOfEach(t *testing.T, s *servertest.Server) {
	t.Helper()
	apps := s.Emulator.State().Issued()
	if len(apps) != 2 {
		t.Errorf("%d applications in the tenant, want one an environment", len(apps))
	}
	for _, a := range apps {
		if len(a.Secrets) != 1 {
			t.Errorf("%s has %d secrets, want the one that was handed out", a.DisplayName, len(a.Secrets))
		}
	}
}
