package calendar

import (
	"math/rand/v2"
	"testing"
	"time"
)

// published are the holidays as the calendars of those years print them, written
// down by hand: a name of two holidays on one day stands twice.
var published = map[int][]string{
	2024: {
		"01-01 Año Nuevo", "01-08 Día de los Reyes Magos", "03-25 Día de San José", "03-28 Jueves Santo", "03-29 Viernes Santo",
		"05-01 Día del Trabajo", "05-13 Ascensión del Señor", "06-03 Corpus Christi", "06-10 Sagrado Corazón de Jesús",
		"07-01 San Pedro y San Pablo", "07-20 Día de la Independencia", "08-07 Batalla de Boyacá", "08-19 Asunción de la Virgen",
		"10-14 Día de la Raza", "11-04 Todos los Santos", "11-11 Independencia de Cartagena", "12-08 Inmaculada Concepción", "12-25 Navidad",
	},
	2025: {
		"01-01 Año Nuevo", "01-06 Día de los Reyes Magos", "03-24 Día de San José", "04-17 Jueves Santo", "04-18 Viernes Santo",
		"05-01 Día del Trabajo", "06-02 Ascensión del Señor", "06-23 Corpus Christi", "06-30 San Pedro y San Pablo",
		"06-30 Sagrado Corazón de Jesús", "07-20 Día de la Independencia", "08-07 Batalla de Boyacá", "08-18 Asunción de la Virgen",
		"10-13 Día de la Raza", "11-03 Todos los Santos", "11-17 Independencia de Cartagena", "12-08 Inmaculada Concepción", "12-25 Navidad",
	},
	2026: {
		"01-01 Año Nuevo", "01-12 Día de los Reyes Magos", "03-23 Día de San José", "04-02 Jueves Santo", "04-03 Viernes Santo",
		"05-01 Día del Trabajo", "05-18 Ascensión del Señor", "06-08 Corpus Christi", "06-15 Sagrado Corazón de Jesús",
		"06-29 San Pedro y San Pablo", "07-20 Día de la Independencia", "08-07 Batalla de Boyacá", "08-17 Asunción de la Virgen",
		"10-12 Día de la Raza", "11-02 Todos los Santos", "11-16 Independencia de Cartagena", "12-08 Inmaculada Concepción", "12-25 Navidad",
	},
	2027: {
		"01-01 Año Nuevo", "01-11 Día de los Reyes Magos", "03-22 Día de San José", "03-25 Jueves Santo", "03-26 Viernes Santo",
		"05-01 Día del Trabajo", "05-10 Ascensión del Señor", "05-31 Corpus Christi", "06-07 Sagrado Corazón de Jesús",
		"07-05 San Pedro y San Pablo", "07-20 Día de la Independencia", "08-07 Batalla de Boyacá", "08-16 Asunción de la Virgen",
		"10-18 Día de la Raza", "11-01 Todos los Santos", "11-15 Independencia de Cartagena", "12-08 Inmaculada Concepción", "12-25 Navidad",
	},
}

func TestHolidays_asPublished(t *testing.T) {
	for year, want := range published {
		got := Holidays(year)
		if len(got) != len(want) {
			t.Fatalf("%d: %d holidays, want %d", year, len(got), len(want))
		}
		for i, h := range got {
			if line := h.Day.Format("01-02 ") + h.Name; line != want[i] || h.Day.Year() != year {
				t.Errorf("%d: %s, want %s", year, line, want[i])
			}
		}
	}
}

// What holds whatever the year, from what the law says and not from how it is
// computed here.
func TestHolidays_ofEveryYear(t *testing.T) {
	distance := map[string]int{"Jueves Santo": -3, "Viernes Santo": -2, "Ascensión del Señor": 43, "Corpus Christi": 64, "Sagrado Corazón de Jesús": 71}
	stays := map[string]string{
		"Año Nuevo": "01-01", "Día del Trabajo": "05-01", "Día de la Independencia": "07-20", "Batalla de Boyacá": "08-07",
		"Inmaculada Concepción": "12-08", "Navidad": "12-25",
	}
	from := map[string]string{
		"Día de los Reyes Magos": "01-06", "Día de San José": "03-19", "San Pedro y San Pablo": "06-29", "Asunción de la Virgen": "08-15",
		"Día de la Raza": "10-12", "Todos los Santos": "11-01", "Independencia de Cartagena": "11-11",
	}
	for year := 1984; year <= 2199; year++ {
		all := Holidays(year)
		names, mondays := map[string]bool{}, 0
		for i, h := range all {
			names[h.Name] = true
			if i > 0 && h.Day.Before(all[i-1].Day) || h.Day.Year() != year {
				t.Errorf("%d: %s is out of order", year, h.Name)
			}
			if days, ok := distance[h.Name]; ok {
				if got := DaysBetween(gauss(year), h.Day); got != days {
					t.Errorf("%d: %s is %d days from Easter", year, h.Name, got)
				}
			} else if on, ok := stays[h.Name]; ok {
				if h.Day.Format("01-02") != on {
					t.Errorf("%s: %s moved", h.Day, h.Name)
				}
			} else {
				start, err := time.ParseInLocation("2006-01-02", time.Date(year, 1, 1, 0, 0, 0, 0, Colombia).Format("2006-")+from[h.Name], Colombia)
				if later := DaysBetween(start, h.Day); err != nil || later < 0 || later > 6 || h.Day.Weekday() != time.Monday {
					t.Errorf("%s: %s, %d days later", h.Day, h.Name, later)
				}
			}
			if h.Day.Weekday() == time.Monday && stays[h.Name] == "" {
				mondays++
			}
		}
		if len(all) != 18 || len(names) != 18 || mondays != 10 {
			t.Errorf("%d: %d holidays of %d names, %d of them by rule on a Monday", year, len(all), len(names), mondays)
		}
	}
}

