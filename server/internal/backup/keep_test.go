package backup

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

var bogota = time.FixedZone("Colombia", -5*3600)

func plan() Plan {
	return Plan{Every: 24 * time.Hour, At: 3, Zone: bogota, Daily: 7, Weekly: 4, Monthly: 6, Upgrades: 3}
}

func kept(n int, cause Cause, at time.Time) Kept {
	return Kept{Path: fmt.Sprint(n), Number: n, Manifest: Manifest{Cause: cause, MadeAt: at}}
}

func TestPlan_slots(t *testing.T) {
	at := time.Date(2026, 11, 28, 2, 59, 0, 0, bogota)
	p := plan()
	for _, tt := range []struct {
		every time.Duration
		now   time.Time
		want  time.Time
	}{
		{24 * time.Hour, at, time.Date(2026, 11, 27, 3, 0, 0, 0, bogota)},
		{24 * time.Hour, at.Add(time.Minute), time.Date(2026, 11, 28, 3, 0, 0, 0, bogota)},
		{6 * time.Hour, at, time.Date(2026, 11, 27, 21, 0, 0, 0, bogota)},
		{168 * time.Hour, at, time.Date(2026, 11, 23, 3, 0, 0, 0, bogota)}, // a Monday
	} {
		if p.Every = tt.every; !p.Slot(tt.now).Equal(tt.want) {
			t.Errorf("every %v at %v: %v", tt.every, tt.now, p.Slot(tt.now))
		}
	}
	p.Every = 24 * time.Hour
	made := []Kept{kept(1, CauseSchedule, time.Date(2026, 11, 27, 3, 0, 1, 0, bogota))}
	for now, want := range map[time.Time]bool{
		at: false, at.Add(time.Minute): true,
		at.AddDate(0, 0, -30): true, // the clock went back: what is there is of the future
		at.AddDate(5, 0, 0):   true,
	} {
		if p.IsDue(made, now) != want {
			t.Errorf("at %v: due %t", now, !want)
		}
	}
	if !p.IsDue([]Kept{kept(2, CauseCommand, at)}, at.Add(time.Second)) {
		t.Error("one that somebody asked for stands in for the schedule's")
	}
}

// days makes backups of so many days, one a day, numbered in order.
func days(from time.Time, n int) (all []Kept) {
	for i := range n {
		all = append(all, kept(i+1, CauseSchedule, from.AddDate(0, 0, i)))
	}
	return all
}

func left(p Plan, all []Kept) (numbers []int) {
	slices.SortFunc(all, func(a, b Kept) int { return b.Number - a.Number })
	spare := p.Spare(all)
	for _, k := range all {
		if !slices.ContainsFunc(spare, func(s Kept) bool { return s.Number == k.Number }) {
			numbers = append(numbers, k.Number)
		}
	}
	return numbers
}

func TestPlan_keeps(t *testing.T) {
	p := plan()
	year := days(time.Date(2026, 1, 1, 3, 0, 0, 0, bogota), 365)
	got := left(p, year)
	if len(got) < 7+3+4 || len(got) > 7+4+6 || !slices.Equal(got[:7], []int{365, 364, 363, 362, 361, 360, 359}) {
		t.Errorf("of a year: %v", got)
	}
	p.Weekly, p.Monthly = 0, 0
	if got := left(p, year); len(got) != 7 {
		t.Errorf("days alone: %v", got)
	}
	p.Daily = 0
	if got := left(p, year); len(got) != 1 || got[0] != 365 {
		t.Errorf("the newest is always kept: %v", got)
	}
	mixed := append(days(time.Date(2026, 1, 1, 3, 0, 0, 0, bogota), 3), kept(4, CauseCommand, noon), kept(5, CauseMigration, noon),
		kept(6, CauseMigration, noon), kept(7, CauseMigration, noon), kept(8, CauseMigration, noon))
	if got := left(plan(), mixed); !slices.Equal(got, []int{8, 7, 6, 4, 3, 2, 1}) {
		t.Errorf("of several causes: %v", got)
	}
}

// A clock that jumps, forward or back, wipes nothing that a quiet one would keep
// but one place of each rule.
func TestPlan_clockJumps(t *testing.T) {
	p := plan()
	p.Weekly, p.Monthly = 0, 0
	quiet := days(time.Date(2026, 11, 1, 3, 0, 0, 0, bogota), 10)
	for name, jump := range map[string]time.Duration{"forward": 20 * 365 * 24 * time.Hour, "back": -20 * 365 * 24 * time.Hour} {
		all := append(slices.Clone(quiet), kept(11, CauseSchedule, quiet[9].Manifest.MadeAt.Add(jump)))
		if got := left(p, all); !slices.Equal(got, []int{11, 10, 9, 8, 7, 6, 5}) {
			t.Errorf("%s: %v", name, got)
		}
		// And after it is set right, again and again.
		for i := range 5 {
			all = append(all, kept(12+i, CauseSchedule, quiet[9].Manifest.MadeAt.AddDate(0, 0, 1+i)))
		}
		if got := left(p, all); !slices.Equal(got, []int{16, 15, 14, 13, 12, 11, 10}) {
			t.Errorf("%s and right again: %v", name, got)
		}
	}
}

// Only what this program made of this installation is listed: nothing else can
// be deleted.
func TestList_onlyOurs(t *testing.T) {
	_, path := database(t, 2)
	stranger, other := database(t, 0)
	act(t, stranger, 77) // each installation begins with an entry of its own
	dir := t.TempDir()
	ours, err := Make(t.Context(), optionsOf(path, dir))
	if err != nil {
		t.Fatal(err)
	}
	theirs := optionsOf(other, dir)
	theirs.Clock = func() time.Time { return noon.Add(time.Hour) }
	if _, err := Make(t.Context(), theirs); err != nil {
		t.Fatal(err)
	}
	body, err := os.ReadFile(ours.Path)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{
		"llavero-20261128T170000Z-000099.backup": []byte("not ours"), "mine.backup": body, "llavero-20261128T170000Z-000098.backup": body[:len(body)-1],
	} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(ours.Path, filepath.Join(dir, "llavero-20261128T170000Z-000097.backup")); err != nil {
		t.Fatal(err)
	}
	all, err := List(dir, ours.Manifest.Genesis)
	if err != nil || len(all) != 1 || all[0].Path != ours.Path || all[0].Number != 1 {
		t.Errorf("%+v, %v", all, err)
	}
	if all, err := List(filepath.Join(dir, "none"), ""); err != nil || len(all) != 0 {
		t.Errorf("no folder: %v, %v", all, err)
	}
}
