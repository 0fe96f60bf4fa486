package ministry

import (
	"time"

	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/shared/access"
	"llavero/shared/es"
)

// Assigned («Llaves asignadas», figure 28) lists the codes that have a key. UI
// goroutine only.
type Assigned struct {
	widget.BaseWidget

	// OnOpen is «Actualizar Keys».
	OnOpen func(access.LicenseCode)
	// OnQueue opens «Solicitudes pendientes», from the list without rows.
	OnQueue func()

	listView[state.Assigned]
}

// NewAssigned makes the list.
func NewAssigned() *Assigned {
	a := &Assigned{}
	a.init(assignedSheet(func() time.Time { return a.last.now }), listWords{
		title:   es.WithManual(es.AmendTitle, es.AmendManual),
		help:    "Entidades que ya tienen llaves. Intro abre la fila; Ctrl+F busca.",
		heading: "LISTADO DE TOKENS", example: "Buscar por código, razón social o estado...",
	})
	a.open = func(r *state.Assigned) { kit.Call(a.OnOpen, r.Code) }
	a.none = func() (string, kit.Action) {
		return "Aún no hay llaves asignadas.", kit.Action{Text: "Ver solicitudes pendientes", Do: func() { kit.Call0(a.OnQueue) }}
	}
	a.ExtendBaseWidget(a)
	return a
}

// Render shows a snapshot.
func (a *Assigned) Render(s state.AssignedKeys) {
	a.draw(listed[state.Assigned]{link: s.Link, rows: s.Rows, index: s.Search, loading: s.Loading, trouble: s.Trouble, now: s.Now})
}
