// Command gallery shows every scene of the desktop program: in a window, or as
// pictures with -png DIR, for which it needs no display. With -guide DIR it draws
// the pictures of the user guide.
package main

import (
	"flag"
	"fmt"
	"os"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/ui/look"
	"llavero/app/internal/ui/scenes"
)

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	flags := flag.NewFlagSet("gallery", flag.ContinueOnError)
	dir := flags.String("png", "", "write every scene, light and dark, to this folder instead of showing a window")
	guide := flags.String("guide", "", "write the pictures of the user guide to this folder, and remove those it no longer has")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	if err := look.SpeakSpanish(); err != nil {
		fmt.Fprintln(os.Stderr, "gallery:", err)
		return 1
	}
	if *dir != "" || *guide != "" {
		write := writePictures
		if *guide != "" {
			write, dir = writeGuide, guide
		}
		if err := write(*dir); err != nil {
			fmt.Fprintln(os.Stderr, "gallery:", err)
			return 1
		}
		return 0
	}
	if os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" && !hasOwnDisplay {
		fmt.Fprintln(os.Stderr, "gallery: no display; use -png DIR")
		return 1
	}
	show(app.NewWithID("co.llavero.gallery"))
	return 0
}

// show lists the scenes at the left and draws the chosen one.
func show(a fyne.App) {
	isDark := false
	a.Settings().SetTheme(look.Forced(theme.VariantLight))
	w := a.NewWindow("Llavero IHCE · escenas")
	all := scenes.All()
	stage := container.NewStack()
	chosen := 0
	draw := func() { stage.Objects = []fyne.CanvasObject{all[chosen].Build()}; stage.Refresh() }
	list := widget.NewList(func() int { return len(all) },
		func() fyne.CanvasObject { return widget.NewLabel("") },
		func(i widget.ListItemID, o fyne.CanvasObject) { o.(*widget.Label).SetText(all[i].Name) })
	list.OnSelected = func(i widget.ListItemID) { chosen = i; draw() }
	flip := widget.NewButton("Claro / oscuro", func() {
		isDark = !isDark
		v := theme.VariantLight
		if isDark {
			v = theme.VariantDark
		}
		a.Settings().SetTheme(look.Forced(v))
		draw()
	})
	split := container.NewHSplit(container.NewBorder(nil, flip, nil, nil, list), stage)
	split.Offset = 0.2
	w.SetContent(split)
	w.Resize(fyne.NewSize(1500, 860))
	draw()
	w.ShowAndRun()
}
