package logbook

import (
	"cmp"
	"strings"

	"llavero/app/internal/ui/kit"
	"llavero/shared/es"
	"llavero/shared/trail"
	"llavero/shared/wire"
)

// column is one column: its head, and what it says of an entry.
type column struct {
	head kit.Column
	cell func(wire.TrailEntry) kit.Cell
}

// columnsOf are the columns of a role's list.
func columnsOf(isOwn bool) []column {
	plain := func(text string) kit.Cell { return kit.Cell{Text: cmp.Or(text, "—"), Muted: text == ""} }
	seq := column{kit.Column{Title: "Asiento", Width: 76}, func(e wire.TrailEntry) kit.Cell { return kit.Cell{Text: es.Number(int(e.Seq)), Muted: true} }}
	at := column{kit.Column{Title: "Fecha y hora", Width: 138}, func(e wire.TrailEntry) kit.Cell { return kit.Cell{Text: es.DateTime(e.At)} }}
	act := column{kit.Column{Title: "Qué pasó", Width: 180, Kind: kit.ColumnLines, Flex: true}, func(e wire.TrailEntry) kit.Cell { return kit.Cell{Text: actOf(e)} }}
	person := column{kit.Column{Title: "Quién", Width: 176, Kind: kit.ColumnLines, Flex: true}, func(e wire.TrailEntry) kit.Cell {
		return kit.Cell{Text: es.TrailActor(e.Person, e.Ministry), Muted: e.Person == ""}
	}}
	entity := column{kit.Column{Title: "Entidad", Width: 130, Kind: kit.ColumnLines, Flex: true}, func(e wire.TrailEntry) kit.Cell { return plain(cmp.Or(e.Name, string(e.Entity))) }}
	code := column{kit.Column{Title: "Código", Width: 112, Kind: kit.ColumnCode}, func(e wire.TrailEntry) kit.Cell { return plain(string(e.Code)) }}
	detail := column{kit.Column{Title: "Detalle", Width: 150, Kind: kit.ColumnLines, Flex: true}, func(e wire.TrailEntry) kit.Cell { return plain(briefly(e)) }}
	open := column{kit.Column{Title: "Acciones", Width: 84, Kind: kit.ColumnAction}, func(wire.TrailEntry) kit.Cell { return kit.Cell{Text: "Ver"} }}
	if isOwn {
		return []column{at, act, person, code, detail, open}
	}
	return []column{seq, at, act, person, entity, code, detail, open}
}

// actOf words what happened, and how often when attempts are shown as one.
func actOf(e wire.TrailEntry) string {
	text := es.Act(string(e.Kind))
	if n := es.Attempts(e.Attempts); n != "" {
		text += " (" + n + ")"
	}
	return text
}

// briefly is the first that is told of an entry beside its kind.
func briefly(e wire.TrailEntry) string {
	if e.Kind.Group() == trail.GroupSessions {
		return e.Detail["device"]
	}
	var parts []string
	for _, f := range es.TrailFacts(e.Detail) {
		if f.Name == "Equipo" || f.Name == "Dirección de red" {
			continue
		}
		if parts = append(parts, f.Value); len(parts) == 3 {
			break
		}
	}
	return strings.Join(parts, " · ")
}

// facts is all that is known of an entry.
func facts(e wire.TrailEntry) []kit.Fact {
	all := []kit.Fact{{Label: "Asiento", Value: es.Number(int(e.Seq))}, {Label: "Fecha y hora", Value: es.DateTimeZone(e.At)}}
	if e.Attempts > 1 {
		all = append(all, kit.Fact{Label: "Intentos", Value: es.Attempts(e.Attempts) + ", desde " + es.DateTime(e.Since)})
	}
	all = append(all, kit.Fact{Label: "Quién", Value: es.TrailActor(e.Person, e.Ministry)})
	add := func(label, value string, isCode bool) {
		if value != "" {
			all = append(all, kit.Fact{Label: label, Value: value, IsCode: isCode})
		}
	}
	entity := e.Name
	if e.Entity != "" {
		entity = strings.TrimSpace(entity + " (" + string(e.Entity) + ")")
	}
	add("Entidad", entity, false)
	add("Código de habilitación", string(e.Code), true)
	add("Grupo", es.TrailGroup(e.Kind.Group()), false)
	for _, f := range es.TrailFacts(e.Detail) {
		add(f.Name, f.Value, false)
	}
	add("Identificador", e.About, true)
	add("Referencia", e.Request, true)
	add("Huella del asiento", e.Hash, true)
	return all
}
