package ministry

import (
	"time"

	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// Grants («Permisos de producción», figure 31) lists the codes that have a key
// with their permissions in production. UI goroutine only.
type Grants struct {
	widget.BaseWidget

	// OnOpen is «Asignar Prod» of a code whose permissions can be changed.
	OnOpen func(access.LicenseCode)
	// OnEvidence opens the proofs of a code.
	OnEvidence func(access.LicenseCode)
	// OnVerify opens the form of a code's keys: one of them is not verified.
	OnVerify func(access.LicenseCode)
	// OnBlocked says why «Asignar Prod» is off.
	OnBlocked func(why string)
	// OnRefresh is «Actualizar»: the permissions are read in Entra again.
	OnRefresh func()

	listView[state.Assigned]
	refresh *kit.Button
	read    *kit.Text
	catalog *wire.Permissions
}

// NewGrants makes the list.
func NewGrants() *Grants {
	g := &Grants{read: kit.NewNote("").Natural()}
	g.refresh = kit.NewButton("Actualizar", func() { kit.Call0(g.OnRefresh) })
	g.init(grantsSheet(func() *wire.Permissions { return g.catalog }), listWords{
		title:   es.WithManual(es.GrantTitle, es.GrantManual),
		help:    "Permisos que cada llave de producción tiene en Microsoft Entra. Intro abre la fila; Ctrl+F busca.",
		heading: "Asignar roles", example: "Código entidad, prestador, sede, AppId, estado...",
	}, container.NewCenter(g.read), g.refresh)
	g.open = func(r *state.Assigned) { g.choose(r) }
	g.act = func(r *state.Assigned, col int) {
		if col == colProofs && r.Production != nil {
			kit.Call(g.OnEvidence, r.Code)
			return
		}
		g.choose(r)
	}
	g.none = func() (string, kit.Action) { return "Aún no hay llaves asignadas.", kit.Action{} }
	g.ExtendBaseWidget(g)
	return g
}

// choose opens what can be done for a code: its permissions, what is missing for
// them, or a word that says why nothing can.
func (g *Grants) choose(r *state.Assigned) {
	switch why := obstacleOf(r); why {
	case "":
		kit.Call(g.OnOpen, r.Code)
	case access.HintNoEvidence:
		kit.Call(g.OnEvidence, r.Code)
	case access.HintUnverified:
		kit.Call(g.OnVerify, r.Code)
	default:
		kit.Call(g.OnBlocked, es.GrantObstacle(why))
	}
}

// Render shows a snapshot.
func (g *Grants) Render(s state.Grants) {
	if g.catalog != s.Catalog {
		g.catalog = s.Catalog
		g.table.Refresh()
	}
	g.draw(listed[state.Assigned]{link: s.Link, rows: s.Rows, index: s.Search, loading: s.Loading, trouble: s.Trouble, now: s.Now})
	kit.Put(g.read, readLine(s))
	g.refresh.SetBusy(s.Asking, "Actualizando…")
	g.refresh.SetEnabled(s.Link.IsOnline() && len(s.Rows) > 0)
}

// readLine says how old what the list shows of Entra is.
func readLine(s state.Grants) string {
	switch {
	case s.Waiting > 0:
		return "Leyendo de Entra: " + faltan(s.Waiting) + "."
	case len(s.Rows) == 0:
		return ""
	case s.ReadAt.IsZero():
		return "Aún no se leen de Entra."
	case s.Unread > 0:
		return "Leído " + readAt(s.ReadAt, s.Now) + "; " + faltan(s.Unread) + "."
	default:
		return "Leído " + readAt(s.ReadAt, s.Now)
	}
}

func faltan(n int) string {
	if n == 1 {
		return "falta 1"
	}
	return "faltan " + es.Number(n)
}

// readAt words an instant after «Leído»: «hoy a las 09:14», «el 20/11/2026 09:14».
func readAt(t, now time.Time) string {
	if text := es.Relative(t, now); text != es.DateTime(t) {
		return text
	}
	return "el " + es.DateTime(t)
}
