package calendar

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// property is a content line as a reader takes it: unfolded, name apart.
type property struct{ name, value string }

// parse reads iCalendar as RFC 5545 §3.1 says, and fails on what a strict reader
// would refuse: line ends, lengths, characters, boxes that do not close.
func parse(t *testing.T, raw []byte) []property {
	t.Helper()
	text := string(raw)
	if !strings.HasSuffix(text, "\r\n") || strings.Count(text, "\n") != strings.Count(text, "\r\n") || strings.Count(text, "\r") != strings.Count(text, "\n") {
		t.Fatalf("line ends other than CRLF: %q", text)
	}
	var lines []string
	for _, l := range strings.Split(strings.TrimSuffix(text, "\r\n"), "\r\n") {
		if len(l) > 75 || l == "" || !utf8.ValidString(l) {
			t.Fatalf("a line of %d octets: %q", len(l), l)
		}
		for _, r := range l {
			if r < ' ' && r != '\t' || r == 0x7f {
				t.Fatalf("a control character in %q", l)
			}
		}
		if l[0] == ' ' {
			lines[len(lines)-1] += l[1:]
		} else {
			lines = append(lines, l)
		}
	}
	var open []string
	var all []property
	for _, l := range lines {
		name, value, ok := strings.Cut(l, ":")
		if !ok || name == "" || strings.ContainsAny(name, " \t") {
			t.Fatalf("no property: %q", l)
		}
		switch name {
		case "BEGIN":
			open = append(open, value)
		case "END":
			if len(open) == 0 || open[len(open)-1] != value {
				t.Fatalf("END:%s closes %q", value, open)
			}
			open = open[:len(open)-1]
		}
		all = append(all, property{name, value})
	}
	if len(open) > 0 {
		t.Fatalf("%q stay open", open)
	}
	return all
}

// unescape reads a TEXT value, or a list of them.
func unescape(t *testing.T, s string) []string {
	t.Helper()
	all := []string{""}
	add := func(x string) { all[len(all)-1] += x }
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
			if i == len(s) || !strings.ContainsRune(`\;,nN`, rune(s[i])) {
				t.Fatalf("a broken escape in %q", s)
			}
			if s[i] == 'n' || s[i] == 'N' {
				add("\n")
			} else {
				add(s[i : i+1])
			}
		case ',':
			all = append(all, "")
		case ';':
			t.Fatalf("a bare semicolon in %q", s)
		default:
			add(s[i : i+1])
		}
	}
	return all
}

func one(t *testing.T, all []property, name string) string {
	t.Helper()
	i := slices.IndexFunc(all, func(p property) bool { return p.name == name })
	if i < 0 {
		t.Fatalf("no %s", name)
	}
	return all[i].value
}

var sample = Event{
	UID: UID("k-1", "20271124T000000Z"), Sequence: 3,
	Stamp:       time.Date(2026, 11, 23, 17, 0, 0, 0, time.UTC),
	At:          time.Date(2027, 11, 23, 19, 0, 0, 0, Colombia),
	Summary:     "Vencimiento de la llave IHCE_CLÍNICA DE LA ÑERÍA, SEDE; NORTE \\ SUR – Producción (real)",
	Description: "Vence el 23/11/2027 19:00 (hora de Colombia).\r\nAntes, cambie la llave.\nFin",
	Categories:  []string{"Llavero IHCE", "Vencimiento, de llave"},
	AlarmDays:   []int{60, 30, 15, 7, 1},
}

func TestICS(t *testing.T) {
	all := parse(t, ICS(sample))
	for name, want := range map[string]string{
		"VERSION": "2.0", "METHOD": "PUBLISH", "UID": "k-1-20271124T000000Z@llavero.ihce", "DTSTAMP": "20261123T170000Z",
		"DTSTART": "20271124T000000Z", "SEQUENCE": "3",
	} {
		if got := one(t, all, name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if got := unescape(t, one(t, all, "SUMMARY")); len(got) != 1 || got[0] != sample.Summary {
		t.Errorf("SUMMARY %q", got)
	}
	if got, want := unescape(t, one(t, all, "DESCRIPTION"))[0], strings.ReplaceAll(sample.Description, "\r\n", "\n"); got != want {
		t.Errorf("DESCRIPTION %q", got)
	}
	if got := unescape(t, one(t, all, "CATEGORIES")); !slices.Equal(got, sample.Categories) {
		t.Errorf("CATEGORIES %q", got)
	}
	var alarms []string
	for _, p := range all {
		if strings.HasPrefix(p.name, "TRIGGER") {
			alarms = append(alarms, p.name+" "+p.value)
		}
	}
	if want := []string{"-P60D", "-P30D", "-P15D", "-P7D", "-P1D"}; len(alarms) != len(want) || alarms[0] != "TRIGGER;RELATED=START -P60D" || alarms[4] != "TRIGGER;RELATED=START -P1D" {
		t.Errorf("alarms %q", alarms)
	}
	if n := strings.Count(string(ICS(sample, sample)), "BEGIN:VEVENT"); n != 2 {
		t.Errorf("%d events of two", n)
	}
	// A file without events, or without anything said, is still a file.
	parse(t, ICS())
	parse(t, ICS(Event{}))
}

// Whatever is written as the name of a key comes back, and breaks no line.
func FuzzICS(f *testing.F) {
	f.Add("Ñ", "a;b,c\\d\ne")
	f.Add(strings.Repeat("ñ", 80), strings.Repeat("😀", 40))
	f.Add("\r\nEND:VCALENDAR\r\n", "\x00\x1b\xff")
	f.Add("\\", " \n ")
	f.Fuzz(func(t *testing.T, summary, category string) {
		all := parse(t, ICS(Event{UID: UID(summary), Summary: summary, Description: category, Categories: []string{category, summary}, AlarmDays: []int{1}}))
		clean := func(s string) string {
			s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n")
			return strings.Map(func(r rune) rune {
				switch {
				case r == '\r':
					return '\n'
				case r < ' ' && r != '\n' && r != '\t' || r == 0x7f:
					return -1
				}
				return r
			}, s)
		}
		if got := unescape(t, one(t, all, "SUMMARY")); len(got) != 1 || got[0] != clean(summary) {
			t.Errorf("%q came back as %q", summary, got)
		}
		if got := unescape(t, one(t, all, "CATEGORIES")); !slices.Equal(got, []string{clean(category), clean(summary)}) {
			t.Errorf("%q, %q came back as %q", category, summary, got)
		}
		if n := len(all); all[0] != (property{"BEGIN", "VCALENDAR"}) || all[n-1] != (property{"END", "VCALENDAR"}) {
			t.Errorf("begins %v, ends %v", all[0], all[n-1])
		}
	})
}
