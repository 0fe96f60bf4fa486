package ministry

import (
	"strings"

	"fyne.io/fyne/v2"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/shared/access"
	"llavero/shared/es"
)

// takeover is how an officer takes a request: at once when it is free, with a
// reason when a colleague has it.
type takeover struct {
	content *fyne.Container
	open    *kit.Button
	reason  *kit.Entry
	field   *kit.Field
	confirm *kit.Button
	asking  *fyne.Container

	do     func(why string)
	taken  bool
	isOpen bool
}

func newTakeover(do func(why string)) *takeover {
	t := &takeover{do: do, reason: kit.NewEntry("Motivo")}
	t.field = kit.NewField("Motivo para tomarla", true, t.reason, "")
	t.open = kit.NewButton(es.Take, t.start)
	t.confirm = kit.NewButton(es.Take, t.finish)
	t.reason.OnSubmitted = func(string) { t.finish() }
	t.reason.OnEscape = t.fold
	t.reason.OnText(func(string) { t.field.SetError("") })
	t.asking = kit.NewPanel(kit.NewStack(t.field, kit.NewRow(kit.NewQuiet(es.Back, nil, t.fold), t.confirm)))
	t.asking.Hide()
	t.content = kit.NewStack(kit.NewRow(t.open), t.asking)
	t.content.Hide()
	return t
}

func (t *takeover) render(s state.Attend) {
	r := s.Row
	can := !s.Mine && r.Status == access.StatusPending && !s.Saved
	kit.SetVisible(t.content, can)
	t.taken = r.TakenBy != ""
	word := es.Take
	if t.taken {
		word = "Tomar de " + r.TakenName + "…"
		t.field.SetHelp("Escriba el motivo; " + r.TakenName + " lo recibe.")
	}
	t.open.SetText(word)
	t.confirm.SetText(strings.TrimSuffix(word, "…"))
	t.open.SetEnabled(s.Link.IsOnline() && !s.Sending)
	t.confirm.SetEnabled(s.Link.IsOnline() && !s.Sending)
	if !can || !t.taken {
		t.fold()
	}
}

func (t *takeover) start() {
	if !t.taken {
		t.do("")
		return
	}
	t.isOpen = true
	t.asking.Show()
	t.content.Refresh()
	t.field.Focus()
}

func (t *takeover) finish() {
	why := strings.TrimSpace(t.reason.Text)
	if hint := access.LineHint(why); hint != "" {
		t.field.SetError(es.FieldMessage("why", hint))
		t.field.Focus()
		return
	}
	if !t.confirm.Disabled() {
		t.do(why)
	}
}

// fold takes the question away; what was written stays for the next time only
// while the screen lives.
func (t *takeover) fold() {
	if !t.isOpen {
		return
	}
	t.isOpen = false
	t.reason.Put("")
	t.field.SetError("")
	t.asking.Hide()
	t.content.Refresh()
	kit.Focus(t.open)
}

func (t *takeover) focus() {
	if t.content.Visible() {
		kit.Focus(t.open)
	}
}
