package calendar

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Event is one thing that happens at an instant, as a calendar program takes it.
type Event struct {
	UID         string // the same for every version of the event; see UID
	Sequence    int    // grows with each version
	Stamp       time.Time
	At          time.Time
	Summary     string
	Description string
	Categories  []string
	// AlarmDays are how many days before At the program is to remind.
	AlarmDays []int
}

// UID makes an event's identity from what it is about: "a-b@llavero.ihce".
func UID(parts ...string) string {
	return strings.Join(parts, "-") + "@llavero.ihce"
}

// ICS writes the events as one iCalendar file (RFC 5545), in UTC: whoever reads it
// shows their own time. Control characters that the format cannot hold are left
// out; line ends within a text are kept.
func ICS(events ...Event) []byte {
	var w icsWriter
	w.line("BEGIN", "VCALENDAR")
	w.line("VERSION", "2.0")
	w.line("PRODID", "-//Llavero IHCE//Vencimientos//ES")
	w.line("CALSCALE", "GREGORIAN")
	w.line("METHOD", "PUBLISH")
	for _, e := range events {
		w.event(e)
	}
	w.line("END", "VCALENDAR")
	return []byte(w.b.String())
}

type icsWriter struct{ b strings.Builder }

func (w *icsWriter) event(e Event) {
	w.line("BEGIN", "VEVENT")
	w.line("UID", escape(e.UID))
	w.line("DTSTAMP", stamp(e.Stamp))
	w.line("DTSTART", stamp(e.At))
	w.line("SEQUENCE", strconv.Itoa(e.Sequence))
	w.line("SUMMARY", escape(e.Summary))
	if e.Description != "" {
		w.line("DESCRIPTION", escape(e.Description))
	}
	if len(e.Categories) > 0 {
		escaped := make([]string, len(e.Categories))
		for i, c := range e.Categories {
			escaped[i] = escape(c)
		}
		w.line("CATEGORIES", strings.Join(escaped, ","))
	}
	w.line("STATUS", "CONFIRMED")
	w.line("TRANSP", "TRANSPARENT") // it takes nobody's time
	for _, days := range e.AlarmDays {
		w.line("BEGIN", "VALARM")
		w.line("ACTION", "DISPLAY")
		w.line("DESCRIPTION", escape(e.Summary))
		w.line("TRIGGER;RELATED=START", "-P"+strconv.Itoa(days)+"D")
		w.line("END", "VALARM")
	}
	w.line("END", "VEVENT")
}

// maxLine is how many octets a line may have, without its end.
const maxLine = 75

// line writes one content line, folded between characters.
func (w *icsWriter) line(name, value string) {
	room := maxLine
	for rest := name + ":" + value; rest != ""; {
		n := len(rest)
		if n > room {
			for n = room; !utf8.RuneStart(rest[n]); n-- {
			}
		}
		if room != maxLine {
			w.b.WriteByte(' ') // goes on with the line before
		}
		w.b.WriteString(rest[:n])
		w.b.WriteString("\r\n")
		rest, room = rest[n:], maxLine-1
	}
}

func stamp(t time.Time) string { return t.UTC().Format("20060102T150405Z") }

// escape writes a TEXT value.
func escape(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.ReplaceAll(s, "\r\n", "\n")
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\\' || r == ';' || r == ',':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n' || r == '\r':
			b.WriteString(`\n`)
		case r == '\t' || r >= ' ' && r != 0x7f:
			b.WriteRune(r)
		}
	}
	return b.String()
}
