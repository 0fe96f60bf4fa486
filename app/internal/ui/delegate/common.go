package delegate

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/shared/access"
	"llavero/shared/es"
)

// askWords are what tells the form of a change of key from that of an
// enrolment.
type askWords struct {
	step    string // of the wizard's head (M-45, M-72)
	title   string
	help    string // below the title
	heading string
	choose  string // help of the section that chooses the entity
}

func wordsOf(kind access.Kind) askWords {
	if kind == access.KindRenew {
		return askWords{
			step: "Resolicitud de Token", title: es.WithManual(es.RenewTitle, es.RenewManual),
			help: "Resolicitud de Token: esta opción permite cambiar el secreto de las llaves que ya tiene un prestador. " +
				"El identificador de cliente y los permisos no cambian.",
			heading: "RESOLICITUD DE TOKEN", choose: "Seleccione la entidad cuyo token de acceso desea cambiar.",
		}
	}
	return askWords{
		step: "Solicitud de Token", title: es.WithManual(es.EnrollTitle, es.EnrollManual),
		help:    "Complete el formulario para solicitar un nuevo token de acceso.",
		heading: "SOLICITUD DE TOKEN", choose: "Seleccione la entidad a la cual desea solicitar el token de acceso.",
	}
}

// wizard is the head of a screen that both kinds of request come by: one head
// for each, of which one is seen.
type wizard struct {
	content *fyne.Container
	heads   map[access.Kind]*kit.WizardHead
}

func newWizard(current int) *wizard {
	w := &wizard{content: container.NewStack(), heads: map[access.Kind]*kit.WizardHead{}}
	for _, kind := range []access.Kind{access.KindEnroll, access.KindRenew} {
		head := kit.NewWizardHead(wordsOf(kind).step, "Confirmación")
		head.SetCurrent(current)
		w.heads[kind] = head
		w.content.Add(head)
	}
	w.render(access.KindEnroll)
	return w
}

func (w *wizard) render(kind access.Kind) {
	for k, head := range w.heads {
		kit.SetVisible(head, k == kind || kind == "" && k == access.KindEnroll)
	}
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
