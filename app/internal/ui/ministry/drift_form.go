package ministry

import (
	"slices"
	"strings"

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

// DriftForm shows one difference: what it means, and what can be done about it,
// the recommended first. Nothing is sent before a confirmation. UI goroutine
// only.
type DriftForm struct {
	*kit.Overlay

	// OnFix sends what was confirmed.
	OnFix func(id string, body wire.FixDrift)
	// OnCopyText copies words for the help desk.
	OnCopyText func(string)

	banner *kit.Banner
	title  *kit.Text
	means  *kit.Text
	facts  *kit.Facts
	what   *kit.Text
	fixes  *fyne.Container
	off    *kit.Text
	close  *kit.Button

	last  state.Drifts
	id    string
	drawn []access.DriftFix
	acts  []*kit.Button
}

// NewDriftForm makes it, not shown yet.
func NewDriftForm() *DriftForm {
	f := &DriftForm{
		banner: kit.NewBanner(), title: kit.NewSubheading(""), means: kit.NewText(""), facts: kit.NewFacts(),
		what: kit.NewSubheading("Qué se puede hacer"), fixes: kit.NewStack(), off: kit.NewNote("").Natural(),
	}
	f.banner.OnCopy = func(s string) { kit.Call(f.OnCopyText, s) }
	f.close = kit.NewButton(es.Close, nil)
	body := kit.NewStack(f.banner, kit.NewTight(f.title, f.means), f.facts, f.what, f.fixes)
	f.Overlay = kit.NewOverlay(es.DriftTitle, body, []fyne.CanvasObject{f.off}, f.close)
	f.close.OnTapped = f.Close
	return f
}

// Open shows a difference over a canvas.
func (f *DriftForm) Open(c fyne.Canvas, id string, s state.Drifts) {
	f.Put(id, s)
	f.Show(c, f.close)
}

// Put chooses the difference to show.
func (f *DriftForm) Put(id string, s state.Drifts) {
	f.id, f.drawn = id, nil
	f.Render(s)
}

// row is the difference shown; false when it is no more.
func (f *DriftForm) row() (access.Drift, bool) {
	i := slices.IndexFunc(f.last.Rows, func(d access.Drift) bool { return d.ID == f.id })
	if i < 0 {
		return access.Drift{}, false
	}
	return f.last.Rows[i], true
}

// Render shows a snapshot.
func (f *DriftForm) Render(s state.Drifts) {
	f.last = s
	d, ok := f.row()
	if !ok {
		f.Close()
		return
	}
	f.title.SetText(es.DriftKind(d.Kind))
	f.means.SetText(es.DriftMeans(d.Kind))
	f.facts.Set(driftFacts(d, s.Now))
	f.banner.Set(f.message(d))
	var fixes []access.DriftFix
	if d.State == access.DriftOpen {
		fixes = d.Kind.Fixes()
	}
	f.drawFixes(d, fixes)
	isBusy := s.Fixing[d.ID]
	for _, b := range f.acts {
		b.SetEnabled(s.Link.IsOnline() && !isBusy)
	}
	kit.SetVisible(f.what, len(fixes) > 0)
	kit.Put(f.off, tell.LinkNote(s.Link))
	if isBusy {
		kit.Put(f.off, "Enviando…")
	}
	f.Refresh()
}

// message is what there is to say of the last decision.
func (f *DriftForm) message(d access.Drift) kit.Message {
	if m := driftMessage(f.last.Troubles[d.ID]); !m.IsEmpty() {
		return m
	}
	switch {
	case d.State == access.DriftFixing:
		return kit.Message{Level: look.Info, Text: "Corrigiendo en Microsoft Entra. Puede cerrar; la lista muestra cómo queda."}
	case d.State == access.DriftFixed:
		return kit.Message{Level: look.Success, Text: "Ya no hay diferencia."}
	case d.Failed != "":
		return kit.Message{Level: look.Danger, Title: "No se pudo corregir.", Text: es.DriftFailed(d.Failed), Detail: "código: " + d.Failed}
	default:
		return kit.Message{}
	}
}

// drawFixes draws a line for each thing that can be done.
func (f *DriftForm) drawFixes(d access.Drift, fixes []access.DriftFix) {
	if slices.Equal(f.drawn, fixes) {
		return
	}
	f.drawn, f.fixes.Objects, f.acts = fixes, nil, nil
	for i, fix := range fixes {
		act := kit.NewButton(es.DriftFix(d.Kind, fix), func() { f.ask(fix) })
		f.acts = append(f.acts, act)
		words := kit.NewTight(kit.NewText(es.DriftConsequence(d.Kind, fix)))
		if i == 0 {
			words = kit.NewTight(kit.NewStrong("Recomendado"), kit.NewText(es.DriftConsequence(d.Kind, fix)))
		}
		f.fixes.Add(container.NewBorder(nil, nil, nil, container.NewCenter(act), words))
	}
}

// ask names what is to be done before anything is sent.
func (f *DriftForm) ask(fix access.DriftFix) {
	d, ok := f.row()
	if !ok {
		return
	}
	why := kit.NewEntry("Ejemplo: lo pidió el prestador por correo")
	reason := kit.NewField("Motivo", true, why, "")
	why.OnText(func(string) { reason.SetError("") })
	ask := kit.Ask{
		Title: strings.TrimSuffix(es.DriftFix(d.Kind, fix), "…") + " · " + es.Environment(d.Environment),
		Text:  d.Name + ". " + es.DriftConsequence(d.Kind, fix),
		Do:    strings.TrimSuffix(es.DriftFix(d.Kind, fix), "…"), IsDangerous: fix == access.FixRemove || fix == access.FixRetireApp,
		OnDo: func() bool {
			body := wire.FixDrift{Fix: fix}
			if needsReason(fix) {
				body.Why = strings.TrimSpace(why.Text)
				if hint := access.LineHint(body.Why); hint != "" {
					reason.SetError(es.FieldMessage("why", hint))
					reason.Focus()
					return false
				}
			}
			if f.OnFix != nil {
				f.OnFix(d.ID, body)
			}
			return true
		},
	}
	if needsReason(fix) {
		ask.Body, ask.Focus = reason, why
	}
	dialog := kit.ShowAsk(kit.CanvasOf(f.fixes), ask)
	why.OnSubmitted = func(string) { dialog.Answer() }
}

// Directory («Estado del directorio») shows how the server stands in Entra. UI
// goroutine only.
type Directory struct {
	*kit.Overlay

	// OnRetry loads it again.
	OnRetry func()

	banner *kit.Banner
	wait   *kit.Text
	list   *fyne.Container
	close  *kit.Button
}

// NewDirectory makes it, not shown yet.
func NewDirectory() *Directory {
	d := &Directory{banner: kit.NewBanner(), wait: kit.NewNote(""), list: kit.NewGroups()}
	d.close = kit.NewPrimary(es.Close, nil)
	d.Overlay = kit.NewOverlay("Estado del directorio", kit.NewStack(d.banner, d.wait, d.list), nil, d.close)
	d.close.OnTapped = d.Close
	return d
}

// Open shows it over a canvas.
func (d *Directory) Open(c fyne.Canvas, s state.Drifts) {
	d.Render(s)
	d.Show(c, d.close)
}

// Render shows a snapshot.
func (d *Directory) Render(s state.Drifts) {
	d.banner.Set(tell.Trouble(s.Trouble, tell.Retry(d.OnRetry)))
	d.list.Objects = nil
	text := ""
	switch {
	case s.Directory != nil:
		for _, of := range s.Directory.Items {
			facts := kit.NewFacts()
			facts.Set(directoryFacts(of, s.Now))
			d.list.Add(kit.NewPanel(kit.NewStack(
				container.NewHBox(kit.NewEnvironmentTag(of.Environment == access.Production, es.Environment(of.Environment))), facts)))
		}
	case !s.Link.IsOnline():
		text = es.NeedsLink
	case s.Trouble == nil:
		text = "Cargando…"
	}
	kit.Put(d.wait, text)
	d.list.Refresh()
	d.Refresh()
}
