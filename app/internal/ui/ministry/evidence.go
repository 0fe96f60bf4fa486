package ministry

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/app/internal/ui/tell"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// Evidence («Pruebas de sandbox») lists what proves that a code passed the
// sandbox tests, and adds to it: a file, or an officer's record of a test. UI
// goroutine only.
type Evidence struct {
	*kit.Overlay

	// OnPick lets the person choose a file.
	OnPick func(chosen func(name string, body []byte))
	// OnAdd adds a proof.
	OnAdd func(access.LicenseCode, wire.NewEvidence)
	// OnDownload saves the file of a proof.
	OnDownload func(wire.Evidence)
	// OnRetry loads the list again.
	OnRetry func()
	// OnCopyText copies words for the help desk.
	OnCopyText func(string)

	banner *kit.Banner
	facts  *kit.Facts
	wait   *kit.Text
	list   *fyne.Container
	note   *kit.Entry
	shows  *kit.Field
	pick   *kit.Button
	drop   *kit.Button
	chosen *kit.Text
	wrong  *kit.Text
	off    *kit.Text
	add    *kit.Button
	close  *kit.Button

	last  state.Evidence
	drawn []wire.Evidence
	name  string
	file  []byte
}

// NewEvidence makes it, not shown yet.
func NewEvidence() *Evidence {
	e := &Evidence{
		banner: kit.NewBanner(), facts: kit.NewFacts(), wait: kit.NewNote(""), list: kit.NewStack(),
		note:   kit.NewEntry("Ejemplo: 40 RDA aceptados en el ambiente de pruebas el 20/11/2026"),
		chosen: kit.NewNote(""), wrong: kit.NewNote("").SetColor(look.Ink(look.Danger)), off: kit.NewNote("").Natural(),
	}
	e.banner.OnCopy = func(s string) { kit.Call(e.OnCopyText, s) }
	e.shows = kit.NewField(es.FieldLabel("note"), true, e.note, "")
	e.note.OnText(func(string) { e.shows.SetError("") })
	e.note.OnSubmitted = func(string) { e.send() }
	e.pick = kit.NewButton("Elegir archivo…", func() { kit.Call(e.OnPick, e.take) })
	e.drop = kit.NewQuiet("Quitar", look.IconClose, func() { e.take("", nil) })
	file := kit.NewPadded(4, container.NewBorder(nil, nil, kit.NewRow(e.pick), e.drop, e.chosen))
	e.add = kit.NewPrimary("Agregar prueba", e.send)
	e.close = kit.NewButton(es.Close, nil)
	body := kit.NewStack(e.banner, e.facts, kit.NewSubheading("Pruebas"), e.wait, e.list,
		kit.NewSubheading("Agregar prueba"), kit.NewNote("Con archivo queda el documento; sin archivo, su registro de una prueba."),
		e.shows, file, e.wrong)
	e.Overlay = kit.NewOverlay("Pruebas de sandbox", body, []fyne.CanvasObject{e.off}, e.close, e.add)
	e.close.OnTapped = e.Close
	return e
}

// Open shows it over a canvas.
func (e *Evidence) Open(c fyne.Canvas, s state.Evidence) {
	e.empty()
	e.last, e.drawn, e.list.Objects = state.Evidence{}, nil, nil
	e.Render(s)
	e.Show(c, e.note)
}

// Render shows a snapshot.
func (e *Evidence) Render(s state.Evidence) {
	if e.last.Added < s.Added {
		e.empty()
	}
	isAnswer := e.last.Sending && !s.Sending
	e.last = s
	e.facts.Set([]kit.Fact{{Label: "Entidad", Value: nameOf(s.Row)}, {Label: "Código Entidad", Value: string(s.Row.Code), IsCode: true}})
	kit.Put(e.wait, proofsWait(s))
	e.drawList(s.Items)
	e.banner.Set(tell.Trouble(s.Trouble, tell.Retry(e.OnRetry)))
	words := complaints(s.Fields, func(string) string { return "" })
	e.shows.SetError(words["note"])
	if text := words["file"] + words["name"]; text != "" {
		e.wrong.SetText(text)
	}
	kit.SetVisible(e.wrong, e.wrong.Text() != "")
	on := s.Link.IsOnline() && !s.Sending
	e.shows.SetEnabled(on)
	if isAnswer {
		kit.FocusFirst(e.shows)
	}
	for _, b := range []*kit.Button{e.pick, e.drop} {
		b.SetEnabled(on)
	}
	kit.Put(e.off, tell.LinkNote(s.Link))
	e.add.SetBusy(s.Sending, "Enviando…")
	e.add.SetEnabled(on)
	e.showFile()
}

// drawList draws a line for each proof.
func (e *Evidence) drawList(items []wire.Evidence) {
	if len(items) == len(e.drawn) && (len(items) == 0 || &items[0] == &e.drawn[0]) {
		return
	}
	e.drawn, e.list.Objects = items, nil
	for _, p := range items {
		words := kit.NewTight(kit.NewText(p.Note), kit.NewNote(proofLine(p)))
		var side fyne.CanvasObject
		if p.Name != "" {
			side = container.NewCenter(kit.NewIconButton("Descargar", look.IconDownload, func() { kit.Call(e.OnDownload, p) }))
		}
		e.list.Add(container.NewBorder(nil, nil, nil, side, words))
	}
	e.list.Refresh()
}

// take keeps a chosen file until it is sent; what is no file of the kinds that
// are accepted is refused at once.
func (e *Evidence) take(name string, body []byte) {
	e.name, e.file = name, body
	e.wrong.SetText("")
	if name != "" {
		if hint := fileHint(body); hint != "" {
			e.name, e.file = "", nil
			e.wrong.SetText(name + ": " + lowerFirst(es.FieldMessage("file", hint)))
		}
	}
	kit.SetVisible(e.wrong, e.wrong.Text() != "")
	e.showFile()
}

func (e *Evidence) showFile() {
	e.chosen.SetText("Sin archivo. PDF, imagen, texto, JSON, XML o ZIP de 5 MB como máximo.")
	if e.name != "" {
		e.chosen.SetText(e.name + " · " + sizeText(int64(len(e.file))))
	}
	kit.SetVisible(e.drop, e.name != "")
	e.Refresh()
}

func (e *Evidence) send() {
	if e.add.Disabled() {
		return
	}
	in := wire.NewEvidence{Kind: access.EvidenceTest, Note: trimmed(e.note.Text)}
	if e.name != "" {
		in.Kind, in.Name, in.File = access.EvidenceFile, e.name, e.file
	}
	if hint := access.LineHint(in.Note); hint != "" {
		e.shows.SetError(es.FieldMessage("note", hint))
		e.shows.Focus()
		return
	}
	if e.OnAdd != nil {
		e.OnAdd(e.last.Row.Code, in)
	}
}

func (e *Evidence) empty() {
	e.note.Put("")
	e.shows.SetError("")
	e.take("", nil)
}
