package ministry

import (
	"slices"

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

// role is where one permission of a key stands.
type role struct {
	held bool
	task *wire.PermissionTask // on its way, or failed; nil: neither
}

func (r role) isMoving() bool { return r.task != nil && r.task.Failed == "" }

// roleOf finds a permission among a key's.
func roleOf(k *wire.KeyRow, permission string) role {
	if k == nil {
		return role{}
	}
	r := role{held: slices.Contains(k.Permissions, permission)}
	for i := range k.Tasks {
		if k.Tasks[i].Permission == permission {
			r.task = &k.Tasks[i]
		}
	}
	return r
}

// roleLine is one permission of the form.
type roleLine struct {
	permission wire.Permission
	words      string
	content    fyne.CanvasObject
	check      *kit.Check
	chip       *kit.StatusChip
	note       *kit.Text
}

func newRoleLine(p wire.Permission, application string, tick func(string, bool)) *roleLine {
	l := &roleLine{permission: p, words: p.Label + " (" + application + ")", chip: kit.NewStatusChip(kit.Chip{}), note: kit.NewNote("")}
	l.check = kit.NewCheck(l.words, func(on bool) { tick(p.Value, on) })
	l.content = kit.NewTight(container.NewBorder(nil, nil, nil, container.NewCenter(l.chip), l.check), l.note)
	return l
}

// render draws it. What is on its way cannot be changed; without what a grant
// needs only what is held can, to take it away.
func (l *roleLine) render(r role, wanted map[string]bool, on bool, why access.Hint) {
	ticked := r.held
	if w, ok := wanted[l.permission.Value]; ok {
		ticked = w
	}
	if r.isMoving() {
		ticked = r.task.Act == access.PermissionGrant
	}
	l.check.Set(ticked)
	l.check.SetEnabled(on && !r.isMoving() && (why == "" || r.held && why == access.HintNoEvidence))
	l.chip.Set(roleChip(r, ticked))
	kit.Put(l.note, roleNote(r))
}

// roleChip says where a permission stands, or what is about to become of it.
func roleChip(r role, ticked bool) kit.Chip {
	switch {
	case r.isMoving():
		return kit.Chip{Word: es.PermissionTask(r.task.Act, ""), Level: look.Info, Icon: look.IconDots}
	case ticked && !r.held:
		return kit.Chip{Word: "+ Se asignará", Level: look.Success}
	case !ticked && r.held:
		return kit.Chip{Word: "− Se retirará", Level: look.Danger}
	case r.task != nil:
		return kit.Chip{Word: es.PermissionTask(r.task.Act, r.task.Failed), Level: look.Danger}
	case r.held:
		return kit.Chip{Word: "Asignado", Level: look.Success}
	default:
		return kit.Chip{Word: "Sin asignar", Level: look.Neutral}
	}
}

// roleNote says why a permission could not be changed.
func roleNote(r role) string {
	if r.task == nil || r.task.Failed == "" {
		return ""
	}
	return es.PermissionFailure(r.task.Failed) + " (" + es.DateTime(r.task.At) + ")"
}

func grantFacts(a state.Assigned) []kit.Fact {
	id := "—"
	if a.Production != nil {
		id = a.Production.ClientID
	}
	return []kit.Fact{
		{Label: "AppId", Value: id, IsCode: true},
		{Label: "Entidad", Value: nameOf(a)},
		{Label: "Código Entidad", Value: string(a.Code), IsCode: true},
	}
}

func readOf(k *wire.KeyRow, s state.Grant) string {
	switch {
	case k == nil:
		return ""
	case k.PermissionsAt.IsZero():
		return "Aún no se leen de Entra."
	default:
		return "Leído de Entra " + readAt(k.PermissionsAt, s.Now) + "."
	}
}

func proofsWord(k *wire.KeyRow) string {
	if k == nil || k.Evidence == 0 {
		return "Agregar prueba…"
	}
	return "Ver " + es.Count(k.Evidence, "prueba", "pruebas") + "…"
}

// missingMessage says what keeps permissions from being granted.
func missingMessage(why access.Hint, add func()) kit.Message {
	m := kit.Message{Level: look.Warning, Text: es.GrantObstacle(why)}
	if why == access.HintNoEvidence {
		m.Actions = []kit.Action{{Text: "Agregar prueba…", Do: add}}
	}
	return m
}

// grantNote says why nothing can be sent; empty when something can.
func grantNote(s state.Grant, c wire.ChangePermissions, why access.Hint) string {
	switch {
	case !s.Link.IsOnline():
		return tell.LinkNote(s.Link)
	case s.Sending:
		return ""
	case len(c.Grant) > 0 && why != "":
		return "Falta: " + lower(lacks(why)) + "."
	case len(c.Grant)+len(c.Remove) == 0:
		return "No cambió ningún rol."
	default:
		return ""
	}
}

// confirmWords name a change: its title and its button.
func confirmWords(grants, removals int) (title, do string) {
	give, take := es.Count(grants, "rol", "roles"), es.Count(removals, "rol", "roles")
	switch {
	case removals == 0:
		title = "Asignar " + give
	case grants == 0:
		title = "Retirar " + take
	default:
		title = "Asignar " + give + " y retirar " + es.Number(removals)
	}
	return title, title
}
