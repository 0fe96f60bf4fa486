//go:build !race

package scenes

import (
	"html"
	"regexp"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"llavero/app/internal/ui/look"
)

// foreign are words that no screen of ours says. The Ministry's and the
// vendors' own terms (Token, Login, ClientID, Client Secret) are none of them.
var foreign = regexp.MustCompile(`(?i)(?:^|[^\pL])(the|and|with|your|please|cancel|close|save|yes|loading|search|retry|failed|unknown|` +
	`invalid|required|submit|password|sign in|not found|forbidden|unauthorized|conflict|timeout|deadline|refused|EOF|nil|null|undefined)(?:$|[^\pL])`)

// machine are words only programs say: snake case, format verbs that were not
// filled in, Go's own errors.
var machine = regexp.MustCompile(`\b[a-z]+_[a-z_]+\b|%!|%[sdvq]\b|\bx509\b|\bdial tcp\b|\b0x[0-9a-f]{4,}\b|AADSTS\d+`)

// drawn is one text in the toolkit's markup of what is visible.
var drawn = regexp.MustCompile(`<text[^>]*>([^<]*)</text>`)

// said is what a scene's picture says, in drawing order, on one line.
func said(t *testing.T, s Scene) string {
	t.Helper()
	w := test.NewTempWindow(t, s.Build())
	w.SetPadded(false)
	w.Resize(s.Size)
	var words []string
	for _, m := range drawn.FindAllStringSubmatch(test.RenderToMarkup(w.Canvas()), -1) {
		words = append(words, html.UnescapeString(m[1]))
	}
	return strings.Join(strings.Fields(strings.Join(words, " ")), " ")
}

// everySaid is what each scene says, by its name.
func everySaid(t *testing.T) map[string]string {
	t.Helper()
	a := test.NewTempApp(t)
	if err := look.SpeakSpanish(); err != nil {
		t.Fatal(err)
	}
	a.Settings().SetTheme(look.Forced(fyne.ThemeVariant(theme.VariantLight)))
	all := map[string]string{}
	for _, s := range All() {
		all[s.Name] = said(t, s)
	}
	return all
}

// TestScenes_speakSpanish: no English, no machine words on any screen.
func TestScenes_speakSpanish(t *testing.T) {
	for name, text := range everySaid(t) {
		if text == "" {
			t.Errorf("%s says nothing", name)
		}
		for _, bad := range append(foreign.FindAllString(text, -1), machine.FindAllString(text, -1)...) {
			t.Errorf("%s says %q", name, bad)
		}
	}
}
