package ministry

import (
	"cmp"

	"fyne.io/fyne/v2"
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

// Validity («Vigencia de las llaves») sets how long new secrets live, by
// environment. UI goroutine only.
type Validity struct {
	widget.BaseWidget

	// OnSet sets an environment's.
	OnSet func(access.Environment, wire.SetValidity)
	// OnRetry loads it again.
	OnRetry func()
	// OnBack goes back to the menu.
	OnBack func()
	// OnCopyText copies words for the help desk.
	OnCopyText func(string)

	page     *kit.Page
	banner   *kit.Banner
	skeleton *fyne.Container
	forms    fyne.CanvasObject
	sides    []*validitySide // production first
	note     *kit.Text

	last state.ValidityView
}

// validitySide is one environment.
type validitySide struct {
	*validityForm
	env    access.Environment
	now    *kit.Text
	who    *kit.Text
	save   *kit.Button
	panel  fyne.CanvasObject
	filled int // the days the field was filled in with
}

// NewValidity makes the screen.
func NewValidity() *Validity {
	v := &Validity{banner: kit.NewBanner(), skeleton: kit.NewSkeleton(4), note: kit.NewNote("").Natural()}
	v.banner.OnCopy = func(s string) { kit.Call(v.OnCopyText, s) }
	forms := kit.NewGroups()
	for _, env := range []access.Environment{access.Production, access.Preproduction} {
		s := &validitySide{validityForm: newValidityForm(0), env: env, now: kit.NewStrong(""), who: kit.NewNote("")}
		s.save = kit.NewButton("Guardar vigencia de "+lower(es.Environment(env)), func() { v.ask(s) })
		s.onSubmit = func() { v.ask(s) }
		tag := container.NewHBox(kit.NewEnvironmentTag(env == access.Production, es.EnvironmentLong(env)))
		s.panel = kit.NewPanel(kit.NewStack(tag, kit.NewTight(s.now, s.who), s.content, kit.NewRow(s.save)))
		v.sides = append(v.sides, s)
		forms.Add(s.panel)
	}
	v.forms = kit.NewStack(kit.NewFlush(kit.NewNote(es.RequiredLine)), forms)
	back := kit.NewQuiet(es.BackToMenu, nil, func() { kit.Call0(v.OnBack) })
	v.page = kit.NewFormPage(es.ValidityTitle, "Cuánto vive un secreto nuevo. Los que ya existen conservan su fecha. Una llave puede tener la suya en «Actualizar Keys».",
		kit.NewColumn(v.banner, v.skeleton, v.forms), kit.NewFooter([]fyne.CanvasObject{back}, v.note))
	v.ExtendBaseWidget(v)
	return v
}

// FollowFocus brings what has the keyboard into sight.
func (v *Validity) FollowFocus(o fyne.CanvasObject) { v.page.FollowFocus(o) }

// CreateRenderer implements fyne.Widget.
func (v *Validity) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(v.page) }

// Focus gives the keyboard to the first field.
func (v *Validity) Focus() { kit.Focus(v.sides[0].daysEntry) }

// Render shows a snapshot.
func (v *Validity) Render(s state.ValidityView) {
	before := v.last
	v.last = s
	kit.SetVisible(v.skeleton, s.Items == nil && s.Trouble == nil)
	kit.SetVisible(v.forms, s.Items != nil)
	on := s.Link.IsOnline() && s.Sending == ""
	for _, side := range v.sides {
		for _, item := range s.Items {
			if item.Environment == side.env {
				side.take(item, s.Saved == side.env && before.Saved != side.env)
			}
		}
		if before.Sending == side.env && s.Sending == "" && len(s.Fields[side.env]) > 0 {
			side.complain(s.Fields[side.env])
		}
		side.days.SetEnabled(on)
		side.why.SetEnabled(on)
		side.save.SetBusy(s.Sending == side.env, "Guardando…")
		side.save.SetEnabled(on)
	}
	v.banner.Set(v.message(s))
	kit.Put(v.note, tell.LinkNote(s.Link))
}

func (v *Validity) message(s state.ValidityView) kit.Message {
	if s.Saved != "" && s.Trouble == nil {
		for _, i := range s.Items {
			if i.Environment == s.Saved {
				return kit.Message{
					Level: look.Success, Title: "El registro se guardó correctamente.",
					Text: "Los secretos nuevos de " + lower(es.Environment(s.Saved)) + " viven " + es.Count(i.Days, "día", "días") + ".",
				}
			}
		}
	}
	return tell.Trouble(s.Trouble, tell.Retry(v.OnRetry))
}

// take shows what is in force. A field that nobody touched follows it.
func (s *validitySide) take(item wire.EnvironmentValidity, saved bool) {
	s.now.SetText("Hoy: " + es.Count(item.Days, "día", "días"))
	s.who.SetText(validityOrigin(item))
	if days := digits(item.Days); saved || s.filled == 0 || s.daysEntry.Text == digits(s.filled) {
		s.filled = item.Days
		s.daysEntry.Put(days)
	}
	if saved {
		s.whyEntry.Put("")
	}
}

// validityOrigin says who set it, when and why.
func validityOrigin(i wire.EnvironmentValidity) string {
	if i.At.IsZero() {
		return "Valor inicial del servidor."
	}
	return "La fijó " + cmp.Or(i.Person, "el servidor") + " el " + es.DateTime(i.At) + ". Motivo: " + i.Why
}

// ask names the change before it is sent.
func (v *Validity) ask(s *validitySide) {
	if s.save.Disabled() {
		return
	}
	in, ok := s.read(1)
	if !ok {
		return
	}
	kit.ShowAsk(kit.CanvasOf(v), kit.Ask{
		Title: "Cambiar la vigencia de " + lower(es.Environment(s.env)),
		Text:  "De " + es.Count(s.filled, "día", "días") + " a " + es.Count(in.Days, "día", "días") + " para los secretos nuevos. Los que ya existen conservan su fecha.\nMotivo: " + in.Why,
		Do:    "Cambiar vigencia",
		OnDo: func() bool {
			if v.OnSet != nil {
				v.OnSet(s.env, in)
			}
			return true
		},
	})
}
