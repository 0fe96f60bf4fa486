package bench

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/look"
	"llavero/app/internal/ui/ministry"
	"llavero/server/benchtest"
	"llavero/shared/seed"
)

// typed is what officers look for: codes, tax numbers, places, names with and
// without accents, several words, and something that is not there.
var typed = []string{
	"11001", "6800160", "999.110.0", "bogota", "Medellín", "clinica norte", "red nacional ñ",
	"consultorio", "sol-2026-0123", "pendiente cali", "gomez bucaramanga", "zzz", "a", "san juan de",
}

// listFilter is a keystroke in the search box of the pending list, with the
// country in it, as the officer's screen has it: the real list of the first
// sync, its index, the screen and its table in the toolkit's test driver, from
// the key to the table that shows what was found (list_filter_country_p99; of
// some 250 keystrokes, deletions too). What the graphics card then draws is not
// in it.
func listFilter(b *testing.B, c *benchtest.Country, keys keeper) {
	k := newClient(b, c, keys, b.TempDir())
	k.goOn(b)
	stop := k.run(b)
	k.wait(b, "the country", func() bool { return k.isCurrent(seed.CountryCodes, 1) })
	snapshot := k.model.Queue()
	stop()
	k.close(b)
	benchtest.Say(b, "list_filter_country_p99", benchtest.Milliseconds(benchtest.Quantile(keystrokes(b, snapshot), 0.99)), "ms")
}

// keystrokes types each word and takes it back, and returns how long each key
// took.
func keystrokes(b *testing.B, s state.Queue) []time.Duration {
	b.Helper()
	test.NewTempApp(b).Settings().SetTheme(look.Forced(theme.VariantLight))
	screen := ministry.NewQueue()
	w := test.NewTempWindow(b, screen)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(1180, 720))
	screen.Render(s)
	screen.FocusSearch()
	box := w.Canvas().Focused()
	if box == nil {
		b.Fatal("the search box takes no keyboard")
	}
	var took []time.Duration
	timed := func(key func()) {
		began := time.Now()
		key()
		took = append(took, time.Since(began))
	}
	for _, word := range typed {
		for _, r := range word {
			timed(func() { box.TypedRune(r) })
		}
		for range []rune(word) {
			timed(func() { box.TypedKey(&fyne.KeyEvent{Name: fyne.KeyBackspace}) })
		}
	}
	return took
}
