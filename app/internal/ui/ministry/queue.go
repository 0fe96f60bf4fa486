package ministry

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/state"
	"llavero/shared/access"
)

// Queue («Solicitudes pendientes») lists the requests waiting for an officer.
// UI goroutine only.
type Queue struct {
	widget.BaseWidget

	// OnOpen is «Ingresar Info»: it takes the row and opens its form.
	OnOpen func(access.RequestID)
	// OnTake and OnRelease act on the row under the cursor (Ctrl+T,
	// Ctrl+Mayús+T).
	OnTake    func(access.RequestID)
	OnRelease func(access.RequestID)
	// OnRetry loads again what failed.
	OnRetry func()
	// OnBack is «← Volver al Menú».
	OnBack func()
	// OnCopyText copies a cell: never a secret, there is none.
	OnCopyText func(string)

	content *fyne.Container
}

// NewQueue makes the list.
func NewQueue() *Queue {
	q := &Queue{content: container.NewVBox()}
	q.ExtendBaseWidget(q)
	return q
}

// CreateRenderer implements fyne.Widget.
func (q *Queue) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(q.content) }

// Render shows a snapshot.
func (q *Queue) Render(state.Queue) {}

// FocusSearch puts the cursor in the search box (Ctrl+F, F3).
func (q *Queue) FocusSearch() {}

// TakeCurrent and ReleaseCurrent act on the row under the cursor.
func (q *Queue) TakeCurrent() {}

// ReleaseCurrent frees the row under the cursor.
func (q *Queue) ReleaseCurrent() {}
