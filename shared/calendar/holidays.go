package calendar

import (
	"slices"
	"time"
)

// Holiday (festivo) is a day off by law.
type Holiday struct {
	Day  time.Time // midnight in Colombia
	Name string    // in Spanish, as the law names what is celebrated
}

// fixed are the holidays that stay on their date, and moved those that go to the
// next Monday unless they fall on one (Ley 51 de 1983, articles 1 and 2).
var (
	fixed = []dated{
		{time.January, 1, "Año Nuevo"},
		{time.May, 1, "Día del Trabajo"},
		{time.July, 20, "Día de la Independencia"},
		{time.August, 7, "Batalla de Boyacá"},
		{time.December, 8, "Inmaculada Concepción"},
		{time.December, 25, "Navidad"},
	}
	moved = []dated{
		{time.January, 6, "Día de los Reyes Magos"},
		{time.March, 19, "Día de San José"},
		{time.June, 29, "San Pedro y San Pablo"},
		{time.August, 15, "Asunción de la Virgen"},
		{time.October, 12, "Día de la Raza"},
		{time.November, 1, "Todos los Santos"},
		{time.November, 11, "Independencia de Cartagena"},
	}
	// paschal hang on Easter. The last three are Thursdays and a Friday in the
	// church's calendar; the law has them on the Monday after.
	paschal = []struct {
		after int // days after Easter Sunday
		name  string
	}{
		{-3, "Jueves Santo"},
		{-2, "Viernes Santo"},
		{43, "Ascensión del Señor"},
		{64, "Corpus Christi"},
		{71, "Sagrado Corazón de Jesús"},
	}
)

type dated struct {
	month time.Month
	day   int
	name  string
}

// Holidays are the eighteen holidays of a year, in order of time. Two may fall on
// the same day, as Sagrado Corazón and San Pedro did on 30/06/2025. Valid from
// 1984, when the law began.
func Holidays(year int) []Holiday {
	all := make([]Holiday, 0, len(fixed)+len(moved)+len(paschal))
	for _, f := range fixed {
		all = append(all, Holiday{date(year, f.month, f.day), f.name})
	}
	for _, m := range moved {
		day := date(year, m.month, m.day)
		all = append(all, Holiday{day.AddDate(0, 0, (8-int(day.Weekday()))%7), m.name})
	}
	easter := Easter(year)
	for _, p := range paschal {
		all = append(all, Holiday{easter.AddDate(0, 0, p.after), p.name})
	}
	slices.SortStableFunc(all, func(a, b Holiday) int { return a.Day.Compare(b.Day) })
	return all
}

// HolidayName says which holiday the day of t is, in Spanish.
func HolidayName(t time.Time) (name string, ok bool) {
	day := Day(t)
	for _, h := range Holidays(day.Year()) {
		if h.Day.Equal(day) {
			return h.Name, true
		}
	}
	return "", false
}

// Easter is Easter Sunday of a year of the Gregorian calendar: the first Sunday
// after the church's full moon on or after 21 March.
//
// Names follow Meeus, Astronomical Algorithms, chapter 8 (the algorithm that was
// published anonymously in Nature, 1876); it holds for every Gregorian year.
func Easter(year int) time.Time {
	a := year % 19 // place in the moon's cycle
	b, c := year/100, year%100
	d, e := b/4, b%4
	f := (b + 8) / 25
	g := (b - f + 1) / 3
	h := (19*a + b - d - g + 15) % 30 // days from 21 March to the full moon
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7 // and from there to Sunday
	m := (a + 11*h + 22*l) / 451
	n := h + l - 7*m + 114
	return date(year, time.Month(n/31), n%31+1)
}

func date(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, Colombia)
}
