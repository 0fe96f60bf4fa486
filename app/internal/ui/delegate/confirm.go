package delegate

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/state"
	"llavero/shared/secret"
)

// Confirm is step 2 of «Inscripción Token»: everything that will be signed,
// read only, and the code that signs it. UI goroutine only.
type Confirm struct {
	widget.BaseWidget

	// OnSendCode asks for a code by mail, the first or another.
	OnSendCode func()
	// OnSign is «Firmar solicitud», with the six digits.
	OnSign func(code secret.Text)
	// OnBack goes back to the form, which keeps what was written.
	OnBack func()
	// OnCopyText copies words for the help desk: never a secret.
	OnCopyText func(string)

	content *fyne.Container
}

// NewConfirm makes the screen; clock drives its count-downs.
func NewConfirm(clock func() time.Time) *Confirm {
	c := &Confirm{content: container.NewVBox()}
	c.ExtendBaseWidget(c)
	return c
}

// CreateRenderer implements fyne.Widget.
func (c *Confirm) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(c.content) }

// Render shows a snapshot.
func (c *Confirm) Render(state.Confirm) {}

// Close stops the count-downs. The screen can be rendered again afterwards.
func (c *Confirm) Close() {}
