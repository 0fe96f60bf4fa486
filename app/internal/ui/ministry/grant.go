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

// Grant («Asignar roles a aplicación», figure 32) grants and takes away the
// permissions of one production key. Nothing is sent before a confirmation that
// names each; how each ended is told as its fact arrives. UI goroutine only.
type Grant struct {
	*kit.Overlay

	// OnChange sends what was confirmed.
	OnChange func(id access.KeyID, version int64, body wire.ChangePermissions)
	// OnEvidence opens the proofs of the code.
	OnEvidence func(access.LicenseCode)
	// OnRetry loads again what failed.
	OnRetry func()
	// OnCopyText copies words for the help desk.
	OnCopyText func(string)

	banner  *kit.Banner
	missing *kit.Banner
	facts   *kit.Facts
	wait    *kit.Text
	roles   *fyne.Container
	lines   []*roleLine
	why     *kit.Entry
	reason  *kit.Field
	read    *kit.Text
	proofs  *kit.Button
	note    *kit.Text
	assign  *kit.Button
	cancel  *kit.Button

	last   state.Grant
	wanted map[string]bool // what was ticked or unticked, by permission
}

// NewGrant makes the form, not shown yet.
func NewGrant() *Grant {
	g := &Grant{
		banner: kit.NewBanner(), missing: kit.NewBanner(), facts: kit.NewFacts(), wait: kit.NewNote(""), roles: kit.NewStack(),
		why: kit.NewEntry("Ejemplo: el prestador cambió de servicios"), read: kit.NewNote("").Natural(), note: kit.NewNote("").Natural(),
		wanted: map[string]bool{},
	}
	g.banner.OnCopy = func(s string) { kit.Call(g.OnCopyText, s) }
	g.reason = kit.NewField("Motivo del retiro", true, g.why, es.Revoked)
	g.why.OnText(func(string) { g.reason.SetError("") })
	g.why.OnSubmitted = func(string) { g.ask() }
	g.proofs = kit.NewQuiet("", nil, func() { kit.Call(g.OnEvidence, g.last.Row.Code) })
	g.assign = kit.NewPrimary("Asignar roles seleccionados", g.ask)
	body := kit.NewStack(g.banner, g.facts, g.missing,
		kit.NewSubheading("Seleccione los roles a asignar"), g.wait, g.roles, g.reason,
		container.NewBorder(nil, nil, nil, g.proofs, g.read))
	g.cancel = kit.NewButton(es.Cancel, nil)
	g.Overlay = kit.NewOverlay("Asignar roles a aplicación", body, []fyne.CanvasObject{g.note}, g.cancel, g.assign)
	g.cancel.OnTapped = g.Close
	return g
}

// Open shows it over a canvas.
func (g *Grant) Open(c fyne.Canvas, s state.Grant) {
	g.wanted = map[string]bool{}
	g.why.Put("")
	g.last = state.Grant{}
	g.Render(s)
	var first fyne.Focusable = g.cancel
	for _, l := range g.lines {
		if !l.check.Disabled() {
			first = l.check
			break
		}
	}
	g.Show(c, first)
}

// Render shows a snapshot.
func (g *Grant) Render(s state.Grant) {
	if before := g.last; before.Sending && !s.Sending && s.Trouble == nil && len(s.Fields) == 0 {
		g.wanted = map[string]bool{} // on their way: the row tells from now on
		g.why.Put("")
	}
	isAnswer := g.last.Sending && !s.Sending
	g.last = s
	g.facts.Set(grantFacts(s.Row))
	g.drawRoles(s)
	g.settle()
	if isAnswer {
		kit.FocusFirst(g.reason)
	}
}

// drawRoles draws a line for each permission there is.
func (g *Grant) drawRoles(s state.Grant) {
	kit.Put(g.wait, waitLine(s))
	if s.Catalog == nil {
		g.roles.Objects, g.lines = nil, nil
		return
	}
	if len(g.lines) != len(s.Catalog.Items) {
		g.roles.Objects, g.lines = nil, nil
		for _, p := range s.Catalog.Items {
			l := newRoleLine(p, s.Catalog.Application, g.Tick)
			g.lines = append(g.lines, l)
			g.roles.Add(l.content)
		}
	}
}

