package ministry

import (
	"cmp"
	"time"

	"fyne.io/fyne/v2"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/tell"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// nameOf is what a code's provider is called; its code when that is not in sight.
func nameOf(a state.Assigned) string { return cmp.Or(a.Name(), string(a.Code)) }

// assignedFacts are entity, NIT and code, read only, and how the keys stand.
func assignedFacts(a state.Assigned) []kit.Fact {
	r := requestOf(&a)
	return []kit.Fact{
		{Label: "Entidad", Value: cmp.Or(r.Provider, "—")},
		{Label: "NIT", Value: nitText(r.NIT), IsCode: true},
		{Label: "Código de habilitación", Value: string(a.Code), IsCode: true},
		{Label: "Sede", Value: cmp.Or(r.Place, "—")},
		{Label: "Estado token", Value: es.Status(r.Kind, r.Status)},
		{Label: "Situación", Value: keysSituation(&a)},
	}
}

// amendNote says why «Guardar» is off.
func amendNote(l state.Link, isStale bool) string {
	if isStale {
		return "Elija primero qué valor vale."
	}
	return tell.LinkNote(l)
}

// historyShown is how many acts are drawn at once.
const historyShown = 12

// historyPanel is who did what to the keys of a code, and when.
type historyPanel struct {
	content fyne.CanvasObject
	wait    *kit.Text
	list    *fyne.Container
	more    *kit.Button

	drawn []wire.KeyHistoryEntry
	all   bool
}

func newHistoryPanel() *historyPanel {
	h := &historyPanel{wait: kit.NewNote(""), list: kit.NewStack()}
	h.more = kit.NewButton("", func() { h.all = true; h.draw() })
	h.content = kit.NewSection("Historial", "Quién cambió qué, y cuándo. Lo más reciente primero.", h.wait, h.list, kit.NewRow(h.more))
	return h
}

func (h *historyPanel) render(entries []wire.KeyHistoryEntry, failed bool, _ time.Time) {
	text := ""
	switch {
	case entries == nil && failed:
		text = "No pudimos cargar el historial."
	case entries == nil:
		text = "Cargando historial…"
	case len(entries) == 0:
		text = "Aún no hay cambios."
	}
	kit.Put(h.wait, text)
	if len(entries) == len(h.drawn) && (len(entries) == 0 || &entries[0] == &h.drawn[0]) && len(h.list.Objects) > 0 {
		return
	}
	h.drawn, h.all = entries, false
	h.draw()
}

func (h *historyPanel) draw() {
	shown := h.drawn
	if !h.all && len(shown) > historyShown {
		shown = shown[:historyShown]
	}
	h.list.Objects = nil
	for _, e := range shown {
		h.list.Add(kit.NewTight(kit.NewText(historyLine(e)), kit.NewNote(historyNote(e))))
	}
	h.list.Refresh()
	h.more.SetText("Ver los " + es.Number(len(h.drawn)))
	kit.SetVisible(h.more, len(shown) < len(h.drawn))
}

// historyLine is an act: «Actualizó la llave · Producción · ClientID».
func historyLine(e wire.KeyHistoryEntry) string {
	line := es.Act(e.Act)
	if e.Environment != "" {
		line += " · " + es.Environment(e.Environment)
	}
	if detail := es.ActDetail(e.Act, e.Detail); detail != "" {
		line += " · " + detail
	}
	return line
}

// historyNote is when, and who.
func historyNote(e wire.KeyHistoryEntry) string {
	return es.DateTime(e.At) + " · " + cmp.Or(e.Person, "El servidor")
}
