package ministry

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

const (
	prodID = "aaaaaaaa-0000-4000-8000-000000000001"
	preID  = "bbbbbbbb-0000-4000-8000-000000000001"
)

// withKeys is a code with its keys, issued by the server.
func withKeys() state.Assigned {
	r := row()
	r.Status, r.Failure = access.StatusDone, nil
	key := func(e access.Environment, id string) *wire.KeyRow {
		return &wire.KeyRow{
			ID: access.KeyID("k-" + e), Code: r.Code, Environment: e, Name: "IHCE-" + string(e), ClientID: id, State: access.KeyActive,
			IssuedAt: noon.AddDate(0, -1, 0), ExpiresAt: noon.Add(100*24*time.Hour + 31*time.Second), Version: 3,
		}
	}
	return state.Assigned{Code: r.Code, Request: &r, Production: key(access.Production, prodID), Preproduction: key(access.Preproduction, preID)}
}

// assignedOf are n codes, no two of a name.
func assignedOf(n int) []state.Assigned {
	r := rand.New(rand.NewPCG(3, 4))
	rows := make([]state.Assigned, n)
	for i := range rows {
		a := withKeys()
		a.Code = access.LicenseCode(fmt.Sprintf("%010d", i*7))
		a.Request.Code, a.Request.Provider = a.Code, fmt.Sprintf("Clínica Ñandú %08x", r.Uint32())
		a.Production.ClientID = fmt.Sprintf("%08x-0000-4000-8000-000000000001", r.Uint32())
		rows[i] = a
	}
	return rows
}

func cellsOf[R any](s sheet[R], r *R) []string {
	var words []string
	for col := range s.columns {
		c := s.cell(r, 1, col)
		words = append(words, c.Text+c.Chip.Word)
	}
	return words
}

func TestAssigned_columnsOfTheManual(t *testing.T) {
	s := assignedSheet(func() time.Time { return noon })
	want := []string{
		"#", "NIT", "Código habilitación", "Id Prestador", "Prestador", "Sede", "Fecha solicitud", "Estado token", "Actualizar", "Situación", "Vence", "Llave",
	}
	if got := titles(s.columns); !slices.Equal(got, want) {
		t.Errorf("columns %q", got)
	}
	a := withKeys()
	base := []string{
		"1", "999100005", "0500199001", "1469", "HOSPITAL ÑANDÚ DE EJEMPLO", "Antioquia-MEDELLÍN", "23/11/2026", "Asignado",
		"Actualizar Keys", "Llave asignada", "03/03/2027 · Vence en 100 días (68 hábiles)", "Al día",
	}
	if got := cellsOf(s, &a); !slices.Equal(got, base) {
		t.Errorf("got %q", got)
	}
	changed := withKeys()
	changed.Request.Kind = access.KindRenew
	changed.Production.State = access.KeyUnverified
	changed.Preproduction.ExpiresAt = noon.Add(48 * time.Hour)
	got := cellsOf(s, &changed)
	if got[colStatus] != "Reasignado" || got[colSituation] != "Llave cambiada · sin verificar" || got[colExpires] != "25/11/2026 · Vence en 2 días (2 hábiles)" {
		t.Errorf("changed: %q", got)
	}
	if s.cell(&changed, 1, colExpires).Muted || !s.cell(&a, 1, colExpires).Muted {
		t.Error("a near expiry is not pointed out, or a far one is")
	}
	alone := state.Assigned{Code: "0500199001", Preproduction: a.Preproduction}
	if got := cellsOf(s, &alone); got[colCode] != "0500199001" || got[colStatus] != "Asignado" || got[colSituation] != "Llave asignada · falta una llave" {
		t.Errorf("without its request: %q", got)
	}
}

