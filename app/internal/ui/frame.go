package ui

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/shared/access"
)

// Frame is what stands around a signed-in screen, as it looks with this header
// at this instant and without anything behind its buttons: for pictures. At is
// the screen's name in the breadcrumb, after that of the screen before where two
// are called alike: «Cambiar llave (Resolicitud Token)/Confirmación». IsScreen says
// whether there is such a one.
func Frame(h state.Header, now time.Time, at string, body fyne.CanvasObject) fyne.CanvasObject {
	top, under, trail := newHeader(), newStrip(), newCrumbs()
	top.render(h)
	under.render(h, now)
	trail.render(screenAt(h.Session.Role, at))
	return container.NewBorder(kit.NewTight(top, under, trail), nil, nil, nil, body)
}

// IsScreen reports that a role has a screen of that name; see Frame.
func IsScreen(role access.Role, at string) bool { return screenAt(role, at) != routeNone }

func screenAt(role access.Role, at string) route {
	for _, r := range routes(role) {
		path := ""
		for _, step := range r.trail() {
			path += "/" + step.title()
		}
		if strings.HasSuffix(path, "/"+at) {
			return r
		}
	}
	return routeNone
}

// routes are the screens that start from a role's menu.
func routes(role access.Role) []route {
	if role == access.RoleOfficer {
		return routesFrom(routeOfficerMenu)
	}
	return routesFrom(routeDelegateMenu)
}

// routesFrom are the screens that start from another. A screen without a title
// would end them.
func routesFrom(home route) []route {
	var all []route
	for r := routeNone + 1; r.title() != ""; r++ {
		if r.trail()[0] == home {
			all = append(all, r)
		}
	}
	return all
}
