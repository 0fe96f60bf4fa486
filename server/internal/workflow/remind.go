package workflow

import (
	"context"
	"errors"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/calendar"
	"llavero/shared/wire"
)

// Reminders is when and whom to remind that keys end. The zero value reminds from
// midnight on, and tells nobody when no one answers.
type Reminders struct {
	// Hour of the day, in Colombia, from which mails go.
	Hour int
	// PerRound bounds the keys told in one transaction; zero: 500. The keys of one
	// entity are never split.
	PerRound int
	// EscalateTo is the ministry's address for keys that nobody answers for; empty:
	// it stands in their rows only.
	EscalateTo string
}

const remindersPerRound = 500

// errEnough ends a reading that found enough.
var errEnough = errors.New("enough")

// Remind tells the people of keys that end soon: the rung of the ladder that is
// due now, never the ones that were missed. One transaction writes a round of
// keys, each with its reminder, audit entry and change, and one mail to each
// person. more says that another round is due at once.
//
// Rungs of 60, 30 and 15 days wait for a business day; those of 7 days and 1 do
// not.
func (f *Flow) Remind(ctx context.Context) (told int, more bool, err error) {
	due, more, err := f.dueReminders(ctx)
	if err != nil || len(due) == 0 {
		return 0, false, err
	}
	err = f.store.Write(ctx, func(tx *store.Tx) error {
		r := round{now: tx.Now(), delegates: map[access.EntityID][]store.Account{}, letters: map[string]*letter{}, entities: map[access.EntityID]string{}}
		for _, id := range due {
			e, err := tx.ExpiringSecret(id)
			if err != nil {
				return err
			}
			rung := 0
			if e != nil { // else it was replaced or revoked since
				rung = f.rungDue(*e, tx.Now())
			}
			if rung == 0 {
				continue
			}
			if err := f.remindOf(tx, &r, *e, rung); err != nil {
				return err
			}
			told++
		}
		return f.sendRound(tx, &r)
	})
	if err != nil {
		return 0, false, err
	}
	return told, more, nil
}

// dueReminders lists the secrets whose reminder is due, whole entities.
func (f *Flow) dueReminders(ctx context.Context) (due []string, more bool, err error) {
	bound := f.policy.Reminders.PerRound
	if bound <= 0 {
		bound = remindersPerRound
	}
	err = f.store.Read(ctx, func(tx *store.Tx) error {
		last := access.EntityID("")
		// A rung begins with its day: a day more than the first, for the hours.
		until := tx.Now().AddDate(0, 0, access.ReminderDays()[0]+1)
		err := tx.EachExpiring(until, func(e store.Expiring) error {
			if f.rungDue(e, tx.Now()) == 0 {
				return nil
			}
			if len(due) >= bound && e.Entity != last {
				more = true
				return errEnough
			}
			due, last = append(due, e.Secret), e.Entity
			return nil
		})
		if errors.Is(err, errEnough) {
			return nil
		}
		return err
	})
	return due, more, err
}

// rungDue is the rung to tell now of a secret; 0: none.
func (f *Flow) rungDue(e store.Expiring, now time.Time) int {
	left := calendar.DaysBetween(now, e.ExpiresAt)
	rung := access.RungOf(left, calendar.DaysBetween(e.CreatedAt, e.ExpiresAt))
	if rung == 0 || !f.mayMail(rung, now) {
		return 0
	}
	r := e.Reminder
	switch {
	case r == nil:
		return rung
	case r.Act == access.ReminderSnooze && rung > access.LastRung:
		if now.Before(r.Until) {
			return 0
		}
		return rung // the rung that was postponed, or the one of now
	case rung < r.Days:
		return rung
	}
	return 0
}

// mayMail reports whether this is an hour, and a day, at which a reminder of that
// rung goes.
func (f *Flow) mayMail(rung int, now time.Time) bool {
	if now.In(calendar.Colombia).Hour() < f.policy.Reminders.Hour {
		return false
	}
	return rung <= access.UrgentRung || calendar.IsBusinessDay(now)
}

