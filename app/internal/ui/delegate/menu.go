package delegate

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/state"
)

// Menu is a delegate's first screen: three cards. UI goroutine only.
type Menu struct {
	widget.BaseWidget

	// OnEnroll opens «Solicitar llave (Inscripción Token)».
	OnEnroll func()
	// OnKeys opens «Mis llaves (Consultar Token)».
	OnKeys func()

	content *fyne.Container
}

// NewMenu makes the menu.
func NewMenu() *Menu {
	m := &Menu{content: container.NewVBox()}
	m.ExtendBaseWidget(m)
	return m
}

// CreateRenderer implements fyne.Widget.
func (m *Menu) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(m.content) }

// Render shows a snapshot.
func (m *Menu) Render(state.Menu) {}
