package ministry

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/state"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// Attend is the officer's form for one request (figure 26): why its automatic
// issue failed, and the fields for the keys made by hand. UI goroutine only.
type Attend struct {
	widget.BaseWidget

	// OnTake takes the request, or takes it over from a colleague with a reason.
	OnTake func(id access.RequestID, why string)
	// OnRelease frees it.
	OnRelease func(access.RequestID)
	// OnResume hands it back to the server at the step that failed.
	OnResume func(id access.RequestID, version int64)
	// OnSave is «Guardar»: the keys of both environments, as typed. A date that
	// cannot be read arrives zero.
	OnSave func(id access.RequestID, version int64, keys wire.Assign)
	// OnRetry loads the contacts again.
	OnRetry func()
	// OnBack goes back to the list; the request stays taken.
	OnBack func()
	// OnCopyText copies words for the help desk: never a secret.
	OnCopyText func(string)

	content *fyne.Container
}

// NewAttend makes the form.
func NewAttend() *Attend {
	a := &Attend{content: container.NewVBox()}
	a.ExtendBaseWidget(a)
	return a
}

// CreateRenderer implements fyne.Widget.
func (a *Attend) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(a.content) }

// Render shows a snapshot.
func (a *Attend) Render(state.Attend) {}

// Submit is Ctrl+Intro: «Guardar» when it can be pressed.
func (a *Attend) Submit() {}

// Close empties the typed secrets: on leaving the screen.
func (a *Attend) Close() {}
