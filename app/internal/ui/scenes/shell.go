package scenes

import (
	"fyne.io/fyne/v2"

	"llavero/app/internal/state"
	"llavero/app/internal/ui"
	"llavero/app/internal/ui/kit"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// shellScenes are the frame around the screens: header, strips, breadcrumb.
func shellScenes() []Scene {
	delegated := wire.Session{Login: "ADMIHCEIPS999100005", Person: access.Person{Name: "Ingrid Muñoz Demostración"}, Role: access.RoleDelegate}
	officer := wire.Session{Login: "CC9999000101", Person: access.Person{Name: "Beatriz Quiñones de la Demostración y Castañeda"}, Role: access.RoleOfficer}
	connecting := state.Link{Phase: state.LinkConnecting}
	behind := online()
	behind.Phase = state.LinkCatchingUp
	return []Scene{
		frame("shell-online", state.Header{Session: delegated, Link: online()}),
		frame("shell-demo", state.Header{Session: officer, Link: online(), Demo: true}),
		frame("shell-connecting", state.Header{Session: delegated, Link: connecting}),
		frame("shell-catching-up", state.Header{Session: officer, Link: behind}),
		frame("shell-offline", state.Header{Session: delegated, Link: offline(), Demo: true}),
		frame("shell-offline-empty", state.Header{Session: delegated, Link: state.Link{Phase: state.LinkOffline}}),
	}
}

func frame(name string, h state.Header) Scene {
	at := es.WithManual(es.QueueTitle, es.QueueManual)
	if h.Session.Role == access.RoleDelegate {
		at = "Confirmación"
	}
	return Scene{Name: name, Size: fyne.NewSize(1180, 200), Build: func() fyne.CanvasObject {
		return ui.Frame(h, now, at, kit.NewFormPage("Título de la pantalla", "Una línea de ayuda.", kit.NewStack(), nil))
	}}
}
