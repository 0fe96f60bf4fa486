package main

import (
	"os"
	"path/filepath"

	"fyne.io/fyne/v2/test"

	"llavero/app/internal/ui/scenes"
)

// writeGuide draws the pictures of the user guide and removes every other one.
func writeGuide(dir string) error {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	a := test.NewApp()
	defer a.Quit()
	drawn := map[string]bool{}
	for _, p := range scenes.Guide() {
		picture, err := p.PNG(a)
		if err != nil {
			return err
		}
		path := filepath.Join(dir, p.Name+".png")
		if err := os.WriteFile(path, picture, 0o644); err != nil { //nolint:gosec // pictures for everybody
			return err
		}
		drawn[path] = true
	}
	old, err := filepath.Glob(filepath.Join(dir, "*.png"))
	if err != nil {
		return err
	}
	for _, path := range old {
		if !drawn[path] {
			if err := os.Remove(path); err != nil {
				return err
			}
		}
	}
	return nil
}
