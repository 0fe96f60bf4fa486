package account

import (
	"fyne.io/fyne/v2"

	"llavero/app/internal/ui/kit"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// pledge is the confidentiality pledge in full, with its own box, unticked at
// first.
type pledge struct {
	content *fyne.Container
	version *kit.Text
	body    *kit.Text
	box     *kit.Check
}

func newPledge(tick func(bool)) *pledge {
	p := &pledge{version: kit.NewNote(""), body: kit.NewText(""), box: kit.NewCheck("", tick)}
	p.content = kit.NewSection(es.FieldLabel("pledge"), "", p.version, p.body, p.box)
	return p
}

func (p *pledge) render(text *wire.ConsentText, ticked, on bool) {
	kit.SetVisible(p.box, text != nil)
	if text == nil {
		p.version.SetText("Cargando el texto vigente…")
		kit.Put(p.body, "")
		return
	}
	p.version.SetText("Versión " + text.Version)
	kit.Put(p.body, text.Body)
	p.box.SetText(text.Label + " *")
	p.box.Set(ticked)
	p.box.SetEnabled(on)
}