func TestAssigned_searchAndOpen(t *testing.T) {
	rows := assignedOf(40)
	rows[7].Request.Provider, rows[7].Request.Kind = "Fundación Única", access.KindRenew
	a := NewAssigned()
	var opened access.LicenseCode
	a.OnOpen = func(code access.LicenseCode) { opened = code }
	a.Render(state.AssignedKeys{Link: online, Rows: rows, Now: noon})
	w := show(t, a)
	if a.search.PlaceHolder != "Buscar por código, razón social o estado..." {
		t.Errorf("the search says %q", a.search.PlaceHolder)
	}
	for _, q := range []string{"fundacion unica", string(rows[7].Code), "REASIGNADO"} {
		a.search.SetText(q)
		if len(a.list.shown) != 1 || a.list.row(0).Code != rows[7].Code {
			t.Errorf("%q finds %d", q, len(a.list.shown))
		}
	}
	a.Focus()
	press(w.Canvas().Focused(), "Return")
	if opened != rows[7].Code {
		t.Errorf("opened %q", opened)
	}
	a.search.SetText("zzz")
	if a.empty.Text() != "Ninguna entidad coincide con “zzz”." {
		t.Errorf("says %q", a.empty.Text())
	}
}

func TestGrants_columnsOfTheManual(t *testing.T) {
	catalog := &wire.Permissions{Application: "APP-IHCE-PROD", Items: make([]wire.Permission, 5)}
	s := grantsSheet(func() *wire.Permissions { return catalog })
	want := []string{
		"#", "Código Entidad", "Prestador", "Sede", "AppId Preprod", "AppId Prod", "Estado", "Acciones", "Qué falta", "Pruebas", "Roles en Entra", "Leído",
	}
	if got := titles(s.columns); !slices.Equal(got, want) {
		t.Errorf("columns %q", got)
	}
	with := func(edit func(*wire.KeyRow)) *state.Assigned {
		a := withKeys()
		edit(a.Production)
		return &a
	}
	cases := []struct {
		name                       string
		a                          *state.Assigned
		state, lacks, proofs, held string
		isOff                      bool
	}{
		{"no proof", with(func(*wire.KeyRow) {}), "Pendientes", "Prueba de sandbox", "Agregar…", "0 de 5", true},
		{"proof", with(func(k *wire.KeyRow) { k.Evidence = 1 }), "Pendientes", "—", "1 prueba", "0 de 5", false},
		{"granted", with(func(k *wire.KeyRow) {
			k.Evidence, k.Permissions = 2, []string{"Urgencias"}
			k.Tasks = []wire.PermissionTask{{Permission: "Consultas"}, {Permission: "X", Failed: "E"}}
		}), "Asignados", "—", "2 pruebas", "1 de 5 · 1 en camino · 1 falló", false},
		{"granted without proof", with(func(k *wire.KeyRow) { k.Permissions = []string{"Urgencias"} }), "Asignados", "—", "Agregar…", "1 de 5", false},
		{"junk id", with(func(k *wire.KeyRow) { k.ClientID, k.Evidence = "oiu7", 1 }), "Pendientes", "Un GUID en AppId Prod", "1 prueba", "0 de 5", true},
		{"not in Entra", with(func(k *wire.KeyRow) { k.IsMissing, k.Evidence = true, 1 }), "Pendientes", "La aplicación en Entra", "1 prueba", "0 de 5", true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := cellsOf(s, c.a)
			if got[colGrantState] != c.state || got[colLacks] != c.lacks || got[colProofs] != c.proofs || got[colHeld] != c.held || got[colGrantOpen] != "Asignar Prod" {
				t.Errorf("got %q", got)
			}
			if s.cell(c.a, 1, colGrantOpen).Muted != c.isOff {
				t.Error("«Asignar Prod» on or off against the rule")
			}
		})
	}
}

// «Asignar Prod» that is off says why; without a proof it asks for one.
func TestGrants_offSaysWhy(t *testing.T) {
	rows := assignedOf(4)
	rows[0].Production.ClientID = "oiu7"
	rows[1].Production.IsMissing = true
	rows[3].Production.Evidence = 1
	g := NewGrants()
	var log []string
	g.OnOpen = func(c access.LicenseCode) { log = append(log, "open "+string(c)) }
	g.OnEvidence = func(c access.LicenseCode) { log = append(log, "evidence "+string(c)) }
	g.OnBlocked = func(why string) { log = append(log, why) }
	g.Render(state.Grants{Link: online, Rows: rows, Now: noon})
	show(t, g)
	for i := range rows {
		g.listView.choose(i, -1)
	}
	g.listView.choose(3, colProofs)
	want := []string{
		es.GrantObstacle(access.HintFormat), es.GrantObstacle(access.HintNotInEntra), "evidence " + string(rows[2].Code),
		"open " + string(rows[3].Code), "evidence " + string(rows[3].Code),
	}
	if !slices.Equal(log, want) {
		t.Errorf("got %q", log)
	}
	for _, c := range []struct {
		q string
		n int
	}{{"oiu7", 1}, {"pendientes", 4}, {"asignados", 0}, {string(rows[2].Code), 1}} {
		g.search.SetText(c.q)
		if len(g.list.shown) != c.n {
			t.Errorf("%q finds %d", c.q, len(g.list.shown))
		}
	}
}