// remindOf writes that a key's reminder was told, and puts it in the letters. The
// ministry is told at 7 days when the reminder before has no answer, and on the
// last day whatever was answered: the secret is still the same.
func (f *Flow) remindOf(tx *store.Tx, round *round, e store.Expiring, rung int) error {
	k, err := tx.Key(e.Key)
	if err != nil {
		return err
	}
	r := store.Reminder{Secret: e.Secret, Key: e.Key, EndsAt: e.ExpiresAt}
	r.Days, r.SentAt = rung, tx.Now()
	isIgnored := e.Reminder != nil && e.Reminder.Act == ""
	if e.Reminder != nil {
		r.EscalatedAt = e.Reminder.EscalatedAt
	}
	isEscalated := rung == access.LastRung || rung <= access.UrgentRung && isIgnored
	if isEscalated {
		r.EscalatedAt = tx.Now()
	}
	if err := tx.SaveReminder(r); err != nil {
		return err
	}
	people, err := round.add(tx, k, e, isEscalated)
	if err != nil {
		return err
	}
	entry := audit.ByServer(audit.ReminderSent, string(k.ID), k.Entity)
	entry.Detail = audit.Details(audit.Word("secret", e.Secret), audit.Count("days", int64(rung)), audit.Count("people", int64(people)),
		audit.Time("expiresAt", e.ExpiresAt), audit.Environment(k.Environment), audit.Word("name", k.Name))
	if _, err := tellKey(tx, k, entry); err != nil || !isEscalated {
		return err
	}
	entry = audit.ByServer(audit.ReminderEscalated, string(k.ID), k.Entity)
	entry.Detail = audit.Details(audit.Word("secret", e.Secret), audit.Count("days", int64(rung)),
		audit.Environment(k.Environment), audit.Word("name", k.Name))
	return tx.Audit(entry)
}

// AnswerReminder writes a delegate's answer to the reminder of a key. «Ya renové»
// is taken only when another secret than the one that was told is in force.
func (f *Flow) AnswerReminder(ctx context.Context, act Act, id access.KeyID, version int64, in wire.AnswerReminder) (wire.AcceptedKey, error) {
	return once(ctx, f, act, "answer reminder "+string(id), func(tx *store.Tx) (wire.AcceptedKey, error) {
		k, err := revealable(tx, act.Who, id)
		if err != nil {
			return wire.AcceptedKey{}, err
		}
		if err := checkAnswer(in); err != nil {
			return wire.AcceptedKey{}, err
		}
		if err := freshKey(k, version); err != nil {
			return wire.AcceptedKey{}, err
		}
		r, err := answerable(tx, act.Who, k, in.Act)
		if err != nil {
			return wire.AcceptedKey{}, err
		}
		attrs := []audit.Attr{
			audit.Word("secret", r.Secret), audit.Word("act", string(in.Act)), audit.Count("days", int64(r.Days)),
			audit.Environment(k.Environment), audit.Word("name", k.Name),
		}
		r.Act, r.Account, r.By, r.At, r.Until = in.Act, act.Who.Account, act.Who.Person.Name, tx.Now(), time.Time{}
		if in.Act == access.ReminderSnooze {
			r.Until = calendar.Day(in.Until).UTC()
			hint := access.SnoozeHint(calendar.DaysBetween(tx.Now(), r.Until), calendar.DaysBetween(tx.Now(), r.EndsAt))
			if hint != "" {
				return wire.AcceptedKey{}, access.InvalidField("until", hint)
			}
			attrs = append(attrs, audit.Time("until", r.Until))
		}
		if err := tx.SaveReminder(*r); err != nil {
			return wire.AcceptedKey{}, err
		}
		e := audit.By(act.Who, audit.ReminderAnswered, string(k.ID), act.RequestID)
		e.Entity = k.Entity
		e.Detail = detail(act, attrs...)
		return tellKey(tx, k, e)
	})
}

func checkAnswer(in wire.AnswerReminder) error {
	switch {
	case !in.Act.IsValid():
		return access.InvalidField("act", access.HintUnknownValue)
	case in.Act == access.ReminderSnooze && in.Until.IsZero():
		return access.InvalidField("until", access.HintRequired)
	case in.Act != access.ReminderSnooze && !in.Until.IsZero():
		return access.InvalidField("until", access.HintUnknownField)
	}
	return nil
}

// answerable is the reminder that an answer is about: that of the secret in
// force, or, of a key that was renewed, the one before.
func answerable(tx *store.Tx, who access.Viewer, k *store.Key, act access.ReminderAct) (*store.Reminder, error) {
	last, err := tx.LastReminder(k.ID)
	if err != nil {
		return nil, err
	}
	s, err := tx.SecretInForce(k.ID)
	if err != nil {
		return nil, err
	}
	isSame := last != nil && s != nil && last.Secret == s.ID
	if act == access.ReminderRenewed && last != nil {
		if isSame || s == nil {
			return nil, &access.Error{Code: access.CodeConflict, Hint: access.HintNotRenewed, Version: k.Version}
		}
		return last, access.CanAnswerReminder(who, &k.Key, &last.Reminder)
	}
	var told *access.Reminder
	if isSame && last.EndsAt.Equal(s.ExpiresAt) && s.ExpiresAt.After(tx.Now()) {
		told = &last.Reminder
	}
	return last, access.CanAnswerReminder(who, &k.Key, told)
}
