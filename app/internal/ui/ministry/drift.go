package ministry

import (
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/app/internal/ui/tell"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// Drift («Diferencias con Entra») lists what Entra has otherwise than the
// records, and says how the server itself stands there. UI goroutine only.
type Drift struct {
	widget.BaseWidget

	// OnOpen shows a difference and what can be done about it.
	OnOpen func(id string)
	// OnCompare is «Comparar ahora».
	OnCompare func()
	// OnDirectory shows how the server stands in Entra.
	OnDirectory func()

	listView[access.Drift]
	compare   *kit.Button
	directory *kit.Button
	compared  *kit.Text
	last      state.Drifts
}

// NewDrift makes the list.
func NewDrift() *Drift {
	d := &Drift{compared: kit.NewNote("").Natural()}
	d.compare = kit.NewButton("Comparar ahora", func() { kit.Call0(d.OnCompare) })
	d.directory = kit.NewQuiet("Estado del directorio", look.IconInfo, func() { kit.Call0(d.OnDirectory) })
	d.init(driftSheet(), listWords{
		title:   es.DriftTitle,
		help:    "Cada noche se comparan las llaves con Microsoft Entra. Intro abre la fila; Ctrl+F busca.",
		heading: "Lo que no coincide", example: "Código, diferencia, aplicación, situación...",
	}, container.NewCenter(d.compared), d.directory, d.compare)
	d.open = func(r *access.Drift) { kit.Call(d.OnOpen, r.ID) }
	d.none = func() (string, kit.Action) {
		if dir := d.last.Directory; dir != nil && !dir.ComparedAt.IsZero() {
			return "No hay diferencias: las llaves son como este sistema las dejó.", kit.Action{Text: "Comparar ahora", Do: func() { kit.Call0(d.OnCompare) }}
		}
		return "Aún no se comparan las llaves con Entra.", kit.Action{Text: "Comparar ahora", Do: func() { kit.Call0(d.OnCompare) }}
	}
	d.ExtendBaseWidget(d)
	return d
}

// Render shows a snapshot.
func (d *Drift) Render(s state.Drifts) {
	d.last = s
	d.draw(listed[access.Drift]{link: s.Link, rows: s.Rows, index: s.Search, loading: s.Loading, trouble: s.Trouble, now: s.Now})
	if s.Trouble == nil {
		d.banner.Set(standing(s.Directory, d.OnDirectory))
	}
	kit.Put(d.compared, comparedLine(s))
	d.compare.SetBusy(s.Comparing, "Pidiendo…")
	d.compare.SetEnabled(s.Link.IsOnline() && !s.Comparing)
}

func comparedLine(s state.Drifts) string {
	if s.Asked > 0 {
		return "Comparando " + es.Count(s.Asked, "llave", "llaves") + "…"
	}
	if s.Directory == nil {
		return ""
	}
	return es.Compared(s.Directory.ComparedAt, s.Now)
}

// standing is what an officer should know of the server's own standing: what it
// may not do, or may do too much; nothing when all is well.
func standing(dir *wire.Directory, open func()) kit.Message {
	if dir == nil {
		return kit.Message{}
	}
	see := []kit.Action{{Text: "Ver estado del directorio", Do: func() { kit.Call0(open) }}}
	for _, d := range dir.Items {
		text := es.DirectoryPermissions(d.Missing, d.Excess)
		switch {
		case !d.Configured:
			continue
		case len(d.Missing) > 0:
			return kit.Message{Level: look.Danger, Title: es.Environment(d.Environment), Text: text + " Avise al administrador del directorio.", Actions: see}
		case len(d.Excess) > 0:
			return kit.Message{Level: look.Warning, Title: es.Environment(d.Environment), Text: text + " Avise al administrador del directorio.", Actions: see}
		}
	}
	return kit.Message{}
}

// driftMessage is what the last fix of a difference met.
func driftMessage(t *state.Trouble) kit.Message {
	if t != nil && t.Err != nil && t.Err.Code == access.CodeConflict {
		m := tell.Trouble(t)
		m.Level, m.Text = look.Warning, "Esta diferencia cambió mientras usted la revisaba. Vea cómo quedó."
		return m
	}
	return tell.Trouble(t)
}
