package delegate

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/state"
	"llavero/shared/access"
)

// Keys is «Consultar Token»: the keys of one code in both environments. UI
// goroutine only.
type Keys struct {
	widget.BaseWidget

	// OnChoose says which code to show. The shell loads its parameters and who
	// saw what.
	OnChoose func(access.LicenseCode)
	// OnReveal fetches one value to show it.
	OnReveal Reveal
	// OnCopy puts one value in the clipboard, shown or not.
	OnCopy func(access.KeyID, access.Field)
	// OnCopyAll is «Copiar todo»: the environment's panel as lines, and the
	// secret only if the person ticked it.
	OnCopyAll func(key access.KeyID, withSecret bool)
	// OnEnroll opens «Inscripción Token» on a code without keys.
	OnEnroll func(access.LicenseCode)
	// OnOpenRequest opens the open request of the chosen code.
	OnOpenRequest func(access.RequestID)
	// OnRetry loads again what failed.
	OnRetry func()
	// OnBack is «← Volver al Menú».
	OnBack func()
	// OnCopyText copies what is no secret: a key's name, words for the help desk.
	OnCopyText func(string)

	content *fyne.Container
}

// NewKeys makes the screen.
func NewKeys() *Keys {
	k := &Keys{content: container.NewVBox()}
	k.ExtendBaseWidget(k)
	return k
}

// CreateRenderer implements fyne.Widget.
func (k *Keys) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(k.content) }

// Render shows a snapshot.
func (k *Keys) Render(state.Keys) {}

// Close hides every shown value: on leaving the screen, locking, minimising.
func (k *Keys) Close() {}
