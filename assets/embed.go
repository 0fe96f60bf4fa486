// Package assets embeds what the program draws with: fonts, icons and the mark.
// Licences are in LICENCES.md. It is read only and safe anywhere.
package assets

import "embed"

// Files holds fonts/*.ttf, icons/*.svg, mark.svg and icon.svg.
//
//go:embed fonts/*.ttf icons/*.svg mark.svg icon.svg
var Files embed.FS

// Read returns an embedded file. A missing one is a fault of the build: it
// panics, and a test reads them all.
func Read(name string) []byte {
	b, err := Files.ReadFile(name)
	if err != nil {
		panic("assets: " + err.Error())
	}
	return b
}
