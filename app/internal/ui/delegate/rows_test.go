package delegate

import (
	"strings"
	"testing"
	"time"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/look"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// noon is 12:00 in Colombia.
var noon = time.Date(2026, 11, 23, 17, 0, 0, 0, time.UTC)

func clinic() wire.ProviderRow {
	return wire.ProviderRow{
		Code: "0500199001", NIT: "999100005", Name: "CLÍNICA ÑANDÚ DE EJEMPLO S.A.S.",
		Department: "Antioquia", Municipality: "Medellín", Current: true,
		Sites: []wire.SiteRow{{Number: "01", Name: "Norte"}, {Number: "02", Name: "Sur"}},
	}
}

func TestEntityTitle(t *testing.T) {
	cases := []struct {
		name   string
		change func(*wire.ProviderRow)
		want   string
	}{
		{"whole", func(*wire.ProviderRow) {}, "Antioquia-MEDELLÍN 0500199001 - CLÍNICA ÑANDÚ DE EJEMPLO S.A.S."},
		{"no department", func(p *wire.ProviderRow) { p.Department = "" }, "MEDELLÍN 0500199001 - CLÍNICA ÑANDÚ DE EJEMPLO S.A.S."},
		{"no municipality", func(p *wire.ProviderRow) { p.Municipality = "" }, "Antioquia 0500199001 - CLÍNICA ÑANDÚ DE EJEMPLO S.A.S."},
		{"no place", func(p *wire.ProviderRow) { p.Department, p.Municipality = "", "" }, "0500199001 - CLÍNICA ÑANDÚ DE EJEMPLO S.A.S."},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := clinic()
			c.change(&p)
			if got := entityTitle(p); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestSitesLine(t *testing.T) {
	many := clinic()
	for _, n := range []string{"03", "04", "05"} {
		many.Sites = append(many.Sites, wire.SiteRow{Number: access.SiteNumber(n), Name: "Sede " + n})
	}
	one, none := clinic(), clinic()
	one.Sites, none.Sites = one.Sites[:1], nil
	cases := []struct {
		name string
		p    wire.ProviderRow
		want string
	}{
		{"none", none, "Sin sedes en REPS"},
		{"one", one, "1 sede: 01 Norte"},
		{"two", clinic(), "2 sedes: 01 Norte · 02 Sur"},
		{"many", many, "5 sedes: 01 Norte · 02 Sur · 03 Sede 03 y 2 más"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := sitesLine(c.p); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestEntityNote(t *testing.T) {
	key := []wire.KeyRow{{State: access.KeyActive}}
	cases := []struct {
		name string
		e    state.Entity
		want string
	}{
		{"nothing", state.Entity{Provider: clinic()}, "Sin llave"},
		{"key", state.Entity{Provider: clinic(), Keys: key}, "Con llave"},
		{"open", state.Entity{Provider: clinic(), Request: &wire.RequestRow{Status: access.StatusIssuing}}, "En emisión"},
		{"change under way", state.Entity{Provider: clinic(), Keys: key, Request: &wire.RequestRow{Kind: access.KindRenew, Status: access.StatusPending}}, "Cambio solicitado"},
		{"withdrawn", state.Entity{Provider: clinic(), Request: &wire.RequestRow{Status: access.StatusCancelled}}, "Sin llave"},
		{"gone from REPS", state.Entity{}, "No vigente en REPS"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := entityNote(c.e); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestSearchEntities(t *testing.T) {
	other := clinic()
	other.Code, other.Name, other.Municipality = "0504599001", "Hospital de Ejemplo", "Apartadó"
	rows := []state.Entity{{Provider: clinic()}, {Provider: other}}
	texts := []string{entityTitle(clinic()), entityTitle(other)}
	for _, index := range []*state.Index{nil, state.NewIndex(texts), state.NewIndex(texts[:1])} {
		s := state.Entities{Rows: rows, Search: index}
		for query, want := range map[string]int{"": 2, "nandu": 1, "APARTADO hospital": 1, "99001": 2, "nada": 0} {
			if got := searchEntities(s, query); len(got) != want {
				t.Errorf("index of %d: %q finds %v, want %d rows", index.Len(), query, got, want)
			}
		}
	}
}

func TestShortHash(t *testing.T) {
	long := strings.Repeat("0a1b", 16)
	for in, want := range map[string]string{long: "0A1B 0A1B 0A1B 0A1B", "": "", "abc": "abc"} {
		if got := shortHash(in); got != want {
			t.Errorf("shortHash(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestSignedGroup(t *testing.T) {
	s := state.Confirm{
		Entity: state.Entity{Provider: clinic()}, Number: "SOL-2026-000123", Kind: access.KindRenew,
		Reason: access.ReasonSecurity, ContentHash: strings.Repeat("ab", 32),
	}
	got := map[string]string{}
	for _, l := range signedGroup(s).Lines {
		got[l.Label] = l.Value
	}
	for label, want := range map[string]string{
		"Solicitud": "SOL-2026-000123", "Entidad": "CLÍNICA ÑANDÚ DE EJEMPLO S.A.S.", "NIT": clinic().NIT.Display(),
		"Código de habilitación": "0500199001", "Trámite": "Cambio de llave (Resolicitud Token)",
		"Motivo": "Motivos de seguridad", "Huella del contenido": "ABAB ABAB ABAB ABAB",
	} {
		if got[label] != want {
			t.Errorf("%s: got %q, want %q", label, got[label], want)
		}
	}
	s.Reason = ""
	for _, l := range signedGroup(s).Lines {
		if l.Label == "Motivo" {
			t.Error("a first request shows a reason")
		}
	}
}

func TestCodeLookAt(t *testing.T) {
	sent := &wire.CodeSent{
		To: "j•••@example.org", From: "llaves@example.gov.example", SentAt: noon,
		ExpiresAt: noon.Add(10 * time.Minute), ResendAt: noon.Add(30 * time.Second), Sends: 1, TriesLeft: 5,
	}
	one := *sent
	one.TriesLeft = 1
	online := state.Link{Phase: state.LinkOnline}
	cases := []struct {
		name    string
		s       state.Confirm
		after   time.Duration
		send    string
		canSend bool
		canType bool
		left    string
		tries   string
	}{
		{name: "none yet", s: state.Confirm{Link: online}, send: "Enviar código", canSend: true},
		{name: "none yet, offline", s: state.Confirm{}, send: "Enviar código"},
		{name: "sending", s: state.Confirm{Link: online, Sending: true}, send: "Enviando código…"},
		{name: "just sent", s: state.Confirm{Link: online, Code: sent}, send: "Reenviar código (en 30 s)", canType: true, left: "El código sirve 10:00 min más.", tries: "Le quedan 5 intentos."},
		{name: "last try", s: state.Confirm{Link: online, Code: &one}, after: 29 * time.Second, send: "Reenviar código (en 1 s)", canType: true, left: "El código sirve 9:31 min más.", tries: "Le queda 1 intento."},
		{name: "may resend", s: state.Confirm{Link: online, Code: sent}, after: 30 * time.Second, send: "Reenviar código", canSend: true, canType: true, left: "El código sirve 9:30 min más.", tries: "Le quedan 5 intentos."},
		{name: "signing", s: state.Confirm{Link: online, Code: sent, Signing: true}, after: time.Minute, send: "Reenviar código", canType: true, left: "El código sirve 9:00 min más.", tries: "Le quedan 5 intentos."},
		{name: "expired", s: state.Confirm{Link: online, Code: sent}, after: 10 * time.Minute, send: "Reenviar código", canSend: true, left: "El código venció a las 12:10. Pida otro; su solicitud sigue guardada.", tries: "Le quedan 5 intentos."},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := codeLookAt(c.s, noon.Add(c.after))
			if got.Send != c.send || got.CanSend != c.canSend || got.CanType != c.canType || got.Left != c.left || got.TriesLeft != c.tries {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestWaitText(t *testing.T) {
	for d, want := range map[time.Duration]string{
		time.Millisecond: "1 s", 45 * time.Second: "45 s", time.Minute: "1 min 00 s", 125 * time.Second: "2:05 min",
	} {
		if got := waitText(d); got != want {
			t.Errorf("waitText(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestProgressRows(t *testing.T) {
	cases := []struct {
		name       string
		r          wire.RequestRow
		pre, prod  mark
		preN       int // steps done
		prodN      int
		preT       string
		wantAtStep mark // the mark right after the steps done, preproduction
	}{
		{name: "just signed", r: wire.RequestRow{Status: access.StatusIssuing}, pre: markWaiting, prod: markWaiting, preT: "En espera", wantAtStep: markWaiting},
		{name: "first step", r: wire.RequestRow{Status: access.StatusIssuing, Environment: access.Preproduction, Step: access.StepApplication}, pre: markNow, prod: markWaiting, preT: "Creando aplicación (1/5)", wantAtStep: markNow},
		{name: "secret", r: wire.RequestRow{Status: access.StatusIssuing, Environment: access.Preproduction, Step: access.StepSecret}, pre: markNow, prod: markWaiting, preN: 1, preT: "Creando secreto (2/5)", wantAtStep: markNow},
		{name: "production", r: wire.RequestRow{Status: access.StatusIssuing, Environment: access.Production, Step: access.StepVerify}, pre: markDone, prod: markNow, preN: 5, prodN: 2, preT: "Lista (5/5)"},
		{name: "done", r: wire.RequestRow{Status: access.StatusDone}, pre: markDone, prod: markDone, preN: 5, prodN: 5, preT: "Lista (5/5)"},
		{name: "pending at once", r: wire.RequestRow{Status: access.StatusPending}, pre: markStopped, prod: markStopped, preT: "La revisa la mesa de ayuda", wantAtStep: markWaiting},
		{name: "pending in production", r: wire.RequestRow{Status: access.StatusPending, Environment: access.Production, Step: access.StepSecret}, pre: markDone, prod: markStopped, preN: 5, prodN: 1, preT: "Lista (5/5)"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			rows := progressRows(c.r)
			if len(rows) != 2 || rows[0].Environment != access.Preproduction || rows[1].Environment != access.Production {
				t.Fatalf("got %+v", rows)
			}
			if rows[0].Mark != c.pre || rows[1].Mark != c.prod || rows[0].Text != c.preT {
				t.Errorf("got %q %q %q", rows[0].Mark, rows[1].Mark, rows[0].Text)
			}
			if n := done(rows[0]); n != c.preN {
				t.Errorf("preproduction: %d steps done, want %d", n, c.preN)
			}
			if n := done(rows[1]); n != c.prodN {
				t.Errorf("production: %d steps done, want %d", n, c.prodN)
			}
			if c.preN < len(rows[0].Steps) && rows[0].Steps[c.preN].Mark != c.wantAtStep {
				t.Errorf("step %d is %q, want %q", c.preN+1, rows[0].Steps[c.preN].Mark, c.wantAtStep)
			}
		})
	}
}

func done(p envProgress) int {
	n := 0
	for _, s := range p.Steps {
		if s.Mark == markDone {
			n++
		}
	}
	return n
}

func TestElapsedText(t *testing.T) {
	s := state.Progress{Request: wire.RequestRow{Status: access.StatusIssuing, SignedAt: noon}}
	if got := elapsedText(s, noon.Add(patience-time.Second)); got != "" {
		t.Errorf("too early: %q", got)
	}
	const want = "Han pasado 10 s. Suele tardar entre 20 s y 10 min. Puede cerrar; le avisamos."
	if got := elapsedText(s, noon.Add(patience)); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	s.Request.RetryAt = noon.Add(32 * time.Second)
	if got := elapsedText(s, noon.Add(time.Second)); got != "Entra pide esperar 31 s. Reintentamos solos." {
		t.Errorf("waiting: %q", got)
	}
	if got := elapsedText(s, noon.Add(patience)); got != "Entra pide esperar 22 s. Reintentamos solos. "+want {
		t.Errorf("waiting long: %q", got)
	}
	s.Request.Status = access.StatusDone
	if got := elapsedText(s, noon.Add(time.Hour)); got != "" {
		t.Errorf("done: %q", got)
	}
}

func TestInscriptionOf(t *testing.T) {
	key := []wire.KeyRow{{State: access.KeyActive}}
	request := func(k access.Kind, s access.Status) *wire.RequestRow {
		return &wire.RequestRow{ID: "r1", Number: "SOL-1", Kind: k, Status: s}
	}
	cases := []struct {
		name string
		e    state.Entity
		want inscription
	}{
		{"nothing", state.Entity{Provider: clinic()}, inscription{Word: "Sin llave", Means: "Este prestador aún no tiene llave.", Level: look.Neutral, CanEnroll: true}},
		{"gone from REPS", state.Entity{}, inscription{Word: "Sin llave", Means: "Este prestador aún no tiene llave.", Level: look.Neutral}},
		{"done", state.Entity{Provider: clinic(), Request: request(access.KindEnroll, access.StatusDone), Keys: key}, inscription{Word: "Se ha asignado el token", Level: look.Success, CanRenew: true}},
		{"changed", state.Entity{Provider: clinic(), Request: request(access.KindRenew, access.StatusDone), Keys: key}, inscription{Word: "Reasignación de tokens", Level: look.Success, CanRenew: true}},
		{"key alone", state.Entity{Provider: clinic(), Keys: key}, inscription{Word: "Se ha asignado el token", Level: look.Success, CanRenew: true}},
		{"key of a code gone from REPS", state.Entity{Keys: key}, inscription{Word: "Se ha asignado el token", Means: "Este código ya no está vigente en REPS: su llave se puede consultar, no cambiar.", Level: look.Success}},
		{"changing", state.Entity{Provider: clinic(), Request: request(access.KindRenew, access.StatusIssuing), Keys: key}, inscription{Word: "En emisión", Means: "Estamos cambiando las llaves con la solicitud SOL-1.", Level: look.Info, Open: "r1"}},
		{"withdrawn", state.Entity{Provider: clinic(), Request: request(access.KindEnroll, access.StatusCancelled)}, inscription{Word: "Sin llave", Means: "Este prestador aún no tiene llave.", Level: look.Neutral, CanEnroll: true}},
		{"pending", state.Entity{Request: request(access.KindEnroll, access.StatusPending)}, inscription{Word: "Solicitud enviada", Means: "La mesa de ayuda revisa su solicitud SOL-1. Le avisamos cuando la llave esté lista.", Level: look.Warning, Open: "r1"}},
		{"issuing", state.Entity{Request: request(access.KindEnroll, access.StatusIssuing)}, inscription{Word: "En emisión", Means: "Estamos creando las llaves de la solicitud SOL-1.", Level: look.Info, Open: "r1"}},
		{"signing", state.Entity{Request: request(access.KindEnroll, access.StatusSigning)}, inscription{Word: "En firma", Means: "Falta firmar la solicitud SOL-1 con el código.", Level: look.Info, Open: "r1"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := inscriptionOf(c.e); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestKeyLookOf(t *testing.T) {
	day := 24 * time.Hour
	cases := []struct {
		name  string
		k     wire.KeyRow
		state string
		left  string
		warn  bool
		note  bool
	}{
		{"fresh", wire.KeyRow{State: access.KeyActive, Environment: access.Preproduction, ExpiresAt: noon.Add(365 * day)}, "Activa", "Vence en 365 días (245 hábiles)", false, false},
		{"production says it holds no permission", wire.KeyRow{State: access.KeyActive, Environment: access.Production, ExpiresAt: noon.Add(31 * day)}, "Activa", "Vence en 31 días (22 hábiles)", false, true},
		{"near", wire.KeyRow{State: access.KeyActive, ExpiresAt: noon.Add(30 * day)}, "Activa", "Vence en 30 días (21 hábiles)", true, false},
		{"today", wire.KeyRow{State: access.KeyActive, ExpiresAt: noon.Add(7 * time.Hour)}, "Activa", "Vence hoy a las 19:00", true, false},
		{"past", wire.KeyRow{State: access.KeyActive, ExpiresAt: noon.Add(-2 * day)}, "Vencida", "Venció hace 2 días", true, true},
		{"typed by hand", wire.KeyRow{State: access.KeyUnverified, ExpiresAt: noon.Add(90 * day)}, "Sin verificar", "Vence en 90 días (60 hábiles)", false, true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := keyLookOf(c.k, noon)
			if got.Chip.Word != c.state || got.Left != c.left || got.Warn != c.warn || (got.Note != "") != c.note {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestAuditLine(t *testing.T) {
	a := wire.KeyAuditEntry{At: noon, Person: "Persona de Ejemplo", Field: access.FieldSecret, Purpose: access.PurposeCopy, Device: "linux"}
	const want = "23/11/2026 12:00 · Persona de Ejemplo copió: Secreto de cliente (Client Secret) · linux"
	if got := auditLine(a); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
