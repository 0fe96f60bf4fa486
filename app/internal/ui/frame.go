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
// at this instant and without anything behind its buttons: for pictures. Title
// is the screen's name in the breadcrumb; of a name that the role has no screen
// for there is none.
func Frame(h state.Header, now time.Time, title string, body fyne.CanvasObject) fyne.CanvasObject {
	top, under, trail := newHeader(), newStrip(), newCrumbs()
	top.render(h)
	under.render(h, now)
	trail.render(titled(h.Session.Role, title))
	return container.NewBorder(kit.NewTight(top, under, trail), nil, nil, nil, body)
}

// Titles are the names of a role's screens, each as it stands in the breadcrumb.
func Titles(role access.Role) []string {
	var names []string
	for _, r := range routes(role) {
		names = append(names, r.title())
	}
	return names
}

func titled(role access.Role, title string) route {
	for _, r := range routes(role) {
		if r.title() == title {
			return r
		}
	}
	return routeNone
}

// routes are the screens that start from a role's menu. A screen without a
// title would end them.
func routes(role access.Role) []route {
	home := routeDelegateMenu
	if role == access.RoleOfficer {
		home = routeOfficerMenu
	}
	var all []route
	for r := routeNone + 1; r.title() != ""; r++ {
		if r.trail()[0] == home {
			all = append(all, r)
		}
	}
	return all
}
