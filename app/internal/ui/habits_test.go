package ui

import (
	"slices"
	"testing"
	"testing/synctest"

	"fyne.io/fyne/v2"

	"llavero/app/internal/ui/kit"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// shelf is preferences in memory.
type shelf map[string]string

func (s shelf) String(key string) string    { return s[key] }
func (s shelf) SetString(key, value string) { s[key] = value }

func officerServer(account access.AccountID) *server {
	return &server{who: wire.Session{
		Account: account, Login: "CC9999000101", Role: access.RoleOfficer, Person: access.Person{Name: "Funcionaria de Prueba"},
	}, row: wire.RequestRow{
		ID: "r-1", Number: "SOL-1", Kind: access.KindEnroll, Code: theCode, Status: access.StatusPending, Version: 1, NIT: "999100005", Provider: "Clínica Ñandú",
	}}
}

// Widths and order of a list come back for who left them, and for nobody else.
func TestHabits_perPersonAndList(t *testing.T) {
	kept := shelf{}
	visit := func(account access.AccountID, do func(*desk)) {
		synctest.Test(t, func(t *testing.T) {
			d := sit(t, officerServer(account))
			d.shell.deps.Preferences = kept
			d.signIn("CC9999000101")
			d.at(routeOfficerMenu)
			d.tabTo("Solicitudes pendientes")
			d.press(fyne.KeyReturn)
			d.at(routeQueue)
			do(d)
		})
	}
	var left kit.Habits
	visit("o-1", func(d *desk) {
		d.press(fyne.KeyRight, fyne.KeyRight) // the column NIT
		d.write("++")
		d.press(fyne.KeySpace)
		left, _ = parseHabits(kept["habits.o-1.pending"])
	})
	if left.SortBy != "NIT" || len(left.Widths) == 0 || len(kept) != 1 {
		t.Fatalf("kept %v", kept)
	}
	visit("o-1", func(d *desk) {
		before := kept["habits.o-1.pending"]
		d.press(fyne.KeyRight, fyne.KeyRight)
		d.write("+-")
		if again, _ := parseHabits(kept["habits.o-1.pending"]); !slices.Equal(again.Widths, left.Widths) || again.SortBy != "NIT" {
			t.Errorf("left %s, found %+v", before, again)
		}
	})
	visit("o-2", func(d *desk) {
		d.press(fyne.KeyRight)
		d.write("+")
	})
	if other, _ := parseHabits(kept["habits.o-2.pending"]); other.SortBy != "Fecha solicitud" || slices.Equal(other.Widths, left.Widths) {
		t.Errorf("another person finds %+v", other)
	}
}

func FuzzParseHabits(f *testing.F) {
	f.Add(`{"widths":[40,1e9,-1],"sortBy":"NIT","desc":true}`)
	f.Add(`{"widths":[null]}`)
	f.Add(`[]`)
	f.Fuzz(func(t *testing.T, text string) {
		h, ok := parseHabits(text)
		if !ok {
			return
		}
		table := kit.NewTable([]kit.Column{{Title: "NIT", Width: 80, Sorts: true}, {Title: "Sede", Width: 90}}, func(int, int) kit.Cell { return kit.Cell{} })
		table.OnSort = func(int, bool) {}
		table.SetHabits(h)
		for _, w := range table.Habits().Widths {
			if !(w >= 40 && w <= 1200) {
				t.Errorf("a width of %v", w)
			}
		}
	})
}
