package main

import (
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"runtime"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"llavero/app/internal/ui/look"
	"llavero/app/internal/ui/scenes"
)

// hasOwnDisplay: systems whose windows need no display named by the environment.
const hasOwnDisplay = runtime.GOOS == "windows" || runtime.GOOS == "darwin"

// writePictures draws every scene in software, light and dark.
func writePictures(dir string) error {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	a := test.NewApp()
	defer a.Quit()
	for name, v := range map[string]fyne.ThemeVariant{"light": theme.VariantLight, "dark": theme.VariantDark} {
		a.Settings().SetTheme(look.Forced(v))
		for _, s := range scenes.All() {
			if err := writePicture(filepath.Join(dir, s.Name+"-"+name+".png"), s); err != nil {
				return fmt.Errorf("%s: %w", s.Name, err)
			}
		}
	}
	return nil
}

func writePicture(path string, s scenes.Scene) (err error) {
	w := test.NewWindow(s.Build())
	defer w.Close()
	w.SetPadded(false)
	w.Resize(s.Size)
	f, err := os.Create(path) //nolint:gosec // the folder is the caller's choice
	if err != nil {
		return err
	}
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
	}()
	return png.Encode(f, w.Canvas().Capture())
}
