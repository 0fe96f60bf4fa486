package look

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"llavero/assets"
)

// Sizes of type, in pixels at scale 1. None is below 13.
const (
	SizeTitle      = theme.SizeNameHeadingText             // 24: one a screen
	SizeHeading    = theme.SizeNameSubHeadingText          // 18: a section
	SizeSubheading = fyne.ThemeSizeName("llavero.heading") // 15: a group
	SizeText       = theme.SizeNameText                    // 14
	SizeNote       = theme.SizeNameCaptionText             // 13: help, errors under fields
)

// Distances, in pixels at scale 1: an 8-pixel rhythm.
const (
	Gap       float32 = 8   // things that belong together
	GapWide   float32 = 16  // groups
	GapPage   float32 = 24  // edge of a page
	FormWidth float32 = 760 // widest form column
)

// TitleStyle is the text style that draws in Montserrat.
var TitleStyle = fyne.TextStyle{Bold: true, Italic: true}

// CodeStyle is the text style that draws in JetBrains Mono, which tells 0 from
// O and 1 from l and I.
var CodeStyle = fyne.TextStyle{Monospace: true}

// Theme is the theme that follows the system's light or dark.
func Theme() fyne.Theme { return &llavero{} }

// Forced is the theme held at one variant (theme.VariantLight or
// theme.VariantDark), for galleries and pictures.
func Forced(v fyne.ThemeVariant) fyne.Theme { return &llavero{forced: &v} }

type llavero struct{ forced *fyne.ThemeVariant }

var _ fyne.Theme = (*llavero)(nil)

// Color implements fyne.Theme.
func (t *llavero) Color(name fyne.ThemeColorName, v fyne.ThemeVariant) color.Color {
	if t.forced != nil {
		v = *t.forced
	}
	if c, ok := Palette(v)[name]; ok {
		return c
	}
	return theme.DefaultTheme().Color(name, v)
}

// Palette returns the colours of a variant. Do not write to it.
func Palette(v fyne.ThemeVariant) map[fyne.ThemeColorName]color.Color {
	if v == theme.VariantDark {
		return dark
	}
	return light
}

// Font implements fyne.Theme.
func (t *llavero) Font(s fyne.TextStyle) fyne.Resource {
	switch {
	case s.Symbol:
		return theme.DefaultTheme().Font(s)
	case s.Monospace:
		return fontMono
	case s.Bold && s.Italic:
		return fontTitle
	case s.Bold:
		return fontBold
	default:
		return fontText
	}
}

var (
	fontText  = font("WorkSans-Regular.ttf")
	fontBold  = font("WorkSans-SemiBold.ttf")
	fontTitle = font("Montserrat-SemiBold.ttf")
	fontMono  = font("JetBrainsMono-Regular.ttf")
)

func font(name string) fyne.Resource {
	return fyne.NewStaticResource(name, assets.Read("fonts/"+name))
}

// Icon implements fyne.Theme; the toolkit's icons stay, ours are in Icons.
func (t *llavero) Icon(name fyne.ThemeIconName) fyne.Resource {
	return theme.DefaultTheme().Icon(name)
}

// sizes that differ from the toolkit's.
var sizes = map[fyne.ThemeSizeName]float32{
	SizeTitle:                    24,
	SizeHeading:                  18,
	SizeSubheading:               15,
	SizeText:                     14,
	SizeNote:                     13,
	theme.SizeNamePadding:        4,
	theme.SizeNameInnerPadding:   8,
	theme.SizeNameLineSpacing:    4,
	theme.SizeNameInputRadius:    4,
	theme.SizeNameButtonRadius:   4,
	theme.SizeNameInputBorder:    1,
	theme.SizeNameScrollBar:      12,
	theme.SizeNameScrollBarSmall: 6,
	theme.SizeNameInlineIcon:     20,
}

// Size implements fyne.Theme.
func (t *llavero) Size(name fyne.ThemeSizeName) float32 {
	if s, ok := sizes[name]; ok {
		return s
	}
	return theme.DefaultTheme().Size(name)
}
