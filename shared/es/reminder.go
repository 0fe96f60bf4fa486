package es

import (
	"strconv"
	"strings"
	"time"

	"llavero/shared/access"
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
