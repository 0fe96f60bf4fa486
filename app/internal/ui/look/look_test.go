package look

import (
	"encoding/json"
	"image/color"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"

	"llavero/assets"
)

// luminance is the relative luminance of WCAG 2.
func luminance(c color.Color) float64 {
	r, g, b, _ := c.RGBA()
	lin := func(v uint32) float64 {
		x := float64(v) / 0xffff
		if x <= 0.04045 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	return 0.2126*lin(r) + 0.7152*lin(g) + 0.0722*lin(b)
}

func contrast(a, b color.Color) float64 {
	x, y := luminance(a), luminance(b)
	if x < y {
		x, y = y, x
	}
	return (x + 0.05) / (y + 0.05)
}

func TestContrast_knownPairs(t *testing.T) {
	if got := contrast(rgb(0x000000), rgb(0xffffff)); math.Abs(got-21) > 0.01 {
		t.Errorf("black on white = %.2f, want 21", got)
	}
	if got := contrast(rgb(0x767676), rgb(0xffffff)); math.Abs(got-4.54) > 0.01 {
		t.Errorf("#767676 on white = %.2f, want 4.54", got)
	}
}

func TestPalette_textReads(t *testing.T) {
	bg := theme.ColorNameBackground
	pages := []fyne.ThemeColorName{bg, ColorSurface, ColorSurfaceBlue, ColorCard, theme.ColorNameInputBackground, theme.ColorNameMenuBackground, theme.ColorNameOverlayBackground}
	type pair struct {
		text, on fyne.ThemeColorName
		least    float64
	}
	pairs := []pair{
		{ColorOnDeep, ColorDeep, 4.5},
		{ColorOnDeepMuted, ColorDeep, 4.5},
		{theme.ColorNameForegroundOnPrimary, theme.ColorNamePrimary, 4.5},
		{theme.ColorNameForegroundOnError, theme.ColorNameError, 4.5},
		{theme.ColorNameForegroundOnSuccess, theme.ColorNameSuccess, 4.5},
		{theme.ColorNameForegroundOnWarning, theme.ColorNameWarning, 4.5},
		{theme.ColorNameForeground, theme.ColorNameButton, 4.5},
		{theme.ColorNameForeground, theme.ColorNameSelection, 4.5},
		{theme.ColorNameDisabled, theme.ColorNameDisabledButton, 4.5},
		{theme.ColorNamePlaceHolder, theme.ColorNameInputBackground, 4.5},
		{theme.ColorNameHyperlink, theme.ColorNameSelection, 4.5},
		{theme.ColorNameInputBorder, theme.ColorNameInputBackground, 3},
		{theme.ColorNameInputBorder, bg, 3},
		{ColorRing, bg, 3},
		{ColorRing, theme.ColorNameButton, 3},
		{ColorRing, ColorCard, 3},
		{ColorRing, ColorSurface, 3},
	}
	for _, p := range pages {
		pairs = append(pairs, pair{theme.ColorNameForeground, p, 4.5}, pair{ColorMuted, p, 4.5}, pair{ColorTitle, p, 4.5},
			pair{theme.ColorNameHyperlink, p, 4.5}, pair{theme.ColorNameError, p, 4.5})
	}
	for _, l := range Levels() {
		pairs = append(pairs, pair{Ink(l), Tint(l), 4.5}, pair{Ink(l), bg, 4.5}, pair{theme.ColorNameForeground, Tint(l), 4.5})
	}
	for name, v := range map[string]fyne.ThemeVariant{"light": theme.VariantLight, "dark": theme.VariantDark} {
		palette := Palette(v)
		for _, p := range pairs {
			text, on := palette[p.text], palette[p.on]
			if text == nil || on == nil {
				t.Errorf("%s: %s or %s has no colour", name, p.text, p.on)
				continue
			}
			if got := contrast(text, on); got < p.least {
				t.Errorf("%s: %s on %s reads at %.2f, want %.1f", name, p.text, p.on, got, p.least)
			}
		}
	}
}

func TestPalette_sameNamesInBoth(t *testing.T) {
	for name := range light {
		if dark[name] == nil {
			t.Errorf("%s has no dark colour", name)
		}
	}
	for name := range dark {
		if light[name] == nil {
			t.Errorf("%s has no light colour", name)
		}
	}
}

func TestTheme_sizesAndFaces(t *testing.T) {
	th := Theme()
	for _, n := range []fyne.ThemeSizeName{SizeText, SizeNote, SizeSubheading, SizeHeading, SizeTitle} {
		if got := th.Size(n); got < 13 {
			t.Errorf("%s = %.0f px, want 13 at least", n, got)
		}
	}
	faces := map[string]fyne.TextStyle{
		"WorkSans-Regular.ttf": {}, "WorkSans-SemiBold.ttf": {Bold: true},
		"Montserrat-SemiBold.ttf": TitleStyle, "JetBrainsMono-Regular.ttf": CodeStyle,
	}
	for want, style := range faces {
		if got := th.Font(style).Name(); got != want {
			t.Errorf("%+v draws in %s, want %s", style, got, want)
		}
	}
	if Forced(theme.VariantDark).Color(theme.ColorNameBackground, theme.VariantLight) != dark[theme.ColorNameBackground] {
		t.Error("a forced theme followed the system")
	}
}

func TestSpeakSpanish_missesNoWord(t *testing.T) {
	dir, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "fyne.io/fyne/v2").Output()
	if err != nil {
		t.Fatalf("where the toolkit is: %v", err)
	}
	raw, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "lang", "translations", "base.en.json"))
	if err != nil {
		t.Fatal(err)
	}
	var english, spanish map[string]any
	if err := json.Unmarshal(raw, &english); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(toolkitSpanish, &spanish); err != nil {
		t.Fatal(err)
	}
	if len(english) < 20 {
		t.Fatalf("the toolkit has only %d words: is this its file?", len(english))
	}
	for key := range english {
		if spanish[key] == nil {
			t.Errorf("no Spanish for %q", key)
		}
	}
	if err := SpeakSpanish(); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{"Yes": "Sí", "OK": "Aceptar", "Select all": "Seleccionar todo"} {
		if got := lang.L(key); got != want {
			t.Errorf("%s says %q, want %q", key, got, want)
		}
	}
}

func TestIcons_allDraw(t *testing.T) {
	entries, err := assets.Files.ReadDir("icons")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		b := assets.Read("icons/" + e.Name())
		if !strings.Contains(string(b), "viewBox=\"0 0 24 24\"") || !strings.Contains(string(b), "<path") {
			t.Errorf("%s is no icon of ours", e.Name())
		}
	}
	for _, l := range Levels() {
		if LevelIcon(l) == nil {
			t.Errorf("%s has no icon", l)
		}
	}
}
