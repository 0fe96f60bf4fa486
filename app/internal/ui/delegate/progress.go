package delegate

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/state"
	"llavero/shared/access"
)

// Progress follows a signed request to its keys, or to the help desk. UI
// goroutine only.
type Progress struct {
	widget.BaseWidget

	// OnOpenKeys is «Ir a Consultar Token».
	OnOpenKeys func(access.LicenseCode)
	// OnBack is «← Volver al Menú»; the request goes on.
	OnBack func()
	// OnCopyText copies the request's number.
	OnCopyText func(string)

	content *fyne.Container
}

// NewProgress makes the screen; clock drives the elapsed time.
func NewProgress(clock func() time.Time) *Progress {
	p := &Progress{content: container.NewVBox()}
	p.ExtendBaseWidget(p)
	return p
}

// CreateRenderer implements fyne.Widget.
func (p *Progress) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(p.content) }

// Render shows a snapshot.
func (p *Progress) Render(state.Progress) {}

// Close stops the elapsed time. The screen can be rendered again afterwards.
func (p *Progress) Close() {}
