//go:build !race

// Drawing has no goroutines to watch and takes minutes under the race detector:
// `make test` draws the pictures in a pass of its own.

package scenes

import (
	"runtime"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"llavero/app/internal/ui/look"
)

// TestScenes_golden draws every scene, light and dark, and compares it with its
// picture under testdata. A new or changed one lands in testdata/failed.
func TestScenes_golden(t *testing.T) {
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		t.Skip("the pictures were drawn on linux/amd64")
	}
	a := test.NewTempApp(t)
	if err := look.SpeakSpanish(); err != nil {
		t.Fatal(err)
	}
	for name, v := range map[string]fyne.ThemeVariant{"light": theme.VariantLight, "dark": theme.VariantDark} {
		a.Settings().SetTheme(look.Forced(v))
		for _, s := range All() {
			t.Run(s.Name+"-"+name, func(t *testing.T) {
				w := test.NewTempWindow(t, s.Build())
				w.SetPadded(false)
				w.Resize(s.Size)
				test.AssertImageMatches(t, s.Name+"-"+name+".png", w.Canvas().Capture())
			})
		}
	}
}

func TestScenes_namesAreUnique(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range All() {
		if seen[s.Name] {
			t.Errorf("two scenes are called %s", s.Name)
		}
		seen[s.Name] = true
		if s.Size.IsZero() || s.Build == nil {
			t.Errorf("%s has no size or nothing to build", s.Name)
		}
	}
	for _, want := range []string{"login", "account-delegate", "account-recover", "account-unlock", "account-mine", "delegate-enroll", "delegate-keys", "ministry-queue", "ministry-attend", "ministry-assigned", "ministry-amend", "ministry-grants", "ministry-grant", "ministry-evidence", "ministry-validity"} {
		for _, lookOf := range []string{"loading", "error", "offline"} {
			if want == "login" && lookOf == "loading" {
				lookOf = "solving"
			}
			if !seen[want+"-"+lookOf] {
				t.Errorf("no scene %s-%s", want, lookOf)
			}
		}
	}
}
