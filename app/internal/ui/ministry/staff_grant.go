package ministry

import (
	"fyne.io/fyne/v2"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/tell"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// GrantRole («Dar rol de funcionario») takes the document of a person and why,
// and says what follows before it is confirmed. UI goroutine only.
type GrantRole struct {
	*kit.Overlay

	// OnGrant gives the role.
	OnGrant func(wire.GrantOfficer)
	// OnTyped says that a field is being written anew.
	OnTyped func(field string)
	// OnCopyText copies words for the help desk.
	OnCopyText func(string)

	banner  *kit.Banner
	kind    *kit.Picker
	kindF   *kit.Field
	number  *kit.Entry
	numberF *kit.Field
	why     *kit.Entry
	whyF    *kit.Field
	off     *kit.Text
	cancel  *kit.Button
	give    *kit.Button
	last    state.Staff
	asked   bool
	chosen  access.DocumentType
}

// NewGrantRole makes it, not shown yet.
func NewGrantRole() *GrantRole {
	f := &GrantRole{banner: kit.NewBanner(), number: kit.NewCodeLine("9999000103"), why: kit.NewEntry("Ejemplo: ingresa al equipo que atiende solicitudes"), off: kit.NewNote("").Natural()}
	f.banner.OnCopy = func(s string) { kit.Call(f.OnCopyText, s) }
	types := access.FormDocuments()
	f.kind = kit.NewPicker("Seleccione el tipo")
	f.kind.SetItems(len(types), func(i int) kit.PickItem { return kit.PickItem{Title: es.DocumentType(types[i])} })
	f.kind.OnChosen = func(i int) {
		f.chosen = types[i]
		kit.Call(f.OnTyped, "document.type")
		kit.Focus(f.number)
	}
	f.kindF = kit.NewField("Tipo de documento", true, f.kind, "")
	f.numberF = kit.NewField("Número de documento", true, f.number, "El nombre y el correo se toman de MiSeguridadSocial; aquí no se escriben.")
	f.whyF = kit.NewField("Motivo", true, f.why, "Queda en la bitácora con su nombre.")
	f.number.OnText(func(string) { kit.Call(f.OnTyped, "document.number") })
	f.why.OnText(func(string) { kit.Call(f.OnTyped, "why") })
	f.number.OnSubmitted = func(string) { kit.Focus(f.why) }
	f.why.OnSubmitted = func(string) { f.ask() }
	f.cancel, f.give = kit.NewButton(es.Cancel, nil), kit.NewPrimary(es.StaffGrant, f.ask)
	body := kit.NewStack(f.banner, kit.NewText(grantMeans), kit.NewPairs(f.kindF, f.numberF), f.whyF, kit.NewNote(es.RequiredLine))
	f.Overlay = kit.NewOverlay("Dar rol de funcionario", body, []fyne.CanvasObject{f.off}, f.cancel, f.give)
	f.cancel.OnTapped = f.Close
	return f
}

const grantMeans = "La persona podrá ver las solicitudes de todos los prestadores y crear, cambiar y revocar llaves. " +
	"Recibe en su correo registrado un enlace para crear la contraseña y activar el autenticador, y solo entonces puede ingresar."

// Open shows an empty form over a canvas.
func (f *GrantRole) Open(c fyne.Canvas, s state.Staff) {
	f.Fill("", "", "")
	f.asked = false
	f.Render(s)
	f.Show(c, f.number)
}

// Fill writes the fields, as the keyboard does.
func (f *GrantRole) Fill(kind access.DocumentType, number, why string) {
	f.chosen = kind
	at := -1
	for i, t := range access.FormDocuments() {
		if t == kind {
			at = i
		}
	}
	f.kind.SetChosen(at)
	f.number.Put(number)
	f.why.Put(why)
}

// Render shows a snapshot.
func (f *GrantRole) Render(s state.Staff) {
	f.last = s
	if f.asked && s.Done == state.StaffGrant {
		f.asked = false
		f.Close()
		return
	}
	fields := map[string]*kit.Field{"document.type": f.kindF, "document.number": f.numberF, "why": f.whyF}
	for _, w := range fields {
		w.SetError("")
		w.SetEnabled(s.Sending == "")
	}
	for _, e := range s.Fields {
		if w, ok := fields[e.Field]; ok {
			w.SetError(es.FieldMessage(e.Field, e.Hint))
		}
	}
	f.banner.Set(tell.Trouble(s.ActTrouble))
	f.give.SetBusy(s.Sending == state.StaffGrant, "Enviando…")
	f.give.SetEnabled(s.Link.IsOnline() && s.Sending == "")
	kit.Put(f.off, tell.LinkNote(s.Link))
	if f.asked && s.Sending == "" && (len(s.Fields) > 0 || s.ActTrouble != nil) {
		f.asked = false
		kit.FocusFirst(f.kindF, f.numberF, f.whyF)
	}
	f.Refresh()
}

// ask confirms, naming whom; an unfinished form is sent to be told what it lacks.
func (f *GrantRole) ask() {
	if f.give.Disabled() {
		return
	}
	body := wire.GrantOfficer{Document: access.Document{Type: f.chosen, Number: f.number.Text}, Why: f.why.Text}
	if body.Document.Type == "" || body.Document.Number == "" || access.LineHint(body.Why) != "" {
		f.send(body)
		return
	}
	kit.ShowAsk(kit.CanvasOf(f.number), kit.Ask{
		Title: "Dar rol de funcionario", Do: "Dar el rol",
		Text: "Documento " + string(body.Document.Type) + " " + body.Document.Number + ". " + grantMeans,
		OnDo: func() bool { f.send(body); return true },
	})
}

func (f *GrantRole) send(body wire.GrantOfficer) {
	f.asked = true
	kit.Call(f.OnGrant, body)
}