// gauss is Easter by Gauss's rule of 1816 with his two exceptions, for the years
// of the centuries it has constants for.
func gauss(year int) time.Time {
	k := year / 100
	m := (15 - (13+8*k)/25 + k - k/4) % 30
	n := (4 + k - k/4) % 7
	a, b, c := year%19, year%4, year%7
	d := (19*a + m) % 30
	e := (2*b + 4*c + 6*d + n) % 7
	switch {
	case d == 29 && e == 6:
		return date(year, time.April, 19)
	case d == 28 && e == 6 && (11*m+11)%30 < 19:
		return date(year, time.April, 18)
	}
	return date(year, time.March, 22+d+e)
}

func TestEaster(t *testing.T) {
	// As printed in almanacs, with the earliest, the latest and Gauss's exceptions.
	for _, want := range []string{
		"1954-04-18", "1981-04-19", "2000-04-23", "2008-03-23", "2011-04-24", "2019-04-21", "2024-03-31", "2025-04-20", "2026-04-05",
		"2027-03-28", "2028-04-16", "2029-04-01", "2030-04-21", "2038-04-25", "2049-04-18", "2076-04-19",
	} {
		day, err := time.ParseInLocation(time.DateOnly, want, Colombia)
		if err != nil {
			t.Fatal(err)
		}
		if got := Easter(day.Year()); !got.Equal(day) {
			t.Errorf("%d: %s, want %s", day.Year(), got.Format(time.DateOnly), want)
		}
	}
	for year := 1583; year <= 4099; year++ {
		got := Easter(year)
		if other := gauss(year); !got.Equal(other) || got.Weekday() != time.Sunday {
			t.Errorf("%d: %s by one rule and %s by the other", year, got.Format(time.DateOnly), other.Format(time.DateOnly))
		}
	}
}

func TestDay_isColombian(t *testing.T) {
	// 04:59 UTC is one minute to midnight in Colombia.
	before := time.Date(2027, 11, 24, 4, 59, 0, 0, time.UTC)
	if got := Day(before).Format(time.DateOnly); got != "2027-11-23" {
		t.Errorf("the day of %v is %s", before, got)
	}
	if n := DaysBetween(before, before.Add(time.Minute)); n != 1 {
		t.Errorf("%d midnights in that minute", n)
	}
	if n := DaysBetween(before.Add(time.Minute), before); n != -1 {
		t.Errorf("%d midnights back", n)
	}
}

func TestBusinessDays(t *testing.T) {
	day := func(s string) time.Time {
		d, err := time.ParseInLocation(time.DateOnly, s, Colombia)
		if err != nil {
			t.Fatal(err)
		}
		return d.Add(13 * time.Hour)
	}
	for _, c := range []struct {
		from, to string
		want     int
	}{
		{"2026-11-23", "2026-11-23", 0},
		{"2026-11-23", "2026-11-24", 1},
		{"2026-11-27", "2026-11-30", 1}, // a weekend between
		{"2026-12-07", "2026-12-09", 1}, // the 8th is off
		{"2026-12-23", "2027-01-04", 6}, // Christmas and New Year, both Fridays
		{"2026-03-27", "2026-04-06", 4}, // Holy Week
		{"2026-11-14", "2026-11-16", 0}, // Saturday to a Monday off
		{"2025-06-27", "2025-07-01", 1}, // two holidays on one Monday
		{"2026-07-17", "2026-07-21", 1}, // the 20th is a Monday and off
		{"2026-12-09", "2026-12-07", -1},
	} {
		if got := BusinessDaysBetween(day(c.from), day(c.to)); got != c.want {
			t.Errorf("%s to %s: %d, want %d", c.from, c.to, got, c.want)
		}
	}
	for in, want := range map[string]string{
		"2026-11-23": "2026-11-23", "2026-11-28": "2026-11-30", "2026-04-02": "2026-04-06", "2026-01-10": "2026-01-13", "2025-06-28": "2025-07-01",
	} {
		if got := NextBusinessDay(day(in)).Format(time.DateOnly); got != want {
			t.Errorf("after %s comes %s, want %s", in, got, want)
		}
	}
	if name, ok := HolidayName(day("2026-06-15")); !ok || name != "Sagrado Corazón de Jesús" {
		t.Errorf("15/06/2026 is %q", name)
	}
}

// Counting day by day gives what the arithmetic gives.
func TestBusinessDaysBetween_byCounting(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	for range 200 {
		a := date(1984, 1, 1).Add(time.Duration(r.Int64N(int64(200 * 365 * 24 * time.Hour))))
		b := a.Add(time.Duration(r.Int64N(int64(3 * 365 * 24 * time.Hour))))
		want := 0
		for d := Day(a).AddDate(0, 0, 1); !d.After(Day(b)); d = d.AddDate(0, 0, 1) {
			if IsBusinessDay(d) {
				want++
			}
		}
		if got := BusinessDaysBetween(a, b); got != want || BusinessDaysBetween(b, a) != -want {
			t.Fatalf("%s to %s: %d, want %d", a, b, got, want)
		}
	}
}
