package backup

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Plan says when backups are made and how many are kept.
type Plan struct {
	Every    time.Duration // whole hours
	At       int           // hour of Zone from which they are counted
	Zone     *time.Location
	Daily    int // kept: the newest of each of so many days, at least 1
	Weekly   int
	Monthly  int
	Upgrades int // kept of those made before a migration
}

// Slot is the last instant, not after now, at which a backup is due.
func (p Plan) Slot(now time.Time) time.Time {
	anchor := time.Date(2024, 1, 1, p.At, 0, 0, 0, p.Zone) // a Monday
	return anchor.Add(now.Sub(anchor).Truncate(p.Every))
}

// Kept is a backup in a folder.
type Kept struct {
	Path     string
	Number   int // in the order they were made, whatever the clock said
	Bytes    int64
	Manifest Manifest
}

// List reads the backups of one installation in a folder, newest first: those
// named as this program names them whose list is whole. Other files, and those of
// another installation, are passed over; genesis "" takes all.
func List(dir, genesis string) ([]Kept, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var all []Kept
	for _, e := range entries {
		n := numberOf(e.Name())
		if n == 0 || !e.Type().IsRegular() {
			continue
		}
		path := filepath.Join(dir, e.Name())
		m, err := Inspect(path)
		if err != nil || genesis != "" && m.Genesis != genesis {
			continue
		}
		info, err := e.Info()
		if err != nil {
			continue
		}
		all = append(all, Kept{path, n, info.Size(), m})
	}
	slices.SortFunc(all, func(a, b Kept) int { return -cmp.Compare(a.Number, b.Number) })
	return all, nil
}

// IsDue reports that no backup was made since the last slot. One from the future,
// where a clock was wrong, does not count.
func (p Plan) IsDue(all []Kept, now time.Time) bool {
	slot := p.Slot(now)
	return !slices.ContainsFunc(all, func(k Kept) bool {
		return k.Manifest.Cause == CauseSchedule && !k.Manifest.MadeAt.Before(slot) && !k.Manifest.MadeAt.After(now)
	})
}

// Spare picks, of a list newest first, those that no rule keeps. It counts days,
// weeks and months that have a backup and looks at no age, so that a clock that
// jumps wipes nothing; the newest is always kept, and what somebody asked for is
// nobody's to delete.
func (p Plan) Spare(all []Kept) (spare []Kept) {
	rules := []struct {
		keep int
		of   func(time.Time) string
		last string
	}{
		{keep: max(p.Daily, 1), of: func(t time.Time) string { return t.Format(time.DateOnly) }},
		{keep: p.Weekly, of: func(t time.Time) string { year, week := t.ISOWeek(); return fmt.Sprintf("%d-%02d", year, week) }},
		{keep: p.Monthly, of: func(t time.Time) string { return t.Format("2006-01") }},
	}
	upgrades := p.Upgrades
	for i, k := range all {
		switch k.Manifest.Cause {
		case CauseSchedule:
			isKept := i == 0
			for r := range rules {
				if name := rules[r].of(k.Manifest.MadeAt.In(p.Zone)); rules[r].keep > 0 && name != rules[r].last {
					rules[r].keep, rules[r].last, isKept = rules[r].keep-1, name, true
				}
			}
			if !isKept {
				spare = append(spare, k)
			}
		case CauseMigration:
			if upgrades--; upgrades < 0 && i > 0 {
				spare = append(spare, k)
			}
		}
	}
	return spare
}
