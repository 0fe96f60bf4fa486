package account

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// Summary is the end of a registration: F04, F07 or F10. UI goroutine only.
type Summary struct {
	widget.BaseWidget

	// OnAccept is «Aceptar».
	OnAccept func()
	// OnCode opens «Tengo un código de registro».
	OnCode func()
	// OnCopy puts the login into the clipboard.
	OnCopy func(string)

	page  *kit.Page
	login *kit.CopyField
	facts *kit.Facts
	mail  *kit.Banner
	code  *kit.Button
	done  *kit.Button
	desk  *desk
}

// NewSummary makes the screen.
func NewSummary() *Summary {
	s := &Summary{facts: kit.NewFacts(), mail: kit.NewBanner(), desk: newDesk()}
	s.login = kit.NewCopyField("LOGIN DE USUARIO", "", true)
	s.login.OnCopy = func(v string) { kit.Call(s.OnCopy, v) }
	good := kit.NewBanner()
	good.Set(kit.Message{Level: look.Success, Title: es.RegisterDone, Text: es.KeepLogin})
	s.code = kit.NewButton("Tengo el código del correo", func() { kit.Call0(s.OnCode) })
	s.done = kit.NewPrimary(es.Accept, func() { kit.Call0(s.OnAccept) })
	s.page = kit.NewFormPage("", "", kit.NewColumn(good, kit.NewPanel(kit.NewStack(s.login, s.facts)), s.mail, s.desk),
		kit.NewFooter(nil, s.code, s.done))
	s.ExtendBaseWidget(s)
	return s
}

// FollowFocus brings what has the keyboard into sight.
func (s *Summary) FollowFocus(o fyne.CanvasObject) { s.page.FollowFocus(o) }

// CreateRenderer implements fyne.Widget.
func (s *Summary) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(s.page) }

// Submit is «Aceptar», by button or Ctrl+Intro.
func (s *Summary) Submit() { kit.Call0(s.OnAccept) }

// Focus gives the keyboard to what leads on.
func (s *Summary) Focus() { kit.Focus(s.done) }

// Render shows a snapshot.
func (s *Summary) Render(v state.Register) {
	if v.Done == nil {
		return
	}
	d := *v.Done
	s.page.Title.SetText(es.RegisteredTitle(d.Form.Kind))
	s.login.SetValue(d.Login)
	s.facts.Set(summaryFacts(d))
	level := look.Info
	if d.MaskedEmail == "" {
		level = look.Warning
	}
	s.mail.Set(kit.Message{Level: level, Text: es.LinkSent(d.MaskedEmail, d.Sender, d.LinkExpiresAt)})
	kit.SetVisible(s.code, d.MaskedEmail != "")
	s.desk.render(v.About)
}

// summaryFacts are the lines of the summary, with the manual's words.
func summaryFacts(d wire.Registered) []kit.Fact {
	facts := []kit.Fact{{Label: "Tipo de Registro", Value: es.RegisteredKind(d.Form.Kind)}}
	if d.Form.Kind == access.UserDelegate {
		facts = append(facts, kit.Fact{Label: "Tipo de Entidad", Value: es.EntityType(d.Form.EntityType)},
			kit.Fact{Label: "Nit de la entidad", Value: d.Form.NIT.Display(), IsCode: true})
	}
	facts = append(facts,
		kit.Fact{Label: "Tipo Documento Identificación", Value: es.DocumentType(d.Form.Document.Type) + " (" + string(d.Form.Document.Type) + ")"},
		kit.Fact{Label: "Número documento de Identificación", Value: d.Form.Document.Number, IsCode: true})
	if d.Form.Kind == access.UserProfessional {
		facts = append(facts, kit.Fact{Label: "Registro profesional", Value: d.Form.ProfessionalRegistry, IsCode: true})
	}
	if d.MaskedEmail != "" {
		facts = append(facts, kit.Fact{Label: "Correo enviado con éxito a", Value: d.MaskedEmail})
	}
	return facts
}
