// Package calendar knows Colombia's days: its time, its public holidays, its
// business days (días hábiles), and how to write an event that a calendar
// program takes (iCalendar, RFC 5545).
//
// Holidays follow Ley 51 de 1983 («Ley Emiliani»), in force since 1984, and are
// computed: there is no list to keep up to date. Everything is a pure function
// of its arguments.
package calendar

import "time"

// Colombia is Colombian time: UTC−5 the year round, whatever the system knows
// of time zones.
var Colombia = time.FixedZone("COT", -5*60*60)

// Day is the Colombian day in which t lies: its midnight.
func Day(t time.Time) time.Time {
	y, m, d := t.In(Colombia).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, Colombia)
}

// DaysBetween counts the midnights of Colombia between a and b; negative when b
// is on an earlier day.
func DaysBetween(a, b time.Time) int {
	return int(Day(b).Sub(Day(a)) / (24 * time.Hour)) // every day has 24 hours here
}

// IsBusinessDay reports whether t lies in a Colombian day that is neither a
// Saturday, a Sunday nor a public holiday.
func IsBusinessDay(t time.Time) bool {
	day := Day(t)
	if isWeekend(day) {
		return false
	}
	_, ok := HolidayName(day)
	return !ok
}

// NextBusinessDay is the midnight of the first business day that is not before
// the day of t: that day itself if it is one.
func NextBusinessDay(t time.Time) time.Time {
	day := Day(t)
	for !IsBusinessDay(day) {
		day = day.AddDate(0, 0, 1)
	}
	return day
}

// BusinessDaysBetween counts the business days after the day of a up to the day
// of b, which counts; negative when b is on an earlier day.
func BusinessDaysBetween(a, b time.Time) int {
	from, to := Day(a), Day(b)
	if to.Before(from) {
		return -BusinessDaysBetween(b, a)
	}
	n := weekdaysUpTo(to) - weekdaysUpTo(from)
	for year := from.Year(); year <= to.Year(); year++ {
		last := time.Time{}
		for _, h := range Holidays(year) {
			// Two holidays may fall on one day: it is off once.
			if !h.Day.Equal(last) && !isWeekend(h.Day) && h.Day.After(from) && !h.Day.After(to) {
				n--
			}
			last = h.Day
		}
	}
	return n
}

// weekdaysUpTo counts the days from Monday to Friday since a Monday long ago, up
// to and with day.
func weekdaysUpTo(day time.Time) int {
	monday := time.Date(1900, time.January, 1, 0, 0, 0, 0, Colombia)
	days := int(day.Sub(monday)/(24*time.Hour)) + 1
	return days/7*5 + min(days%7, 5)
}

func isWeekend(day time.Time) bool {
	return day.Weekday() == time.Saturday || day.Weekday() == time.Sunday
}
