package tell

import (
	"errors"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// Question is an act on a key that asks before: its fields, what was refused of
// them, and the answer that is on its way. It stays open until the act was
// accepted, so that nothing that was written is lost. A nil one is not open.
type Question struct {
	Key    access.KeyID
	Dialog *kit.Dialog
	Banner *kit.Banner
	Fields map[string]*kit.Field
	Busy   string // words of the act while its answer is out
}

// NewQuestion makes one about a key; its dialog is its maker's to set.
func NewQuestion(key access.KeyID, busy string) *Question {
	return &Question{Key: key, Busy: busy, Banner: kit.NewBanner(), Fields: map[string]*kit.Field{}}
}

// Done shows what came of it.
func (q *Question) Done(err error) {
	if err == nil {
		q.Dialog.Finish()
		return
	}
	e, ok := errors.AsType[*access.Error](err)
	if !ok {
		return
	}
	for i := len(e.Fields) - 1; i >= 0; i-- { // the first one gets the keyboard
		if f := q.Fields[e.Fields[i].Field]; f != nil {
			f.SetError(es.FieldMessage(e.Fields[i].Field, e.Fields[i].Hint))
			f.Focus()
		}
	}
	q.Dialog.Refresh()
}

// Render shows how its key stands: which act is under way, what was refused.
func (q *Question) Render(link state.Link, busy state.KeyAct, t *state.Trouble) {
	if !q.IsOpen() {
		return
	}
	q.Dialog.SetBusy(busy != "", q.Busy)
	q.Dialog.SetEnabled(link.IsOnline())
	if t != nil && t.Err != nil && len(t.Err.Fields) > 0 {
		t = nil // told below its field
	}
	q.Banner.Set(KeyTrouble(t))
	q.Dialog.Refresh()
}

// IsOpen reports that it is on screen.
func (q *Question) IsOpen() bool { return q != nil && q.Dialog.IsOpen() }

// Line is an entry of one line; its complaint goes as soon as it is typed in.
func (q *Question) Line(name, label, help string, entry *kit.Entry) *kit.Field {
	f := kit.NewField(label, true, entry, help)
	entry.OnText(func(string) { f.SetError("") })
	entry.OnEscape = func() { q.Dialog.Close() }
	q.Fields[name] = f
	return f
}

// digits is the typed check before what cannot be taken back.
func (q *Question) digits() (*kit.Entry, *kit.Field) {
	entry := kit.NewCodeLine("0000")
	entry.Clean = func(s string) string {
		s = access.DigitsOnly(s)
		return s[max(0, len(s)-4):]
	}
	return entry, q.Line("lastDigits", es.FieldLabel("lastDigits"), es.LastDigitsAsk, entry)
}

// keyOf names a key in a question: what it is called and whose it is.
func keyOf(k wire.KeyRow, owner string) string {
	return "Llave " + k.Name + " de " + owner + ", código " + string(k.Code) + "."
}

// AskCompromise is «Reportar llave comprometida…»; owner is whose key it is.
func AskCompromise(k wire.KeyRow, owner string, do func(wire.Compromise, func(error))) *Question {
	q := NewQuestion(k.ID, "Reemplazando…")
	what := kit.NewEntry("Ejemplo: el secreto salió en un correo")
	digits, digitsField := q.digits()
	send := func() {
		do(wire.Compromise{LastDigits: digits.Text, What: strings.TrimSpace(what.Text)}, q.Done)
	}
	whatField := q.Line("what", es.FieldLabel("what"), "Queda en el incidente. No escriba el secreto.", what)
	what.OnSubmitted = func(string) { digitsField.Focus() }
	digits.OnSubmitted = func(string) { q.Dialog.Answer() }
	q.Dialog = kit.NewDialog(kit.Ask{
		Title: es.ReplaceKey(k.Environment),
		Text: keyOf(k, owner) + " El secreto actual deja de servir en cuanto exista el nuevo: quien lo use se queda sin acceso. " +
			"El identificador de cliente y los permisos no cambian.",
		Body: kit.NewStack(Inset(EnvironmentTag(k.Environment)), kit.NewStrong(es.AlreadyIssued), whatField, digitsField, q.Banner),
		Do:   es.ReplaceKey(k.Environment), IsDangerous: true,
		OnDo: func() bool { send(); return false },
	})
	return q
}

// AskRevoke is «Revocar llave…»; after says what is to be done to use the key
// again.
func AskRevoke(k wire.KeyRow, owner, after string, do func(wire.Revoke, func(error))) *Question {
	q := NewQuestion(k.ID, "Revocando…")
	why := kit.NewEntry("Ejemplo: el proveedor ya no la usa")
	digits, digitsField := q.digits()
	whyField := q.Line("why", es.FieldLabel("why"), "Queda en el historial de la llave.", why)
	why.OnSubmitted = func(string) { digitsField.Focus() }
	digits.OnSubmitted = func(string) { q.Dialog.Answer() }
	q.Dialog = kit.NewDialog(kit.Ask{
		Title: es.RevokeKeyOf(k.Environment),
		Text:  keyOf(k, owner) + " Todos sus secretos dejan de servir ahora y no se crea otro. " + after,
		Body:  kit.NewStack(Inset(EnvironmentTag(k.Environment)), kit.NewStrong(es.AlreadyIssued), whyField, digitsField, q.Banner),
		Do:    es.RevokeKeyOf(k.Environment), IsDangerous: true,
		OnDo: func() bool {
			do(wire.Revoke{LastDigits: digits.Text, Why: strings.TrimSpace(why.Text)}, q.Done)
			return false
		},
	})
	return q
}

// EndOverlapAsk is the question before an overlap ends: it names the key, its
// environment and what follows.
func EndOverlapAsk(k wire.KeyRow, owner string) kit.Ask {
	env := strings.ToLower(es.Environment(k.Environment))
	return kit.Ask{
		Title: "Terminar el relevo de " + env,
		Text: "El secreto anterior de la llave de " + env + " del código " + string(k.Code) + " (" + owner +
			") deja de servir ahora, no el " + es.DateTimeZone(k.OverlapUntil) + ". Quien aún lo use se queda sin acceso. " + es.AlreadyIssued,
		Do: "Terminar relevo de " + env, IsDangerous: true,
	}
}

// EnvironmentTag is an environment's word, icon and colour.
func EnvironmentTag(env access.Environment) fyne.CanvasObject {
	return container.NewHBox(kit.NewEnvironmentTag(env == access.Production, es.EnvironmentLong(env)))
}

// Inset lines an object without an edge of its own up with the texts around it.
func Inset(o fyne.CanvasObject) fyne.CanvasObject {
	return container.New(layout.NewCustomPaddedLayout(0, 0, look.Gap, 0), o)
}
