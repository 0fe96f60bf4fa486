package ui

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/shared/access"
)

// Frame is what stands around a signed-in screen, as it looks with this header
// at this instant and without anything behind its buttons: for pictures.
func Frame(h state.Header, now time.Time, body fyne.CanvasObject) fyne.CanvasObject {
	top, under, trail := newHeader(), newStrip(), newCrumbs()
	top.render(h)
	under.render(h, now)
	at := routeConfirm
	if h.Session.Role == access.RoleOfficer {
		at = routeQueue
	}
	trail.render(at)
	return container.NewBorder(kit.NewTight(top, under, trail), nil, nil, nil, body)
}
