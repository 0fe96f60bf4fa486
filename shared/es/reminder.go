package es

import (
	"strconv"
	"strings"
	"time"

	"llavero/shared/access"
	"llavero/shared/calendar"
)

// Words of the reminders before a secret expires.
const (
	ReminderReceived = "Ya recibí"
	ReminderSnooze   = "Posponer"
	ReminderRenewed  = "Ya renové"
	SaveCalendar     = "Guardar en calendario (.ics)"
)

// ReminderTitle is what a reminder says first.
func ReminderTitle(expiresAt, now time.Time) string {
	return "Aviso de vencimiento: " + lowerFirst(Expiry(expiresAt, now)) + "."
}

// ReminderText says where the reminders of a key stand: which one was sent, what
// was answered, and by whom.
func ReminderText(r *access.Reminder, now time.Time) string {
	if r == nil {
		return ""
	}
	text := "Aviso de " + Count(r.Days, "día", "días") + ", enviado " + sentOn(r.SentAt, now) + "."
	switch r.Act {
	case access.ReminderReceived:
		text += " " + answered(r, now, "lo recibió") + " El próximo llega según el calendario."
	case access.ReminderSnooze:
		text += " " + answered(r, now, "lo pospuso hasta el "+Date(r.Until))
	case access.ReminderRenewed:
		text += " " + answered(r, now, "renovó la llave")
	default:
		text += " Cambie la llave antes de que venza."
	}
	if !r.EscalatedAt.IsZero() {
		text += " Nadie respondió: el Ministerio está avisado desde el " + DateTime(r.EscalatedAt) + "."
	}
	return text
}

func answered(r *access.Reminder, now time.Time, what string) string {
	by := r.By
	if by == "" {
		by = "Alguien de su entidad"
	}
	return by + " " + what + " (" + Relative(r.At, now) + ")."
}

func sentOn(at, now time.Time) string {
	if text := Relative(at, now); text != DateTime(at) {
		return text
	}
	return "el " + DateTime(at)
}

// SnoozeHelp says how far a reminder can be put off.
func SnoozeHelp(last time.Time) string {
	return "Hasta el " + Date(last) + " como máximo: " + strconv.Itoa(access.MaxSnoozeDays) + " días, y nunca más allá del último aviso."
}

// lowerFirst writes a sentence so that it goes on after a colon.
func lowerFirst(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToLower(s[:1]) + s[1:]
}

// Ending is a key whose secret ends, as a calendar entry tells it. IssuedAt tells
// one secret of the key from the next; Version grows when the date is corrected.
type Ending struct {
	Key         access.KeyID
	Name        string
	Environment access.Environment
	IssuedAt    time.Time
	ExpiresAt   time.Time
	Version     int64
}

// CalendarFile is the name of the file that calendar entries go in.
const CalendarFile = "vencimiento-llaves-ihce.ics"

// ExpiryEvent is the calendar entry of a key's end, with an alarm for each rung of
// the ladder. Nothing in it opens anything: neither secret nor client id.
func ExpiryEvent(e Ending, now time.Time) calendar.Event {
	return calendar.Event{
		UID: calendar.UID("llave", string(e.Key), e.IssuedAt.UTC().Format("20060102T150405Z")), Sequence: int(e.Version),
		Stamp: now, At: e.ExpiresAt,
		Summary: "Vencimiento de la llave " + e.Name + " – " + EnvironmentLong(e.Environment),
		Description: "La llave vence el " + DateTimeZone(e.ExpiresAt) + ".\n" +
			"Antes de esa fecha, entre a Llavero IHCE y use «" + WithManual(RenewTitle, RenewManual) + "».",
		Categories: []string{"Llavero IHCE", "Vencimientos"},
		AlarmDays:  access.ReminderDays(),
	}
}

// ReminderSubject is the subject of the mail about keys that end soon; name and
// end are those of the one that ends first.
func ReminderSubject(keys int, name string, expiresAt, now time.Time) string {
	if keys == 1 {
		return "La llave " + name + ": " + lowerFirst(Expiry(expiresAt, now))
	}
	return Number(keys) + " llaves de IHCE vencen pronto; la primera " + lowerFirst(Expiry(expiresAt, now))
}

// Escalated says to officers that a reminder got no answer.
func Escalated(r *access.Reminder) string {
	return "Se avisó el " + DateTime(r.SentAt) + " (" + Count(r.Days, "día", "días") + "). Nadie respondió; se escaló el " + DateTime(r.EscalatedAt) + "."
}
