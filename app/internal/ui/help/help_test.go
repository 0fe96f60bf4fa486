package help

import (
	"os"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/shared/wire"
)

func TestMain(m *testing.M) {
	test.NewApp().Settings().SetTheme(look.Forced(theme.VariantLight))
	os.Exit(m.Run())
}

// The manual names five norms and eleven terms, each by its own name.
func TestHelp_normsAndTerms(t *testing.T) {
	for want, list := range map[int][]Entry{5: Norms(), 11: Terms()} {
		if len(list) != want {
			t.Errorf("%d entries, want %d", len(list), want)
		}
		seen := map[string]bool{}
		for _, e := range list {
			if e.Name == "" || len(e.Text) < 15 || !strings.HasSuffix(e.Text, ".") || seen[e.Name] {
				t.Errorf("%+v is no entry", e)
			}
			seen[e.Name] = true
		}
	}
	all := Norms()
	for i, want := range []string{"1888 de 2025", "866 de 2021", "2015 de 2020", "FHIR", "Guías"} {
		if !strings.Contains(all[i].Name, want) {
			t.Errorf("norm %d is %q, want %s", i+1, all[i].Name, want)
		}
	}
}

func TestHelp_everySectionSaysSomething(t *testing.T) {
	seen := map[ID]bool{}
	for _, s := range Sections() {
		if seen[s.ID] || s.Title == "" || s.Intro == "" || len(s.Steps) < 2 {
			t.Errorf("section %s says too little, or twice", s.ID)
		}
		seen[s.ID] = true
	}
	for _, id := range []ID{SignIn, Register, Unlock, Recover, Account, Enroll, Renew, Keys, Activity, Queue, Amend, Grant, Drift, Trail} {
		if !seen[id] {
			t.Errorf("no section %s", id)
		}
	}
}

func TestHelp_isReadByKeyboard(t *testing.T) {
	h := New(&wire.About{Help: wire.HelpDesk{Phones: "601 000 0000", Mail: "ayuda@example.org"}}, "1.2")
	w := test.NewTempWindow(t, nil)
	w.Resize(fyne.NewSize(1180, 480))
	closed := 0
	s := kit.ShowSheet(w.Canvas(), h, h.First())
	h.OnClose = func() { closed++; s.Close() }
	if w.Canvas().Focused() != h.First() {
		t.Fatalf("the keyboard is at %T", w.Canvas().Focused())
	}
	h.Open(Terms11)
	press := func(k fyne.KeyName) { w.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: k}) }
	press(fyne.KeyPageDown)
	if h.reader.Offset() <= 0 {
		t.Error("the page key does not scroll")
	}
	press(fyne.KeyHome)
	if h.reader.Offset() != 0 {
		t.Error("Home does not go to the top")
	}
	press(fyne.KeyEnd)
	h.Open(Norms5)
	if h.reader.Offset() != 0 {
		t.Error("another section does not begin at its top")
	}
	test.Tap(h.list[len(h.list)-1])
	if h.At() != Call {
		t.Errorf("at %s", h.At())
	}
	press(fyne.KeyEscape)
	if closed != 1 || s.IsOpen() || w.Canvas().Overlays().Top() != nil {
		t.Error("Escape does not close")
	}
}
