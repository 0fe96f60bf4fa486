package delegate

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/tell"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// afterRevoking is what a delegate does to use a revoked key again.
const afterRevoking = "Para volver a usarla tendrá que pedir un cambio de llave."

// snoozeDays is how far «Posponer» is put at first.
const snoozeDays = 7

// askSnooze is «Posponer…»: until which day no reminder is sent.
func askSnooze(k wire.KeyRow, now time.Time, do func(wire.AnswerReminder, func(error))) *tell.Question {
	q := tell.NewQuestion(k.ID, "Posponiendo…")
	last := state.SnoozeLimit(k.ExpiresAt, now)
	first := now.AddDate(0, 0, snoozeDays)
	if first.After(last) {
		first = last
	}
	until := kit.NewCodeLine("dd/mm/aaaa")
	until.Put(es.Date(first))
	field := q.Line("until", es.FieldLabel("until"), es.SnoozeHelp(last), until)
	until.OnSubmitted = func(string) { q.Dialog.Answer() }
	q.Dialog = kit.NewDialog(kit.Ask{
		Title: "Posponer el aviso de " + strings.ToLower(es.Environment(k.Environment)),
		Text:  "Hasta ese día no llega ningún aviso de esta llave. La fecha en que vence no cambia.",
		Body:  kit.NewStack(field, q.Banner),
		Do:    es.ReminderSnooze, Focus: fyne.Focusable(until),
		OnDo: func() bool {
			day, hint := snoozeDay(until.Text, last, now)
			if hint != "" {
				field.SetError(es.FieldMessage("until", hint))
				field.Focus()
				q.Dialog.Refresh()
				return false
			}
			do(wire.AnswerReminder{Act: access.ReminderSnooze, Until: day}, q.Done)
			return false
		},
	})
	return q
}

// snoozeDay reads the day of «Posponer», as midnight in Colombia at its begin;
// or says what is wrong with it.
func snoozeDay(text string, last, now time.Time) (time.Time, access.Hint) {
	text = strings.TrimSpace(text)
	day, err := time.ParseInLocation("02/01/2006", text, es.Colombia)
	switch {
	case text == "":
		return day, access.HintRequired
	case err != nil:
		return day, access.HintFormat
	case es.DaysLeft(day, now) <= 0:
		return day, access.HintPast
	case day.After(last):
		return day, access.HintTooFar
	}
	return day, ""
}

// Asking is the question of an act on an environment's key with what dims the
// screen behind it, for pictures: as it is asked, or after a refusal.
func (k *Keys) Asking(act state.KeyAct, env access.Environment, refused error) fyne.CanvasObject {
	row, _ := keyOf(k.last.Entity.Keys, env)
	var q *tell.Question
	switch act {
	case state.KeyActCompromise:
		q = tell.AskCompromise(row, k.last.Entity.Provider.Name, nil)
	case state.KeyActRevoke:
		q = tell.AskRevoke(row, k.last.Entity.Provider.Name, afterRevoking, nil)
	default:
		q = askSnooze(row, k.last.Now, nil)
	}
	if refused != nil {
		q.Done(refused)
	}
	return q.Dialog.Object()
}
