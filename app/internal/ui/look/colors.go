package look

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Colours of ours, beside the toolkit's. Ask for them with theme.Color or
// theme.ColorForWidget.
const (
	ColorDeep        fyne.ThemeColorName = "llavero.deep"         // the bar, behind OnDeep
	ColorOnDeep      fyne.ThemeColorName = "llavero.on-deep"      // text on the bar
	ColorOnDeepMuted fyne.ThemeColorName = "llavero.on-deep-soft" // labels on the bar
	ColorTitle       fyne.ThemeColorName = "llavero.title"        // titles
	ColorMuted       fyne.ThemeColorName = "llavero.muted"        // help lines and notes
	ColorSurface     fyne.ThemeColorName = "llavero.surface"      // panels, table heads
	ColorSurfaceBlue fyne.ThemeColorName = "llavero.surface-blue" // chosen, current
	ColorCard        fyne.ThemeColorName = "llavero.card"         // cards and forms on the page
	ColorBorder      fyne.ThemeColorName = "llavero.border"       // decorative lines
	ColorRing        fyne.ThemeColorName = "llavero.ring"         // the focus ring
)

// Level is what a state means; it decides the colours of chips, banners and
// notices. Colour never speaks alone: an icon and a word go with it.
type Level string

// The levels. Preproduction and Production mark environments, never danger.
const (
	Neutral       Level = "neutral"
	Info          Level = "info"
	Success       Level = "success"
	Warning       Level = "warning"
	Danger        Level = "danger"
	Preproduction Level = "preproduction"
	Production    Level = "production"
)

// Levels lists them all, for tests and the gallery.
func Levels() []Level {
	return []Level{Neutral, Info, Success, Warning, Danger, Preproduction, Production}
}

// Ink is the colour of a level's text and icon, readable on Tint and on the page.
func Ink(l Level) fyne.ThemeColorName { return fyne.ThemeColorName("llavero.ink." + string(l)) }

// Tint is the colour behind a level's text.
func Tint(l Level) fyne.ThemeColorName { return fyne.ThemeColorName("llavero.tint." + string(l)) }

// rgb is an opaque colour from 0xRRGGBB.
func rgb(v uint32) color.NRGBA {
	return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 0xff}
}

// alpha is rgb with an opacity.
func alpha(v uint32, a uint8) color.NRGBA {
	c := rgb(v)
	c.A = a
	return c
}

// light holds the palette of the GOV.CO kit. Two of its colours are darkened
// where they carry small text: success and the grey of examples.
var light = map[fyne.ThemeColorName]color.Color{
	ColorDeep:        rgb(0x004884),
	ColorOnDeep:      rgb(0xffffff),
	ColorOnDeepMuted: rgb(0xcfe0f5),
	ColorTitle:       rgb(0x004884),
	ColorMuted:       rgb(0x5d6166),
	ColorSurface:     rgb(0xf6f8f9),
	ColorSurfaceBlue: rgb(0xe6effd),
	ColorCard:        rgb(0xffffff),
	ColorBorder:      rgb(0xd5d8da),
	ColorRing:        rgb(0x1b4db8),

	Ink(Neutral): rgb(0x4b4b4b), Tint(Neutral): rgb(0xeceeef),
	Ink(Info): rgb(0x115c8f), Tint(Info): rgb(0xe6effd),
	Ink(Success): rgb(0x04704f), Tint(Success): rgb(0xe3f5ee),
	Ink(Warning): rgb(0x7a4d00), Tint(Warning): rgb(0xfff2d6),
	Ink(Danger): rgb(0xa80521), Tint(Danger): rgb(0xfdeaed),
	Ink(Preproduction): rgb(0x6b4300), Tint(Preproduction): rgb(0xffdf9e),
	Ink(Production): rgb(0x004884), Tint(Production): rgb(0xcfe0fb),

	theme.ColorNameBackground:          rgb(0xffffff),
	theme.ColorNameButton:              rgb(0xe6effd),
	theme.ColorNameDisabledButton:      rgb(0xeceeef),
	theme.ColorNameDisabled:            rgb(0x686c71),
	theme.ColorNameError:               rgb(0xa80521),
	theme.ColorNameFocus:               alpha(0x3366cc, 0x33),
	theme.ColorNameForeground:          rgb(0x3b3e42),
	theme.ColorNameForegroundOnError:   rgb(0xffffff),
	theme.ColorNameForegroundOnPrimary: rgb(0xffffff),
	theme.ColorNameForegroundOnSuccess: rgb(0xffffff),
	theme.ColorNameForegroundOnWarning: rgb(0x2b2000),
	theme.ColorNameHeaderBackground:    rgb(0xf6f8f9),
	theme.ColorNameHover:               alpha(0x004884, 0x14),
	theme.ColorNameHyperlink:           rgb(0x2a56ad),
	theme.ColorNameInputBackground:     rgb(0xffffff),
	theme.ColorNameInputBorder:         rgb(0x84898d),
	theme.ColorNameMenuBackground:      rgb(0xffffff),
	theme.ColorNameOverlayBackground:   rgb(0xffffff),
	theme.ColorNamePlaceHolder:         rgb(0x6b6f74),
	theme.ColorNamePressed:             alpha(0x004884, 0x30),
	theme.ColorNamePrimary:             rgb(0x3366cc),
	theme.ColorNameScrollBar:           alpha(0x4b4b4b, 0x99),
	theme.ColorNameScrollBarBackground: alpha(0x4b4b4b, 0x14),
	theme.ColorNameSelection:           rgb(0xd3e3fb),
	theme.ColorNameSeparator:           rgb(0xdfe2e4),
	theme.ColorNameShadow:              alpha(0x000000, 0x2e),
	theme.ColorNameSuccess:             rgb(0x067a58),
	theme.ColorNameWarning:             rgb(0xffab00),
}

