package ministry

import (
	"cmp"
	"strings"

	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// The columns of the officers.
const (
	colStaffName = iota + 1 // colNumber stands first
	colStaffDocument
	colStaffLogin
	colStaffFactor
	colStaffLast
	colStaffState
	colStaffOpen
)

// staffSheet is how the list shows officers.
func staffSheet() sheet[wire.Officer] {
	return sheet[wire.Officer]{
		columns: []kit.Column{
			colNumber:        {Title: "#", Width: 40, Sorts: true},
			colStaffName:     {Title: "Nombre", Width: 230, Sorts: true, Kind: kit.ColumnLines, Flex: true},
			colStaffDocument: {Title: "Documento", Width: 140, Sorts: true, Kind: kit.ColumnCode},
			colStaffLogin:    {Title: "Usuario", Width: 150, Sorts: true, Kind: kit.ColumnCode},
			colStaffFactor:   {Title: "Segundo factor", Width: 130, Sorts: true},
			colStaffLast:     {Title: "Último ingreso", Width: 140, Sorts: true},
			colStaffState:    {Title: "Situación", Width: 148, Sorts: true, Kind: kit.ColumnChip},
			colStaffOpen:     {Title: "Acciones", Width: 90, Kind: kit.ColumnAction},
		},
		id:   func(o *wire.Officer) string { return string(o.ID) },
		cell: staffCell,
		compare: func(col int) func(a, b *wire.Officer) int {
			if col == colStaffLast {
				return func(a, b *wire.Officer) int { return a.LastSignIn.Compare(b.LastSignIn) }
			}
			return nil
		},
		text: func(o *wire.Officer) string {
			return strings.Join([]string{o.Person.Name, o.Person.Document.Number, o.Login, es.OfficerSituation(*o)}, " ")
		},
		one: "persona", many: "personas",
	}
}

func staffCell(o *wire.Officer, n, col int) kit.Cell {
	switch col {
	case colNumber:
		return kit.Cell{Text: es.Number(n), Muted: true}
	case colStaffName:
		return kit.Cell{Text: o.Person.Name}
	case colStaffDocument:
		return kit.Cell{Text: string(o.Person.Document.Type) + " " + o.Person.Document.Number}
	case colStaffLogin:
		return kit.Cell{Text: cmp.Or(o.Login, "—"), Muted: o.Login == ""}
	case colStaffFactor:
		if o.SecondFactor.Enrolled {
			return kit.Cell{Text: "Activo"}
		}
		return kit.Cell{Text: "Sin activar", Muted: true}
	case colStaffLast:
		if o.LastSignIn.IsZero() {
			return kit.Cell{Text: "Nunca", Muted: true}
		}
		return kit.Cell{Text: es.DateTime(o.LastSignIn)}
	case colStaffState:
		return kit.Cell{Chip: staffChip(*o)}
	case colStaffOpen:
		return kit.Cell{Text: "Ver"}
	default:
		return kit.Cell{}
	}
}

func staffChip(o wire.Officer) kit.Chip {
	c := kit.Chip{Word: es.OfficerSituation(o), Level: look.Success}
	switch {
	case !o.Withdrawn.At.IsZero(), !o.DisabledAt.IsZero():
		c.Level = look.Neutral
	case o.Pending:
		c.Level = look.Warning
	case o.Administrator:
		c.Level = look.Info
	}
	return c
}

// staffFacts is all that is known of an officer.
func staffFacts(o wire.Officer) []kit.Fact {
	facts := []kit.Fact{
		{Label: "Documento", Value: string(o.Person.Document.Type) + " " + o.Person.Document.Number, IsCode: true},
		{Label: "Usuario", Value: cmp.Or(o.Login, "Aún no tiene"), IsCode: o.Login != ""},
		{Label: "Correo registrado", Value: cmp.Or(o.MaskedEmail, "No hay; debe agregarlo en MiSeguridadSocial")},
		{Label: "El rol viene de", Value: es.RoleSource(o.From)},
	}
	act := func(label string, a wire.OfficerAct) {
		if a.At.IsZero() {
			return
		}
		text := cmp.Or(a.By, "—") + ", el " + es.DateTimeZone(a.At)
		if a.Why != "" {
			text += ": " + a.Why
		}
		facts = append(facts, kit.Fact{Label: label, Value: text})
	}
	act("Lo dio", o.Granted)
	act("Lo retiró", o.Withdrawn)
	last := "Nunca"
	if !o.LastSignIn.IsZero() {
		last = es.DateTimeZone(o.LastSignIn)
	}
	return append(facts, kit.Fact{Label: "Segundo factor", Value: es.FactorLine(o.SecondFactor)}, kit.Fact{Label: "Último ingreso", Value: last},
		kit.Fact{Label: "Sesiones abiertas", Value: es.Number(o.Sessions)})
}

// trailLine words one entry of an officer's trail; what was done to the officer
// names who did it.
func trailLine(e wire.OfficerAuditEntry) string {
	if e.About {
		return es.Act(e.Kind) + " · " + cmp.Or(e.Person, "el servidor")
	}
	return es.Act(e.Kind)
}
