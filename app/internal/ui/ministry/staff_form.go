package ministry

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/tell"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// Officer shows one officer: the facts, what an administrator can do, the trail.
// Nothing is sent before a confirmation with a reason. UI goroutine only.
type Officer struct {
	*kit.Overlay

	// OnAct does an act, with its reason.
	OnAct func(act state.StaffAct, id access.AccountID, why string)
	// OnTrail reads what the officer did and what was done to them.
	OnTrail func()
	// OnCopyText copies words for the help desk.
	OnCopyText func(string)

	banner *kit.Banner
	name   *kit.Text
	chip   *kit.StatusChip
	facts  *kit.Facts
	acts   *fyne.Container
	why    *kit.Text
	trail  *kit.Drawer
	lines  *fyne.Container
	off    *kit.Text
	close  *kit.Button

	last   state.Staff
	drawn  []staffAct
	doing  []*kit.Button
	traced []wire.OfficerAuditEntry
}

// staffAct is one act as its button says it; why it is not allowed, if it is not.
type staffAct struct {
	act  state.StaffAct
	hint access.Hint
}

// NewOfficer makes it, not shown yet.
func NewOfficer() *Officer {
	f := &Officer{
		banner: kit.NewBanner(), name: kit.NewSubheading(""), chip: kit.NewStatusChip(kit.Chip{}), facts: kit.NewFacts(),
		acts: kit.NewStack(), why: kit.NewNote(""), lines: kit.NewStack(), off: kit.NewNote("").Natural(),
	}
	f.banner.OnCopy = func(s string) { kit.Call(f.OnCopyText, s) }
	f.trail = kit.NewDrawer("Bitácora de esta persona", f.lines)
	f.trail.OnOpen = func() { kit.Call0(f.OnTrail) }
	f.close = kit.NewButton(es.Close, nil)
	body := kit.NewStack(f.banner, kit.NewTight(f.name, container.NewHBox(f.chip)), f.facts, kit.NewSubheading("Qué se puede hacer"), f.acts, f.why, f.trail)
	f.Overlay = kit.NewOverlay(es.StaffTitle, body, []fyne.CanvasObject{f.off}, f.close)
	f.close.OnTapped = f.Close
	return f
}

// Open shows the chosen officer over a canvas.
func (f *Officer) Open(c fyne.Canvas, s state.Staff) {
	f.drawn, f.traced = nil, nil
	f.trail.SetOpen(false)
	f.Render(s)
	f.Show(c, f.close)
}

// OpenTrail opens the drawer, for pictures.
func (f *Officer) OpenTrail() { f.trail.SetOpen(true) }

// Render shows a snapshot.
func (f *Officer) Render(s state.Staff) {
	f.last = s
	o := s.Chosen
	if o == nil {
		f.Close()
		return
	}
	f.name.SetText(o.Person.Name)
	f.chip.Set(staffChip(*o))
	f.facts.Set(staffFacts(*o))
	m := tell.Trouble(s.ActTrouble)
	if m.IsEmpty() {
		m = staffDone(s)
	}
	f.banner.Set(m)
	f.drawActs(*o)
	for _, b := range f.doing {
		b.SetEnabled(s.Link.IsOnline() && s.Sending == "")
	}
	f.drawTrail()
	kit.Put(f.off, tell.LinkNote(s.Link))
	if s.Sending != "" {
		kit.Put(f.off, "Enviando…")
	}
	f.Refresh()
}

// staffActs are the acts that fit an officer, each with why it is not allowed.
func staffActs(s state.Staff, o wire.Officer) []staffAct {
	acts := []state.StaffAct{state.StaffWithdraw, state.StaffAppoint, state.StaffReset}
	switch {
	case !o.Withdrawn.At.IsZero():
		acts = []state.StaffAct{state.StaffReinstate}
	case o.Administrator:
		acts[1] = state.StaffDemote
	}
	var all []staffAct
	for _, a := range acts {
		all = append(all, staffAct{a, access.HintOf(s.Can(a, &o))})
	}
	return all
}

