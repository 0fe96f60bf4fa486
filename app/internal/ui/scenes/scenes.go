// Package scenes holds every screen with canned data, in the looks it can have:
// empty, loading, data, error, offline. The gallery shows them in a window, the
// golden test compares them with pictures, light and dark. It is linked into no
// released program. Nothing in it starts a goroutine; clocks stand still.
package scenes

import (
	"slices"

	"fyne.io/fyne/v2"
)

// Scene is one screen in one look.
type Scene struct {
	Name  string // "login-error": also the picture's file name
	Size  fyne.Size
	Build func() fyne.CanvasObject
}

// All returns every scene, in the order of the walk through the program.
func All() []Scene {
	return slices.Concat(kitScenes(), loginScenes(), lockScenes(), securityScenes(), accountScenes(), helpScenes(), shellScenes(), delegateScenes(), ministryScenes(), staffScenes(), refusalScenes())
}
