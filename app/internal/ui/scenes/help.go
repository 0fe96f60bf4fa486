package scenes

import (
	"fyne.io/fyne/v2"

	"llavero/app/internal/ui/help"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
)

// helpScenes are the sections of the help, as they stand in their sheet.
func helpScenes() []Scene {
	open := func(name string, id help.ID) Scene {
		return Scene{Name: name, Size: fyne.NewSize(1040, 672), Build: func() fyne.CanvasObject {
			h := help.New(aboutLegal(), "1.0.0")
			h.Open(id)
			return kit.NewPadded(look.GapPage, h)
		}}
	}
	empty := Scene{Name: "help-offline", Size: fyne.NewSize(1040, 672), Build: func() fyne.CanvasObject {
		h := help.New(nil, "")
		h.Open(help.Call)
		return kit.NewPadded(look.GapPage, h)
	}}
	return []Scene{
		open("help-sign-in", help.SignIn), open("help-register", help.Register), open("help-keyboard", help.Keyboard),
		open("help-norms", help.Norms5), open("help-terms", help.Terms11), open("help-call", help.Call), empty,
	}
}