// drawActs draws a line for each thing that can be done.
func (f *Officer) drawActs(o wire.Officer) {
	acts := staffActs(f.last, o)
	if slices.Equal(f.drawn, acts) {
		return
	}
	f.drawn, f.acts.Objects, f.doing = acts, nil, nil
	why := ""
	for _, a := range acts {
		if a.hint != "" {
			why = es.ErrorText(access.CodeConflict, a.hint, nil)
			continue
		}
		do := kit.NewButton(staffWords(a.act).button, func() { f.ask(a.act) })
		f.doing = append(f.doing, do)
		f.acts.Add(container.NewBorder(nil, nil, nil, container.NewCenter(do), kit.NewText(staffWords(a.act).means)))
	}
	kit.Put(f.why, why)
	f.acts.Refresh()
}

// actWords is what an act is called and what follows from it.
type actWords struct{ button, title, do, means string }

func staffWords(a state.StaffAct) actWords {
	switch a {
	case state.StaffWithdraw:
		return actWords{es.StaffWithdraw, "Retirar el rol de funcionario", "Retirar el rol", "Sus sesiones se cierran en el acto y lo que tenía tomado queda libre. La bitácora se conserva."}
	case state.StaffReinstate:
		return actWords{es.StaffReinstate, "Devolver el rol de funcionario", "Devolver el rol", "Vuelve a atender solicitudes con el usuario y el autenticador que tenía."}
	case state.StaffAppoint:
		return actWords{es.StaffAppoint, "Hacer administrador", "Hacer administrador", "Podrá dar y retirar el rol de otros, también el suyo. Sus sesiones se cierran e ingresa de nuevo."}
	case state.StaffDemote:
		return actWords{es.StaffDemote, "Quitar administrador", "Quitar administrador", "Sigue como funcionario, pero ya no da ni retira roles. Sus sesiones se cierran e ingresa de nuevo."}
	case state.StaffReset:
		return actWords{es.StaffReset, "Restablecer el segundo factor", "Restablecer", "Si perdió el celular y los códigos: su autenticador y sus códigos dejan de servir, se cierran sus sesiones y recibe un enlace en su correo registrado."}
	default:
		return actWords{}
	}
}

// ask names what is to be done, and to whom, before anything is sent.
func (f *Officer) ask(a state.StaffAct) {
	o := f.last.Chosen
	if o == nil {
		return
	}
	words := staffWords(a)
	why := kit.NewEntry("Ejemplo: cambió de dependencia")
	reason := kit.NewField("Motivo", true, why, "Queda en la bitácora con su nombre.")
	why.OnText(func(string) { reason.SetError("") })
	dialog := kit.ShowAsk(kit.CanvasOf(f.acts), kit.Ask{
		Title: words.title, Text: o.Person.Name + ". " + words.means, Do: words.do, Body: reason, Focus: why,
		IsDangerous: a == state.StaffWithdraw || a == state.StaffReset,
		OnDo: func() bool {
			if hint := access.LineHint(why.Text); hint != "" {
				reason.SetError(es.FieldMessage("why", hint))
				reason.Focus()
				return false
			}
			if f.OnAct != nil {
				f.OnAct(a, o.ID, why.Text)
			}
			return true
		},
	})
	why.OnSubmitted = func(string) { dialog.Answer() }
}

func (f *Officer) drawTrail() {
	s := f.last
	if len(s.Audit) > 0 && slices.EqualFunc(f.traced, s.Audit, func(a, b wire.OfficerAuditEntry) bool { return a.Seq == b.Seq }) {
		return
	}
	f.traced = s.Audit
	f.lines.RemoveAll()
	switch {
	case s.AuditTrouble != nil:
		f.lines.Add(kit.NewNote(es.Error(s.AuditTrouble.Err)))
	case s.AuditLoading:
		f.lines.Add(kit.NewNote("Cargando…"))
	case len(s.Audit) == 0:
		f.lines.Add(kit.NewNote("Todavía no hay nada en la bitácora."))
	}
	for _, e := range s.Audit {
		f.lines.Add(kit.NewTight(kit.NewText(trailLine(e)), kit.NewNote(es.DateTimeZone(e.At))))
	}
	f.lines.Refresh()
}
