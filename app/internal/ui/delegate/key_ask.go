package delegate

import (
	"errors"
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

// question is an act on a key that asks before: its fields, what was refused of
// them, and the answer that is on its way. It stays open until the act was
// accepted, so that nothing that was written is lost.
type question struct {
	key    access.KeyID
	dialog *kit.Dialog
	banner *kit.Banner
	fields map[string]*kit.Field
	busy   string // words of the act while its answer is out
}

// done shows what came of it.
func (q *question) done(err error) {
	if err == nil {
		q.dialog.Finish()
		return
	}
	e, ok := errors.AsType[*access.Error](err)
	if !ok {
		return
	}
	for i := len(e.Fields) - 1; i >= 0; i-- { // the first one gets the keyboard
		if f := q.fields[e.Fields[i].Field]; f != nil {
			f.SetError(es.FieldMessage(e.Fields[i].Field, e.Fields[i].Hint))
			f.Focus()
		}
	}
	q.dialog.Refresh()
}

// render shows a snapshot: whether the act is under way, what was refused.
func (q *question) render(s state.Keys) {
	if q == nil || !q.dialog.IsOpen() {
		return
	}
	q.dialog.SetBusy(s.Busy[q.key] != "", q.busy)
	q.dialog.SetEnabled(s.Link.IsOnline())
	t := s.Troubles[q.key]
	if t != nil && t.Err != nil && len(t.Err.Fields) > 0 {
		t = nil // told below its field
	}
	q.banner.Set(tell.KeyTrouble(t))
	q.dialog.Refresh()
}

func (q *question) isOpen() bool { return q != nil && q.dialog.IsOpen() }

// line is an entry of one line; its complaint goes as soon as it is typed in.
func (q *question) line(name, label, help string, entry *kit.Entry) *kit.Field {
	f := kit.NewField(label, true, entry, help)
	entry.OnText(func(string) { f.SetError("") })
	entry.OnEscape = func() { q.dialog.Close() }
	q.fields[name] = f
	return f
}

// digits is the typed check before what cannot be taken back.
func (q *question) digits() (*kit.Entry, *kit.Field) {
	entry := kit.NewCodeLine("0000")
	entry.Clean = func(s string) string {
		s = access.DigitsOnly(s)
		return s[max(0, len(s)-4):]
	}
	return entry, q.line("lastDigits", es.FieldLabel("lastDigits"), es.LastDigitsAsk, entry)
}

func newQuestion(key access.KeyID) *question {
	return &question{key: key, banner: kit.NewBanner(), fields: map[string]*kit.Field{}}
}

// keyName names a key in a question: what it is called and whose it is.
func keyNameOf(k wire.KeyRow, owner wire.ProviderRow) string {
	return "Llave " + k.Name + " de " + owner.Name + ", código " + string(owner.Code) + "."
}

// askCompromise is «Reportar llave comprometida…».
func askCompromise(k wire.KeyRow, owner wire.ProviderRow, do func(wire.Compromise, func(error))) *question {
	q := newQuestion(k.ID)
	q.busy = "Reemplazando…"
	what := kit.NewEntry("Ejemplo: el secreto salió en un correo")
	digits, digitsField := q.digits()
	send := func() {
		do(wire.Compromise{LastDigits: digits.Text, What: strings.TrimSpace(what.Text)}, q.done)
	}
	whatField := q.line("what", es.FieldLabel("what"), "Queda en el incidente. No escriba el secreto.", what)
	what.OnSubmitted = func(string) { digitsField.Focus() }
	digits.OnSubmitted = func(string) { q.dialog.Answer() }
	q.dialog = kit.NewDialog(kit.Ask{
		Title: es.ReplaceKey(k.Environment),
		Text: keyNameOf(k, owner) + " El secreto actual deja de servir en cuanto exista el nuevo: quien lo use se queda sin acceso. " +
			"El identificador de cliente y los permisos no cambian.",
		Body: kit.NewStack(inset(environmentTag(k.Environment)), kit.NewStrong(es.AlreadyIssued), whatField, digitsField, q.banner),
		Do:   es.ReplaceKey(k.Environment), IsDangerous: true,
		OnDo: func() bool { send(); return false },
	})
	return q
}

// askRevoke is «Revocar llave…».
func askRevoke(k wire.KeyRow, owner wire.ProviderRow, do func(wire.Revoke, func(error))) *question {
	q := newQuestion(k.ID)
	q.busy = "Revocando…"
	why := kit.NewEntry("Ejemplo: el proveedor ya no la usa")
	digits, digitsField := q.digits()
	whyField := q.line("why", es.FieldLabel("why"), "Queda en el historial de la llave.", why)
	why.OnSubmitted = func(string) { digitsField.Focus() }
	digits.OnSubmitted = func(string) { q.dialog.Answer() }
	q.dialog = kit.NewDialog(kit.Ask{
		Title: es.RevokeKeyOf(k.Environment),
		Text: keyNameOf(k, owner) + " Todos sus secretos dejan de servir ahora y no se crea otro. " +
			"Para volver a usarla tendrá que pedir un cambio de llave.",
		Body: kit.NewStack(inset(environmentTag(k.Environment)), kit.NewStrong(es.AlreadyIssued), whyField, digitsField, q.banner),
		Do:   es.RevokeKeyOf(k.Environment), IsDangerous: true,
		OnDo: func() bool {
			do(wire.Revoke{LastDigits: digits.Text, Why: strings.TrimSpace(why.Text)}, q.done)
			return false
		},
	})
	return q
}

// snoozeDays is how far «Posponer» is put at first.
const snoozeDays = 7

// askSnooze is «Posponer…»: until which day no reminder is sent.
func askSnooze(k wire.KeyRow, now time.Time, do func(wire.AnswerReminder, func(error))) *question {
	q := newQuestion(k.ID)
	q.busy = "Posponiendo…"
	last := state.SnoozeLimit(k.ExpiresAt, now)
	first := now.AddDate(0, 0, snoozeDays)
	if first.After(last) {
		first = last
	}
	until := kit.NewCodeLine("dd/mm/aaaa")
	until.Put(es.Date(first))
	field := q.line("until", es.FieldLabel("until"), es.SnoozeHelp(last), until)
	until.OnSubmitted = func(string) { q.dialog.Answer() }
	q.dialog = kit.NewDialog(kit.Ask{
		Title: "Posponer el aviso de " + strings.ToLower(es.Environment(k.Environment)),
		Text:  "Hasta ese día no llega ningún aviso de esta llave. La fecha en que vence no cambia.",
		Body:  kit.NewStack(field, q.banner),
		Do:    es.ReminderSnooze, Focus: fyne.Focusable(until),
		OnDo: func() bool {
			day, hint := snoozeDay(until.Text, last, now)
			if hint != "" {
				field.SetError(es.FieldMessage("until", hint))
				field.Focus()
				q.dialog.Refresh()
				return false
			}
			do(wire.AnswerReminder{Act: access.ReminderSnooze, Until: day}, q.done)
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
	var q *question
	switch act {
	case state.KeyActCompromise:
		q = askCompromise(row, k.last.Entity.Provider, nil)
	case state.KeyActRevoke:
		q = askRevoke(row, k.last.Entity.Provider, nil)
	default:
		q = askSnooze(row, k.last.Now, nil)
	}
	if refused != nil {
		q.done(refused)
	}
	return q.dialog.Object()
}