// dark says the same things on a dark page.
var dark = map[fyne.ThemeColorName]color.Color{
	ColorDeep:        rgb(0x0a2c52),
	ColorOnDeep:      rgb(0xffffff),
	ColorOnDeepMuted: rgb(0xb9d0ee),
	ColorTitle:       rgb(0xb7d0fb),
	ColorMuted:       rgb(0xaab3bd),
	ColorSurface:     rgb(0x1a222c),
	ColorSurfaceBlue: rgb(0x1c3050),
	ColorCard:        rgb(0x171e27),
	ColorBorder:      rgb(0x38434f),
	ColorRing:        rgb(0xffd27a),

	Ink(Neutral): rgb(0xd5dae0), Tint(Neutral): rgb(0x2b343e),
	Ink(Info): rgb(0x9cc9f2), Tint(Info): rgb(0x16304a),
	Ink(Success): rgb(0x7fdcb8), Tint(Success): rgb(0x10352a),
	Ink(Warning): rgb(0xffcf70), Tint(Warning): rgb(0x3b2e10),
	Ink(Danger): rgb(0xffa9b5), Tint(Danger): rgb(0x47161f),
	Ink(Preproduction): rgb(0xffd27a), Tint(Preproduction): rgb(0x4a3608),
	Ink(Production): rgb(0xa9c8ff), Tint(Production): rgb(0x1b3a6b),

	theme.ColorNameBackground:          rgb(0x11171e),
	theme.ColorNameButton:              rgb(0x22344f),
	theme.ColorNameDisabledButton:      rgb(0x232b34),
	theme.ColorNameDisabled:            rgb(0x97a1ab),
	theme.ColorNameError:               rgb(0xffa9b5),
	theme.ColorNameFocus:               alpha(0x8ab2ff, 0x33),
	theme.ColorNameForeground:          rgb(0xe4e8ec),
	theme.ColorNameForegroundOnError:   rgb(0x3d0008),
	theme.ColorNameForegroundOnPrimary: rgb(0x0a1a33),
	theme.ColorNameForegroundOnSuccess: rgb(0x00251a),
	theme.ColorNameForegroundOnWarning: rgb(0x2b2000),
	theme.ColorNameHeaderBackground:    rgb(0x1a222c),
	theme.ColorNameHover:               alpha(0xffffff, 0x14),
	theme.ColorNameHyperlink:           rgb(0x8ab2ff),
	theme.ColorNameInputBackground:     rgb(0x161d25),
	theme.ColorNameInputBorder:         rgb(0x7a8794),
	theme.ColorNameMenuBackground:      rgb(0x1a222c),
	theme.ColorNameOverlayBackground:   rgb(0x1a222c),
	theme.ColorNamePlaceHolder:         rgb(0x9aa4ae),
	theme.ColorNamePressed:             alpha(0xffffff, 0x30),
	theme.ColorNamePrimary:             rgb(0x8ab2ff),
	theme.ColorNameScrollBar:           alpha(0xe4e8ec, 0x99),
	theme.ColorNameScrollBarBackground: alpha(0xe4e8ec, 0x14),
	theme.ColorNameSelection:           rgb(0x24416e),
	theme.ColorNameSeparator:           rgb(0x2d3742),
	theme.ColorNameShadow:              alpha(0x000000, 0x80),
	theme.ColorNameSuccess:             rgb(0x7fdcb8),
	theme.ColorNameWarning:             rgb(0xffc24d),
}
