package strength

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// vector is one judgement that Go and the page's JavaScript must share.
type vector struct {
	Password string   `json:"password"`
	Own      []string `json:"own"`
	Cost     int      `json:"cost"`
	Level    Level    `json:"level"`
}

func vectors(t *testing.T) []vector {
	t.Helper()
	b, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []vector
	if err := json.Unmarshal(b, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestCost_vectors(t *testing.T) {
	all := vectors(t)
	if len(all) < 20 {
		t.Fatalf("%d vectors", len(all))
	}
	for _, v := range all {
		if c := Cost(v.Password, v.Own); c != v.Cost || Of(v.Password, v.Own) != v.Level {
			t.Errorf("%q: cost %d level %d, want %d %d", v.Password, c, Of(v.Password, v.Own), v.Cost, v.Level)
		}
	}
}

var own = []string{"ADMIHCEIPS999100005", "9999000005", "Lucía Ñáñez Demostración"}

func TestOf_refusesWhatIsGuessed(t *testing.T) {
	for _, p := range []string{
		"", "admihceips999100005", "ADMIHCEIPS999100005!!", "9999000005Clave", "luciananez2026", "Lucía Ñáñez Demostración",
		"50000099995000009999", "aaaaaaaaaaaaaaaaaaaa", "abcabcabcabcabcabc", "abcdefghijklmnopqrstuvwxyz", "12345678901234567890",
		"qwertyuiopasdfghjkl", "Contraseña2026!", "C0lombia2026*", "c@rt@gen@1999", "SaludSaludSalud2025", "zyxwvutsrqponm987654",
		"nóicartsomed2026", "Bogota123456789",
	} {
		if Of(p, own) != LevelWeak {
			t.Errorf("%q is taken at cost %d", p, Cost(p, own))
		}
	}
}

func TestOf_takesWhatIsNot(t *testing.T) {
	for _, p := range []string{"tvmh-2q9k-xw7r", "grapa verde con nueve ranas", "k8Jq2#vLm9Tz", "ñandú que baila despacio"} {
		if Of(p, own) == LevelWeak {
			t.Errorf("%q is refused at cost %d", p, Cost(p, own))
		}
	}
}

func TestCost_neverFallsWithAnotherUnknownCharacter(t *testing.T) {
	const odd = "x#Kq9~vT"
	for i := range odd {
		if Cost(odd[:i+1], own) <= Cost(odd[:i], own) {
			t.Errorf("at %d", i)
		}
	}
}

func TestCommon(t *testing.T) {
	for _, w := range Common() {
		folded := strings.Map(fold, w)
		if folded != w || len(w) < leastWord {
			t.Errorf("%q is not folded or too short", w)
		}
	}
	if sorted := slices.Sorted(slices.Values(Common())); len(slices.Compact(sorted)) != len(common) {
		t.Error("a word stands twice")
	}
	if utf8.RuneCountInString(FoldFrom) != len(FoldTo) {
		t.Error("the folds do not pair")
	}
}

func FuzzCost(f *testing.F) {
	f.Add("Contraseña2026!", "Lucía Ñáñez")
	f.Fuzz(func(t *testing.T, password, name string) {
		if len(password) > 256 || len(name) > 200 {
			return
		}
		c := Cost(password, []string{name})
		if n := utf8.RuneCountInString(password); c < 0 || c > n*costOther {
			t.Errorf("%q: %d", password, c)
		}
		if c > Cost(password, nil) {
			t.Errorf("%q: knowing %q makes it dearer", password, name)
		}
	})
}