func waitLine(s state.Grant) string {
	switch {
	case s.Catalog != nil:
		return ""
	case s.Trouble != nil:
		return "No pudimos cargar los roles."
	case !s.Link.IsOnline():
		return es.NeedsLink
	default:
		return "Cargando roles…"
	}
}

// settle shows what follows from what is ticked.
func (g *Grant) settle() {
	s := g.last
	k := s.Row.Production
	on := k != nil && s.Link.IsOnline() && !s.Sending
	why := s.Row.Obstacle()
	for _, l := range g.lines {
		l.render(roleOf(k, l.permission.Value), g.wanted, on, why)
	}
	changes := g.changes()
	kit.SetVisible(g.reason, len(changes.Remove) > 0)
	for _, f := range s.Fields {
		if f.Field == "why" {
			g.reason.SetError(es.FieldMessage(f.Field, f.Hint))
		}
	}
	kit.Put(g.read, readOf(k, s))
	g.proofs.SetText(proofsWord(k))
	kit.SetVisible(g.proofs, k != nil)
	g.missing.Set(missingMessage(why, func() { kit.Call(g.OnEvidence, s.Row.Code) }))
	g.banner.Set(g.message(s))
	text := grantNote(s, changes, why)
	kit.Put(g.note, text)
	g.assign.SetBusy(s.Sending, "Enviando…")
	g.assign.SetEnabled(on && text == "")
	g.Refresh()
}

func (g *Grant) message(s state.Grant) kit.Message {
	if s.Trouble != nil && s.Trouble.Err != nil && s.Trouble.Err.Hint == access.HintStale {
		m := tell.Trouble(s.Trouble)
		m.Level, m.Text = look.Warning, "Los permisos cambiaron mientras usted los revisaba. Vea cómo quedaron y vuelva a elegir."
		return m
	}
	return tell.Trouble(s.Trouble, tell.Retry(g.OnRetry))
}

// Tick ticks or unticks a permission, as its box does.
func (g *Grant) Tick(permission string, on bool) {
	g.wanted[permission] = on
	g.settle()
}

// changes are what is ticked and not held, and the other way round.
func (g *Grant) changes() wire.ChangePermissions {
	var c wire.ChangePermissions
	for _, l := range g.lines {
		r := roleOf(g.last.Row.Production, l.permission.Value)
		wanted, isChosen := g.wanted[l.permission.Value]
		switch {
		case !isChosen || wanted == r.held || r.isMoving():
		case wanted:
			c.Grant = append(c.Grant, l.permission.Value)
		default:
			c.Remove = append(c.Remove, l.permission.Value)
		}
	}
	c.Why = strings.TrimSpace(g.why.Text)
	return c
}

// ask names each change before anything is sent.
func (g *Grant) ask() {
	k := g.last.Row.Production
	if g.assign.Disabled() || k == nil {
		return
	}
	changes := g.changes()
	if len(changes.Remove) == 0 {
		changes.Why = ""
	} else if hint := access.LineHint(changes.Why); hint != "" {
		g.reason.SetError(es.FieldMessage("why", hint))
		g.reason.Focus()
		return
	}
	list := kit.NewTight()
	for _, l := range g.lines {
		switch value := l.permission.Value; {
		case slices.Contains(changes.Grant, value):
			list.Add(kit.NewStrong("+ " + l.words).SetColor(look.Ink(look.Success)))
		case slices.Contains(changes.Remove, value):
			list.Add(kit.NewStrong("− " + l.words).SetColor(look.Ink(look.Danger)))
		}
	}
	if len(changes.Remove) > 0 {
		list.Add(kit.NewText("Motivo: " + changes.Why))
		list.Add(kit.NewText(es.Revoked))
	}
	title, do := confirmWords(len(changes.Grant), len(changes.Remove))
	kit.ShowAsk(kit.CanvasOf(g.roles), kit.Ask{
		Title: title + " en producción",
		Text:  nameOf(g.last.Row) + " · código " + string(g.last.Row.Code) + " · AppId " + k.ClientID + ". Microsoft Entra lo aplica de inmediato.",
		Body:  list, Do: do, IsDangerous: len(changes.Remove) > 0,
		OnDo: func() bool {
			if g.OnChange != nil {
				g.OnChange(k.ID, k.Version, changes)
			}
			return true
		},
	})
}
