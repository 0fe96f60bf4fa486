package ui

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"llavero/app/internal/ui/kit"
	"llavero/shared/access"
)

// shortcuts gives the window its keys (the list is helpLines).
func (s *Shell) shortcuts(ctx context.Context) {
	c := s.deps.Window.Canvas()
	c.SetOnTypedKey(s.typed)
	add := func(key fyne.KeyName, mod fyne.KeyModifier, do func()) {
		c.AddShortcut(&desktop.CustomShortcut{KeyName: key, Modifier: mod | fyne.KeyModifierShortcutDefault}, func(fyne.Shortcut) {
			if c.Overlays().Top() == nil {
				do()
			}
		})
	}
	add(fyne.KeyF, 0, s.search)
	add(fyne.KeyReturn, 0, s.submit)
	add(fyne.KeyEnter, 0, s.submit)
	add(fyne.KeyR, 0, s.refresh)
	add(fyne.KeyN, 0, func() {
		if s.isIn && s.home() == routeDelegateMenu {
			s.openForm(ctx, access.KindEnroll)
		}
	})
	add(fyne.KeyT, 0, func() {
		if s.at == routeQueue {
			s.queue.TakeCurrent()
		}
	})
	add(fyne.KeyT, fyne.KeyModifierShift, func() {
		if s.at == routeQueue {
			s.queue.ReleaseCurrent()
		}
	})
	add(fyne.KeySlash, 0, s.toggleHelp)
	c.AddShortcut(&fyne.ShortcutUndo{}, func(fyne.Shortcut) { s.notices.Undo() })
}

// typed takes keys that no field wants.
func (s *Shell) typed(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyF1:
		s.toggleHelp()
	case fyne.KeyF3:
		s.search()
	case fyne.KeyF5:
		s.refresh()
	case fyne.KeyEscape:
		if p := s.at.parent(); s.isIn && p != routeNone {
			s.back(p)
		}
	}
}

// back leaves a screen for the one before it.
func (s *Shell) back(to route) {
	if s.at == routeConfirm || s.at == routeConfirmRenew {
		s.model.BackToForm()
	}
	s.open(to)
}

// refresh asks the server anew for what is shown: the rows, and what the feed
// does not bring.
func (s *Shell) refresh() {
	if !s.isIn {
		return
	}
	s.model.Refresh()
	if s.at == routeKeys && s.keys.OnRetry != nil {
		s.keys.OnRetry()
	}
	s.render()
}

func (s *Shell) search() {
	if s.isIn && s.at == routeQueue {
		s.queue.FocusSearch()
	}
}

func (s *Shell) submit() {
	if !s.isIn {
		return
	}
	if f, ok := s.screen().(interface{ Submit() }); ok {
		f.Submit()
	}
}

// helpLines lists the keyboard, for F1.
func helpLines() []kit.Fact {
	return []kit.Fact{
		{Label: "F1, Ctrl+/", Value: "Esta ayuda"},
		{Label: "Tab, Mayús+Tab", Value: "Ir al campo siguiente o al anterior"},
		{Label: "Intro, Espacio", Value: "Pulsar el botón; abrir la fila"},
		{Label: "Esc", Value: "Cerrar, borrar la búsqueda o volver"},
		{Label: "Ctrl+Intro", Value: "Confirmar o enviar el formulario"},
		{Label: "Ctrl+F, F3", Value: "Buscar en la lista"},
		{Label: "↑ ↓ RePág AvPág Inicio Fin", Value: "Moverse en la lista"},
		{Label: "← →, Espacio", Value: "Elegir columna en la lista y ordenar por ella"},
		{Label: "Ctrl+T, Ctrl+Mayús+T", Value: "Tomar o liberar la solicitud"},
		{Label: "Ctrl+N", Value: "Solicitar llave"},
		{Label: "F5, Ctrl+R", Value: "Actualizar"},
		{Label: "Ctrl+Z", Value: "Deshacer lo último que se puede deshacer"},
	}
}

func (s *Shell) toggleHelp() {
	if s.help != nil && s.help.IsOpen() {
		s.help.Close()
		return
	}
	title := "Ayuda · teclado"
	if s.deps.Version != "" {
		title += " · versión " + s.deps.Version
	}
	s.help = kit.ShowAsk(s.deps.Window.Canvas(), kit.Ask{Title: title, Body: kit.NewFacts(helpLines()...), Back: "Cerrar"})
}
