package es

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"llavero/shared/calendar"
)

// Colombia is Colombian time, for times that people write or read.
var Colombia = calendar.Colombia

// DateTime writes dd/mm/aaaa HH:mm in Colombian time; "—" for the zero time.
func DateTime(t time.Time) string {
	if t.IsZero() {
		return "—"
	}
	return t.In(Colombia).Format("02/01/2006 15:04")
}

// DateTimeZone is DateTime with «(hora de Colombia)», for expiries and receipts.
func DateTimeZone(t time.Time) string {
	if t.IsZero() {
		return "—"
	}
	return DateTime(t) + " (hora de Colombia)"
}

// Date writes dd/mm/aaaa.
func Date(t time.Time) string {
	if t.IsZero() {
		return "—"
	}
	return t.In(Colombia).Format("02/01/2006")
}

// Clock writes HH:mm.
func Clock(t time.Time) string {
	if t.IsZero() {
		return "—"
	}
	return t.In(Colombia).Format("15:04")
}

// Relative writes «hoy a las 09:14», «ayer a las 09:14», else the date and time.
func Relative(t, now time.Time) string {
	if t.IsZero() {
		return "—"
	}
	switch daysBetween(now, t) {
	case 0:
		return "hoy a las " + Clock(t)
	case -1:
		return "ayer a las " + Clock(t)
	default:
		return DateTime(t)
	}
}

// DataAge words the age of kept data for the strip: «las 09:14», «ayer a las
// 09:14», «el 20/11/2026 a las 09:14».
func DataAge(t, now time.Time) string {
	if t.IsZero() {
		return "—"
	}
	switch daysBetween(now, t) {
	case 0:
		return "las " + Clock(t)
	case -1:
		return "ayer a las " + Clock(t)
	default:
		return "el " + Date(t) + " a las " + Clock(t)
	}
}

// Expiry words the time left of a key: «Vence en 42 días (29 hábiles)», «Vence
// hoy a las 19:00», «Venció hace 2 días».
func Expiry(t, now time.Time) string {
	if t.IsZero() {
		return "Sin fecha de vencimiento"
	}
	days := daysBetween(now, t)
	if !now.Before(t) {
		switch days {
		case 0:
			return "Venció hoy a las " + Clock(t)
		case -1:
			return "Venció ayer"
		default:
			return "Venció hace " + Count(-days, "día", "días")
		}
	}
	switch days {
	case 0:
		return "Vence hoy a las " + Clock(t)
	case 1:
		return "Vence mañana a las " + Clock(t)
	default:
		return "Vence en " + Days(t, now)
	}
}

// Days words the days from now to t, both ways of counting them: «42 días (29
// hábiles)».
func Days(t, now time.Time) string {
	text := Count(daysBetween(now, t), "día", "días")
	if n := calendar.BusinessDaysBetween(now, t); n != 0 {
		return text + " (" + Count(n, "hábil", "hábiles") + ")"
	}
	return text + " (ninguno hábil)"
}

// DaysLeft counts calendar days in Colombia from now to t; negative once past.
func DaysLeft(t, now time.Time) int { return daysBetween(now, t) }

// daysBetween counts midnights of Colombia between a and b.
func daysBetween(a, b time.Time) int { return calendar.DaysBetween(a, b) }

// Elapsed writes a waiting time: «35 s», «2 min 05 s», «1 h 03 min».
func Elapsed(d time.Duration) string {
	s := int(max(d, 0) / time.Second)
	switch {
	case s < 60:
		return fmt.Sprintf("%d s", s)
	case s < 3600:
		return fmt.Sprintf("%d min %02d s", s/60, s%60)
	default:
		return fmt.Sprintf("%d h %02d min", s/3600, s/60%60)
	}
}

// TimeLeft writes a count-down: «9:41», «0:07».
func TimeLeft(d time.Duration) string {
	s := int((max(d, 0) + time.Second - 1) / time.Second)
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// Number groups thousands with a point: 61.177.
func Number(n int) string {
	if n < 0 {
		return "-" + Number(-n)
	}
	digits := strconv.Itoa(n)
	var b strings.Builder
	for i, r := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte('.')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Count writes a number with its noun: «1 sede», «3 sedes».
func Count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Number(n) + " " + many
}
