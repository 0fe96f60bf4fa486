package delegate

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/state"
	"llavero/shared/access"
)

// Enroll is step 1 of «Inscripción Token»: the form. UI goroutine only.
type Enroll struct {
	widget.BaseWidget

	// OnChoose says which code the keys are for.
	OnChoose func(access.LicenseCode)
	// OnForm hands over the form as it stands, after each change, so that
	// nothing typed is lost.
	OnForm func(access.RequestForm)
	// OnTick says that a consent box was ticked or unticked.
	OnTick func(text string, on bool)
	// OnSubmit is «Generar llave →».
	OnSubmit func(access.RequestForm)
	// OnBack is «← Volver al Menú».
	OnBack func()
	// OnOpenKeys opens «Consultar Token» on a code that already has its keys.
	OnOpenKeys func(access.LicenseCode)
	// OnOpenRequest opens the request in the way: its signature or its progress.
	OnOpenRequest func(access.RequestID)
	// OnRetry loads the entities again.
	OnRetry func()
	// OnCopyText copies words for the help desk: never a secret.
	OnCopyText func(string)

	content *fyne.Container
}

// NewEnroll makes the form.
func NewEnroll() *Enroll {
	e := &Enroll{content: container.NewVBox()}
	e.ExtendBaseWidget(e)
	return e
}

// CreateRenderer implements fyne.Widget.
func (e *Enroll) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(e.content) }

// Render shows a snapshot.
func (e *Enroll) Render(state.Enroll) {}
