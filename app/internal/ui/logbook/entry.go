package logbook

import (
	"strings"

	"fyne.io/fyne/v2"

	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// Entry shows all that is known of one entry.
type Entry struct {
	*kit.Overlay

	// OnCopyText copies it: there is no secret in it.
	OnCopyText func(string)

	// OnKey opens the keys of a code, with who saw them.
	OnKey func(access.LicenseCode)

	title *kit.Text
	facts *kit.Facts
	key   *kit.Button
	close *kit.Button
	shown wire.TrailEntry
}

// NewEntry makes it, not shown yet.
func NewEntry() *Entry {
	e := &Entry{title: kit.NewSubheading(""), facts: kit.NewFacts()}
	e.close = kit.NewButton(es.Close, nil)
	copied := kit.NewQuiet(es.CopyAll, look.IconCopy, func() { kit.Call(e.OnCopyText, e.text()) })
	e.key = kit.NewButton("Ver la llave", func() {
		e.Close()
		kit.Call(e.OnKey, e.shown.Code)
	})
	e.Overlay = kit.NewOverlay("Asiento de la bitácora", kit.NewStack(e.title, e.facts), []fyne.CanvasObject{copied}, e.key, e.close)
	e.close.OnTapped = e.Close
	return e
}

// Open shows an entry over a canvas.
func (e *Entry) Open(c fyne.Canvas, entry wire.TrailEntry, isOwn bool) {
	e.Put(entry, isOwn)
	e.Show(c, e.close)
}

// Put chooses the entry to show; isOwn: to a delegate, who has keys.
func (e *Entry) Put(entry wire.TrailEntry, isOwn bool) {
	e.shown = entry
	e.title.SetText(actOf(entry))
	e.facts.Set(facts(entry))
	kit.SetVisible(e.key, isOwn && entry.Code != "")
}

func (e *Entry) text() string {
	lines := []string{actOf(e.shown)}
	for _, f := range facts(e.shown) {
		lines = append(lines, f.Label+": "+f.Value)
	}
	return strings.Join(lines, "\n")
}