func TestReadLine(t *testing.T) {
	at := noon.Add(-166 * time.Minute)
	rows := assignedOf(1)
	for _, c := range []struct {
		s    state.Grants
		want string
	}{
		{state.Grants{Rows: rows, ReadAt: at, Now: noon}, "Leído hoy a las 09:14"},
		{state.Grants{Rows: rows, ReadAt: at.AddDate(0, 0, -5), Now: noon}, "Leído el 18/11/2026 09:14"},
		{state.Grants{Rows: rows, ReadAt: at, Unread: 3, Now: noon}, "Leído hoy a las 09:14; faltan 3."},
		{state.Grants{Rows: rows, Waiting: 1, ReadAt: at, Now: noon}, "Leyendo de Entra: falta 1."},
		{state.Grants{Rows: rows, Unread: 1, Now: noon}, "Aún no se leen de Entra."},
		{state.Grants{Now: noon}, ""},
	} {
		if got := readLine(c.s); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestMenu_cards(t *testing.T) {
	m := NewMenu()
	var went []string
	m.OnQueue = func() { went = append(went, "queue") }
	m.OnAssigned = func() { went = append(went, "assigned") }
	m.OnGrants = func() { went = append(went, "grants") }
	m.OnValidity = func() { went = append(went, "validity") }
	m.Render(state.Menu{Role: access.RoleOfficer, Assigned: 2})
	show(t, m)
	for _, c := range []*kit.MenuCard{m.queue, m.assigned, m.grants} {
		press(c, "Return")
	}
	press(m.validity, "Return")
	if want := []string{"queue", "assigned", "grants", "validity"}; !slices.Equal(went, want) {
		t.Errorf("went to %q", went)
	}
	m.Render(state.Menu{Role: access.RoleDelegate})
	for _, c := range []*kit.MenuCard{m.queue, m.assigned, m.grants} {
		if !c.IsOff() {
			t.Errorf("%s is open to a delegate", c.Title())
		}
	}
	if !m.validity.Disabled() || m.noRole.Message().Level != look.Warning {
		t.Error("the validity is open to a delegate, or nothing says why the rest is not")
	}
}

// BenchmarkAssigned draws, filters and sorts a country of codes with keys.
func BenchmarkAssigned(b *testing.B) {
	rows := assignedOf(61_177)
	a, g := NewAssigned(), NewGrants()
	other := slices.Clone(rows)
	b.Run("render", func(b *testing.B) {
		show(b, a)
		for i := range b.N {
			a.Render(state.AssignedKeys{Link: online, Rows: [][]state.Assigned{rows, other}[i%2], Now: noon})
		}
	})
	texts := make([]string, len(rows))
	for i := range rows {
		texts[i] = g.list.sheet.text(&rows[i])
	}
	index := state.NewIndex(texts)
	a.Render(state.AssignedKeys{Link: online, Rows: rows, Search: index, Now: noon})
	g.Render(state.Grants{Link: online, Rows: rows, Search: index, Now: noon})
	b.Run("filter", func(b *testing.B) {
		for i := range b.N {
			a.search.SetText([]string{"nandu", "0500112", "pendientes a1", ""}[i%4])
		}
		a.search.SetText("")
	})
	for _, col := range []int{colProvider, colExpires, colSituation, colWants} {
		b.Run("sort "+titles(a.list.sheet.columns)[col], func(b *testing.B) {
			for i := range b.N {
				a.sortBy(col, i%2 == 0)
			}
		})
	}
	for _, col := range []int{colProdID, colGrantState, colLacks} {
		b.Run("sort "+titles(g.list.sheet.columns)[col], func(b *testing.B) {
			for i := range b.N {
				g.sortBy(col, i%2 == 0)
			}
		})
	}
}
