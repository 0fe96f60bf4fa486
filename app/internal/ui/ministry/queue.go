package ministry

import (
	"time"

	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// Queue («Solicitudes pendientes») lists the requests waiting for an officer. UI
// goroutine only.
type Queue struct {
	widget.BaseWidget

	// OnOpen is «Ingresar Info»: it takes the row and opens its form.
	OnOpen func(access.RequestID)
	// OnTake and OnRelease act on the row under the cursor (Ctrl+T,
	// Ctrl+Mayús+T).
	OnTake    func(access.RequestID)
	OnRelease func(access.RequestID)
	// OnAssigned opens «Llaves asignadas», from the list without rows.
	OnAssigned func()

	listView[wire.RequestRow]
	me           access.AccountID
	lastAttended time.Time
}

// NewQueue makes the list.
func NewQueue() *Queue {
	q := &Queue{}
	q.init(queueSheet(func() access.AccountID { return q.me }), listWords{
		title: es.WithManual(es.QueueTitle, es.QueueManual),
		help:  "Solicitudes cuya llave no se pudo crear automáticamente. Intro abre la fila; Ctrl+F busca.",
		tag:   "1 Consulta de Token", heading: "LISTADO DE TOKENS",
		example: "Buscar por código, NIT, razón social, sede o estado…",
	})
	q.open = func(r *wire.RequestRow) { kit.Call(q.OnOpen, r.ID) }
	q.none = func() (string, kit.Action) {
		return emptyLine(q.lastAttended, q.last.now), kit.Action{Text: "Ver llaves asignadas", Do: func() { kit.Call0(q.OnAssigned) }}
	}
	q.ExtendBaseWidget(q)
	return q
}

// TakeCurrent takes the row under the cursor (Ctrl+T).
func (q *Queue) TakeCurrent() { q.withCurrent(q.OnTake) }

// ReleaseCurrent frees the row under the cursor (Ctrl+Mayús+T).
func (q *Queue) ReleaseCurrent() { q.withCurrent(q.OnRelease) }

// Render shows a snapshot.
func (q *Queue) Render(s state.Queue) {
	q.me, q.lastAttended = s.Me, s.LastAttended
	q.draw(listed[wire.RequestRow]{link: s.Link, rows: s.Rows, index: s.Search, loading: s.Loading, trouble: s.Trouble, now: s.Now})
}

func (q *Queue) withCurrent(do func(access.RequestID)) {
	if r := q.current(); r != nil {
		kit.Call(do, r.ID)
	}
}
