package account

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/ui/kit"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// messages words each complaint by its field; the first of a field counts.
func messages(fields []access.FieldError) map[string]string {
	m := make(map[string]string, len(fields))
	for _, f := range fields {
		if m[f.Field] == "" {
			m[f.Field] = es.FieldMessage(f.Field, f.Hint)
		}
	}
	return m
}

// picker is a closed list of a few choices.
func picker[T comparable](prompt string, choices []T, item func(T) kit.PickItem, chosen func(T)) *kit.Picker {
	p := kit.NewPicker(prompt)
	p.SetItems(len(choices), func(i int) kit.PickItem { return item(choices[i]) })
	p.OnChosen = func(i int) { chosen(choices[i]) }
	return p
}

// choose shows a choice; one that is not offered shows none.
func choose[T comparable](p *kit.Picker, choices []T, chosen T) {
	at := -1
	for i, c := range choices {
		if c == chosen {
			at = i
		}
	}
	if p.Chosen() != at {
		p.SetChosen(at)
	}
}

// desk is the foot of these screens (M-31): whom to call, the legal terms, the
// version.
type desk struct {
	widget.BaseWidget
	help, version *kit.Text
	terms         *kit.Button
	text          string
	box           fyne.CanvasObject
}

func newDesk() *desk {
	d := &desk{help: kit.NewNote(""), version: kit.NewNote("").Natural()}
	d.terms = kit.NewQuiet("Condiciones legales", nil, d.showTerms)
	accept := kit.NewNote("Al usar este servicio usted acepta las condiciones legales que lo rigen.")
	d.box = kit.NewFlush(kit.NewTight(d.help, accept, kit.NewRow(d.terms, d.version)))
	d.ExtendBaseWidget(d)
	return d
}

// CreateRenderer implements fyne.Widget.
func (d *desk) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(d.box) }

func (d *desk) render(about *wire.About) {
	if about == nil {
		kit.SetVisible(d, false)
		return
	}
	kit.SetVisible(d, true)
	d.text = about.Help.Terms
	kit.SetVisible(d.terms, d.text != "")
	d.help.SetText("Atención al usuario: " + es.HelpLine(about.Help.Phones, about.Help.Mail, about.Help.Hours))
	kit.Put(d.version, versionLine(about.Version))
}

func versionLine(v string) string {
	if v == "" {
		return ""
	}
	return "Versión " + v
}

func (d *desk) showTerms() {
	if c := kit.CanvasOf(d); c != nil {
		kit.ShowAsk(c, kit.Ask{Title: "Condiciones legales", Text: d.text, Back: es.Close})
	}
}
