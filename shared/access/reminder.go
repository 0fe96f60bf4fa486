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
