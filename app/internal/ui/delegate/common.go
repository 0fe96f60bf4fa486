package delegate

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/shared/access"
	"llavero/shared/es"
)

// The two steps of the wizard's head (M-45).
const (
	stepRequest = "Solicitud de Token"
	stepConfirm = "Confirmación"
)

// environmentTag is an environment's word, icon and colour.
func environmentTag(env access.Environment) fyne.CanvasObject {
	return container.NewHBox(kit.NewEnvironmentTag(env == access.Production, es.EnvironmentLong(env)))
}

// inset lines an object without an edge of its own up with the texts around it.
func inset(o fyne.CanvasObject) fyne.CanvasObject {
	return container.New(layout.NewCustomPaddedLayout(0, 0, look.Gap, 0), o)
}

// troubleMessage words a trouble: what happened and what to do, the reference,
// the detail folded. Nothing for nil.
func troubleMessage(t *state.Trouble, actions ...kit.Action) kit.Message {
	if t == nil || t.Err == nil {
		return kit.Message{}
	}
	m := kit.Message{
		Level: look.Danger, Text: es.Error(t.Err), Note: es.Reference(t.RequestID, t.At),
		Detail: es.Detail(t.Err, t.RequestID, t.At),
	}
	switch {
	case access.HintOf(t.Err) == access.HintCertificate:
		m.Text = es.NoCertificate // never «try again»
	case t.Err.Code == access.CodeUnavailable:
		m.Level, m.Actions = look.Warning, actions
	case t.Err.Code == access.CodeInternal:
		m.Actions = actions
	}
	return m
}

// ownerText names whose entities are listed, for the words of an empty list.
func ownerText(id access.EntityID) string {
	const nit = "NI-"
	if len(id) > len(nit) && id[:len(nit)] == nit {
		return "el NIT " + access.NIT(id[len(nit):]).Display()
	}
	if id == "" {
		return "su entidad"
	}
	return "el documento " + string(id)
}

// noEntities is what the screens say to somebody with nothing in REPS.
func noEntities(s state.Entities, link state.Link, onCopy func(string)) kit.Message {
	if !link.IsOnline() && !link.HasData() {
		return kit.Message{Level: look.Neutral, Text: es.Offline(link.DataAt, link.DataAt)}
	}
	text := "No hay prestadores vigentes en REPS para " + ownerText(s.Owner) + "."
	return kit.Message{
		Level: look.Info, Text: text + " Revise la delegación en MiSeguridadSocial.",
		Actions: []kit.Action{{Text: "Copiar datos para la mesa de ayuda", Do: func() { kit.Call(onCopy, text) }}},
	}
}

// acceptedLine shows a ticked consent read only.
func acceptedLine(label string) fyne.CanvasObject {
	ink := look.Ink(look.Success)
	icon := container.NewCenter(widget.NewIcon(look.Coloured(look.IconCheck, ink)))
	return container.NewBorder(nil, nil, icon, nil, kit.NewStrong(label).SetColor(ink))
}

// linkNote says why what needs a connection is off; empty with one.
func linkNote(l state.Link) string {
	switch l.Phase {
	case state.LinkOnline:
		return ""
	case state.LinkOffline:
		return es.NeedsLink
	default:
		return "Conectando…"
	}
}
