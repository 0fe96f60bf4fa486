package access

import "time"

// ReminderDays is the ladder of reminders before a secret expires, in calendar
// days of Colombia.
func ReminderDays() []int { return []int{60, 30, 15, 7, 1} }

// ReminderAct is what a person answers to a reminder (aviso de vencimiento).
type ReminderAct string

// The acts.
const (
	ReminderReceived ReminderAct = "received" // «Ya recibí»: this rung is not told again
	ReminderSnooze   ReminderAct = "snooze"   // «Posponer»: silent until a day
	ReminderRenewed  ReminderAct = "renewed"  // «Ya renové»: only true once a newer secret is in force
)

// IsValid reports whether a is one of the acts.
func (a ReminderAct) IsValid() bool {
	return a == ReminderReceived || a == ReminderSnooze || a == ReminderRenewed
}

// MaxSnoozeDays bounds «Posponer»; it never reaches the last rung.
const MaxSnoozeDays = 30

// Reminder is where the reminders of the secret in force stand.
type Reminder struct {
	Days   int       `json:"days"`   // rung of the ladder that was told last
	SentAt time.Time `json:"sentAt"` // when it was
	// Act, By and At are the last answer to it; empty: none.
	Act   ReminderAct `json:"act,omitempty"`
	By    string      `json:"by,omitempty"`
	At    time.Time   `json:"at,omitzero"`
	Until time.Time   `json:"until,omitzero"` // of «Posponer»
	// EscalatedAt is when the ministry was told that nobody answers; zero: not.
	EscalatedAt time.Time `json:"escalatedAt,omitzero"`
}

// CanAnswerReminder says whether a viewer may answer a key's reminder.
func CanAnswerReminder(who Viewer, k *Key, r *Reminder) error {
	if err := CanReveal(who, k); err != nil {
		return err
	}
	if r == nil {
		return &Error{Code: CodeConflict, Hint: HintState, Version: k.Version}
	}
	return nil
}

// RungOf is the rung of the ladder that is due when a secret that was made to
// live for life calendar days has left ones to go; 0: none. A rung as long as
// the whole life is none: who just got a key needs no reminder of it.
func RungOf(left, life int) int {
	rung := 0
	for _, days := range ReminderDays() {
		if left <= days && days < life {
			rung = days
		}
	}
	return rung
}

// LastRung is the rung of the last day: nobody postpones it.
const LastRung = 1

// UrgentRung is from which rung on a reminder waits for no business day, and the
// ministry is told when nobody answers.
const UrgentRung = 7

// SnoozeHint says what is wrong with postponing by so many days the reminder of a
// secret that has left ones to go; empty: nothing.
func SnoozeHint(by, left int) Hint {
	switch {
	case by < 1:
		return HintPast
	case by > MaxSnoozeDays, left-by < LastRung:
		return HintTooFar
	default:
		return ""
	}
}
